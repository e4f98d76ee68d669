"""`report/findings.json`: what a build found, kept with its release."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from lod.diagnostics import CellOrigin, Diagnostic, Origin, Severity, TextOrigin
from lod.wording import Labelled, Wording


def to_json(findings: Iterable[Diagnostic]) -> str:
    """Findings as JSON: one object each, places with the fields of their kind."""
    entries = [{**_fields(item), "words": [_words(item.message), _words(item.hint)]} for item in findings]
    return json.dumps(entries, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _fields(item: Diagnostic) -> dict[str, Any]:
    """The fields, but for those of few findings where they are empty."""
    return {name: value for name, value in asdict(item).items() if value or name not in ("rule", "group")}


def _words(text: object) -> Any:
    """A sentence with its template and fields, so that it can still be said in another language; else what it is."""
    if isinstance(text, Labelled):
        return {"texts": dict(text.texts)}
    if not isinstance(text, Wording) or not text.fields:
        return str(text)
    return {"template": text.template, "fields": {name: _field(value) for name, value in text.fields.items()}}


def _field(value: object) -> Any:
    return value if isinstance(value, bool | int | float) else _words(value)


def _said(words: Any) -> Any:
    """What `_words` wrote."""
    if isinstance(words, dict) and "texts" in words:
        return Labelled(words["texts"])
    if isinstance(words, dict):
        return Wording(words["template"], {name: _said(value) for name, value in words["fields"].items()})
    return Wording(words) if isinstance(words, str) else words


def from_json(text: str) -> tuple[Diagnostic, ...]:
    """Read what `to_json` wrote.

    Raises:
        ValueError, KeyError, TypeError: it is something else.
    """
    return tuple(_diagnostic(entry) for entry in json.loads(text))


def _diagnostic(entry: dict[str, Any]) -> Diagnostic:
    severity, origin, related = Severity(entry["severity"]), entry["origin"], entry["related"]
    message, hint = map(_said, entry.get("words") or (entry["message"], entry["hint"]))
    rule = entry.get("rule")
    return Diagnostic(
        entry["code"],
        severity,
        message,
        _origin(origin) if origin else None,
        hint,
        tuple(_origin(place) for place in related),
        TextOrigin(**rule) if rule else None,
        entry.get("group", ""),
    )


def _origin(entry: Mapping[str, Any]) -> Origin:
    return CellOrigin(**entry) if "source" in entry else TextOrigin(**entry)
