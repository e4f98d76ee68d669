"""The observations of a dataset, filtered by codes and paged: flat rows as JSON and CSV.

One row an observation, one column a dimension and two a measure: its value, and under `{measure}_status` whether it is
told (`value`) or why not (`missing`, `confidential`). CSV: RFC 4180, UTF-8.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from pyoxigraph import NamedNode

from lod.rdf import iris
from lod.server.api.datasets import code_of, dataset_of, listed, parameter_names
from lod.server.api.request import Call, finding, near
from lod.server.cubes.cube import STATUSES, Component, Cube, read_cube
from lod.server.cubes.files import json_number
from lod.server.cubes.slices import keys_of
from lod.server.cubes.table import state_of
from lod.server.served import Node
from lod.store.figures import Among, Observation
from lod.wording import joined, say


def list_observations(call: Call) -> dict[str, Any]:
    """A page of a dataset's observations, those alone that the filters let through.

    Raises:
        Refused: 400, 404, 410.
    """
    cube = read_cube(call.served, dataset_of(call))
    names = parameter_names(cube)
    among = _filters(call, cube, names)
    measures = _measures(call, cube, names)
    language = _language(call)
    call.refuse_if_wrong()
    start, limit = call.start, call.limit
    wanted = [c.iri for c in (*cube.dimensions, *measures)] + list(STATUSES)
    total, found = cube.figures.stretch(among, wanted, start, limit)
    rows = [_row(call, cube, names, measures, observation, language) for observation in found]
    page = listed(call, rows, start, total)
    page["columns"] = list(_columns(cube, names, measures, language))
    page["complete"] = cube.figures.complete
    return page


def as_csv(page: Mapping[str, Any]) -> bytes:
    """A page as CSV; where the next one is stands in the header `Link`."""
    out = io.StringIO()
    writer = csv.DictWriter(out, page["columns"], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(page["items"])
    return out.getvalue().encode("utf-8")


def _filters(call: Call, cube: Cube, names: dict[str, str]) -> list[Among]:
    """The dimensions that the query names, and the codes that are wanted in each."""
    by_name = {names[d.iri]: d for d in cube.dimensions}
    among = []
    for name, values in call.filters.items():
        dimension = by_name.get(name)
        if dimension is None:
            message = say("there is no parameter and no dimension '{name}' here", name=name)
            known = [*by_name, *(item.name for item in call.route.query)]
            call.findings.append(finding("LOD9150", message, near(name, known)))
            continue
        terms = [term for value in values if (term := _term(call, cube, dimension, name, value)) is not None]
        among.append(Among(dimension.iri, terms))
    return among


def _term(call: Call, cube: Cube, dimension: Component, name: str, value: str) -> Node | None:
    """The term of a code; an IRI may be written out."""
    codes = {code: term for term, code in keys_of(cube).codes[dimension.iri].items()}
    if value in codes:
        return codes[value]
    if iris.is_absolute(value) and iris.illegal_character(value) is None:
        return NamedNode(value)
    message = say("{name}={value}: there is no such code in this dataset", name=name, value=value)
    call.findings.append(finding("LOD9154", message, near(value, codes)))
    return None


def _measures(call: Call, cube: Cube, names: dict[str, str]) -> Sequence[Component]:
    """The measures that are wanted: those named, else all."""
    by_name = {names[m.iri]: m for m in cube.measures}
    wanted = []
    for name in call.many("measure"):
        if name in by_name:
            wanted.append(by_name[name])
        else:
            message = say("the dataset has no measure '{name}'", name=name)
            call.findings.append(finding("LOD9154", message, near(name, by_name)))
    return wanted or cube.measures


def _language(call: Call) -> str | None:
    """The language of labels, None if they are not wanted."""
    asked, offered = call.one("labels"), call.served.site.languages
    if asked is not None and asked not in offered:
        message = say("labels={value} cannot be", value=asked)
        call.findings.append(finding("LOD9151", message, say("one of {names}", names=joined(offered))))
    return asked


def _columns(cube: Cube, names: dict[str, str], measures: Sequence[Component], language: str | None) -> list[str]:
    labelled = [[names[d.iri], *([f"{names[d.iri]}_label"] if language else [])] for d in cube.dimensions]
    figures = [[names[m.iri], f"{names[m.iri]}_status"] for m in measures]
    return ["observation", *(name for group in (*labelled, *figures) for name in group)]


def _row(
    call: Call,
    cube: Cube,
    names: dict[str, str],
    measures: Sequence[Component],
    observation: Observation,
    language: str | None,
) -> dict[str, Any]:
    row: dict[str, Any] = {"observation": observation.iri}
    for dimension in cube.dimensions:
        term, name = observation.values.get(dimension.iri), names[dimension.iri]
        row[name] = code_of(cube, dimension, term) if term is not None else None
        if language:
            row[f"{name}_label"] = _label(call, term, language) if term is not None else None
    for measure in measures:
        state, name = state_of(observation, measure.iri), names[measure.iri]
        row[name] = json_number(observation.values[measure.iri].value) if state == "value" else None
        row[f"{name}_status"] = state
    return row


def _label(call: Call, term: Node, language: str) -> str:
    return call.served.labels.label(term.value, language).value if isinstance(term, NamedNode) else term.value
