"""Validation without a project: RDF files against shapes files."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from lod.diagnostics import Findings, TextOrigin
from lod.rdf.parse import FORMATS, parse_document
from lod.validation.account import Account, Change, compare, findings_of
from lod.validation.data_graph import DataGraph, converted
from lod.validation.report import ValidationReport
from lod.validation.trace import Sources, trace
from lod.validation.validate import read_shapes, validate
from lod.wording import Wording, say

_LARGE = 16 << 20  # bytes: beyond that nobody reads a file but the processor, and results name no line


def validate_files(
    data: Sequence[Path], shapes: Sequence[Path], findings: Findings, *, processor: str = "auto"
) -> ValidationReport:
    """Hold RDF files against shapes. Files of `data` are merged, whatever graphs they name.

    Each result is a finding (LOD6001) at the line of the Turtle file that describes its focus node.

    Raises:
        FindingsError: a file cannot be read, or the shapes are wrong.
        ValidationFailed: LOD6003 there is no report.
    """
    return account_of_files(data, shapes, findings, processor=processor).report


def account_of_files(
    data: Sequence[Path],
    shapes: Sequence[Path],
    findings: Findings,
    *,
    processor: str = "auto",
    before: Path | None = None,
) -> Account:
    """The same with every result traced; `before` is an older report as RDF, to compare with.

    Raises:
        FindingsError: also LOD6013 the older report cannot be read.
        ValidationFailed: LOD6003 there is no report.
    """
    found = len(findings)
    shape_documents = read_shapes(shapes, findings)
    with tempfile.TemporaryDirectory(prefix="lod-validate-") as folder:
        graph = _graph(data, Path(folder), findings)
        findings.raise_if_errors()
        report = validate(graph, shape_documents, findings, processor=processor)
    traced = tuple(trace(report, Sources(None, graph.documents, shape_documents)))
    account = Account(report, traced, tuple(findings.items[found:]), _change(report, before, findings))
    findings.extend(findings_of(traced))
    return account


def _change(report: ValidationReport, before: Path | None, findings: Findings) -> Change | None:
    if before is None:
        return None
    try:
        return compare(report, before, str(before))
    except (SyntaxError, KeyError) as error:
        why = say("the report to compare with cannot be read: {error}", error=error)
        findings.error("LOD6013", why, TextOrigin(str(before)), say("give a report written with -o REPORT.ttl"))
    findings.raise_if_errors()
    return None


def _graph(data: Sequence[Path], work: Path, findings: Findings) -> DataGraph:
    """Small files as documents; large ones as N-Quads, as they are where that is what they are."""
    documents, files = [], []
    for number, path in enumerate(data):
        form = FORMATS.get(path.suffix.removeprefix(".").lower())
        if form is None or path.stat().st_size < _LARGE or path.suffix in (".rdf", ".owl", ".xml"):
            document = parse_document(path, findings, blank=f"data{number}x")
            documents += [document] if document else []
        elif path.suffix in (".nt", ".nq") and len(data) == 1:
            files.append(path)
        else:
            target = work / f"data-{number}.nq"
            try:
                files.append(converted(path, form, path.resolve().as_uri(), target))
            except SyntaxError as error:
                findings.error("LOD5020", Wording(error.msg or str(error)), TextOrigin(str(path), error.lineno or 0))
    return DataGraph(documents, files)
