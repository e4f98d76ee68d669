"""A description as a tree of plain JSON: JSON-LD 1.1, compacted with a release's context, framed by what it is about.

JSON-LD 1.1: https://www.w3.org/TR/json-ld11/ ; framing: https://www.w3.org/TR/json-ld11-framing/ (`@embed: @once`)

The root is the thing described. What it leads to stands inside it, once; what leads to it and says that it is about it
stands under `document`; what is left comes under `@included`. A name is used for the values that it suits, the
property's full or abbreviated IRI for the others, so that the tree says the same triples as Turtle, and no more.
"""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from lod.rdf.languages import written
from lod.rdf.namespaces import FOAF, RDF, XSD
from lod.server.documents.context import DOCUMENT, GENERAL, KEYWORDS, Context

Json = dict[str, Any]
Subject = NamedNode | BlankNode
Node = NamedNode | BlankNode | Literal

DEEPEST = 40  # nodes in nodes; deeper ones stand beside the tree

_TYPE, _TOPIC, _STRING = RDF + "type", FOAF + "primaryTopic", XSD + "string"
_INTEGER = re.compile(r"(?:0|-?[1-9][0-9]{0,14})\Z")  # what every reader of JSON keeps
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):(?!//)")


def write_tree(
    triples: Iterable[Triple],
    prefixes: Mapping[str, str],
    context: Context = GENERAL,
    root: str = "",
    *,
    bare: bool = False,
) -> bytes:
    """Triples as a tree under `root`, as `@graph` without one. `bare`: no context inside, the answer links to it."""
    triples = list(triples)
    names = {term.name for term in context.terms.values()}  # no prefix may have a term's name
    free = {prefix: namespace for prefix, namespace in prefixes.items() if prefix not in names}
    tree = _Tree(context, _unambiguous(free, triples))
    for triple in triples:
        tree.add(triple)
    body = tree.framed(root)
    document = body if bare else {"@context": tree.used_context(), **body}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _unambiguous(prefixes: Mapping[str, str], triples: list[Triple]) -> dict[str, str]:
    """The prefixes that are no scheme of an IRI here: `org:x` may be somebody's IRI."""
    terms = (term.value for triple in triples for term in triple if isinstance(term, NamedNode))
    schemes = {found[1] for value in terms if (found := _SCHEME.match(value))}
    return {prefix: namespace for prefix, namespace in prefixes.items() if prefix not in schemes}


@dataclass(slots=True)
class _Tree:
    context: Context
    prefixes: dict[str, str]
    values: dict[Subject, dict[str, list[Node]]] = field(default_factory=dict)
    _terms: set[str] = field(default_factory=set)  # properties that are named
    _abbreviated: set[str] = field(default_factory=set)  # prefixes in use
    _reversed: bool = False

    def add(self, triple: Triple) -> None:
        """Take a triple in. JSON-LD 1.1 has no word for triples inside triples."""
        subject, value = triple.subject, triple.object
        if isinstance(subject, Triple) or isinstance(value, Triple):
            return
        self.values.setdefault(subject, {}).setdefault(triple.predicate.value, []).append(value)

    def framed(self, root: str) -> Json:
        """The tree under `root`, and beside it what it does not lead to."""
        left = dict.fromkeys(self.values)
        top = next((node for node in left if isinstance(node, NamedNode) and node.value == root), None)
        if top is None:
            return {"@graph": self._forest(left)}
        tree = self._grow(top, left)
        documents = [node for node in left if self.values[node].get(_TOPIC) == [top]]
        if documents:
            self._reversed = True
            tree[DOCUMENT] = _one_or_all([self._grow(node, left, without=_TOPIC) for node in documents])
        rest = self._forest(left)
        return {**tree, "@included": rest} if rest else tree

    def _forest(self, left: dict[Subject, None]) -> list[Json]:
        """Trees of all that is left: first from what nothing points to, then from whatever remains."""
        pointed = {v for node in left for vs in self.values[node].values() for v in vs if v != node}
        trees = [self._grow(node, left) for node in [n for n in left if n not in pointed] if node in left]
        while left:
            trees.append(self._grow(next(iter(left)), left))
        return trees

    def _grow(self, top: Subject, left: dict[Subject, None], without: str = "") -> Json:
        """The tree of a node. What it leads to is taken from `left`, nearest first, and stands where it is met."""
        del left[top]
        tree = self._shell(top)
        waiting = deque([(top, tree, 0)])
        while waiting:
            subject, here, depth = waiting.popleft()
            for predicate, values in self.values[subject].items():
                if predicate == without and subject == top:
                    continue
                for value in values:
                    inside: Json | None = None
                    if value in left and depth < DEEPEST and predicate != _TYPE:
                        assert not isinstance(value, Literal)
                        del left[value]
                        inside = self._shell(value)
                        waiting.append((value, inside, depth + 1))
                    self._put(here, predicate, value, inside)
        return _tidy(tree)

    def _shell(self, subject: Subject) -> Json:
        return {"id": _name(subject)}

    def _put(self, here: Json, predicate: str, value: Node, inside: Json | None) -> None:
        term = self.context.terms.get(predicate)
        if predicate == _TYPE and not isinstance(value, Literal):
            _append(here, "type", self._short(value.value) if isinstance(value, NamedNode) else _name(value))
        elif inside is not None or not isinstance(value, Literal):
            found = inside if inside is not None else {"id": _name(value)}
            if term is not None and term.way == "id":
                _append(here, self._named(predicate), inside if inside is not None else _name(value))
            else:
                _append(here, self._key(predicate), found)
        elif term is not None and term.way == "text" and value.language:
            texts = here.setdefault(self._named(predicate), {})
            _append(texts, written(value.language), value.value)
        elif term is not None and not term.way:
            _append(here, self._named(predicate), self._literal(value))
        else:
            _append(here, self._key(predicate), self._literal(value))

    def _literal(self, value: Literal) -> object:
        if value.language:
            return {"@value": value.value, "@language": written(value.language)}
        datatype = value.datatype.value
        if datatype == _STRING:
            return value.value
        if datatype == XSD + "integer" and _INTEGER.match(value.value):
            return int(value.value)
        if datatype == XSD + "boolean" and value.value in {"true", "false"}:
            return value.value == "true"
        return {"@value": value.value, "type": self._short(datatype)}

    def _named(self, predicate: str) -> str:
        self._terms.add(predicate)
        return self.context.terms[predicate].name

    def _key(self, predicate: str) -> str:
        """A property's abbreviated IRI: no name, so that nothing is read into its values."""
        return self._short(predicate)

    def _short(self, iri: str) -> str:
        for prefix, namespace in self.prefixes.items():
            if iri.startswith(namespace) and len(iri) > len(namespace) and not iri.startswith("//", len(namespace)):
                self._abbreviated.add(prefix)
                return f"{prefix}:{iri[len(namespace) :]}"
        return iri

    def used_context(self) -> Json:
        """The part of the context that this document needs."""
        found: Json = dict(KEYWORDS)
        found |= {prefix: self.prefixes[prefix] for prefix in sorted(self._abbreviated)}
        found |= {self.context.terms[iri].name: self.context.definition(iri) for iri in sorted(self._terms)}
        return {**found, DOCUMENT: {"@reverse": _TOPIC}} if self._reversed else found


def _append(node: Json, key: str, value: object) -> None:
    node.setdefault(key, []).append(value)


def _one_or_all(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def _tidy(tree: Json) -> Json:
    """The same with arrays of one unwrapped, and `type` behind `id`; not by recursion into what is already tidy."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if "type" in node and "@value" not in node:
            rest = {key: node.pop(key) for key in list(node) if key not in {"id", "type"}}
            node |= rest
        for key, values in node.items():
            if isinstance(values, dict) and "@value" not in values:
                waiting.append(values)
            if not isinstance(values, list):
                continue
            waiting += [value for value in values if isinstance(value, dict) and "@value" not in value]
            node[key] = _one_or_all(values)
    return tree


def _name(node: Node) -> str:
    return f"_:{node.value}" if isinstance(node, BlankNode) else node.value
