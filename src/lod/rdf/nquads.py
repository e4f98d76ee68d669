"""N-Triples and N-Quads: canonical spelling of terms.

https://www.w3.org/TR/rdf12-n-quads/ §3 (canonical form escapes ", \\\\, and control characters only)
"""

from __future__ import annotations

import re

_ESCAPED = re.compile(r'["\\\x00-\x1f\x7f]')
_NAMED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


def escape(text: str) -> str:
    """The lexical form of a literal as it stands between the quotes."""
    return _ESCAPED.sub(lambda m: _NAMED.get(m.group()) or f"\\u{ord(m.group()):04X}", text)


_LABEL = re.compile(r"[^A-Za-z0-9]")


def label(value: str) -> str:
    """A value as part of a blank node's label: ASCII letters and digits stay, other signs are _ and their bytes."""
    return _LABEL.sub(lambda m: "".join(f"_{byte:02X}" for byte in m.group().encode()), value)


def iri(value: str) -> str:
    """An IRI in angle brackets. The caller has checked it (`lod.rdf.iris.illegal_character`)."""
    return f"<{value}>"


def literal(text: str, *, datatype: str = "", language: str = "") -> str:
    """A literal; plain strings carry no datatype."""
    if language:
        return f'"{escape(text)}"@{language}'
    return f'"{escape(text)}"^^<{datatype}>' if datatype else f'"{escape(text)}"'
