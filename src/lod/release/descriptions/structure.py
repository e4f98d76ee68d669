"""What a release says of a dataset's structure: its components in their order, and what things are called.

RDF Data Cube §6, https://www.w3.org/TR/vocab-data-cube/#dsd.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Store

from lod.rdf.languages import written
from lod.rdf.namespaces import DCT, QB, RDFS, SDMX_ATTRIBUTE, SKOS
from lod.release.release import Texts

KINDS = ("dimension", "measure", "attribute")


@dataclass(frozen=True, slots=True)
class Component:
    """A dimension, measure or attribute: its property, what it is called, its code list and unit ('' for none)."""

    kind: str
    property: str
    labels: Texts
    code_list: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Structure:
    """The structure of a dataset."""

    components: tuple[Component, ...]

    def of(self, kind: str) -> tuple[Component, ...]:
        """The components of a kind, in their order."""
        return tuple(each for each in self.components if each.kind == kind)


def read_structure(store: Store, dataset: str) -> Structure | None:
    """The structure that a dataset names; None if it names none."""
    named = (quad.object for quad in store.quads_for_pattern(NamedNode(dataset), NamedNode(QB + "structure"), None))
    nodes = sorted((node for node in named if isinstance(node, NamedNode | BlankNode)), key=str)
    if not nodes:
        return None
    found = []
    for quad in store.quads_for_pattern(nodes[0], NamedNode(QB + "component"), None):
        node = quad.object
        if not isinstance(node, NamedNode | BlankNode):
            continue
        orders = (int(o.value) for o in _literals(store, node, QB + "order") if o.value.isdecimal())
        order = min(orders, default=1 << 30)
        for rank, kind in enumerate(KINDS):
            properties = _objects(store, node, QB + kind)
            found += [(order, rank, each, _component(store, kind, each)) for each in properties]
    found.sort(key=lambda entry: entry[:3])
    return Structure(tuple(component for *_, component in found))


def _component(store: Store, kind: str, iri: str) -> Component:
    code_list = next(_objects(store, iri, QB + "codeList"), "")
    unit = next(_objects(store, iri, SDMX_ATTRIBUTE + "unitMeasure"), "")
    return Component(kind, iri, labels_of(store, iri), code_list, unit)


def labels_of(store: Store, iri: str) -> Texts:
    """What a thing is called, by language: its preferred label, else its label, else its title."""
    for predicate in (SKOS + "prefLabel", RDFS + "label", DCT + "title"):
        texts = sorted(_literals(store, iri, predicate), key=str)
        if texts:
            return {written(each.language) if each.language else "": each.value for each in texts}
    return {}


def _objects(store: Store, subject: str | NamedNode | BlankNode, predicate: str) -> Iterator[str]:
    """The IRIs that a property names, in order."""
    about = NamedNode(subject) if isinstance(subject, str) else subject
    quads = store.quads_for_pattern(about, NamedNode(predicate), None, None)
    yield from sorted({quad.object.value for quad in quads if isinstance(quad.object, NamedNode)})


def _literals(store: Store, subject: str | NamedNode | BlankNode, predicate: str) -> Iterator[Literal]:
    about = NamedNode(subject) if isinstance(subject, str) else subject
    quads = store.quads_for_pattern(about, NamedNode(predicate), None, None)
    yield from {quad.object for quad in quads if isinstance(quad.object, Literal)}
