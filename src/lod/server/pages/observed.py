"""What pages call an observation, which has no label of its own: its place in the cube, and its figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from pyoxigraph import Literal, NamedNode

from lod.server.cubes.cube import DATA_SET, read_observation, read_structure
from lod.server.pages.reader import Reader, Shown
from lod.store.figures import Observation


def named(reader: Reader, iri: str) -> Shown:
    """A link to a resource of ours that may have no label: an observation is called by its place in the cube."""
    shown = reader.link(iri)
    if reader.served.labels.all(iri) or not iri.startswith(reader.served.space.base):
        return shown
    node = NamedNode(iri)
    dataset = next(iter(reader.served.objects(node, DATA_SET)), None)
    if not isinstance(dataset, NamedNode):
        return replace(shown, text=iri[len(reader.served.space.base) :])
    return observed(reader, dataset.value, read_observation(reader.served, node))


def told_apart(reader: Reader, place: Iterable[tuple[Shown, Shown]]) -> tuple[Shown, ...]:
    """The values of dimensions, each pair a dimension and its value; of values called the same, which is whose."""
    pairs = list(place)
    times = Counter(value.text for _, value in pairs)
    colon = reader.t("colon")
    return tuple(
        replace(value, text=f"{dimension.text}{colon}{value.text}") if times[value.text] > 1 else value
        for dimension, value in pairs
    )


def observed(reader: Reader, dataset: str, observation: Observation) -> Shown:
    """A link to an observation, called by its place in the cube, its figure as the note."""
    shown = reader.link(observation.iri)
    _, components = read_structure(reader.served, dataset)
    given = [(c, observation.values[c.iri]) for c in components if c.iri in observation.values]
    place = told_apart(reader, ((reader.label(c.iri), reader.show(term)) for c, term in given if c.kind == "dimension"))
    figure = reader.t("comma").join(_figure(reader, term) for c, term in given if c.kind == "measure")
    return replace(shown, text=reader.t("comma").join(value.text for value in place) or shown.text, note=figure)


def _figure(reader: Reader, term: object) -> str:
    return reader.literal(term).text if isinstance(term, Literal) else reader.show(term).text  # type: ignore[arg-type]
