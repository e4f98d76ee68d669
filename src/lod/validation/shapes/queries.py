"""What a query of a shape must not say: SHACL-SPARQL binds variables before it runs, and that has limits.

https://www.w3.org/TR/shacl/#pre-binding (Appendix A)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyoxigraph import Literal

from lod.rdf.namespaces import SH
from lod.validation.shapes.graph import ShapeGraph, Term

_ALWAYS = ("this",)
_MAYBE = ("shapesGraph", "currentShape", "PATH", "value")


def forbidden_queries(shapes: ShapeGraph) -> Iterator[tuple[Term, str]]:
    """Constraints and validators with a query that pre-binding does not allow, and what in it is not allowed."""
    for node in shapes.subjects():
        for predicate in (SH + "select", SH + "ask"):
            for text in shapes.objects(node, predicate):
                if isinstance(text, Literal):
                    wrong = _wrong(shapes.query(node, text.value), is_select=predicate.endswith("select"))
                    if wrong:
                        yield node, wrong


def _wrong(text: str, *, is_select: bool) -> str:
    """What a query must not have, '' if it may all be. A query that cannot be read here is left to the processor."""
    from pyparsing import ParseException
    from rdflib.plugins.sparql.parser import parseQuery

    try:
        query = parseQuery(text)[1]
    except (ParseException, RecursionError, TypeError):
        return ""
    bound = {*_ALWAYS, *(name for name in _MAYBE if f"${name}" in text)}
    if is_select and not _projects(query, {"this"}):
        return "it does not SELECT $this"
    return next(_faults(query, bound, top=True), "")


def _faults(part: Any, bound: set[str], *, top: bool = False) -> Iterator[str]:
    name = getattr(part, "name", "")
    if name == "MinusGraphPattern":
        yield "MINUS"
    elif name == "InlineData" or (name == "SelectQuery" and _get(part, "valuesClause")):
        yield "VALUES"
    elif name == "ServiceGraphPattern":
        yield "SERVICE"
    elif name == "Bind" and str(_get(part, "var")) in bound:
        yield f"AS ${_get(part, 'var')}, which is bound already"
    elif name == "SubSelect" and not top and not _projects(part, bound & {"this"}):
        yield "a sub-select that does not return $this"
    if name in ("SelectQuery", "SubSelect"):
        for item in _get(part, "projection") or ():
            if str(_get(item, "evar")) in bound:
                yield f"AS ${_get(item, 'evar')}, which is bound already"
    inner = part.values() if isinstance(part, dict) else part if _is_list(part) else ()
    for each in inner:
        if isinstance(each, dict) or _is_list(each):
            yield from _faults(each, bound)


def _is_list(part: Any) -> bool:
    return hasattr(part, "__iter__") and not isinstance(part, (str, bytes, dict))


def _projects(query: Any, names: set[str]) -> bool:
    projection = _get(query, "projection")
    if not projection:
        return True  # SELECT *
    shown = {str(_get(item, "var") or _get(item, "evar")) for item in projection}
    return names <= shown


def _get(part: Any, key: str) -> Any:
    """A part of a parsed query; rdflib's own `get` answers with the key where there is none."""
    return dict.get(part, key)
