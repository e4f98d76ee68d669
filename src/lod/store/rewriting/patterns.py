"""Regular expressions and replacements that a query writes out, as the engine reads them.

XPath and XQuery Functions §7.6: https://www.w3.org/TR/xpath-functions/#string.match

There `$1` is the first group whatever follows it, `\\$` a dollar sign and `\\\\` a backslash. The engine takes `$1_`
for a group of the name `1_`, finds none, and what the group held is lost. `[a-z-[aeiou]]` leaves out vowels; the engine
takes the second hyphen for a letter. It knows neither `\\1` in a pattern nor the classes `\\i` and `\\c`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lod.store.rewriting.outline import Unwritable
from lod.store.rewriting.tokens import Edit, closing, edited, instead_of
from lod.store.tokens import Token, tokens_of

# Strings as SPARQL writes them: a backslash is two.
_PART = re.compile(r"\\\\(\\\\|\$)|\$(\d)(\d*)|\$|[^$\\]+|\\.", re.DOTALL)
_GROUP = re.compile(r"\\\\.|\[(?:\\\\.|\\.|[^\]\\])*\]|(\((?!\?))", re.DOTALL)
_SUBTRACTION = re.compile(r"\\\\.|(\[\^?(?:\\\\.|\\.|[^\]\\\[])+?)-\[", re.DOTALL)
_UNKNOWN = re.compile(r"(?<!\\)(?:\\\\\\\\)*\\\\[1-9icIC]")


class UnknownPattern(Unwritable):
    """A pattern means something that the engine does not know."""


def with_known_patterns(text: str) -> str:
    """The query with its patterns and replacements as the engine reads them.

    Raises:
        UnknownPattern: it does not know one.
        Unreadable: brackets do not close.
    """
    tokens = tokens_of(text)
    edits: list[Edit] = []
    for place, token in enumerate(tokens[:-1]):
        name = token.text.upper() if token.kind == "word" and tokens[place + 1].text == "(" else ""
        if name not in ("REGEX", "REPLACE"):
            continue
        _, pattern, replacement, *_ = [*_arguments(tokens, place + 1), None, None, None]
        if pattern is not None:
            if _UNKNOWN.search(pattern.text):
                raise UnknownPattern(text, pattern.start)
            edits.append(instead_of(pattern, _SUBTRACTION.sub(_subtracted, pattern.text)))
        if name == "REPLACE" and replacement is not None:
            edits.append(instead_of(replacement, _in_braces(replacement.text, pattern)))
    return edited(text, edits)


def _arguments(tokens: Sequence[Token], opened: int) -> Iterator[Token | None]:
    """The arguments of a call that are texts; None for each that is something else."""
    depth, given = 0, list[Token]()
    for token in tokens[opened : closing(tokens, opened) + 1]:
        depth += {"open": 1, "close": -1}.get(token.kind, 0)
        if (depth == 1 and token.text == ",") or depth == 0:
            yield given[0] if len(given) == 1 and given[0].kind == "string" else None
            given = []
        elif (depth, token.text) != (1, "("):
            given.append(token)


def _subtracted(found: re.Match[str]) -> str:
    return f"{found[1]}--[" if found[1] else found[0]


def _in_braces(replacement: str, pattern: Token | None) -> str:
    groups = None if pattern is None else sum(one[1] is not None for one in _GROUP.finditer(pattern.text))
    written = []
    for part in _PART.finditer(replacement):
        if part[1] is not None:
            written.append("$$" if part[1] == "$" else part[1])
        elif part[2] is not None:
            written.append(_group(part[2], part[3], groups))
        else:
            written.append(part[0])
    return "".join(written)


def _group(first: str, more: str, groups: int | None) -> str:
    """`$12` is the twelfth group where there are so many, else the first and a 2."""
    length = len(more)
    while groups is not None and length and int(first + more[:length]) > groups:
        length -= 1
    return f"${{{first}{more[:length]}}}{more[length:]}"
