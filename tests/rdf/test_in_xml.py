"""What leaves as XML can be read as it was written; what cannot be is told."""

from __future__ import annotations

import pytest
import rdflib
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from lod.rdf.in_xml import NotInXml, in_xml


def document(predicate: str, text: str) -> bytes:
    triple = Triple(NamedNode("http://e/s"), NamedNode(predicate), Literal(text))
    return serialize([triple], format=RdfFormat.RDF_XML) or b""


@pytest.mark.parametrize("text", ["a\r\nb\rc\td", '<oxprefix: xmlns:oxprefix="x">', "員額 & \x7f"])
def test_another_reader_gets_the_same_text(text: str) -> None:
    read = rdflib.Graph().parse(data=in_xml(document("http://e/p2012", text)), format="xml")
    assert [str(value) for value in read.objects()] == [text]


@pytest.mark.parametrize("predicate", ["http://e/2012", "http://e/a&b=", "urn:e:", "http://e/p#-1"])
def test_a_property_without_a_name_is_told(predicate: str) -> None:
    with pytest.raises(NotInXml, match="does not end as a name") as raised:
        in_xml(document(predicate, "x"))
    assert f"<{predicate}>" in raised.value.message
    assert raised.value.code == "LOD9230"


@pytest.mark.parametrize("text", ["\x01", "a\x0b", "\ufffe"])
def test_a_control_character_is_told(text: str) -> None:
    with pytest.raises(NotInXml, match="control character"):
        in_xml(document("http://e/p", text))
