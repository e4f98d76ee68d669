"""URLs, compared and found on disk.

Model for Tabular Data §6.3, https://www.w3.org/TR/tabular-data-model/#url-normalization
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PORTS = {"http": ":80", "https": ":443"}


def normalize_url(url: str) -> str:
    """A URL after syntax-based and, for HTTP, scheme-based normalisation (RFC 3986 §6.2.2, §6.2.3)."""
    try:
        parts = urlsplit(url)
    except ValueError:  # such as an unclosed bracket in the host
        return url
    scheme, host = parts.scheme.lower(), parts.netloc
    user, at, name = host.rpartition("@")
    name = name.lower().removesuffix(_PORTS.get(scheme, "\n")).removesuffix(":")
    path = _unescape(parts.path)
    if name and scheme in _PORTS:
        path = _remove_dots(path) or "/"
    elif scheme == "file":
        path = _remove_dots(path)
    return urlunsplit((scheme, user + at + name, path, _unescape(parts.query), _unescape(parts.fragment)))


def _unescape(text: str) -> str:
    """Escapes of unreserved characters undone, others in upper case."""

    def one(match: re.Match[str]) -> str:
        character = chr(int(match.group()[1:], 16))
        return character if character in _UNRESERVED else match.group().upper()

    return _ESCAPE.sub(one, text)


def _remove_dots(path: str) -> str:
    """RFC 3986 §5.2.4."""
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            if len(kept) > 1:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    return "/".join(kept) + ("/" if segments[-1] in (".", "..") and kept[-1:] != [""] else "")


def file_url(path: Path) -> str:
    """The URL of a local file."""
    return "file://" + quote(path.resolve().as_posix())


def local_path(url: str, base_url: str, base_path: Path) -> Path | None:
    """The file that a URL means, when the document of `base_url` lies at `base_path`; None if it lies elsewhere.

    A file's query and fragment do not count: `x.csv?a=b` is in `x.csv`.
    """
    target, base = urlsplit(url), urlsplit(base_url)
    if (target.scheme, target.netloc) != (base.scheme, base.netloc):
        return Path(unquote(target.path)) if target.scheme == "file" else None
    folder = posixpath.dirname(unquote(base.path)) or "/"
    relative = posixpath.relpath(unquote(target.path) or "/", folder)
    return base_path.parent / relative
