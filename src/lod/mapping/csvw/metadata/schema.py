"""Schemas and columns, as a metadata document describes them.

Metadata Vocabulary §5.5 and §5.6, https://www.w3.org/TR/tabular-metadata/#schemas
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from lod.diagnostics import TextOrigin, did_you_mean
from lod.mapping.csvw.metadata.inherited import INHERITED, read_inherited
from lod.mapping.csvw.metadata.model import Column, ForeignKey, Inherited, Schema
from lod.mapping.csvw.metadata.properties import (
    NOT_PERMITTED,
    REQUIRED,
    Reading,
    boolean,
    column_references,
    identifier,
    link,
    members,
    natural_language,
    objects,
    string,
)
from lod.mapping.csvw.syntax.json_document import Json
from lod.wording import say, word

COLUMNS, FOREIGN_KEY = "LOD3508", "LOD3509"

_SCHEMA = frozenset({"@id", "@context", "columns", "foreignKeys", "primaryKey", "rowTitles"}) | INHERITED
_COLUMN = frozenset({"@id", "name", "suppressOutput", "titles", "virtual"}) | INHERITED
_NAME = re.compile(r"(?!_)(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2})(?:\.?(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2}))*")


def read_schema(reading: Reading, json: Json) -> Schema:
    """A schema from its description, an object (§5.5). What its table gives is not yet inherited: see `inheriting`."""
    kept, _ = members(reading, json, _SCHEMA, "a schema", "Schema")
    inherited = read_inherited(reading, kept)
    columns = tuple(_columns(reading, kept["columns"])) if "columns" in kept else ()
    _check_columns(reading, columns)
    names = {column.name for column in columns if column.name is not None}
    return Schema(
        id=identifier(reading, kept["@id"], "a schema") if "@id" in kept else None,
        columns=columns,
        primary_key=_references(reading, kept, "primaryKey", names),
        foreign_keys=tuple(_foreign_keys(reading, kept["foreignKeys"], names)) if "foreignKeys" in kept else (),
        row_titles=_references(reading, kept, "rowTitles", names),
        inherited=inherited,
        is_given=True,
    )


def inheriting(schema: Schema, table: Inherited) -> Schema:
    """A schema used by a table: its columns have what they, it or the table give, in that order (§5.7)."""
    inherited = schema.inherited.within(table)
    columns = tuple(replace(column, inherited=column.inherited.within(inherited)) for column in schema.columns)
    return replace(schema, columns=columns, inherited=inherited)


def _columns(reading: Reading, json: Json) -> Iterator[Column]:
    for number, item in enumerate(objects(reading, json, "columns"), start=1):
        kept, _ = members(reading, item, _COLUMN, "a column", "Column")
        if "@id" in kept:
            identifier(reading, kept["@id"], "a column")
        yield Column(
            number=number,
            name=_name(reading, kept["name"]) if "name" in kept else None,
            titles=natural_language(reading, kept["titles"], "titles") if "titles" in kept else {},
            virtual=_true(reading, kept, "virtual"),
            suppress_output=_true(reading, kept, "suppressOutput"),
            inherited=read_inherited(reading, kept),
            default_language=reading.context.language,
            at=item.at,
        )


def _name(reading: Reading, json: Json) -> str | None:
    name = string(reading, json, "name")
    if name is None or _NAME.fullmatch(name):
        return name
    message = say("'{name}' is no name of a column: it is ignored", name=name)
    hint = say("letters, digits, '_' and %-escapes, not beginning with '_'; what people read stands in 'titles'")
    reading.findings.warning(NOT_PERMITTED, message, json.at, hint)
    return None


def _true(reading: Reading, kept: Mapping[str, Json], name: str) -> bool:
    return name in kept and boolean(reading, kept[name], name) is True


def _check_columns(reading: Reading, columns: tuple[Column, ...]) -> None:
    seen: dict[str, Column] = {}
    virtual: Column | None = None
    for column in columns:
        at = column.at or TextOrigin("")
        if column.name is not None and column.name in seen:
            reading.error(
                COLUMNS,
                say("two columns are named '{column}'", column=column.name),
                at,
                say("names are unique in a schema"),
            )
        elif column.name is not None:
            seen[column.name] = column
        if column.virtual:
            virtual = column
        elif virtual is not None:
            reading.error(
                COLUMNS, say("a column of the file stands after a virtual one"), at, say("put virtual columns last")
            )


def _references(reading: Reading, kept: Mapping[str, Json], name: str, known: set[str]) -> tuple[str, ...]:
    """Names of columns of this schema; if any is unknown, the property counts as not given (§5.1.4)."""
    if name not in kept:
        return ()
    found = column_references(reading, kept[name], name) or ()
    for reference in found:
        if reference not in known:
            message = say(
                "'{name}' names '{reference}', which no column is called: it is ignored", name=name, reference=reference
            )
            reading.findings.warning(NOT_PERMITTED, message, kept[name].at, did_you_mean(reference, known))
            return ()
    return found


def _foreign_keys(reading: Reading, json: Json, names: set[str]) -> Iterator[ForeignKey]:
    for item in objects(reading, json, "foreignKeys"):
        found = _foreign_key(reading, item, names)
        if found is not None:
            yield found


def _foreign_key(reading: Reading, json: Json, names: set[str]) -> ForeignKey | None:
    """A foreign key definition: it has nothing but `columnReference` and `reference`, and both."""
    columns = _required_columns(reading, json, {"columnReference", "reference"}, "a foreign key")
    for name in columns or ():
        if name not in names:
            hint = did_you_mean(name, names)
            reading.error(
                FOREIGN_KEY,
                say("the foreign key's column '{name}' is not in this schema", name=name),
                json.key_at("columnReference"),
                hint,
            )
            columns = None
    assert isinstance(json.value, dict)
    reference = json.value.get("reference")
    if reference is None or not isinstance(reference.value, dict):
        reading.error(REQUIRED, say("a foreign key needs 'reference', an object"), json.key_at("reference"))
        return None
    known = {"resource", "schemaReference", "columnReference"}
    referenced = _required_columns(reading, reference, known, "a foreign key's reference")
    targets = [name for name in ("resource", "schemaReference") if name in reference.value]
    if len(targets) != 1:
        message = say("a foreign key refers by 'resource' or by 'schemaReference', and by one of them only")
        reading.error(REQUIRED, message, reference.at)
        return None
    url = link(reading, reference.value[targets[0]], targets[0])
    if columns is None or referenced is None or url is None:
        return None
    by_table = targets[0] == "resource"
    return ForeignKey(columns, url if by_table else None, None if by_table else url, referenced, reference.at)


def _required_columns(reading: Reading, json: Json, known: set[str], what: str) -> tuple[str, ...] | None:
    assert isinstance(json.value, dict)
    for key in json.value:
        if key not in known:
            reading.error(
                FOREIGN_KEY,
                say("{what} may not have '{key}'", what=word(what), key=key),
                json.key_at(key),
                did_you_mean(key, known),
            )
    if "columnReference" not in json.value:
        reading.error(REQUIRED, say("{what} needs 'columnReference'", what=word(what)), json.at)
        return None
    found = column_references(reading, json.value["columnReference"], "columnReference")
    if found is None:
        reading.error(
            REQUIRED,
            say("{what} needs a 'columnReference' that names columns", what=word(what)),
            json.key_at("columnReference"),
        )
    return found
