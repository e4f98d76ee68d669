"""Answers of the site as values, and the headers that every one carries; `lod.server.sending` lets them leave.

Headers: RFC 9110; Link: RFC 8288; problem+json: RFC 9457; CSP: https://www.w3.org/TR/CSP3/
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any

from starlette.types import Scope

from lod.rdf import iris

CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"content-security-policy", CSP.encode("ascii")),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)

# With an answer that brings its own policy, since it may stand in a frame of any site.
FRAMED_HEADERS = tuple(
    item for item in SECURITY_HEADERS if item[0] not in {b"content-security-policy", b"x-frame-options"}
)

# Public data: any origin may read it, without credentials.
CORS_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-expose-headers",
        b"Accept-Ranges, Answered-From, Content-Location, Content-Range, Empty-Graphs, ETag, Link, Memento-Datetime, "
        b"Query-Limits, Retry-After, Truncated",
    ),
)

SHORT = "public, max-age=300, stale-while-revalidate=3600"
LONG = "public, max-age=86400, stale-while-revalidate=604800"
IMMUTABLE = "public, max-age=31536000, immutable"
NO_STORE = "no-store"

METHODS = ("GET", "HEAD")
OF_304 = frozenset({b"etag", b"cache-control", b"vary", b"last-modified", b"content-location"})  # its fields (§15.4.5)
_PRINTABLE = bytes(range(0x20, 0x7F))
_IS_TARGET = re.compile(r"[A-Za-z0-9/:#?._~%&=+,;@()!$'*\[\]-]*\Z")
_NOT_IN_A_TARGET = {ord(c): f"%{ord(c):02X}" for c in '<>"{}|\\^` '}
_ASKED_WITH = "Accept, Accept-Language, Accept-Datetime, If-None-Match, If-Modified-Since, If-Range, Range"


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers of its own (security and CORS headers are added on sending) and body."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The value of a header, by its lower-case name."""
        return next((value.decode("ascii") for key, value in self.headers if key == name.encode()), None)


def header(name: str, value: str) -> tuple[bytes, bytes]:
    """A header field; the one place where text becomes one.

    Raises:
        ValueError: it holds what would end the field or is not ASCII; IRIs go through `lod.rdf.iris.to_uri` first.
    """
    written = value.encode("ascii")
    if written.translate(None, _PRINTABLE):
        raise ValueError(f"not a header value: {value!r}")
    return name.lower().encode("ascii"), written


def link(target: str, rel: str, **attributes: str) -> str:
    """One element of a Link field (RFC 8288 §3)."""
    extra = "".join(f'; {name}="{value}"' for name, value in attributes.items())
    return f'<{safe_target(target)}>; rel="{rel}"{extra}'


def safe_target(target: str) -> str:
    """An IRI or path as it may stand between the angle brackets of a header: ASCII, nothing that ends it."""
    return target if _IS_TARGET.match(target) else iris.to_uri(target).translate(_NOT_IN_A_TARGET)


def kept_for(vary: str) -> str:
    """How caches may keep a variant: longer where it has an address of its own than where it was negotiated."""
    return SHORT if vary else LONG


def etag(prefix: str, variant: str) -> str:
    """A strong validator from the release's digest (`prefix`) and the variant's path: known before anything is read."""
    return f'"{prefix}-{hashlib.blake2b(variant.encode(), digest_size=8).hexdigest()}"'


def http_date(moment: str, changed: float = 0.0) -> bytes:
    """A moment in ISO 8601 as a date of HTTP (§5.6.7), or `changed`, in seconds since 1970, if that is later.

    Never a time to come (§8.8.2.1); empty when it is no moment.
    """
    try:
        made = datetime.fromisoformat(moment).astimezone(UTC).timestamp()
    except ValueError:
        return b""
    return formatdate(min(max(made, changed), time.time()), usegmt=True).encode("ascii")


def is_fresh(if_none_match: str, validator: str) -> bool:
    """Whether If-None-Match names this validator (weak comparison, §13.1.2). `*` needs a look whether there is one."""
    if not if_none_match:
        return False
    return any(entry.strip().removeprefix("W/") == validator for entry in if_none_match.split(","))


def redirect(status: int, location: str, *, cache: str = SHORT) -> Answer:
    """A redirection inside the site: `location` is a path, made from the matched route."""
    if not location.startswith("/") or location.startswith(("//", "/\\")):
        raise ValueError(f"not a path of ours: {location!r}")
    target = safe_target(location)
    return Answer(
        status,
        (
            header("location", target),
            header("cache-control", cache),
            header("content-type", "text/plain; charset=utf-8"),
        ),
        f"{target}\n".encode(),
    )


def problem(
    status: int, title: str, detail: str = "", *, extra: Mapping[str, Any] | None = None, cache: str = NO_STORE
) -> Answer:
    """An error for a program (RFC 9457)."""
    body = {"type": "about:blank", "title": title, "status": status, **({"detail": detail} if detail else {})}
    text = json.dumps({**body, **(extra or {})}, ensure_ascii=False, indent=1)
    headers = (header("content-type", "application/problem+json"), header("cache-control", cache))
    return Answer(status, headers, text.encode() + b"\n")


def in_no_such_type(media_types: Iterable[str]) -> Answer:
    """406 of what one address has in several types and no other address has, with these types (RFC 9110 §15.5.7)."""
    detail = "This address answers in the types listed under 'alternatives'."
    answer = problem(406, "Not Acceptable", detail, extra={"alternatives": [{"type": name} for name in media_types]})
    return replace(answer, headers=(*answer.headers, header("vary", "Accept")))


def method_not_allowed() -> Answer:
    """The site is read-only."""
    answer = problem(405, "Method Not Allowed", "This address is read with GET or HEAD.")
    return replace(answer, headers=(*answer.headers, header("allow", ", ".join(METHODS))))


def options() -> Answer:
    """What may be asked here, also to a browser that asks before a cross-origin request (Fetch §3.2)."""
    methods = ", ".join(METHODS)
    return Answer(
        204,
        (
            header("allow", methods),
            header("access-control-allow-methods", methods),
            header("access-control-allow-headers", _ASKED_WITH),
            header("access-control-max-age", "86400"),
        ),
    )


def not_modified(validator: str, cache: str, vary: str = "", location: str = "") -> Answer:
    """304: the client has it already. `location`: which variant that is, where 200 would say so (§15.4.5)."""
    fields = [header("etag", validator), header("cache-control", cache)]
    if vary:
        fields.append(header("vary", vary))
    if location:
        fields.append(header("content-location", location))
    return Answer(304, tuple(fields))


def validated(answer: Answer, if_none_match: str) -> Answer:
    """An answer with a validator of its bytes, as more than the release may change them; 304 where they are known."""
    validator = f'"{hashlib.blake2b(answer.body, digest_size=16).hexdigest()}"'
    fields = (header("etag", validator), *answer.headers)
    if is_fresh(if_none_match, validator):
        return Answer(304, tuple(field for field in fields if field[0] in OF_304))
    return replace(answer, headers=fields)


def request_header(scope: Scope, name: bytes) -> str:
    """The value of a request's header, several fields joined; '' when absent."""
    found = [value for key, value in scope["headers"] if key == name]
    return b", ".join(found).decode("latin-1") if found else ""
