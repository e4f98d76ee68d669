"""Logical targets: files of their own that statements go to.

RML-IO, https://w3id.org/rml/io/spec, «Targets»: a statement goes to the targets of all its term maps, and to the output
of the lift only if they name none.
"""

from __future__ import annotations

from lod.diagnostics import did_you_mean
from lod.mapping.ir import LogicalTarget
from lod.mapping.rml.graph import Graph, Resource
from lod.mapping.rml.vocabulary import FORMATS, RML, SERVICE, shown
from lod.mapping.targets import COMPRESSIONS, endpoint_target, target_path
from lod.rdf.formats import GRAPH_FORMATS
from lod.rdf.turtle import Term
from lod.wording import say

_DUMPS = (
    "http://rdfs.org/ns/void#dataDump",
    "http://www.w3.org/ns/dcat#dataDump",
    "http://www.w3.org/ns/dcat#downloadURL",
)
_ENCODINGS = {"UTF-8": "utf-8", "UTF-16": "utf-16"}
_SERIALIZATIONS = {each.iri: each.suffix for each in GRAPH_FORMATS} | {FORMATS + "N3": "n3", FORMATS + "RDF_JSON": "rj"}


def read_targets(graph: Graph, node: Resource) -> tuple[LogicalTarget, ...]:
    """The targets that a term map, language map or datatype map names."""
    found = [_target(graph, each) for each in graph.resources(node, "logicalTarget")]
    return tuple(each for each in found if each)


def _target(graph: Graph, node: Resource) -> LogicalTarget | None:
    place = graph.resource(node, "target")
    if place and (endpoint := graph.one(place, SERVICE + "endpoint")):
        return endpoint_target(str(endpoint.value), endpoint.origin, _serialization(graph, node), graph.findings)
    path = _path(graph, place) if place else None
    if place is None or path is None:
        hint = say('rml:target [ a rml:FilePath; rml:path "file.nq" ]')
        graph.findings.error("LOD3103", say("the target has no rml:path"), graph.origin(place or node), hint)
        return None
    clean = target_path(path.value, path.origin, graph.findings)
    if clean is None:
        return None
    root = graph.iri(place, "root")
    return LogicalTarget(
        path=clean,
        origin=path.origin,
        beside_mapping=bool(root and root.value == RML + "MappingDirectory"),
        serialization=_serialization(graph, node),
        encoding=read_encoding(graph, node, place),
        compression=read_compression(graph, node, place),
    )


def _path(graph: Graph, place: Resource) -> Term | None:
    """The file: a path, or the dump of a dataset as VoID and DCAT have it."""
    for name in _DUMPS:
        if graph.values(place, name):
            return graph.one(place, name)
    return graph.text(place, "path")


def _serialization(graph: Graph, node: Resource) -> str:
    iri = graph.iri(node, "serialization")
    if iri is None:
        return "nq"
    suffix = _SERIALIZATIONS.get(iri.value)
    if suffix is None:
        names = [each.removeprefix(FORMATS) for each in _SERIALIZATIONS]
        hint = did_you_mean(iri.value.removeprefix(FORMATS), names)
        graph.findings.error("LOD3114", say("no serialization {iri} is written here", iri=shown(iri)), iri.origin, hint)
    return suffix or "nq"


def read_encoding(graph: Graph, *nodes: Resource) -> str:
    """The encoding that one of the resources declares, else UTF-8."""
    for node in nodes:
        iri = graph.iri(node, "encoding")
        if iri is None:
            continue
        name = iri.value.removeprefix(RML)
        if name not in _ENCODINGS:
            hint = did_you_mean(name, _ENCODINGS)
            graph.findings.error("LOD3114", say("no encoding {iri} is known here", iri=shown(iri)), iri.origin, hint)
        return _ENCODINGS.get(name, "utf-8")
    return "utf-8"


def read_compression(graph: Graph, *nodes: Resource) -> str:
    """The compression that one of the resources declares, '' for none."""
    for node in nodes:
        iri = graph.iri(node, "compression")
        if iri is None:
            continue
        name = iri.value.removeprefix(RML)
        if name == "none":
            return ""
        if name not in COMPRESSIONS:
            hint = did_you_mean(name, COMPRESSIONS)
            graph.findings.error("LOD3114", say("no compression {iri} is known here", iri=shown(iri)), iri.origin, hint)
            return ""
        return name
    return ""
