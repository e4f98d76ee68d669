"""Periods as Taiwan's tables print them: 中華民國101年底, 民國 92年, 87年 1月, 11310, 1141020, End of 2012, 2015.

Minguo year y is Gregorian y + 1911 (民國前 y: 1912 - y). Codes are Gregorian: 2012, 2024-10, 2025-10-20.
"""

from __future__ import annotations

import re
from calendar import month_name, monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from lod.tables.printed.text import label_key

_OFFSET = 1911
_MINGUO = re.compile(
    r"(?:中華)?(?:民國)?(?P<before>前)?(?P<year>\d{1,3})年(?P<end>底)?"
    r"(?:(?P<month>\d{1,2})月(?P<month_end>底)?(?:(?P<day>\d{1,2})日)?)?"
)
_GREGORIAN = re.compile(r"(?P<end>endof)?(?:(?P<name>[a-z]+)?\.?,?)(?P<year>(?:19|20)\d\d)(?:年(?P<zh_end>底)?)?")
_DASHED = re.compile(r"(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)(?:-(?P<day>\d\d))?")
_DIGITS = re.compile(r"(?P<year>\d{2,3})(?P<month>\d\d)(?P<day>\d\d)?")
_RANGE = re.compile(r"年底?(?:至|到|[-~])|endof\d{4}-")
_MONTHS = {name[:3].lower(): number for number, name in enumerate(month_name) if name}


@dataclass(frozen=True, slots=True)
class Period:
    """A year, month or day; `is_end`: its last day only (a stock), not all of it."""

    year: int
    month: int | None = None
    day: int | None = None
    is_end: bool = False

    @property
    def code(self) -> str:
        """The period in Gregorian digits, as URIs say it."""
        parts = [f"{self.year:04}", *(f"{part:02}" for part in (self.month, self.day) if part)]
        return "-".join(parts)

    @property
    def last(self) -> date:
        """Its last day."""
        month = self.month or 12
        return date(self.year, month, self.day or monthrange(self.year, month)[1])

    @property
    def first(self) -> date:
        """Its first day; the last one, if that is all that it speaks of."""
        return self.last if self.is_end else date(self.year, self.month or 1, self.day or 1)

    @property
    def chinese(self) -> str:
        """民國101年底."""
        minguo = self.year - _OFFSET
        year = f"民國{minguo}年" if minguo > 0 else f"民國前{1 - minguo}年"
        rest = (f"{self.month}月" if self.month else "") + (f"{self.day}日" if self.day else "")
        return year + rest + ("底" if self.is_end else "")

    @property
    def english(self) -> str:
        """End of 2012."""
        day = f"{self.day} " if self.day else ""
        month = f"{month_name[self.month]} " if self.month else ""
        return ("End of " if self.is_end else "") + f"{day}{month}{self.year}"


def period_of(text: str) -> Period | None:
    """The period that a whole text names; None if it is no period, or a range of several."""
    key = label_key(text)
    for pattern, read in _READERS:
        match = pattern.fullmatch(key)
        if match and (found := read(match)) is not None:
            return found
    return None


def periods_in(text: str) -> Iterator[Period]:
    """The periods that a title cell names, spelled with 年 or «End of»; bare digits only where they are all of it."""
    whole = period_of(text)
    if whole:
        yield whole
        return
    key = label_key(text)
    if _RANGE.search(key):
        return
    for match in _MINGUO.finditer(key):
        found = _minguo(match)
        if found:
            yield found


def period_in_file_name(stem: str) -> Period | None:
    """The period at the end of a file's name: the digits there, or what stands before 年 or 月."""
    digits = re.search(r"\d+$", stem)
    if digits:
        return period_of(digits.group())
    return next(periods_in(stem), None)


def _made(year: int, month: int | None, day: int | None, is_end: bool) -> Period | None:
    try:
        date(year, month or 1, day or 1)
    except ValueError:
        return None
    return Period(year, month, day, is_end)


def _number(match: re.Match[str], name: str) -> int | None:
    text = match.groupdict().get(name)
    return int(text) if text else None


def _minguo(match: re.Match[str]) -> Period | None:
    year = int(match["year"])
    gregorian = 1912 - year if match["before"] else year + _OFFSET
    return _made(gregorian, _number(match, "month"), _number(match, "day"), bool(match["end"] or match["month_end"]))


def _gregorian(match: re.Match[str]) -> Period | None:
    name = match["name"]
    if name and name[:3] not in _MONTHS:
        return None
    return _made(int(match["year"]), _MONTHS[name[:3]] if name else None, None, bool(match["end"] or match["zh_end"]))


def _dashed(match: re.Match[str]) -> Period | None:
    return _made(int(match["year"]), _number(match, "month"), _number(match, "day"), False)


def _digits(match: re.Match[str]) -> Period | None:
    return _made(int(match["year"]) + _OFFSET, _number(match, "month"), _number(match, "day"), False)


def _digits_of_years(match: re.Match[str]) -> Period | None:
    return _made(int(match["year"]), _number(match, "month"), _number(match, "day"), False)


_READERS = (
    (_MINGUO, _minguo),
    (_GREGORIAN, _gregorian),
    (_DASHED, _dashed),
    (re.compile(r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)"), _digits_of_years),
    (_DIGITS, _digits),
)
