"""The endpoint described in RDF: what it understands, which graphs it holds, in which formats and within which limits.

SPARQL 1.1 Service Description: https://www.w3.org/TR/sparql11-service-description/ ; statistics of the default graph:
https://www.w3.org/TR/void/#statistics
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import pyoxigraph
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple

from lod.rdf.formats import Format
from lod.rdf.namespaces import DCAT, DCT, PREFIXES, RDF, RDFS, SD, VOID, XSD
from lod.rdf.tags import with_written_tags
from lod.server.served import ServedRelease
from lod.server.sparql.operation import ANY_FORMAT
from lod.server.sparql.question import QueryLimits
from lod.server.texts import Catalogue
from lod.store.query import named_graphs
from lod.store.remote import RemoteStore

_TYPE = NamedNode(RDF + "type")
_USED_PREFIXES = {name: PREFIXES[name] for name in ("dcat", "dct", "rdfs", "sd", "void", "xsd")}
_MOST_GRAPHS = 1_000
_MOST_PARTITIONS = 500  # classes, and properties: clients read this before each query
_COUNTED = ("triples", "distinctSubjects", "distinctObjects", "classes", "properties", "vocabulary")


def limits_text(limits: QueryLimits, t: Catalogue) -> str:
    """The limits in a sentence."""
    megabytes = limits.bytes // 1_000_000
    return t("sparql_limits", seconds=f"{limits.seconds:g}", rows=f"{limits.rows:,}", megabytes=megabytes)


def service_description(served: ServedRelease, limits: QueryLimits) -> list[Triple]:
    """The description as triples (§3)."""
    endpoint = NamedNode(served.space.base + "sparql")
    dataset, graph = BlankNode("dataset"), NamedNode(served.space.base + ".well-known/void#dataset")
    triples = [
        Triple(endpoint, _TYPE, NamedNode(SD + "Service")),
        Triple(endpoint, NamedNode(SD + "endpoint"), endpoint),
        Triple(endpoint, NamedNode(SD + "supportedLanguage"), NamedNode(SD + "SPARQL11Query")),
        Triple(endpoint, NamedNode(SD + "defaultDataset"), dataset),
        Triple(endpoint, NamedNode(DCT + "license"), NamedNode(served.site.licence_iri)),
        Triple(dataset, _TYPE, NamedNode(SD + "Dataset")),
        Triple(dataset, NamedNode(SD + "defaultGraph"), graph),
        Triple(graph, _TYPE, NamedNode(SD + "Graph")),
        Triple(graph, _TYPE, NamedNode(VOID + "Dataset")),
    ]
    triples += _statistics(served, graph)
    if limits.services and not isinstance(served.store, RemoteStore):
        triples.append(Triple(endpoint, NamedNode(SD + "feature"), NamedNode(SD + "BasicFederatedQuery")))
    triples += (Triple(endpoint, NamedNode(SD + "resultFormat"), NamedNode(item.iri)) for item in ANY_FORMAT)
    triples += (
        Triple(endpoint, NamedNode(RDFS + "comment"), Literal(limits_text(limits, t), language=tag))
        for tag, t in served.theme.texts.catalogues.items()
    )
    triples += (
        Triple(endpoint, NamedNode(DCT + "title"), Literal(f"{text}: SPARQL", language=tag))
        for tag, text in served.site.title.items()
    )
    triples += _graphs(served, dataset)
    triples += _versions(served, endpoint)
    return triples


def _statistics(served: ServedRelease, graph: NamedNode) -> Iterator[Triple]:
    """How much there is of what, as the release's VoID description has it."""
    found = served.metadata.quads_for_pattern
    told = [quad.triple for name in _COUNTED for quad in found(graph, NamedNode(VOID + name), None, None)]
    yield from told or [Triple(graph, NamedNode(VOID + "triples"), _integer(served.release.manifest.triples))]
    for kind in ("class", "property"):
        for quad in islice(found(graph, NamedNode(f"{VOID}{kind}Partition"), None, None), _MOST_PARTITIONS):
            yield quad.triple
            if isinstance(quad.object, NamedNode):
                yield from (each.triple for each in found(quad.object, None, None, None))


def _graphs(served: ServedRelease, dataset: BlankNode) -> Iterator[Triple]:
    for place, (iri, _) in enumerate(zip(named_graphs(served.store), range(_MOST_GRAPHS), strict=False)):
        node = BlankNode(f"namedGraph{place}")
        yield Triple(dataset, NamedNode(SD + "namedGraph"), node)
        yield Triple(node, _TYPE, NamedNode(SD + "NamedGraph"))
        yield Triple(node, NamedNode(SD + "name"), NamedNode(iri))


def _versions(served: ServedRelease, service: NamedNode) -> Iterator[Triple]:
    """What FROM, GRAPH and the protocol may name beside the default dataset (§3.2.9, `sd:availableGraphs`)."""
    available = BlankNode("availableGraphs")
    yield Triple(service, NamedNode(SD + "availableGraphs"), available)
    yield Triple(available, _TYPE, NamedNode(SD + "GraphCollection"))
    for place, version in enumerate(served.graphs().versions()):
        node, graph = BlankNode(f"version{place}"), BlankNode(f"versionGraph{place}")
        yield Triple(available, NamedNode(SD + "namedGraph"), node)
        yield Triple(node, _TYPE, NamedNode(SD + "NamedGraph"))
        yield Triple(node, NamedNode(SD + "name"), NamedNode(version.graph))
        yield Triple(node, NamedNode(SD + "graph"), graph)
        yield Triple(graph, _TYPE, NamedNode(SD + "Graph"))
        yield Triple(graph, _TYPE, NamedNode(VOID + "Dataset"))
        yield Triple(graph, NamedNode(DCT + "isVersionOf"), NamedNode(version.dataset))
        yield Triple(graph, NamedNode(DCAT + "version"), Literal(version.release))
        modified = Literal(version.record.modified, datatype=NamedNode(XSD + "dateTime"))
        yield Triple(graph, NamedNode(DCT + "modified"), modified)
        yield Triple(graph, NamedNode(VOID + "triples"), _integer(version.record.statements))


def _integer(value: int) -> Literal:
    return Literal(str(value), datatype=NamedNode(XSD + "integer"))


def write_description(served: ServedRelease, limits: QueryLimits, chosen: Format) -> bytes:
    """The description in one of the RDF formats."""
    written = pyoxigraph.serialize(
        service_description(served, limits),
        format=RdfFormat.from_media_type(chosen.media_type),
        prefixes=_USED_PREFIXES,
    )
    assert written is not None
    return with_written_tags(written, chosen)
