"""How the body of an answer travels: as it is, or compressed as the client can read it.

Content codings: https://www.rfc-editor.org/rfc/rfc9110 §8.4.1, §12.5.3; zstd: https://www.rfc-editor.org/rfc/rfc8878
"""

from __future__ import annotations

import zlib
from functools import lru_cache

import zstandard

from lod.server.negotiation import parse_weighted

SMALLEST = 1024  # bytes; below it a packet more or less is not saved
LARGEST_KEPT = 600 << 10  # bytes; what is larger is compressed for each reader

_CODINGS = ("zstd", "gzip")  # the better one first
_COMPRESSED = (
    b"application/gzip",
    b"application/zstd",
    b"image/png",
    b"application/vnd.",
    b"multipart/",
    b"font/woff2",
)


@lru_cache(maxsize=256)
def choose_coding(accept_encoding: str) -> str:
    """The coding that a client prefers among ours, '' for none. An absent field asks for none."""
    weights = {element.value: element.weight for element in parse_weighted(accept_encoding)}
    others = weights.get("*", 0.0)
    best = max(_CODINGS, key=lambda coding: weights.get(coding, others))
    weight = weights.get(best, others)
    return best if weight > 0 and weight >= weights.get("identity", 0.0) else ""


def is_compressible(content_type: bytes) -> bool:
    """Whether a body of that type becomes smaller."""
    return bool(content_type) and not content_type.startswith(_COMPRESSED)


def compress(body: bytes, coding: str) -> bytes:
    """A body in a coding of `choose_coding`."""
    return _kept(body, coding) if len(body) <= LARGEST_KEPT else _compress(body, coding)


def _compress(body: bytes, coding: str) -> bytes:
    if coding == "zstd":
        return zstandard.compress(body, 3)
    packer = zlib.compressobj(5, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


_kept = lru_cache(maxsize=64)(_compress)  # scripts, and pages that are asked for often
