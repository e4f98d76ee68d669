"""Datatypes that XML Schema does not have: most often a built-in one, misspelt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lod.diagnostics import Findings, did_you_mean
from lod.mapping.ir import Constant, GatherMap, ReferencingObjectMap, TermMap, TriplesMap
from lod.rdf.datatypes import BUILT_IN
from lod.rdf.namespaces import XSD
from lod.wording import say

_USUAL = ("string", "integer", "decimal", "boolean", "date", "dateTime", "time", "gYear", "gYearMonth", "duration")


def check_datatypes(triples_maps: Iterable[TriplesMap], findings: Findings) -> None:
    """Findings: LOD4043, an error, for each datatype in the namespace of XML Schema that is not one of its own."""
    said = set()
    for triples_map in triples_maps:
        for term in _terms(triples_map):
            datatype = term.datatype
            if not isinstance(datatype, Constant) or not datatype.value.startswith(XSD) or datatype.origin in said:
                continue
            name = datatype.value.removeprefix(XSD)
            if name not in BUILT_IN:
                said.add(datatype.origin)
                near = did_you_mean(f"xsd:{name}", [f"xsd:{each}" for each in BUILT_IN] if name.isascii() else _USUAL)
                message = say("XML Schema has no datatype 'xsd:{name}'", name=name)
                findings.error("LOD4043", message, datatype.origin, near)


def _terms(triples_map: TriplesMap) -> Iterator[TermMap]:
    for statement in triples_map.predicate_object_maps:
        yield from _terms_of(statement.object)
    if triples_map.gathered:
        yield from _terms_of(triples_map.gathered)


def _terms_of(made: TermMap | ReferencingObjectMap | GatherMap) -> Iterator[TermMap]:
    if isinstance(made, TermMap):
        yield made
    elif isinstance(made, GatherMap):
        for each in made.members:
            yield from _terms_of(each)
