"""`void.ttl`: how much there is of what, and what it links to.

https://www.w3.org/TR/void/
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pyoxigraph import Literal

from lod.linking.linkset import Linkset, namespace
from lod.rdf.formats import GRAPH_FORMATS
from lod.rdf.namespaces import DCT, FOAF, RDFS, VOID
from lod.release.bulk.dumps import NQUADS, TURTLE, Dumps
from lod.release.descriptions.breakdown import Partition, Statistics
from lod.release.descriptions.dcat import Edition, dump_url
from lod.release.descriptions.description import Description, integer, moment, texts
from lod.release.release import Site


def describe_dataset(
    statistics: Statistics, site: Site, edition: Edition, dumps: Dumps, linksets: Sequence[Linkset]
) -> Description:
    """The VoID description, served at /.well-known/void (§7.2)."""
    about, document = Description(), f"{site.base_iri}.well-known/void"
    dataset = f"{document}#dataset"
    about.is_a(document, VOID + "DatasetDescription")
    about.say(document, DCT + "title", *texts(site.title))
    about.say(document, DCT + "creator", site.agency_iri)
    about.say(document, FOAF + "primaryTopic", dataset)
    about.is_a(dataset, VOID + "Dataset")
    about.say(dataset, DCT + "title", *texts(site.title))
    about.say(dataset, DCT + "description", *texts(site.description))
    about.say(dataset, DCT + "publisher", site.agency_iri)
    about.say(dataset, DCT + "license", site.licence_iri)
    about.say(dataset, DCT + "rights", f"{site.base_iri}catalog#attribution")
    about.say(f"{site.base_iri}catalog#attribution", RDFS + "label", *texts(site.attribution))
    about.say(dataset, DCT + "modified", moment(edition.modified))
    about.say(dataset, FOAF + "homepage", site.base_iri)
    about.say(dataset, VOID + "uriSpace", Literal(site.base_iri))
    about.say(dataset, VOID + "sparqlEndpoint", f"{site.base_iri}sparql")
    about.say(dataset, VOID + "dataDump", *_rdf_dumps(site, edition, dumps, ""))
    about.say(dataset, VOID + "feature", *(form.iri for form in GRAPH_FORMATS))
    about.say(dataset, VOID + "exampleResource", *_examples(statistics, site))
    about.say(dataset, VOID + "vocabulary", *_vocabularies(statistics, site))
    about.say(dataset, VOID + "triples", integer(statistics.triples))
    about.say(dataset, VOID + "distinctSubjects", integer(statistics.subjects))
    about.say(dataset, VOID + "distinctObjects", integer(statistics.objects))
    about.say(dataset, VOID + "classes", integer(len(statistics.classes)))
    about.say(dataset, VOID + "properties", integer(len(statistics.properties)))
    _partition(about, dataset, "class", "entities", statistics.classes)
    _partition(about, dataset, "property", "triples", statistics.properties)
    for iri, content in dumps.contents.items():
        about.say(dataset, VOID + "subset", iri)
        about.is_a(iri, VOID + "Dataset")
        about.say(iri, VOID + "triples", integer(content.statements))
        about.say(iri, VOID + "dataDump", *_rdf_dumps(site, edition, dumps, iri))
    _linksets(about, dataset, document, linksets)
    return about


def _rdf_dumps(site: Site, edition: Edition, dumps: Dumps, dataset: str) -> list[str]:
    return [dump_url(site, edition, dump) for dump in dumps.of(dataset) if dump.media_type in (NQUADS, TURTLE)]


def _examples(statistics: Statistics, site: Site) -> Iterable[str]:
    """One resource of ours for each class."""
    return dict.fromkeys(entry.example for entry in statistics.classes if entry.example.startswith(site.base_iri))


def _vocabularies(statistics: Statistics, site: Site) -> list[str]:
    """The namespaces of the classes and properties in use, ours apart (§4.5)."""
    used = {namespace(entry.term) for entry in (*statistics.classes, *statistics.properties)}
    return sorted(iri for iri in used if not iri.startswith(site.base_iri))


def _partition(about: Description, dataset: str, kind: str, unit: str, entries: Iterable[Partition]) -> None:
    """Class or property partitions (§4.4)."""
    for number, entry in enumerate(entries, start=1):
        part = f"{dataset}-{kind}-{number}"
        about.say(dataset, f"{VOID}{kind}Partition", part)
        about.say(part, VOID + kind, entry.term)
        about.say(part, VOID + unit, integer(entry.count))


def _linksets(about: Description, dataset: str, document: str, linksets: Sequence[Linkset]) -> None:
    """One linkset for each table, predicate and authority linked to (§5)."""
    groups = [(linkset, *key, links) for linkset in linksets for key, links in linkset.by_authority().items()]
    for number, (linkset, predicate, target, links) in enumerate(groups, start=1):
        subset = f"{document}#linkset-{number}"
        about.say(dataset, VOID + "subset", subset)
        about.is_a(subset, VOID + "Linkset")
        about.say(subset, DCT + "title", Literal(linkset.title))
        about.say(subset, DCT + "license", linkset.licence)
        about.say(subset, VOID + "linkPredicate", predicate)
        about.say(subset, VOID + "subjectsTarget", dataset)
        about.say(subset, VOID + "objectsTarget", f"{subset}-target")
        about.say(subset, VOID + "triples", integer(len(links)))
        about.is_a(f"{subset}-target", VOID + "Dataset")
        about.say(f"{subset}-target", VOID + "uriSpace", Literal(target))
