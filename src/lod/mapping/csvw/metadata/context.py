"""The namespace document's context: the prefixes and terms that a metadata document may use, and no others.

https://www.w3.org/ns/csvw.jsonld, Metadata Vocabulary §5.8.1 and §6.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lod.mapping.csvw.syntax.language_tags import UNDEFINED
from lod.rdf.iris import is_absolute, resolve
from lod.rdf.namespaces import RDF, XSD

CSVW = "http://www.w3.org/ns/csvw#"
CONTEXT_IRI = "http://www.w3.org/ns/csvw"

PREFIXES = {
    "as": "https://www.w3.org/ns/activitystreams#",
    "cc": "http://creativecommons.org/ns#",
    "csvw": CSVW,
    "ctag": "http://commontag.org/ns#",
    "dc": "http://purl.org/dc/terms/",
    "dc11": "http://purl.org/dc/elements/1.1/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "dctypes": "http://purl.org/dc/dcmitype/",
    "dqv": "http://www.w3.org/ns/dqv#",
    "duv": "http://www.w3.org/ns/duv#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "gr": "http://purl.org/goodrelations/v1#",
    "grddl": "http://www.w3.org/2003/g/data-view#",
    "ical": "http://www.w3.org/2002/12/cal/icaltzd#",
    "ldp": "http://www.w3.org/ns/ldp#",
    "ma": "http://www.w3.org/ns/ma-ont#",
    "oa": "http://www.w3.org/ns/oa#",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "og": "http://ogp.me/ns#",
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "qb": "http://purl.org/linked-data/cube#",
    "rdf": RDF,
    "rdfa": "http://www.w3.org/ns/rdfa#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "rev": "http://purl.org/stuff/rev#",
    "rif": "http://www.w3.org/2007/rif#",
    "rr": "http://www.w3.org/ns/r2rml#",
    "schema": "http://schema.org/",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sioc": "http://rdfs.org/sioc/ns#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "skosxl": "http://www.w3.org/2008/05/skos-xl#",
    "sosa": "http://www.w3.org/ns/sosa/",
    "ssn": "http://www.w3.org/ns/ssn/",
    "time": "http://www.w3.org/2006/time#",
    "v": "http://rdf.data-vocabulary.org/#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "void": "http://rdfs.org/ns/void#",
    "wdr": "http://www.w3.org/2007/05/powder#",
    "wdrs": "http://www.w3.org/2007/05/powder-s#",
    "wrds": "http://www.w3.org/2007/05/powder-s#",
    "xhv": "http://www.w3.org/1999/xhtml/vocab#",
    "xml": RDF + "XMLLiteral",
    "xsd": XSD,
}

# Metadata §5.11.1: the built-in datatypes by the names that documents use.
_XSD_NAMES = (
    "anyAtomicType anyURI base64Binary boolean byte date dateTime dateTimeStamp dayTimeDuration decimal double duration"
    " float gDay gMonth gMonthDay gYear gYearMonth hexBinary int integer language long Name NCName NMTOKEN"
    " negativeInteger nonNegativeInteger nonPositiveInteger normalizedString positiveInteger QName short string time"
    " token unsignedByte unsignedInt unsignedLong unsignedShort yearMonthDuration"
)
DATATYPE_IRIS = {name: XSD + name for name in _XSD_NAMES.split()} | {
    "any": XSD + "anyAtomicType",
    "binary": XSD + "base64Binary",
    "datetime": XSD + "dateTime",
    "number": XSD + "double",
    "html": RDF + "HTML",
    "json": CSVW + "JSON",
    "xml": RDF + "XMLLiteral",
}

CLASSES = [
    "Cell",
    "Column",
    "Datatype",
    "Dialect",
    "Direction",
    "ForeignKey",
    "JSON",
    "NumericFormat",
    "Row",
    "Schema",
    "Table",
    "TableGroup",
]
CLASSES += ["TableReference", "Template", "Transformation"]

_PROPERTIES = [
    "aboutUrl",
    "base",
    "columnReference",
    "commentPrefix",
    "datatype",
    "decimalChar",
    "default",
    "delimiter",
    "describes",
    "dialect",
    "doubleQuote",
    "encoding",
    "format",
    "groupChar",
    "header",
    "headerRowCount",
    "lang",
    "length",
    "lineTerminators",
    "maxExclusive",
    "maxInclusive",
    "maxLength",
    "minExclusive",
    "minInclusive",
    "minLength",
    "name",
    "null",
    "ordered",
    "pattern",
    "primaryKey",
    "propertyUrl",
    "quoteChar",
    "reference",
    "required",
    "resource",
    "row",
    "rowTitles",
    "rownum",
    "schemaReference",
    "scriptFormat",
    "separator",
    "skipBlankRows",
    "skipColumns",
    "skipInitialSpace",
    "skipRows",
    "source",
    "suppressOutput",
    "tableDirection",
    "tableSchema",
    "targetFormat",
    "textDirection",
    "transformations",
    "trim",
    "uriTemplate",
    "url",
    "valueUrl",
    "virtual",
]

TERMS = (
    {name: CSVW + name for name in [*CLASSES, *_PROPERTIES]}
    | DATATYPE_IRIS
    | {
        "columns": CSVW + "column",
        "foreignKeys": CSVW + "foreignKey",
        "maximum": CSVW + "maxInclusive",
        "minimum": CSVW + "minInclusive",
        "notes": CSVW + "note",
        "tables": CSVW + "table",
        "titles": CSVW + "title",
        "describedby": "http://www.w3.org/2007/05/powder-s#describedby",
        "license": "http://www.w3.org/1999/xhtml/vocab#license",
        "role": "http://www.w3.org/1999/xhtml/vocab#role",
    }
)

_PREFIXED = re.compile(r"([A-Za-z][A-Za-z0-9_.\-]*):(?!//)(.*)", re.DOTALL)
_NO_SPACE = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Context:
    """Against which URL a document's links are resolved, and the language of its strings (Metadata §5.2)."""

    base: str
    language: str = UNDEFINED

    def resolve(self, reference: str) -> str:
        """A link property's value as an absolute URL (Metadata §5.1.2)."""
        return resolve(self.base, reference)


def expand(name: str) -> str:
    """A prefixed name with its prefix replaced; anything else as it is (Metadata §5.8.1)."""
    found = _PREFIXED.fullmatch(name)
    return PREFIXES[found[1]] + found[2] if found and found[1] in PREFIXES else name


def expand_term(name: str) -> str | None:
    """A term, a prefixed name or an absolute URL as a URL; None if it is none of these (Metadata §6)."""
    if name in TERMS:
        return TERMS[name]
    if name.startswith("_:") or not _NO_SPACE.fullmatch(name):
        return None
    expanded = expand(name)
    return expanded if is_absolute(expanded) else None


def is_common_property(name: str) -> bool:
    """Whether a key is the name of a common property: a known prefix, or an absolute URL (Metadata §5.8)."""
    found = _PREFIXED.fullmatch(name)
    if found is not None:
        return found[1] in PREFIXES
    return is_absolute(name) and "://" in name
