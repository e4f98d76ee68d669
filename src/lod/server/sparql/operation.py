"""What a request to the SPARQL endpoint asks, and what is wrong with how it asks.

SPARQL 1.1 Protocol: https://www.w3.org/TR/sparql11-protocol/ §2.1 (query operation), §2.1.6 (faults)
"""

from __future__ import annotations

import re
from binascii import a2b_qp
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from lod.errors import LodError
from lod.rdf.formats import (
    GRAPH_FORMATS,
    HTML,
    JSONLD,
    NQUADS,
    NTRIPLES,
    RDFXML,
    RESULT_FORMATS,
    RESULTS_JSON,
    RESULTS_XML,
    TURTLE,
    Format,
)
from lod.rdf.iris import illegal_character, is_absolute
from lod.store.dataset import Dataset
from lod.store.guard import MAX_BYTES, Query
from lod.store.query import offered_formats
from lod.wording import NOTHING, Wording, say

QUERY_TYPE = "application/sparql-query"
UPDATE_TYPE = "application/sparql-update"
FORM_TYPE = "application/x-www-form-urlencoded"
MAX_BODY = 4 * MAX_BYTES  # a form writes three characters for one

_MOST_FIELDS = 100
_ONLY_A_QUERY = re.compile(rb"query=([!-$'-~]*+(?:%[0-7][0-9A-Fa-f][!-$'-~]*+)*+)")  # in ASCII, as programs ask most
_UPDATE_FIELDS = frozenset({"update", "using-graph-uri", "using-named-graph-uri"})
_OTHER_NAMES = {
    "turtle": TURTLE, "n3": TURTLE, "ntriples": NTRIPLES, "n-triples": NTRIPLES, "nquads": NQUADS, "n-quads": NQUADS,
    "json-ld": JSONLD, "rdf+xml": RDFXML, "rdfxml": RDFXML, "srj": RESULTS_JSON, "srx": RESULTS_XML,
}  # fmt: skip


class ProtocolError(LodError):
    """A request that is not one of the protocol's; `status` is the answer's."""

    def __init__(self, status: int, message: Wording, *, code: str, hint: Wording = NOTHING) -> None:
        super().__init__(message, hint=hint, code=code)
        self.status = status


@dataclass(frozen=True, slots=True)
class Operation:
    """One query operation. `query` is None when there is none: the service describes itself."""

    query: str | None = None
    dataset: Dataset = Dataset()  # noqa: RUF009 - frozen
    formats: tuple[str, ...] = ()  # of `format=`, as written; clients repeat it in several spellings
    chart: str = ""  # how the page draws the answer; no part of the protocol


def parse_operation(method: str, query_string: bytes, content_type: str, body: bytes) -> Operation:
    """Read a GET, HEAD or POST request (§2.1.1 to §2.1.3).

    Raises:
        ProtocolError: LOD9101 malformed, LOD9102 of another media type or charset, LOD9103 an update.
    """
    only = _ONLY_A_QUERY.fullmatch(query_string)
    if only is not None and method != "POST":
        return Operation(unescaped(only[1]).decode("ascii"))
    fields = _fields(query_string, "the URL")
    if method == "POST":
        media_type, charset = _media_type(content_type)
        if media_type == UPDATE_TYPE:
            raise _update()
        if media_type not in (QUERY_TYPE, FORM_TYPE):
            named = f"'{media_type}'" if media_type else "no Content-Type"
            message = say(
                "a query comes as {query_type} or {form_type}; this request names {named}",
                query_type=QUERY_TYPE,
                form_type=FORM_TYPE,
                named=named,
            )
            raise ProtocolError(
                415, message, code="LOD9102", hint=say("send 'Content-Type: {query_type}'", query_type=QUERY_TYPE)
            )
        if charset not in ("", "utf-8", "utf8"):
            raise ProtocolError(
                415, say("queries are UTF-8, not {charset}", charset=charset), code="LOD9102", hint=say("send UTF-8")
            )
        if media_type == FORM_TYPE:
            fields += _fields(body, "the form")
        else:
            fields.append(("query", _decode(body)))
    return _operation(fields)


def unescaped(value: bytes) -> bytes:
    """A value of a form without its escapes: quoted-printable (RFC 2045 §6.7) but for the sign, and read in C."""
    return a2b_qp(value.replace(b"+", b" ").replace(b"=", b"%3D").replace(b"%", b"="))


def _operation(fields: list[tuple[str, str]]) -> Operation:
    if any(name in _UPDATE_FIELDS for name, _ in fields):
        raise _update()
    return Operation(
        _query(fields),
        Dataset(_graphs(fields, "default-graph-uri"), _graphs(fields, "named-graph-uri")),
        _named(fields, "format"),
        next(iter(_named(fields, "chart")), ""),
    )


def _named(fields: Iterable[tuple[str, str]], wanted: str) -> tuple[str, ...]:
    return tuple(value for name, value in fields if name == wanted and value)


def _query(fields: Iterable[tuple[str, str]]) -> str | None:
    values = [value for name, value in fields if name == "query"]
    if len(values) > 1:
        hint = say("ask one query a request")
        raise ProtocolError(
            400, say("the parameter 'query' stands {values} times", values=len(values)), code="LOD9101", hint=hint
        )
    return values[0] if values else None


def _graphs(fields: Iterable[tuple[str, str]], wanted: str) -> tuple[str, ...]:
    return tuple(graph_name(wanted, iri) for iri in _named(fields, wanted))


def graph_name(parameter: str, iri: str) -> str:
    """The IRI that a parameter names a graph by.

    Raises:
        ProtocolError: LOD9101 it is none, or relative.
    """
    if is_absolute(iri) and not illegal_character(iri):
        return iri
    message = say("{wanted} is no IRI: '{iri}'", wanted=parameter, iri=iri)
    raise ProtocolError(400, message, code="LOD9101", hint=say("graphs are named by absolute IRIs"))


def _fields(text: bytes, where: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            text.decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError as error:  # UnicodeDecodeError among them
        hint = say("escape parameters as UTF-8, at most a hundred of them")
        raise ProtocolError(
            400,
            say("the parameters of {where} cannot be read: {error}", where=where, error=error),
            code="LOD9101",
            hint=hint,
        ) from None


def _decode(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        message = say("the query is not UTF-8: byte {start} cannot be read", start=error.start)
        raise ProtocolError(400, message, code="LOD9101", hint=say("send UTF-8")) from None


def _media_type(content_type: str) -> tuple[str, str]:
    media_type, *parameters = (part.strip() for part in content_type.lower().split(";"))
    named = dict(part.partition("=")[::2] for part in parameters)
    return media_type, named.get("charset", "").strip('"')


def _update() -> ProtocolError:
    message = say("there are no updates here: what is published changes by a new release")
    return ProtocolError(405, message, code="LOD9103", hint=say("ask with SELECT, ASK, CONSTRUCT or DESCRIBE"))


def named_format(names: Iterable[str], query: Query) -> Format:
    """The format that `format=` names for a query: the first name that is known for its form.

    Raises:
        ProtocolError: LOD9104 there is none of these names for this form of query.
    """
    offers = (*offered_formats(query), HTML)
    for name in names:
        if (found := _named_format(name, offers, query.form.is_graph)) is not None:
            return found
    known = ", ".join(offer.suffix for offer in offers)
    message = say("the answer of {form} does not exist as '{names}'", form=query.form, names=", ".join(names))
    raise ProtocolError(406, message, code="LOD9104", hint=say("format= one of: {known}", known=known))


def _named_format(name: str, offers: tuple[Format, ...], is_graph: bool) -> Format | None:
    """By suffix ('csv'), by media type, or by a name that clients are used to."""
    wanted = name.strip().lower().replace(" ", "+")  # an unescaped '+' in a URL arrives as a blank
    for offer in offers:
        if wanted == offer.suffix or wanted in offer.media_types:
            return offer
    if is_graph and wanted in ("json", "xml"):
        return JSONLD if wanted == "json" else RDFXML
    other = _OTHER_NAMES.get(wanted)
    return other if other in offers else None


def not_acceptable(what: Wording, offers: Iterable[Format]) -> ProtocolError:
    """406: nothing that the Accept header names exists (RFC 9110 §15.5.7)."""
    known = ", ".join(offer.media_type for offer in offers)
    return ProtocolError(
        406, say("{what} exists in other formats than those asked for", what=what), code="LOD9104", hint=Wording(known)
    )


ANY_FORMAT = (*RESULT_FORMATS, *GRAPH_FORMATS)
"""What the endpoint can write."""
