"""The shapes graph: what people wrote, indexed, whichever processor is to judge by it.

https://www.w3.org/TR/shacl/#shapes-graph
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from lod.rdf.declared_prefixes import declared_prefixes, prefix_lines
from lod.rdf.namespaces import OWL, RDF, RDFS, SH
from lod.rdf.parse import Document
from lod.validation.shapes.terms import CONSTRAINTS

Node = NamedNode | BlankNode
Term = NamedNode | BlankNode | Literal | Triple

_SUFFIXES = {SH + "zeroOrMorePath": "*", SH + "oneOrMorePath": "+", SH + "zeroOrOnePath": "?"}
_CLASS_TARGETS = {NamedNode(RDFS + "Class"), NamedNode(OWL + "Class")}
_SHAPES = {NamedNode(SH + "NodeShape"), NamedNode(SH + "PropertyShape")}
_CONSTRAINTS = {SH + name for name in CONSTRAINTS}
TARGETS = tuple(SH + name for name in ("targetNode", "targetClass", "targetSubjectsOf", "targetObjectsOf", "target"))


class ShapeGraph:
    """The triples of all shapes files, by subject and predicate, in the order in which they were written."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.documents = tuple(documents)
        self._index: dict[Term, dict[str, list[Term]]] = {}
        self._parents: dict[Term, Node] = {}
        for document in documents:
            for quad in document.quads:
                values = self._index.setdefault(quad.subject, {}).setdefault(quad.predicate.value, [])
                if quad.object not in values:
                    values.append(quad.object)
                if isinstance(quad.object, BlankNode) and not isinstance(quad.subject, Triple):
                    self._parents.setdefault(quad.object, quad.subject)
        for pairs in self._index.values():
            if SH + "sparql" in pairs:  # not all processors know that a query, too, can be deactivated (§5.3.1)
                pairs[SH + "sparql"] = [each for each in pairs[SH + "sparql"] if not self.is_deactivated(each)]

    @property
    def prefixes(self) -> dict[str, str]:
        """The prefixes that the files declare; a later file wins."""
        return {name: iri for document in self.documents for name, iri in document.prefixes.items()}

    def triples(self) -> Iterator[Triple]:
        """Every triple, once."""
        for subject, pairs in self._index.items():
            for predicate, values in pairs.items():
                for value in values:
                    yield Triple(subject, NamedNode(predicate), value)  # type: ignore[arg-type]

    def subjects(self) -> Iterable[Term]:
        """Whatever something is said of."""
        return self._index.keys()

    def of(self, node: Term) -> Mapping[str, Sequence[Term]]:
        """What is said of a node: predicate → values."""
        return self._index.get(node, {})

    def objects(self, node: Term, predicate: str) -> Sequence[Term]:
        """The values of a node for a predicate."""
        return self._index.get(node, {}).get(predicate, ())

    def value(self, node: Term, predicate: str) -> Term | None:
        """The first value, or None."""
        return next(iter(self.objects(node, predicate)), None)

    def members(self, head: Term) -> list[Term]:
        """The members of an RDF list; a list that leads back to itself ends there."""
        found: list[Term] = []
        seen: set[Term] = set()
        node: Term | None = head
        while node is not None and node not in seen and (first := self.value(node, RDF + "first")) is not None:
            seen.add(node)
            found.append(first)
            node = self.value(node, RDF + "rest")
        return found

    def owner(self, shape: Term) -> Term:
        """The named shape that a shape without a name belongs to."""
        seen: set[Term] = set()
        while isinstance(shape, BlankNode) and shape not in seen and shape in self._parents:
            seen.add(shape)
            shape = self._parents[shape]
        return shape

    def targeted(self) -> list[Node]:
        """Every shape that has a target and is not deactivated (§2.1.3), sorted."""
        found = [
            node
            for node, pairs in self._index.items()
            if not isinstance(node, (Literal, Triple)) and (any(t in pairs for t in TARGETS) or self.is_class(node))
        ]
        return sorted((node for node in found if not self.is_deactivated(node)), key=str)

    def is_class(self, node: Term) -> bool:
        """Whether a shape is a class, too: an implicit class target (§2.1.3.3).

        owl:Class counts as a class though no file says that it is a kind of rdfs:Class: whoever writes it means it.
        """
        types = self.objects(node, RDF + "type")
        return isinstance(node, NamedNode) and any(map(self.is_class_type, types)) and self.is_shape(node)

    def is_shape(self, node: Term) -> bool:
        """Whether a node says that it is a shape, or constrains something (§2.1)."""
        said = self.of(node)
        return bool(_SHAPES & set(said.get(RDF + "type", ()))) or not _CONSTRAINTS.isdisjoint(said)

    def is_class_type(self, kind: Term) -> bool:
        """Whether what is of that type is a class: rdfs:Class, owl:Class and what the shapes graph puts below them."""
        waiting, seen = [kind], set[Term]()
        while waiting:
            each = waiting.pop()
            if each in _CLASS_TARGETS:
                return True
            if each not in seen:
                seen.add(each)
                waiting += self.objects(each, RDFS + "subClassOf")
        return False

    def is_deactivated(self, shape: Term) -> bool:
        """`sh:deactivated true` (§2.1.6)."""
        return any(isinstance(v, Literal) and v.value == "true" for v in self.objects(shape, SH + "deactivated"))

    def closure(self, roots: Iterable[Term]) -> Iterator[Triple]:
        """What is said of nodes, and of the blank nodes that they lead to."""
        waiting = list(roots)
        seen: set[Term] = set()
        while waiting:
            node = waiting.pop(0)
            if node in seen:
                continue
            seen.add(node)
            for predicate, values in self.of(node).items():
                for value in values:
                    yield Triple(node, NamedNode(predicate), value)  # type: ignore[arg-type]
                    if isinstance(value, BlankNode):
                        waiting.append(value)

    def path_text(self, path: Term) -> str:
        """A path as SPARQL writes it: an IRI bare where it is the whole path, in angle brackets inside a longer one."""
        return path.value if isinstance(path, NamedNode) else self._step(path, 0)

    def _step(self, path: Term, depth: int) -> str:
        if (
            isinstance(path, NamedNode) or depth > 20
        ):  # a path may not lead back to itself; its text must end all the same
            return f"<{path.value}>" if isinstance(path, NamedNode) else str(path)
        steps = self.members(path)
        if steps:
            return "(" + "/".join(self._step(step, depth + 1) for step in steps) + ")"
        for predicate, values in self.of(path).items():
            if predicate == SH + "inversePath":
                return "^" + self._step(values[0], depth + 1)
            if predicate == SH + "alternativePath":
                return "(" + "|".join(self._step(step, depth + 1) for step in self.members(values[0])) + ")"
            if predicate in _SUFFIXES:
                return "(" + self._step(values[0], depth + 1) + ")" + _SUFFIXES[predicate]
        return str(path)

    def prefixes_for(self, constraint: Term) -> dict[str, str]:
        """The prefixes that a constraint's query may use: those declared (§5.2.1), then those of the files."""
        return {**self.prefixes, **dict(declared_prefixes(constraint, self.objects))}

    def query(self, constraint: Term, text: str) -> str:
        """A constraint's query with the prefixes that it uses written before it."""
        used = set(re.findall(r"(?<![\w<?$:/-])([A-Za-z][\w.-]*)?:(?!//)", text))
        known = self.prefixes_for(constraint)
        return prefix_lines((name, known[name]) for name in used & known.keys()) + text
