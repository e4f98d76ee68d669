"""Look-ups at the endpoint: what programs ask most, answered where it is asked, without a worker and without waiting.

A program asks the same for one thing after the other. What its first request says, without the IRIs in it, is read and
negotiated once; each later one of that shape needs no more than its IRIs put in their places.

SPARQL 1.1 Protocol: https://www.w3.org/TR/sparql11-protocol/ §2.1.1 (query via GET)
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from pyoxigraph import NamedNode
from starlette.types import Scope

from lod.rdf.formats import HTML, Format
from lod.server import answers, encoding
from lod.server.answers import Answer
from lod.server.at_once import Ready, head_of
from lod.server.documents.write import content_type
from lod.server.metrics import counter
from lod.server.negotiation import choose_format
from lod.server.request_log import QUERY
from lod.server.sending import MOST_AT_ONCE, as_ready, completed
from lod.server.served import ServedRelease
from lod.server.sparql.answer_cache import KnownRequests
from lod.server.sparql.fairness import Budgets, client_of
from lod.server.sparql.headers import KEPT, VARY, answered_from, shared_headers, variant_of
from lod.server.sparql.operation import ProtocolError, named_format, parse_operation, unescaped
from lod.server.sparql.question import QueryLimits
from lod.store.lookup import MOST_TEXT, look_up, read_look_up, without_prologue
from lod.store.query import Way, offered_formats
from lod.store.remote import RemoteStore

_STORE = Way.STORE.value
_ANSWERED = counter("answered", _STORE)
_MOST_SHAPES = 512
_MOST_ESCAPED = 3 * MOST_TEXT  # bytes
_SOME = "urn:x-some:iri"  # an IRI that no query has
_PLACE = b"%3C%00%3E"  # where an IRI was
_IRI = re.compile(rb"(?:%3[Cc]|<)([^<>&]*?)(?:%3[Ee]|>)")  # in the query of a request
_ABSOLUTE = re.compile(r'[A-Za-z][A-Za-z0-9+.-]*+:[^<>"{}|^`\\\s\x00-\x20]*+')


_Key: TypeAlias = tuple[bytes, bytes, *tuple[bytes, ...]]  # Accept, Accept-Encoding, texts between the IRIs


@dataclass(frozen=True, slots=True, eq=False)
class _Shape:
    """What requests share that differ in their IRIs only."""

    pattern: str  # the query; for each IRI there is a '%s'
    asked: str  # what of it the store needs to be asked: without the prefixes, where no name has one
    unasked: int  # IRIs that stand before that
    limit: int | None
    format: Format
    variant: str  # what else an answer depends on, as its validator names it
    short: bytes  # the head of a short answer, but for its validator and length
    long: bytes  # likewise of a longer one
    coding: str  # of longer ones; '' for none


class LookUps:
    """Answers look-ups by GET from one store after the other. Belongs to one event loop."""

    def __init__(self, limits: QueryLimits, budgets: Budgets) -> None:
        self._limits, self._budgets = limits, budgets
        self._served: ServedRelease | None = None
        self._shapes: dict[_Key, _Shape | None] = {}  # None: of something else
        self._known = KnownRequests()

    def answer(self, scope: Scope, served: ServedRelease) -> Ready | None:
        """The answer to a look-up; None for all that is more or is refused: the endpoint tells (`protocol`)."""
        accept = codings = known = b""
        for name, value in scope["headers"]:
            if name == b"accept":
                accept = b"%b, %b" % (accept, value) if accept else value
            elif name == b"accept-encoding":
                codings = b"%b, %b" % (codings, value) if codings else value
            elif name == b"if-none-match":
                known = b"%b, %b" % (known, value) if known else value
        pieces = _IRI.split(scope["query_string"])
        shape = self._shape(scope, served, (accept, codings, *pieces[::2]))
        if shape is None:
            return None
        try:
            iris = [unescaped(piece).decode() for piece in pieces[1::2]]
        except UnicodeDecodeError:
            return None
        text = shape.pattern % (*iris,)
        if len(text) > MOST_TEXT or not all(map(_ABSOLUTE.fullmatch, iris)):
            return None
        if not all(map(_is_iri, iris[: shape.unasked])):  # the store looks at the others
            return None
        scope[QUERY] = text
        validator = answers.etag(served.etag_prefix, shape.variant + text)
        if known and answers.is_fresh(known.decode("latin-1"), validator):
            return as_ready(answers.not_modified(validator, answers.SHORT, VARY), scope)
        found = self._known.get((shape, text))
        if found is None:
            body = self._look_up(client_of(scope), served, shape, shape.asked % (*iris[shape.unasked :],))
            if body is None:
                return None
            found = _headed(shape, validator, body)
            self._known.keep_if_again((shape, text), found)
        return found

    def _look_up(self, client: str, served: ServedRelease, shape: _Shape, text: str) -> bytes | None:
        """The answer's body; None where it is not short, or its client has used its time up."""
        if self._budgets.is_spent(client) or isinstance(served.store, RemoteStore):
            return None
        began = time.monotonic()
        body = look_up(served.store, text, shape.limit, shape.format, max_rows=self._limits.rows)
        self._budgets.charge(client, time.monotonic() - began)
        if body is None or (shape.coding and len(body) > MOST_AT_ONCE):
            return None
        _ANSWERED.inc()
        return body

    def _shape(self, scope: Scope, served: ServedRelease, key: _Key) -> _Shape | None:
        """The shape of a request, from what is known or read now."""
        if served is not self._served:
            self._served, self._shapes, self._known = served, {}, KnownRequests()
        try:
            return self._shapes[key]
        except KeyError:
            if sum(map(len, key)) > _MOST_ESCAPED:
                return None
            if len(self._shapes) >= _MOST_SHAPES:
                self._shapes.clear()
            found = self._shapes[key] = _read(scope, served, self._limits, *key)
            return found


def _read(
    scope: Scope, served: ServedRelease, limits: QueryLimits, accept: bytes, _codings: bytes, *texts: bytes
) -> _Shape | None:
    """What the first request of a shape says; None where it is no look-up, or asks for a page."""
    try:
        operation = parse_operation("GET", _PLACE.join(texts), "", b"")
        text, places = operation.query or "", len(texts) - 1
        query = None if operation.dataset else read_look_up(text.replace("\0", _SOME))
        if query is None or text.count("<\0>") != places or text.count("\0") != places:
            return None
        if operation.formats:
            chosen: Format | None = named_format(operation.formats, query)
        else:
            chosen = choose_format(accept.decode("latin-1"), (*offered_formats(query), HTML))
    except ProtocolError:
        return None
    if chosen is None or chosen is HTML:
        return None
    asked = without_prologue(text.replace("\0", _SOME)).replace(_SOME, "\0")
    headers = (content_type(chosen), KEPT, *shared_headers(served, limits), answered_from(_STORE))
    short, long = (_fields(Answer(200, headers, bytes(size)), scope) for size in (0, encoding.SMALLEST))
    return _Shape(
        _pattern(text),
        _pattern(asked),
        text.count("\0") - asked.count("\0"),
        query.limit,
        chosen,
        variant_of(limits, chosen),
        head_of(short),
        head_of(long),
        dict(long).get(b"content-encoding", b"").decode("ascii"),
    )


def _pattern(text: str) -> str:
    return text.replace("%", "%%").replace("\0", "%s")


def _headed(shape: _Shape, validator: str, body: bytes) -> Ready:
    """An answer with its head."""
    head = shape.short
    if len(body) >= encoding.SMALLEST:
        head = shape.long
        if shape.coding:
            validator, body = f"W/{validator}", encoding.compress(body, shape.coding)
    return Ready(200, b"%betag: %b\r\ncontent-length: %d\r\n" % (head, validator.encode("ascii"), len(body)), body)


@lru_cache(maxsize=1024)
def _is_iri(text: str) -> bool:
    """Whether the store takes it for an absolute IRI."""
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True


def _fields(answer: Answer, scope: Scope) -> tuple[tuple[bytes, bytes], ...]:
    """What all answers like this one have in their heads."""
    return tuple(field for field in completed(answer, scope).headers if field[0] != b"content-length")
