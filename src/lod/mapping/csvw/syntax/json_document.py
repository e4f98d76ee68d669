"""JSON texts in which every value and every key knows where it stands.

https://www.rfc-editor.org/rfc/rfc8259
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

from lod.diagnostics import Findings, TextOrigin
from lod.wording import Wording, say, word

MAX_DEPTH = 100  # of nesting; no metadata document comes near it

_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_PLAIN = re.compile(r'[^"\\\x00-\x1f]*')
_UNICODE = re.compile(r"[0-9A-Fa-f]{4}")
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS = {"true": True, "false": False, "null": None}


@dataclass(frozen=True, slots=True)
class Json:
    """A JSON value and where it begins. Objects keep the order of their members and where each key stands."""

    value: JsonData
    at: TextOrigin
    keys: Mapping[str, TextOrigin] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """What it is, for people."""
        match self.value:
            case None:
                return "null"
            case bool():
                return "a boolean"
            case int() | float():
                return "a number"
            case str():
                return "a string"
            case tuple():
                return "an array"
            case _:
                return "an object"

    def key_at(self, key: str) -> TextOrigin:
        """Where `key` stands in this object; the object itself if it has no such key."""
        return self.keys.get(key, self.at)


JsonData = None | bool | int | float | str | tuple[Json, ...] | dict[str, Json]


class JsonSyntaxError(Exception):
    """The text is no JSON: what is wrong, at which offset."""

    def __init__(self, message: Wording, offset: int) -> None:
        self.message = message
        self.offset = offset
        super().__init__(message)


def read_json(text: str, path: str, findings: Findings) -> Json | None:
    """The JSON value that `text` holds; None, with an error among the findings, when it is no JSON."""
    scan = _Scan(text, path, findings)
    if (broken := text.find("\ufffd")) >= 0:  # what a decoder puts for bytes that it cannot read
        message, hint = say("{path} is not UTF-8", path=path), say("save the file as UTF-8")
        findings.error("LOD3501", message, scan.origin(broken), hint)
        return None
    try:
        return scan.document()
    except JsonSyntaxError as error:
        findings.error("LOD3501", say("not JSON: {message}", message=error.message), scan.origin(error.offset))
        return None


@dataclass(slots=True)
class _Scan:
    text: str
    path: str
    findings: Findings
    lines: list[int] = field(init=False)  # the offset at which each line begins
    at: int = 0

    def __post_init__(self) -> None:
        self.lines = [0, *(m.end() for m in re.finditer(r"\r\n|\n|\r", self.text))]

    def origin(self, offset: int, length: int = 1) -> TextOrigin:
        line = bisect_right(self.lines, offset)
        return TextOrigin(self.path, line, offset - self.lines[line - 1] + 1, max(1, length))

    def document(self) -> Json:
        self._space()
        value = self._value(0)
        self._space()
        if self.at < len(self.text):
            raise JsonSyntaxError(say("nothing may follow the value, but {value} does", value=self._seen()), self.at)
        return value

    def _seen(self) -> Wording:
        return Wording(repr(self.text[self.at])) if self.at < len(self.text) else say("the end of the text")

    def _space(self) -> None:
        found = _SPACE.match(self.text, self.at)
        assert found is not None
        self.at = found.end()

    def _value(self, depth: int) -> Json:
        if depth > MAX_DEPTH:
            raise JsonSyntaxError(say("nested deeper than {max_depth} levels", max_depth=MAX_DEPTH), self.at)
        start = self.at
        match self.text[start : start + 1]:
            case "{":
                return self._object(depth)
            case "[":
                return self._array(depth)
            case '"':
                text = self._string()
                return Json(text, self.origin(start, self.at - start))
        for name, value in _WORDS.items():
            if self.text.startswith(name, start):
                self.at += len(name)
                return Json(value, self.origin(start, len(name)))
        number = _NUMBER.match(self.text, start)
        if number is None:
            raise JsonSyntaxError(say("a value is expected here, not {value}", value=self._seen()), start)
        self.at = number.end()
        return Json(_number(number), self.origin(start, self.at - start))

    def _array(self, depth: int) -> Json:
        start, items = self.at, list[Json]()
        self.at += 1
        self._space()
        while not self.text.startswith("]", self.at):
            if items:
                self._expect(",", "']' or ','")
            items.append(self._value(depth + 1))
            self._space()
        self.at += 1
        return Json(tuple(items), self.origin(start))

    def _object(self, depth: int) -> Json:
        start, members, keys = self.at, dict[str, Json](), dict[str, TextOrigin]()
        self.at += 1
        self._space()
        while not self.text.startswith("}", self.at):
            if members:
                self._expect(",", "'}' or ','")
            key_start = self.at
            if not self.text.startswith('"', key_start):
                raise JsonSyntaxError(
                    say("a key in double quotes is expected here, not {value}", value=self._seen()), key_start
                )
            key = self._string()
            origin = self.origin(key_start, self.at - key_start)
            if key in keys:
                first = (keys[key],)
                self.findings.warning(
                    "LOD3501", say("'{key}' is given twice: the last one counts", key=key), origin, related=first
                )
            self._space()
            self._expect(":", "':'")
            keys[key], members[key] = origin, self._value(depth + 1)
            self._space()
        self.at += 1
        return Json(members, self.origin(start), keys)

    def _expect(self, mark: str, wanted: str) -> None:
        if not self.text.startswith(mark, self.at):
            raise JsonSyntaxError(
                say("{wanted} is expected here, not {value}", wanted=word(wanted), value=self._seen()), self.at
            )
        self.at += 1
        self._space()

    def _string(self) -> str:
        start, parts = self.at, list[str]()
        self.at += 1
        while True:
            plain = _PLAIN.match(self.text, self.at)
            assert plain is not None
            parts.append(plain.group())
            self.at = plain.end()
            match self.text[self.at : self.at + 1]:
                case '"':
                    self.at += 1
                    return "".join(parts)
                case "\\":
                    parts.append(self._escape())
                case "":
                    raise JsonSyntaxError(say("this string is never closed"), start)
                case _:
                    raise JsonSyntaxError(say("a string may not run over the line or hold control characters"), self.at)

    def _escape(self) -> str:
        mark = self.text[self.at + 1 : self.at + 2]
        if mark in _ESCAPES and mark:
            self.at += 2
            return _ESCAPES[mark]
        code = self._unicode()
        if 0xD800 <= code < 0xDC00 and self.text.startswith("\\u", self.at):
            low = self._unicode()
            if 0xDC00 <= low < 0xE000:
                return chr(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00))
            return "\ufffd\ufffd"
        return "\ufffd" if 0xD800 <= code < 0xE000 else chr(code)

    def _unicode(self) -> int:
        found = _UNICODE.match(self.text, self.at + 2) if self.text.startswith("\\u", self.at) else None
        if found is None:
            raise JsonSyntaxError(say("no escape sequence of JSON"), self.at)
        self.at = found.end()
        return int(found.group(), 16)


def _number(found: re.Match[str]) -> int | float:
    text = found.group()
    if found[1] is None and found[2] is None:
        # Python refuses to read integers of thousands of digits; nobody means one here
        return int(text) if len(text) < 1000 else float(text)
    return float(text)
