"""The RDF that leaves the site."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse

from lod.rdf.formats import GRAPH_FORMATS, Format
from lod.server.documents.write import write


@pytest.mark.parametrize("format", GRAPH_FORMATS, ids=lambda each: each.suffix)
def test_language_tags_leave_as_they_are_recommended_to_be_written(format: Format) -> None:  # noqa: A002
    texts = ("@zh-hant-tw", 'a "@zh-hant-tw" \\', 'xml:lang="zh-hant-tw"', "")
    subject, predicate = NamedNode("http://a/b"), NamedNode("http://a/p")
    quads = [Quad(subject, predicate, Literal(text, language="zh-Hant-TW")) for text in texts]
    document = write(quads, [], format, "http://a/")
    assert document.count(b"zh-Hant-TW") == len(texts)
    as_format = RdfFormat.from_extension(format.suffix)
    assert as_format is not None
    objects = [quad.object for quad in parse(document, format=as_format)]
    assert {each.value for each in objects if isinstance(each, Literal)} == set(texts)
