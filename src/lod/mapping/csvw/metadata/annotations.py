"""Common properties and notes: the JSON-LD dialect of metadata documents, and the triples that it stands for.

Metadata Vocabulary §5.8, §6 and appendix A, https://www.w3.org/TR/tabular-metadata/#common-properties ;
csv2rdf §6, https://www.w3.org/TR/csv2rdf/#json-ld-to-rdf
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lod.diagnostics import Findings, TextOrigin
from lod.mapping.csvw.metadata.context import DATATYPE_IRIS, Context, expand, expand_term, is_common_property
from lod.mapping.csvw.syntax.json_document import Json
from lod.mapping.csvw.syntax.language_tags import UNDEFINED, is_well_formed
from lod.mapping.csvw.syntax.xsd import canonical
from lod.rdf.iris import illegal_character
from lod.rdf.namespaces import RDF, XSD
from lod.wording import say, word

_CODE = "LOD3502"
_KEYWORDS = ("@value", "@type", "@language", "@id")


@dataclass(frozen=True, slots=True)
class Literal:
    """A value with at most one of datatype and language."""

    text: str
    datatype: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A resource: identified or blank, with types and annotations of its own."""

    id: str | None
    types: tuple[str, ...] = ()
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True, slots=True)
class Annotation:
    """One value of a property, both as absolute URLs."""

    property: str
    value: Literal | Node
    at: TextOrigin | None = field(default=None, compare=False)


def read_annotations(name: str, value: Json, context: Context, findings: Findings) -> tuple[Annotation, ...]:
    """The annotations that a common property (or `notes`) makes, normalised (Metadata §6).

    What the dialect forbids is an error; the annotation is left out.
    """
    iri = expand_term(name)
    assert iri is not None, "the caller knows that it is a common property"
    return tuple(Annotation(iri, item, value.at) for item in _values(value, context, findings))


def _values(json: Json, context: Context, findings: Findings) -> Iterator[Literal | Node]:
    match json.value:
        case tuple() as items:
            for item in items:
                yield from _values(item, context, findings)
        case dict() as members if "@value" in members:
            if (literal := _value_object(json, members, findings)) is not None:
                yield literal
        case dict() as members:
            yield _node_object(json, members, context, findings)
        case str() as text:
            language = "" if context.language == UNDEFINED else context.language
            yield Literal(text, language=language)
        case None:
            return  # JSON-LD 1.0 §6.1: null stands for no value
        case number_or_boolean:
            yield _native(number_or_boolean)


def _native(value: bool | float) -> Literal:
    """csv2rdf §6, step 5: JSON's own types."""
    if isinstance(value, bool):
        return Literal("true" if value else "false", XSD + "boolean")
    if isinstance(value, int) or value.is_integer():
        return Literal(str(int(value)), XSD + "integer")
    return Literal(canonical("double", repr(value)), XSD + "double")


def _value_object(json: Json, members: dict[str, Json], findings: Findings) -> Literal | None:
    """Metadata §5.8.2, first bullet."""
    before = len(findings.errors)
    for key in members:
        if key not in ("@value", "@type", "@language"):
            findings.error(
                _CODE,
                say("'{key}' may not stand beside @value", key=key),
                json.key_at(key),
                say("an object with @value has @type or @language besides, nothing else"),
            )
    if "@type" in members and "@language" in members:
        findings.error(
            _CODE, say("@type and @language may not stand together"), json.key_at("@language"), say("keep one of them")
        )
    value = members["@value"].value
    if isinstance(value, tuple | dict) or value is None:
        findings.error(
            _CODE,
            say("@value must be a string, a number or a boolean, not {kind}", kind=word(members["@value"].kind)),
            members["@value"].at,
        )
    language = _language(members["@language"], findings) if "@language" in members else ""
    datatype = _datatype(members["@type"], findings) if "@type" in members else ""
    if len(findings.errors) > before:
        return None
    if isinstance(value, str):
        return Literal(value, datatype, language)
    assert isinstance(value, bool | int | float)
    native = _native(value)
    return (
        Literal(native.text, datatype or native.datatype) if not language else Literal(native.text, language=language)
    )


def _language(json: Json, findings: Findings) -> str:
    if json.value is None:
        return ""
    if isinstance(json.value, str) and is_well_formed(json.value):
        return json.value
    shown = repr(json.value) if isinstance(json.value, str) else json.kind
    findings.error(
        _CODE,
        say("@language must be a language tag or null, not {shown}", shown=shown),
        json.at,
        say("for example 'zh-Hant-TW'"),
    )
    return ""


def _datatype(json: Json, findings: Findings) -> str:
    iri = None
    if isinstance(json.value, str):
        iri = DATATYPE_IRIS.get(json.value) or (None if json.value.startswith("_:") else _absolute(json.value))
    if iri is None:
        shown = f"'{json.value}'" if isinstance(json.value, str) else json.kind
        findings.error(
            _CODE,
            say("{shown} is no datatype", shown=shown),
            json.at,
            say("a built-in datatype, a prefixed name or an absolute URL"),
        )
    return iri or ""


def _absolute(name: str) -> str | None:
    iri = expand_term(name)
    return iri if iri is not None and illegal_character(iri) is None else None


def _node_object(json: Json, members: dict[str, Json], context: Context, findings: Findings) -> Node:
    """Metadata §5.8.2, the other bullets."""
    annotations: list[Annotation] = []
    for key, value in members.items():
        if key in ("@id", "@type"):
            continue
        if key == "@language":
            findings.error(_CODE, say("@language stands only beside @value"), json.key_at(key))
        elif key.startswith("@"):
            findings.error(
                _CODE,
                say("'{key}' may not be used in metadata", key=key),
                json.key_at(key),
                say("only {keywords} may", keywords=", ".join(_KEYWORDS)),
            )
        elif not is_common_property(key):
            findings.error(
                _CODE,
                say("'{key}' is neither a prefixed name nor an absolute URL", key=key),
                json.key_at(key),
                say("the prefixes are those of RDFa: dc:title, schema:name, …"),
            )
        else:
            annotations += read_annotations(key, value, context, findings)
    return Node(_node_id(members, context, findings), tuple(_types(members, findings)), tuple(annotations))


def _node_id(members: dict[str, Json], context: Context, findings: Findings) -> str | None:
    if "@id" not in members:
        return None
    value = members["@id"].value
    if not isinstance(value, str):
        findings.error(
            _CODE, say("@id must be a string, not {kind}", kind=word(members["@id"].kind)), members["@id"].at
        )
        return None
    if value.startswith("_:"):
        findings.error(
            _CODE, say("@id '{value}' must not be a blank node", value=value), members["@id"].at, say("leave @id out")
        )
        return None
    iri = context.resolve(expand(value))
    if (wrong := illegal_character(iri)) is not None:
        findings.error(
            _CODE, say("@id '{value}' holds '{wrong}', which no URL may", value=value, wrong=wrong), members["@id"].at
        )
        return None
    return iri


def _types(members: dict[str, Json], findings: Findings) -> Iterator[str]:
    if "@type" not in members:
        return
    given = members["@type"]
    for item in given.value if isinstance(given.value, tuple) else (given,):
        iri = _absolute(item.value) if isinstance(item.value, str) else None
        if iri is None:
            shown = f"'{item.value}'" if isinstance(item.value, str) else item.kind
            findings.error(
                _CODE,
                say("{shown} is no type", shown=shown),
                item.at,
                say("a term of CSVW, a prefixed name or an absolute URL"),
            )
        else:
            yield iri


@dataclass(frozen=True, slots=True)
class Resource:
    """A subject or object as a node of the graph: an IRI, or a blank node's label."""

    name: str
    is_blank: bool = False


Statement = tuple[Resource, str, Resource | Literal]
Placed = tuple[Statement, TextOrigin | None]


def annotation_statements(subject: Resource, annotations: tuple[Annotation, ...], label: str) -> Iterator[Placed]:
    """The statements of a subject's annotations (csv2rdf §6), with their places.

    Blank nodes are called by `label` and a path of numbers.
    """
    for number, annotation in enumerate(annotations, start=1):
        value = annotation.value
        if isinstance(value, Literal):
            yield (subject, annotation.property, value), annotation.at
            continue
        inner = f"{label}-{number}"
        node = Resource(inner, is_blank=True) if value.id is None else Resource(value.id)
        yield (subject, annotation.property, node), annotation.at
        for type_ in value.types:
            yield (node, RDF + "type", Resource(type_)), annotation.at
        yield from annotation_statements(node, value.annotations, inner)
