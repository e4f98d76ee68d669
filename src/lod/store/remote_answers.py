"""What a store elsewhere answers to a query, read: solutions that are whole, a boolean however it is said, a number."""

from __future__ import annotations

import json
from collections import deque

import pyoxigraph
from pyoxigraph import QueryResultsFormat

from lod.store.transport import Endpoint, ask, unreadable

RESULTS = "application/sparql-results+json"


def number(endpoint: Endpoint, query: str, graphs: tuple[str, ...]) -> int | None:
    """The one number that a query over some graphs selects as `?n`; None where it selects nothing.

    Raises:
        RemoteError: as `lod.store.transport.ask`.
    """
    body = ask(endpoint, query, RESULTS, graphs)
    try:
        row = next(iter(whole_solutions(body)), None)
        return None if row is None else int(row["n"].value)
    except (SyntaxError, ValueError, KeyError, AttributeError) as error:
        raise unreadable(endpoint.query, str(error)) from error


def count(endpoint: Endpoint, *graphs: str) -> int:
    """How many statements a graph holds, or several together.

    Raises:
        RemoteError: as `lod.store.transport.ask`.
    """
    pattern = "?s ?p ?o" if len(graphs) == 1 else "SELECT DISTINCT ?s ?p ?o WHERE { ?s ?p ?o }"  # they may share some
    return number(endpoint, f"SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}", graphs) or 0


def whole_solutions(body: bytes) -> pyoxigraph.QuerySolutions:
    """The solutions of a SELECT. They are read twice: the parser tells of a cut text only when it comes to its end.

    Raises:
        SyntaxError, ValueError: the text is none, or not whole.
    """
    results = _solutions(body)
    try:
        deque(results, maxlen=0)
    finally:
        del results  # it ends in the thread that made it, whoever keeps the traceback of an error
    return _solutions(body)


def _solutions(body: bytes) -> pyoxigraph.QuerySolutions:
    results = pyoxigraph.parse_query_results(body, QueryResultsFormat.JSON)
    if not isinstance(results, pyoxigraph.QuerySolutions):
        raise ValueError("a boolean instead of solutions")
    return results


def as_boolean(results: pyoxigraph.QuerySolutions | pyoxigraph.QueryBoolean) -> pyoxigraph.QueryBoolean:
    """The answer to an ASK; some engines send a row instead (Virtuoso 7: `__ASK_RETVAL`).

    Raises:
        ValueError: it is neither.
    """
    if isinstance(results, pyoxigraph.QueryBoolean):
        return results
    first = next(iter(results), None)
    if first is None and [variable.value for variable in results.variables] == ["__ASK_RETVAL"]:
        return _boolean(is_true=False)
    if first is None or len(first) != 1 or not isinstance(first[0], pyoxigraph.Literal):
        raise ValueError("no boolean")
    return _boolean(is_true=first[0].value in {"1", "true"})


def _boolean(*, is_true: bool) -> pyoxigraph.QueryBoolean:
    told = pyoxigraph.parse_query_results(json.dumps({"head": {}, "boolean": is_true}), QueryResultsFormat.JSON)
    assert isinstance(told, pyoxigraph.QueryBoolean)
    return told
