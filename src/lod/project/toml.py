"""The text of a TOML file → its values, or what is wrong with how it is written, in words for people.

https://toml.io/en/v1.0.0
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from lod.diagnostics import Findings, TextOrigin
from lod.wording import NOTHING, Wording, say, word

_AT = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)")
_QUOTES = "“”„‟「」『』＂‘’"
_TWICE = ("Cannot overwrite a value", "Cannot declare")


def read_toml(file: Path, shown: str, findings: Findings) -> tuple[str, dict[str, Any]]:
    """The text and the values; ("", {}) and LOD1002 where it is no TOML. A byte order mark is passed over."""
    content = file.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        hint = say("save the file in UTF-8: editors ask for the encoding under 'Save as'")
        message = say("not UTF-8: {reason} at byte {start}", reason=error.reason, start=error.start)
        findings.error("LOD1002", message, TextOrigin(shown, line), hint)
        return "", {}
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = _AT.search(str(error))
        line, column = (int(at[1]), int(at[2])) if at and at[1] else _end(text)
        reason = _AT.sub("", str(error)).strip()
        if reason.startswith(_TWICE):
            line, column, message = _said_twice(text, line)
            findings.error("LOD1002", message, TextOrigin(shown, line, column), say("keep one of them"))
        else:
            message = say("not TOML: {error}", error=word(reason))
            findings.error("LOD1002", message, TextOrigin(shown, line, column), _hint(text, line, column, reason))
    return "", {}


def _end(text: str) -> tuple[int, int]:
    """The last line with anything in it, and the column after it."""
    lines = text.rstrip().splitlines() or [""]
    return len(lines), len(lines[-1]) + 1


def _said_twice(text: str, line: int) -> tuple[int, int, Wording]:
    said = text.splitlines()[line - 1]
    key = re.match(r"\s*\[*\s*([^=\]]*)", said)
    assert key is not None, "all of it may be empty"
    return line, key.start(1) + 1, say("'{key}' is said twice", key=key[1].strip())


def _hint(text: str, line: int, column: int, reason: str) -> Wording:
    """What to write instead, as far as the place of the mistake tells it."""
    lines = text.splitlines()
    said = lines[line - 1] if line <= len(lines) else ""
    here = said[column - 1 : column]
    if any(sign in said for sign in _QUOTES) and here and here in _QUOTES:
        return say('write straight quotation marks: "…"')
    if here in ("，", "＝", "［", "］"):
        return say("write signs in half width: , = [ ]")
    if reason.startswith("Illegal character '\\n'"):
        return say('the text does not end: " is missing')
    if reason.startswith("Unescaped '\\'") or "hex" in reason:
        return say("a backslash means something else in TOML: write / in paths")
    if reason.startswith("Expected '='"):
        return say('write: name = "value"')
    if reason == "Invalid value":
        return say('text stands between quotation marks: "…"; yes and no are true and false')
    if reason.startswith(("Unclosed", "Expected ']'")):
        return say("close the bracket")
    return NOTHING
