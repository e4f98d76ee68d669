"""The shapes graph as pyshacl should see it, and which of its shapes speak about anything.

pyshacl has known errors (`SHACL_ERRORS` in the tests); where rewriting the shapes graph avoids one, it is done here, so
that nested shapes (`sh:node`, `sh:not`, `sh:or`) are right too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pyoxigraph import NamedNode, QuerySolutions, Store
from rdflib import RDF, RDFS, BNode, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.namespace import OWL, XSD
from rdflib.term import Node

from lod.rdf.nquads import literal
from lod.validation.shapes.graph import ShapeGraph, Term

SH = Namespace("http://www.w3.org/ns/shacl#")

Ranges = tuple[str, ...]  # the members of a sh:languageIn list

_NOT_CODE = re.compile(r"""<[^<>\s]*>|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\#.*""")
_REACHES_OUT = re.compile(r"\b(SERVICE|FROM|LOAD)\b", re.IGNORECASE)


def spell_out_languages(shapes: Graph, data: Graph) -> dict[Ranges, Ranges]:
    """Add to each `sh:languageIn` list the data's own tags that one of its ranges matches; the longer list → the list.

    pyshacl compares a whole tag or its first subtag only, so "…"@zh-Hant-TW fails ("zh-Hant"), against basic filtering
    (RFC 4647 §3.3.1), which SHACL §4.4.2 asks for.
    """
    used = {term.language.lower() for term in data.objects() if isinstance(term, Literal) and term.language}
    lengthened: dict[Ranges, Ranges] = {}
    for head in set(shapes.objects(None, SH.languageIn)):
        members = Collection(shapes, head)
        ranges = tuple(str(item) for item in members)
        lower = {want.lower() for want in ranges}
        matched = {tag for tag in used if any(tag.startswith(f"{want}-") for want in lower)} - lower
        for tag in sorted(matched):
            members.append(Literal(tag))
        lengthened[(*ranges, *sorted(matched))] = ranges
    return lengthened


def restore_languages(report: Graph, lengthened: dict[Ranges, Ranges]) -> None:
    """Take out of a report's copies of shapes what `spell_out_languages` put into them."""
    for head in set(report.objects(None, SH.languageIn)):
        members = Collection(report, head)
        ranges = tuple(str(item) for item in members)
        for _ in range(len(ranges) - len(lengthened.get(ranges, ranges))):
            del members[len(members) - 1]


def drop_untrue_unique_lang(shapes: Graph) -> None:
    """Remove `sh:uniqueLang` that is not the literal `true`: pyshacl takes "1"^^xsd:boolean for it (SHACL §4.4.3)."""
    for shape, _, value in list(shapes.triples((None, SH.uniqueLang, None))):
        if isinstance(value, Literal) and value.datatype == XSD.boolean and str(value) not in ("true", "false"):
            shapes.remove((shape, SH.uniqueLang, value))


def spell_out_prefixes(shapes: Graph) -> None:
    """Give each object of `sh:prefixes` what its imports declare (SHACL §5.2.1); pyshacl looks no further."""
    for ontology in set(shapes.objects(None, SH.prefixes)):
        for imported in list(shapes.transitive_objects(ontology, OWL.imports)):
            for declaration in list(shapes.objects(imported, SH.declare)):
                shapes.add((ontology, SH.declare, declaration))


def outgoing_queries(shapes: Graph) -> Iterator[tuple[Node, str]]:
    """SPARQL texts of shapes that would fetch something, each with the word that does: they must not run here."""
    for predicate in (SH.select, SH.ask, SH.construct, SH.update):
        for constraint, _, text in shapes.triples((None, predicate, None)):
            found = _REACHES_OUT.search(_NOT_CODE.sub(" ", str(text)))
            if found:
                yield constraint, found[1].upper()


def broken_patterns(shapes: Graph) -> Iterator[tuple[Node, str]]:
    """Shapes whose `sh:pattern` is no regular expression, with what is wrong (SHACL §4.4.1).

    It is one of XPath's, which know `\\p{Lu}`; what Python knows besides (look-ahead) the reference can judge.
    """
    for shape, _, pattern in shapes.triples((None, SH.pattern, None)):
        try:
            re.compile(str(pattern))
        except re.error as error:
            if not _is_known_to_sparql(str(pattern)):
                yield shape, f"'{pattern}' is no regular expression: {error}"


def _is_known_to_sparql(pattern: str) -> bool:
    """Whether the store reads a text as a regular expression: what it cannot read leaves the variable unbound."""
    answer = Store().query(f"SELECT ?is {{ BIND(REGEX('', {literal(pattern)}) AS ?is) }}")
    assert isinstance(answer, QuerySolutions)
    return any(solution["is"] is not None for solution in answer)


def targeted_shapes(shapes: Graph) -> list[Node]:
    """Every shape that has a target (SHACL §2.1.3), sorted."""
    found: set[Node] = set()
    for predicate in (SH.targetNode, SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.target):
        found.update(shapes.subjects(predicate))
    return sorted(found, key=str)


def has_focus_node(shape: Node, shapes: Graph, data: Graph) -> bool:
    """Whether any target of `shape` selects a node of `data`. What cannot be told here (`sh:target`) counts as yes."""
    if any(True for _ in shapes.objects(shape, SH.targetNode)) or (shape, SH.target, None) in shapes:
        return True
    if any((None, predicate, None) in data for predicate in shapes.objects(shape, SH.targetSubjectsOf)):
        return True
    if any((None, predicate, None) in data for predicate in shapes.objects(shape, SH.targetObjectsOf)):
        return True
    classes = set(shapes.objects(shape, SH.targetClass))
    return any(
        (None, RDF.type, subclass) in data
        for cls in classes
        for subclass in data.transitive_subjects(RDFS.subClassOf, cls)
    )


def example(shapes: ShapeGraph) -> Graph:
    """A graph with one node that every shape looks at: of all classes, with itself as the value of all properties."""
    node, graph = URIRef("urn:lod:example"), Graph()
    for shape in shapes.subjects():
        for predicate in ("targetSubjectsOf", "targetObjectsOf", "path"):
            for value in shapes.objects(shape, str(SH[predicate])):
                if isinstance(value, NamedNode):
                    graph.add((node, URIRef(value.value), node))
        for cls in (*shapes.objects(shape, str(SH.targetClass)), *([shape] if shapes.is_class(shape) else [])):
            if isinstance(cls, NamedNode):
                graph.add((node, RDF.type, URIRef(cls.value)))
    return graph


def says_itself(shapes: ShapeGraph, shape: Term, constraint: Term | None, component: str) -> bool:
    """Whether the messages of a result come from the shapes: from the shape, its query or a component of its own."""
    told = any(shapes.objects(node, str(SH.message)) for node in (shape, constraint) if node is not None)
    return told or not component.startswith(str(SH))


def owner(shapes: Graph, shape: Node) -> Node:
    """The named shape that a property shape without a name belongs to."""
    seen: set[Node] = set()
    while isinstance(shape, BNode) and shape not in seen:
        seen.add(shape)
        shape = next(iter(shapes.subjects(None, shape)), shape)
    return shape
