"""The syntax of properties in description objects: what a value must be, and what becomes of one that is not.

Metadata Vocabulary §5.1, https://www.w3.org/TR/tabular-metadata/#property-syntax . A value that is not permitted is a
warning, and the property counts as not given (None) or as the empty thing that the specification names.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from lod.diagnostics import Findings, TextOrigin, did_you_mean
from lod.mapping.csvw.metadata.annotations import Annotation, read_annotations
from lod.mapping.csvw.metadata.context import PREFIXES, Context, is_common_property
from lod.mapping.csvw.syntax.json_document import Json
from lod.mapping.csvw.syntax.language_tags import is_well_formed
from lod.mapping.csvw.syntax.uri_template import UriTemplate, UriTemplateError, parse_uri_template
from lod.mapping.csvw.syntax.urls import normalize_url
from lod.wording import NOTHING, Wording, say, word

_SCHEME = re.compile(r"([A-Za-z][\w.\-]*):(?!//)", re.ASCII)
_SCHEMES = ("urn", "tag", "info", "doi", "did", "mailto", "tel", "geo", "data", "file", "isbn", "arn", "ni", "about")
DIALECT_BROKEN, REQUIRED, UNKNOWN, NOT_PERMITTED = "LOD3502", "LOD3503", "LOD3504", "LOD3505"

Fetch = Callable[[str], "tuple[str, str] | None"]  # URL → the text and its path for people, None if there is none


@dataclass(frozen=True, slots=True)
class Reading:
    """A document being read: its context, where findings go, how documents that it refers to are got."""

    context: Context
    findings: Findings
    fetch: Fetch
    within: tuple[str, ...] = field(default=())  # URLs of the documents that led here

    def not_permitted(self, json: Json, name: str, wanted: str) -> None:
        """Warn that a property's value is none that it may have."""
        shown = repr(json.value) if isinstance(json.value, str | bool | int | float) else json.kind
        self.findings.warning(
            NOT_PERMITTED,
            say("'{name}' must be {wanted}, not {shown}: it is ignored", name=name, wanted=word(wanted), shown=shown),
            json.at,
        )

    def error(self, code: str, message: Wording, at: TextOrigin, hint: Wording = NOTHING) -> None:
        """Record what the specification calls an error."""
        self.findings.error(code, message, at, hint)


def members(
    reading: Reading, json: Json, known: Collection[str], what: str, type_: str
) -> tuple[Mapping[str, Json], tuple[Annotation, ...]]:
    """The properties of a description object that the specification defines for it, and its annotations.

    Other properties are ignored with a warning (§2), keywords that may not stand here are errors (appendix A).
    """
    assert isinstance(json.value, dict)
    kept: dict[str, Json] = {}
    annotations: list[Annotation] = []
    for key, value in json.value.items():
        at = json.key_at(key)
        if key == "@type":
            if value.value != type_:
                reading.error(
                    DIALECT_BROKEN,
                    say("the @type of {what} must be '{type}'", what=word(what), type=type_),
                    value.at,
                    say("or leave it out"),
                )
        elif key in known or (key == "@context" and "@context" in known):
            kept[key] = value
        elif key.startswith("@"):
            reading.error(DIALECT_BROKEN, say("'{key}' may not stand in {what}", key=key, what=word(what)), at)
        elif is_common_property(key):
            annotations += read_annotations(key, value, reading.context, reading.findings)
        else:
            prefix, colon, _ = key.partition(":")
            hint = did_you_mean(prefix, PREFIXES) if colon else did_you_mean(key, [k for k in known if k[0] != "@"])
            reading.findings.warning(
                UNKNOWN, say("{what} has no property '{key}': it is ignored", what=word(what), key=key), at, hint
            )
    return kept, tuple(annotations)


def array(reading: Reading, json: Json, name: str) -> tuple[Json, ...]:
    """An array property (§5.1.1)."""
    if isinstance(json.value, tuple):
        return json.value
    reading.not_permitted(json, name, "an array")
    return ()


def objects(reading: Reading, json: Json, name: str) -> Iterator[Json]:
    """The objects in an array property; other items are ignored (§5.1.1)."""
    for item in array(reading, json, name):
        if isinstance(item.value, dict):
            yield item
        else:
            reading.not_permitted(item, name, "an array of objects")


def link(reading: Reading, json: Json, name: str) -> str | None:
    """A link property as an absolute, normalised URL (§5.1.2)."""
    if isinstance(json.value, str):
        return normalize_url(reading.context.resolve(json.value))
    reading.not_permitted(json, name, "a string, a URL")
    return None


def identifier(reading: Reading, json: Json, what: str) -> str | None:
    """An `@id`, which is no blank node (§5.3.2 and elsewhere)."""
    if isinstance(json.value, str) and json.value.startswith("_:"):
        reading.error(
            DIALECT_BROKEN,
            say("the @id of {what} must not be a blank node", what=word(what)),
            json.at,
            say("leave @id out"),
        )
        return None
    # what is no string counts as the empty one, which is the document's base URL
    return link(reading, json, "@id") or normalize_url(reading.context.base)


def uri_template(reading: Reading, json: Json, name: str) -> UriTemplate | None:
    """A URI template property (§5.1.3)."""
    if not isinstance(json.value, str):
        reading.not_permitted(json, name, "a string, a URI template")
        return UriTemplate("", ())
    if (prefix := _SCHEME.match(json.value)) and prefix[1] not in PREFIXES and prefix[1].lower() not in _SCHEMES:
        message = say("CSVW has no prefix '{prefix}', so '{text}' stays as it is", prefix=prefix[1], text=json.value)
        reading.findings.warning("LOD3121", message, json.at, did_you_mean(prefix[1], PREFIXES))
    try:
        return replace(parse_uri_template(json.value), at=json.at)
    except UriTemplateError as error:
        reading.findings.warning(
            NOT_PERMITTED,
            say("'{name}' is no URI template: {message}; it is ignored", name=name, message=error.message),
            json.at,
        )
        return None


def column_references(reading: Reading, json: Json, name: str) -> tuple[str, ...] | None:
    """A column reference property (§5.1.4); whether the columns exist is for the caller to check."""
    items = json.value if isinstance(json.value, tuple) else (json,)
    names = tuple(item.value for item in items if isinstance(item.value, str))
    if names and len(names) == len(items):
        return names
    reading.not_permitted(json, name, "the name of a column, or an array of names")
    return None


def natural_language(reading: Reading, json: Json, name: str) -> Mapping[str, tuple[str, ...]]:
    """A natural language property: language tag → texts (§5.1.6)."""
    if not isinstance(json.value, dict):
        texts = _texts(reading, json, name)
        return {reading.context.language: texts} if texts else {}
    found = {}
    for tag, value in json.value.items():
        if not is_well_formed(tag):
            message = say("'{tag}' is no language tag: this of '{name}' is ignored", tag=tag, name=name)
            reading.findings.warning(NOT_PERMITTED, message, json.key_at(tag), say("for example 'zh-Hant-TW'"))
        elif texts := _texts(reading, value, name):
            found[tag] = texts
    return found


def _texts(reading: Reading, json: Json, name: str) -> tuple[str, ...]:
    items = json.value if isinstance(json.value, tuple) else (json,)
    for item in items:
        if not isinstance(item.value, str):
            reading.not_permitted(item, name, "a string, an array of strings, or an object of these by language")
    return tuple(item.value for item in items if isinstance(item.value, str))


def boolean(reading: Reading, json: Json, name: str) -> bool | None:
    """A boolean atomic property (§5.1.7)."""
    if isinstance(json.value, bool):
        return json.value
    reading.not_permitted(json, name, "true or false")
    return None


def string(reading: Reading, json: Json, name: str) -> str | None:
    """An atomic property that is a string (§5.1.7)."""
    if isinstance(json.value, str):
        return json.value
    reading.not_permitted(json, name, "a string")
    return None


def one_of(reading: Reading, json: Json, name: str, values: tuple[str, ...]) -> str | None:
    """An atomic property that is one of a few strings."""
    if isinstance(json.value, str) and json.value in values:
        return json.value
    reading.not_permitted(json, name, "one of " + ", ".join(f"'{value}'" for value in values))
    return None


def natural_number(reading: Reading, json: Json, name: str) -> int | None:
    """A numeric atomic property that is a non-negative integer."""
    if isinstance(json.value, int) and not isinstance(json.value, bool) and json.value >= 0:
        return json.value
    reading.not_permitted(json, name, "a whole number, 0 or more")
    return None


def language_tag(reading: Reading, json: Json, name: str) -> str | None:
    """An atomic property that is a BCP 47 language tag."""
    if isinstance(json.value, str) and is_well_formed(json.value):
        return json.value
    reading.not_permitted(json, name, "a language tag such as 'zh-Hant-TW'")
    return None


def encoding(reading: Reading, json: Json, name: str) -> str | None:
    """The label of a character encoding."""
    if isinstance(json.value, str):
        try:
            codecs.lookup(json.value)
        except LookupError:
            pass
        else:
            return json.value
    reading.not_permitted(json, name, "the name of an encoding such as 'utf-8' or 'big5'")
    return None
