"""Our own functions: what tables of Taiwan's authorities need and GREL has not."""

from __future__ import annotations

import unicodedata

from lod.mapping.library.dates import minguo_date, minguo_year
from lod.mapping.library.function import OURS, TEXT_OUT, VALUE, Compute, Function, Parameter, as_list, list_of
from lod.mapping.library.grel_text import digest, to_number
from lod.rdf.iris import illegal_character
from lod.rdf.namespaces import XSD

LISTED = OURS + "listed"
"""A list and one more item: how the values of a parameter that repeats become one."""

_VALUE = Parameter("value", (OURS + "value", *VALUE.iris))
_OUT = (OURS + "result", *TEXT_OUT)


def _legal_iri(value: str) -> str | None:
    return None if illegal_character(value) else value


def _normal_form(form: str) -> Compute:
    return lambda value: unicodedata.normalize(form, value)  # type: ignore[arg-type]


def _own(name: str, summary: str, compute: Compute) -> Function:
    return Function(OURS + name, (_VALUE,), _OUT, XSD + "string", summary, compute)


FUNCTIONS: tuple[Function, ...] = (
    _own("minguoDate", "a date of the Republic of China as ISO 8601: 民國101年12月31日 → 2012-12-31", minguo_date),
    _own("minguoYear", "a year of the Republic of China as a Gregorian one: 民國101年 → 2012", minguo_year),
    _own("number", "a number as XSD writes it: １,２３４ → 1234", to_number),
    _own("legalIri", "the value if it is a legal IRI, or is one behind a base; else none", _legal_iri),
    _own("nfc", "Unicode normal form C", _normal_form("NFC")),
    _own("nfkc", "Unicode normal form KC: full-width signs as half-width ones", _normal_form("NFKC")),
    _own("trim", "without blanks at its ends, ideographic ones too", str.strip),
    _own("tai", "台 as 臺, as the authorities spell it: 台北市 → 臺北市", lambda value: value.replace("台", "臺")),
    _own("md5", "MD5, hexadecimal", digest("md5")),
    _own("sha1", "SHA-1, hexadecimal", digest("sha1")),
    _own("sha256", "SHA-256, hexadecimal", digest("sha256")),
    Function(
        LISTED,
        (Parameter("list", (OURS + "list",), required=False), Parameter("item", (OURS + "item",), required=False)),
        _OUT,
        XSD + "string",
        "a list and one more item",
        lambda items, item: list_of([*(as_list(items) if items else []), item]),
        takes_nulls=True,
        makes_list=True,
    ),
)
