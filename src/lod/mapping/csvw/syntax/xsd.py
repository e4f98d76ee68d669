"""XML Schema datatypes: lexical spaces, canonical representations and the order of values.

https://www.w3.org/TR/xmlschema11-2/
"""

from __future__ import annotations

import base64
import binascii
import re
from decimal import Decimal
from functools import cache

# Metadata §5.11.1: the built-in datatypes and what each is derived from; xml, html and json are kinds of string.
PARENTS: dict[str, str | None] = {
    "anyAtomicType": None,
    **dict.fromkeys(
        [
            "anyURI",
            "base64Binary",
            "boolean",
            "date",
            "dateTime",
            "decimal",
            "double",
            "duration",
            "float",
            "gDay",
            "gMonth",
            "gMonthDay",
            "gYear",
            "gYearMonth",
            "hexBinary",
            "QName",
            "string",
            "time",
        ],
        "anyAtomicType",
    ),
    "dateTimeStamp": "dateTime",
    "integer": "decimal",
    "long": "integer",
    "int": "long",
    "short": "int",
    "byte": "short",
    "nonNegativeInteger": "integer",
    "positiveInteger": "nonNegativeInteger",
    "unsignedLong": "nonNegativeInteger",
    "unsignedInt": "unsignedLong",
    "unsignedShort": "unsignedInt",
    "unsignedByte": "unsignedShort",
    "nonPositiveInteger": "integer",
    "negativeInteger": "nonPositiveInteger",
    "dayTimeDuration": "duration",
    "yearMonthDuration": "duration",
    "normalizedString": "string",
    "token": "normalizedString",
    "language": "token",
    "Name": "token",
    "NCName": "Name",
    "NMTOKEN": "token",
    "xml": "string",
    "html": "string",
    "json": "string",
}

_BOUNDS = {
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-128, 127),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 255),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
}

_ZONE = r"(?P<zone>Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?"
_YEAR = r"(?P<year>-?(?:[1-9][0-9]{3,}|0[0-9]{3}))"
_MONTH = r"(?P<month>0[1-9]|1[0-2])"
_DAY = r"(?P<day>0[1-9]|[12][0-9]|3[01])"
_CLOCK = (
    r"(?:(?P<hour>[01][0-9]|2[0-3]):(?P<minute>[0-5][0-9]):(?P<second>[0-5][0-9](?:\.[0-9]+)?)"
    r"|(?P<midnight>24:00:00(?:\.0+)?))"
)
_DAY_TIME = r"(?:[0-9]+D)?(?:T(?=[0-9])(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]+)?S)?)?"
_NCNAME = r"[^\W\d][\w.\-]*"

_LEXICAL = {
    name: re.compile(pattern)
    for name, pattern in {
        "boolean": "true|false|1|0",
        "decimal": r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)",
        "integer": "[+-]?[0-9]+",
        "double": r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN",
        "date": f"{_YEAR}-{_MONTH}-{_DAY}{_ZONE}",
        "time": f"{_CLOCK}{_ZONE}",
        "dateTime": f"{_YEAR}-{_MONTH}-{_DAY}T{_CLOCK}{_ZONE}",
        "dateTimeStamp": f"{_YEAR}-{_MONTH}-{_DAY}T{_CLOCK}{_ZONE.removesuffix('?')}",
        "gDay": f"---{_DAY}{_ZONE}",
        "gMonth": f"--{_MONTH}{_ZONE}",
        "gMonthDay": f"--{_MONTH}-{_DAY}{_ZONE}",
        "gYear": f"{_YEAR}{_ZONE}",
        "gYearMonth": f"{_YEAR}-{_MONTH}{_ZONE}",
        "duration": r"-?P(?=[0-9T])(?:[0-9]+Y)?(?:[0-9]+M)?" + _DAY_TIME,
        "dayTimeDuration": r"-?P(?=[0-9T])" + _DAY_TIME,
        "yearMonthDuration": "-?P(?=[0-9])(?:[0-9]+Y)?(?:[0-9]+M)?",
        "hexBinary": "(?:[0-9A-Fa-f]{2})*",
        "base64Binary": "[A-Za-z0-9+/= ]*",
        "anyURI": r"[^\x00-\x20<>\"{}|\\^`\x7f-\x9f]*",
        "QName": rf"(?:{_NCNAME}:)?{_NCNAME}",
        "normalizedString": r"[^\r\n\t]*",
        "token": r"(?:[^\r\n\t ]+(?: [^\r\n\t ]+)*)?",
        "language": "[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*",
        "Name": r"[^\W\d][\w.:\-]*|:[\w.:\-]*",
        "NCName": _NCNAME,
        "NMTOKEN": r"[\w.:\-]+",
    }.items()
}
_DURATION = re.compile(
    r"(-?)P(?:([0-9]+)Y)?(?:([0-9]+)M)?(?:([0-9]+)D)?(?:T(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+(?:\.[0-9]+)?)S)?)?",
    re.ASCII,
)

_DAYS_OF_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

Order = Decimal | float | tuple[Decimal | int, ...]


@cache
def is_a(datatype: str, ancestor: str) -> bool:
    """Whether a built-in datatype is `ancestor` or derived from it."""
    at: str | None = datatype
    while at is not None and at != ancestor:
        at = PARENTS[at]
    return at == ancestor


def is_numeric(datatype: str) -> bool:
    """Whether it is a number: decimal and its kinds, double, float."""
    return is_a(datatype, "decimal") or datatype in ("double", "float")


def is_date_or_time(datatype: str) -> bool:
    """Whether it is a date/time type; the g-types count as such."""
    return is_a(datatype, "dateTime") or datatype in ("date", "time") or datatype.startswith("g")


def is_duration(datatype: str) -> bool:
    """Whether it is a duration."""
    return is_a(datatype, "duration")


def is_valid(datatype: str, text: str) -> bool:
    """Whether `text` is in the lexical space of a built-in datatype (§3)."""
    if is_a(datatype, "decimal") and datatype != "decimal":
        return _LEXICAL["integer"].fullmatch(text) is not None and _within(datatype, text)
    pattern = _LEXICAL.get("double" if datatype == "float" else datatype)
    if pattern is None:  # string, anyAtomicType, xml, html, json: whatever it is
        return True
    found = pattern.fullmatch(text)
    if found is None:
        return False
    if datatype == "base64Binary":
        return _is_base64(text)
    return not is_date_or_time(datatype) or _is_in_calendar(found.groupdict())


def _within(datatype: str, text: str) -> bool:
    low, high = _BOUNDS.get(datatype, (None, None))
    value = Decimal(text)
    return (low is None or value >= low) and (high is None or value <= high)


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text.replace(" ", ""), validate=True)
    except binascii.Error:
        return False
    return True


def _is_in_calendar(parts: dict[str, str | None]) -> bool:
    """The day exists in that month (§3.3.9); a gMonthDay may be the 29th of February."""
    day, month = parts.get("day"), parts.get("month")
    if day is None or month is None:
        return True
    year = int(parts.get("year") or 2000)
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    longest = 29 if month == "02" and leap else _DAYS_OF_MONTH[int(month) - 1]
    return int(day) <= longest


def canonical(datatype: str, text: str) -> str:
    """The canonical representation of a valid lexical form (§2.3.1); of strings, the text itself."""
    if datatype == "boolean":
        return "true" if text in ("true", "1") else "false"
    if is_a(datatype, "decimal"):
        return canonical_decimal(Decimal(text))
    if datatype in ("double", "float"):
        return _canonical_double(text)
    if datatype in ("dateTime", "dateTimeStamp", "time"):
        return _canonical_instant(text)
    if datatype == "hexBinary":
        return text.upper()
    return text


def canonical_decimal(value: Decimal) -> str:
    """A decimal without exponent, superfluous zeros or a point that nothing follows (§E.1)."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _canonical_double(text: str) -> str:
    value = float(text.replace("INF", "inf"))
    if value != value or value in (float("inf"), float("-inf")):
        return text.removeprefix("+")
    mantissa, _, exponent = f"{value!r}".partition("e")
    sign, digits, point_at = Decimal(mantissa).as_tuple()
    assert isinstance(point_at, int)
    kept = "".join(map(str, digits)).rstrip("0") or "0"
    power = 0 if kept == "0" else len(digits) - 1 + point_at + int(exponent or 0)
    return f"{'-' if sign else ''}{kept[0]}.{kept[1:] or '0'}E{power}"


def _canonical_instant(text: str) -> str:
    """Fractions of seconds without trailing zeros, UTC as Z; other zones are kept as XSD 1.1 does."""
    text = re.sub(r"(?<=[0-9])(?:(\.[0-9]*?[1-9])0+|\.0+)(?![0-9])", lambda m: m[1] or "", text)
    return re.sub(r"[+-]00:00$", "Z", text)


def order(datatype: str, text: str) -> Order:
    """A key by which valid values of one numeric, date/time or duration type compare (§2.2.3)."""
    if is_a(datatype, "decimal"):
        return Decimal(text)
    if datatype in ("double", "float"):
        return float(text.replace("INF", "inf"))
    if is_duration(datatype):
        return _duration_order(text)
    found = _LEXICAL[datatype].fullmatch(text)
    assert found is not None
    return _instant_order(found.groupdict())


def _duration_order(text: str) -> tuple[Decimal, ...]:
    """Seconds, with months of 30.436875 days: XSD leaves months against days undecided, people don't."""
    found = _DURATION.fullmatch(text)
    assert found is not None
    years, months, days, hours, minutes, seconds = (Decimal(part or 0) for part in found.groups()[1:])
    total = (years * 12 + months) * Decimal(2629746) + days * 86400 + hours * 3600 + minutes * 60 + seconds
    return (-total if found[1] else total,)


def _instant_order(parts: dict[str, str | None]) -> tuple[Decimal, ...]:
    """Seconds on the time line; without a zone, as if in UTC."""
    year, month, day = (int(parts.get(name) or default) for name, default in (("year", 2000), ("month", 1), ("day", 1)))
    hour = 24 if parts.get("midnight") else int(parts.get("hour") or 0)
    seconds = Decimal(hour * 3600 + int(parts.get("minute") or 0) * 60) + Decimal(parts.get("second") or 0)
    zone = parts.get("zone") or "Z"
    if zone != "Z":
        offset = int(zone[1:3]) * 3600 + int(zone[4:6]) * 60
        seconds -= offset if zone[0] == "+" else -offset
    return (Decimal(_days(year, month, day)) * 86400 + seconds,)


def _days(year: int, month: int, day: int) -> int:
    """Days since 1 March of year 0 in the proleptic Gregorian calendar, any year."""
    shifted_year, shifted_month = (year, month - 3) if month > 2 else (year - 1, month + 9)
    return (
        365 * shifted_year
        + shifted_year // 4
        - shifted_year // 100
        + shifted_year // 400
        + (153 * shifted_month + 2) // 5
        + day
        - 1
    )
