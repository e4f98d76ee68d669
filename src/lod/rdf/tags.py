"""Language tags in what the store writes: it knows them in lower case, they leave as BCP 47 recommends.

What XML cannot say is found here, too (`lod.rdf.in_xml`): all that the store writes comes by.

RFC 5646 §2.1.1: https://www.rfc-editor.org/rfc/rfc5646#section-2.1.1
"""

from __future__ import annotations

import re
from functools import lru_cache

from lod.rdf.formats import JSONLD, RDFXML, RESULTS_CSV, RESULTS_JSON, RESULTS_XML, Format
from lod.rdf.in_xml import in_xml
from lod.rdf.languages import written

_TAG = re.compile(rb"[a-z0-9]+-[a-z0-9-]+")
# A quote in a text is escaped in JSON and in XML: none of these stands inside one.
_BEFORE_A_TAG = {
    RESULTS_JSON: b'"xml:lang":"',
    JSONLD: b'"@language":"',
    RESULTS_XML: b' xml:lang="',
    RDFXML: b' xml:lang="',
}
# In N-Triples, Turtle and TSV a quote inside a literal is escaped, so this meets every literal as a whole.
_LITERAL = re.compile(rb'("(?:[^"\\]|\\.)*"@)([a-z0-9]+-[a-z0-9-]+)|"(?:[^"\\]|\\.)*"')
_XML = (RESULTS_XML, RDFXML)
_DOUBTFUL = frozenset(b' \t\n([\\"')


def with_written_tags(document: bytes, format: Format) -> bytes:  # noqa: A002 - the term
    """A document of the store's serialiser, or a part of one that cuts no tag and, where lines are, no line.

    Raises:
        NotInXml: the format is XML, which cannot say all of it.
    """
    if format is RESULTS_CSV:  # which has no tags
        return document
    if format in _XML:
        document = in_xml(document)
    before = _BEFORE_A_TAG.get(format, b'"@')
    pieces, done, at = [], 0, document.find(before)
    while at >= 0:
        if before == b'"@' and document[at - 1] in _DOUBTFUL:  # does the quote begin a literal, or is it of its text?
            return _LITERAL.sub(_with_written_tag, document)
        if tag := _TAG.match(document, at + len(before)):
            pieces += [document[done : tag.start()], _written(tag[0])]
            done = tag.end()
        at = document.find(before, at + len(before))
    return b"".join([*pieces, document[done:]]) if pieces else document


class TagStream:
    """The same for a document that comes in blocks: what may be half a tag waits for the next."""

    def __init__(self, format: Format) -> None:  # noqa: A002 - the term
        self._format = format
        self._kept = b""
        self._end = b"}" if format in (RESULTS_JSON, JSONLD) else b">" if format in (RESULTS_XML, RDFXML) else b"\n"

    def take(self, block: bytes, *, is_last: bool) -> bytes:
        """What can leave once this block has come."""
        if not is_last:
            cut = block.rfind(self._end) + 1
            if not cut:
                self._kept += block
                return b""
            block, kept = self._kept + block[:cut], block[cut:]
        else:
            block, kept = self._kept + block, b""
        self._kept = kept
        return with_written_tags(block, self._format)


def _with_written_tag(match: re.Match[bytes]) -> bytes:
    return match[1] + _written(match[2]) if match[2] else match[0]


@lru_cache(maxsize=256)
def _written(tag: bytes) -> bytes:
    return written(tag.decode("ascii")).encode("ascii")
