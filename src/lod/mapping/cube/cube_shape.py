"""A SHACL shape of the observations of each cube, made from its structure: https://www.w3.org/TR/shacl/.

Two cubes may share dimensions and measures, so the target is a class of the dataset's own observations. Each dimension
and each measure has exactly one value: a code of its list (`sh:in`; of a long list, or of periods, which the sheets
name, its scheme), a number of its datatype, or `cube:Undefined` where the sheets have signs for what is missing. The
shape is not closed: others may say more of an observation.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from lod.mapping.cube.cube_link import CUBE, dimension_name
from lod.mapping.cube.merge import Shared, merge_shared
from lod.mapping.cube.model import Attribute, CodeList, Cube, Dimension, Measure, Part, Texts, parts_of
from lod.mapping.ir import Mapping
from lod.rdf.iris import is_absolute
from lod.rdf.namespaces import QB, RDF, RDFS, SDMX_ATTRIBUTE, SDMX_CODE, SH, SKOS, XSD

MOST_LISTED = 1000  # codes in sh:in; a longer list is asked for its scheme

_NAMES = (("zh-Hant-TW", "觀測值之形狀："), ("en", "Shape of the observations: "))
_CLASS = (("zh-Hant-TW", "觀測值："), ("en", "Observations: "))


@dataclass(frozen=True, slots=True)
class CubeShape:
    """The shape of a dataset's observations, as triples in the order in which they are said."""

    dataset: str  # IRI
    name: str  # the dataset's id
    triples: tuple[Triple, ...]


def observation_class(dataset: str) -> str:
    """The class of a dataset's observations, relative to the base."""
    return f"def/observation/{dataset}"


def class_labels(part: Part) -> Texts:
    """What the class of its observations is called."""
    return _prefixed(part, _CLASS)


def cubes_in(mapping: Mapping) -> list[Cube]:
    """The cubes whose observations a mapping makes."""
    contents = (each.source.content for each in mapping.triples_maps)
    return list(dict.fromkeys(each.cube for each in contents if isinstance(each, Part)))


def cube_shapes(cubes: Sequence[Cube], base_iri: str) -> list[CubeShape]:
    """The shape of each dataset that is described by cube files, once, by dataset."""
    shared, found = merge_shared(cubes), dict[str, CubeShape]()
    for cube in cubes:
        base = cube.base or base_iri
        for part in parts_of(cube, cube.editions[0]):
            if part.dataset.is_described and part.dataset.id not in found:
                writer = _Writer(base, part, shared, len(found))
                triples = tuple(dict.fromkeys(writer.all()))
                found[part.dataset.id] = CubeShape(f"{base}data/{part.dataset.id}", part.dataset.id, triples)
    return [found[name] for name in sorted(found)]


def _prefixed(part: Part, prefixes: Texts) -> Texts:
    titles = dict(part.dataset.labels)
    return tuple((language, prefix + titles[language]) for language, prefix in prefixes if language in titles)


@dataclass(slots=True)
class _Writer:
    base: str
    part: Part
    shared: Shared
    number: int  # among the shapes: blank nodes of several are told apart
    lists: int = field(default=0)

    def all(self) -> Iterator[Triple]:
        dataset = self.part.dataset.id
        shape = self._iri(f"def/shape/{dataset}")
        yield self._say(shape, RDF + "type", NamedNode(SH + "NodeShape"))
        for language, text in _prefixed(self.part, _NAMES):
            yield self._say(shape, RDFS + "label", Literal(text, language=language))
        yield self._say(shape, SH + "targetClass", self._iri(observation_class(dataset)))
        yield self._say(shape, SH + "nodeKind", NamedNode(SH + "IRI"))
        place = yield from self._property(shape, "dataset", NamedNode(QB + "dataSet"), ())
        yield self._say(place, SH + "hasValue", self._iri(f"data/{dataset}"))
        for dimension in self.part.dimensions:
            yield from self._dimension(shape, dimension)
        for measure in self.part.measures:
            yield from self._measure(shape, measure)
        for attribute in {each.name: each for each in self._attributes()}.values():
            yield from self._attribute(shape, attribute)
        if dataset in self.shared.stated:
            yield from self._status(shape, "obsStatus", "AEMP")
            yield from self._status(shape, "confStatus", "CF")

    def _attributes(self) -> Iterator[Attribute]:
        for edition in self.part.cube.editions:
            yield from edition.attributes

    def _dimension(self, shape: NamedNode, dimension: Dimension) -> Iterator[Triple]:
        path = self._iri(f"def/dimension/{dimension.name}")
        names = dimension.labels or dimension_name(dimension.name)
        node = yield from self._property(shape, dimension.name, path, names)
        yield self._say(node, SH + "nodeKind", NamedNode(SH + "IRI"))
        yield from self._codes(node, dimension.list_name, self._codes_of(dimension.codes), ())

    def _codes_of(self, codes: CodeList | None) -> CodeList | None:
        return self.shared.lists[codes.name] if codes else None

    def _codes(self, node: NamedNode, name: str, codes: CodeList | None, more: Sequence[str]) -> Iterator[Triple]:
        """The value is a code of a list, or one of some `more` IRIs."""
        if codes and len(codes.codes) <= MOST_LISTED:
            members = [self._iri(f"id/code/{name}/{code.code}") for code in codes.codes]
            yield from self._list(node, SH + "in", [*members, *map(NamedNode, more)])
        elif not more:
            member = self._iri(f"def/shape/{self.part.dataset.id}#code-of-{name}")
            yield self._say(node, SH + "node", member)
            yield self._say(member, RDF + "type", NamedNode(SH + "NodeShape"))
            yield self._say(member, SH + "class", NamedNode(SKOS + "Concept"))
            scheme = self._iri(f"{member.value}-scheme")
            yield self._say(member, SH + "property", scheme)
            yield self._say(scheme, RDF + "type", NamedNode(SH + "PropertyShape"))
            yield self._say(scheme, SH + "path", NamedNode(SKOS + "inScheme"))
            yield self._say(scheme, SH + "hasValue", self._iri(f"id/code/{name}"))

    def _measure(self, shape: NamedNode, measure: Measure) -> Iterator[Triple]:
        path, is_optional = self._iri(f"def/measure/{measure.name}"), self.part.dataset.id in self.shared.undefined
        node = yield from self._property(shape, measure.name, path, measure.labels)
        if measure.codes:
            more = (CUBE + "Undefined",) if is_optional else ()
            yield from self._codes(node, measure.codes.name, self._codes_of(measure.codes), more)
        elif is_optional:
            kinds = [self._iri(f"{node.value}-{name}") for name in ("figure", "undefined")]
            yield from self._list(node, SH + "or", kinds)
            for kind, datatype in zip(kinds, (XSD + measure.datatype, CUBE + "Undefined"), strict=True):
                yield self._say(kind, SH + "datatype", NamedNode(datatype))
        else:
            yield self._say(node, SH + "datatype", NamedNode(XSD + measure.datatype))

    def _attribute(self, shape: NamedNode, attribute: Attribute) -> Iterator[Triple]:
        path = self._iri(f"def/attribute/{attribute.name}")
        node = yield from self._property(shape, f"attribute-{attribute.name}", path, attribute.labels, least=0)
        datatype = RDF + "langString" if attribute.language else XSD + "string"
        yield self._say(node, SH + "datatype", NamedNode(datatype))

    def _status(self, shape: NamedNode, name: str, codes: str) -> Iterator[Triple]:
        node = yield from self._property(shape, f"sdmx-{name}", NamedNode(SDMX_ATTRIBUTE + name), (), least=0)
        yield from self._list(node, SH + "in", [NamedNode(f"{SDMX_CODE}{name}-{code}") for code in codes])

    def _property(
        self, shape: NamedNode, name: str, path: NamedNode, labels: Texts, *, least: int = 1
    ) -> Generator[Triple, None, NamedNode]:
        """A property shape: `least` to one value. It is returned."""
        node = self._iri(f"{shape.value}#{name}")
        yield self._say(shape, SH + "property", node)
        yield self._say(node, RDF + "type", NamedNode(SH + "PropertyShape"))
        yield self._say(node, SH + "path", path)
        for language, text in labels:
            yield self._say(node, SH + "name", Literal(text, language=language))
        if least:
            yield self._say(node, SH + "minCount", Literal(least))
        yield self._say(node, SH + "maxCount", Literal(1))
        return node

    def _list(self, node: NamedNode, predicate: str, members: Sequence[NamedNode]) -> Iterator[Triple]:
        nodes = [BlankNode(f"c{self.number}l{self.lists + n}") for n in range(len(members))]
        self.lists += len(members)
        yield self._say(node, predicate, nodes[0] if nodes else NamedNode(RDF + "nil"))
        rests: list[BlankNode | NamedNode] = [*nodes[1:], NamedNode(RDF + "nil")]
        for each, member, rest in zip(nodes, members, rests[: len(nodes)], strict=True):
            yield self._say(each, RDF + "first", member)
            yield self._say(each, RDF + "rest", rest)

    def _iri(self, text: str) -> NamedNode:
        return NamedNode(text if is_absolute(text) else self.base + text)

    @staticmethod
    def _say(subject: NamedNode | BlankNode, predicate: str, value: NamedNode | BlankNode | Literal) -> Triple:
        return Triple(subject, NamedNode(predicate), value)
