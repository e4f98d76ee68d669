"""The items of an array inside a JSON document, read as a stream: a document of any size in the memory of one item.

https://www.rfc-editor.org/rfc/rfc8259. Values are found by the standard library's decoder and copied as they stand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TextIO

_BLOCK = 1 << 18
_SPACE = re.compile(r"[ \t\n\r]*")


def copy_items(source: TextIO, names: Sequence[str], target: TextIO) -> bool:
    """Copy the items of the array (or the members of the object) that the member names lead to, one a line.

    The rest of the document is checked too. Returns whether there is such a value.

    Raises:
        json.JSONDecodeError: the document is no JSON; its place counts from where reading stood.
    """
    text = _Text(source)
    found = _walk(text, tuple(names), target)
    if text.peek():
        raise text.error("Extra data")
    return found


def _walk(text: _Text, names: tuple[str, ...], target: TextIO) -> bool:
    """One value: the way to the array is followed, everything else is passed over."""
    sign = text.peek()
    if names and sign == "{":
        return _walk_object(text, names, target)
    if not names and sign in ("[", "{"):
        _copy(text, target, sign)
        return True
    text.value()
    return False


def _walk_object(text: _Text, names: tuple[str, ...], target: TextIO) -> bool:
    found = False
    text.take("{")
    while text.peek() != "}":
        key = text.key()
        if key == names[0] and not found:
            found = _walk(text, names[1:], target)
        else:
            text.value()
        if text.peek() != "}":
            text.take(",")
    text.take("}")
    return found


def _copy(text: _Text, target: TextIO, sign: str) -> None:
    end = "]" if sign == "[" else "}"
    text.take(sign)
    while text.peek() != end:
        if sign == "{":
            text.key()
        # outside strings a line's end is mere space, and inside them there is none
        target.write(text.value().replace("\n", " ").replace("\r", " ") + "\n")
        if text.peek() != end:
            text.take(",")
    text.take(end)


class _Text:
    """A window on the text, moving forward."""

    def __init__(self, source: TextIO) -> None:
        self._source, self._text, self._at, self._ended = source, "", 0, False
        self._decode = json.JSONDecoder().raw_decode

    def peek(self) -> str:
        """The next sign that is no space, '' at the end."""
        while True:
            self._at = _SPACE.match(self._text, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def take(self, sign: str) -> None:
        """Pass over a sign that has to stand here."""
        if self.peek() != sign:
            raise self.error(f"Expecting {sign!r}")
        self._at += 1

    def key(self) -> str:
        """The name of the next member, and past the colon."""
        if self.peek() != '"':
            raise self.error("Expecting property name enclosed in double quotes")
        name = str(json.loads(self.value()))
        self.take(":")
        return name

    def value(self) -> str:
        """The next value, as it is written."""
        self.peek()
        while True:
            try:
                _, end = self._decode(self._text, self._at)
            except json.JSONDecodeError:
                if not self._more():
                    raise
                continue
            if end < len(self._text) or not self._more():  # a number at the window's end may go on
                raw = self._text[self._at : end]
                self._at = end
                return raw

    def error(self, message: str) -> json.JSONDecodeError:
        """What is wrong here."""
        return json.JSONDecodeError(message, self._text, self._at)

    def _more(self) -> bool:
        """Read on; twice as much where one value is larger than the window."""
        if self._ended:
            return False
        rest = self._text[self._at :]
        block = self._source.read(max(_BLOCK, len(rest)))
        self._ended = not block
        self._text, self._at = rest + block, 0
        return bool(block)
