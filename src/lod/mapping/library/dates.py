"""Dates in texts: by patterns, and as people of Taiwan write them."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime

_JAVA_DATE = {
    "yyyy": "%Y", "uuuu": "%Y", "yy": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "M": "%m", "dd": "%d", "d": "%d",
    "EEEE": "%A", "EEE": "%a", "HH": "%H", "H": "%H", "hh": "%I", "mm": "%M", "ss": "%S", "a": "%p",
}  # fmt: skip
_JAVA_TOKEN = re.compile(r"'([^']*)'|([A-Za-z])\2*|%")


def parse_date(value: str, pattern: str) -> datetime | None:
    """By a pattern of Java's DateTimeFormatter, as FnO's functions take it, or of strptime, with `%`."""

    def directive(match: re.Match[str]) -> str:
        if match.group(1) is not None:
            return match.group(1).replace("%", "%%")
        return "%%" if match.group() == "%" else _JAVA_DATE.get(match.group(), "\0")

    try:
        written = pattern if "%" in pattern else _JAVA_TOKEN.sub(directive, pattern)
        return datetime.strptime(value, written)  # noqa: DTZ007 (the text has no zone)
    except (ValueError, re.error):  # strptime compiles the pattern: one that names a field twice is no expression
        return None


def date_by_pattern(value: str, pattern: str) -> str | None:
    """An ISO 8601 date, read by a pattern."""
    found = parse_date(value, pattern)
    return found.date().isoformat() if found else None


def date_time_by_pattern(value: str, pattern: str) -> str | None:
    """An ISO 8601 date and time, read by a pattern."""
    found = parse_date(value, pattern)
    return found.isoformat(timespec="seconds") if found else None


_MINGUO_DATE = re.compile(
    r"(?:中華民國|民國|民)?\s*(?P<before>前)?\s*(?P<year>\d{1,3})\s*[年./-]\s*(?P<month>\d{1,2})\s*[月./-]\s*(?P<day>\d{1,2})\s*日?"
    r"|(?P<compact>\d{6,7})"
)
_MINGUO_YEAR = re.compile(r"(?:中華民國|民國|民)?\s*(?P<before>前)?\s*(?P<year>\d{1,3})\s*(?:學?年度?)?")


def minguo_date(value: str) -> str | None:
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


def minguo_year(value: str) -> str | None:
    """民國101年 or 101 as 2012; 民國前1年 as 1911."""
    found = _MINGUO_YEAR.fullmatch(unicodedata.normalize("NFKC", value).strip())
    if not found or int(found["year"]) == 0:
        return None
    return f"{1912 - int(found['year']) if found['before'] else 1911 + int(found['year']):04d}"
