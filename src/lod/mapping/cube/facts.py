"""What a cube file says without its sheets: dataset, structure, properties, code lists, units; one row a statement.

RDF Data Cube §6 (structures), SKOS (https://www.w3.org/TR/skos-reference/) for code lists. Order of codes is
`schema:position`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lod.diagnostics import TextOrigin
from lod.mapping.cube.changes import change_statements
from lod.mapping.cube.cube_link import cube_statements
from lod.mapping.cube.cube_shape import class_labels, observation_class
from lod.mapping.cube.datasets import DATE, IRI, STRING, TEXT
from lod.mapping.cube.levels import level_statements
from lod.mapping.cube.merge import Shared
from lod.mapping.cube.model import Attribute, Code, CodeList, Cube, Dimension, Measure, Part, Texts, Unit, parts_of
from lod.mapping.cube.slicings import slice_key, slice_rows
from lod.mapping.ir import Reference
from lod.rdf.namespaces import DCAT, DCT, QB, RDF, RDFS, SCHEMA, SDMX_ATTRIBUTE, SDMX_DIMENSION, SDMX_MEASURE, SKOS, XSD

_INTEGER, _BOOLEAN = "integer", "boolean"
FACT_COLUMNS = ("first", "second", "predicate", IRI, TEXT, "language", STRING, _INTEGER, DATE, _BOOLEAN)
_STRUCTURE = (("zh-Hant-TW", "資料結構："), ("en", "Structure: "))
_PERIOD = (("zh-Hant-TW", "統計期"), ("en", "Period"))
_UNIT = (("zh-Hant-TW", "單位"), ("en", "Unit"))
_STATUS = (("zh-Hant-TW", "觀測值狀態"), ("en", "Observation status"))

Pieces = tuple[str | Reference, ...]


def _pattern(*parts: str) -> Callable[[TextOrigin], Pieces]:
    """A subject's template: texts, and the columns `first` and `second` where these words stand."""
    return lambda at: tuple(Reference(part, at) if part in ("first", "second") else part for part in parts)


SUBJECTS: dict[str, Callable[[TextOrigin], Pieces]] = {
    "datasets": _pattern("data/", "first"),
    "observation sets": _pattern("data/", "first", "/observations"),
    "constraints": _pattern("def/constraint/", "first"),
    "constraint parts": _pattern("def/constraint/", "first", "#", "second"),
    "slice keys": _pattern("def/structure/", "first", "/slice/", "second"),
    "structures": _pattern("def/structure/", "first"),
    "components": _pattern("def/structure/", "first", "#", "second"),
    "observation classes": _pattern("def/observation/", "first"),
    "dimensions": _pattern("def/dimension/", "first"),
    "measures": _pattern("def/measure/", "first"),
    "attributes": _pattern("def/attribute/", "first"),
    "scheme parts": _pattern("id/code/", "first", "#", "second"),
    "levels": _pattern("id/code/", "first", "/level/", "second"),
    "changes": _pattern("id/code/", "first", "/change/", "second"),
    "schemes": _pattern("id/code/", "first"),
    "concepts": _pattern("id/code/", "first", "/", "second"),
}
_KINDS = (
    ("observation sets", re.compile(r"data/([^/]+)()/observations")),
    ("constraint parts", re.compile(r"def/constraint/([^/#]+)#(.+)")),
    ("constraints", re.compile(r"def/constraint/([^/#]+)()")),
    ("components", re.compile(r"def/structure/([^/#]+)#(.+)")),
    ("slice keys", re.compile(r"def/structure/([^/#]+)/slice/(.+)")),
    ("structures", re.compile(r"def/structure/([^/#]+)()")),
    ("datasets", re.compile(r"data/([^/]+)()")),
    ("observation classes", re.compile(r"def/observation/([^/]+)()")),
    ("dimensions", re.compile(r"def/dimension/([^/]+)()")),
    ("measures", re.compile(r"def/measure/([^/]+)()")),
    ("attributes", re.compile(r"def/attribute/([^/]+)()")),
    ("scheme parts", re.compile(r"id/code/([^/#]+)#(.+)")),
    ("levels", re.compile(r"id/code/([^/]+)/level/(.+)")),
    ("changes", re.compile(r"id/code/([^/]+)/change/(.+)")),
    ("schemes", re.compile(r"id/code/([^/]+)()")),
    ("concepts", re.compile(r"id/code/([^/]+)/([^/]+)")),
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement: a subject of a kind, told by one or two names, a predicate, and an object of a form."""

    kind: str
    first: str
    second: str
    predicate: str
    form: str
    value: str
    language: str = ""

    @property
    def row(self) -> tuple[str | None, ...]:
        """The fact as cells of FACT_COLUMNS."""
        cells = {"first": self.first, "second": self.second, "predicate": self.predicate, self.form: self.value}
        cells["language"] = self.language
        return tuple(cells.get(name) or None for name in FACT_COLUMNS)


def facts_of(cube: Cube, shared: Shared) -> Iterator[Fact]:
    """All statements, each once. `shared`: the code lists and units that it shares with others."""
    yield from dict.fromkeys(_all(cube, shared))


def _all(cube: Cube, shared: Shared) -> Iterator[Fact]:
    parts = [part for part in parts_of(cube, cube.editions[0]) if part.dataset.is_described]
    if not parts:
        return
    for part in parts:
        yield from _dataset(part)
        yield from _structure(part, shared)
        yield from _observation_class(part)
        yield from _slice_keys(part)
        yield from (_fact(*statement) for statement in cube_statements(part, shared))
    for dimension in cube.dimensions:
        yield from _dimension(dimension)
        if dimension.is_period:
            yield from _scheme("period", _PERIOD)
    for attribute in dict.fromkeys(each for edition in cube.editions for each in edition.attributes):
        yield from _attribute(attribute)
    coded: tuple[Dimension | Measure, ...] = (*cube.dimensions, *cube.measures)
    for name in dict.fromkeys(each.codes.name for each in coded if each.codes):
        if shared.lists[name].is_published:
            yield from _code_list(shared.lists[name])
    for measure in cube.measures:
        yield from _measure(measure)
        if measure.unit:
            yield from _unit(shared.units[measure.unit.code])
    for part in parts:
        for other in parts:
            if other is not part:
                yield _fact(f"data/{part.dataset.id}", DCT + "relation", IRI, f"data/{other.dataset.id}")


def _fact(subject: str, predicate: str, form: str, value: str, language: str = "") -> Fact:
    for kind, pattern in _KINDS:
        found = pattern.fullmatch(subject)
        if found:
            return Fact(kind, found[1], found[2], predicate, form, value, language)
    raise AssertionError(f"no kind of subject: {subject}")


def _types(subject: str, *types: str) -> Iterator[Fact]:
    for each in types:
        yield _fact(subject, RDF + "type", IRI, each)


def _labels(subject: str, predicate: str, labels: Texts) -> Iterator[Fact]:
    for language, text in labels:
        yield _fact(subject, predicate, TEXT, text, language)


def _dataset(part: Part) -> Iterator[Fact]:
    subject = f"data/{part.dataset.id}"
    yield from _types(subject, QB + "DataSet", DCAT + "Dataset")
    own = {predicate for predicate, *_ in part.dataset.facts}
    inherited = [fact for fact in part.cube.dataset.facts if fact[0] not in own]
    for predicate, kind, language, text in (*part.dataset.facts, *inherited):
        yield _fact(subject, predicate, kind, text, language)
    for predicate in (QB + "structure", DCT + "conformsTo"):
        yield _fact(subject, predicate, IRI, f"def/structure/{part.dataset.id}")


def _structure(part: Part, shared: Shared) -> Iterator[Fact]:
    subject = f"def/structure/{part.dataset.id}"
    yield from _types(subject, QB + "DataStructureDefinition", DCT + "Standard")
    titles = dict(part.dataset.labels)
    for language, prefix in _STRUCTURE:
        if language in titles:
            yield _fact(subject, RDFS + "label", TEXT, prefix + titles[language], language)
    components = [
        *((d.name, d.labels or _PERIOD, QB + "dimension", f"def/dimension/{d.name}") for d in part.dimensions),
        *((m.name, m.labels, QB + "measure", f"def/measure/{m.name}") for m in part.measures),
    ]
    if any(measure.unit for measure in part.measures):
        components.append(("unit", _UNIT, QB + "attribute", SDMX_ATTRIBUTE + "unitMeasure"))
    if part.dataset.id in shared.stated:
        components.append(("status", _STATUS, QB + "attribute", SDMX_ATTRIBUTE + "obsStatus"))
    attributes = {each.name: each for edition in part.cube.editions for each in edition.attributes}
    components += [(a.name, a.labels, QB + "attribute", f"def/attribute/{a.name}") for a in attributes.values()]
    for order, (name, labels, predicate, value) in enumerate(components, start=1):
        component = f"{subject}#{name}"
        yield _fact(subject, QB + "component", IRI, component)
        yield from _types(component, QB + "ComponentSpecification")
        yield from _labels(component, RDFS + "label", labels)
        yield _fact(component, predicate, IRI, value)
        yield _fact(component, QB + "order", _INTEGER, str(order))
        if name == "unit":
            yield _fact(component, QB + "componentAttachment", IRI, QB + "MeasureProperty")
        if name == "status" or name in attributes:
            yield _fact(component, QB + "componentRequired", _BOOLEAN, "false")


def _observation_class(part: Part) -> Iterator[Fact]:
    """The class of the dataset's observations: what its shape is about."""
    subject = observation_class(part.dataset.id)
    yield from _types(subject, RDFS + "Class")
    yield _fact(subject, RDFS + "subClassOf", IRI, QB + "Observation")
    yield from _labels(subject, RDFS + "label", class_labels(part))


def _slice_keys(part: Part) -> Iterator[Fact]:
    for rows in slice_rows(part):
        subject = slice_key(part.dataset.id, rows.slicing)
        yield _fact(f"def/structure/{part.dataset.id}", QB + "sliceKey", IRI, subject)
        yield from _types(subject, QB + "SliceKey")
        yield from _labels(subject, RDFS + "label", rows.slicing.labels)
        for dimension in rows.fixed:
            yield _fact(subject, QB + "componentProperty", IRI, f"def/dimension/{dimension.name}")


def _dimension(dimension: Dimension) -> Iterator[Fact]:
    subject = f"def/dimension/{dimension.name}"
    yield from _types(subject, RDF + "Property", QB + "DimensionProperty", QB + "CodedProperty")
    yield from _labels(subject, RDFS + "label", dimension.labels or _PERIOD)
    yield _fact(subject, RDFS + "range", IRI, SKOS + "Concept")
    yield _fact(subject, QB + "codeList", IRI, f"id/code/{dimension.list_name}")
    concept = dimension.concept or (SDMX_DIMENSION + "refPeriod" if dimension.is_period else "")
    if concept:
        yield _fact(subject, RDFS + "subPropertyOf", IRI, concept)


def _measure(measure: Measure) -> Iterator[Fact]:
    subject = f"def/measure/{measure.name}"
    yield from _types(subject, RDF + "Property", QB + "MeasureProperty")
    yield from _labels(subject, RDFS + "label", measure.labels)
    yield _fact(subject, RDFS + "subPropertyOf", IRI, SDMX_MEASURE + "obsValue")
    if measure.codes:
        yield from _types(subject, QB + "CodedProperty")
        yield _fact(subject, RDFS + "range", IRI, SKOS + "Concept")
        yield _fact(subject, QB + "codeList", IRI, f"id/code/{measure.codes.name}")
    else:
        yield _fact(subject, RDFS + "range", IRI, XSD + measure.datatype)
    if measure.unit:
        yield _fact(subject, SDMX_ATTRIBUTE + "unitMeasure", IRI, f"id/code/unit/{measure.unit.code}")


def _attribute(attribute: Attribute) -> Iterator[Fact]:
    subject = f"def/attribute/{attribute.name}"
    yield from _types(subject, RDF + "Property", QB + "AttributeProperty")
    yield from _labels(subject, RDFS + "label", attribute.labels)
    yield _fact(subject, RDFS + "range", IRI, RDF + "langString" if attribute.language else XSD + "string")


def _scheme(name: str, labels: Texts) -> Iterator[Fact]:
    yield from _types(f"id/code/{name}", SKOS + "ConceptScheme")
    yield from _labels(f"id/code/{name}", SKOS + "prefLabel", labels)


def _code_list(codes: CodeList) -> Iterator[Fact]:
    yield from _scheme(codes.name, codes.labels)
    for position, code in enumerate(codes.codes, start=1):
        yield from _concept(codes.name, code, position)
    yield from (_fact(*statement) for statement in (*level_statements(codes), *change_statements(codes)))


def _unit(unit: Unit) -> Iterator[Fact]:
    yield from _scheme("unit", _UNIT)
    yield from _concept("unit", Code(unit.code, unit.labels, (), (), unit.origin), unit.position)


def _concept(scheme: str, code: Code, position: int) -> Iterator[Fact]:
    home = f"id/code/{scheme}"
    subject = f"{home}/{code.code}"
    yield from _types(subject, SKOS + "Concept")
    yield _fact(subject, SKOS + "notation", STRING, code.code)
    yield from _labels(subject, SKOS + "prefLabel", code.labels)
    yield from _labels(subject, SKOS + "altLabel", code.alternatives)
    yield _fact(subject, SCHEMA + "position", _INTEGER, str(position))
    yield _fact(subject, SKOS + "inScheme", IRI, home)
    for predicate, day in (("validFrom", code.first), ("validThrough", code.last)):
        if day:
            yield _fact(subject, SCHEMA + predicate, DATE, day.isoformat())
    for other in code.replaced_by:
        yield _fact(subject, DCT + "isReplacedBy", IRI, f"{home}/{other}")
        yield _fact(f"{home}/{other}", DCT + "replaces", IRI, subject)
    for parent in code.parents:
        yield _fact(subject, SKOS + "broader", IRI, f"{home}/{parent}")
        yield _fact(f"{home}/{parent}", SKOS + "narrower", IRI, subject)
    if not code.parents:
        yield _fact(subject, SKOS + "topConceptOf", IRI, home)
        yield _fact(home, SKOS + "hasTopConcept", IRI, subject)
