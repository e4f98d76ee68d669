"""XML as tables: each node of the iterator is a row, each reference a column. Queries are XPath 1.0.

https://www.w3.org/TR/xpath-10/. A document is read whole, without its DTD: no entity is expanded, nothing is fetched.
References are evaluated at the row's node; what an element is worth is the text in it. Prefixes are those that the
mapping declares and, besides, those of the document's root.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lod.diagnostics import Findings, Origin
from lod.wording import say

# one attribute, or the value of a function: at most one value a row
_SINGULAR = (
    r"(?:\.\./)*@[\w.:\-]+|\.|(?:string|concat|count|normalize-space|name|local-name|position|sum|substring\w*)\(.*\)"
)


class XmlError(ValueError):
    """What is wrong with a document or a query, and where; 0 where that is not known."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        self.line, self.column = line, column
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class XPath:
    """A query, with the prefixes that the mapping declares."""

    text: str
    namespaces: tuple[tuple[str, str], ...] = ()
    columnar: str = ""  # no query is the engine's own

    @property
    def is_singular(self) -> bool:
        """Whether it has one value at most, as far as its text tells."""
        return is_singular(self.text)

    def find(self, node: Any) -> list[Any]:
        """The nodes that it selects, or the texts.

        Raises:
            XmlError: a prefix that nobody declares.
        """
        from lxml import etree

        known = {prefix: iri for prefix, iri in node.getroottree().getroot().nsmap.items() if prefix}
        try:
            found = node.xpath(self.text, namespaces={**known, **dict(self.namespaces)})
        except etree.XPathError as error:
            raise XmlError(f"'{self.text}': {error}") from error
        return found if isinstance(found, list) else [found]


def is_singular(reference: str) -> bool:
    """Whether a reference has one value at most in each row, as far as its text tells."""
    return re.fullmatch(_SINGULAR, reference.strip()) is not None


def check_queries(queries: Mapping[str, Origin | None], findings: Findings) -> None:
    """Findings (LOD2103) for queries that are no XPath."""
    from lxml import etree  # only XML sources pay for it

    for text, origin in queries.items():
        try:
            etree.XPath(text)
        except etree.XPathError as error:
            message = say("'{query}' is no XPath: {error}", query=text, error=str(error))
            findings.error("LOD2103", message, origin, say("as in /staff/person, or name/text()"))


def read_xml(path: Path) -> Any:
    """The root of a document, at which iterators are evaluated.

    Raises:
        XmlError: it is not well-formed, or has an entity that is not one of XML's five.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        root = etree.parse(str(path), parser).getroot()
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise XmlError(str(error.msg), line, column) from error
    entity = next(root.iter(etree.Entity), None)
    if entity is not None:
        raise XmlError(f"the entity {entity.text} is not expanded", entity.sourceline or 1)
    return root


def texts(values: list[Any]) -> Iterator[str]:
    """What nodes are worth as text; numbers as XPath writes them."""
    for each in values:
        if isinstance(each, bool):
            yield "true" if each else "false"
        elif isinstance(each, float):
            yield str(int(each)) if each == int(each) else repr(each)
        elif isinstance(each, str):
            yield str(each)
        elif hasattr(each, "itertext"):
            yield "".join(each.itertext())
