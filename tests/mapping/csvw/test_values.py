"""Datatypes, formats and cells: from a text to values."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lod.mapping.csvw.cells import Cell, Value, parse_cell, variable_value
from lod.mapping.csvw.metadata.datatypes import Datatype, parse_value, violated_limits
from lod.mapping.csvw.metadata.model import Column, Inherited
from lod.mapping.csvw.syntax.uax35 import (
    FormatMismatch,
    PatternError,
    date_format,
    number_format,
    parse_date,
    parse_number,
)
from lod.mapping.csvw.syntax.xsd import PARENTS, canonical, canonical_decimal, is_a, is_valid, order


def number(pattern: str | None, text: str, point: str = ".", group: str | None = None) -> str | None:
    try:
        return parse_number(number_format(pattern, point, group), text)
    except FormatMismatch:
        return None


@pytest.mark.parametrize(
    ("pattern", "text", "value"),
    [
        ("0", "7", "7"),
        ("0", "", None),
        ("000", "07", None),
        ("000", "1234", "1234"),
        ("#,##0", "1,234,567", "1234567"),
        ("#,##0", "1234", None),
        ("#,##0", "12,34", None),
        ("#,##,##0", "12,34,567", "1234567"),
        ("#0.0#", "1", None),
        ("#0.0#", "1.25", "1.25"),
        ("#0.0#", "1.255", None),
        ("0.000,0##", "1.234,5", "1.2345"),
        ("0.000,0##", "1.2345", None),
        ("0%", "25%", "0.25"),
        ("0%", "25", None),
        ("‰0", "‰-5", "-0.005"),
        ("+0", "+5", "+5"),
        ("+0", "5", None),
        ("-0", "-5", "-5"),
        ("#0.0#E0", "1.5E-10", "1.5e-10"),
        ("0E+00", "1E+05", "1e+05"),
        ("0E+00", "1E5", None),
        ("0", "NaN", "NaN"),
    ],
)
def test_numbers_in_patterns(pattern: str, text: str, value: str | None) -> None:
    assert number(pattern, text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [("1.234.567,5", "1234567.5"), ("-1,5", "-1.5"), ("1..2", None), ("50%", "0.5"), ("1E3", "1e3"), ("1.5.", "15")],
)
def test_numbers_with_characters_of_their_own(text: str, value: str | None) -> None:
    assert number(None, text, ",", ".") == value


@pytest.mark.parametrize("pattern", ["", "abc", "0;(0)", "'x'0", "%0%", "0.#0", "#,,0", "0#", "0.0.0"])
def test_patterns_that_are_none(pattern: str) -> None:
    with pytest.raises(PatternError):
        number_format(pattern)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12))
def test_what_is_written_with_groups_is_read_back(value: Decimal) -> None:
    assert number("#,##0.0000", f"{value:,.4f}") == f"{value:.4f}"


@pytest.mark.parametrize(
    ("pattern", "datatype", "text", "value"),
    [
        ("yyyy-MM-dd", "date", "2015-03-22", "2015-03-22"),
        ("yyyyMMdd", "date", "20150322", "2015-03-22"),
        ("d.M.yyyy", "date", "2.3.2015", "2015-03-02"),
        ("dd.MM.yyyy", "date", "2.3.2015", None),
        ("M/d/yyyy", "date", "10/18/2010", "2010-10-18"),
        ("HHmm", "time", "1502", "15:02:00"),
        ("HH:mm:ss.SSS", "time", "15:02:37.14", "15:02:37.14"),
        ("HH:mm:ss.SSS", "time", "15:02:37", "15:02:37"),
        ("HH:mm:ss.S", "time", "15:02:37.14", None),
        ("HH:mm x", "time", "15:02 -05", "15:02:00-05:00"),
        ("HH:mm x", "time", "15:02 Z", None),
        ("yyyy-MM-ddTHH:mm:ssXXX", "dateTime", "2015-03-15T15:02:37+08:00", "2015-03-15T15:02:37+08:00"),
        ("yyyy-MM-ddTHH:mm:ssX", "dateTime", "2015-03-15T15:02:37Z", "2015-03-15T15:02:37Z"),
        ("d.M.yyyy HH:mm", "dateTime", "2.3.2015 15:02", "2015-03-02T15:02:00"),
        ("yyyy'年'M'月'd'日'", "date", "2015年3月2日", "2015-03-02"),
        ("MM/yyyy", "gYearMonth", "03/2015", "2015-03"),
    ],
)
def test_dates_in_patterns(pattern: str, datatype: str, text: str, value: str | None) -> None:
    try:
        found: str | None = parse_date(date_format(pattern, datatype), text)
    except FormatMismatch:
        found = None
    assert found == value


@pytest.mark.parametrize(
    ("pattern", "datatype"),
    [("yy-MM-dd", "date"), ("HH:mm", "date"), ("yyyy-MM-dd", "time"), ("yyyy-MM-dd dd", "date"), ("EEE", "date")],
)
def test_date_patterns_that_make_no_value(pattern: str, datatype: str) -> None:
    with pytest.raises(PatternError):
        date_format(pattern, datatype)


@pytest.mark.parametrize(
    ("datatype", "good", "bad"),
    [
        ("boolean", "1", "yes"),
        ("byte", "-128", "128"),
        ("unsignedLong", "18446744073709551615", "18446744073709551616"),
        ("positiveInteger", "+1", "0"),
        ("decimal", ".5", "1e3"),
        ("double", "-1.5E+3", "1.5e"),
        ("float", "INF", "Infinity"),
        ("date", "2012-02-29", "2013-02-29"),
        ("date", "2015-03-22+14:00", "2015-03-22+15:00"),
        ("dateTime", "2015-01-01T24:00:00", "2015-01-01T24:00:01"),
        ("dateTimeStamp", "2015-01-01T00:00:00Z", "2015-01-01T00:00:00"),
        ("time", "23:59:59.999", "23:60:00"),
        ("gMonthDay", "--02-29", "--02-30"),
        ("gYear", "-0044", "44"),
        ("duration", "-P1Y2M3DT4H5M6.7S", "P1Y2H"),
        ("dayTimeDuration", "P1DT2H", "P1M"),
        ("yearMonthDuration", "P1Y", "P1D"),
        ("hexBinary", "0aFF", "0aF"),
        ("base64Binary", "SGVsbG8=", "SGVsbG8"),
        ("anyURI", "../a?b#c", "a b"),
        ("QName", "a:b", "a:b:c"),
        ("token", "a b", "a  b"),
        ("language", "zh-Hant", "zh_Hant"),
        ("NMTOKEN", "-a.b", "a b"),
        ("Name", "_名", "1a"),
    ],
)
def test_lexical_spaces(datatype: str, good: str, bad: str) -> None:
    assert is_valid(datatype, good)
    assert not is_valid(datatype, bad)


def test_every_datatype_reaches_the_top() -> None:
    for name in PARENTS:
        assert is_a(name, "anyAtomicType")


@pytest.mark.parametrize(
    ("datatype", "text", "form"),
    [
        ("boolean", "0", "false"),
        ("integer", "+007", "7"),
        ("integer", "-0", "0"),
        ("decimal", "5.00", "5"),
        ("decimal", "0.10", "0.1"),
        ("double", "42.5", "4.25E1"),
        ("double", "0", "0.0E0"),
        ("double", "-0.001", "-1.0E-3"),
        ("double", "1e21", "1.0E21"),
        ("float", "+INF", "INF"),
        ("dateTime", "2015-01-01T00:00:00.500+00:00", "2015-01-01T00:00:00.5Z"),
        ("time", "10:00:00.0", "10:00:00"),
        ("date", "2015-01-01", "2015-01-01"),
        ("hexBinary", "ff", "FF"),
        ("string", " a ", " a "),
    ],
)
def test_canonical_representations(datatype: str, text: str, form: str) -> None:
    assert canonical(datatype, text) == form


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_canonical_double_is_the_same_double(value: float) -> None:
    assert float(canonical("double", repr(value))) == value


@given(st.dates(), st.dates())
def test_dates_are_ordered_as_the_calendar_is(one: object, other: object) -> None:
    assert (order("date", str(one)) < order("date", str(other))) == (str(one) < str(other))  # type: ignore[operator]


def test_order_knows_zones_and_durations() -> None:
    assert order("dateTime", "2015-01-01T08:00:00+08:00") == order("dateTime", "2015-01-01T00:00:00Z")
    assert order("duration", "-P1D") < order("duration", "PT1S") < order("duration", "P1M")  # type: ignore[operator]
    assert canonical_decimal(Decimal("1E+3")) == "1000"


def test_limits_and_lengths() -> None:
    assert violated_limits(Datatype("integer", min_inclusive="1", max_exclusive="10"), "10") == ["is not below 10"]
    assert violated_limits(Datatype("double", max_inclusive="10"), "NaN") == ["is above the maximum 10"]
    assert violated_limits(Datatype("string", length=2), "臺北") == []
    assert violated_limits(Datatype("base64Binary", max_length=4), "SGVsbG8=") == ["is 5 long, longer than 4"]
    assert violated_limits(Datatype("date", min_exclusive="2015-01-01"), "2015-01-01") == ["is not above 2015-01-01"]


def column(datatype: Datatype | None = None, **given: object) -> Column:
    return Column(1, name="c", inherited=replace(Inherited(datatype=datatype), **given))  # type: ignore[arg-type]


INTEGER = Datatype("integer")


@pytest.mark.parametrize(
    ("described", "text", "cell"),
    [
        (column(), "", Cell(())),
        (column(), " a ", Cell((Value(" a "),))),
        (column(null=("-",)), "", Cell((Value(""),))),
        (column(null=("-",)), "-", Cell(())),
        (column(INTEGER), " 5\t", Cell((Value("5"),))),
        (column(INTEGER, default="7"), " ", Cell((Value("7"),))),
        (column(INTEGER, required=True), "", Cell((), is_missing=True)),
        (column(separator=";"), "", Cell((), is_list=True)),
        (column(separator=";", required=True), "", Cell((), is_list=True, is_missing=True)),
        (column(separator=";"), "a; b", Cell((Value("a"), Value(" b")), is_list=True)),
        (column(INTEGER, separator=";"), "1; 2;;3", Cell((Value("1"), Value("2"), Value("3")), is_list=True)),
        (column(INTEGER, separator=";", null=("x",)), "x", Cell(())),
        (column(Datatype("token")), " a \n b ", Cell((Value("a b"),))),
        (column(Datatype("normalizedString")), " a\nb", Cell((Value(" a b"),))),
    ],
)
def test_cells(described: Column, text: str, cell: Cell) -> None:
    assert parse_cell(described, text) == cell


def test_what_does_not_fit_is_a_string_and_an_error() -> None:
    cell = parse_cell(column(INTEGER, separator=" "), "1 5 7.0")
    assert cell.values == (Value("1"), Value("5"), Value("7.0", fits=False))
    assert cell.errors == ("is no integer",)
    assert parse_cell(column(Datatype("integer", max_inclusive="9")), "10").values == (Value("10", fits=False),)


def test_variables_are_canonical() -> None:
    described = column(Datatype("decimal"), separator=" ")
    assert variable_value(described, parse_cell(described, "1.0 05")) == ["1", "5"]
    assert variable_value(described, parse_cell(described, "")) == []
    assert variable_value(column(), parse_cell(column(), "")) is None


def test_booleans_have_one_spelling() -> None:
    assert [parse_value(Datatype("boolean"), text) for text in ("1", "false")] == ["true", "false"]
