"""IRIs: RFC 3987 syntax, resolution (RFC 3986 §5), IRI-safe values for templates, one canonical spelling.

https://www.rfc-editor.org/rfc/rfc3987
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, unquote_to_bytes, urljoin

# RFC 3987 §2.2: what an IRI may hold besides percent escapes. RDF 1.1 Turtle's IRIREF forbids the same characters.
_UCSCHAR = (
    "\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef"
    + "".join(f"{chr(plane + 0x0)}-{chr(plane + 0xFFFD)}" for plane in range(0x10000, 0xE0000, 0x10000))
    + "\U000e1000-\U000efffd"
)
_IPRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
IRI_SAFE = f"A-Za-z0-9\\-._~{_UCSCHAR}"  # a regular expression class: iunreserved
_ALLOWED = f"A-Za-z0-9\\-._~:/?#@!$&'()*+,;={_UCSCHAR}{_IPRIVATE}"
# Square brackets stand around an IP address as the host and nowhere else (RFC 3986 §3.2.2).
_IP_HOST = "//(?:[^/?#\\[\\]]*@)?\\[[0-9A-Fa-fvV:.]+\\]"
ABSOLUTE_IRI = (  # a regular expression: a scheme, then only what an IRI may hold
    f"[A-Za-z][A-Za-z0-9+.\\-]*:(?:{_IP_HOST})?(?:[{_ALLOWED}]|%[0-9A-Fa-f]{{2}})*"
)

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_ILLEGAL = re.compile(f"[^%{_ALLOWED}]|%(?![0-9A-Fa-f]{{2}})")
_UP_TO_IP_HOST = re.compile(f"(?:[A-Za-z][A-Za-z0-9+.\\-]*:)?{_IP_HOST}")
_UNSAFE = re.compile(f"[^{IRI_SAFE}]")
_NON_ASCII = re.compile(r"[^\x21-\x7e]")
_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")


def is_absolute(iri: str) -> bool:
    """Whether it has a scheme."""
    return _SCHEME.match(iri) is not None


def illegal_character(iri: str) -> str | None:
    """The first character (or broken escape) that no IRI may hold, or None."""
    found = _ILLEGAL.search(iri, _after_ip_host(iri))
    return found.group() if found else None


def escape_brackets(iri: str) -> str:
    """Square brackets as escapes, but for those of the host: what URI templates let through and no IRI may hold."""
    end = _after_ip_host(iri)
    return iri[:end] + iri[end:].replace("[", "%5B").replace("]", "%5D")


def _after_ip_host(iri: str) -> int:
    host = _UP_TO_IP_HOST.match(iri)
    return host.end() if host else 0


def resolve(base: str, reference: str) -> str:
    """An absolute IRI for `reference` against `base` (RFC 3986 §5.2)."""
    if is_absolute(reference):
        return reference
    resolved = urljoin(base, reference)
    return resolved + "#" if reference.endswith("#") and not resolved.endswith("#") else resolved  # urljoin drops it


def iri_safe(value: str) -> str:
    """A value made fit for an IRI template: all but iunreserved percent-encoded, Chinese kept (RML, R2RML §7.3)."""
    return _UNSAFE.sub(lambda m: quote(m.group(), safe=""), value)


def canonical(iri: str) -> str:
    """The one spelling that we use: NFC, unreserved characters and Chinese unescaped, other escapes in upper case."""

    def unescape(match: re.Match[str]) -> str:
        raw = unquote_to_bytes(match.group())
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            return match.group().upper()
        return _UNSAFE.sub(lambda m: quote(m.group(), safe=""), text)

    return unicodedata.normalize("NFC", _ESCAPES.sub(unescape, iri))


def to_uri(iri: str) -> str:
    """The ASCII form for HTTP headers and href (RFC 3987 §3.1): what is not ASCII percent-encoded as UTF-8."""
    return _NON_ASCII.sub(lambda m: quote(m.group(), safe=""), iri)
