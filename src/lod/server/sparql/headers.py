"""What every evaluated answer of the endpoint says in its head: its validator, its limits, where to read more."""

from __future__ import annotations

from functools import lru_cache

from lod.rdf.formats import Format
from lod.server import answers
from lod.server.answers import Answer, header, link
from lod.server.served import ServedRelease
from lod.server.sparql.question import QueryLimits
from lod.store.dataset import WHOLE_STORE, Dataset

_NOT_KEPT = header("cache-control", answers.NO_STORE)
VARY = "Accept, Accept-Language"
"""What the answers of the endpoint are negotiated on."""
KEPT = header("cache-control", answers.SHORT)
"""How long caches may keep an answer that has a validator."""


def validator_of(
    served: ServedRelease, limits: QueryLimits, text: str, chosen: Format, dataset: Dataset = WHOLE_STORE
) -> str:
    """The validator of the answer to a query: the release, the query's text, the format and what it asks about."""
    return answers.etag(served.etag_prefix, variant_of(limits, chosen, dataset) + text)


def variant_of(limits: QueryLimits, chosen: Format, dataset: Dataset = WHOLE_STORE) -> str:
    """What an answer depends on beside the release and the query's text."""
    return f"sparql {chosen.suffix} {limits.rows} {repr(dataset) if dataset else ''} "


def endpoint_headers(served: ServedRelease, limits: QueryLimits, validator: str | None) -> list[tuple[bytes, bytes]]:
    """The headers of every answer that was evaluated."""
    validity = [_NOT_KEPT] if validator is None else [KEPT, (b"etag", validator.encode("ascii"))]
    return [*validity, *shared_headers(served, limits)]


def shared_headers(served: ServedRelease, limits: QueryLimits) -> tuple[tuple[bytes, bytes], ...]:
    """The headers that all evaluated answers of one release share."""
    return _shared(served.space.prefix, served.site.licence_iri, limits.as_field)


@lru_cache(maxsize=4)
def answered_from(way: str) -> tuple[bytes, bytes]:
    """The header that says what a query was answered from (`lod.store.query.Way`)."""
    return header("answered-from", way)


@lru_cache(maxsize=64)
def _shared(prefix: str, licence: str, limits: str) -> tuple[tuple[bytes, bytes], ...]:
    links = (link(f"{prefix}/catalog", "describedby"), link(licence, "license"))
    return (
        header("vary", VARY),
        header("link", ", ".join(links)),
        header("query-limits", limits),
    )


def may_be_asked(methods: str) -> Answer:
    """The answer to OPTIONS: what may be asked, for people and for the preflight of browsers."""
    return Answer(
        204,
        (
            header("allow", methods),
            header("access-control-allow-methods", methods),
            header("access-control-allow-headers", "Accept, Accept-Language, Content-Type, If-None-Match"),
            header("access-control-max-age", "86400"),
        ),
    )
