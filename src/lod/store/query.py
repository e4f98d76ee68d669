"""Questions to a sealed store: evaluated by Oxigraph, written out in blocks by its own serialisers.

SPARQL 1.1 Query Language: https://www.w3.org/TR/sparql11-query/ ; the result formats are those of
https://www.w3.org/TR/sparql11-results-json/, …/rdf-sparql-XMLres/ and …/sparql11-results-csv-tsv/

Evaluation cannot be interrupted from Python and may end the process, so the server calls `evaluate` in processes that
it can kill (`lod.server.sparql.pool`); the command line calls `query` in its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from functools import partial
from typing import BinaryIO, Protocol

import pyoxigraph
from pyoxigraph import NamedNode, QueryBoolean, QuerySolutions, Triple

from lod.rdf.formats import GRAPH_FORMATS, RESULT_FORMATS, RESULTS_TSV, TURTLE, Format, by_suffix
from lod.store.dataset import WHOLE_STORE, Dataset, dataset_of, merged
from lod.store.failures import evaluation_error, syntax_error
from lod.store.faults import may_be_wrong, mended
from lod.store.guard import Query, QueryError, inspect_query
from lod.store.remote import RemoteStore
from lod.store.rewriting.accepted import with_forms_that_are_read
from lod.store.rewriting.elsewhere import alone
from lod.store.rewriting.numbers import with_numbers
from lod.store.rewriting.outline import Unreadable
from lod.store.rewriting.tags import WRITTEN, with_known_tags, written_tag
from lod.store.transport import RemoteError
from lod.store.written import Sink, Written, write_graph, write_results
from lod.wording import Wording, say


class Columns(Protocol):
    """What may answer questions about cubes sooner (`lod.store.columnar.answer`)."""

    def rewrite(self, query: Query, base_iri: str, selected: Callable[[], Sequence[str] | None]) -> str | None:
        """The query over what columns say, for the store to finish; None when the store has to answer it all.

        `selected` asks the engine for the variables that the query selects, and raises what is wrong with it; None
        where it has to answer.
        """


_OF_ALL = ("GROUP", "COUNT", "SUM", "AVG", "MIN", "MAX", "DISTINCT", "ORDER")  # words of what no LIMIT ends soon


_NOT_PLAIN = ("(", "*", "|", "GRAPH", "FROM", "FILTER", "GROUP", "ORDER", "DISTINCT")
_NO_VARIABLE = re.compile(r"\?(?!\w)")


def may_suit_columns(text: str) -> bool:
    """Whether a query may be one that columns answer sooner, by its letters alone: in a microsecond or two."""
    letters = text.upper()
    return any(word in letters for word in _OF_ALL) or ("FILTER" in letters and "LIMIT" not in letters)


def _is_plain(text: str) -> bool:
    """Whether a query is made of triples alone: what the engine gets wrong and what columns answer needs one of these.

    An expression stands in brackets, but for what it is grouped and ordered by.
    """
    letters = text.upper()
    return not (any(part in letters for part in _NOT_PLAIN) or _NO_VARIABLE.search(text))


class Way(StrEnum):
    """What a query was answered from."""

    STORE = "store"
    COLUMNS = "columns"


def offered_formats(query: Query) -> tuple[Format, ...]:
    """The formats that a query's answer can be written in, the usual one first."""
    return GRAPH_FORMATS if query.form.is_graph else RESULT_FORMATS


def query(
    store: pyoxigraph.Store,
    text: str,
    out: BinaryIO,
    *,
    suffix: str | None = None,
    base_iri: str = "",
    columns: Columns | None = None,
) -> int:
    """Answer one query in this process, without limits of time or size. Returns the number of rows or triples.

    `suffix` names the format ('csv', 'json', 'ttl' …); without it results are TSV and graphs Turtle.

    Raises:
        QueryError: LOD5010 to LOD5015 as `inspect_query`; LOD5016 no such format for this form; LOD5017 it failed.
    """
    inspected = inspect_query(text)
    offers = offered_formats(inspected)
    usual = TURTLE if inspected.form.is_graph else RESULTS_TSV
    chosen = by_suffix(suffix, offers) if suffix else usual
    if chosen is None:
        known = ", ".join(offer.suffix for offer in offers)
        message = say("the answer of {form} cannot be written as '{suffix}'", form=inspected.form, suffix=suffix)
        raise QueryError(message, code="LOD5016", hint=say("one of: {known}", known=known))
    return evaluate(store, inspected, chosen, out, base_iri=base_iri, columns=columns).rows


def evaluate(
    store: pyoxigraph.Store | RemoteStore,
    inspected: Query,
    chosen: Format,
    out: Sink,
    *,
    dataset: Dataset = WHOLE_STORE,
    base_iri: str = "",
    max_rows: int | None = None,
    is_cut: bool = False,
    columns: Columns | None = None,
    told: Callable[[Way], object] = lambda _way: None,
) -> Written:
    """Evaluate a query and write its answer. `told` learns what it is answered from before anything is written.

    `max_rows`: a longer answer is refused; with `is_cut` it ends there and is said to (results as TSV, graphs only).

    Raises:
        QueryError: LOD5010 syntax, LOD5017 the engine failed, LOD9120 an unknown function, LOD9121 another endpoint
            failed, LOD9203 it would answer wrongly, LOD5018 more than `max_rows`: `out` then holds the first blocks of
            an answer that must not be passed off as whole.
        Whatever `out.write` raises.
    """
    way = Way.STORE
    if isinstance(store, pyoxigraph.Store) and (dataset or not _is_plain(inspected.text)):
        if (text := with_numbers(with_known_tags(inspected.text), inspected.prefixes)) != inspected.text:
            _variables_of(inspected, base_iri)  # what cannot be read is said first, at its place
            inspected = replace(inspected, text=text)
        store, dataset = merged(store, dataset or dataset_of(inspected, base_iri))
        if may_be_wrong(inspected.text):
            inspected = _asked_rightly(store, inspected, dataset, base_iri)
        if columns is not None and not dataset:
            over = columns.rewrite(inspected, base_iri, partial(_selected, inspected, base_iri))
            if over is not None:
                inspected, way = replace(inspected, text=over), Way.COLUMNS
    results = _run(store, inspected, dataset, base_iri)
    told(way)
    try:
        if isinstance(results, QuerySolutions | QueryBoolean):
            return write_results(results, inspected, chosen, out, max_rows, is_cut)
        return write_graph(results, inspected, chosen, out, max_rows, is_cut)
    finally:
        del results  # they end in the thread that made them, whoever keeps the traceback of an error


def _run(
    store: pyoxigraph.Store | RemoteStore, inspected: Query, dataset: Dataset, base_iri: str
) -> QuerySolutions | Iterable[Triple] | QueryBoolean:
    if isinstance(store, RemoteStore):
        return _run_elsewhere(store, inspected, dataset, base_iri)
    try:
        return store.query(
            inspected.text,
            base_iri=base_iri or None,
            custom_functions={WRITTEN: written_tag} if WRITTEN.value in inspected.text else None,
            default_graph=[*_nodes(dataset.default_graphs)] if dataset else None,
            named_graphs=[*_nodes(dataset.named_graphs)] if dataset else None,
        )
    except SyntaxError as error:
        if (otherwise := _read_otherwise(store, inspected, dataset, base_iri)) is not None:
            return otherwise
        raise syntax_error(inspected.text, Wording(str(error))) from None
    except (OSError, RuntimeError, ValueError) as error:
        raise evaluation_error(error, inspected) from None


def _read_otherwise(
    store: pyoxigraph.Store, inspected: Query, dataset: Dataset, base_iri: str
) -> QuerySolutions | Iterable[Triple] | QueryBoolean | None:
    """The results of a query that the engine cannot read and another parser could; None where it is no SPARQL."""
    try:
        text = with_forms_that_are_read(inspected.text)
        return None if text == inspected.text else _run(store, replace(inspected, text=text), dataset, base_iri)
    except Unreadable:
        return None
    except QueryError as error:
        if error.code != "LOD5010":
            raise
        return None


def _run_elsewhere(
    store: RemoteStore, inspected: Query, dataset: Dataset, base_iri: str
) -> QuerySolutions | Iterable[Triple] | QueryBoolean:
    """The answer of a store elsewhere to a query that our own engine would take, too."""
    _variables_of(inspected, base_iri)
    dataset = dataset or dataset_of(inspected, base_iri)
    text = alone(inspected, base_iri)
    try:
        return store.evaluate(text, inspected.form, dataset.default_graphs, dataset.named_graphs)
    except RemoteError as error:
        raise QueryError(error.message, code=error.code, hint=error.hint) from None


def _asked_rightly(store: pyoxigraph.Store, inspected: Query, dataset: Dataset, base_iri: str) -> Query:
    """The query as our own engine answers it rightly; itself where it does already."""
    variables = _variables_of(inspected, base_iri)  # what cannot be read is said first

    def ask(text: str) -> bool:
        return bool(_run(store, replace(inspected, text=text), dataset, base_iri))

    def names() -> list[str]:
        return [*(dataset.named_graphs if dataset else named_graphs(store))]

    text = mended(inspected, variables, names, ask)
    return inspected if text == inspected.text else replace(inspected, text=text)


def _selected(inspected: Query, base_iri: str) -> list[str] | None:
    """What a query selects; None where the engine is asked in words that no other reader has.

    Raises:
        QueryError: it cannot be read.
    """
    if WRITTEN.value in inspected.text or with_forms_that_are_read(inspected.text) != inspected.text:
        return None
    return _variables_of(inspected, base_iri)


def _variables_of(inspected: Query, base_iri: str) -> list[str]:
    """The names of what a query selects; none of another form. Its results do not outlive this: an error may be kept.

    The engine evaluates totals as soon as it is asked, so an empty store is asked what it thinks of the text.

    Raises:
        QueryError: it cannot be read.
    """
    accepted = _run(pyoxigraph.Store(), inspected, WHOLE_STORE, base_iri)
    return [variable.value for variable in accepted.variables] if isinstance(accepted, QuerySolutions) else []


def _nodes(iris: Sequence[str]) -> list[NamedNode]:
    try:
        return [NamedNode(iri) for iri in iris]
    except ValueError as error:
        raise QueryError(say("a graph's name is no IRI: {error}", error=error), code="LOD5010") from None


def named_graphs(store: pyoxigraph.Store | RemoteStore) -> Iterable[str]:
    """The names of the store's named graphs, in the store's order."""
    return (graph.value for graph in store.named_graphs() if isinstance(graph, NamedNode))
