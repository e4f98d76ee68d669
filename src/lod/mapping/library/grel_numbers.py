"""GREL's functions on numbers, dates and conditions. https://openrefine.org/docs/manual/grelfunctions"""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation, localcontext

from lod.mapping.library.dates import date_by_pattern
from lod.mapping.library.function import (
    GREL,
    VALUE,
    Compute,
    Function,
    as_list,
    boolean,
    define,
    grel,
    integer,
)
from lod.mapping.library.grel_text import to_number

_N = grel("n", "p_dec_n", "param_dec_n", "valueParam", "valueParameter")
_N2 = grel("n2", "param_n2", "param_dec_n2", "p_dec_n2")
_EXPONENT = grel("exponent", "p_any_exp", "param_dec_n_exp", "param_n2")
_I = grel("i", "p_int_i", "param_int_i", "p_dec_n", "param_dec_n")
_I2 = grel("i2", "p_int_i2", "param_int_i2", "param_n2", "param_dec_n2")
_ARRAY = grel("array", "p_array_a", "param_a", repeats=True)
_B = grel("condition", "bool_b", "param_b", "p_bool_b")
_ALL = grel("conditions", "param_rep_b", "bool_array_b", repeats=True)
_TRUE = grel("true", "any_true", "param_any_true", "p_any_true", "param_true")
_FALSE = grel("false", "any_false", "param_any_false", "p_any_false", "param_false", required=False)
_PATTERN = grel("pattern", "p_string_pattern", "param_string_pattern")
_DATE = grel("date", "p_date_d", "param_date_d", "p_datetime_d", "param_datetime_d")
_DATE_2 = grel("date2", "p_datetime_d2", "param_datetime_d2", "p_date_d2", "param_date_d2")
_UNIT = grel("unit", "p_string_unit", "param_string_unit", "p_string_timeunit", "param_string_timeunit")
_SECONDS = {"second": 1, "sec": 1, "s": 1, "minute": 60, "min": 60, "hour": 3600, "h": 3600, "day": 86400, "d": 86400,
            "week": 604800, "w": 604800}  # fmt: skip


def _number(text: str | None) -> Decimal | None:
    written = to_number(text) if text is not None else None
    return Decimal(written) if written is not None else None


def _plain(value: Decimal) -> str:
    """As XSD writes a decimal: without exponent, without zeros at the end."""
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _decimals(compute: Callable[..., Decimal | int]) -> Compute:
    """A function of numbers; none where an argument is no number, or there is no result."""

    def computed(*arguments: str | None) -> str | None:
        numbers = [_number(each) for each in arguments]
        if None in numbers:
            return None
        try:
            with localcontext(prec=50):
                return _plain(Decimal(compute(*numbers)))
        except (ArithmeticError, InvalidOperation, ValueError):
            return None

    return computed


def _doubles(compute: Callable[..., float]) -> Compute:
    """The same in floating point."""

    def computed(*arguments: str | None) -> str | None:
        numbers = [_number(each) for each in arguments]
        try:
            value = compute(*(float(each) for each in numbers if each is not None)) if None not in numbers else math.nan
        except (ArithmeticError, ValueError):
            return None
        return repr(value) if math.isfinite(value) else None

    return computed


def _integers(compute: Callable[..., int]) -> Compute:
    """The same of whole numbers."""

    def computed(*arguments: str | None) -> str | None:
        numbers = [integer(each) for each in arguments]
        try:
            return str(compute(*numbers)) if None not in numbers else None
        except (ArithmeticError, ValueError):
            return None

    return computed


def _floor(number: Decimal) -> Decimal:
    return number.to_integral_value("ROUND_FLOOR")


def _ceiling(number: Decimal) -> Decimal:
    return number.to_integral_value("ROUND_CEILING")


def _rounded(number: Decimal) -> Decimal:
    """The nearest whole number; of two the greater."""
    return _floor(number + Decimal("0.5"))


def _even(number: Decimal) -> Decimal:
    """Away from zero to an even number."""
    return _away(number / 2) * 2


def _odd(number: Decimal) -> Decimal:
    """Away from zero to an odd number."""
    sign = -1 if number < 0 else 1
    return sign * ((abs(number) - 1) / 2).to_integral_value("ROUND_CEILING") * 2 + sign if number else Decimal(1)


def _away(number: Decimal) -> Decimal:
    return number.to_integral_value("ROUND_UP")


def _factorial(number: int) -> int:
    if number > 500:
        raise ValueError
    return math.factorial(number)


def _combinations(n: int, k: int) -> int:
    if n > 10_000:
        raise ValueError
    return math.comb(n, k)


def _sum(array: str) -> str | None:
    numbers = [_number(each) for each in as_list(array)]
    return _plain(sum((each for each in numbers if each is not None), Decimal())) if numbers else None


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=None)
    except ValueError:
        return None


def _unit(text: str) -> str:
    return text.strip().lower().rstrip("s") or "s"


def _date_part(value: str, unit: str) -> str | None:
    moment = _moment(value)
    if moment is None:
        return None
    parts = {"year": moment.year, "month": moment.month, "mon": moment.month, "day": moment.day, "d": moment.day,
             "hour": moment.hour, "h": moment.hour, "minute": moment.minute, "min": moment.minute,
             "second": moment.second, "sec": moment.second, "": moment.second, "s": moment.second,
             "week": (moment.day - 1 + moment.replace(day=1).weekday()) // 7 + 1,
             "weekday": _WEEKDAYS[moment.weekday()], "millisecond": moment.microsecond // 1000}  # fmt: skip
    found = parts.get(_unit(unit))
    return None if found is None else str(found)


_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _increased(value: str, number: str, unit: str) -> str | None:
    moment, steps, name = _moment(value), _number(number), _unit(unit)
    if moment is None or steps is None:
        return None
    try:
        if name in _SECONDS:
            moved = moment + timedelta(seconds=float(steps * _SECONDS[name]))
        elif name in ("month", "mon", "year"):
            months = moment.year * 12 + moment.month - 1 + int(steps) * (12 if name == "year" else 1)
            year, month = months // 12, months % 12 + 1
            moved = moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))
        else:
            return None
    except (OverflowError, ValueError):
        return None
    return moved.isoformat() if "T" in value or ":" in value else moved.date().isoformat()


def _elapsed(value: str, other: str, unit: str) -> str | None:
    """From the other moment to the value, in whole units."""
    end, begin, name = _moment(value), _moment(other), _unit(unit)
    if end is None or begin is None:
        return None
    if name in _SECONDS:
        return str(int((end - begin).total_seconds() / _SECONDS[name]))
    months = (end.year - begin.year) * 12 + end.month - begin.month
    rest = (end.day, end.time()) < (begin.day, begin.time()), (end.day, end.time()) > (begin.day, begin.time())
    months += -1 if months > 0 and rest[0] else 1 if months < 0 and rest[1] else 0
    if name in ("month", "mon"):
        return str(months)
    return str(int(months / 12)) if name == "year" else None


def _truth(values: str) -> list[bool]:
    return [each == "true" for each in as_list(values)]


def _is_odd(values: str) -> str:
    return boolean(sum(_truth(values)) % 2 == 1)


def _of(name: str, kind: str, summary: str, compute: Compute, *parameters: str) -> Function:
    known = {"n": _N, "n2": _N2, "i": _I, "i2": _I2, "e": _EXPONENT}
    return define(f"{GREL}math_{name}", tuple(known[each] for each in parameters), kind, summary, compute)


FUNCTIONS: tuple[Function, ...] = (
    _of("abs", "decimal", "without its sign", _decimals(abs), "n"),
    _of("floor", "integer", "the next whole number below", _decimals(_floor), "n"),
    _of("ceil", "integer", "the next whole number above", _decimals(_ceiling), "n"),
    _of("round", "integer", "the nearest whole number, of two the greater", _decimals(_rounded), "n"),
    _of("even", "integer", "the next even number, away from zero", _decimals(_even), "n"),
    _of("odd", "integer", "the next odd number, away from zero", _decimals(_odd), "n"),
    _of("min", "decimal", "the smaller one", _decimals(min), "n", "n2"),
    _of("max", "decimal", "the greater one", _decimals(max), "n", "n2"),
    _of("mod", "integer", "what a division leaves", _integers(lambda a, b: a % b), "i", "i2"),
    _of("quotient", "integer", "a division without rest", _decimals(lambda a, b: int(a / b)), "n", "n2"),
    _of("gcd", "integer", "the greatest common divisor", _integers(math.gcd), "i", "i2"),
    _of("lcm", "integer", "the least common multiple", _integers(math.lcm), "i", "i2"),
    _of("fact", "integer", "the factorial", _integers(_factorial), "i"),
    _of("combin", "integer", "the combinations of `i2` out of `i`", _integers(_combinations), "i", "i2"),
    _of("pow", "double", "to the power", _doubles(math.pow), "n", "e"),
    _of("exp", "double", "e to the power", _doubles(math.exp), "n"),
    _of("ln", "double", "the natural logarithm", _doubles(math.log), "n"),
    _of("log", "double", "the logarithm to base 10", _doubles(math.log10), "n"),
    *(
        _of(name, "double", summary, _doubles(getattr(math, name)), "n")
        for name, summary in {
            "sin": "the sine of an angle in radians", "cos": "the cosine", "tan": "the tangent",
            "asin": "the angle of a sine", "acos": "the angle of a cosine", "atan": "the angle of a tangent",
            "sinh": "the hyperbolic sine", "cosh": "the hyperbolic cosine", "tanh": "the hyperbolic tangent",
            "degrees": "radians as degrees", "radians": "degrees as radians",
        }.items()
    ),
    _of("atan2", "double", "the angle of a point (x: `n2`, y: `n`)", _doubles(math.atan2), "n", "n2"),
    define(GREL + "array_sum", (_ARRAY,), "decimal", "the sum of the numbers in a list", _sum),
    define(GREL + "boolean_not", (_B,), "boolean", "the contrary", lambda b: boolean(b != "true")),
    define(GREL + "boolean_and", (_ALL,), "boolean", "all are true", lambda v: boolean(all(_truth(v)))),
    define(GREL + "boolean_or", (_ALL,), "boolean", "one is true", lambda v: boolean(any(_truth(v)))),
    define(GREL + "boolean_xor", (_ALL,), "boolean", "an odd number is true", _is_odd),
    define(
        GREL + "controls_if",
        (_B, _TRUE, _FALSE),
        "string",
        "one value if the condition is true, else the other",
        lambda b, yes, no: yes if b == "true" else no,
        takes_nulls=True,
    ),
    define(GREL + "date_toDate", (VALUE, _PATTERN), "date", "an ISO 8601 date, read by a pattern", date_by_pattern),
    define(GREL + "date_datePart", (_DATE, _UNIT), "string", "its year, month, day, weekday, hour …", _date_part),
    define(GREL + "date_inc", (_DATE, _N, _UNIT), "string", "so many days, months … later", _increased),
    define(GREL + "date_diff", (_DATE, _DATE_2, _UNIT), "integer", "whole days, months … since the second", _elapsed),
)  # fmt: skip
