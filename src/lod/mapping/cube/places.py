"""Where cube files say what they say of datasets, dimensions, measures and codes: the line to correct."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lod.diagnostics import TextOrigin
from lod.mapping.cube.model import Part
from lod.mapping.ir import TriplesMap


def places_of(triples_maps: Iterable[TriplesMap], base_iri: str) -> dict[str, TextOrigin]:
    """IRI → where a cube file declares it; of several places the first. `base_iri` is for maps without their own."""
    found: dict[str, TextOrigin] = {}
    for triples_map in triples_maps:
        content = triples_map.source.content
        if isinstance(content, Part):
            for path, origin in _declared(content):
                found.setdefault((triples_map.base or base_iri) + path, origin)
    return found


def _declared(part: Part) -> Iterator[tuple[str, TextOrigin]]:
    yield f"data/{part.dataset.id}", part.dataset.origin
    for dimension in part.dimensions:
        yield f"def/dimension/{dimension.name}", dimension.origin
    for measure in part.measures:
        yield f"def/measure/{measure.name}", measure.origin
    for attribute in part.edition.attributes:
        yield f"def/attribute/{attribute.name}", attribute.origin
    lists = (*(each.codes for each in part.dimensions), *(each.codes for each in part.measures))
    for codes in (each for each in lists if each and each.is_published):
        yield f"id/code/{codes.name}", codes.origin
        yield from ((f"id/code/{codes.name}/{code.code}", code.origin) for code in codes.codes)
