"""`/tpf`: Triple Pattern Fragments, the cheapest interface for programs that do their own joins.

Triple Pattern Fragments: https://linkeddatafragments.org/specification/triple-pattern-fragments/ ; controls:
Hydra Core Vocabulary, https://www.hydra-cg.com/spec/latest/core/ . A page has a fixed size and pages end where going on
would mean to scan: who wants more of one pattern wants the dump.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast
from urllib.parse import parse_qsl, urlencode

import pyoxigraph
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat

from lod.rdf.formats import JSONLD, NQUADS, NTRIPLES, TRIG, TURTLE, Format
from lod.rdf.namespaces import FOAF, RDF, VOID, XSD
from lod.server import answers
from lod.server.answers import Answer, header
from lod.server.ask import Ask
from lod.server.documents.write import write
from lod.server.negotiation import choose_format
from lod.server.served import Node, ServedRelease

HYDRA = "http://www.w3.org/ns/hydra/core#"
FORMATS: tuple[Format, ...] = (TRIG, TURTLE, NQUADS, NTRIPLES, JSONLD)
PATH = "/tpf"
PAGE = 100  # triples
MOST_PAGES = 1_000
COUNTED = 10_000  # triples of a pattern; of more there is an estimate

_PARTS = ("subject", "predicate", "object")


class PatternError(ValueError):
    """A part of the pattern is no RDF term, or the page is none."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A pattern (None: a variable) and the page of it that was asked for, from 1."""

    subject: NamedNode | BlankNode | None
    predicate: NamedNode | None
    object: Node | None
    asked: tuple[tuple[str, str], ...]  # the parameters, as they came
    page: int = 1


def parse_fragment(query: str) -> Fragment:
    """Read the parameters of a request.

    Raises:
        PatternError: in words for the one who asked.
    """
    given = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True)]
    values = dict(given)
    try:
        page = int(values.get("page", "1"))
    except ValueError:
        page = 0
    if not 1 <= page <= MOST_PAGES:
        raise PatternError(f"page is a number from 1 to {MOST_PAGES}; for more of one pattern take the dump")
    subject, predicate, value = (_term(name, values.get(name, "")) for name in _PARTS)
    if isinstance(subject, Literal) or isinstance(predicate, Literal | BlankNode):
        raise PatternError("a subject is an IRI, a predicate is an IRI")
    asked = tuple((name, values[name]) for name in _PARTS if values.get(name))
    return Fragment(subject, predicate, value, asked, page)


def _term(name: str, text: str) -> Node | None:
    """An IRI as it is, with or without angle brackets; a literal as in Turtle; '' and ?x are variables."""
    if not text or text.startswith("?"):
        return None
    try:
        if not text.startswith('"'):
            return NamedNode(text.removeprefix("<").removesuffix(">"))
        line = f"<a:s> <a:p> {_bracketed(text)} ."
        quad = next(iter(pyoxigraph.parse(line, RdfFormat.N_TRIPLES)))
    except (ValueError, SyntaxError, StopIteration) as error:
        raise PatternError(f"{name} is no RDF term: an IRI, or a literal as in Turtle") from error
    return cast("Node", quad.object)


def _bracketed(literal: str) -> str:
    """Clients write `"5"^^http://…integer` too."""
    body, mark, datatype = literal.rpartition("^^")
    return f"{body}^^<{datatype}>" if mark and body.endswith('"') and not datatype.startswith("<") else literal


def is_fragment(_: ServedRelease, ask: Ask) -> bool:
    """Whether a fragment is asked for."""
    return ask.path == PATH


def respond_to_fragment(served: ServedRelease, ask: Ask) -> Answer:
    """Answer a request for a fragment."""
    query = ask.query
    try:
        fragment = parse_fragment(query)
    except PatternError as error:
        return answers.problem(400, "Bad Request", str(error))
    chosen = choose_format(ask.accept, FORMATS)
    if chosen is None:
        return answers.in_no_such_type(item.media_type for item in FORMATS)
    validator = answers.etag(served.etag_prefix, f"tpf {chosen.suffix}?{query}")
    if answers.is_fresh(ask.if_none_match, validator):
        return answers.not_modified(validator, answers.SHORT, "Accept")
    headers = (
        header("content-type", chosen.media_type),
        header("etag", validator),
        header("cache-control", answers.SHORT),
        header("vary", "Accept"),
    )
    return Answer(200, headers, write_fragment(served, fragment, chosen, query))


def write_fragment(served: ServedRelease, fragment: Fragment, chosen: Format, query: str) -> bytes:
    """Data of the page, how many there are, and the controls (§3), in a graph of their own where there are graphs.

    The page bears the address that was asked for, as it was spelt (`query`): clients look for that one.
    """
    start = (fragment.page - 1) * PAGE
    found = served.stretch(fragment.subject, fragment.predicate, fragment.object, start, PAGE + 1)
    data, more = found[:PAGE], len(found) > PAGE
    total = _total(served, fragment, start + len(data) if data else 0, more)
    url = served.space.base + PATH[1:]
    here = f"{url}?{answers.safe_target(query)}" if query else url
    about = NamedNode(here + "#metadata")
    controls = _controls(url, here, fragment, total, more)
    said = (Quad(*triple, about) if chosen in {TRIG, NQUADS} else Quad(*triple) for triple in controls)
    flat = [Quad(quad.subject, quad.predicate, quad.object) for quad in data]
    return write((*flat, *said), (), chosen, served.space.base)


def _total(served: ServedRelease, fragment: Fragment, seen: int, more: bool) -> int:
    """Exact while that is cheap; else what the VoID description counted, or a bound from below.

    `seen`: with this page; 0 where it is empty, which says nothing of the pages before.
    """
    if not more and (seen or fragment.page == 1):
        return seen
    if fragment.subject is None and fragment.object is None:
        whole = served.release.manifest.triples
        known = whole if fragment.predicate is None else _of_property(served, fragment.predicate)
        if known:
            return known
    return max(served.count(fragment.subject, fragment.predicate, fragment.object, COUNTED + 1), seen + 1)


def _of_property(served: ServedRelease, predicate: NamedNode) -> int:
    for part in served.metadata.quads_for_pattern(None, NamedNode(VOID + "property"), predicate, None):
        for quad in served.metadata.quads_for_pattern(part.subject, NamedNode(VOID + "triples"), None, None):
            if isinstance(quad.object, Literal) and quad.object.value.isdecimal():
                return int(quad.object.value)
    return 0


def _page_url(url: str, fragment: Fragment, page: int) -> str:
    fields = [*fragment.asked, *([("page", str(page))] if page > 1 else [])]
    return f"{url}?{urlencode(fields)}" if fields else url


Statement = tuple[NamedNode | BlankNode, NamedNode, Node]


def _controls(url: str, here: str, fragment: Fragment, total: int, more: bool) -> Iterable[Statement]:
    """Metadata and hypermedia controls (§3.2, §3.3)."""
    page, whole, dataset = NamedNode(here), NamedNode(_page_url(url, fragment, 1)), NamedNode(url + "#dataset")
    form = BlankNode("form")
    count = Literal(str(total), datatype=NamedNode(XSD + "integer"))
    yield NamedNode(here + "#metadata"), NamedNode(FOAF + "primaryTopic"), dataset
    yield dataset, NamedNode(VOID + "subset"), whole
    yield dataset, NamedNode(VOID + "subset"), page
    yield dataset, NamedNode(RDF + "type"), NamedNode(VOID + "Dataset")
    yield dataset, NamedNode(RDF + "type"), NamedNode(HYDRA + "Collection")
    yield dataset, NamedNode(HYDRA + "search"), form
    yield form, NamedNode(HYDRA + "template"), Literal(url + "{?subject,predicate,object}")
    yield form, NamedNode(HYDRA + "variableRepresentation"), NamedNode(HYDRA + "ExplicitRepresentation")
    for name in _PARTS:
        mapping = BlankNode(name)
        yield form, NamedNode(HYDRA + "mapping"), mapping
        yield mapping, NamedNode(HYDRA + "variable"), Literal(name)
        yield mapping, NamedNode(HYDRA + "property"), NamedNode(RDF + name)
    if whole != page:
        yield whole, NamedNode(VOID + "subset"), page
    yield page, NamedNode(RDF + "type"), NamedNode(HYDRA + "PartialCollectionView")
    yield page, NamedNode(VOID + "triples"), count
    yield page, NamedNode(HYDRA + "totalItems"), count
    yield page, NamedNode(HYDRA + "itemsPerPage"), Literal(str(PAGE), datatype=NamedNode(XSD + "integer"))
    yield page, NamedNode(HYDRA + "first"), whole
    if fragment.page > 1:
        yield page, NamedNode(HYDRA + "previous"), NamedNode(_page_url(url, fragment, fragment.page - 1))
    if more and fragment.page < MOST_PAGES:
        yield page, NamedNode(HYDRA + "next"), NamedNode(_page_url(url, fragment, fragment.page + 1))
