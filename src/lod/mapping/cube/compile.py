"""`Cube` → triples maps: what is known of the cube alone as facts, and the observations of each of its sheets.

RDF Data Cube, https://www.w3.org/TR/vocab-data-cube/: §6 structures, §7 datasets, §8 code lists (SKOS).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from lod.diagnostics import Findings, TextOrigin
from lod.mapping.cube.cube_link import CUBE, observation_set, observer
from lod.mapping.cube.cube_shape import observation_class
from lod.mapping.cube.datasets import IRI, TEXT
from lod.mapping.cube.facts import FACT_COLUMNS, SUBJECTS, Fact, facts_of
from lod.mapping.cube.merge import check_structures, may_be_stated, may_be_undefined, merge_shared
from lod.mapping.cube.model import Attribute, Cube, Dimension, Gathered, Gathering, Measure, Part, SliceRows, parts_of
from lod.mapping.cube.read import read_cube
from lod.mapping.cube.slicings import label_column, slice_key, slice_languages, slice_rows
from lod.mapping.ir import (
    Constant,
    Expression,
    Formulation,
    LogicalSource,
    PredicateObjectMap,
    Reference,
    Rows,
    Template,
    TermMap,
    TermType,
    TriplesMap,
)
from lod.rdf.namespaces import DCAT, DCT, QB, RDF, RDFS, SCHEMA, SDMX_ATTRIBUTE, SDMX_CODE, SKOS, XSD

STATUS, CONFIDENTIALITY = "status", "confidentiality"  # columns of a tidy table, beside those of the cube
GATHERED_COLUMNS = {
    Gathering.PERIODS: ("period", "zh-Hant-TW", "en", "position", "start", "end"),
    Gathering.COVERAGE: ("dataset", "period"),
    Gathering.NOTES: ("dataset", "text", "language"),
}


def read_cube_files(paths: Sequence[Path], shown: Callable[[Path], str], findings: Findings) -> list[TriplesMap]:
    """The triples maps of cube files; what is wrong in them is in `findings`, all of it, and once."""
    own = Findings()
    cubes = [cube for path in paths if (cube := read_cube(path, shown(path), own))]
    merge_shared(cubes, own)
    check_structures(cubes, own)
    findings.extend(dict.fromkeys(own))  # what several files extend is read with each of them
    return triples_maps(cubes)


def triples_maps(cubes: Sequence[Cube]) -> list[TriplesMap]:
    """The triples maps of cubes. What many of them may say, such as their code lists, they say together, in one map."""
    by_base: dict[str, list[Cube]] = {}
    for cube in cubes:
        by_base.setdefault(cube.base, []).append(cube)
    found = []
    for number, group in enumerate(by_base.values(), start=1):
        suffix = f"-{number}" if len(by_base) > 1 else ""
        found += [*_descriptions(group, suffix), *_gathered(group, suffix)]
    used: Counter[str] = Counter()
    for cube in cubes:
        used[cube.name] += 1  # files of one name in several folders, say one a year
        home = f"{cube.name}-{used[cube.name]}" if used[cube.name] > 1 else cube.name
        for number, edition in enumerate(cube.editions, start=1):
            suffix = f"-{number}" if len(cube.editions) > 1 else ""
            for part in parts_of(cube, edition):
                source = LogicalSource(edition.access, Formulation.PRINTED, edition.origin, content=part)
                name = f"{home}/{part.dataset.id}{suffix}"
                found.append(_observations(name, source, part))
                if part.dataset.is_described:
                    found.append(_observation_set(f"{name}/set", source, part))
                    found += _undefined(name, source, part)
                for rows in slice_rows(part):
                    found += _slices(f"{name}/{rows.slicing.name}", source, rows)
    return found


def _descriptions(cubes: Sequence[Cube], suffix: str) -> Iterator[TriplesMap]:
    """Facts as rows, each of which is one statement. Subjects of one kind are one map: their IRIs look alike."""
    at = cubes[0].origin
    by_kind: dict[str, dict[Fact, None]] = {}
    shared = merge_shared(cubes)
    for cube in cubes:
        for fact in facts_of(cube, shared):
            by_kind.setdefault(fact.kind, {})[fact] = None
    for kind, facts in by_kind.items():
        rows = Rows(FACT_COLUMNS, tuple(fact.row for fact in facts))
        source = LogicalSource(at.path, Formulation.ROWS, at, content=rows)
        predicate = TermMap(Reference("predicate", at), TermType.IRI, at)
        objects = [_object(name, at) for name in dict.fromkeys(fact.form for fact in facts)]
        poms = tuple(PredicateObjectMap(predicate, each, at) for each in objects)
        subject = TermMap(Template(SUBJECTS[kind](at), at), TermType.IRI, at)
        yield TriplesMap(f"cubes{suffix}/{kind}", source, subject, poms, at, cubes[0].base)


def _object(form: str, at: TextOrigin) -> TermMap:
    if form == IRI:
        return TermMap(Reference(IRI, at), TermType.IRI, at)
    if form == TEXT:
        return TermMap(Reference(TEXT, at), TermType.LITERAL, at, language=Reference("language", at))
    return _literal(form, form, at)


def _observations(name: str, source: LogicalSource, part: Part) -> TriplesMap:
    at = part.cube.origin
    poms = [
        _pom(RDF + "type", _iri(QB + "Observation", at)),
        _pom(QB + "dataSet", _iri(f"data/{part.dataset.id}", at)),
        *(_pom(f"def/dimension/{each.name}", _member(each), each.origin) for each in part.dimensions),
        *(_pom(f"def/measure/{each.name}", _figure(each), each.origin) for each in part.measures),
        *_status(part, at),
        *(_pom(f"def/attribute/{each.name}", _attribute(each), each.origin) for each in part.edition.attributes),
        *(_classes(part, at) if part.dataset.is_described else ()),
    ]
    subject = TermMap(_observation_iri(part), TermType.IRI, at)
    return TriplesMap(name, source, subject, tuple(poms), at, part.cube.base)


def _classes(part: Part, at: TextOrigin) -> Iterator[PredicateObjectMap]:
    """The class that the dataset's shape is about, and cube.link's."""
    yield _pom(RDF + "type", _iri(observation_class(part.dataset.id), at))
    yield _pom(RDF + "type", _iri(CUBE + "Observation", at))
    if observer(part):
        yield _pom(CUBE + "observedBy", _iri(observer(part), at))


def _observation_set(name: str, source: LogicalSource, part: Part) -> TriplesMap:
    """cube.link: the dataset's set names its observations."""
    at = part.cube.origin
    member = _pom(CUBE + "observation", TermMap(_observation_iri(part), TermType.IRI, at))
    return TriplesMap(name, source, _iri(observation_set(part.dataset), at), (member,), at, part.cube.base)


def _slices(name: str, source: LogicalSource, rows: SliceRows) -> Iterator[TriplesMap]:
    """The slices of a slice key: what each fixes, what it is called, its observations."""
    part, slicing = rows.part, rows.slicing
    at, dataset = slicing.origin, part.dataset.id
    points = replace(source, may_be_empty=True, content=rows)
    home = (f"data/{dataset}/slice/{slicing.name}", *(piece for each in rows.fixed for piece in ("/", each.column)))
    columns = {each.column for each in rows.fixed}
    subject = Template(tuple(Reference(piece, at) if piece in columns else piece for piece in home), at)
    slice_term = TermMap(subject, TermType.IRI, at)
    poms = [
        _pom(RDF + "type", _iri(QB + "Slice", at)),
        _pom(QB + "sliceStructure", _iri(slice_key(dataset, slicing), at)),
        *(_pom(f"def/dimension/{each.name}", _member(each), each.origin) for each in rows.fixed),
        *(_pom(RDFS + "label", _text(label_column(each), each, at)) for each in slice_languages(part)),
        _pom(QB + "observation", TermMap(_observation_iri(part), TermType.IRI, at)),
    ]
    yield TriplesMap(name, points, slice_term, tuple(poms), at, part.cube.base)
    member = _pom(QB + "slice", slice_term)
    yield TriplesMap(f"{name}/of", points, _iri(f"data/{dataset}", at), (member,), at, part.cube.base)


def _undefined(name: str, source: LogicalSource, part: Part) -> Iterator[TriplesMap]:
    """cube.link: a measure that has no figure at a point has the value `""^^cube:Undefined` there."""
    at = part.cube.origin
    literal = TermMap(Constant("", at), TermType.LITERAL, at, datatype=Constant(CUBE + "Undefined", at))
    for measure in part.measures if may_be_undefined(part.edition) else ():
        value = _iri(CUBE + "Undefined", at) if measure.codes else literal
        points = replace(source, may_be_empty=True, content=replace(part, undefined=measure.name))
        pom = _pom(f"def/measure/{measure.name}", value, measure.origin)
        subject = TermMap(_observation_iri(part), TermType.IRI, at)
        yield TriplesMap(f"{name}/{measure.name} undefined", points, subject, (pom,), at, part.cube.base)


def _observation_iri(part: Part) -> Expression:
    at = part.cube.origin
    pattern = part.cube.uri
    if not pattern or (part.dataset is not part.cube.dataset and "{dataset}" not in pattern):
        pattern = "data/{dataset}/obs/" + "/".join(f"{{{each.name}}}" for each in part.dimensions)
    pieces: list[str | Reference] = [pattern.replace("{dataset}", part.dataset.id)]
    for dimension in part.dimensions:
        pieces = [piece for each in pieces for piece in _split(each, dimension, at)]
    return Template(tuple(piece for piece in pieces if piece), at)


def _split(piece: str | Reference, dimension: Dimension, at: TextOrigin) -> Iterator[str | Reference]:
    if isinstance(piece, Reference):
        yield piece
        return
    before, mark, after = piece.partition(f"{{{dimension.name}}}")
    yield before
    if mark:
        yield Reference(dimension.column, at)
        yield after


def _status(part: Part, at: TextOrigin) -> Iterator[PredicateObjectMap]:
    """Observation status and confidentiality, where the sheet has signs for them (SDMX code lists)."""
    if may_be_stated(part.edition):
        value = Template((SDMX_CODE + "obsStatus-", Reference(STATUS, at)), at)
        yield _pom(SDMX_ATTRIBUTE + "obsStatus", TermMap(value, TermType.IRI, at))
    if part.edition.layout.marks.suppressed:
        value = Template((SDMX_CODE + "confStatus-", Reference(CONFIDENTIALITY, at)), at)
        yield _pom(SDMX_ATTRIBUTE + "confStatus", TermMap(value, TermType.IRI, at))


def _gathered(cubes: Sequence[Cube], suffix: str) -> Iterator[TriplesMap]:
    """Each period that a sheet names, as a concept; what periods a dataset covers; footnotes."""
    at = cubes[0].editions[0].origin
    periods = TermMap(Template(("id/code/period/", Reference("period", at)), at), TermType.IRI, at)
    dataset = TermMap(Template(("data/", Reference("dataset", at)), at), TermType.IRI, at)
    note = TermMap(Reference("text", at), TermType.LITERAL, at, language=Reference("language", at))
    maps = {
        Gathering.PERIODS: (periods, _period(at)),
        Gathering.COVERAGE: (dataset, (_pom(DCT + "temporal", periods),)),
        Gathering.NOTES: (dataset, (_pom(SKOS + "note", note),)),
    }
    described = tuple(cube for cube in cubes if cube.dataset.is_described)
    for kind, (subject, poms) in maps.items():
        content = Gathered(kind, tuple(cubes) if kind is Gathering.NOTES else described)
        if not content.cubes:
            continue
        source = LogicalSource(at.path, Formulation.PRINTED, at, may_be_empty=True, content=content)
        yield TriplesMap(f"cubes{suffix}/{kind}", source, subject, poms, at, cubes[0].base)


def _period(at: TextOrigin) -> tuple[PredicateObjectMap, ...]:
    return (
        _pom(RDF + "type", _iri(SKOS + "Concept", at)),
        _pom(RDF + "type", _iri(DCT + "PeriodOfTime", at)),
        _pom(SKOS + "notation", TermMap(Reference("period", at), TermType.LITERAL, at)),
        _pom(SKOS + "prefLabel", _text("zh-Hant-TW", "zh-Hant-TW", at)),
        _pom(SKOS + "prefLabel", _text("en", "en", at)),
        _pom(SKOS + "inScheme", _iri("id/code/period", at)),
        _pom(SKOS + "topConceptOf", _iri("id/code/period", at)),
        _pom(SCHEMA + "position", _literal("position", "integer", at)),
        _pom(DCAT + "startDate", _literal("start", "date", at)),
        _pom(DCAT + "endDate", _literal("end", "date", at)),
    )


def _attribute(attribute: Attribute) -> TermMap:
    at = attribute.origin
    language = Constant(attribute.language, at) if attribute.language else None
    return TermMap(Reference(attribute.column, at), TermType.LITERAL, at, language=language)


def _figure(measure: Measure) -> TermMap:
    if measure.codes:
        at = measure.origin
        value = Template((f"id/code/{measure.codes.name}/", Reference(measure.column, at)), at)
        return TermMap(value, TermType.IRI, at)
    return _literal(measure.column, measure.datatype, measure.origin)


def _member(dimension: Dimension) -> TermMap:
    at = dimension.origin
    value = Template((f"id/code/{dimension.list_name}/", Reference(dimension.column, at)), at)
    return TermMap(value, TermType.IRI, at)


def _literal(column: str, datatype: str, at: TextOrigin) -> TermMap:
    return TermMap(Reference(column, at), TermType.LITERAL, at, datatype=Constant(XSD + datatype, at))


def _text(column: str, language: str, at: TextOrigin) -> TermMap:
    return TermMap(Reference(column, at), TermType.LITERAL, at, language=Constant(language, at))


def _iri(value: str, at: TextOrigin) -> TermMap:
    return TermMap(Constant(value, at), TermType.IRI, at)


def _pom(predicate: str, value: TermMap, at: TextOrigin | None = None) -> PredicateObjectMap:
    origin = at or value.origin
    return PredicateObjectMap(TermMap(Constant(predicate, origin), TermType.IRI, origin), value, origin)
