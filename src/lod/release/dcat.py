"""`catalog.ttl`: the catalogue of a release.

https://www.w3.org/TR/vocab-dcat-3/ ; DCAT-AP 3.0: https://semiceu.github.io/DCAT-AP/releases/3.0.0/
"""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Store

from lod.rdf.formats import JSONLD, NTRIPLES, RDFXML, RESULT_FORMATS, TURTLE, Format
from lod.rdf.languages import pick
from lod.rdf.namespaces import DCAT, DCT, FOAF, QB, RDF, RDFS, SPDX, VCARD, XSD
from lod.release.description import Description, Node, integer, moment, said_of, texts
from lod.release.dumps import Dump
from lod.release.release import Site

DCATAP = "http://data.europa.eu/r5r/"
ODRS = "http://schema.theodi.org/odrs#"
IANA = "https://www.iana.org/assignments/media-types/"
EU = "http://publications.europa.eu/resource/authority/"

VARIANTS = (TURTLE, NTRIPLES, JSONLD, RDFXML)
"""The RDF documents of each dataset: its IRI and a suffix (the site's URL contract)."""

_FILE_TYPES = {"ttl": "RDF_TURTLE", "nt": "RDF_N_TRIPLES", "jsonld": "JSON_LD", "rdf": "RDF_XML", "nq": "RDF_N_QUADS"}
_EU_LANGUAGES = {"zh": "ZHO", "en": "ENG", "ja": "JPN", "de": "DEU", "fr": "FRA"}
_NOT_METADATA = frozenset({QB + "observation", QB + "slice"})  # as many as there are observations


@dataclass(frozen=True, slots=True)
class Edition:
    """Which release is described."""

    name: str
    version: int
    previous: str | None
    created: str  # ISO 8601


def datasets(store: Store) -> list[str]:
    """The IRIs of every `dcat:Dataset` and `qb:DataSet` in any graph, sorted."""
    classes = (DCAT + "Dataset", QB + "DataSet")
    quads = [quad for name in classes for quad in store.quads_for_pattern(None, _IS_A, NamedNode(name), None)]
    return sorted({quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)})


_IS_A = NamedNode(RDF + "type")


def describe_catalogue(store: Store, site: Site, edition: Edition, dump: Dump) -> Description:
    """The catalogue with its datasets, their distributions, the data service and the terms of use."""
    about, catalogue = Description(), f"{site.base_iri}catalog"
    found = datasets(store)
    about.is_a(catalogue, DCAT + "Catalog")
    about.say(catalogue, DCT + "title", *texts(site.title))
    about.say(catalogue, DCT + "description", *texts(site.description or site.title))
    about.say(catalogue, DCT + "publisher", site.agency_iri)
    about.say(catalogue, DCT + "license", site.licence_iri)
    about.say(catalogue, DCT + "rights", f"{catalogue}#attribution")
    about.say(catalogue, DCT + "language", *_languages(site))
    about.say(catalogue, DCT + "modified", moment(edition.created))
    about.say(catalogue, DCAT + "version", Literal(edition.name))
    about.say(catalogue, FOAF + "homepage", site.base_iri)
    about.say(catalogue, DCAT + "service", f"{catalogue}#sparql")
    about.say(catalogue, DCAT + "dataset", *found)
    if not found:
        about.say(catalogue, DCAT + "distribution", f"{catalogue}#dump")
    _parties(about, site)
    for dataset in found:
        _dataset(about, store, dataset, site, edition)
    _service(about, site, found)
    _dump(about, site, edition, dump)
    return about


def _languages(site: Site) -> list[str]:
    known = (_EU_LANGUAGES.get(tag.split("-")[0].lower()) for tag in site.languages)
    return [f"{EU}language/{code}" for code in known if code]


def _parties(about: Description, site: Site) -> None:
    """The publisher, the licence and the sentence that users are asked to print, byte for byte."""
    about.is_a(site.agency_iri, FOAF + "Agent")
    about.say(site.agency_iri, FOAF + "name", *texts(site.agency_name))
    contact = f"{site.base_iri}catalog#contact"
    about.is_a(contact, VCARD + "Organization", VCARD + "Kind")
    about.say(contact, VCARD + "fn", *texts(site.agency_name))
    about.say(contact, VCARD + "hasEmail", f"mailto:{site.agency_email}" if site.agency_email else "")
    about.is_a(site.licence_iri, DCT + "LicenseDocument")
    about.say(site.licence_iri, DCT + "title", *texts(site.licence_name))
    sentence = f"{site.base_iri}catalog#attribution"
    about.is_a(sentence, DCT + "RightsStatement")
    about.say(sentence, RDFS + "label", *texts(site.attribution))
    about.say(sentence, ODRS + "attributionText", *texts(site.attribution))


def _dataset(about: Description, store: Store, dataset: str, site: Site, edition: Edition) -> None:
    """One dataset: what the graph says of it, the project's word where the graph is silent, its distributions."""
    about.is_a(dataset, DCAT + "Dataset")
    for triple in said_of(store, NamedNode(dataset), without=_NOT_METADATA):
        about.say(triple.subject, triple.predicate.value, triple.object)  # type: ignore[arg-type]
    defaults: dict[str, list[str | Node]] = {
        DCT + "title": [*_labels(store, dataset, site)],
        DCT + "description": [*_labels(store, dataset, site)],
        DCT + "license": [site.licence_iri],
        DCT + "publisher": [site.agency_iri],
        DCT + "accessRights": [f"{EU}access-right/PUBLIC"],
        DCT + "modified": [moment(edition.created)],
        DCAT + "contactPoint": [f"{site.base_iri}catalog#contact"],
        DCAT + "landingPage": [dataset],
    }
    for predicate, values in defaults.items():
        if not about.says(dataset, predicate):
            about.say(dataset, predicate, *values)
    about.say(dataset, DCT + "rights", f"{site.base_iri}catalog#attribution")
    for variant in VARIANTS:
        about.say(dataset, DCAT + "distribution", f"{dataset}#{variant.suffix}")
    about.say(dataset, DCAT + "distribution", f"{site.base_iri}catalog#dump")
    for variant in VARIANTS:
        _variant(about, dataset, variant, site)


def _labels(store: Store, dataset: str, site: Site) -> list[Literal]:
    label = NamedNode(RDFS + "label")
    found = [quad.object for quad in store.quads_for_pattern(NamedNode(dataset), label, None, None)]
    labels = sorted((value for value in found if isinstance(value, Literal)), key=str)
    return labels or [Literal(dataset.removeprefix(site.base_iri))]


def _variant(about: Description, dataset: str, variant: Format, site: Site) -> None:
    distribution = f"{dataset}#{variant.suffix}"
    about.is_a(distribution, DCAT + "Distribution")
    about.say(distribution, DCT + "title", Literal(variant.name, language="en"))
    about.say(distribution, DCT + "description", Literal(f"以 {variant.name} 表示之資料集", language="zh-Hant-TW"))
    about.say(distribution, DCT + "description", Literal(f"The dataset as {variant.name}", language="en"))
    about.say(distribution, DCAT + "accessURL", dataset)
    about.say(distribution, DCAT + "downloadURL", f"{dataset}.{variant.suffix}")
    _form(about, distribution, variant.media_type, variant.suffix)
    _terms(about, distribution, site)


def _form(about: Description, distribution: str, media_type: str, suffix: str) -> None:
    about.say(distribution, DCATAP + "availability", f"{EU}planned-availability/STABLE")
    about.say(distribution, DCAT + "mediaType", IANA + media_type)
    about.say(distribution, DCT + "format", f"{EU}file-type/{_FILE_TYPES[suffix]}")


def _terms(about: Description, thing: str, site: Site) -> None:
    about.say(thing, DCT + "license", site.licence_iri)
    about.say(thing, DCT + "rights", f"{site.base_iri}catalog#attribution")


def _service(about: Description, site: Site, found: list[str]) -> None:
    service, endpoint = f"{site.base_iri}catalog#sparql", f"{site.base_iri}sparql"
    about.is_a(service, DCAT + "DataService")
    about.say(service, DCT + "title", Literal(f"SPARQL: {pick(site.title, 'en')}", language="en"))
    about.say(service, DCT + "conformsTo", "http://www.w3.org/TR/sparql11-protocol/")
    about.say(service, DCT + "publisher", site.agency_iri)
    about.say(service, DCAT + "endpointURL", endpoint)
    about.say(service, DCAT + "endpointDescription", endpoint)
    about.say(service, DCAT + "contactPoint", f"{site.base_iri}catalog#contact")
    about.say(service, DCAT + "servesDataset", *found)
    about.say(service, DCAT + "mediaType", *(IANA + form.media_type for form in RESULT_FORMATS))
    _terms(about, service, site)


def _dump(about: Description, site: Site, edition: Edition, dump: Dump) -> None:
    """The bulk file of the whole release, with its size and checksum."""
    distribution, url = f"{site.base_iri}catalog#dump", dump_url(site, edition, dump)
    about.is_a(distribution, DCAT + "Distribution")
    about.say(distribution, DCT + "title", Literal("整批下載：全部資料集", language="zh-Hant-TW"))
    about.say(distribution, DCT + "title", Literal("Bulk download: all datasets", language="en"))
    about.say(distribution, DCAT + "accessURL", url)
    about.say(distribution, DCAT + "downloadURL", url)
    _form(about, distribution, dump.media_type, "nq")
    about.say(distribution, DCAT + "compressFormat", IANA + dump.packed_as)
    about.say(distribution, DCAT + "byteSize", integer(dump.bytes))
    about.say(distribution, DCT + "modified", moment(edition.created))
    about.say(distribution, SPDX + "checksum", f"{distribution}-checksum")
    about.is_a(f"{distribution}-checksum", SPDX + "Checksum")
    about.say(f"{distribution}-checksum", SPDX + "algorithm", SPDX + "checksumAlgorithm_sha256")
    value = Literal(dump.sha256, datatype=NamedNode(XSD + "hexBinary"))
    about.say(f"{distribution}-checksum", SPDX + "checksumValue", value)
    _terms(about, distribution, site)


def dump_url(site: Site, edition: Edition, dump: Dump) -> str:
    """Where a bulk file is downloaded (the site's URL contract)."""
    return f"{site.base_iri}dump/{edition.name}/{dump.name}"
