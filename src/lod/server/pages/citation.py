"""How a dataset is cited: a sentence, BibTeX, RIS, CSL-JSON, each with the attribution sentence; and schema.org.

BibTeX `@misc` with `howpublished`; RIS type DATA; CSL 1.0.2 type `dataset`
(https://github.com/citation-style-language/schema); https://schema.org/Dataset
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from lod.rdf import languages
from lod.rdf.formats import Format
from lod.rdf.namespaces import DCAT, DCT
from lod.server.cubes.cube import Cube
from lod.server.pages.reader import Reader
from lod.server.served import ServedRelease

BIBTEX = Format("BibTeX", "bib", ("application/x-bibtex",))
RIS = Format("RIS", "ris", ("application/x-research-info-systems",))
CSL = Format("CSL-JSON", "csl.json", ("application/vnd.citationstyles.csl+json",))
CITE = "cite"  # the last part of a path, before language and suffix
CITATION_FORMATS = (BIBTEX, RIS, CSL)


@dataclass(frozen=True, slots=True)
class Reference:
    """What a reference list says of a dataset."""

    key: str
    agency: str
    title: str
    date: str  # ISO 8601
    release: str
    iri: str
    licence: str
    attribution: str
    language: str


def reference(reader: Reader, title: str, iri: str) -> Reference:
    """The reference to a dataset of this release."""
    site, manifest = reader.served.site, reader.served.release.manifest
    return Reference(
        key=re.sub(r"[^A-Za-z0-9]+", "-", iri.removeprefix(site.base_iri + "data/")).strip("-") or "dataset",
        agency=languages.pick(site.agency_name, reader.language),
        title=title,
        date=manifest.created[:10],
        release=manifest.name,
        iri=iri,
        licence=languages.pick(site.licence_name, reader.language),
        attribution=languages.pick(site.attribution, reader.language),
        language=reader.language,
    )


def write_reference(cited: Reference, form: Format) -> bytes:
    """The reference as a file of a reference manager."""
    if form is BIBTEX:
        return _bibtex(cited).encode()
    if form is RIS:
        return _ris(cited).encode()
    year, month, day = (int(part) for part in cited.date.split("-"))
    item = {
        "id": cited.key,
        "type": "dataset",
        "title": cited.title,
        "author": [{"literal": cited.agency}],
        "publisher": cited.agency,
        "issued": {"date-parts": [[year, month, day]]},
        "version": cited.release,
        "URL": cited.iri,
        "language": cited.language,
        "license": cited.licence,
        "note": cited.attribution,
    }
    return json.dumps([item], ensure_ascii=False, indent=1).encode() + b"\n"


_TEX = {"\\": "\\textbackslash{}", **{character: f"\\{character}" for character in "{}%&$#_"}}


def _bibtex(cited: Reference) -> str:
    def field(text: str) -> str:
        return "{" + "".join(_TEX.get(character, character) for character in text) + "}"

    fields = {
        "author": "{" + field(cited.agency) + "}",  # doubled: it is one name
        "title": "{" + field(cited.title) + "}",
        "year": "{" + cited.date[:4] + "}",
        "version": field(cited.release),
        "publisher": field(cited.agency),
        "url": "{" + cited.iri + "}",
        "note": field(cited.attribution),
        "langid": "{" + cited.language + "}",
    }
    lines = [f"  {name} = {value}," for name, value in fields.items()]
    return "\n".join([f"@misc{{{cited.key},", *lines, "}", ""])


def _ris(cited: Reference) -> str:
    rows = [
        ("TY", "DATA"),
        ("AU", cited.agency),
        ("TI", cited.title),
        ("PY", cited.date[:4]),
        ("DA", cited.date.replace("-", "/")),
        ("PB", cited.agency),
        ("ET", cited.release),
        ("UR", cited.iri),
        ("LA", cited.language),
        ("N1", cited.attribution),
        ("ER", ""),
    ]
    return "".join(f"{tag}  - {' '.join(text.split())}\r\n" for tag, text in rows)


def schema_org(reader: Reader, cube: Cube, cited: Reference, description: str, files: list[tuple[str, str]]) -> str:
    """The dataset as schema.org JSON-LD, fit to stand in a page; `files`: IRI and media type of its distributions."""
    served, node = reader.served, NamedNode(cube.iri)
    agency = {"@type": "GovernmentOrganization", "@id": served.site.agency_iri, "name": cited.agency}
    measures = [
        {"@type": "PropertyValue", "propertyID": m.iri, "name": reader.label(m.iri).text} for m in cube.measures
    ]
    document = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": cube.iri,
        "url": cube.iri,
        "name": cited.title,
        "description": description or cited.title,
        "inLanguage": list(served.site.languages),
        "version": cited.release,
        "license": served.site.licence_iri,
        "isAccessibleForFree": True,
        "creator": agency,
        "publisher": agency,
        "creditText": cited.attribution,
        "datePublished": _first(served, node, DCT + "issued") or cited.date,
        "dateModified": _first(served, node, DCT + "modified") or cited.date,
        "keywords": [
            v.value
            for v in served.objects(node, NamedNode(DCAT + "keyword"))
            if isinstance(v, Literal) and languages.rank(v.language or "", reader.language) == 0
        ],
        "variableMeasured": measures,
        "temporalCoverage": [reader.show(t).text for t in served.objects(node, NamedNode(DCT + "temporal"))],
        "spatialCoverage": [reader.show(t).text for t in served.objects(node, NamedNode(DCT + "spatial"))],
        "distribution": [
            {"@type": "DataDownload", "contentUrl": iri, "encodingFormat": media_type} for iri, media_type in files
        ],
    }
    told = {name: value for name, value in document.items() if value not in ([], "")}
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _first(served: ServedRelease, node: NamedNode, predicate: str) -> str:
    return next((v.value for v in served.objects(node, NamedNode(predicate)) if isinstance(v, Literal)), "")
