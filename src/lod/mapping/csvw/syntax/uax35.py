"""Formats of numbers, dates and times: the patterns of Unicode's locale data that CSVW takes over.

https://www.unicode.org/reports/tr35/tr35-numbers.html#Number_Format_Patterns and
https://www.unicode.org/reports/tr35/tr35-dates.html#Date_Format_Patterns, as far as the Model for Tabular Data §6.4.2
and §6.4.4 ask for them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from lod.mapping.csvw.syntax.xsd import canonical_decimal


class PatternError(Exception):
    """A pattern that is none, or that CSVW does not ask for: what is wrong with it."""


class FormatMismatch(Exception):
    """A text that is not in its format: what it does wrong, to follow "the value … "."""


@dataclass(frozen=True, slots=True)
class DigitGroups:
    """How many digits the pattern asks for on one side of the decimal point, and in which groups (0: ungrouped)."""

    least: int
    most: int | None
    primary: int = 0  # next to the decimal point
    secondary: int = 0  # further away; only left of the point


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """A number's format (Model §6.4.2). Without a pattern, the general form with grouping anywhere."""

    decimal_char: str = "."
    group_char: str | None = None
    pattern: str | None = None
    shape: re.Pattern[str] = re.compile("")
    whole: DigitGroups = DigitGroups(0, None)
    fraction: DigitGroups = DigitGroups(0, 0)


_SPECIAL = ("NaN", "INF", "-INF")


def number_format(pattern: str | None, decimal_char: str = ".", group_char: str | None = None) -> NumberFormat:
    """A format read from a datatype description's `format` (Model §6.4.2).

    Raises:
        PatternError: the pattern uses what CSVW does not ask for, or makes no sense.
    """
    point = re.escape(decimal_char)
    if pattern is None:
        group = re.escape(group_char) if group_char else "(?!)"
        shape = re.compile(
            rf"(?P<sign>[+-]?)(?P<whole>[0-9](?:[0-9]|{group}(?!{group}))*)?"
            rf"(?:{point}(?P<fraction>[0-9]+))?(?:E(?P<exponent>[+-]?[0-9]+)|(?P<scale>[%‰]))?"
        )
        return NumberFormat(decimal_char, group_char, None, shape, DigitGroups(0, None), DigitGroups(0, None))
    separator = group_char or ","
    group = re.escape(separator)
    parts = re.fullmatch(
        rf"(?P<prefix>[%‰]?)(?P<sign>[+-]?)(?P<whole>(?:\#|{group})*(?:0|{group})*)"
        rf"(?:{point}(?P<fraction>(?:0|{group})*(?:\#|{group})*))?(?:E(?P<plus>\+?)(?P<exponent>\#*0*))?(?P<suffix>[%‰]?)",
        pattern,
    )
    if parts is None or not re.search("[0#]", pattern):
        raise PatternError(f"'{pattern}' is no number pattern of the symbols 0 # {decimal_char} {separator} E + % ‰")
    if parts["prefix"] and parts["suffix"]:
        raise PatternError(f"'{pattern}' has two percent or per-mille signs")
    whole = _whole_digits(parts["whole"], separator)
    fraction = _fraction_digits(parts["fraction"] or "", separator)
    return NumberFormat(decimal_char, separator, pattern, _shape(parts, point, group), whole, fraction)


def _shape(parts: re.Match[str], point: str, group: str) -> re.Pattern[str]:
    """What a value in the pattern's format looks like; how many digits and which groups is checked apart."""
    sign = {"": "[+-]?", "+": "[+-]", "-": "-"}[parts["sign"]]
    scale = re.escape(parts["prefix"] or parts["suffix"])
    scale_group = f"(?P<scale>{scale})" if scale else "(?P<scale>)"
    exponent = "(?P<exponent>)"
    if parts["exponent"] is not None:
        least = max(1, parts["exponent"].count("0"))
        exponent = rf"E(?P<exponent>{'[+-]' if parts['plus'] else '[+-]?'}[0-9]{{{least},}})"
    body = rf"(?P<sign>{sign})(?P<whole>(?:[0-9]|{group})*)(?:{point}(?P<fraction>(?:[0-9]|{group})+))?{exponent}"
    return re.compile(f"{scale_group}{body}" if parts["prefix"] else f"{body}{scale_group}")


def _whole_digits(pattern: str, separator: str) -> DigitGroups:
    groups = pattern.split(separator)
    primary = len(groups[-1]) if len(groups) > 1 else 0
    secondary = len(groups[-2]) if len(groups) > 2 else primary
    if len(groups) > 1 and 0 in (primary, secondary):
        raise PatternError(f"'{pattern}' has an empty group of digits")
    return DigitGroups(pattern.count("0"), None, primary, secondary)


def _fraction_digits(pattern: str, separator: str) -> DigitGroups:
    groups = pattern.split(separator)
    digits = sum(map(len, groups))
    return DigitGroups(pattern.count("0"), digits, len(groups[0]) if len(groups) > 1 else 0)


def parse_number(form: NumberFormat, text: str) -> str:
    """The number that `text` is in that format, in the lexical form of XML Schema.

    Raises:
        FormatMismatch: it is not in that format.
    """
    if text in _SPECIAL:
        return text
    found = form.shape.fullmatch(text)
    if found is None or not (found["whole"] or found["fraction"]):
        raise FormatMismatch(f"is not in the format {form.pattern or 'of a number'}")
    whole, fraction = found["whole"] or "", found["fraction"] or ""
    if form.pattern is not None:
        _check_digits(form, whole, fraction)
    group = form.group_char or ""
    digits = whole.replace(group, "") if group else whole
    decimals = fraction.replace(group, "") if group else fraction
    number = found["sign"] + (digits or "0") + (f".{decimals}" if decimals else "")
    if found["scale"]:
        return canonical_decimal(Decimal(number) / (100 if found["scale"] == "%" else 1000))
    # the suite's expected graphs write the exponent of a formatted number in lower case
    return number + (f"e{found['exponent']}" if found["exponent"] else "")


def _check_digits(form: NumberFormat, whole: str, fraction: str) -> None:
    group = form.group_char or ""
    if _grouped_from_right(whole.replace(group, ""), form.whole, group) != whole:
        raise FormatMismatch(f"is not grouped as {form.pattern} asks")
    if _grouped_from_left(fraction.replace(group, ""), form.fraction.primary, group) != fraction:
        raise FormatMismatch(f"has decimals that are not grouped as {form.pattern} asks")
    digits, decimals = len(whole.replace(group, "")), len(fraction.replace(group, ""))
    if digits < form.whole.least:
        raise FormatMismatch(f"has {digits} digits, {form.pattern} asks for at least {form.whole.least}")
    most = form.fraction.most or 0
    if not form.fraction.least <= decimals <= most:
        wanted = str(most) if form.fraction.least == most else f"{form.fraction.least} to {most}"
        raise FormatMismatch(f"has {decimals} decimals, {form.pattern} asks for {wanted}")


def _grouped_from_right(digits: str, groups: DigitGroups, separator: str) -> str:
    if not groups.primary or len(digits) <= groups.primary:
        return digits
    parts, rest = [digits[-groups.primary :]], digits[: -groups.primary]
    while rest:
        parts.append(rest[-groups.secondary :])
        rest = rest[: -groups.secondary]
    return separator.join(reversed(parts))


def _grouped_from_left(digits: str, size: int, separator: str) -> str:
    if not size:
        return digits
    return separator.join(digits[at : at + size] for at in range(0, len(digits), size))


@dataclass(frozen=True, slots=True)
class DateFormat:
    """A date's or time's format (Model §6.4.4) and the datatype that it makes."""

    pattern: str
    datatype: str
    shape: re.Pattern[str]


_SYMBOLS = re.compile(r"'(?P<quoted>(?:[^']|'')*)'|(?P<field>([A-Za-z])\3*)|(?P<mark>.)", re.DOTALL)
_FIELDS = {
    "yyyy": "(?P<year>[0-9]{4})",
    "MM": "(?P<month>[0-9]{2})",
    "M": "(?P<month>[0-9]{1,2})",
    "dd": "(?P<day>[0-9]{2})",
    "d": "(?P<day>[0-9]{1,2})",
    "HH": "(?P<hour>[0-9]{2})",
    "H": "(?P<hour>[0-9]{1,2})",
    "mm": "(?P<minute>[0-9]{2})",
    "m": "(?P<minute>[0-9]{1,2})",
    "ss": "(?P<second>[0-9]{2})",
    "s": "(?P<second>[0-9]{1,2})",
    "X": "(?P<zone>Z|[+-][0-9]{2}(?:[0-9]{2})?)",
    "XX": "(?P<zone>Z|[+-][0-9]{4})",
    "XXX": "(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})",
    "x": "(?P<zone>[+-][0-9]{2}(?:[0-9]{2})?)",
    "xx": "(?P<zone>[+-][0-9]{4})",
    "xxx": "(?P<zone>[+-][0-9]{2}:[0-9]{2})",
    "T": "T",
}
_NEEDS = {
    "date": {"year", "month", "day"},
    "time": {"hour", "minute"},
    "dateTime": {"year", "month", "day", "hour", "minute"},
    "dateTimeStamp": {"year", "month", "day", "hour", "minute", "zone"},
    "gYear": {"year"},
    "gYearMonth": {"year", "month"},
    "gMonth": {"month"},
    "gMonthDay": {"month", "day"},
    "gDay": {"day"},
}
_MAY_HAVE = {
    "time": {"second", "fraction"},
    "dateTime": {"second", "fraction"},
    "dateTimeStamp": {"second", "fraction"},
}


def date_format(pattern: str, datatype: str) -> DateFormat:
    """A date's or time's format for one of the date/time datatypes (Model §6.4.4).

    Raises:
        PatternError: a symbol that CSVW does not ask for, or fields that do not make up a value of that datatype.
    """
    shape, fields = "", list[str]()
    for symbol in _SYMBOLS.finditer(pattern):
        field = symbol["field"]
        if field is None:
            shape += re.escape(symbol["quoted"].replace("''", "'") if symbol["quoted"] is not None else symbol["mark"])
        elif set(field) == {"S"}:
            shape += f"(?P<fraction>[0-9]{{1,{len(field)}}})"
            fields.append("fraction")
        elif field in _FIELDS:
            shape += _FIELDS[field]
            fields += re.findall(r"\?P<(\w+)>", _FIELDS[field])
        else:
            raise PatternError(f"'{field}' is no date field that we know in '{pattern}'")
    # the S only give the most decimals of a second: none at all is in the format, too
    shape = re.sub(r"\\\.(\(\?P<fraction>[^)]*\))", r"(?:\\.\1)?", shape)
    needed = _NEEDS[datatype]
    if len(fields) != len(set(fields)) or not needed <= set(fields) <= needed | _MAY_HAVE.get(datatype, set()) | {
        "zone"
    }:
        raise PatternError(f"the fields of '{pattern}' do not make up a {datatype}")
    return DateFormat(pattern, datatype, re.compile(shape))


def parse_date(form: DateFormat, text: str) -> str:
    """The date or time that `text` is in that format, in the lexical form of XML Schema (not yet checked: 02-30).

    Raises:
        FormatMismatch: it is not in that format.
    """
    found = form.shape.fullmatch(text)
    if found is None:
        raise FormatMismatch(f"is not in the format {form.pattern}")
    part = {name: value or "" for name, value in found.groupdict().items()}
    month, day = part.get("month", "").zfill(2), part.get("day", "").zfill(2)
    date = {
        "gYear": part.get("year", ""),
        "gYearMonth": f"{part.get('year')}-{month}",
        "gMonth": f"--{month}",
        "gMonthDay": f"--{month}-{day}",
        "gDay": f"---{day}",
        "time": "",
    }.get(form.datatype, f"{part.get('year')}-{month}-{day}")
    clock = ""
    if "hour" in part:
        seconds = part.get("second", "").zfill(2)
        fraction = f".{part['fraction']}" if part.get("fraction") else ""
        clock = f"{part['hour'].zfill(2)}:{part['minute'].zfill(2)}:{seconds}{fraction}"
    return f"{date}{'T' if date and clock else ''}{clock}{_zone(part.get('zone', ''))}"


def _zone(text: str) -> str:
    """An offset in XML Schema's form: -05 and -0500 are -05:00."""
    if text in ("", "Z"):
        return text
    digits = text[1:].replace(":", "").ljust(4, "0")
    return f"{text[0]}{digits[:2]}:{digits[2:]}"
