"""Answers of the site as values, the headers that every one carries, and how one is sent.

Headers: RFC 9110; Link: RFC 8288; problem+json: RFC 9457; CSP: https://www.w3.org/TR/CSP3/
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.types import Scope, Send

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
    (b"access-control-expose-headers", b"Content-Location, ETag, Link, Truncated"),
)

SHORT = "public, max-age=300, stale-while-revalidate=3600"
LONG = "public, max-age=86400, stale-while-revalidate=604800"
IMMUTABLE = "public, max-age=31536000, immutable"
NO_STORE = "no-store"

METHODS = ("GET", "HEAD")


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
    if not value.isascii() or not value.isprintable():
        raise ValueError(f"not a header value: {value!r}")
    return name.lower().encode("ascii"), value.encode("ascii")


def link(target: str, rel: str, **attributes: str) -> str:
    """One element of a Link field (RFC 8288 §3)."""
    extra = "".join(f'; {name}="{value}"' for name, value in attributes.items())
    return f'<{safe_target(target)}>; rel="{rel}"{extra}'


_IS_TARGET = re.compile(r"[A-Za-z0-9/:#?._~%&=+,;@()!$'*\[\]-]*\Z")
_NOT_IN_A_TARGET = {ord(c): f"%{ord(c):02X}" for c in '<>"{}|\\^` '}


def safe_target(target: str) -> str:
    """An IRI or path as it may stand between the angle brackets of a header: ASCII, nothing that ends it."""
    return target if _IS_TARGET.match(target) else iris.to_uri(target).translate(_NOT_IN_A_TARGET)


def etag(prefix: str, variant: str) -> str:
    """A strong validator from the release's digest (`prefix`) and the variant's path: known before anything is read."""
    return f'"{prefix}-{hashlib.blake2b(variant.encode(), digest_size=8).hexdigest()}"'


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
            header("access-control-allow-headers", "Accept, Accept-Language, If-None-Match, Range"),
            header("access-control-max-age", "86400"),
        ),
    )


def not_modified(validator: str, cache: str, vary: str = "") -> Answer:
    """304: the client has it already."""
    return Answer(
        304,
        (header("etag", validator), header("cache-control", cache), *([header("vary", vary)] if vary else [])),
    )


async def send_answer(answer: Answer, scope: Scope, send: Send) -> None:
    """Send an answer; HEAD gets the same headers without the body."""
    site = FRAMED_HEADERS if any(name == b"content-security-policy" for name, _ in answer.headers) else SECURITY_HEADERS
    headers = [*answer.headers, *site, *CORS_HEADERS]
    if answer.status not in {204, 304}:
        headers.append((b"content-length", str(len(answer.body)).encode("ascii")))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else answer.body})


def request_header(scope: Scope, name: bytes) -> str:
    """The value of a request's header, several fields joined; '' when absent."""
    found = [value for key, value in scope["headers"] if key == name]
    return b", ".join(found).decode("latin-1") if found else ""
