"""`catalog.ttl`: the catalogue of a release.

https://www.w3.org/TR/vocab-dcat-3/ ; DCAT-AP 3.0: https://semiceu.github.io/DCAT-AP/releases/3.0.0/
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Store

from lod.rdf.formats import JSONLD, NTRIPLES, RDFXML, RESULT_FORMATS, TURTLE, Format
from lod.rdf.languages import pick
from lod.rdf.namespaces import DCAT, DCT, FOAF, QB, RDF, RDFS, SH, SKOS, SPDX, VCARD, XSD
from lod.release.bulk.dumps import CSVM, Dump, Dumps
from lod.release.descriptions.datasets import DatasetRecord, version_iri
from lod.release.descriptions.description import Description, Node, integer, moment, said_of, texts
from lod.release.descriptions.statdcat import describe_statistics
from lod.release.release import Site

DCATAP = "http://data.europa.eu/r5r/"
ODRS = "http://schema.theodi.org/odrs#"
LICENCE_TYPE = "http://purl.org/adms/licencetype/"
IANA = "https://www.iana.org/assignments/media-types/"
EU = "http://publications.europa.eu/resource/authority/"

VARIANTS = (TURTLE, NTRIPLES, JSONLD, RDFXML)
"""The RDF documents of each dataset: its IRI and a suffix (the site's URL contract)."""

_FILE_TYPES = {
    "ttl": "RDF_TURTLE",
    "nt": "RDF_N_TRIPLES",
    "jsonld": "JSON_LD",
    "rdf": "RDF_XML",
    "nq": "RDF_N_QUADS",
    "csv": "CSV",
    "parquet": "PARQUET",
}
_EU_LANGUAGES = {"zh": "ZHO", "en": "ENG", "ja": "JPN", "de": "DEU", "fr": "FRA"}
_NOT_METADATA = frozenset({QB + "observation", QB + "slice"})  # as many as there are observations


@dataclass(frozen=True, slots=True)
class Edition:
    """Which release is described."""

    name: str
    version: int
    previous: str | None
    created: str  # ISO 8601
    datasets: Mapping[str, DatasetRecord] = field(default_factory=dict)

    @property
    def issued(self) -> str:
        """When the first of the datasets was published."""
        return min((record.issued for record in self.datasets.values()), default=self.created)

    @property
    def modified(self) -> str:
        """When the last of the datasets changed."""
        return max((record.modified for record in self.datasets.values()), default=self.created)


def datasets(store: Store) -> list[str]:
    """The IRIs of every `dcat:Dataset` and `qb:DataSet` in any graph, sorted."""
    classes = (DCAT + "Dataset", QB + "DataSet")
    quads = [quad for name in classes for quad in store.quads_for_pattern(None, _IS_A, NamedNode(name), None)]
    return sorted({quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)})


_IS_A = NamedNode(RDF + "type")


def describe_catalogue(store: Store, site: Site, edition: Edition, dumps: Dumps) -> Description:
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
    about.say(catalogue, DCT + "issued", moment(edition.issued))
    about.say(catalogue, DCT + "modified", moment(edition.modified))
    about.say(catalogue, DCAT + "version", Literal(edition.name))
    about.say(catalogue, DCAT + "hasCurrentVersion", f"{site.base_iri}dump/{edition.name}/")
    releases = [_release_of(site, name) for name in (edition.name, edition.previous) if name]  # DCAT 3 §11.1.1
    about.say(catalogue, DCAT + "hasVersion", *releases)
    about.say(catalogue, DCAT + "previousVersion", _release_of(site, edition.previous))
    about.say(catalogue, FOAF + "homepage", site.base_iri)
    about.say(catalogue, DCAT + "service", f"{catalogue}#sparql")
    about.say(catalogue, DCAT + "dataset", *found)
    everything = [_dump(about, site, edition, dump) for dump in dumps.of("")]
    if not found:
        about.say(catalogue, DCAT + "distribution", *everything)
    _parties(about, store, site)
    for dataset in found:
        _dataset(about, store, dataset, site, edition)
        own = [_dump(about, site, edition, dump) for dump in dumps.of(dataset)]
        about.say(dataset, DCAT + "distribution", *own, *everything)
    for table in dumps.tables:
        describe_statistics(about, store, table)
    for dump in dumps.beside:
        _beside(about, site, edition, dump)
    _series(about, store, site)
    _service(about, site, found)
    _gathered(about, catalogue, f"{catalogue}#sparql", found)
    return about


def _release_of(site: Site, name: str | None) -> str:
    """A release as a thing (`prov.ttl` describes it)."""
    return f"{site.base_iri}dump/{name}/" if name else ""


def _gathered(about: Description, catalogue: str, service: str, found: list[str]) -> None:
    """What catalogue and service cover: the themes, keywords and places of their datasets."""
    for dataset in found:
        themes = about.values(dataset, DCAT + "theme")
        about.say(service, DCAT + "theme", *themes)
        about.say(service, DCAT + "keyword", *about.values(dataset, DCAT + "keyword"))
        about.say(catalogue, DCT + "spatial", *about.values(dataset, DCT + "spatial"))
        if any(str(theme).startswith(f"<{EU}data-theme/") for theme in themes):
            about.say(catalogue, DCAT + "themeTaxonomy", f"{EU}data-theme")
            about.is_a(f"{EU}data-theme", SKOS + "ConceptScheme")
            about.say(f"{EU}data-theme", DCT + "title", Literal("Data theme", language="en"))


def _series(about: Description, store: Store, site: Site) -> None:
    """Series as the graph declares them (DCAT 3 §11)."""
    for quad in store.quads_for_pattern(None, _IS_A, NamedNode(DCAT + "DatasetSeries"), None):
        series = quad.subject
        if isinstance(series, NamedNode):
            for triple in said_of(store, series):
                about.say(triple.subject, triple.predicate.value, triple.object)  # type: ignore[arg-type]
            for name in ("title", "description"):
                if not about.says(series, DCT + name):
                    about.say(series, DCT + name, *_labels(store, series.value, site))
            about.say(series, DCT + "publisher", site.agency_iri)
            about.say(series, DCAT + "contactPoint", f"{site.base_iri}catalog#contact")


def _languages(site: Site) -> list[str]:
    known = (_EU_LANGUAGES.get(tag.split("-")[0].lower()) for tag in site.languages)
    return [f"{EU}language/{code}" for code in known if code]


def _parties(about: Description, store: Store, site: Site) -> None:
    """The publisher, the licence and the sentence that users are asked to print, byte for byte."""
    about.is_a(site.agency_iri, FOAF + "Agent")
    about.say(site.agency_iri, FOAF + "name", *texts(site.agency_name))
    for quad in store.quads_for_pattern(NamedNode(site.agency_iri), NamedNode(DCT + "type"), None, None):
        about.say(site.agency_iri, DCT + "type", quad.object)
    contact = f"{site.base_iri}catalog#contact"
    about.is_a(contact, VCARD + "Organization", VCARD + "Kind")
    about.say(contact, VCARD + "fn", *texts(site.agency_name))
    about.say(contact, VCARD + "hasEmail", f"mailto:{site.agency_email}" if site.agency_email else "")
    about.is_a(site.licence_iri, DCT + "LicenseDocument")
    about.say(site.licence_iri, DCT + "title", *texts(site.licence_name))
    about.say(site.licence_iri, DCT + "type", f"{LICENCE_TYPE}{'Attribution' if site.attribution else 'UnknownIPR'}")
    sentence = f"{site.base_iri}catalog#attribution"
    about.is_a(sentence, DCT + "RightsStatement")
    about.say(sentence, RDFS + "label", *texts(site.attribution))
    about.say(sentence, ODRS + "attributionText", *texts(site.attribution))


def _dataset(about: Description, store: Store, dataset: str, site: Site, edition: Edition) -> None:
    """One dataset: what the graph says of it, the project's word where the graph is silent, its distributions."""
    about.is_a(dataset, DCAT + "Dataset")
    for triple in said_of(store, NamedNode(dataset), without=_NOT_METADATA):
        about.say(triple.subject, triple.predicate.value, triple.object)  # type: ignore[arg-type]
    record = edition.datasets.get(dataset)
    versions = [name for name in (record.version, record.previous) if name] if record else []
    defaults: dict[str, list[str | Node]] = {
        DCT + "title": [*_labels(store, dataset, site)],
        DCT + "description": [*(about.values(dataset, DCT + "title") or _labels(store, dataset, site))],
        DCT + "license": [site.licence_iri],
        DCT + "publisher": [site.agency_iri],
        DCT + "accessRights": [f"{EU}access-right/PUBLIC"],
        DCT + "issued": [moment(record.issued)] if record else [],
        DCT + "modified": [moment(record.modified if record else edition.created)],
        DCAT + "version": [Literal(record.version)] if record else [],
        DCAT + "hasVersion": [version_iri(dataset, name) for name in versions],
        DCAT + "previousVersion": [version_iri(dataset, name) for name in versions[1:]],
        DCAT + "contactPoint": [f"{site.base_iri}catalog#contact"],
        DCAT + "landingPage": [dataset],
    }
    for predicate, values in defaults.items():
        if not about.says(dataset, predicate):
            about.say(dataset, predicate, *values)
    about.say(dataset, DCT + "rights", f"{site.base_iri}catalog#attribution")
    for variant in VARIANTS:
        about.say(dataset, DCAT + "distribution", f"{dataset}#{variant.suffix}")
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
    about.say(
        service, DCT + "title", Literal(f"SPARQL 查詢服務：{pick(site.title, 'zh-Hant-TW')}", language="zh-Hant-TW")
    )
    about.say(service, DCT + "title", Literal(f"SPARQL endpoint: {pick(site.title, 'en')}", language="en"))
    by_value = "SPARQL 查詢服務。數值依其值回傳（01 為 1，25.00 為 25）；整批下載之檔案保留原來的寫法。"
    about.say(service, DCT + "description", Literal(by_value, language="zh-Hant-TW"))
    by_value = (
        "Numbers are returned by value (01 as 1, 25.00 as 25); the bulk files keep every value as it was written."
    )
    about.say(service, DCT + "description", Literal(by_value, language="en"))
    about.say(service, DCT + "conformsTo", "http://www.w3.org/TR/sparql11-protocol/")
    about.say(service, DCT + "publisher", site.agency_iri)
    about.say(service, DCAT + "endpointURL", endpoint)
    about.say(service, DCAT + "endpointDescription", endpoint)
    about.say(service, DCAT + "contactPoint", f"{site.base_iri}catalog#contact")
    about.say(service, DCAT + "servesDataset", *found)
    about.say(service, DCAT + "mediaType", *(IANA + form.media_type for form in RESULT_FORMATS))
    _terms(about, service, site)


_KINDS = {
    "application/n-quads": ("N-Quads", "nq"),
    "text/turtle": ("Turtle", "ttl"),
    "text/csv": ("CSV", "csv"),
    "application/vnd.apache.parquet": ("Parquet", "parquet"),
}

_AS_WRITTEN = {"nq", "ttl"}  # written from the lift, not from the store


def _dump(about: Description, site: Site, edition: Edition, dump: Dump) -> str:
    """One bulk file, with its size and checksum; returns its IRI."""
    name, suffix = _KINDS[dump.media_type]
    packing = {"application/gzip": "gz", "application/zstd": "zst"}.get(dump.packed_as, "")
    parts = "-".join(filter(None, ("dump", suffix, packing)))
    distribution, url = f"{dump.dataset or f'{site.base_iri}catalog'}#{parts}", dump_url(site, edition, dump)
    shown = f"{name} ({packing})" if packing else name
    about.is_a(distribution, DCAT + "Distribution")
    what = ("本資料集", "the dataset") if dump.dataset else ("全部資料集", "all datasets")
    about.say(distribution, DCT + "title", Literal(f"整批下載：{what[0]}，{shown}", language="zh-Hant-TW"))
    about.say(distribution, DCT + "title", Literal(f"Bulk download: {what[1]}, {shown}", language="en"))
    kept = ("；每個值保留原來的寫法", "; every value stands as it was written") if suffix in _AS_WRITTEN else ("", "")
    chinese, english = f"以 {shown} 提供之{what[0]}完整內容{kept[0]}", f"All of {what[1]} as {shown}{kept[1]}"
    about.say(distribution, DCT + "description", Literal(chinese, language="zh-Hant-TW"))
    about.say(distribution, DCT + "description", Literal(english, language="en"))
    about.say(distribution, DCAT + "accessURL", dump.dataset or url)
    about.say(distribution, DCAT + "downloadURL", url)
    _form(about, distribution, dump.media_type, suffix)
    about.say(distribution, DCAT + "compressFormat", IANA + dump.packed_as if dump.packed_as else "")
    about.say(distribution, DCAT + "byteSize", integer(dump.bytes))
    record = edition.datasets.get(dump.dataset)
    about.say(distribution, DCT + "modified", moment(record.modified if record else edition.modified))
    about.say(distribution, SPDX + "checksum", f"{distribution}-checksum")
    about.is_a(f"{distribution}-checksum", SPDX + "Checksum")
    about.say(f"{distribution}-checksum", SPDX + "algorithm", SPDX + "checksumAlgorithm_sha256")
    value = Literal(dump.sha256, datatype=NamedNode(XSD + "hexBinary"))
    about.say(f"{distribution}-checksum", SPDX + "checksumValue", value)
    _terms(about, distribution, site)
    return distribution


def _beside(about: Description, site: Site, edition: Edition, dump: Dump) -> None:
    """A file that says what others have to be: the metadata of a table (CSVW), the shape of observations (SHACL)."""
    url = dump_url(site, edition, dump)
    if dump.media_type != CSVM:
        about.say(dump.dataset, SH + "shapesGraph", url)
        return
    about.is_a(url, DCT + "Standard")
    about.say(url, DCT + "title", Literal("表格中繼資料（CSVW）", language="zh-Hant-TW"))
    about.say(url, DCT + "title", Literal("Metadata of the table (CSVW)", language="en"))
    for packing in ("", "-gz", "-zst"):
        about.say(f"{dump.dataset}#dump-csv{packing}", DCT + "conformsTo", url)


def dump_url(site: Site, edition: Edition, dump: Dump) -> str:
    """Where a bulk file is downloaded (the site's URL contract)."""
    return f"{site.base_iri}dump/{edition.name}/{dump.name}"
