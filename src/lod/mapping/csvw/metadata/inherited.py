"""Inherited properties: what a group, a table, a schema or a column says about its cells.

Metadata Vocabulary §5.7, https://www.w3.org/TR/tabular-metadata/#inherited-properties
"""

from __future__ import annotations

from collections.abc import Mapping

from lod.mapping.csvw.metadata.datatype_description import read_datatype
from lod.mapping.csvw.metadata.model import Inherited
from lod.mapping.csvw.metadata.properties import Reading, boolean, language_tag, one_of, string, uri_template
from lod.mapping.csvw.syntax.json_document import Json

INHERITED = frozenset(
    {
        "aboutUrl", "datatype", "default", "lang", "null", "ordered", "propertyUrl", "required", "separator",
        "textDirection", "valueUrl",
    }
)  # fmt: skip


def read_inherited(reading: Reading, kept: Mapping[str, Json]) -> Inherited:
    """The inherited properties that one description gives."""

    def given(name: str) -> Json | None:
        return kept.get(name)

    return Inherited(
        about_url=uri_template(reading, about, "aboutUrl") if (about := given("aboutUrl")) else None,
        datatype=read_datatype(reading, datatype) if (datatype := given("datatype")) else None,
        default=string(reading, default, "default") if (default := given("default")) else None,
        lang=language_tag(reading, lang, "lang") if (lang := given("lang")) else None,
        null=_null(reading, null) if (null := given("null")) else None,
        ordered=boolean(reading, ordered, "ordered") if (ordered := given("ordered")) else None,
        property_url=uri_template(reading, prop, "propertyUrl") if (prop := given("propertyUrl")) else None,
        required=boolean(reading, required, "required") if (required := given("required")) else None,
        separator=_separator(reading, separator) if (separator := given("separator")) else None,
        text_direction=(
            one_of(reading, direction, "textDirection", ("ltr", "rtl", "auto", "inherit"))
            if (direction := given("textDirection"))
            else None
        ),
        value_url=uri_template(reading, value, "valueUrl") if (value := given("valueUrl")) else None,
    )


def _null(reading: Reading, json: Json) -> tuple[str, ...] | None:
    """One text or several; items of an array that are no strings are ignored."""
    if isinstance(json.value, str):
        return (json.value,)
    if not isinstance(json.value, tuple):
        reading.not_permitted(json, "null", "a string, or an array of strings")
        return None
    for item in json.value:
        if not isinstance(item.value, str):
            reading.not_permitted(item, "null", "a string, or an array of strings")
    return tuple(item.value for item in json.value if isinstance(item.value, str))


def _separator(reading: Reading, json: Json) -> str | None:
    if json.value is None:
        return ""  # says that cells hold no lists, whatever the containing descriptions say
    if json.value == "":
        reading.not_permitted(json, "separator", "a string that is not empty, or null")
        return None
    return string(reading, json, "separator")
