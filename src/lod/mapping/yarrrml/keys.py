"""Every key of a YARRRML file: where it stands, its short names, what it means, how it looks.

https://rml.io/yarrrml/spec/. The reader, the JSON Schema and the reference page are made from these.
"""

from __future__ import annotations

from dataclasses import dataclass

from lod.diagnostics import Findings
from lod.mapping.document import Keyed, Node
from lod.mapping.shapes import Shapes


@dataclass(frozen=True, slots=True)
class Key:
    """One key. `kind` says what is written behind it, for people; `is_later`: known to the language, not to us yet."""

    kind: str
    meaning: str
    example: str
    aliases: tuple[str, ...] = ()
    is_later: bool = False


_TERM = "template, keys or list"
_CONDITION = ("conditions", "c")
_TARGETS = Key("name, target or list", "Files of their own that the statements go to.", "dump", ("target", "t"))
_FUNCTION = Key("name or call", "The function that makes the value.", "grel:toUpperCase", ("f", "fn"))
_PARAMETERS = Key("list", "What the function is given.", "[[grel:valueParam, $(name)]]", ("pms",))
# of targets that are no files: web addresses, event streams, files whose names are made of values
_ELSEWHERE = ("authentication", "credentials", "headers", "id", "ldes", "methodName", "rel", "security", "source")
_QUOTED = {name: Key("", "", "", is_later=True) for name in ("quoted", "quotedNonAsserted")}  # statements as terms
_TYPE = Key("iri, uri, unsafe-iri, literal or blank", "The kind of term.", "iri")

PLACES: dict[str, dict[str, Key]] = {
    "a mapping file": {
        "base": Key("IRI", "What relative IRIs begin with.", "https://lod.example.org/"),
        "prefixes": Key(
            "IRI by prefix", "Prefixes of this file, besides the well-known ones.", "{ex: 'https://example.org/'}"
        ),
        "external": Key("text by name", "Values that `$(_name)` stands for.", "{city: 臺北市}"),
        "variables": Key("keys", "Anchors (`&name`) to use again. Makes no statement.", "{shared: &shared {table: t}}"),
        "authors": Key(
            "text or list", "Who wrote it. Makes no statement.", "Jane Doe <jane@example.org>", ("author", "a")
        ),
        "sources": Key("source by name", "Tables that mappings name.", "{staff: ['staff.csv~csv']}", ("source",)),
        "targets": Key(
            "target by name",
            "Files of their own, for term maps to name.",
            "{dump: ['dump.nt~void', ntriples]}",
            ("target",),
        ),
        "mappings": Key(
            "mapping by name",
            "The mappings. Must be given.",
            "{staff: {sources: staff, s: 'ex:$(id)', po: [[rdfs:label, $(name)]]}}",
            ("mapping", "m"),
        ),
        "authentications": Key("", "", "", is_later=True),
    },
    "a mapping": {
        "sources": Key("name, source or list", "The tables whose rows it maps.", "[['staff.csv~csv']]", ("source",)),
        "subjects": Key(
            f"{_TERM}; null",
            "What the rows are about; `null`: a blank node for each row.",
            "https://example.org/id/staff/$(id)",
            ("subject", "s"),
        ),
        "predicateobjects": Key("list", "What is said of them.", "[[a, foaf:Person]]", ("predicateobject", "po")),
        "graphs": Key(_TERM, "The graphs that all its statements go to.", "ex:graph/$(year)", ("graph", "g")),
        "condition": Key(
            "condition or list",
            "A row where it is not true makes nothing.",
            "{function: idlab-fn:isNotNull, parameters: [[idlab-fn:str, $(name)]]}",
            _CONDITION,
        ),
        "targets": _TARGETS,
        "changeDetection": Key("", "", "", is_later=True),
    },
    "a predicate-object": {
        "predicates": Key(_TERM, "`a` is rdf:type.", "[rdfs:label, skos:prefLabel]", ("predicate", "p")),
        "inversepredicates": Key(
            _TERM,
            "From the objects, which are no text, to the subject.",
            "org:hasMember",
            ("inversepredicate", "i", "iv"),
        ),
        "objects": Key(_TERM, "One or several.", "[$(name), $(alias)]", ("object", "o")),
        "graphs": Key(_TERM, "The graphs that these statements go to, too.", "ex:names", ("graph", "g")),
        "condition": Key(
            "condition or list",
            "A row where it is not true makes none of these statements.",
            "{function: idlab-fn:notEqual, parameters: [[str1, $(name)], [str2, '-']]}",
            _CONDITION,
        ),
        "type": Key(_TYPE.kind, "The kind of the objects that do not say it themselves.", "iri"),
        "datatype": Key(_TERM, "Likewise their datatype.", "xsd:integer"),
        "language": Key(_TERM, "Likewise their language.", "zh-Hant-TW"),
        "targets": _TARGETS,
    },
    "a term": {
        "value": Key("template", "The term.", "https://example.org/$(id)", ("v",)),
        "type": _TYPE,
        "function": _FUNCTION,
        "parameters": _PARAMETERS,
        "condition": Key(
            "condition or list",
            "A row where it is not true has no such term.",
            "{function: idlab-fn:equal, parameters: [[str1, $(kind)], [str2, A]]}",
            _CONDITION,
        ),
        "targets": _TARGETS,
        **_QUOTED,
    },
    "an object": {
        "value": Key("template", "The object.", "$(name)", ("v",)),
        "type": _TYPE,
        "datatype": Key("template or function", "Its datatype.", "xsd:date"),
        "language": Key("template or function", "Its language.", "$(language)"),
        "function": _FUNCTION,
        "parameters": _PARAMETERS,
        "mapping": Key("name or list", "The subjects of that mapping are the objects.", "office", ("m",)),
        "condition": Key(
            "condition or list",
            "Of a mapping: which of its rows; else as for other terms.",
            "{function: equal, parameters: [[str1, $(office), s], [str2, $(code), o]]}",
            _CONDITION,
        ),
        "targets": _TARGETS,
        **_QUOTED,
    },
    "a language": {
        "value": Key("template", "The language.", "zh-Hant-TW", ("v",)),
        "function": _FUNCTION,
        "parameters": _PARAMETERS,
        "targets": _TARGETS,
    },
    "a function": {"function": _FUNCTION, "parameters": _PARAMETERS},
    "a condition": {
        "function": Key("name or call", "A function whose value is true or false.", "idlab-fn:equal", ("f", "fn")),
        "parameters": Key(
            "list", "What it is given; in a join, from which side: s or o.", "[[str1, $(a)], [str2, B]]", ("pms",)
        ),
    },
    "a parameter": {
        "parameter": Key("name", "Which one.", "grel:valueParam", ("pm",)),
        "value": Key("template or function", "What it is given.", "$(name)", ("v",)),
        "type": Key("iri or literal", "A literal that begins like a prefix stays as it is written.", "literal"),
        "from": Key("s or o", "In a join: from the subject's row or the object's.", "o"),
    },
    "a source": {
        "access": Key("path", "The file; of a database its address, or the variable that holds it.", "staff.csv"),
        "referenceFormulation": Key(
            "csv, jsonpath, xpath, xlsx, ods, parquet, sqlite, postgresql, mysql, sparql …",
            "How references read it.",
            "csv",
        ),
        "iterator": Key("JSONPath or XPath", "What of a document are the rows.", "'$.staff[*]'"),
        "type": Key(
            "localfile, sqlite, postgresql, mysql, mariadb, sqlserver, oracle or sql",
            "Local files and databases are read.",
            "localfile",
        ),
        "sheet": Key("name or number", "Of a workbook; else the first.", "2012"),
        "table": Key("name", "Of a database, or of a schema in it.", "hr.staff"),
        "query": Key(
            "SQL",
            "Of a database, instead of a table; of RDF in SPARQL. ORDER BY numbers the rows.",
            "SELECT * FROM staff",
        ),
        "queryFormulation": Key("sql2008", "The language of the query.", "sql2008"),
        "credentials": Key(
            "keys", "Of a database, if the address has none.", "{username: lod, password: $LOD_PASSWORD}"
        ),
        "encoding": Key("encoding", "Of a CSV.", "big5"),
        "delimiter": Key("sign", "Of a CSV.", "tab"),
        "quote": Key("sign", "Of a CSV.", '"\'"'),
        "null": Key("text or list", "Cells that mean that there is no value, besides empty ones.", "['-', n/a]"),
        "empty": Key("null or text", "Whether an empty cell is no value, or a text without signs.", "text"),
        "header": Key("true or false", "Without a header columns are called 1, 2, 3 …", "false"),
        "compression": Key("gzip, zip …", "As the file is packed, where its ending does not tell.", "gzip"),
        **{name: Key("", "", "", is_later=True) for name in ("security", "headers", "contentType", "operationType")},
    },
    "credentials": {
        "username": Key("name or variable", "The user of the database.", "$LOD_USER"),
        "password": Key("variable", "The variable of the environment that holds it.", "$LOD_PASSWORD"),
    },
    "a target": {
        "access": Key("path", "The file, below the folder where the lift runs.", "dump.nt"),
        "type": Key("localfile, void or dcat", "All are files here.", "void"),
        "serialization": Key("syntax", "nquads, ntriples, turtle, trig, jsonld, rdfxml, rdfjson or n3.", "ntriples"),
        "compression": Key("gzip, zip …", "How the file is packed.", "gzip"),
        "encoding": Key("encoding", "utf-8 or utf-16.", "utf-8"),
        **{name: Key("", "", "", is_later=True) for name in _ELSEWHERE},
    },
}


def aliases(place: str) -> dict[str, str]:
    """The short names at a place → the names that they stand for."""
    return {alias: name for name, key in PLACES[place].items() for alias in key.aliases}


def values_of(node: Keyed, place: str, findings: Findings, shown: str = "") -> dict[str, Node]:
    """The values at a place by the keys' full names; what is unknown, or stands twice, is a finding."""
    known = [name for name, key in PLACES[place].items() if not key.is_later]
    later = [name for name, key in PLACES[place].items() if key.is_later]
    return Shapes(findings).keys(node, known, aliases=aliases(place), later=later, place=shown or place)
