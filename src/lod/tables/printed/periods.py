"""Periods as Taiwan's tables print them: 中華民國101年底, 87年 1月, 101年第1季, 101學年度, 11310, 1141020, End of 2012.

Minguo year y is Gregorian y + 1911 (民國前 y: 1912 - y). Codes are Gregorian: 2012, 2024-10, 2025-10-20, 2012-Q1,
2012-H1, 2012-SY (the school year from August 2012), 2012-01--09 (January to September).
"""

from __future__ import annotations

import re
from calendar import month_name, monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from lod.tables.printed.text import label_key

_OFFSET = 1911
_ORDINALS = {"一": 1, "二": 2, "三": 3, "四": 4, "上": 1, "下": 2, "first": 1, "second": 2, "third": 3, "fourth": 4}
_YEAR = r"(?:(?:西元|公元)?(?P<western>(?:19|20)\d\d)|(?:中華)?(?:民國)?(?P<before>前)?(?P<year>\d{1,3}|元))"
_PART = (
    r"(?P<end>底)|第?(?P<quarter>[一二三四1-4])季(?P<quarter_end>底)?|(?P<half>[上下])半年度?"
    r"|(?P<from_month>\d{1,2})月?(?:份)?[-~至到](?P<to_month>\d{1,2})月(?:份)?(?P<to_end>底)?"
    r"|(?P<month>\d{1,2})月(?:份)?(?P<month_end>底)?(?:(?P<day>\d{1,2})日)?"
)
_SCHOOL = r"(?P<school>學年)度?(?:第?(?P<semester>[一二上下12])學期)?"
_CHINESE = re.compile(_YEAR + rf"(?:{_SCHOOL}|年度?(?:{_PART}|平均|全年|合計|總計|計)?)", re.IGNORECASE)
_PART_ALONE = re.compile(_PART)
_ENGLISH = re.compile(
    r"(?P<end>(?:the)?endof)?(?:(?P<name>[a-z]+)?\.?,?)(?P<western>(?:19|20)\d\d)"
    r"|(?:q(?P<quarter>[1-4])|(?P<ordinal>1st|2nd|3rd|4th|first|second|third|fourth)quarter)(?:of)?,?"
    r"(?P<q_year>(?:19|20)\d\d)"
    r"|(?P<year_q>(?:19|20)\d\d)-?q(?P<q_only>[1-4])"
)
_DASHED = re.compile(r"(?P<western>(?:19|20)\d\d)-(?P<month>\d\d)(?:-(?P<day>\d\d))?")
_SEPARATED = re.compile(
    r"(?:(?P<western>(?:19|20)\d\d)|(?P<year>\d{2,3}))([./])(?P<month>\d{1,2})(?:\3(?P<day>\d{1,2}))?"
)
_WESTERN_DIGITS = re.compile(r"(?P<western>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)")
_DIGITS = re.compile(r"(?P<year>\d{2,3})(?P<month>\d\d)(?P<day>\d\d)?")
_BARE = re.compile(r"(?:民國)?(?P<year>\d{1,3})")
_RANGE = re.compile(r"年底?(?:至|到|[-~])|endof\d{4}-")
_MONTHS = {name[:3].lower(): number for number, name in enumerate(month_name) if name}
_LAST_MONTH = 12
_SCHOOL_MONTHS = {"SY": (8, 19), "SY1": (8, 13), "SY2": (14, 19)}  # counted on into the next year


@dataclass(frozen=True, slots=True)
class Period:
    """A year, a month, a day, or months of a year. `is_end`: its last day only (a stock), not all of it.

    `part` is what it is called if it is no calendar unit: Q1 to Q4, H1, H2, SY and its semesters SY1 and SY2, or the
    first and last of its months, 01--09.
    """

    year: int
    month: int | None = None
    day: int | None = None
    is_end: bool = False
    part: str = ""

    @property
    def code(self) -> str:
        """The period in Gregorian digits, as URIs say it."""
        parts = [f"{self.year:04}", *(f"{part:02}" for part in (self.month, self.day) if part)]
        return "-".join([*parts, *([self.part] if self.part else [])])

    @property
    def _months(self) -> tuple[int, int]:
        """Its first and last month, counted from January of its year."""
        if self.part in _SCHOOL_MONTHS:
            return _SCHOOL_MONTHS[self.part]
        if self.part[:1] in ("Q", "H"):
            length = 3 if self.part[0] == "Q" else 6
            return int(self.part[1]) * length - length + 1, int(self.part[1]) * length
        if self.part:
            first, _, last = self.part.partition("--")
            return int(first), int(last)
        return (self.month, self.month) if self.month else (1, _LAST_MONTH)

    @property
    def last(self) -> date:
        """Its last day."""
        years, month = divmod(self._months[1] - 1, _LAST_MONTH)
        year, month = self.year + years, month + 1
        return date(year, month, self.day or monthrange(year, month)[1])

    @property
    def first(self) -> date:
        """Its first day; the last one, if that is all that it speaks of."""
        if self.is_end:
            return self.last
        years, month = divmod(self._months[0] - 1, _LAST_MONTH)
        return date(self.year + years, month + 1, self.day or 1)

    @property
    def chinese(self) -> str:
        """民國101年底."""
        minguo = self.year - _OFFSET
        year = f"民國{minguo}" if minguo > 0 else f"民國前{1 - minguo}"
        end = "底" if self.is_end else ""
        if self.part in _SCHOOL_MONTHS:
            return f"{year}學年度" + (f"第{self.part[2]}學期" if self.part[2:] else "")
        if self.part:
            return f"{year}年{self._chinese_part}{end}"
        rest = (f"{self.month}月" if self.month else "") + (f"{self.day}日" if self.day else "")
        return f"{year}年{rest}{end}"

    @property
    def _chinese_part(self) -> str:
        if self.part[0] == "Q":
            return f"第{self.part[1]}季"
        if self.part[0] == "H":
            return "上半年" if self.part[1] == "1" else "下半年"
        return f"{self._months[0]}月至{self._months[1]}月"

    @property
    def position(self) -> int:
        """A number that sorts periods of one kind."""
        digits = f"{self.last.year}{self.last.month:02}" if self.part else self.code.replace("-", "")
        return int(digits)

    @property
    def english(self) -> str:
        """End of 2012."""
        end = "End of " if self.is_end else ""
        if self.part in _SCHOOL_MONTHS:
            semester = f", semester {self.part[2]}" if self.part[2:] else ""
            return f"School year {self.year}/{(self.year + 1) % 100:02}{semester}"
        if self.part[:1] == "Q":
            return f"{end}{'quarter' if end else 'Quarter'} {self.part[1]} of {self.year}"
        if self.part[:1] == "H":
            half = ("first", "second")[int(self.part[1]) - 1] + " half"
            return f"{end or ''}{half if end else half.capitalize()} of {self.year}"
        if self.part:
            return f"{end}{month_name[self._months[0]]} to {month_name[self._months[1]]} {self.year}"
        day = f"{self.day} " if self.day else ""
        month = f"{month_name[self.month]} " if self.month else ""
        return f"{end}{day}{month}{self.year}"


def period_of(text: str, is_minguo: bool = False) -> Period | None:
    """The period that a whole text names; None if it is no period, or a range of several years.

    `is_minguo`: one to three digits alone are a Minguo year.
    """
    key = label_key(text)
    for pattern in (_CHINESE, _ENGLISH, _DASHED, _SEPARATED, _WESTERN_DIGITS, *([_BARE] if is_minguo else []), _DIGITS):
        match = pattern.fullmatch(key)
        if match and (found := _read(match)) is not None:
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
    for match in _CHINESE.finditer(key):
        found = _read(match)
        if found:
            yield found


def part_of_year(text: str) -> str:
    """A month, quarter or half-year that a whole text names without its year, as a part of one; '' if it is none."""
    key = label_key(text)
    return key if key != "底" and _PART_ALONE.fullmatch(key) else ""


def in_year(year: Period, part: str) -> Period | None:
    """The part of a year, as `part_of_year` read it."""
    return period_of(f"{year.year}年{part}")


def period_in_file_name(stem: str) -> Period | None:
    """The period at the end of a file's name: the digits there, or what stands before 年, 季 or 月."""
    digits = re.search(r"\d+$", stem)
    if digits:
        return period_of(digits.group(), is_minguo=len(digits.group()) > 1)
    return next(periods_in(stem), None)


def _read(match: re.Match[str]) -> Period | None:
    said = {name: text for name, text in match.groupdict().items() if text}
    year = _year(said)
    name = said.get("name")
    if name and name[:3] not in _MONTHS:
        return None
    month = _MONTHS[name[:3]] if name else _number(said, "month")
    is_end = any(key in said for key in ("end", "month_end", "quarter_end", "to_end"))
    part = _part(said)
    if part is None or year < 1:
        return None
    try:
        date(year, month or 1, _number(said, "day") or 1)
    except ValueError:
        return None
    return Period(year, month, _number(said, "day"), is_end, part)


def _year(said: dict[str, str]) -> int:
    western = said.get("western") or said.get("q_year") or said.get("year_q")
    if western:
        return int(western)
    year = 1 if said["year"] == "元" else int(said["year"])
    return 1912 - year if "before" in said else year + _OFFSET


def _part(said: dict[str, str]) -> str | None:
    """What the period is called if it is no calendar unit; None for months that are none."""
    if "school" in said:
        return f"SY{_ordinal(said['semester'])}" if "semester" in said else "SY"
    quarter = said.get("quarter") or said.get("ordinal") or said.get("q_only")
    if quarter:
        return f"Q{_ordinal(quarter)}"
    if "half" in said:
        return f"H{_ordinal(said['half'])}"
    if "from_month" not in said:
        return ""
    first, last = int(said["from_month"]), int(said["to_month"])
    if not 1 <= first < last <= _LAST_MONTH:
        return None
    usual = {(1, 12): "", (1, 6): "H1", (7, 12): "H2", (1, 3): "Q1", (4, 6): "Q2", (7, 9): "Q3", (10, 12): "Q4"}
    return usual.get((first, last), f"{first:02}--{last:02}")


def _ordinal(text: str) -> int:
    return _ORDINALS.get(text) or int(text[0])


def _number(said: dict[str, str], name: str) -> int | None:
    return int(said[name]) if name in said else None
