"""The functions of IDLab, which tools around RML ship. https://w3id.org/imec/idlab/function"""

from __future__ import annotations

import re
import unicodedata

from lod.mapping.library.dates import date_by_pattern, date_time_by_pattern
from lod.mapping.library.function import (
    IDLAB,
    STR,
    VALUE,
    VALUE_2,
    Function,
    Parameter,
    as_list,
    boolean,
    define,
    idlab,
)
from lod.rdf.namespaces import RDF

_LIST = idlab("list")
_LANG = idlab("lang")


def _uppercase_url(value: str) -> str:
    return value.upper() if value.lower().startswith("http") else "http://" + value.upper()


def _slug(value: str) -> str:
    plain = unicodedata.normalize("NFKD", value.lower())
    return re.sub(r"[^\w]+", "-", "".join(c for c in plain if not unicodedata.combining(c))).strip("-_")


def _in_range(value: str, low: str | None, high: str | None) -> str | None:
    try:
        number = float(value)
        return boolean((low is None or float(low) <= number) and (high is None or number < float(high)))
    except ValueError:
        return None


FUNCTIONS: tuple[Function, ...] = (
    define(IDLAB + "alwaysReturnsABC", (), "string", "ABC", lambda: "ABC"),
    define(IDLAB + "toUpperCaseURL", (STR,), "string", "an address in capitals", _uppercase_url),
    define(IDLAB + "equal", (VALUE, VALUE_2), "boolean", "the same text", lambda a, b: boolean(a == b)),
    define(IDLAB + "notEqual", (VALUE, VALUE_2), "boolean", "not the same text", lambda a, b: boolean(a != b)),
    define(IDLAB + "isNull", (STR,), "boolean", "no value", lambda v: boolean(v is None), takes_nulls=True),
    define(IDLAB + "isNotNull", (STR,), "boolean", "a value", lambda v: boolean(v is not None), takes_nulls=True),
    define(
        IDLAB + "trueCondition",
        (idlab("strBoolean"), STR),
        "string",
        "the value if the condition is true",
        lambda condition, value: value if condition == "true" else None,
    ),
    define(
        IDLAB + "decide",
        (STR, idlab("expectedStr"), idlab("result")),
        "string",
        "`result` if the text is the expected one",
        lambda value, expected, result: result if value == expected else None,
    ),
    define(
        IDLAB + "concat",
        (STR, idlab("otherStr"), idlab("delimiter", required=False)),
        "string",
        "two texts, with a delimiter between",
        lambda one, other, delimiter: one + (delimiter or "") + other,
    ),
    define(
        IDLAB + "stringContainsOtherString",
        (STR, idlab("otherStr"), idlab("delimiter")),
        "boolean",
        "whether the text is one of the delimited texts",
        lambda value, other, delimiter: boolean(value in other.split(delimiter) if delimiter else value == other),
    ),
    define(
        IDLAB + "inRange",
        (idlab("test"), idlab("from", required=False), idlab("to", required=False)),
        "boolean",
        "a number from a lower bound up to, without, an upper one",
        _in_range,
    ),
    define(IDLAB + "slugify", (STR,), "string", "letters, digits and hyphens", _slug),
    define(
        IDLAB + "normalizeDate",
        (idlab("strDate"), idlab("pattern")),
        "string",
        "an ISO 8601 date, read by a pattern",
        date_by_pattern,
    ),
    define(
        IDLAB + "normalizeDateTime",
        (idlab("strDate"), idlab("pattern")),
        "string",
        "an ISO 8601 date and time, read by a pattern",
        date_time_by_pattern,
    ),
    define(
        IDLAB + "normalizeDateWithLang",
        (idlab("strDate"), idlab("pattern"), _LANG),
        "string",
        "the same; names of months and days are read in English only",
        lambda value, pattern, lang: date_by_pattern(value, pattern) if lang.lower().startswith("en") else None,
    ),
    define(
        IDLAB + "normalizeDateTimeWithLang",
        (idlab("strDate"), idlab("pattern"), _LANG),
        "string",
        "the same; names of months and days are read in English only",
        lambda value, pattern, lang: date_time_by_pattern(value, pattern) if lang.lower().startswith("en") else None,
    ),
    define(
        IDLAB + "listContainsElement",
        (_LIST, STR),
        "boolean",
        "whether a list has that item",
        lambda items, value: boolean(value in as_list(items)),
    ),
    define(
        IDLAB + "concatSequence",
        (
            Parameter("seq", tuple(f"{RDF}_{n}" for n in ("nnn", *range(1, 100))), repeats=True),
            idlab("delimiter", required=False),
        ),
        "string",
        "texts, with a delimiter between",
        lambda items, delimiter: (delimiter or "").join(each for each in as_list(items) if each is not None),
    ),
)  # fmt: skip
