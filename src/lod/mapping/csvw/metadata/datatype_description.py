"""Datatype descriptions: a built-in datatype by name, or one derived from it with a format and constraints.

Metadata Vocabulary §5.11, https://www.w3.org/TR/tabular-metadata/#datatypes
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from lod.diagnostics import did_you_mean
from lod.mapping.csvw.metadata.context import DATATYPE_IRIS
from lod.mapping.csvw.metadata.datatypes import BooleanFormat, Datatype, Format, TextFormat, built_in, is_textual
from lod.mapping.csvw.metadata.properties import NOT_PERMITTED, Reading, identifier, members, natural_number, string
from lod.mapping.csvw.syntax.json_document import Json
from lod.mapping.csvw.syntax.uax35 import NumberFormat, PatternError, date_format, number_format
from lod.mapping.csvw.syntax.xsd import is_date_or_time, is_duration, is_numeric, is_valid, order
from lod.wording import say

CONTRADICTION, FORMAT = "LOD3506", "LOD3507"

_LENGTHS = {"length": "length", "minLength": "min_length", "maxLength": "max_length"}
_LIMITS = {
    "minimum": "min_inclusive",
    "minInclusive": "min_inclusive",
    "maximum": "max_inclusive",
    "maxInclusive": "max_inclusive",
    "minExclusive": "min_exclusive",
    "maxExclusive": "max_exclusive",
}
_KNOWN = frozenset({"base", "format", "@id", *_LENGTHS, *_LIMITS})


def read_datatype(reading: Reading, json: Json) -> Datatype | None:
    """A `datatype` property's value (§5.7, §5.11.2)."""
    if isinstance(json.value, str):
        base = built_in(json.value)
        if base is None:
            _unknown(reading, json, json.value)
        return None if base is None else Datatype(base)
    if not isinstance(json.value, dict):
        reading.not_permitted(json, "datatype", "the name of a built-in datatype, or an object")
        return None
    kept, _ = members(reading, json, _KNOWN, "a datatype", "Datatype")
    base = "string"
    if "base" in kept and (name := string(reading, kept["base"], "base")) is not None:
        known = built_in(name)
        if known is None:
            _unknown(reading, kept["base"], name)
        base = known or base
    datatype = Datatype(base, _id(reading, kept))
    if "format" in kept:
        datatype = replace(datatype, format=read_format(reading, kept["format"], base))
    return _with_limits(reading, _with_lengths(reading, datatype, kept), kept)


def _unknown(reading: Reading, json: Json, name: str) -> None:
    message = say("'{name}' is no built-in datatype: it is ignored", name=name)
    reading.findings.warning(NOT_PERMITTED, message, json.at, did_you_mean(name, DATATYPE_IRIS))


def _id(reading: Reading, kept: Mapping[str, Json]) -> str | None:
    if "@id" not in kept:
        return None
    iri = identifier(reading, kept["@id"], "a datatype")
    if iri in DATATYPE_IRIS.values():
        hint = say("use 'base' for the built-in datatype that yours is derived from")
        reading.error(
            CONTRADICTION,
            say("the @id of a datatype must not be that of a built-in one: {iri}", iri=iri),
            kept["@id"].at,
            hint,
        )
        return None
    return iri


def _with_lengths(reading: Reading, datatype: Datatype, kept: Mapping[str, Json]) -> Datatype:
    """Length constraints and their contradictions (§5.11.2)."""
    given = {name: natural_number(reading, kept[name], name) for name in _LENGTHS if name in kept}
    if not given:
        return datatype
    at = kept[next(iter(given))].at
    if not is_textual(datatype.base):
        reading.error(
            CONTRADICTION,
            say("a {base} has no length to constrain", base=datatype.base),
            at,
            say("lengths are for strings and binary types"),
        )
        return datatype
    length, least, most = (given.get(name) for name in _LENGTHS)
    if length is not None and least is not None and length < least:
        reading.error(
            CONTRADICTION,
            say("length {length} is less than minLength {least}", length=length, least=least),
            kept["length"].at,
        )
    if length is not None and most is not None and length > most:
        reading.error(
            CONTRADICTION,
            say("length {length} is greater than maxLength {most}", length=length, most=most),
            kept["length"].at,
        )
    if least is not None and most is not None and least > most:
        reading.error(
            CONTRADICTION,
            say("minLength {least} is greater than maxLength {most}", least=least, most=most),
            kept["minLength"].at,
        )
    return replace(datatype, length=length, min_length=least, max_length=most)


def _with_limits(reading: Reading, datatype: Datatype, kept: Mapping[str, Json]) -> Datatype:
    """Value constraints and their contradictions (§5.11.2); limits are in the base's lexical form, not in `format`."""
    base = datatype.base
    given = [name for name in _LIMITS if name in kept]
    if not given:
        return datatype
    if not (is_numeric(base) or is_date_or_time(base) or is_duration(base)):
        message = say("a {base} has no {given}", base=base, given=given[0])
        reading.error(
            CONTRADICTION, message, kept[given[0]].at, say("limits are for numbers, dates, times and durations")
        )
        return datatype
    found: dict[str, str] = {}
    for name in given:
        limit = _limit(reading, kept[name], name, base)
        field = _LIMITS[name]
        if limit is None:
            continue
        if field in found and order(base, found[field]) != order(base, limit):
            reading.error(
                CONTRADICTION,
                say(
                    "{name} {limit} contradicts {found}, which means the same",
                    name=name,
                    limit=limit,
                    found=found[field],
                ),
                kept[name].at,
            )
        found[field] = limit
    _check_range(reading, base, found, kept[given[0]])
    return replace(
        datatype,
        min_inclusive=found.get("min_inclusive"),
        max_inclusive=found.get("max_inclusive"),
        min_exclusive=found.get("min_exclusive"),
        max_exclusive=found.get("max_exclusive"),
    )


def _limit(reading: Reading, json: Json, name: str, base: str) -> str | None:
    if isinstance(json.value, bool) or not isinstance(json.value, str | int | float):
        reading.not_permitted(json, name, "a number or a string")
        return None
    text = str(json.value)
    if isinstance(json.value, float) and json.value.is_integer() and not is_valid(base, text):
        text = str(int(json.value))
    if is_valid(base, text):
        return text
    reading.not_permitted(json, name, f"a {base} as XML Schema writes it")
    return None


def _check_range(reading: Reading, base: str, found: Mapping[str, str], json: Json) -> None:
    for one, other in (("min_inclusive", "min_exclusive"), ("max_inclusive", "max_exclusive")):
        if one in found and other in found:
            side = one[:3]
            reading.error(
                CONTRADICTION,
                say("{side}Inclusive and {side}Exclusive may not both be given", side=side),
                json.at,
                say("keep one"),
            )
    pairs = (
        ("min_inclusive", "max_inclusive", False),
        ("min_inclusive", "max_exclusive", True),
        ("min_exclusive", "max_exclusive", False),
        ("min_exclusive", "max_inclusive", True),
    )
    for low, high, strictly in pairs:
        if low in found and high in found:
            a, b = order(base, found[low]), order(base, found[high])
            if b < a or (strictly and a == b):  # type: ignore[operator]
                reading.error(
                    CONTRADICTION,
                    say("no {base} is between {found} and {found2}", base=base, found=found[low], found2=found[high]),
                    json.at,
                    say("the limits leave nothing"),
                )


def read_format(reading: Reading, json: Json, base: str) -> Format | None:
    """A `format` (Model §6.4.2 to §6.4.6); one that is not understood is a warning and counts as not given."""
    try:
        if is_numeric(base):
            return _number_format(reading, json)
        if not isinstance(json.value, str):
            reading.not_permitted(json, "format", "a string")
            return None
        if base == "boolean":
            true, bar, false = json.value.partition("|")
            if not (true and bar and false) or "|" in false or true == false:
                raise PatternError(f"'{json.value}' is not the word for true, '|', the word for false")
            return BooleanFormat(true, false)
        if is_date_or_time(base):
            return date_format(json.value, base)
        return text_format(json.value)
    except PatternError as error:
        reading.findings.warning(FORMAT, say("{error}: the format is ignored", error=error), json.at)
        return None


def _number_format(reading: Reading, json: Json) -> NumberFormat | None:
    """Model §6.4.2."""
    if isinstance(json.value, str):
        return number_format(json.value)
    if not isinstance(json.value, dict):
        reading.not_permitted(json, "format", "a string, or an object with decimalChar, groupChar or pattern")
        return None
    given: dict[str, str] = {}
    for key, value in json.value.items():
        if key not in ("decimalChar", "groupChar", "pattern"):
            hint = did_you_mean(key, ("decimalChar", "groupChar", "pattern"))
            reading.findings.warning(
                "LOD3504", say("a number's format has no '{key}': it is ignored", key=key), json.key_at(key), hint
            )
        elif (text := string(reading, value, key)) is not None:
            given[key] = text
    point, group = given.get("decimalChar") or ".", given.get("groupChar") or None
    if group == point:
        raise PatternError(f"decimalChar and groupChar are both '{point}'")
    try:
        return number_format(given.get("pattern"), point, group)
    except PatternError as error:
        # the pattern alone counts as not given: decimalChar and groupChar stay
        reading.findings.warning(FORMAT, say("{error}: the pattern is ignored", error=error), json.value["pattern"].at)
        return number_format(None, point, group)


_NAMED_GROUP = re.compile(r"\(\?<(?=[A-Za-z_])")


def text_format(source: str) -> TextFormat:
    """A regular expression of ECMAScript, as far as Python's say the same (Model §6.4.6).

    Raises:
        PatternError: it is none.
    """
    pattern = _NAMED_GROUP.sub("(?P<", source).replace(r"\/", "/").replace("[^]", r"[\s\S]")
    try:
        # in ECMAScript \d and \w are ASCII, while \s and . know Unicode; Python can have it only one way
        return TextFormat(source, re.compile(pattern, re.ASCII))
    except (re.error, RecursionError, OverflowError) as error:
        raise PatternError(f"'{source}' is no regular expression: {error}") from error
