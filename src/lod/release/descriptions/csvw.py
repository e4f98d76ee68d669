"""The metadata of a cube's tidy table: https://www.w3.org/TR/tabular-metadata/.

By it the table becomes the observations again (https://www.w3.org/TR/csv2rdf/), with the labels of their codes. What
is the same for all observations, such as their dataset, is a virtual column.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pyoxigraph import Literal, NamedNode, Store

from lod.rdf.languages import written
from lod.rdf.namespaces import DCT, QB, RDF, SKOS, XSD
from lod.release.descriptions.structure import labels_of
from lod.release.release import Site, Texts
from lod.store.columns import OBSERVATION, Cube

if TYPE_CHECKING:
    from lod.release.bulk.tidy import TidyColumn

CSVW = "http://www.w3.org/ns/csvw"
_BUILT_IN = frozenset(  # §5.11.1
    " ".join(
        (
            "anyURI base64Binary boolean date dateTime dateTimeStamp decimal integer long int short byte double float",
            "nonNegativeInteger positiveInteger unsignedLong unsignedInt unsignedShort unsignedByte time token",
            "nonPositiveInteger negativeInteger duration dayTimeDuration yearMonthDuration gDay gMonth gMonthDay",
            "gYear gYearMonth hexBinary QName string normalizedString language Name NMTOKEN",
        )
    ).split()
)


def table_metadata(
    columns: Sequence[TidyColumn],
    same: Mapping[str, str],
    about: str,
    file: str,
    cube: Cube,
    store: Store,
    site: Site,
) -> dict[str, Any]:
    """The metadata document of a table. `about`: URI template of the observations; `same`: IRI by property, of all."""
    known = {each.name: each for each in columns}
    described = {
        "@context": CSVW,
        "url": file,
        "dc:title": _tagged(labels_of(store, cube.dataset)),
        "dc:description": _tagged(_described(store, cube.dataset)),
        "dc:license": {"@id": _first(store, cube.dataset, DCT + "license") or site.licence_iri},
        "dc:publisher": {"@id": _first(store, cube.dataset, DCT + "publisher") or site.agency_iri},
        "dc:rights": _tagged(site.attribution),
        "dialect": {"header": True, "encoding": "utf-8"},
        "tableSchema": {
            "aboutUrl": about,
            "primaryKey": [each.name for each in columns if each.role == "dimension"] or OBSERVATION,
            "columns": [*(_column(each, known) for each in columns), *_virtual(same, cube)],
        },
    }
    return {key: value for key, value in described.items() if value}


def _column(column: TidyColumn, known: Mapping[str, TidyColumn]) -> dict[str, Any]:
    found: dict[str, Any] = {"name": column.name, "titles": column.name}
    if column.labels:
        found["rdfs:label"] = _tagged(column.labels)
    if column.role == OBSERVATION:
        return {**found, "datatype": "anyURI", "required": True, "suppressOutput": True}
    if column.role == "label":
        home = f"{known[column.of].prefix}{{{column.of}}}" if known[column.of].prefix else f"{{+{column.of}}}"
        return {**found, "aboutUrl": home, "propertyUrl": SKOS + "prefLabel", "lang": column.language}
    found["propertyUrl"] = _literally(column.property)
    if column.is_iri:
        found["datatype"] = "string" if column.prefix else "anyURI"
        found["valueUrl"] = f"{_literally(column.prefix)}{{{column.name}}}" if column.prefix else f"{{+{column.name}}}"
    elif column.language:
        found["lang"] = column.language
    else:
        found["datatype"] = _datatype(column.datatype)
    if not column.may_lack:
        found["required"] = True
    return found


def _virtual(same: Mapping[str, str], cube: Cube) -> Iterable[dict[str, Any]]:
    statements = [(RDF + "type", each) for each in cube.types or (QB + "Observation",)]
    statements += [(QB + "dataSet", cube.dataset), *same.items()]
    for number, (property_iri, value) in enumerate(statements, start=1):
        yield {
            "name": f"same_{number}",
            "virtual": True,
            "propertyUrl": _literally(property_iri),
            "valueUrl": _literally(value),
        }


def _datatype(iri: str) -> str | dict[str, str]:
    name = iri.removeprefix(XSD)
    return name if name in _BUILT_IN else {"base": "string", "@id": iri}


def _literally(iri: str) -> str:
    """An IRI as a URI template that makes it: braces are legal in neither."""
    return iri.replace("{", "%7B").replace("}", "%7D")


def _tagged(texts: Texts) -> list[dict[str, str]]:
    return [
        {"@value": text, **({"@language": written(language)} if language else {})} for language, text in texts.items()
    ]


def _described(store: Store, dataset: str) -> dict[str, str]:
    quads = store.quads_for_pattern(NamedNode(dataset), NamedNode(DCT + "description"), None, None)
    found = sorted((quad.object for quad in quads if isinstance(quad.object, Literal)), key=str)
    return {each.language or "": each.value for each in found}


def _first(store: Store, subject: str, predicate: str) -> str:
    quads = store.quads_for_pattern(NamedNode(subject), NamedNode(predicate), None, None)
    return min((quad.object.value for quad in quads if isinstance(quad.object, NamedNode)), default="")
