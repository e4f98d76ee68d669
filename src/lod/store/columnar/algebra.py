"""Parse a query to SPARQL algebra, and write the parts of it that the store is to judge.

SPARQL 1.1 Query Language: https://www.w3.org/TR/sparql11-query/ §18 (algebra), §19 (grammar)

The parser is rdflib's. It is run in query workers alone, after the engine's own parser has accepted the query. Only
what these functions know is written; anything else raises `NotPlanned`, and the store answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import rdflib
from rdflib.paths import Path as PropertyPath
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import BNode, Identifier, Literal, URIRef, Variable

rdflib.NORMALIZE_LITERALS = False  # "01"^^xsd:integer is the engine's to judge

_INFIX = {
    "ConditionalOrExpression": " || ",
    "ConditionalAndExpression": " && ",
    "AdditiveExpression": "",
    "MultiplicativeExpression": "",
}
_PREFIX = {"UnaryNot": "!", "UnaryMinus": "-", "UnaryPlus": "+"}
_UNSTABLE = {"Builtin_RAND", "Builtin_UUID", "Builtin_STRUUID", "Builtin_NOW", "Builtin_BNODE"}
_MOST_DEPTH = 60
_ABSOLUTE = re.compile(r'[A-Za-z][A-Za-z0-9+.-]*:[^<>"{}|^`\\\x00-\x20]*')
_DOTS = re.compile(r"/\.\.?(?:[/?#]|$)")


class NotPlanned(Exception):
    """The columns are not known to say the same: the store answers. The text says why, for tests and logs."""


def parse(text: str, base_iri: str) -> CompValue:
    """The algebra of a SELECT query (§18.2).

    Raises:
        NotPlanned: rdflib does not read it as such.
    """
    try:
        algebra = translateQuery(parseQuery(text), base=base_iri or None).algebra
    except Exception as error:  # whatever a parser of Python raises on what another has accepted
        raise NotPlanned(f"not read: {type(error).__name__}") from error
    if algebra.name != "SelectQuery":
        raise NotPlanned("no SELECT")
    if algebra.datasetClause:
        raise NotPlanned("FROM")
    return algebra


def iri_of(term: URIRef) -> str:
    """An IRI that every parser resolves alike.

    Raises:
        NotPlanned: it is relative, has dot segments, or characters that IRIs do not have.
    """
    if _ABSOLUTE.fullmatch(term) is None or _DOTS.search(term) is not None:
        raise NotPlanned("an odd IRI")
    return str(term)


def term_text(term: Identifier | PropertyPath) -> str:
    """A term, variable or property path as SPARQL."""
    if isinstance(term, Variable):
        return f"?{term}"
    if isinstance(term, URIRef):
        return f"<{iri_of(term)}>"
    if isinstance(term, Literal):
        text = str(term).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
        if term.language:
            return f'"{text}"@{term.language}'
        return f'"{text}"^^<{term.datatype}>' if term.datatype else f'"{text}"'
    if isinstance(term, PropertyPath):
        return str(term.n3())
    raise NotPlanned(f"a {type(term).__name__}")


def expression_text(value: Any, depth: int = 0) -> str:
    """An expression as SPARQL, every operation in brackets (§17)."""
    if depth > _MOST_DEPTH:
        raise NotPlanned("a deep expression")
    if isinstance(value, Identifier):
        return term_text(value)
    if not isinstance(value, CompValue) or value.name in _UNSTABLE:
        raise NotPlanned(f"an expression: {getattr(value, 'name', type(value).__name__)}")

    def inner(part: Any) -> str:
        return expression_text(part, depth + 1)

    name = value.name
    if name in _INFIX:
        return "(" + inner(value.expr) + "".join(_operations(value, inner)) + ")"
    if name in _PREFIX:
        return f"({_PREFIX[name]}{inner(value.expr)})"
    if name == "RelationalExpression":
        return f"({inner(value.expr)}{_relation(value, inner)})"
    if name == "Function" and not value.distinct:
        return f"{term_text(value.iri)}({', '.join(map(inner, value.expr or ()))})"
    if name.startswith("Builtin_") and "graph" not in value:
        return f"{name.removeprefix('Builtin_')}({', '.join(map(inner, _arguments(value)))})"
    raise NotPlanned(f"an expression: {name}")


def _operations(value: CompValue, inner: Any) -> Iterator[str]:
    others = [] if value.other is None else value.other
    signs = value.op if _INFIX[value.name] == "" else [_INFIX[value.name]] * len(others)
    for sign, other in zip(signs or (), others, strict=True):
        yield f" {sign} {inner(other)}"


def _relation(value: CompValue, inner: Any) -> str:
    if not value.op:
        return ""
    if value.op in ("IN", "NOT IN"):
        others = [] if isinstance(value.other, URIRef) else value.other  # rdf:nil stands for the empty list
        return f" {value.op} ({', '.join(map(inner, others))})"
    return f" {value.op} {inner(value.other)}"


def _arguments(value: CompValue) -> Iterable[Any]:
    """The arguments of a built-in call, in the grammar's order."""
    for name in dict.keys(value):
        if name == "_vars":
            continue
        part = value[name]
        if isinstance(part, list):
            yield from part
        elif part is not None:
            yield part


def variables(value: Any) -> frozenset[str]:
    """The variables that stand in an expression, a triple or a term."""
    if isinstance(value, Variable):
        return frozenset({str(value)})
    if isinstance(value, CompValue):
        return frozenset().union(*(variables(value[name]) for name in dict.keys(value) if name != "_vars"))
    if isinstance(value, list | tuple):
        return frozenset().union(*map(variables, value))
    return frozenset()


def without_blank(term: Any) -> Any:
    """A term of a pattern; a blank node there is a variable that nobody names (§4.1.4)."""
    return Variable(f"__blank_{term}") if isinstance(term, BNode) else term
