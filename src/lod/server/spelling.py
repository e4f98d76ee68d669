"""What a request says by itself: whether its method, its length and the spelling of its path are ours.

One canonical spelling an address (RFC 3986 §6.2.2): what is spelt otherwise is led there, by 308, before a release is
looked at.
"""

from __future__ import annotations

import re
from dataclasses import replace

from starlette.types import Scope

from lod.rdf.formats import HTML
from lod.server import answers
from lod.server.addresses import parse_address
from lod.server.answers import Answer
from lod.server.ask import Ask
from lod.server.documents.signposts import API_CATALOG
from lod.server.refusals import not_found
from lod.server.routes import answer_document
from lod.server.served import ServedRelease

MOST_PATH = 4096  # bytes; no address of ours comes near
# Looked for at the root of a host, whatever path the base IRI has (RFC 8615, RFC 9309).
OF_THE_HOST = frozenset({"/robots.txt", "/.well-known/void", API_CATALOG})


async def without_slashes(served: ServedRelease, ask: Ask) -> Answer | None:
    """The way to the address without slashes too many, where there is something; None where there is nothing either."""
    shorter = replace(ask, path=re.sub("//+", "/", ask.path).rstrip("/") or "/")
    if (await answer_document(served, shorter)).status == 404:
        return None
    return to_path(served, shorter)


def to_path(served: ServedRelease, shorter: Ask) -> Answer:
    """308, which keeps the method and the query."""
    return answers.redirect(
        308, f"{served.space.prefix}{shorter.path}" + (f"?{shorter.query}" if shorter.query else "")
    )


def inside_path(path: str, prefix: str) -> str:
    """A path relative to the site's root, which is the path of its base IRI; '' outside."""
    if not prefix or path in OF_THE_HOST:
        return path
    return path.removeprefix(prefix) if path.startswith(prefix + "/") else ""


def is_sparql(inside: str, served: ServedRelease) -> bool:
    """Whether a path is the endpoint's, or its page's in some language."""
    if inside == "/sparql":
        return True
    return inside.startswith("/sparql") and parse_address(inside, served.site.languages, (HTML,)).stem == "/sparql"


def other_method(scope: Scope) -> Answer | None:
    """The answer to anything but GET and HEAD; None for those."""
    if scope["method"] in answers.METHODS:
        return None
    return answers.options() if scope["method"] == "OPTIONS" else answers.method_not_allowed()


def refuse_as_asked(served: ServedRelease, scope: Scope, path: str, ask: Ask) -> Answer | None:
    """The answer to a request for a document that needs no look at the release: its method, its spelling."""
    if ask.path != "/" and is_sparql(ask.path.rstrip("/"), served):
        return to_path(served, replace(ask, path=ask.path.rstrip("/")))
    if (refused := other_method(scope)) is not None:
        return refused
    if len(path) > MOST_PATH:
        return too_long()
    if not ask.path and path in {"/", served.space.prefix}:  # the base IRI has a path
        return answers.redirect(307, served.space.prefix + "/")
    if not ask.path:
        return not_found(served, "/", ask.accept, ask.accept_language)
    if path.encode("ascii") != scope.get("raw_path", scope["path"].encode()):
        return answers.redirect(308, path + (f"?{ask.query}" if ask.query else ""), cache=answers.LONG)
    return None


def too_long() -> Answer:
    """414: what is longer than any address of ours is not read."""
    return answers.problem(414, "URI Too Long", f"No address here has more than {MOST_PATH:,} bytes.")
