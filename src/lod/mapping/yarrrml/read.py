"""YARRRML → IR.

https://rml.io/yarrrml/spec/. A short name, a short form and a call in one line say what the long ones say; what the
language has and is not read here is refused by name (LOD3012). Nothing is passed over in silence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from lod.diagnostics import Findings
from lod.mapping.conditions import both
from lod.mapping.document import Keyed, Node, Text, nulls, read_document
from lod.mapping.functions import PREFIXES as FUNCTION_PREFIXES
from lod.mapping.ir import LogicalSource, LogicalTarget, ReferencingObjectMap, TriplesMap
from lod.mapping.shapes import Shapes
from lod.mapping.sources import Sources, read_source
from lod.mapping.templates import Names
from lod.mapping.yarrrml.calls import Calls
from lod.mapping.yarrrml.keys import aliases, values_of
from lod.mapping.yarrrml.statements import Inverse, StatementReader, inverted, merged, with_parents
from lod.mapping.yarrrml.targets import Targets, read_target
from lod.mapping.yarrrml.terms import ReadTerm, Terms, blank
from lod.rdf.iris import is_absolute
from lod.rdf.namespaces import PREFIXES
from lod.wording import say

# the subjects of blank nodes, what an empty cell means, and anchors, which say nothing themselves
_MAY_BE_NULL = (
    "subjects",
    *(short for short, name in aliases("a mapping").items() if name == "subjects"),
    "empty",
    "variables",
)


def read_yarrrml(paths: Sequence[tuple[Path, str]], findings: Findings) -> list[TriplesMap]:
    """The triples maps of YARRRML files, each with the name it is shown by; what is wrong is in `findings`, all of it.

    Files that are read together are one: mappings, named sources and targets, and prefixes of one serve in all.
    """
    said = Findings()
    missing: list[Text] = []
    found = _read(paths, said, missing)
    for each in missing:
        hint = say("write a value, or leave the key out")
        if each.value:
            hint = say("leave it out; in quotes it is text: '{text}'", text=each.value)
        findings.error("LOD3060", say("there is no value here"), each.origin, hint)
    places = {each.origin for each in missing}
    findings.extend(each for each in said if each.origin not in places)
    return found


def _read(paths: Sequence[tuple[Path, str]], findings: Findings, missing: list[Text]) -> list[TriplesMap]:
    shapes = Shapes(findings)
    documents = [each for path, shown in paths if (each := _document(path, shown, shapes, missing))]
    found = _Found()
    for document in documents:
        others = [each for each in documents if each is not document]
        names = _shared_names(document, others)
        terms = Terms(
            names=names,
            calls=Calls(names, shapes, findings),
            targets=Targets(_merged(*(each.targets for each in (*others, document))), findings),
            mappings=tuple(key for each in documents for key in each.mappings.entries),
            shapes=shapes,
            findings=findings,
        )
        sources = Sources(_merged(*(each.sources for each in (*others, document))), findings)
        reader = _Reader(terms, sources, document.base, shapes, findings, found)
        for key, node in document.mappings:
            reader.mapping(key, node)
    return found.resolved(findings)


@dataclass(frozen=True, slots=True)
class _Document:
    """What stands at the root of one file."""

    names: Names
    base: str
    sources: dict[str, LogicalSource | None]
    targets: dict[str, LogicalTarget | None]
    mappings: Keyed


def _document(path: Path, shown: str, shapes: Shapes, missing: list[Text]) -> _Document | None:
    document = shapes.keyed(read_document(path, shown, shapes.findings), "a mapping file")
    if document is None:
        return None
    missing += nulls(document, but=_MAY_BE_NULL)
    values = values_of(document, "a mapping file", shapes.findings)
    if shapes.lacks(document, values, "mappings", aliases("a mapping file")):
        shapes.findings.error("LOD3005", say("a mapping file needs 'mappings'"), document.origin)
    _check_authors(values.get("authors"), shapes)
    return _Document(
        names=_names(values, shapes),
        base=_base(values.get("base"), shapes),
        sources=_named_sources(values.get("sources"), shapes),
        targets=_named_targets(values.get("targets"), shapes),
        mappings=shapes.keyed(values.get("mappings"), "'mappings'") or Keyed({}, document.origin),
    )


def _shared_names(document: _Document, others: Sequence[_Document]) -> Names:
    """A document's names over those of the others."""
    prefixes = {name: each.names.known[name] for each in others for name in each.names.declared}
    external = _merged(*(each.names.external for each in (*others, document)))
    own = document.names
    return Names({**prefixes, **own.known}, own.declared, external)


_Value = TypeVar("_Value")


def _merged(*tables: Mapping[str, _Value]) -> dict[str, _Value]:
    """Tables as one, the last one first."""
    return {name: value for table in tables for name, value in table.items()}


def _names(values: dict[str, Node], shapes: Shapes) -> Names:
    tables: dict[str, dict[str, str]] = {"prefixes": {}, "external": {}}
    for key, table in tables.items():
        for name, node in shapes.keyed(values.get(key), f"'{key}'") or ():
            value = shapes.text(node)
            table[name.value] = value.value if value else ""
            if key == "prefixes" and value and not is_absolute(value.value):
                message = say(
                    "prefix '{name}' stands for '{value}', which is no absolute IRI", name=name.value, value=value.value
                )
                shapes.findings.error("LOD3010", message, value.origin)
            elif key == "prefixes" and value and value.value[-1].isalnum():
                message = say(
                    "prefix '{name}' stands for '{value}', which no sign ends", name=name.value, value=value.value
                )
                hint = say("{name}:x is {value}x: should it end in / or #?", name=name.value, value=value.value)
                shapes.findings.warning("LOD4062", message, value.origin, hint)
    prefixes = tables["prefixes"]
    return Names({**PREFIXES, **FUNCTION_PREFIXES, **prefixes}, frozenset(prefixes), tables["external"])


def _check_authors(node: Node | None, shapes: Shapes) -> None:
    for item in shapes.items(node):
        if isinstance(item, Keyed):
            shapes.keys(item, ("name", "email", "website"), place="an author")
        else:
            shapes.text(item)


def _base(node: Node | None, shapes: Shapes) -> str:
    text = shapes.text(node)
    if text and not is_absolute(text.value):
        shapes.findings.error("LOD3010", say("the base '{text}' is no absolute IRI", text=text.value), text.origin)
        return ""
    return text.value if text else ""


def _named_sources(node: Node | None, shapes: Shapes) -> dict[str, LogicalSource | None]:
    entries = shapes.keyed(node, "'sources'") or ()
    return {key.value: read_source(value, shapes.findings) for key, value in entries}


def _named_targets(node: Node | None, shapes: Shapes) -> dict[str, LogicalTarget | None]:
    entries = shapes.keyed(node, "'targets'") or ()
    return {key.value: read_target(value, shapes.findings) for key, value in entries}


@dataclass(slots=True)
class _Found:
    """What mappings became. `parents`: a mapping's name → its triples maps; `silent`: mappings that say nothing."""

    triples_maps: list[TriplesMap] = field(default_factory=list)
    parents: dict[str, list[str]] = field(default_factory=dict)
    inverses: list[tuple[TriplesMap, list[Inverse]]] = field(default_factory=list)
    silent: list[Text] = field(default_factory=list)

    def resolved(self, findings: Findings) -> list[TriplesMap]:
        """All triples maps, joins and inverse statements resolved."""
        named = {each.name: each for each in self.triples_maps}
        inverse = [
            each for of, inverses in self.inverses for each in inverted(of, inverses, named, self.parents, findings)
        ]
        objects = [pom.object for each in self.triples_maps for pom in each.predicate_object_maps]
        joined = {each.parent for each in objects if isinstance(each, ReferencingObjectMap)}
        for key in self.silent:
            if key.value not in joined:
                message = say("mapping '{key}' needs 'predicateobjects'", key=key.value)
                findings.error("LOD3005", message, key.at(0, len(key.value)), say("write po: [[a, skos:Concept]]"))
        return with_parents(self.triples_maps, self.parents) + inverse


@dataclass(frozen=True, slots=True)
class _Reader:
    """One document's mappings."""

    terms: Terms
    sources: Sources
    base: str
    shapes: Shapes
    findings: Findings
    found: _Found

    def mapping(self, key: Text, node: Node) -> None:
        """One mapping: a triples map for each source and subject."""
        where = key.at(0, len(key.value))
        place = say("mapping '{name}'", name=key.value)
        keyed = self.shapes.keyed(node, place)
        if keyed is None:
            return
        values = values_of(keyed, "a mapping", self.findings, place)
        names = aliases("a mapping")
        if self.shapes.lacks(keyed, values, "sources", names):
            self.findings.error(
                "LOD3005", say("{place} needs 'sources'", place=place), where, say("write sources: [['file.csv~csv']]")
            )
        if self.shapes.lacks(keyed, values, "predicateobjects", names):
            self.found.silent.append(key)
        sources = self.sources.read(values["sources"]) if "sources" in values else []
        subjects = self._subjects(key, keyed, values)
        condition = self.terms.calls.condition(values.get("condition"))
        graphs, targets = self.terms.resources(values.get("graphs")), self.terms.targets.read(values.get("targets"))
        reader = StatementReader(self.terms, self.shapes, self.findings, graphs, targets)
        said = reader.read(values.get("predicateobjects"))
        several = len(sources) * len(subjects) > 1
        made = []
        for n, (source, subject) in enumerate(((a, b) for a in sources for b in subjects), start=1):
            term = replace(subject.term, condition=both(condition, subject.term.condition))
            poms = tuple(replace(pom, targets=merged(subject.targets, pom.targets)) for pom in said.forward)
            name = f"{key.value}-{n}" if several else key.value
            made.append(TriplesMap(name, source, term, poms, where, self.base))
            inverse = [replace(each, targets=merged(subject.targets, each.targets)) for each in said.inverse]
            self.found.inverses.append((made[-1], inverse))
        self.found.triples_maps += made
        self.found.parents[key.value] = [each.name for each in made]

    def _subjects(self, key: Text, keyed: Keyed, values: dict[str, Node]) -> list[ReadTerm]:
        if "subjects" in values:
            return self.terms.subjects(values["subjects"])
        if self.shapes.lacks(keyed, values, "subjects", aliases("a mapping")):
            message = say("mapping '{key}' has no 'subjects', so every row makes a blank node", key=key.value)
            hint = say("write s: https://example.org/id/thing/$(column), or s: null if that is meant")
            self.findings.warning("LOD3017", message, key.at(0, len(key.value)), hint)
        return [ReadTerm(blank(key.origin))]
