"""Language tags leave as they are written, in every format, wherever a block ends; texts like them stay."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat, QuerySolutions, RdfFormat, Store, serialize

from lod.rdf.formats import GRAPH_FORMATS, RESULTS_CSV, RESULTS_JSON, RESULTS_TSV, RESULTS_XML, Format
from lod.rdf.tags import TagStream, with_written_tags

TEXTS = ("員額", "", '"@zh-tw', "a\\", '<a xml:lang="zh-tw">', '{"xml:lang":"zh-tw"}', 'a\nb\t"@zh-tw\n} >', '"')


def documents() -> Iterator[tuple[Format, bytes, int]]:
    """A document in each format, as the store writes it, and how many tags it has."""
    store = Store()
    for number, text in enumerate(TEXTS):
        for literal in (Literal(text, language="zh-Hant-TW"), Literal(text)):
            store.add(Quad(NamedNode(f"http://e/{number}"), NamedNode("http://e/p"), literal))
    for chosen in (RESULTS_JSON, RESULTS_XML, RESULTS_TSV, RESULTS_CSV):
        solutions = store.query("SELECT ?o { ?s ?p ?o }")
        assert isinstance(solutions, QuerySolutions)
        syntax = QueryResultsFormat.from_media_type(chosen.media_type)
        assert syntax is not None
        yield chosen, solutions.serialize(format=syntax) or b"", 0 if chosen is RESULTS_CSV else len(TEXTS)
    for chosen in GRAPH_FORMATS:
        graph = RdfFormat.from_media_type(chosen.media_type)
        yield chosen, serialize((quad.triple for quad in store), format=graph) or b"", len(TEXTS)


@pytest.mark.parametrize("chosen", [*documents()], ids=lambda each: each[0].suffix)
def test_each_tag_and_nothing_else(chosen: tuple[Format, bytes, int]) -> None:
    syntax, document, tags = chosen
    assert document.count(b"zh-hant-tw") == tags
    whole = with_written_tags(document, syntax)
    assert whole.count(b"zh-Hant-TW") == tags
    assert whole.lower() == document.lower()
    assert whole.count(b"zh-tw") == document.count(b"zh-tw")
    for size in (1, 7, 64):
        stream = TagStream(syntax)
        blocks = [document[at : at + size] for at in range(0, len(document), size)]
        taken = [stream.take(block, is_last=False) for block in blocks]
        assert b"".join([*taken, stream.take(b"", is_last=True)]) == whole
