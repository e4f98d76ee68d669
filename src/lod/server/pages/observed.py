"""What pages call an observation, which has no label of its own: its place in the cube, and its figure."""

from __future__ import annotations

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


def observed(reader: Reader, dataset: str, observation: Observation) -> Shown:
    """A link to an observation, called by its place in the cube, its figure as the note."""
    shown = reader.link(observation.iri)
    _, components = read_structure(reader.served, dataset)
    given = [(c.kind, observation.values[c.iri]) for c in components if c.iri in observation.values]
    place = reader.t("comma").join(reader.show(term).text for kind, term in given if kind == "dimension")
    figure = reader.t("comma").join(_figure(reader, term) for kind, term in given if kind == "measure")
    return replace(shown, text=place or shown.text, note=figure)


def _figure(reader: Reader, term: object) -> str:
    return reader.literal(term).text if isinstance(term, Literal) else reader.show(term).text  # type: ignore[arg-type]
