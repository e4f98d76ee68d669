"""A validation report as a file, in the form that the file's name asks for."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lod.cli import reports
from lod.diagnostics import CellOrigin, Diagnostic, TextOrigin
from lod.wording import say, translated

if TYPE_CHECKING:  # `lod --help` loads no RDF library
    from lod.validation.report import ValidationReport

FORMS = (".ttl", ".jsonld", ".json", ".csv", ".sarif")
_COLUMNS = ("severity", "file", "row", "column", "focus_node", "path", "value", "component", "shape", "message")


def known_form(_context: click.Context, _option: click.Parameter, paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """Refuse names that ask for no form of a report, before anything is validated."""
    for path in paths:
        if path.suffix.lower() not in FORMS:
            raise click.BadParameter(say("a report is a file named .ttl, .jsonld, .csv or .sarif"))
    return paths


def write_report(path: Path, report: ValidationReport, findings: Sequence[Diagnostic], language: str) -> None:
    """Write a report. `findings`: all that validation found, the results (LOD6001) among them in the report's order."""
    suffix = path.suffix.lower()
    if suffix == ".csv":
        _write_csv(path, report, [item for item in findings if item.code == "LOD6001"], language)
    elif suffix == ".sarif":
        log = reports.sarif(findings, language, ())
        path.write_text(json.dumps(log, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    elif suffix == ".ttl":
        path.write_text(report.to_turtle(), encoding="utf-8")
    else:
        from pyoxigraph import RdfFormat, serialize

        serialize(report.triples(), output=str(path), format=RdfFormat.JSON_LD)


def _write_csv(path: Path, report: ValidationReport, traced: Sequence[Diagnostic], language: str) -> None:
    from lod.validation.report import local_name

    with path.open("w", encoding="utf-8-sig", newline="") as file:  # a spreadsheet takes it for UTF-8
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for result, finding in zip(report.results, traced, strict=True):
            writer.writerow(
                [
                    local_name(result.severity),
                    *_place(finding.origin),
                    getattr(result.focus_node, "value", str(result.focus_node)),
                    result.path,
                    "" if result.value is None else str(result.value),
                    local_name(result.component),
                    getattr(result.source_shape, "value", str(result.source_shape)),
                    translated(finding.message, language),
                ]
            )


def _place(origin: TextOrigin | CellOrigin | None) -> tuple[str, object, object]:
    if isinstance(origin, CellOrigin):
        return origin.source, origin.row or "", origin.column
    return (origin.path, origin.line or "", origin.column or "") if origin else ("", "", "")
