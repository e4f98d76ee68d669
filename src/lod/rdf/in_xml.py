"""What XML cannot say of an answer: a control character, and a property whose IRI does not end as a name.

XML 1.0: https://www.w3.org/TR/xml/ §2.2 (characters), §2.11 (a parser makes a line feed of a carriage return), §3.3.3;
RDF/XML: https://www.w3.org/TR/rdf-syntax-grammar/ §5.3 (a property is the name of an element)
"""

from __future__ import annotations

import re

from lod.errors import LodError
from lod.wording import say

_CODE = "LOD9230"
# The store's serialiser writes them all the same: nobody could read the document. In texts `<` is escaped.
_UNSAYABLE = re.compile(rb'[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]|<oxprefix: xmlns:oxprefix="([^"]*)"')


class NotInXml(LodError):
    """What is to be written cannot be said in XML (LOD9230)."""


def in_xml(document: bytes) -> bytes:
    """A document of the store's serialiser, or a part that cuts no element, so that a reader gets what was written.

    Raises:
        NotInXml: no reader could.
    """
    if found := _UNSAYABLE.search(document):
        if found[1] is None:
            message = say("a text has a control character, which XML does not have")
        else:
            iri = found[1].decode().replace("&amp;", "&").replace("&apos;", "'")
            message = say("the property <{iri}> does not end as a name does, and has no element in RDF/XML", iri=iri)
        raise NotInXml(message, hint=say("take another format: all others have it"), code=_CODE)
    return document.replace(b"\r", b"&#13;") if b"\r" in document else document
