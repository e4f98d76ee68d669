"""`schema-org.jsonld`: the datasets as search engines read them. https://schema.org/Dataset"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Store

from lod.rdf.languages import written
from lod.rdf.namespaces import DCAT, DCT, RDFS, SDMX_ATTRIBUTE, SKOS, STAT
from lod.release.descriptions.description import Description
from lod.release.release import Site

SCHEMA_ORG = "schema-org.jsonld"


def write_schema_org(path: Path, catalogue: Description, site: Site, datasets: Iterable[str], store: Store) -> None:
    """Say what `catalog.ttl` says of the datasets with the words of schema.org. Periods are looked up in the store."""
    about: dict[str, dict[str, list[Any]]] = {}
    for triple in catalogue.triples:
        if isinstance(triple.subject, NamedNode | BlankNode):
            key = triple.subject.value if isinstance(triple.subject, NamedNode) else str(triple.subject)
            about.setdefault(key, {}).setdefault(triple.predicate.value, []).append(triple.object)
    graph = [_catalog(site, datasets), *(_dataset(iri, about, site, store) for iri in datasets)]
    document = {"@context": "https://schema.org/", "@graph": graph}
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _catalog(site: Site, datasets: Iterable[str]) -> dict[str, Any]:
    return {
        "@type": "DataCatalog",
        "@id": f"{site.base_iri}catalog",
        "name": [{"@language": tag, "@value": text} for tag, text in site.title.items()],
        "description": [{"@language": tag, "@value": text} for tag, text in (site.description or site.title).items()],
        "url": f"{site.base_iri}catalog",
        "publisher": {"@type": "Organization", "@id": site.agency_iri, "name": _each(site.agency_name.values())},
        "license": site.licence_iri,
        "dataset": [{"@id": iri} for iri in datasets],
    }


def _dataset(iri: str, about: dict[str, dict[str, list[Any]]], site: Site, store: Store) -> dict[str, Any]:
    said = about.get(iri, {})

    def values(predicate: str) -> list[Any]:
        return [_value(node) for node in said.get(predicate, [])]

    facts: dict[str, Any] = {
        "@type": "Dataset",
        "@id": iri,
        "url": iri,
        "name": values(DCT + "title"),
        "description": values(DCT + "description"),
        "keywords": values(DCAT + "keyword"),
        "license": values(DCT + "license"),
        "creator": [{"@id": node.value} for node in said.get(DCT + "publisher", []) if isinstance(node, NamedNode)],
        "datePublished": values(DCT + "issued"),
        "dateModified": values(DCT + "modified"),
        "version": values(DCAT + "version"),
        "spatialCoverage": values(DCT + "spatial"),
        "temporalCoverage": _span(said.get(DCT + "temporal", []), about, store),
        "variableMeasured": [_variable(node.value, about) for node in said.get(STAT + "measure", [])],
        "isAccessibleForFree": True,
        "creditText": list(site.attribution.values()),
        "includedInDataCatalog": {"@id": f"{site.base_iri}catalog"},
        "distribution": [_download(node.value, about) for node in said.get(DCAT + "distribution", [])],
    }
    return {name: _each(value) if isinstance(value, list) else value for name, value in facts.items() if value != []}


def _span(periods: Iterable[Any], about: dict[str, dict[str, list[Any]]], store: Store) -> list[str]:
    """From the first day of all periods to the last one, as ISO 8601."""
    days = [
        node.value
        for period in periods
        for predicate in (DCAT + "startDate", DCAT + "endDate")
        for node in _said(period, predicate, about, store)
    ]
    return [f"{min(days)}/{max(days)}"] if days else []


def _said(node: Any, predicate: str, about: dict[str, dict[str, list[Any]]], store: Store) -> list[Any]:
    if isinstance(node, NamedNode):
        quads = store.quads_for_pattern(node, NamedNode(predicate), None, None)
        return [quad.object for quad in quads] or about.get(node.value, {}).get(predicate, [])
    return about.get(str(node), {}).get(predicate, [])


def _variable(iri: str, about: dict[str, dict[str, list[Any]]]) -> dict[str, Any]:
    """A measure of a dataset."""
    labels = [_value(node) for node in about.get(iri, {}).get(RDFS + "label", [])]
    units = [node.value for node in about.get(iri, {}).get(SDMX_ATTRIBUTE + "unitMeasure", [])]
    unit_names = [_value(node) for unit in units for node in about.get(unit, {}).get(SKOS + "prefLabel", [])]
    facts = {"@type": "PropertyValue", "propertyID": iri, "name": labels, "unitCode": units, "unitText": unit_names}
    return {name: _each(value) if isinstance(value, list) else value for name, value in facts.items() if value != []}


def _download(iri: str, about: dict[str, dict[str, list[Any]]]) -> dict[str, Any]:
    said = about.get(iri, {})
    media = [str(node.value).rpartition("media-types/")[2] for node in said.get(DCAT + "mediaType", [])]
    facts = {
        "@type": "DataDownload",
        "@id": iri,
        "name": [_value(node) for node in said.get(DCT + "title", [])],
        "contentUrl": [node.value for node in said.get(DCAT + "downloadURL", said.get(DCAT + "accessURL", []))],
        "encodingFormat": media,
        "contentSize": [node.value for node in said.get(DCAT + "byteSize", [])],
    }
    return {name: _each(value) if isinstance(value, list) else value for name, value in facts.items() if value != []}


def _each(values: Iterable[Any]) -> Any:
    """One value by itself, several as a list."""
    found = list(values)
    return found[0] if len(found) == 1 else found


def _value(node: Any) -> Any:
    if isinstance(node, Literal) and node.language:
        return {"@language": written(node.language), "@value": node.value}
    return getattr(node, "value", str(node))
