"""Metadata documents, read into a table group: what is wrong becomes findings, what is missing has its default.

Metadata Vocabulary §2, §5.2 to §5.4 and §6, https://www.w3.org/TR/tabular-metadata/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from lod.diagnostics import Diagnostic, Findings, Severity, did_you_mean
from lod.mapping.csvw.metadata.annotations import Annotation, read_annotations
from lod.mapping.csvw.metadata.context import CONTEXT_IRI, Context
from lod.mapping.csvw.metadata.dialect import Dialect, read_dialect
from lod.mapping.csvw.metadata.inherited import INHERITED, read_inherited
from lod.mapping.csvw.metadata.model import ForeignKey, Inherited, Schema, Table, TableGroup, Transformation
from lod.mapping.csvw.metadata.properties import (
    DIALECT_BROKEN,
    NOT_PERMITTED,
    REQUIRED,
    Fetch,
    Reading,
    array,
    boolean,
    identifier,
    link,
    members,
    natural_language,
    objects,
    one_of,
)
from lod.mapping.csvw.metadata.schema import FOREIGN_KEY, inheriting, read_schema
from lod.mapping.csvw.syntax.json_document import Json, read_json
from lod.mapping.csvw.syntax.language_tags import is_well_formed
from lod.mapping.csvw.syntax.urls import normalize_url
from lod.wording import say, word

MISSING, NOT_CARRIED_OUT = "LOD3510", "LOD3515"

T = TypeVar("T")

_SHARED = (
    frozenset({"@id", "@context", "dialect", "notes", "tableDirection", "tableSchema", "transformations"}) | INHERITED
)
_GROUP = _SHARED | {"tables"}
_TABLE = _SHARED | {"url", "suppressOutput"}
_TRANSFORMATION = frozenset({"@id", "url", "scriptFormat", "targetFormat", "source", "titles"})


def read_document(text: str, path: str, url: str, findings: Findings, fetch: Fetch) -> TableGroup | None:
    """The table group that a metadata document at `url` describes; None if errors leave nothing to go on with.

    `path` is the document's name for people. Errors are those after which the specification wants processing to stop;
    callers look at `findings.errors`.
    """
    json = read_json(text.removeprefix("\ufeff"), path, findings)
    if json is None:
        return None
    if not isinstance(json.value, dict):
        findings.error(REQUIRED, say("a metadata document is an object, not {kind}", kind=word(json.kind)), json.at)
        return None
    reading = Reading(_context(json, url, findings), findings, fetch, (url,))
    is_group = "tables" in json.value or (json.value.get("@type") or json).value == "TableGroup"
    group = _table_group(reading, json) if is_group else _lone_table(reading, json)
    if group is not None:
        _check_foreign_keys(reading, group)
    return group


def _context(json: Json, url: str, findings: Findings) -> Context:
    """The `@context`: CSVW's, with at most a base URL and a language of the document's own (§5.2)."""
    assert isinstance(json.value, dict)
    if "@context" not in json.value:
        hint = say('"@context": "{context_iri}"', context_iri=CONTEXT_IRI)
        findings.error(REQUIRED, say("a metadata document needs '@context'"), json.at, hint)
        return Context(url)
    given = json.value["@context"]
    items = given.value if isinstance(given.value, tuple) else (given,)
    if not items or items[0].value != CONTEXT_IRI or len(items) > 2:
        findings.error(
            DIALECT_BROKEN,
            say("@context must be '{context_iri}'", context_iri=CONTEXT_IRI),
            given.at,
            say("a base URL and a language may follow it in an array"),
        )
        return Context(url)
    context = Context(url)
    if len(items) == 1:
        return context
    if not isinstance(items[1].value, dict):
        findings.error(DIALECT_BROKEN, say("the second part of @context must be an object"), items[1].at)
        return context
    for key, value in items[1].value.items():
        if key == "@base" and isinstance(value.value, str):
            context = replace(context, base=context.resolve(value.value))
        elif key == "@language" and isinstance(value.value, str) and is_well_formed(value.value):
            context = replace(context, language=value.value)
        elif key in ("@base", "@language"):
            wanted = "a URL" if key == "@base" else "a language tag"
            findings.warning(
                NOT_PERMITTED, say("{key} must be {wanted}: it is ignored", key=key, wanted=word(wanted)), value.at
            )
        else:
            findings.error(
                DIALECT_BROKEN,
                say("'{key}' may not stand in @context", key=key),
                items[1].key_at(key),
                say("only @base and @language may"),
            )
    return context


def _table_group(reading: Reading, json: Json) -> TableGroup | None:
    """§5.3."""
    kept, annotations = members(reading, json, _GROUP, "a table group", "TableGroup")
    shared = _shared(reading, kept)
    group_id = identifier(reading, kept["@id"], "a table group") if "@id" in kept else None
    tables = []
    if "tables" in kept:
        found = (_table(reading, item, shared) for item in objects(reading, kept["tables"], "tables"))
        tables = [table for table in found if table is not None]
    if not tables:
        reading.error(
            REQUIRED, say("a table group needs 'tables', an array of at least one table"), json.key_at("tables")
        )
        return None
    return TableGroup(tuple(tables), group_id, annotations + shared.notes, json.at)


def _lone_table(reading: Reading, json: Json) -> TableGroup | None:
    table = _table(reading, json, _Shared())
    return None if table is None else TableGroup((table,))


@dataclass(frozen=True, slots=True)
class _Shared:
    """What table groups and tables both may have (§5.3.2, §5.4.2)."""

    inherited: Inherited = field(default_factory=Inherited)
    dialect: Dialect | None = None
    schema: Schema | None = None
    transformations: tuple[Transformation, ...] = ()
    notes: tuple[Annotation, ...] = ()


def _shared(reading: Reading, kept: Mapping[str, Json]) -> _Shared:
    if "tableDirection" in kept:
        one_of(reading, kept["tableDirection"], "tableDirection", ("rtl", "ltr", "auto"))
    notes = kept.get("notes")
    return _Shared(
        inherited=read_inherited(reading, kept),
        dialect=_object(reading, kept["dialect"], "dialect", read_dialect) if "dialect" in kept else None,
        schema=_object(reading, kept["tableSchema"], "tableSchema", read_schema) if "tableSchema" in kept else None,
        transformations=_transformations(reading, kept["transformations"]) if "transformations" in kept else (),
        notes=_notes(reading, notes) if notes is not None else (),
    )


def _table(reading: Reading, json: Json, group: _Shared) -> Table | None:
    """§5.4."""
    kept, annotations = members(reading, json, _TABLE, "a table", "Table")
    shared = _shared(reading, kept)
    table_id = identifier(reading, kept["@id"], "a table") if "@id" in kept else None
    suppress = "suppressOutput" in kept and boolean(reading, kept["suppressOutput"], "suppressOutput") is True
    url = link(reading, kept["url"], "url") if "url" in kept else None
    if url is None:
        reading.error(REQUIRED, say("a table needs 'url', the URL of its file"), json.key_at("url"))
        return None
    schema = shared.schema or group.schema or Schema()
    return Table(
        url=url,
        at=json.key_at("url"),
        id=table_id,
        suppress_output=suppress,
        dialect=shared.dialect or group.dialect,
        schema=inheriting(schema, shared.inherited.within(group.inherited)),
        annotations=annotations + shared.notes,
        transformations=shared.transformations or group.transformations,
    )


def _notes(reading: Reading, json: Json) -> tuple[Annotation, ...]:
    array(reading, json, "notes")
    return read_annotations("notes", json, reading.context, reading.findings) if isinstance(json.value, tuple) else ()


def _object(reading: Reading, json: Json, name: str, read: Callable[[Reading, Json], T]) -> T:
    """An object property: the object itself, or that of the document to which a URL refers (§5.1.5, §6)."""
    if isinstance(json.value, dict):
        return read(reading, json)
    empty = Json({}, json.at)
    if not isinstance(json.value, str):
        reading.not_permitted(json, name, "an object or a URL")
        return read(reading, empty)
    url = normalize_url(reading.context.resolve(json.value))
    found = reading.fetch(url) if url not in reading.within else None
    if found is None:
        hint = say("nothing is fetched from the network: put a copy beside the metadata")
        reading.error(MISSING, say("'{name}' refers to {url}, which is not here", name=name, url=url), json.at, hint)
        return read(reading, empty)
    text, path = found
    referred = read_json(text.removeprefix("\ufeff"), path, reading.findings)
    if referred is None or not isinstance(referred.value, dict):
        if referred is not None:
            reading.error(REQUIRED, say("{path} must hold an object for '{name}'", path=path, name=name), referred.at)
        return read(reading, empty)
    inner = replace(reading, context=_context(referred, url, reading.findings), within=(*reading.within, url))
    if "@id" not in referred.value:
        members_ = {**referred.value, "@id": Json(url, referred.at)}
        referred = replace(referred, value=members_)
    return read(inner, referred)


def _transformations(reading: Reading, json: Json) -> tuple[Transformation, ...]:
    """§5.10. They are read and checked, not carried out: mappings never run what they name."""
    found = []
    for item in objects(reading, json, "transformations"):
        kept, _ = members(reading, item, _TRANSFORMATION, "a transformation", "Template")
        if "@id" in kept:
            identifier(reading, kept["@id"], "a transformation")
        if "titles" in kept:
            natural_language(reading, kept["titles"], "titles")
        if "source" in kept and kept["source"].value is not None:
            one_of(reading, kept["source"], "source", ("json", "rdf"))
        urls = {
            name: link(reading, kept[name], name) for name in ("url", "scriptFormat", "targetFormat") if name in kept
        }
        for name in ("url", "scriptFormat", "targetFormat"):
            if urls.get(name) is None:
                reading.error(REQUIRED, say("a transformation needs '{name}', a URL", name=name), item.key_at(name))
        found.append(
            Transformation(
                urls.get("url") or "", urls.get("scriptFormat") or "", urls.get("targetFormat") or "", item.at
            )
        )
    for transformation in found:
        message = say(
            "the transformation to {target_format} is not carried out", target_format=transformation.target_format
        )
        reading.findings.items.append(Diagnostic(NOT_CARRIED_OUT, Severity.INFO, message, transformation.at))
    return tuple(found)


def _check_foreign_keys(reading: Reading, group: TableGroup) -> None:
    """Every foreign key's table and columns are in the group (§5.5)."""
    for table in group.tables:
        for key in table.schema.foreign_keys:
            target = referenced_table(group, key)
            if target is None:
                wanted = key.resource or f"the schema {key.schema_reference}"
                hint = did_you_mean(wanted, (other.url for other in group.tables))
                reading.error(
                    FOREIGN_KEY,
                    say(
                        "a foreign key refers to {wanted}, but not exactly one table here is that", wanted=word(wanted)
                    ),
                    key.at,
                    hint,
                )
                continue
            names = {column.name for column in target.schema.columns if column.name is not None}
            for name in key.referenced_columns:
                if name not in names:
                    hint = did_you_mean(name, names)
                    reading.error(
                        FOREIGN_KEY,
                        say(
                            "a foreign key refers to the column '{name}', which {url} lacks", name=name, url=target.url
                        ),
                        key.at,
                        hint,
                    )


def referenced_table(group: TableGroup, key: ForeignKey) -> Table | None:
    """The one table that a foreign key refers to, by its URL or by its schema's (§5.5)."""
    if key.resource is not None:
        return next(group.tables_described_by(key.resource), None)
    found = [table for table in group.tables if table.schema.id == key.schema_reference]
    return found[0] if len(found) == 1 else None
