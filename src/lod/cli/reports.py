"""Findings for programs: JSON of our own, SARIF 2.1.0 for code scanning, and the annotations of GitHub Actions.

<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>,
<https://docs.github.com/actions/reference/workflow-commands-for-github-actions>
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lod import __version__
from lod.diagnostics import CellOrigin, Diagnostic, Origin, Severity, TextOrigin, explanation
from lod.wording import ENGLISH, say, translated

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_RULE = say("the mapping rule")
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def json_report(items: Sequence[Diagnostic], language: str) -> dict[str, Any]:
    """`errors`, `warnings` and `findings`."""
    return {
        "errors": sum(item.severity is Severity.ERROR for item in items),
        "warnings": sum(item.severity is Severity.WARNING for item in items),
        "findings": [
            {
                "code": item.code,
                "severity": item.severity.value,
                "message": translated(item.message, language),
                "hint": translated(item.hint, language),
                "origin": _origin(item.origin),
                "related": [_origin(origin) for origin in item.related],
                **({"rule": _origin(item.rule)} if item.rule else {}),
                **({"group": item.group} if item.group else {}),
            }
            for item in items
        ],
    }


def _origin(origin: Origin | None) -> dict[str, Any] | None:
    if origin is None:
        return None
    if isinstance(origin, TextOrigin):
        return {"file": origin.path, "line": origin.line, "column": origin.column, "length": origin.length}
    return {"source": origin.source, "row": origin.row, "column": origin.column, "text": origin.text}


def sarif(items: Sequence[Diagnostic], language: str, folders: Sequence[Path]) -> dict[str, Any]:
    """A SARIF log of one run. `folders`: where names of files are looked for, so that they are told from here."""
    codes = list(dict.fromkeys(item.code for item in items if item.code))
    driver = {"name": "lod", "version": __version__, "rules": [_rule(code, language) for code in codes]}
    run = {
        "tool": {"driver": driver},
        "language": "en" if language == ENGLISH else "zh-TW",  # §3.14.7 knows a language and a region, no script
        "columnKind": "unicodeCodePoints",
        "results": [_result(item, codes, language, folders) for item in items],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str, language: str) -> dict[str, Any]:
    page = explanation(code, language) or ""
    title = page.partition("\n")[0].partition(":")[2].strip()
    return {"id": code, "shortDescription": {"text": title or code}, "help": {"text": page or code, "markdown": page}}


def _result(item: Diagnostic, codes: Sequence[str], language: str, folders: Sequence[Path]) -> dict[str, Any]:
    result: dict[str, Any] = {"level": _LEVELS[item.severity], "message": {"text": _said(item, language)}}
    if item.code:
        result |= {"ruleId": item.code, "ruleIndex": codes.index(item.code)}
    if item.origin:
        result["locations"] = [_location(item.origin, folders)]
    others = [_location(origin, folders) for origin in item.related]
    if item.rule:
        rule = _location(item.rule, folders)
        others.append({**rule, "message": {"text": translated(_RULE, language)}})
    related: list[dict[str, Any]] = []
    for each in others:
        related += [each] if each not in related else []  # §3.27.22: no two are the same
    return {**result, "relatedLocations": related} if related else result


def _said(item: Diagnostic, language: str) -> str:
    """The message, and the hint on a line of its own."""
    return "\n".join(filter(None, (translated(item.message, language), translated(item.hint, language))))


def _location(origin: Origin, folders: Sequence[Path]) -> dict[str, Any]:
    name, line, column, length = _place(origin)
    physical: dict[str, Any] = {"artifactLocation": {"uri": quote(_from_here(name, folders), safe="/:")}}
    if line:
        physical["region"] = {"startLine": line}
    if line and column:
        physical["region"] |= {"startColumn": column, "endColumn": column + max(1, length)}
    location: dict[str, Any] = {"physicalLocation": physical}
    if isinstance(origin, CellOrigin) and origin.column:
        location["logicalLocations"] = [{"name": origin.column, "kind": "member"}]
    return location


def _place(origin: Origin) -> tuple[str, int, int, int]:
    """The file, the line (a row of a table is told as one), the column in it and how many characters."""
    if isinstance(origin, TextOrigin):
        return origin.path, origin.line, origin.column, origin.length
    return origin.source, origin.row, 0, 0


def _from_here(name: str, folders: Sequence[Path]) -> str:
    """The file as seen from the working folder, which is what those who read reports know; of a sheet, its workbook."""
    here = Path.cwd()
    workbook = name.rpartition(" sheet ")[0]
    for folder, file in product((Path(), *folders), filter(None, (name, workbook))):
        found = folder / file
        if found.exists():
            whole = found.resolve()
            return whole.relative_to(here).as_posix() if whole.is_relative_to(here) else whole.as_posix()
    return name


def github(items: Sequence[Diagnostic], language: str, folders: Sequence[Path]) -> str:
    """One workflow command a line: `::error file=…,line=…,col=…::message`."""
    return "\n".join(_annotation(item, language, folders) for item in items)


def _annotation(item: Diagnostic, language: str, folders: Sequence[Path]) -> str:
    properties: dict[str, Any] = {}
    said = _said(item, language)
    if item.origin:
        name, line, column, length = _place(item.origin)
        properties["file"] = _from_here(name, folders)
        if line:
            properties["line"] = line
        if line and column:
            properties |= {"col": column, "endColumn": column + max(1, length)}
        if isinstance(item.origin, CellOrigin) and item.origin.column:
            said = f"{item.origin.column}: {said}"
    if item.code:
        properties["title"] = item.code
    listed = ",".join(f"{key}={_escaped(str(value), ':,')}" for key, value in properties.items())
    return f"::{_COMMANDS[item.severity]}{' ' if listed else ''}{listed}::{_escaped(said)}"


def _escaped(text: str, more: str = "") -> str:
    """As GitHub's toolkit escapes data (`%`, line ends) and property values (also `:` and `,`)."""
    for sign in "%\r\n" + more:
        text = text.replace(sign, f"%{ord(sign):02X}")
    return text
