"""A request as documents see it: where it goes, what may come back."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.types import Scope

MOST_PARAMETERS = 100

_FIELDS = (b"accept", b"accept-language", b"if-none-match", b"accept-datetime")


@dataclass(frozen=True, slots=True)
class Ask:
    """What a request says, as far as documents care. `path` is canonical and begins inside the site."""

    path: str
    accept: str = ""
    accept_language: str = ""
    if_none_match: str = ""
    accept_datetime: str = ""
    query: str = ""


def read_ask(scope: Scope, path: str) -> Ask:
    """Read a request; several fields of one name are one (RFC 9110 §5.2)."""
    found: dict[bytes, str] = {}
    for name, value in scope["headers"]:
        if name in _FIELDS:
            text = value.decode("latin-1")
            found[name] = f"{found[name]}, {text}" if name in found else text
    accept, language, known, moment = [found.get(name, "") for name in _FIELDS]
    return Ask(path, accept, language, known, moment, scope["query_string"].decode("latin-1"))


def parameters(query: str) -> list[tuple[str, str]]:
    """The parameters of an address, in their order; those beyond the first hundred are nobody's."""
    return parse_qsl("&".join(query.split("&", MOST_PARAMETERS)[:MOST_PARAMETERS]), keep_blank_values=True)
