"""JSONPath: which queries there are, and which of them the columnar engine can answer by itself.

https://www.rfc-editor.org/rfc/rfc9535. RML mappings also write references without `$`: `name`, `manager.name`,
`['Country Code']`, `Country Code`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_WILDCARDS = 3  # in a columnar query: each doubles the readings that the engine has to try
_NAME = r"""(?:[^\W\d][\w-]*|\*)(?:\[(?:-?\d+|\*|'[^'\\]*'|"[^"\\]*")\])*"""
_MEANT_OTHERWISE = re.compile(r'["\\*]')  # in a name: what DuckDB does not take for a sign of it
_DOLLARS = re.compile(r"[^\W\d]\w*(?:\.\$?[^\W\d]\w*)+")  # `_id.$oid`, as MongoDB exports it
_DOTTED = re.compile(rf"{_NAME}(?:\.{_NAME})*")


class JsonPathError(Exception):
    """The text is no JSONPath query: what is wrong with it, and at which of its characters (0-based)."""

    def __init__(self, message: str, index: int) -> None:
        self.index = index
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class JsonPath:
    """A query. `columnar` is the same for DuckDB's JSON functions, '' if they cannot express it."""

    text: str
    columnar: str
    is_singular: bool  # yields one node at most (RFC 9535 §2.3.5.1)
    steps: int

    def find(self, value: Any) -> list[Any]:
        """The values that it selects: the slow way, for queries that are not columnar."""
        return list(_compiled(self.text).findall(value))


def parse_jsonpath(written: str) -> JsonPath:
    """The query that a reference or an iterator writes.

    Raises:
        JsonPathError: it is none.
    """
    text = _with_root(written)
    query = _compiled(text, len(text) - len(written))
    steps = [_step(segment) for segment in query.segments]
    is_columnar = all(steps) and steps.count("[*]") <= _WILDCARDS
    columnar = "$" + "".join(steps) if is_columnar else ""
    return JsonPath(text, columnar, query.singular_query(), len(steps))


_DOT_BRACKET = re.compile(r"(?<!\.)\.(?=\[)")


def _with_root(written: str) -> str:
    if "'" not in written and '"' not in written:
        written = _DOT_BRACKET.sub("", written)  # `$.[*]`, as many mappings have it: no RFC 9535, and clear
    if written.startswith("$"):
        return written
    if written.startswith("@"):
        return "$" + written[1:]
    if written.startswith(("[", ".")):
        return "$" + written
    if _DOTTED.fullmatch(written):
        return "$." + written
    if _DOLLARS.fullmatch(written):
        return "$" + "".join(f"['{name}']" for name in written.split("."))
    name = written.replace("\\", "\\\\").replace("'", "\\'")
    return f"$['{name}']"


def _compiled(text: str, added: int = 0) -> Any:
    from jsonpath import JSONPathEnvironment, JSONPathSyntaxError  # only JSON sources pay for it
    from jsonpath.exceptions import JSONPathError as AnyError

    try:
        return JSONPathEnvironment(strict=True).compile(text)
    except JSONPathSyntaxError as error:
        index = error.token.index if error.token else 0
        raise JsonPathError(str(error).splitlines()[0], max(0, index - added)) from error
    except AnyError as error:
        raise JsonPathError(str(error).splitlines()[0], 0) from error


def _step(segment: Any) -> str:
    """A step in DuckDB's words: names, indices from the front, and `[*]` for all. '' for anything else."""
    if type(segment).__name__ != "JSONPathChildSegment" or len(segment.selectors) != 1:
        return ""
    selector = segment.selectors[0]
    match type(selector).__name__:
        case "NameSelector":
            return f'."{selector.name}"' if not _MEANT_OTHERWISE.search(selector.name) else ""
        case "IndexSelector":
            return f"[{selector.index}]" if selector.index >= 0 else ""
        case "WildcardSelector":
            return "[*]"
        case _:
            return ""
