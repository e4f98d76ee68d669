"""The same cube in the words of cube.link, beside those of the RDF Data Cube: observation set and constraint.

https://cube.link/. The constraint is a closed SHACL shape of an observation, without a target; the types that an
observation has, its dataset and its status are no dimensions and are ignored by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lod.mapping.cube.merge import Shared
from lod.mapping.cube.model import Dataset, Measure, Part, Texts
from lod.rdf.namespaces import DCAT, DCT, QB, RDF, SCHEMA, SDMX_ATTRIBUTE, SH, XSD

CUBE = "https://cube.link/"
_QUDT = "http://qudt.org/schema/qudt/"
_PUBLISHED = "https://ld.admin.ch/vocabulary/CreativeWorkStatus/Published"  # the profile of visualize asks for it
_SAME = {
    DCT + "title": (SCHEMA + "name",),
    DCT + "publisher": (SCHEMA + "publisher",),
    DCT + "creator": (SCHEMA + "creator", SCHEMA + "contributor"),
    DCAT + "contactPoint": (SCHEMA + "contactPoint",),
    DCT + "issued": (SCHEMA + "dateCreated", SCHEMA + "datePublished"),
    DCT + "modified": (SCHEMA + "dateModified",),
}
_IGNORED = (RDF + "type", QB + "dataSet", SDMX_ATTRIBUTE + "obsStatus", SDMX_ATTRIBUTE + "confStatus")
_OBSERVED_BY = (("zh-Hant-TW", "統計者"), ("en", "Observed by"))

Statement = tuple[str, str, str, str, str]  # subject, predicate, form, value, language; see `lod.mapping.cube.facts`


def observation_set(dataset: Dataset) -> str:
    """The IRI of the set of a dataset's observations."""
    return f"data/{dataset.id}/observations"


def observer(part: Part) -> str:
    """The IRI of who made the observations: the creator, or the publisher; '' if the file names neither."""
    facts = {predicate: value for predicate, _, _, value in (*part.cube.dataset.facts, *part.dataset.facts)}
    return facts.get(DCT + "creator") or facts.get(DCT + "publisher") or ""


def cube_statements(part: Part, shared: Shared) -> Iterator[Statement]:
    """The dataset as a cube:Cube, its observation set and its constraint."""
    subject = f"data/{part.dataset.id}"
    yield subject, RDF + "type", "iri", CUBE + "Cube", ""
    own = {predicate for predicate, *_ in part.dataset.facts}
    inherited = [fact for fact in part.cube.dataset.facts if fact[0] not in own]
    for predicate, form, language, value in (*part.dataset.facts, *inherited):
        for same in _SAME.get(predicate, ()):
            yield subject, same, form, value, language
    yield subject, SCHEMA + "creativeWorkStatus", "iri", _PUBLISHED, ""
    yield subject, CUBE + "observationSet", "iri", observation_set(part.dataset), ""
    yield subject, CUBE + "observationConstraint", "iri", f"def/constraint/{part.dataset.id}", ""
    yield observation_set(part.dataset), RDF + "type", "iri", CUBE + "ObservationSet", ""
    yield from _constraint(part, part.dataset.id in shared.undefined)


def _constraint(part: Part, may_be_undefined: bool) -> Iterator[Statement]:
    subject = f"def/constraint/{part.dataset.id}"
    for each in (CUBE + "Constraint", SH + "NodeShape"):
        yield subject, RDF + "type", "iri", each, ""
    yield subject, SH + "closed", "boolean", "true", ""
    yield subject, SH + "ignoredProperties", "iri", f"{subject}#ignored-1", ""
    attributes = {f"def/attribute/{each.name}": None for edition in part.cube.editions for each in edition.attributes}
    yield from _list(f"{subject}#ignored", (*_IGNORED, *attributes))
    for dimension in part.dimensions:
        node, scale = f"{subject}#{dimension.name}", "Ordinal" if dimension.is_period else "Nominal"
        path = f"def/dimension/{dimension.name}"
        yield from _property(subject, node, path, "KeyDimension", dimension.labels or dimension_name(dimension.name))
        yield node, SH + "nodeKind", "iri", SH + "IRI", ""
        yield node, _QUDT + "scaleType", "iri", f"{_QUDT}{scale}Scale", ""
    for measure in part.measures:
        yield from _measure(subject, measure, may_be_undefined)
    if observer(part):
        node = f"{subject}#observed-by"
        yield from _property(subject, node, CUBE + "observedBy", "", _OBSERVED_BY)
        yield node, SH + "nodeKind", "iri", SH + "IRI", ""


def dimension_name(name: str) -> Texts:
    """A name for a dimension that the file gives none."""
    return (("en", name.replace("-", " ").capitalize()),)


def _list(name: str, members: Sequence[str]) -> Iterator[Statement]:
    """An RDF list of IRIs: its nodes are `name`-1, `name`-2 …"""
    for number, member in enumerate(members, start=1):
        rest = f"{name}-{number + 1}" if number < len(members) else RDF + "nil"
        yield f"{name}-{number}", RDF + "first", "iri", member, ""
        yield f"{name}-{number}", RDF + "rest", "iri", rest, ""


def _measure(subject: str, measure: Measure, may_be_undefined: bool) -> Iterator[Statement]:
    node = f"{subject}#{measure.name}"
    yield from _property(subject, node, f"def/measure/{measure.name}", "MeasureDimension", measure.labels)
    scale, kind = ("Nominal", "IRI") if measure.codes else ("Ratio", "Literal")
    yield node, _QUDT + "scaleType", "iri", f"{_QUDT}{scale}Scale", ""
    yield node, SH + "nodeKind", "iri", SH + kind, ""
    if may_be_undefined and not measure.codes:
        yield node, SH + "or", "iri", f"{node}-or-1", ""
        yield from _list(f"{node}-or", (f"{node}-figure", f"{node}-undefined"))
        yield f"{node}-figure", SH + "datatype", "iri", XSD + measure.datatype, ""
        yield f"{node}-undefined", SH + "datatype", "iri", CUBE + "Undefined", ""
    elif not measure.codes:
        yield node, SH + "datatype", "iri", XSD + measure.datatype, ""
    if measure.unit:
        yield node, _QUDT + "hasUnit", "iri", f"id/code/unit/{measure.unit.code}", ""


def _property(subject: str, node: str, path: str, kind: str, labels: Texts) -> Iterator[Statement]:
    yield subject, SH + "property", "iri", node, ""
    for each in (SH + "PropertyShape", *([CUBE + kind] if kind else [])):
        yield node, RDF + "type", "iri", each, ""
    yield node, SH + "path", "iri", path, ""
    for language, text in labels:
        yield node, SCHEMA + "name", "text", text, language
    for predicate in (SH + "minCount", SH + "maxCount"):
        yield node, predicate, "integer", "1", ""
