"""Which encoding bytes are in: the one that was declared, the one that fits, or none, for they are no text at all."""

from __future__ import annotations

import codecs

from lod.diagnostics import CellOrigin, Findings, Origin
from lod.tables.table import Dialect
from lod.wording import NOTHING, Wording, say

UNMARKED = say("UTF-16 without a byte order mark: nothing says which byte of two comes first")
# Big5's rooms for characters of one's own (造字), https://www.unicode.org/Public/MAPPINGS/VENDORS/MICSFT/
_USER_DEFINED = ((b"\x81\x40", b"\xa0\xfe"), (b"\xc6\xa1", b"\xc8\xfe"), (b"\xfa\x40", b"\xfe\xfe"))
_GUESSES = ("utf-8", "cp950", "big5hkscs", "utf-16")
# «Big5» on a Windows machine in Taiwan is code page 950
_ALIASES = {"big5": "cp950", "utf-8": "utf-8-sig"}
_WORKBOOK = say("write 'referenceFormulation: {form}' in the source", form="xlsx")
_OPENDOCUMENT = say("write 'referenceFormulation: {form}' in the source", form="ods")
_UNPACK = say("unpack it, and name the table that comes out")
# How files begin that are no text, what they are, and what to do about that.
_NO_TEXT = (
    (b"PK\x03\x04", say("a zip archive"), _UNPACK),
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        say("a workbook"),
        say("write 'referenceFormulation: {form}' in the source", form="xls"),
    ),
    (b"7z\xbc\xaf\x27\x1c", say("a 7z archive"), _UNPACK),
    (b"Rar!\x1a\x07", say("a RAR archive"), _UNPACK),
    (b"\x1f\x8b", say("packed with gzip"), say("write 'compression: {form}' in the source", form="gzip")),
    (b"PAR1", say("a Parquet file"), say("write 'referenceFormulation: {form}' in the source", form="parquet")),
    (b"SQLite format 3\0", say("an SQLite database"), say("write 'type: sqlite' and 'table' in the source")),
    (b"%PDF-", say("a PDF"), say("a PDF holds no table, only pages: ask for the file that it was made from")),
)


def python_codec(encoding: str) -> str:
    """The codec that reads an encoding as it is meant in Taiwan; a byte order mark is skipped."""
    name = codecs.lookup(encoding).name
    return _ALIASES.get(name, name)


def is_utf8(dialect: Dialect) -> bool:
    """Whether the bytes can be read as they are."""
    return codecs.lookup(dialect.encoding).name in ("utf-8", "utf-8-sig", "ascii")


def lacks_mark(sample: bytes, encoding: str) -> bool:
    """Whether bytes that are said to be UTF-16 do not tell which byte of two comes first (RFC 2781 §3.2)."""
    is_utf16 = codecs.lookup(encoding).name == "utf-16"
    return is_utf16 and not sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def user_defined(error: UnicodeDecodeError, codec: str) -> Wording:
    """What to do about a user-defined character of Big5; nothing if it is none."""
    place = error.object[error.start : error.start + 2]
    if codec != "cp950" or len(place) < 2 or not any(first <= place <= last for first, last in _USER_DEFINED):
        return NOTHING
    return say(
        "{code} is a user-defined character, which has a shape only where it was drawn: put a character of Unicode in "
        "its place; only tables from Hong Kong are big5hkscs",
        code=f"0x{place.hex().upper()}",
    )


def encoding_hint(sample: bytes, tried: str = "") -> Wording:
    """What to declare, by the first bytes of a file; nothing if no encoding fits but the one that was tried."""
    likely = likely_encoding(sample, tried)
    return say("it looks like {likely}: set 'encoding: {likely}' in the source", likely=likely) if likely else NOTHING


def likely_encoding(sample: bytes, tried: str = "") -> str:
    """The encoding that fits the first bytes of a file, besides the one that was tried; '' if none does."""
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    high, low = sample[::2].count(0), sample[1::2].count(0)  # bytes of digits, delimiters and line ends
    if high or low:
        return "utf-16le" if low > high else "utf-16be"
    for name in _GUESSES[:3]:
        if python_codec(name) == tried:
            continue
        try:
            codecs.getincrementaldecoder(python_codec(name))().decode(sample)
        except UnicodeDecodeError:
            continue
        return {"cp950": "big5"}.get(name, name)
    return ""


def is_text(sample: bytes, name: str, declared: Origin | None, findings: Findings) -> bool:
    """Whether a file may be text, by its first bytes; else a finding, LOD2060, that says what it is."""
    for beginning, kind, hint in _NO_TEXT:
        if sample.startswith(beginning):
            if b"xl/" in sample or b"[Content_Types].xml" in sample[:100]:
                kind, hint = say("a workbook"), _WORKBOOK
            elif b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet" in sample[:100]:
                kind, hint = say("a workbook"), _OPENDOCUMENT
            message = say("{name} is {kind}, not text", name=name, kind=kind)
            findings.error("LOD2060", message, declared, hint, [CellOrigin(name)])
            return False
    return True
