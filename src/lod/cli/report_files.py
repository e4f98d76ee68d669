"""A validation report as a file, in the form that the file's name asks for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lod.cli import reports
from lod.diagnostics import Diagnostic
from lod.wording import say

if TYPE_CHECKING:  # `lod --help` loads no RDF library
    from lod.validation.reports.account import Account

FORMS = (".ttl", ".jsonld", ".json", ".csv", ".sarif", ".html", ".xml")
_WHOLE = (".csv", ".ttl", ".jsonld", ".json")  # forms that hold every result


def known_form(_context: click.Context, _option: click.Parameter, paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """Refuse names that ask for no form of a report, before anything is validated."""
    for path in paths:
        if path.suffix.lower() not in FORMS:
            raise click.BadParameter(say("a report is a file named .ttl, .jsonld, .csv, .html, .xml or .sarif"))
    return paths


def write_report(
    path: Path, account: Account, findings: Sequence[Diagnostic], language: str, beside: Sequence[Path] = ()
) -> None:
    """Write a report. `findings`: all that validation found, for those who read SARIF; `beside`: the reports that are
    written with it, for a page to name where there is more.
    """
    suffix, report = path.suffix.lower(), account.report
    if suffix == ".csv":
        from lod.validation.reports.sheet import write_sheet

        write_sheet(path, account)
    elif suffix == ".sarif":
        log = reports.sarif(findings, language, ())
        path.write_text(json.dumps(log, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    elif suffix == ".html":
        from lod.validation.reports.page import write_page

        whole = [other.name for other in beside if other.parent == path.parent and other.suffix.lower() in _WHOLE]
        path.write_text(write_page(account, language=language, whole=whole), encoding="utf-8")
    elif suffix == ".xml":
        from lod.validation.reports.junit import write_junit

        path.write_bytes(write_junit(account, language))
    elif suffix == ".ttl":
        report.write_turtle(path)
    else:
        from pyoxigraph import RdfFormat, serialize

        serialize(report.triples(), output=str(path), format=RdfFormat.JSON_LD)
