"""A validation report as CSV (RFC 4180): a line a result, with its cell, for spreadsheets and scripts."""

from __future__ import annotations

import csv
from pathlib import Path

from lod.diagnostics import CellOrigin, TextOrigin
from lod.validation.report import local_name
from lod.validation.reports.account import Account, text
from lod.wording import LANGUAGES, translated

_COLUMNS = ("severity", "file", "row", "column", "cell", "rule", "focus_node", "path", "value", "component", "shape")


def write_sheet(path: Path, account: Account) -> None:
    """Write every result; with `new` where there was a report before."""
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
                    text(account.report.shapes.owner(result.source_shape)),
                    *(translated(each.said, language) for language in LANGUAGES),
                    *(["yes" if account.is_new(result) else ""] if account.change else []),
                ]
            )


def _place(origin: TextOrigin | CellOrigin | None) -> tuple[str, object, object, str]:
    if isinstance(origin, CellOrigin):
        return origin.source, origin.row or "", origin.column, origin.text or ""
    return (origin.path, origin.line or "", origin.column or "", "") if origin else ("", "", "", "")
