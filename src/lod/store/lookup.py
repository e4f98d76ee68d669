"""Queries that a bounded look into the index answers: one triple pattern, few solutions.

SPARQL 1.1 Query Language: https://www.w3.org/TR/sparql11-query/#BasicGraphPatterns

`SELECT * { <iri> ?p ?o }` is what programs ask most. With a limit, the engine reads as many entries of its index as
there are solutions and no more, whatever the pattern; the text is short and flat, so its parser's stack is safe. Such a
query needs no process that can be killed, and the way there and back would take longer than its answer.

Only a text that is such a query to every reader is taken for one: no comments, no escapes, no variable twice.
"""

from __future__ import annotations

import re
from functools import lru_cache

import pyoxigraph
from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions

from lod.rdf.formats import RESULTS_JSON, RESULTS_XML, Format
from lod.rdf.in_xml import NotInXml
from lod.rdf.tags import with_written_tags
from lod.store.guard import Query, QueryForm
from lod.store.rows import RowCounter

MOST_ROWS = 200
MOST_TEXT = 2_000  # characters
_MOST_BYTES = 1 << 20
_LEAST_ROW = {RESULTS_JSON: 32, RESULTS_XML: 32}  # bytes that no row has fewer of: short answers need no count

_IRI = r'<[^<>"{}|^`\\\s\x00-\x20]*+>'
_NAME = r"(?:[A-Za-z][A-Za-z0-9_-]*+)?:[A-Za-z0-9_-]*+"
_VARIABLE = r"\?[A-Za-z][A-Za-z0-9_]*+"
_STRING = rf'"[^"\\\r\n]*+"(?:@[A-Za-z]++(?:-[A-Za-z0-9]++)*+|\^\^(?:{_IRI}|{_NAME}))?'
_LOOK_UP = re.compile(
    rf"""\s*+ (?:PREFIX\s++(?:[A-Za-z][A-Za-z0-9_-]*+)?:\s*+{_IRI}\s*+)*+
    (SELECT\s*+(?:\*|{_VARIABLE}(?:\s++{_VARIABLE})*+)|ASK) \s*+
    (?:WHERE\s*+)? \{{ \s*+
    ({_IRI}|{_NAME}|{_VARIABLE}) \s++ ({_IRI}|{_NAME}|{_VARIABLE}|a) \s++ ({_IRI}|{_NAME}|{_VARIABLE}|{_STRING})
    \s*+ \.? \s*+ \}} \s*+ (?:LIMIT\s++(\d{{1,9}}))? \s*+""",
    re.VERBOSE | re.IGNORECASE,
)

_PREFIXED = re.compile(r"\A[^<?\"]*:|\^\^[^<]")  # a name, also that of a datatype
_RELATIVE = re.compile(r"<(?![A-Za-z][A-Za-z0-9+.-]*+:)")  # an IRI that needs a base, which takes time to parse


def read_look_up(text: str) -> Query | None:
    """A query that is one triple pattern whose variables are distinct, by its words alone; None for any other.

    What passes here would pass the guard (`lod.store.guard.inspect_query`).
    """
    found = _LOOK_UP.fullmatch(text) if len(text) <= MOST_TEXT else None
    if found is None:
        return None
    form, *terms, limit = found.groups()
    variables = [term for term in terms if term.startswith("?")]
    if len(set(variables)) != len(variables):
        return None
    return Query(
        text,
        QueryForm.ASK if form.upper() == "ASK" else QueryForm.SELECT,
        None if limit is None else int(limit),
    )


def without_prologue(text: str) -> str:
    """A look-up without its prefixes, where no name of it has one; else as it is."""
    found = _LOOK_UP.fullmatch(text)
    if found is None or any(_PREFIXED.search(term) for term in found.groups()[1:4]):
        return text
    return text[found.start(1) :]


class _TooMuch(Exception):
    """The answer is longer than what is looked up here."""


class _Few:
    """Takes the bytes of a short answer."""

    def __init__(self) -> None:
        self.body = b""

    def write(self, data: bytes, /) -> int:
        self.body += data
        if len(self.body) > _MOST_BYTES:
            raise _TooMuch
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""


@lru_cache(maxsize=16)
def _syntax(chosen: Format) -> QueryResultsFormat:
    found = QueryResultsFormat.from_media_type(chosen.media_type)
    assert found is not None  # the guard's formats are the store's
    return found


def look_up(
    store: pyoxigraph.Store,
    text: str,
    limit: int | None,
    chosen: Format,
    *,
    base_iri: str = "",
    max_rows: int = MOST_ROWS,
) -> bytes | None:
    """The answer to a look-up with that limit, written; None where it is not short, or there is none."""
    most = min(max_rows, MOST_ROWS)
    is_bounded = limit is not None and limit <= most
    if limit is None:
        text = f"{text}\nLIMIT {most + 1}"
    elif not is_bounded:
        return None
    out = _Few()
    try:
        is_relative = _RELATIVE.search(text) is not None
        results = store.query(text, base_iri=base_iri if is_relative and base_iri else None)
        assert isinstance(results, QuerySolutions | QueryBoolean)
        results.serialize(out, _syntax(chosen))  # type: ignore[arg-type]  # it asks for no more than these two methods
        body = with_written_tags(out.body, chosen)
    except (SyntaxError, ValueError, RuntimeError, OSError, _TooMuch, NotInXml):
        return None  # whoever may be killed finds out what it is
    if is_bounded or isinstance(results, QueryBoolean):
        return body
    if len(body) <= most * _LEAST_ROW.get(chosen, 1):
        return body
    return body if RowCounter(chosen).count(body) <= most else None
