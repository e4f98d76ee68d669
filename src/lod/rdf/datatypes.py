"""Which texts a datatype allows: the lexical spaces of XSD 1.1, as patterns that any regular-expression engine reads.

https://www.w3.org/TR/xmlschema11-2/
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass

from lod.rdf.namespaces import XSD

_ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
_YEAR = r"-?(?:[1-9][0-9]{3,}|0[0-9]{3})"
_MONTH = r"(?:0[1-9]|1[0-2])"
_DAY = r"(?:0[1-9]|[12][0-9]|3[01])"
_TIME = r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)"
_FLOAT = r"(?:[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?|[+-]?INF|NaN)"
_INTEGER = r"[+-]?[0-9]+"
_DURATION = r"-?P(?:[0-9]+Y)?(?:[0-9]+M)?(?:[0-9]+D)?(?:T(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]+)?S)?)?"


@dataclass(frozen=True, slots=True)
class LexicalSpace:
    """What a datatype's texts look like: the whole text matches `pattern`, and what else holds."""

    pattern: str
    example: str
    least: int | None = None  # bounds of integers
    most: int | None = None
    has_day: bool = False  # begins with year-month-day, which the calendar has to know

    def has(self, text: str) -> bool:
        """Whether a text is of it."""
        if re.fullmatch(self.pattern, text) is None:
            return False
        if (self.least, self.most) != (None, None):
            number = int(text)
            return (self.least is None or number >= self.least) and (self.most is None or number <= self.most)
        if self.has_day and re.match(r"\d{4}-", text):
            year, month, day = int(text[:4]), int(text[5:7]), int(text[8:10])
            return day <= monthrange(year or 4, month)[1]  # the year 0 is a leap year, and none of Python's
        return True


def _integers(least: int | None, most: int | None, example: str = "12") -> LexicalSpace:
    return LexicalSpace(_INTEGER, example, least, most)


LEXICAL_SPACES: dict[str, LexicalSpace] = {
    XSD + "integer": _integers(None, None),
    XSD + "nonNegativeInteger": _integers(0, None),
    XSD + "positiveInteger": _integers(1, None),
    XSD + "nonPositiveInteger": _integers(None, 0, "-12"),
    XSD + "negativeInteger": _integers(None, -1, "-12"),
    **{
        XSD + name: _integers(-(2**bits), 2**bits - 1)
        for name, bits in (("long", 63), ("int", 31), ("short", 15), ("byte", 7))
    },
    **{
        XSD + "unsigned" + name: _integers(0, 2**bits - 1)
        for name, bits in (("Long", 64), ("Int", 32), ("Short", 16), ("Byte", 8))
    },
    XSD + "decimal": LexicalSpace(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)", "12.5"),
    XSD + "double": LexicalSpace(_FLOAT, "1.25E1"),
    XSD + "float": LexicalSpace(_FLOAT, "1.25E1"),
    XSD + "boolean": LexicalSpace(r"true|false|0|1", "true"),
    XSD + "date": LexicalSpace(f"{_YEAR}-{_MONTH}-{_DAY}{_ZONE}", "2012-12-31", has_day=True),
    XSD + "dateTime": LexicalSpace(
        f"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE}", "2012-12-31T08:00:00+08:00", has_day=True
    ),
    XSD + "dateTimeStamp": LexicalSpace(
        f"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE.removesuffix('?')}", "2012-12-31T08:00:00+08:00", has_day=True
    ),
    XSD + "time": LexicalSpace(_TIME + _ZONE, "08:00:00"),
    XSD + "gYear": LexicalSpace(_YEAR + _ZONE, "2012"),
    XSD + "gYearMonth": LexicalSpace(f"{_YEAR}-{_MONTH}{_ZONE}", "2012-12"),
    XSD + "gMonth": LexicalSpace(f"--{_MONTH}{_ZONE}", "--12"),
    XSD + "gMonthDay": LexicalSpace(f"--{_MONTH}-{_DAY}{_ZONE}", "--12-31"),
    XSD + "gDay": LexicalSpace(f"---{_DAY}{_ZONE}", "---31"),
    XSD + "duration": LexicalSpace(_DURATION, "P1Y"),
    XSD + "hexBinary": LexicalSpace(r"(?:[0-9A-Fa-f]{2})*", "0FB7"),
    XSD + "anyURI": LexicalSpace(r"[^\x00-\x20<>\x22{}|\\^`\x7f-\x9f]*", "https://example.org/"),
    XSD + "language": LexicalSpace(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*", "zh-Hant-TW"),
}

DERIVED_INTEGERS = frozenset(
    iri for iri, space in LEXICAL_SPACES.items() if space.pattern == _INTEGER and iri != XSD + "integer"
)
"""The integer types that XML Schema derives from xsd:integer, §3.4.14 to §3.4.25."""

_TEXTS = "string normalizedString token language Name NCName NMTOKEN NMTOKENS ID IDREF IDREFS ENTITY ENTITIES QName"
_OTHERS = "NOTATION base64Binary precisionDecimal yearMonthDuration dayTimeDuration anyType anySimpleType anyAtomicType"
BUILT_IN = frozenset(
    [*(iri.removeprefix(XSD) for iri in LEXICAL_SPACES), *_TEXTS.split(" "), *_OTHERS.split(" ")],
)
"""The names of the datatypes of XML Schema, §3.3 and §3.4, without their namespace."""
