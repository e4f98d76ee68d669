"""The page of one observation: the number, what it counts, its neighbours along each dimension."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import inf
from string import Formatter

from pyoxigraph import NamedNode

from lod.rdf.namespaces import DCT, PROV, QB, RDF, RDFS, SKOS
from lod.server.addresses import Address
from lod.server.cubes.codes import number
from lod.server.cubes.cube import Component, Cube, read_cube
from lod.server.cubes.table import SIGNS, measure_label, state_of, value_text
from lod.server.documents.describe import Description
from lod.server.pages.dataset import cite
from lod.server.pages.frame import Crumb, Frame, make_frame
from lod.server.pages.observed import told_apart
from lod.server.pages.properties import Property, properties
from lod.server.pages.reader import Reader, Shown
from lod.store.figures import Observation
from lod.store.origins import source_cells

_SOURCES = (DCT + "source", PROV + "wasDerivedFrom")
MOST_NEIGHBOURS = 60
_DEEPEST = 5  # level of a code that is shown as such


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value: the number as text, its unit, the measure."""

    number: str
    unit: str
    measure: Shown
    missing: str = ""  # why there is no number, in words; `number` is the sign for it


@dataclass(frozen=True, slots=True)
class Bar:
    """A figure as a bar: where it begins and how long it is, in per cent of the room; what is negative ends at zero."""

    start: float
    length: float


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The same figure for another code of one dimension."""

    label: Shown
    numbers: str  # of each measure
    level: int  # how deep it stands, as far as that is shown
    current: bool
    bar: Bar | None  # None for a total, which would dwarf its parts, and where there is no number


@dataclass(frozen=True, slots=True)
class Coordinate:
    """The observation's value in one dimension, and the others along it."""

    dimension: Shown
    value: Shown
    neighbours: tuple[Neighbour, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """A cell of a source table that a figure came from."""

    measure: Shown
    source: str
    sheet: Shown | None
    place: str  # in words: the cell, or the row and column
    text: str
    digest: str  # SHA-256 of the source, '' where it is not told


@dataclass(frozen=True, slots=True)
class ObservationPage:
    """Context of `observation.html`."""

    frame: Frame
    dataset: Shown | None
    sentence: tuple[Shown, ...]
    figures: tuple[Figure, ...]
    coordinates: tuple[Coordinate, ...]
    sources: tuple[Shown, ...]
    origins: tuple[Origin, ...]
    release_page: str
    citation: str
    iri: str
    others: tuple[Property, ...]

    @property
    def has_neighbours(self) -> bool:
        """Whether there is any other figure along a dimension."""
        return any(coordinate.neighbours for coordinate in self.coordinates)


def observation_page(reader: Reader, description: Description, address: Address) -> ObservationPage:
    """Everything that the page of an observation shows."""
    dataset = next((d.value for d in description.objects(QB + "dataSet") if isinstance(d, NamedNode)), None)
    cube = read_cube(reader.served, dataset) if dataset else Cube("", None, ())
    observation = _observation(description)
    coordinates = tuple(
        _coordinate(reader, cube, observation, d) for d in cube.dimensions if d.iri in observation.values
    )
    figures = tuple(_figure(reader, cube, observation, measure) for measure in _measures(cube, observation))
    place = told_apart(reader, ((c.dimension, c.value) for c in coordinates))
    title = reader.t("comma").join(value.text for value in place) or reader.label(description.iri).text
    crumbs = [Crumb(reader.t("catalogue"), href=reader.page("/catalog"))]
    if dataset:
        label = reader.label(dataset)
        crumbs.append(Crumb(label.text, label.language, reader.href(dataset)))
    shown = {c.iri for c in cube.components} | {QB + "dataSet", RDF + "type", *_SOURCES}
    return ObservationPage(
        frame=make_frame(
            reader,
            address,
            title,
            crumbs=(*crumbs, Crumb(title)),
            canonical=description.iri,
            current="catalogue",
            sheet="observation.css",
        ),
        dataset=reader.link(dataset) if dataset else None,
        sentence=_sentence(reader, reader.label(dataset) if dataset else Shown(""), place, figures),
        figures=figures,
        coordinates=coordinates,
        sources=tuple(_sources(reader, description, dataset)),
        origins=tuple(_origins(reader, dataset, description.iri)) if dataset else (),
        release_page=reader.page("/release"),
        citation=cite(
            reader, f"{reader.label(dataset).text}{reader.t('colon')}{title}" if dataset else title, description.iri
        ),
        iri=description.iri,
        others=properties(reader, description, leave_out=shown - {RDFS + "label", SKOS + "prefLabel"}),
    )


def _origins(reader: Reader, dataset: str, iri: str) -> Iterator[Origin]:
    """The source cells of an observation, as the release tells them."""
    columns, t = reader.served.columns(), reader.t
    inputs = reader.served.release.manifest.inputs
    cells = reader.served.memo.get(("cells", iri), lambda: source_cells(columns, dataset, iri) if columns else ())
    for cell in cells:
        place = t("source_cell", cell=cell.cells.replace(" ", t("comma"))) if cell.cells else ""
        place = place or t("source_row", row=f"{cell.row:,}", column=cell.column)
        name = f"{cell.source} sheet {cell.sheet}" if cell.sheet else cell.source
        sheet = reader.unmarked(cell.sheet) if cell.sheet else None
        yield Origin(reader.label(cell.property), cell.source, sheet, place, cell.text, inputs.get(name, ""))


def _observation(description: Description) -> Observation:
    values: dict[str, object] = {}
    for quad in description.quads:
        if getattr(quad.subject, "value", "") == description.iri:
            values.setdefault(quad.predicate.value, quad.object)
    return Observation(description.iri, values)  # type: ignore[arg-type]


def _measures(cube: Cube, observation: Observation) -> tuple[Component, ...]:
    """The measures that it has; all where it has none, for its figures are what is not told."""
    return tuple(measure for measure in cube.measures if measure.iri in observation.values) or cube.measures


def _figure(reader: Reader, cube: Cube, observation: Observation, measure: Component) -> Figure:
    label, state = measure_label(reader, cube, measure.iri, observation), state_of(observation, measure.iri)
    missing = "" if state == "value" else reader.t(f"state_{state}")
    return Figure(_number(observation, measure), "" if missing else label.note, replace(label, note=""), missing)


def _number(observation: Observation, measure: Component) -> str:
    state = state_of(observation, measure.iri)
    return value_text(observation, measure.iri) if state == "value" else SIGNS[state]


def _coordinate(reader: Reader, cube: Cube, observation: Observation, dimension: Component) -> Coordinate:
    value = observation.values[dimension.iri]
    return Coordinate(
        reader.link(dimension.iri), reader.show(value), tuple(_along(reader, cube, observation, dimension))
    )


def _along(reader: Reader, cube: Cube, observation: Observation, dimension: Component) -> list[Neighbour]:
    """The observations that differ in this dimension alone, in the order of its codes; none when it is alone."""
    codes = cube.codes[dimension.iri]
    beside = cube.along(observation, dimension)
    found = [(code, beside[code.term]) for code in codes if code.term in beside][:MOST_NEIGHBOURS]
    measures = _measures(cube, observation)
    amounts = [number(other.values.get(measures[0].iri)) if measures else inf for _, other in found]
    drawn = [n for (code, _), n in zip(found, amounts, strict=True) if not code.has_children and n < inf]
    return [
        Neighbour(
            label=replace(reader.show(code.term), href=reader.href(other.iri), external=False),
            numbers=" / ".join([_number(other, measure) for measure in measures]),
            level=min(code.level, _DEEPEST),
            current=other.iri == observation.iri,
            bar=None if code.has_children or amount == inf else _bar(amount, drawn),
        )
        for (code, other), amount in zip(found, amounts, strict=True)
        if len(found) > 1
    ]


def _bar(amount: float, among: list[float]) -> Bar | None:
    """A number's bar beside those of others; None where all are zero."""
    low, high = min(0.0, *among), max(0.0, *among)
    if low == high:
        return None
    return Bar(round(100 * (min(amount, 0) - low) / (high - low), 1), round(100 * abs(amount) / (high - low), 1))


def _sentence(
    reader: Reader, dataset: Shown, values: tuple[Shown, ...], figures: tuple[Figure, ...]
) -> tuple[Shown, ...]:
    """What the figure says, in words; each piece keeps its language."""
    comma = Shown(reader.t("comma"))
    place = [piece for value in values for piece in (comma, replace(value, href=None))][1:]
    counted = [
        piece
        for figure in figures
        for piece in (
            comma,
            replace(figure.measure, href=None),
            Shown(_told(reader, figure)),
        )
    ][1:]
    parts = {"dataset": [dataset], "place": place, "figures": counted}
    pieces: list[Shown] = []
    for literal, name, _, _ in Formatter().parse(reader.t("sentence")):
        pieces += [Shown(literal), *(parts[name] if name else ())]
    return tuple(piece for piece in pieces if piece.text)


def _told(reader: Reader, figure: Figure) -> str:
    """What stands behind a measure's name: its number, or why there is none."""
    return f"{reader.t('colon')}{figure.missing}" if figure.missing else f" {figure.number} {figure.unit}".rstrip()


def _sources(reader: Reader, description: Description, dataset: str | None) -> list[Shown]:
    own = [source for iri in _SOURCES for source in description.objects(iri)]
    if not own and dataset:
        own = [s for iri in _SOURCES for s in reader.served.objects(NamedNode(dataset), NamedNode(iri))]
    return [reader.show(source) for source in own]
