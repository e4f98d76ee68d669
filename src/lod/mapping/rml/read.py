"""RML documents → triples maps.

https://w3id.org/rml/core/spec, «Triples maps». Everything that the document says in RML's words is read or refused with
its place; what it says in other vocabularies (labels, provenance) is not ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path

from lod.diagnostics import Findings, TextOrigin, did_you_mean
from lod.mapping.ir import (
    Constant,
    Expression,
    Formulation,
    GatherMap,
    Join,
    LogicalSource,
    LogicalTarget,
    PredicateObjectMap,
    Reference,
    ReferencingObjectMap,
    Rows,
    TermMap,
    TermType,
    TriplesMap,
)
from lod.mapping.rml.executions import read_joins
from lod.mapping.rml.graph import Graph, Resource, read_graph
from lod.mapping.rml.sources import read_formulation, read_source
from lod.mapping.rml.terms import ReadTerm, Role, Terms
from lod.mapping.rml.told import in_words, words_of
from lod.mapping.rml.views import Views, is_view
from lod.mapping.rml.vocabulary import RML, shown
from lod.rdf.advice import syntax_advice
from lod.rdf.iris import is_absolute
from lod.rdf.namespaces import RDF
from lod.rdf.turtle import Document, Iri, TurtleSyntaxError, read_turtle
from lod.wording import NOTHING, say

_Object = tuple[TermMap | ReferencingObjectMap | GatherMap | None, tuple[LogicalTarget, ...]]
# the source of triples maps of constants, which need none
_ONE_ROW = Rows((), ((),))
_FILES = (Formulation.CSV, Formulation.JSONPATH, Formulation.XPATH)
_BASE = "file:///mapping.ttl"  # of relative IRIs where the document declares none: they only name its parts


def read_rml(path: Path, shown_path: str, findings: Findings) -> list[TriplesMap]:
    """The triples maps of an RML document in Turtle; what is wrong in it is in `findings`, all of it."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        document = read_turtle(text, shown_path, _BASE)
    except OSError as error:
        findings.error(
            "LOD3001",
            say("cannot read {shown_path}: {strerror}", shown_path=shown_path, strerror=error.strerror),
            TextOrigin(shown_path),
        )
        return []
    except UnicodeDecodeError as error:
        message = say(
            "{shown_path} is not UTF-8: byte {object:#04x} at position {start}",
            shown_path=shown_path,
            object=error.object[error.start],
            start=error.start,
        )
        findings.error("LOD3001", message, TextOrigin(shown_path), say("save the file as UTF-8"))
        return []
    except TurtleSyntaxError as error:
        where = TextOrigin(shown_path, error.line, error.column, error.length)
        findings.error(
            "LOD3101", say("not Turtle: {error}", error=error.message), where, syntax_advice(str(error), text)
        )
        return []
    said = Findings()
    found = _read(document, shown_path, said)
    findings.extend(in_words(said, words_of(document.statements)))
    return found


def _read(document: Document, shown_path: str, findings: Findings) -> list[TriplesMap]:
    graph = read_graph(document.statements, findings)
    nodes = _triples_maps(graph)
    if not nodes:
        hint = say("a triples map has rml:logicalSource and rml:subjectMap")
        findings.error(
            "LOD3115", say("{shown_path} has no triples map", shown_path=shown_path), TextOrigin(shown_path), hint
        )
    reader = _Reader(graph, findings, _names(nodes), document.base)
    found = [triples_map for node in nodes if (triples_map := reader.triples_map(node))]
    for node in graph.subjects_with("viewOn"):  # those that no triples map uses are looked at, too
        reader.source(node, Terms(graph, findings, lambda _: None))
    return found


def _triples_maps(graph: Graph) -> list[Resource]:
    """What has a source or a subject; legacy function executions are written like triples maps, and are none."""
    executions = {value for node in graph.properties for value in graph.values(node, "functionValue")}
    found = graph.subjects_with("logicalSource", "subjectMap", "subject")
    found += [node for node in graph.properties if RML + "TriplesMap" in graph.types(node) and node not in found]
    return [node for node in found if node not in executions]


def _names(nodes: list[Resource]) -> dict[Resource, str]:
    """What people call triples maps: the end of the IRI where that is enough to tell them apart."""
    names: dict[Resource, str] = {}
    for node in nodes:
        short = node.value.rstrip("/#").replace("#", "/").rpartition("/")[2] if isinstance(node, Iri) else ""
        name = short or f"line {node.origin.line}"
        names[node] = name if name not in names.values() else node.value
    return names


@dataclass(frozen=True, slots=True)
class _Reader:
    """One document's triples maps, by the names that they go by in the IR."""

    graph: Graph
    findings: Findings
    names: dict[Resource, str]
    document_base: str
    sources: dict[Resource, LogicalSource | None] = field(default_factory=dict)

    def triples_map(self, node: Resource) -> TriplesMap | None:
        """One triples map; None, and findings, when something that it needs is missing."""
        before = len(self.findings.errors)
        terms = Terms(self.graph, self.findings, lambda each: self._referencing(each, terms))
        source = self._source(node, terms) if self.graph.values(node, "logicalSource") else self._no_source(node)
        if source and source.formulation in _FILES and self._is_legacy(node):
            terms = replace(terms, is_legacy=True)
        subject = self._subject(node, terms)
        subject_map = next(iter(self.graph.resources(node, "subjectMap")), None)
        graphs = terms.maps(subject_map, Role.GRAPH) if subject_map else []
        base = self._base(node)
        classes = self._classes(subject_map, graphs) if subject_map else []
        poms = [
            pom for each in self.graph.resources(node, "predicateObjectMap") for pom in self._pom(each, graphs, terms)
        ]
        is_unread = len(self.findings.errors) > before and not (classes or poms)
        if source is None or subject is None or subject.term is None or is_unread:
            return None  # else what could be read is held against its table, although nothing will be lifted
        made = [
            subject.gathered,
            subject.term,
            *(part for pom in poms for part in (pom.predicate, pom.object, pom.graph)),
        ]
        if source.content is _ONE_ROW and any(map(_reads, made)):
            origin = self.graph.origin(node)
            self.findings.error("LOD3103", say("the triples map has no source"), origin, say("add rml:logicalSource"))
            return None
        targeted = [replace(pom, targets=_merged(subject.targets, pom.targets)) for pom in (*classes, *poms)]
        found = TriplesMap(
            self.names[node], source, subject.term, tuple(targeted), self.graph.origin(node), base, self.document_base
        )
        if subject.gathered is None:
            return found
        places = _distinct_graphs(graphs)
        targets = _merged(subject.targets, *(each.targets for each in places))
        return replace(
            found,
            gathered=subject.gathered,
            gathered_in=tuple(each.term for each in places),
            gathered_targets=targets,
        )

    def _source(self, node: Resource, terms: Terms) -> LogicalSource | None:
        place = self.graph.resource(node, "logicalSource")
        return self.source(place, terms) if place else None

    def _is_legacy(self, node: Resource) -> bool:
        """Whether the source is described in legacy RML."""
        return any(each in self.graph.legacy for each in self.graph.resources(node, "logicalSource"))

    def _no_source(self, node: Resource) -> LogicalSource:
        """One row without columns: enough for a triples map of constants."""
        origin = self.graph.origin(node)
        return LogicalSource(origin.path, Formulation.ROWS, origin, content=_ONE_ROW)

    def source(self, node: Resource, terms: Terms, within: tuple[Resource, ...] = ()) -> LogicalSource | None:
        """A logical source or view, read once; None, and findings, when something in it is wrong."""
        if node in within or node not in self.sources:
            found: LogicalSource | None
            if is_view(self.graph, node):
                views = Views(
                    self.graph,
                    terms.expression,
                    lambda inner, around: self.source(inner, terms, around),
                    lambda field: read_formulation(self.graph, field),
                )
                found = views.read(node, within)
            else:
                found = read_source(self.graph, node)
            self.sources[node] = found
        return self.sources[node]

    def _subject(self, node: Resource, terms: Terms) -> ReadTerm | None:
        count = len(self.graph.values(node, "subjectMap")) + len(self.graph.values(node, "subject"))
        if count != 1:
            message = say("a triples map has one subject, this one has {value}", value=count or "none")
            places = self.graph.values(node, "subjectMap") + self.graph.values(node, "subject")
            where = places[1].origin if count > 1 else self.graph.origin(node)
            code = "LOD3104" if count else "LOD3103"
            self.findings.error(code, message, where, NOTHING if count else say("add rml:subjectMap"))
        found = terms.maps(node, Role.SUBJECT)
        return found[0] if found else None

    def _base(self, node: Resource) -> str:
        base = self.graph.one(node, "baseIRI")
        if base is None:
            return ""
        if not is_absolute(str(base.value)):
            self.findings.error("LOD3010", say("the base {base} is no absolute IRI", base=shown(base)), base.origin)
            return ""
        return str(base.value)

    def _classes(self, subject_map: Resource, graphs: list[ReadTerm]) -> list[PredicateObjectMap]:
        found = []
        for each in self.graph.values(subject_map, "class"):
            if not isinstance(each, Iri):
                self.findings.error(
                    "LOD3105",
                    say("rml:class is an IRI, not {each}", each=shown(each)),
                    each.origin,
                    say("write it without quotes: a name with its prefix, or <IRI>"),
                )
                continue
            predicate = TermMap(Constant(RDF + "type", each.origin), TermType.IRI, each.origin)
            term = TermMap(Constant(each.value, each.origin), TermType.IRI, each.origin)
            found += [
                PredicateObjectMap(predicate, term, each.origin, graph.term, graph.targets)
                for graph in _distinct_graphs(graphs)
            ]
        return found

    def _pom(self, node: Resource, subject_graphs: list[ReadTerm], terms: Terms) -> list[PredicateObjectMap]:
        """Every predicate with every object in every graph (R2RML §11.1)."""
        origin = self.graph.origin(node)
        predicates = terms.maps(node, Role.PREDICATE)
        objects = self._objects(node, terms)
        for name, count in (("predicate", self._count(node, "predicate")), ("object", self._count(node, "object"))):
            if not count:
                hint = say("add rml:{name} or rml:{name}Map", name=name)
                self.findings.error("LOD3103", say("the predicate-object map has no {name}", name=name), origin, hint)
        graphs = _distinct_graphs(subject_graphs + terms.maps(node, Role.GRAPH))
        return [
            PredicateObjectMap(p.term, o, origin, g.term, _merged(p.targets, targets, g.targets))
            for p, (o, targets), g in product(predicates, objects, graphs)
            if p.term is not None and o is not None
        ]

    def _objects(self, node: Resource, terms: Terms) -> list[_Object]:
        shortcuts = [terms.shortcut(value, Role.OBJECT) for value in self.graph.values(node, "object")]
        found: list[_Object] = [(read.term, read.targets) for read in shortcuts if read]
        for each in self.graph.resources(node, "objectMap"):
            if self.graph.values(each, "parentTriplesMap"):
                found.append((self._referencing(each, terms), ()))
            elif read := terms.map(each, Role.OBJECT):
                found.append((read.gathered or read.term, read.targets))
        return found

    def _count(self, node: Resource, name: str) -> int:
        return len(self.graph.values(node, name)) + len(self.graph.values(node, f"{name}Map"))

    def _referencing(self, node: Resource, terms: Terms) -> ReferencingObjectMap | None:
        """RML-Core, «Joins»: the objects are the subjects of another triples map."""
        parent = self.graph.resource(node, "parentTriplesMap")
        if parent is None:
            return None
        if parent not in self.names:
            hint = did_you_mean(parent.value, [each.value for each in self.names])
            self.findings.error(
                "LOD3113", say("there is no triples map {parent}", parent=shown(parent)), parent.origin, hint
            )
            return None
        joins = [join for each in self.graph.resources(node, "joinCondition") for join in self._joins(each, terms)]
        found = tuple(each for each in joins if each)
        if len(found) < len(joins):
            return None  # with fewer conditions it would be another join
        return ReferencingObjectMap(self.names[parent], found, self.graph.origin(node))

    def _joins(self, node: Resource, terms: Terms) -> list[Join | None]:
        if self.graph.values(node, "functionValue"):
            return read_joins(self.graph, node, terms.expression)
        sides = {name: self._side(node, name, terms) for name in ("child", "parent")}
        for name, side in sides.items():
            if side is None:
                hint = say('rml:{name} "column"', name=name)
                self.findings.error(
                    "LOD3103", say("the join condition has no {name}", name=name), self.graph.origin(node), hint
                )
        child, parent = sides["child"], sides["parent"]
        return [Join(child, parent) if child is not None and parent is not None else None]

    def _side(self, node: Resource, name: str, terms: Terms) -> Expression | None:
        if short := self.graph.text(node, name):
            return Reference(short.value, short.at(0, len(short.value)))
        long = self.graph.resource(node, f"{name}Map")
        return terms.expression(long) if long else None


def _reads(made: TermMap | ReferencingObjectMap | GatherMap | None) -> bool:
    """Whether a term needs a source."""
    if isinstance(made, TermMap):
        return any(made.references())
    if isinstance(made, GatherMap):
        return any(_reads(each) for each in (*made.members, made.head))
    return made is not None


def _distinct_graphs(graphs: list[ReadTerm]) -> list[ReadTerm]:
    """The graphs that a statement goes to, each once; the default graph where none is named."""
    found: dict[object, ReadTerm] = {}
    for each in graphs:
        expression = each.term.expression if each.term else None
        key = (type(expression), getattr(expression, "value", expression))
        before = found.get(key)
        found[key] = replace(each, targets=_merged(before.targets, each.targets)) if before else each
    return list(found.values()) or [ReadTerm(None)]


def _merged(*targets: tuple[LogicalTarget, ...]) -> tuple[LogicalTarget, ...]:
    found: dict[tuple[str, bool, str], LogicalTarget] = {}
    for each in (each for group in targets for each in group):
        found.setdefault((each.path, each.beside_mapping, each.compression), each)
    return tuple(found.values())
