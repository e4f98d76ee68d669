"""Calls in one line, as text: `ex:f(p = $(x), q = ex:g(r = text))`, and the short form of a join.

https://rml.io/yarrrml/spec/#functions
"""

from __future__ import annotations

import re

from lod.mapping.document import Keyed, Listed, Node, Text

CALL = re.compile(r"\s*((?:[A-Za-z_][\w.\-]*)?:?[A-Za-z_][\w.\-]*)\s*\(", re.ASCII)
_NAMED = re.compile(r"\s*[\w.:\-]+\s*=")
_JOIN = "join"


def joined_in_one_line(text: Text) -> Keyed | None:
    """`join(mapping, equal($(here), $(there)), …)` with keys: `mapping` and `condition`; None if it is no such call."""
    opened = CALL.match(text.value)
    given = arguments_of(text, opened.end()) if opened and opened[1] == _JOIN else None
    if not given:
        return None
    mapping, *conditions = map(stripped, given)
    listed = Listed(tuple(_condition(each) for each in conditions), text.origin)
    return _keyed(text, mapping=mapping, **({"condition": listed} if conditions else {}))


def _condition(text: Text) -> Node:
    """A condition whose parameters may go by their places: `equal($(here), $(there))`."""
    opened = CALL.match(text.value)
    given = arguments_of(text, opened.end()) if opened else None
    if opened is None or not given or any(_NAMED.match(each.value) for each in given):
        return text
    names = (Text(f"str{number}", each.origin, -1) for number, each in enumerate(given, start=1))
    pairs = (Listed((name, stripped(each)), each.origin) for name, each in zip(names, given, strict=True))
    return _keyed(text, function=part(text, *opened.span(1)), parameters=Listed(tuple(pairs), text.origin))


def _keyed(text: Text, **values: Node) -> Keyed:
    return Keyed({key: (Text(key, text.origin, -1), value) for key, value in values.items()}, text.origin)


def part(text: Text, start: int, end: int) -> Text:
    """A part of a text that knows where it stands."""
    origin = text.at(start, max(1, end - start))
    return Text(text.value[start:end], origin if text.offset >= 0 else text.origin, 0 if text.offset >= 0 else -1)


def stripped(text: Text) -> Text:
    """A text without the blanks around it."""
    start = len(text.value) - len(text.value.lstrip())
    return part(text, start, max(start, len(text.value.rstrip())))


def arguments_of(text: Text, start: int) -> list[Text] | None:
    """The arguments of the call whose bracket opens before `start`; None if it does not close at the text's end."""
    found: list[Text] = []
    depth, quoted, began, skip = 1, False, start, False
    for index in range(start, len(text.value)):
        sign = text.value[index]
        if skip or sign == "\\":
            skip = not skip
        elif sign == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif sign in "()":
            depth += 1 if sign == "(" else -1
        if depth == 0 or (sign == "," and depth == 1 and not quoted):
            found.append(part(text, began, index))
            began = index + 1
        if depth == 0:
            rest = text.value[index + 1 :].strip()
            return None if rest else [each for each in found if each.value.strip() or len(found) > 1]
    return None
