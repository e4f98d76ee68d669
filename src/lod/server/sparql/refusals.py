"""What the endpoint answers when there is no answer: a page, problem+json or plain text, with code, place and way out.

Problem details: https://www.rfc-editor.org/rfc/rfc9457 ; faults of a query: SPARQL 1.1 Protocol §2.1.6. A status that
clients take for an invitation to try again (503) is given only where trying again helps.
"""

from __future__ import annotations

import json
import logging

from lod.errors import LodError
from lod.rdf.formats import HTML, Format
from lod.server import answers
from lod.server.answers import Answer, header, link
from lod.server.documents.write import content_type
from lod.server.negotiation import PROBLEM, choose_format
from lod.server.pages.reader import Reader
from lod.server.sparql.fairness import BudgetSpent
from lod.server.sparql.operation import Operation, ProtocolError
from lod.server.sparql.page import Failure, sparql_page
from lod.server.sparql.pool import PoolBusy
from lod.server.sparql.question import QueryLimits
from lod.store.guard import QueryError
from lod.store.snapshot import StoreError
from lod.wording import ENGLISH, LANGUAGES, say, translated

_LOG = logging.getLogger(__name__)

METHODS = "GET, HEAD, OPTIONS, POST"

_TEXT = Format("Text", "txt", ("text/plain",))
_STATUS = {
    "LOD8202": 502,
    "LOD8203": 502,
    "LOD5011": 413,
    "LOD5014": 403,
    "LOD5017": 500,
    "LOD5018": 422,
    "LOD6090": 422,
    "LOD6091": 500,
    "LOD6092": 404,
    "LOD9105": 504,
    "LOD9120": 501,
    "LOD9121": 502,
    "LOD9203": 501,
    "LOD9204": 429,
    "LOD9205": 422,
    "LOD9206": 404,
    "LOD9220": 503,
    "LOD9230": 406,
    "LOD9106": 422,
    "LOD9107": 422,
    "LOD9109": 422,
    "LOD9110": 503,
}
_UNREADABLE = frozenset({"LOD8201", "LOD8204", "LOD8206", "LOD9250"})  # a store elsewhere does not answer, or not us
_TOO_MUCH = frozenset({"LOD5018", "LOD6090", "LOD9105", "LOD9106", "LOD9109", "LOD9205"})
_TITLES = {
    400: "Bad Request",
    403: "Forbidden",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    404: "Not Found",
    429: "Too Many Requests",
    500: "Internal Server Error",
    501: "Not Implemented",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


def refuse(
    error: LodError,
    reader: Reader,
    limits: QueryLimits,
    operation: Operation,
    accept: str,
    allow: str = METHODS,
    asks_language: bool = False,
) -> Answer:
    """The answer to a request that failed, in the form that `accept` asks for; programs and `*/*` get problem+json.

    Programs that name no language get English, and in any case a text in each language.
    """
    failure = describe_failure(error)
    headers = [
        header("vary", "Accept, Accept-Language"),
        header("cache-control", answers.NO_STORE),
        header("query-limits", limits.as_field),
        *([header("allow", allow)] if failure.status == 405 else []),
        *([header("link", _downloads(reader))] if failure.is_too_much else []),
        *([header("retry-after", str(after))] if (after := _retry_after(error, failure.status)) else []),
    ]
    chosen = choose_format(accept, (PROBLEM, _TEXT, HTML))
    if chosen is HTML:
        page = sparql_page(reader, limits, operation, failure)
        return Answer(failure.status, (content_type(HTML), header("content-language", reader.language), *headers), page)
    if chosen is _TEXT:
        return Answer(failure.status, (content_type(_TEXT), *headers), failure.as_text().encode())
    language = reader.language if asks_language else ENGLISH
    body = _problem(failure, limits, language)
    return Answer(
        failure.status,
        (header("content-type", PROBLEM.media_type), header("content-language", language), *headers),
        body,
    )


def _downloads(reader: Reader) -> str:
    """Where the whole data is, for who asked for too much of it at once."""
    prefix = reader.served.space.prefix
    return f"{link(f'{prefix}/void', 'related')}, {link(f'{prefix}/catalog', 'related')}"


def _retry_after(error: LodError, status: int) -> int:
    """Seconds after which trying again helps; 0: it does not."""
    if isinstance(error, BudgetSpent):
        return error.retry_after
    return PoolBusy.retry_after if status == 503 else 0


def describe_failure(error: LodError) -> Failure:
    """An error with the status that it is answered with."""
    status = error.status if isinstance(error, ProtocolError) else _STATUS.get(error.code, 400)
    if isinstance(error, StoreError) or error.code in _UNREADABLE:  # it names this machine's folders and neighbours
        _LOG.error("the store cannot be read: %s", error)
        return Failure(
            503, error.code, say("the store cannot be read now"), say("try again; pages and downloads may go on")
        )
    if error.code == "LOD8202":
        _LOG.error("the store refused a query: %s", error)
        message = say("the store that holds the statements does not carry out this query")
        return Failure(status, error.code, message, say("simplify it, or take the files for bulk use"))
    if status == 502 and error.code != "LOD9121":
        _LOG.error("the store gave no answer: %s", error)
        message = say("the store that holds the statements gave no whole answer")
        return Failure(status, error.code, message, say("ask for less at once, or take the files for bulk use"))
    if error.code == "LOD9220":
        _LOG.error("the store lacks the release: %s (%s)", error, error.hint)
    if error.code == "LOD5017":
        _LOG.error("a query failed: %s", error)
        return Failure(status, error.code, say("the engine failed on this query"), error.hint)
    line, column = (error.line, error.column) if isinstance(error, QueryError) else (0, 0)
    return Failure(status, error.code, error.message, error.hint, line, column, error.code in _TOO_MUCH)


def _problem(failure: Failure, limits: QueryLimits, language: str) -> bytes:
    body = {
        "type": "about:blank",
        "title": _TITLES[failure.status],
        "status": failure.status,
        "detail": translated(failure.message, language),
        "code": failure.code,
        **({"hint": translated(failure.hint, language)} if failure.hint else {}),
        **({"line": failure.line, "column": failure.column} if failure.line else {}),
        "in_each_language": {
            tag: " — ".join(text for text in (translated(failure.message, tag), translated(failure.hint, tag)) if text)
            for tag in LANGUAGES
        },
        "limits": {
            "rows": limits.rows,
            "bytes": limits.bytes,
            "seconds": limits.seconds,
            "client_seconds_a_minute": limits.client_seconds,
        },
    }
    return json.dumps(body, ensure_ascii=False, indent=1).encode() + b"\n"
