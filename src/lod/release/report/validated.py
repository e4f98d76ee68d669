"""What a release says of its validation, for whoever has the release; `lod.release.report.accounts` writes it.

`report/validation.ttl` is the W3C report, `validation.html` the same for people, `validation.csv` for spreadsheets,
`validation.json` its summary: verdict, results by cause, which engine judged which shape, and what changed since the
release before.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER, GRAPH, PAGE, SUMMARY = "report", "validation.ttl", "validation.html", "validation.json"
SHEET = "validation.csv"  # where there is a result


@dataclass(frozen=True, slots=True)
class Cause:
    """Results of one shape, path, constraint component and severity."""

    severity: str  # Violation, Warning, Info, or the name of a shape's own
    shape: str  # IRI
    path: str
    component: str  # IRI
    count: int
    message: Mapping[str, str]  # by language
    new: int | None  # of them, not in the report before; None: there was none


@dataclass(frozen=True, slots=True)
class ReportChange:
    """What became of the results since the release before."""

    since: str
    new: int
    fixed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class JudgedShape:
    """Which engine judged a shape, on what, and why so."""

    shape: str
    engine: str
    data: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReleasedReport:
    """The validation of a release. Paths are relative to its folder; `page` is '' where there is none."""

    conforms: bool
    results: int
    engine: str
    causes: tuple[Cause, ...]
    judged: tuple[JudgedShape, ...]
    selecting_nothing: tuple[str, ...]  # shapes whose target matched no node
    change: ReportChange | None
    graph: str
    page: str


def read_account(release: Path) -> ReleasedReport | None:
    """What a release says of its validation; None where it says nothing, or nothing that can be read."""
    file = release / FOLDER / SUMMARY
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        return _report(said, release)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _report(said: Mapping[str, Any], release: Path) -> ReleasedReport:
    return ReleasedReport(
        conforms=bool(said["conforms"]),
        results=int(said["results"]),
        engine=str(said["engine"]),
        causes=tuple(
            Cause(g["severity"], g["shape"], g["path"], g["component"], g["count"], g["message"], g.get("new"))
            for g in said["groups"]
        ),
        judged=tuple(JudgedShape(**each) for each in said["judged"]),
        selecting_nothing=tuple(said["selecting_nothing"]),
        change=ReportChange(**said["change"]) if "change" in said else None,
        graph=f"{FOLDER}/{GRAPH}",
        page=f"{FOLDER}/{PAGE}" if (release / FOLDER / PAGE).is_file() else "",
    )
