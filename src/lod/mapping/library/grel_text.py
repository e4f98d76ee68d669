"""GREL's functions on texts and lists, by the names that FnO gives them.

https://openrefine.org/docs/manual/grelfunctions
"""

from __future__ import annotations

import difflib
import hashlib
import html
import json
import re
import unicodedata
from itertools import groupby
from urllib.parse import quote, unquote

from lod.mapping.library.function import (
    GREL,
    VALUE,
    VALUE_2,
    Compute,
    Function,
    as_list,
    boolean,
    define,
    grel,
    integer,
    list_of,
)

_ANY = grel("value", "p_any_e", "param_any_e", "valueParam", "valueParameter")
_FIND = grel("find", "param_find", "p_string_find", "param_string_find")
_REPLACE = grel("replace", "param_replace", "p_string_replace", "param_string_replace")
_FROM = grel("from", "param_int_i_from", "p_int_i_from")
_TO = grel("to", "param_int_i_opt_to", "p_int_i_opt_to", required=False)
_SUB = grel("sub", "string_sub", "param_string_sub", "p_string_sub")
_SEP = grel("sep", "p_string_sep", "param_string_sep", "string_sub", "param_string_sub")
_OPT_SEP = grel("sep", "p_opt_sep", "param_opt_sep", "p_string_sep", "param_string_sep", required=False)
_MODE = grel("mode", "modeParam", "modeParameter")
_REGEX = grel("regex", "p_string_regex", "param_regex")
_FRAGMENT = grel("fragment", "p_fragment", "param_fragment")
_OMIT = grel("omit", "p_bool_opt_b", "param_bool_opt_b", required=False)
_LENGTHS = grel(
    "lengths", "p_int_i", "param_int_i", "p_int_i2", "param_int_i2", "p_rep_i", "param_int_rep_i", repeats=True
)
_ARRAY = grel("array", "p_array_a", "param_a", repeats=True)


def _substring(value: str, start: str, end: str | None) -> str | None:
    """From `start` (0: the first sign; negative: from the end) up to, without, `end`; none when it begins beyond."""
    first, last = integer(start), integer(end) if end is not None else len(value)
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


def _unescape(value: str, mode: str) -> str | None:
    match mode:
        case "html" | "xml":
            return html.unescape(value)
        case "url":
            return unquote(value)
        case "javascript":
            try:
                return str(json.loads(f'"{value}"'))
            except ValueError:
                return None
        case "csv":
            quoted = len(value) > 1 and value[0] == value[-1] == '"'
            return value[1:-1].replace('""', '"') if quoted else value
        case _:
            return None


def to_number(value: str) -> str | None:
    """A number as people write it (１,２３４, $ and blanks aside) as XSD writes it."""
    plain = re.sub(r"[,\s$]", "", unicodedata.normalize("NFKC", value))
    return plain if re.fullmatch(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", plain) else None


def _replaced_chars(value: str, find: str, replace: str) -> str:
    """Each sign of `find` by the sign at its place in `replace`, or by none."""
    return value.translate({ord(sign): replace[n : n + 1] for n, sign in enumerate(find)})


def _replaced(value: str, find: str, replace: str) -> str | None:
    """Every `find` by `replace`; between slashes it is a regular expression, as GREL writes them."""
    if len(find) < 3 or find[0] != "/" or find[-1] != "/":
        return value.replace(find, replace)
    try:
        return re.sub(find[1:-1], re.sub(r"\$(\d)", r"\\\1", replace), value)
    except re.error:
        return None


def _matched(value: str, regex: str) -> str | None:
    """The groups of a regular expression that the whole value fits; the whole value if it has none."""
    try:
        found = re.fullmatch(regex.strip("/") if regex.startswith("/") else regex, value)
    except re.error:
        return None
    return list_of(found.groups() or [value]) if found else None


def _split(value: str, sep: str) -> str:
    return list_of(value.split(sep) if sep else list(value))


def _smart_split(value: str, sep: str | None) -> str:
    return _split(value, sep or next((each for each in ("\t", ",", ";") if each in value), " "))


def _split_by_lengths(value: str, lengths: str) -> str | None:
    found: list[str | None] = []
    at = 0
    for each in as_list(lengths):
        length = integer(each)
        if length is None:
            return None
        found.append(value[at : at + length])
        at += length
    return list_of(found)


def _split_by_kind(value: str) -> str:
    return list_of("".join(signs) for _, signs in groupby(value, unicodedata.category))


def _parted(value: str, fragment: str, omit: str | None, *, last: bool) -> str:
    if not fragment:
        return list_of([value])
    before, middle, after = value.rpartition(fragment) if last else value.partition(fragment)
    if not middle:
        return list_of([value])
    return list_of([before, after] if omit == "true" else [before, middle, after])


def _difference(value: str, other: str) -> str:
    """What of the other text is not in the value, from the first place where they differ."""
    match = difflib.SequenceMatcher(None, value, other, autojunk=False).find_longest_match(0, len(value), 0, len(other))
    at = match.size if match.a == match.b == 0 else 0
    return other[at:]


def _kind(value: str) -> str:
    return (
        "array" if value.startswith("[") and as_list(value) != [value] else "number" if to_number(value) else "string"
    )


def _coalesce(values: str | None) -> str | None:
    return next((each for each in as_list(values or "[]") if each), None)


def _item(array: str, start: str, end: str | None) -> str | None:
    """One item; with `end` the list of those up to, without, it. Negative places count from the end."""
    items, first = as_list(array), integer(start)
    if first is None:
        return None
    if end is None:
        return items[first] if -len(items) <= first < len(items) else None
    return _sliced(array, start, end)


def _sliced(array: str, start: str, end: str | None) -> str | None:
    first, last = integer(start), integer(end) if end is not None else None
    return None if first is None else list_of(as_list(array)[first:last])


def _joined(array: str, sep: str | None) -> str:
    return (sep or "").join(each for each in as_list(array) if each is not None)


def _unique(array: str) -> str:
    return list_of(dict.fromkeys(as_list(array)))


def _sorted(array: str) -> str:
    return list_of(sorted(each for each in as_list(array) if each is not None))


def digest(name: str) -> Compute:
    """A hash of the value's UTF-8 bytes, hexadecimal."""
    return lambda value: hashlib.new(name, value.encode(), usedforsecurity=False).hexdigest()


FUNCTIONS: tuple[Function, ...] = (
    define(GREL + "toUpperCase", (VALUE,), "string", "in capitals", str.upper),
    define(GREL + "toLowerCase", (VALUE,), "string", "in small letters", str.lower),
    define(GREL + "string_toTitlecase", (VALUE,), "string", "every word with a capital", str.title),
    define(GREL + "toTitleCase", (VALUE,), "string", "every word with a capital", str.title),
    define(GREL + "string_trim", (VALUE,), "string", "without blanks at its ends, ideographic ones too", str.strip),
    define(GREL + "string_strip", (VALUE,), "string", "the same", str.strip),
    define(GREL + "string_toString", (_ANY,), "string", "the value itself", lambda v: v),
    define(GREL + "string_toNumber", (_ANY,), "string", "a number as XSD writes it", to_number),
    define(GREL + "string_length", (VALUE,), "integer", "how many signs", lambda v: str(len(v))),
    define(GREL + "string_replace", (VALUE, _FIND, _REPLACE), "string", "every text or /expression/", _replaced),
    define(GREL + "string_replaceChars", (VALUE, _FIND, _REPLACE), "string", "sign for sign", _replaced_chars),
    define(GREL + "string_substring", (VALUE, _FROM, _TO), "string", "from a place up to another", _substring),
    define(GREL + "string_slice", (VALUE, _FROM, _TO), "string", "the same", _substring),
    define(GREL + "string_contains", (VALUE, _SUB), "boolean", "whether `sub` is in it", lambda v, s: boolean(s in v)),
    define(GREL + "string_startsWith", (VALUE, _SUB), "boolean", "begins so", lambda v, s: boolean(v.startswith(s))),
    define(GREL + "string_endsWith", (VALUE, _SUB), "boolean", "ends so", lambda v, s: boolean(v.endswith(s))),
    define(GREL + "string_indexOf", (VALUE, _SUB), "integer", "where first, -1: nowhere", lambda v, s: str(v.find(s))),
    define(GREL + "string_lastIndexOf", (VALUE, _SUB), "integer", "where last", lambda v, s: str(v.rfind(s))),
    define(GREL + "string_chomp", (VALUE, _SEP), "string", "without that end", str.removesuffix),
    define(GREL + "string_reverse", (VALUE,), "string", "from its end to its beginning", lambda v: v[::-1]),
    define(GREL + "string_diff", (VALUE, VALUE_2), "string", "where the second differs", _difference),
    define(GREL + "escape", (VALUE, _MODE), "string", "escaped for html, xml, csv, url, javascript", _escape),
    define(GREL + "string_escape", (VALUE, _MODE), "string", "the same", _escape),
    define(GREL + "string_unescape", (VALUE, _MODE), "string", "the contrary", _unescape),
    define(GREL + "string_md5", (VALUE,), "string", "MD5, hexadecimal", digest("md5")),
    define(GREL + "string_sha1", (VALUE,), "string", "SHA-1, hexadecimal", digest("sha1")),
    define(GREL + "other_type", (_ANY,), "string", "string, number or array", _kind),
    define(
        GREL + "other_coalesce",
        (grel("values", "p_any_rep_e", "param_any_rep_e", required=False, repeats=True),),
        "string",
        "the first value that is there",
        _coalesce,
        takes_nulls=True,
    ),
    # lists
    define(GREL + "string_split", (VALUE, _SEP), "string", "the parts between a text", _split, makes_list=True),
    define(
        GREL + "string_smartSplit", (VALUE, _OPT_SEP), "string", "by tab, comma, semicolon or blank", _smart_split,
        makes_list=True,
    ),
    define(
        GREL + "string_splitByLengths", (VALUE, _LENGTHS), "string", "parts of given lengths", _split_by_lengths,
        makes_list=True,
    ),
    define(
        GREL + "string_splitByCharType", (VALUE,), "string", "letters, digits, blanks … apart", _split_by_kind,
        makes_list=True,
    ),
    define(
        GREL + "string_partition", (VALUE, _FRAGMENT, _OMIT), "string", "before, at and after the first fragment",
        lambda v, f, o: _parted(v, f, o, last=False), makes_list=True,
    ),
    define(
        GREL + "string_rpartition", (VALUE, _FRAGMENT, _OMIT), "string", "before, at and after the last fragment",
        lambda v, f, o: _parted(v, f, o, last=True), makes_list=True,
    ),
    define(
        GREL + "string_match", (VALUE, _REGEX), "string", "the groups of an expression that it fits", _matched,
        makes_list=True,
    ),
    define(
        GREL + "string_unicode", (VALUE,), "integer", "the numbers of its signs",
        lambda v: list_of(str(ord(each)) for each in v), makes_list=True,
    ),
    define(GREL + "array_get", (_ARRAY, _FROM, _TO), "string", "an item of a list, or some", _item, makes_list=True),
    define(GREL + "array_slice", (_ARRAY, _FROM, _TO), "string", "some items", _sliced, makes_list=True),
    define(GREL + "array_join", (_ARRAY, _OPT_SEP), "string", "its items with a text between", _joined),
    define(GREL + "array_length", (_ARRAY,), "integer", "how many items", lambda a: str(len(as_list(a)))),
    define(
        GREL + "array_reverse", (_ARRAY,), "string", "the last first", lambda a: list_of(as_list(a)[::-1]),
        makes_list=True,
    ),
    define(GREL + "array_sort", (_ARRAY,), "string", "in the order of their signs", _sorted, makes_list=True),
    define(GREL + "array_uniques", (_ARRAY,), "string", "each once", _unique, makes_list=True),
)  # fmt: skip
