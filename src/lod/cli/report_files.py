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
from lod.wording import LANGUAGES, say, translated

if TYPE_CHECKING:  # `lod --help` loads no RDF library
    from lod.validation.account import Account

FORMS = (".ttl", ".jsonld", ".json", ".csv", ".sarif", ".html", ".xml")
_COLUMNS = ("severity", "file", "row", "column", "cell", "rule", "focus_node", "path", "value", "component", "shape")


def known_form(_context: click.Context, _option: click.Parameter, paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """Refuse names that ask for no form of a report, before anything is validated."""
    for path in paths:
        if path.suffix.lower() not in FORMS:
            raise click.BadParameter(say("a report is a file named .ttl, .jsonld, .csv, .html, .xml or .sarif"))
    return paths


def write_report(path: Path, account: Account, findings: Sequence[Diagnostic], language: str) -> None:
    """Write a report. `findings`: all that validation found, for those who read SARIF."""
    suffix, report = path.suffix.lower(), account.report
    if suffix == ".csv":
        _write_csv(path, account)
    elif suffix == ".sarif":
        log = reports.sarif(findings, language, ())
        path.write_text(json.dumps(log, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    elif suffix == ".html":
        from lod.validation.page import write_page

        path.write_text(write_page(account, language=language), encoding="utf-8")
    elif suffix == ".xml":
        from lod.validation.junit import write_junit

        path.write_bytes(write_junit(account, language))
    elif suffix == ".ttl":
        report.write_turtle(path)
    else:
        from pyoxigraph import RdfFormat, serialize

        serialize(report.triples(), output=str(path), format=RdfFormat.JSON_LD)


def _write_csv(path: Path, account: Account) -> None:
    from lod.validation.report import local_name

    with path.open("w", encoding="utf-8-sig", newline="") as file:  # a spreadsheet takes it for UTF-8
        writer = csv.writer(file)
        changed = ("new",) if account.change else ()
        writer.writerow([*_COLUMNS, *(f"message_{language}" for language in LANGUAGES), *changed])
        for each in account.traced:
            result, finding = each.result, each.finding
            writer.writerow(
                [
                    local_name(result.severity),
                    *_place(finding.origin),
                    finding.rule or "",
                    getattr(result.focus_node, "value", str(result.focus_node)),
                    result.path,
                    "" if result.value is None else str(result.value),
                    local_name(result.component),
                    getattr(result.source_shape, "value", str(result.source_shape)),
                    *(translated(each.said, language) for language in LANGUAGES),
                    *(["yes" if account.is_new(result) else ""] if account.change else []),
                ]
            )


def _place(origin: TextOrigin | CellOrigin | None) -> tuple[str, object, object, str]:
    if isinstance(origin, CellOrigin):
        return origin.source, origin.row or "", origin.column, origin.text or ""
    return (origin.path, origin.line or "", origin.column or "", "") if origin else ("", "", "", "")
