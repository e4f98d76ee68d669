"""Validation without a project: RDF files against shapes files."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from pyoxigraph import RdfFormat, parse

from lod.diagnostics import Findings, FindingsError, TextOrigin
from lod.rdf.parse import FORMATS, Document, parse_document, without_place
from lod.tables.compressed import plain_file
from lod.validation.data_graph import DataGraph, converted
from lod.validation.processors.processor import ValidationFailed
from lod.validation.report import ValidationReport
from lod.validation.reports.account import Account, Change, compare, findings_of
from lod.validation.reports.trace import Sources, trace
from lod.validation.validate import read_shapes, validate
from lod.wording import Wording, say

_LARGE = 16 << 20  # bytes: beyond that nobody reads a file but the processor, and results name no line


class BrokenData(FindingsError, ValidationFailed):
    """A file that nobody has read but the processor is not of its syntax (LOD5020): nothing was validated."""


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
        report = _judged(graph, shape_documents, data, findings, processor)
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
    for number, given in enumerate(data):
        path = plain_file(given, "", findings, TextOrigin(str(given)))
        if path is None:
            continue
        form = FORMATS.get(path.suffix.removeprefix(".").lower())
        if form is None or path.stat().st_size < _LARGE or form == RdfFormat.RDF_XML:
            document = parse_document(path, findings, shown=str(given), blank=f"data{number}x")
            documents += [document] if document else []
        elif path.suffix.lower() in (".nt", ".nq") and len(data) == 1:
            files.append(path)
        else:
            target = work / f"data-{number}.nq"
            try:
                files.append(converted(path, form, given.resolve().as_uri(), target))
            except SyntaxError as error:
                _broken(error, given, findings)
    return DataGraph(documents, files)


def _broken(error: SyntaxError, path: Path, findings: Findings) -> None:
    findings.error("LOD5020", Wording(without_place(error.msg or str(error))), TextOrigin(str(path), error.lineno or 0))


def _judged(
    graph: DataGraph, shapes: Sequence[Document], data: Sequence[Path], findings: Findings, processor: str
) -> ValidationReport:
    """The report; where none was made because a file that only the processor read is broken, that is told instead."""
    found = len(findings)
    try:
        return validate(graph, shapes, findings, processor=processor)
    except (ValidationFailed, SyntaxError):
        try:
            for file in graph.files:
                for _ in parse(path=str(file), format=RdfFormat.N_QUADS):
                    pass
        except SyntaxError as error:
            del findings.items[found:]
            _broken(error, data[0], findings)
            raise BrokenData(tuple(findings)) from error
        raise
