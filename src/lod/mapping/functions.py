"""Functions that mappings may call: what they are called, what they expect, what they return, and how they compute.

The names are those that mappings in the wild use: GREL (http://users.ugent.be/~bjdmeest/function/grel.ttl#) and IDLab
(https://w3id.org/imec/idlab/function#) as https://fno.io describes them, and a few of our own. A function maps texts to
a text; no value in, no value out, unless it says otherwise. `compute` is the definition; engines may have a faster way
of doing the same (`lod.lift.engines`). All of them are pure: two lifts of the same tables give the same bytes.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote

from lod.rdf.iris import illegal_character
from lod.rdf.namespaces import XSD

GREL = "http://users.ugent.be/~bjdmeest/function/grel.ttl#"
IDLAB = "https://w3id.org/imec/idlab/function#"
OURS = "urn:lod:function:"
PREFIXES = {"grel": GREL, "idlab-fn": IDLAB, "lod-fn": OURS}
EQUAL = IDLAB + "equal"
LEGAL_IRI = OURS + "legalIri"
_FORMER = {"http://example.com/idlab/function/": IDLAB}  # the namespace that IDLab's functions had before

Compute = Callable[..., str | None]


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a function expects. `iris`: the parameter's own IRI and the predicate that FnO gives it."""

    name: str
    iris: tuple[str, ...]
    required: bool = True


@dataclass(frozen=True, slots=True)
class Function:
    """A function. `compute` gets the arguments in the order of `parameters`, None for an optional one not given."""

    iri: str
    parameters: tuple[Parameter, ...]
    outputs: tuple[str, ...]
    datatype: str  # of the value, when it becomes a literal that says no other
    summary: str
    compute: Compute
    takes_nulls: bool = False  # computes with missing values too

    def parameter(self, iri: str) -> Parameter | None:
        """The parameter of that IRI."""
        return next((each for each in self.parameters if current_name(iri) in each.iris), None)

    def __call__(self, *arguments: str | None) -> str | None:
        """The value; None when a required argument has none."""
        missing = any(a is None and p.required for a, p in zip(arguments, self.parameters, strict=True))
        return None if missing and not self.takes_nulls else self.compute(*arguments)


def current_name(iri: str) -> str:
    """An IRI in the namespace that its vocabulary has today."""
    return next((new + iri[len(old) :] for old, new in _FORMER.items() if iri.startswith(old)), iri)


def function_named(iri: str) -> Function | None:
    """The function of that IRI, None if there is none."""
    return FUNCTIONS.get(current_name(iri))


def short_name(iri: str) -> str:
    """A function's or parameter's name as people write it: by prefix where there is one."""
    return next((f"{prefix}:{iri[len(ns) :]}" for prefix, ns in PREFIXES.items() if iri.startswith(ns)), f"<{iri}>")


# Parameters and outputs


def _grel(name: str, *iris: str, required: bool = True) -> Parameter:
    return Parameter(name, tuple(GREL + each for each in iris), required)


def _idlab(name: str, required: bool = True) -> Parameter:
    return Parameter(name, (IDLAB + name, f"{IDLAB}_{name}", f"{IDLAB}p_{name}"), required)


_VALUE = _grel("value", "valueParam", "valueParameter")
_VALUE_2 = _grel("value2", "valueParam2", "valueParameter2")
_FIND = _grel("find", "param_find", "p_string_find", "param_string_find")
_REPLACE = _grel("replace", "param_replace", "p_string_replace", "param_string_replace")
_FROM = _grel("from", "param_int_i_from", "p_int_i_from")
_TO = _grel("to", "param_int_i_opt_to", "p_int_i_opt_to", required=False)
_SUB = _grel("sub", "string_sub", "param_string_sub", "p_string_sub")
_MODE = _grel("mode", "modeParam", "modeParameter")
_CONDITION = _grel("condition", "bool_b", "param_b", "p_bool_b")
_TRUE = _grel("true", "any_true", "param_any_true", "p_any_true")
_FALSE = _grel("false", "any_false", "param_any_false", "p_any_false", required=False)
_STR = _idlab("str")

_TEXT_OUT = tuple(
    [GREL + n for n in ("stringOut", "stringOutput", "output_string", "o_string")]
    + [IDLAB + n for n in ("_stringOut", "stringOut", "o_stringOut")]
)
_NUMBER_OUT = tuple(GREL + n for n in ("output_number", "o_number", "output_integer", "o_integer"))
_BOOLEAN_OUT = tuple(
    [GREL + n for n in ("output_bool", "o_bool", "output_boolean", "o_boolean")]
    + [IDLAB + n for n in ("_boolOut", "boolOut", "o_boolOut")]
)
_OUTPUTS = {"string": _TEXT_OUT, "integer": (*_NUMBER_OUT, *_TEXT_OUT), "boolean": (*_BOOLEAN_OUT, *_TEXT_OUT)}


# Definitions


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def _integer(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"[+-]?[0-9]+", text.strip()) else None


def _substring(value: str, start: str, end: str | None) -> str | None:
    """From `start` (0: the first sign; negative: from the end) up to, without, `end`; none when it begins beyond."""
    first, last = _integer(start), _integer(end) if end is not None else len(value)
    if first is None or last is None or abs(first) > len(value):
        return None
    return value[first:last]


def _escape(value: str, mode: str) -> str | None:
    match mode:
        case "html":
            return html.escape(value, quote=True)
        case "xml":
            return html.escape(value, quote=True).replace("&#x27;", "&apos;")
        case "url":
            return quote(value, safe="")
        case "javascript":
            return json.dumps(value, ensure_ascii=False)[1:-1]
        case "csv":
            return '"' + value.replace('"', '""') + '"' if re.search(r'[",\r\n]', value) else value
        case _:
            return None


def _to_number(value: str) -> str | None:
    """A number as people write it (１,２３４, $ and blanks aside) as XSD writes it."""
    plain = re.sub(r"[,\s$]", "", unicodedata.normalize("NFKC", value))
    return plain if re.fullmatch(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", plain) else None


def _uppercase_url(value: str) -> str:
    return value.upper() if value.lower().startswith("http") else "http://" + value.upper()


def _slug(value: str) -> str:
    plain = unicodedata.normalize("NFKD", value.lower())
    return re.sub(r"[^\w]+", "-", "".join(c for c in plain if not unicodedata.combining(c))).strip("-_")


def _in_range(value: str, low: str | None, high: str | None) -> str | None:
    try:
        number = float(value)
        return _boolean((low is None or float(low) <= number) and (high is None or number < float(high)))
    except ValueError:
        return None


_JAVA_DATE = {
    "yyyy": "%Y", "uuuu": "%Y", "yy": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "M": "%m", "dd": "%d", "d": "%d",
    "EEEE": "%A", "EEE": "%a", "HH": "%H", "H": "%H", "hh": "%I", "mm": "%M", "ss": "%S", "a": "%p",
}  # fmt: skip
_JAVA_TOKEN = re.compile(r"'([^']*)'|([A-Za-z])\2*|%")


def _parse_date(value: str, pattern: str) -> datetime | None:
    """By a pattern of Java's DateTimeFormatter, as FnO's functions take it."""

    def directive(match: re.Match[str]) -> str:
        if match.group(1) is not None:
            return match.group(1).replace("%", "%%")
        return "%%" if match.group() == "%" else _JAVA_DATE.get(match.group(), "\0")

    try:
        return datetime.strptime(value, _JAVA_TOKEN.sub(directive, pattern))  # noqa: DTZ007 (the text has no zone)
    except (ValueError, re.error):  # strptime compiles the pattern: one that names a field twice is no expression
        return None


def _date_by_pattern(value: str, pattern: str) -> str | None:
    found = _parse_date(value, pattern)
    return found.date().isoformat() if found else None


def _date_time_by_pattern(value: str, pattern: str) -> str | None:
    found = _parse_date(value, pattern)
    return found.isoformat(timespec="seconds") if found else None


_MINGUO_DATE = re.compile(
    r"(?:中華民國|民國|民)?\s*(?P<before>前)?\s*(?P<year>\d{1,3})\s*[年./-]\s*(?P<month>\d{1,2})\s*[月./-]\s*(?P<day>\d{1,2})\s*日?"
    r"|(?P<compact>\d{6,7})"
)
_MINGUO_YEAR = re.compile(r"(?:中華民國|民國|民)?\s*(?P<before>前)?\s*(?P<year>\d{1,3})\s*(?:學?年度?)?")


def _minguo_date(value: str) -> str | None:
    """民國101年12月31日, 101/12/31 or 1011231 as 2012-12-31; none for a day that there is not."""
    found = _MINGUO_DATE.fullmatch(unicodedata.normalize("NFKC", value).strip())
    if not found:
        return None
    if compact := found["compact"]:
        year, month, day = int(compact[:-4]), int(compact[-4:-2]), int(compact[-2:])
    else:
        year, month, day = int(found["year"]), int(found["month"]), int(found["day"])
    try:
        return date(1912 - year if found["before"] else 1911 + year, month, day).isoformat()
    except ValueError:
        return None


def _minguo_year(value: str) -> str | None:
    """民國101年 or 101 as 2012; 民國前1年 as 1911."""
    found = _MINGUO_YEAR.fullmatch(unicodedata.normalize("NFKC", value).strip())
    if not found or int(found["year"]) == 0:
        return None
    return f"{1912 - int(found['year']) if found['before'] else 1911 + int(found['year']):04d}"


def _legal_iri(value: str) -> str | None:
    return None if illegal_character(value) else value


def _digest(name: str) -> Compute:
    return lambda value: hashlib.new(name, value.encode(), usedforsecurity=False).hexdigest()


def _normal_form(form: str) -> Compute:
    return lambda value: unicodedata.normalize(form, value)  # type: ignore[arg-type]


def _f(
    iri: str, parameters: tuple[Parameter, ...], kind: str, summary: str, compute: Compute, *, takes_nulls: bool = False
) -> Function:
    return Function(iri, parameters, _OUTPUTS[kind], XSD + kind, summary, compute, takes_nulls)


_ALL = (
    _f(GREL + "toUpperCase", (_VALUE,), "string", "in capitals", str.upper),
    _f(GREL + "toLowerCase", (_VALUE,), "string", "in small letters", str.lower),
    _f(GREL + "string_toTitlecase", (_VALUE,), "string", "every word with a capital", str.title),
    _f(GREL + "toTitleCase", (_VALUE,), "string", "every word with a capital", str.title),
    _f(GREL + "string_trim", (_VALUE,), "string", "without blanks at its ends, ideographic ones too", str.strip),
    _f(GREL + "string_toString", (_VALUE,), "string", "the value itself", lambda v: v),
    _f(GREL + "string_toNumber", (_VALUE,), "string", "a number as XSD writes it", _to_number),
    _f(GREL + "string_length", (_VALUE,), "integer", "how many signs", lambda v: str(len(v))),
    _f(GREL + "string_replace", (_VALUE, _FIND, _REPLACE), "string", "every `find` by `replace`", str.replace),
    _f(GREL + "string_substring", (_VALUE, _FROM, _TO), "string", "from a place up to another", _substring),
    _f(GREL + "string_contains", (_VALUE, _SUB), "boolean", "whether `sub` is in it", lambda v, s: _boolean(s in v)),
    _f(GREL + "string_startsWith", (_VALUE, _SUB), "boolean", "begins so", lambda v, s: _boolean(v.startswith(s))),
    _f(GREL + "string_endsWith", (_VALUE, _SUB), "boolean", "ends so", lambda v, s: _boolean(v.endswith(s))),
    _f(GREL + "string_indexOf", (_VALUE, _SUB), "integer", "where first, -1: nowhere", lambda v, s: str(v.find(s))),
    _f(GREL + "string_lastIndexOf", (_VALUE, _SUB), "integer", "where last", lambda v, s: str(v.rfind(s))),
    _f(GREL + "string_chomp", (_VALUE, _SUB), "string", "without that end", str.removesuffix),
    _f(GREL + "escape", (_VALUE, _MODE), "string", "escaped for html, xml, csv, url, javascript", _escape),
    _f(GREL + "string_md5", (_VALUE,), "string", "MD5, hexadecimal", _digest("md5")),
    _f(GREL + "string_sha1", (_VALUE,), "string", "SHA-1, hexadecimal", _digest("sha1")),
    _f(GREL + "boolean_not", (_CONDITION,), "boolean", "the contrary", lambda b: _boolean(b != "true")),
    _f(
        GREL + "controls_if",
        (_CONDITION, _TRUE, _FALSE),
        "string",
        "one value if the condition is true, else the other",
        lambda b, yes, no: yes if b == "true" else no,
        takes_nulls=True,
    ),
    _f(IDLAB + "alwaysReturnsABC", (), "string", "ABC", lambda: "ABC"),
    _f(IDLAB + "toUpperCaseURL", (_STR,), "string", "an address in capitals", _uppercase_url),
    _f(IDLAB + "equal", (_VALUE, _VALUE_2), "boolean", "the same text", lambda a, b: _boolean(a == b)),
    _f(IDLAB + "notEqual", (_VALUE, _VALUE_2), "boolean", "not the same text", lambda a, b: _boolean(a != b)),
    _f(IDLAB + "isNull", (_STR,), "boolean", "no value", lambda v: _boolean(v is None), takes_nulls=True),
    _f(IDLAB + "isNotNull", (_STR,), "boolean", "a value", lambda v: _boolean(v is not None), takes_nulls=True),
    _f(
        IDLAB + "trueCondition",
        (_idlab("strBoolean"), _STR),
        "string",
        "the value if the condition is true",
        lambda condition, value: value if condition == "true" else None,
    ),
    _f(
        IDLAB + "decide",
        (_STR, _idlab("expectedStr"), _idlab("result")),
        "string",
        "`result` if the text is the expected one",
        lambda value, expected, result: result if value == expected else None,
    ),
    _f(
        IDLAB + "concat",
        (_STR, _idlab("otherStr"), _idlab("delimiter", required=False)),
        "string",
        "two texts, with a delimiter between",
        lambda one, other, delimiter: one + (delimiter or "") + other,
    ),
    _f(
        IDLAB + "stringContainsOtherString",
        (_STR, _idlab("otherStr"), _idlab("delimiter")),
        "boolean",
        "whether the text is one of the delimited texts",
        lambda value, other, delimiter: _boolean(value in other.split(delimiter) if delimiter else value == other),
    ),
    _f(
        IDLAB + "inRange",
        (_idlab("test"), _idlab("from", required=False), _idlab("to", required=False)),
        "boolean",
        "a number from a lower bound up to, without, an upper one",
        _in_range,
    ),
    _f(IDLAB + "slugify", (_STR,), "string", "letters, digits and hyphens", _slug),
    _f(
        IDLAB + "normalizeDate",
        (_idlab("strDate"), _idlab("pattern")),
        "string",
        "an ISO 8601 date, read by a pattern",
        _date_by_pattern,
    ),
    _f(
        IDLAB + "normalizeDateTime",
        (_idlab("strDate"), _idlab("pattern")),
        "string",
        "an ISO 8601 date and time, read by a pattern",
        _date_time_by_pattern,
    ),
)  # fmt: skip

_OWN_VALUE = Parameter("value", (OURS + "value", *_VALUE.iris))
_OWN_OUT = (OURS + "result", *_TEXT_OUT)


def _own(name: str, summary: str, compute: Compute) -> Function:
    return Function(OURS + name, (_OWN_VALUE,), _OWN_OUT, XSD + "string", summary, compute)


_OWN = (
    _own("minguoDate", "a date of the Republic of China as ISO 8601: 民國101年12月31日 → 2012-12-31", _minguo_date),
    _own("minguoYear", "a year of the Republic of China as a Gregorian one: 民國101年 → 2012", _minguo_year),
    _own("number", "a number as XSD writes it: １,２３４ → 1234", _to_number),
    _own("legalIri", "the value if it is a legal IRI, or is one behind a base; else none", _legal_iri),
    _own("nfc", "Unicode normal form C", _normal_form("NFC")),
    _own("nfkc", "Unicode normal form KC: full-width signs as half-width ones", _normal_form("NFKC")),
    _own("trim", "without blanks at its ends, ideographic ones too", str.strip),
    _own("tai", "台 as 臺, as the authorities spell it: 台北市 → 臺北市", lambda value: value.replace("台", "臺")),
    _own("md5", "MD5, hexadecimal", _digest("md5")),
    _own("sha1", "SHA-1, hexadecimal", _digest("sha1")),
    _own("sha256", "SHA-256, hexadecimal", _digest("sha256")),
)

FUNCTIONS: Mapping[str, Function] = {each.iri: each for each in (*_ALL, *_OWN)}
