"""`report/findings.json`: what a build found, kept with its release."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from lod.diagnostics import CellOrigin, Diagnostic, Origin, Severity, TextOrigin


def to_json(findings: Iterable[Diagnostic]) -> str:
    """Findings as JSON: one object each, places with the fields of their kind."""
    return json.dumps([asdict(item) for item in findings], ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def from_json(text: str) -> tuple[Diagnostic, ...]:
    """Read what `to_json` wrote.

    Raises:
        ValueError, KeyError, TypeError: it is something else.
    """
    return tuple(_diagnostic(entry) for entry in json.loads(text))


def _diagnostic(entry: dict[str, Any]) -> Diagnostic:
    severity, origin, related = Severity(entry["severity"]), entry["origin"], entry["related"]
    return Diagnostic(
        entry["code"],
        severity,
        entry["message"],
        _origin(origin) if origin else None,
        entry["hint"],
        tuple(_origin(place) for place in related),
    )


def _origin(entry: Mapping[str, Any]) -> Origin:
    return CellOrigin(**entry) if "source" in entry else TextOrigin(**entry)
