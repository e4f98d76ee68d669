"""The validation of a build into the release's folder; `lod.release.report.validated` reads it."""

from __future__ import annotations

import json
from pathlib import Path

from lod.release.release import Site, current_name
from lod.release.report.validated import FOLDER, GRAPH, PAGE, SHEET, SUMMARY
from lod.validation.report import ValidationReport
from lod.validation.reports.account import Account, Change, compare, summary
from lod.validation.reports.default_messages import in_languages
from lod.validation.reports.page import write_page
from lod.validation.reports.sheet import write_sheet
from lod.wording import Wording


def write_account(folder: Path, account: Account, site: Site) -> None:
    """Write report, page and summary; the same bytes for the same outcome."""
    folder.mkdir(parents=True, exist_ok=True)
    account.report.write_turtle(folder / GRAPH)
    language = site.languages[0] if site.languages else ""
    title = in_languages(site.title) if site.title else Wording(site.name)
    if account.traced:
        write_sheet(folder / SHEET, account)
    page = write_page(account, language=language, title=title, whole=(SHEET, GRAPH))
    (folder / PAGE).write_text(page, encoding="utf-8")
    text = json.dumps(summary(account), ensure_ascii=False, indent=1, sort_keys=True)
    (folder / SUMMARY).write_text(text + "\n", encoding="utf-8")


def change_since(report: ValidationReport, releases: Path) -> Change | None:
    """What is new, fixed and unchanged since the published release; None where none was validated."""
    current = current_name(releases)
    file = releases / current / FOLDER / GRAPH if current else None
    if file is None or current is None or not file.is_file():
        return None
    try:
        return compare(report, file, current)
    except (SyntaxError, OSError):
        return None  # a damaged release is told by those who verify it
