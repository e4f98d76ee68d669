"""Bands of a code list, such as 18-25歲 and 65歲以上: whose is a value that two of them print as an end?

A list of bands that share end points has to say it: `bands: half-open` (the first value belongs to a band, the last one
to the next) or `bands: closed` (both belong to it, so that bands share none).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from lod.diagnostics import Findings
from lod.mapping.cube.model import Code, CodeList
from lod.wording import Wording, say


class Bands(StrEnum):
    """What the ends of bands mean; '' where nothing is said."""

    UNSAID = ""
    HALF_OPEN = "half-open"
    CLOSED = "closed"


_NUMBER = r"(\d[\d,]*(?:\.\d+)?)"
_UNIT = r"[^\d\-~()]*"
_SPAN = re.compile(rf"(?:滿)?{_NUMBER}{_UNIT}(?:[-~至到]|to|以上(?:至|-|~)?)(?:未滿|不滿)?{_NUMBER}{_UNIT}")
_UP = re.compile(rf"(?:滿)?{_NUMBER}[^\d\-~()]*(?:以上|及以上|andover|orover|&over|\+)")
_BELOW = re.compile(
    rf"(?:未滿|不滿|under|below|lessthan){_NUMBER}{_UNIT}|{_NUMBER}{_UNIT}(?:以下|未滿|andunder|orless)"
)
_SPACES = re.compile(r"\s+")
_DASHES = str.maketrans("–—－～〜", "---~~")
_OPEN = re.compile(r"未滿|不滿|under|below|lessthan")


@dataclass(frozen=True, slots=True)
class Band:
    """A code's span: from `low` to `high`, None where it has no end. `is_open`: its label says that it ends before."""

    code: Code
    low: Decimal | None
    high: Decimal | None
    is_open: bool = False


def band_of(code: Code) -> Band | None:
    """The band that a code's labels name; None if it is none."""
    for _, text in code.labels:
        key = _SPACES.sub("", unicodedata.normalize("NFKC", text)).translate(_DASHES).casefold()
        if match := _SPAN.fullmatch(key):
            return Band(code, _decimal(match[1]), _decimal(match[2]), _OPEN.search(key) is not None)
        if match := _UP.fullmatch(key):
            return Band(code, _decimal(match[1]), None)
        if match := _BELOW.fullmatch(key):
            return Band(code, None, _decimal(match[1] or match[2]), _OPEN.search(key) is not None)
    return None


def check_bands(codes: CodeList, findings: Findings) -> None:
    """LOD3626: bands of one parent that share an end, overlap or leave a gap, against what the list says of them."""
    for siblings in _siblings(codes) if codes.bands in tuple(Bands) else ():
        bands = [band for code in siblings if (band := band_of(code))]
        is_whole = len(bands) == len(siblings)  # else single values may stand between two bands
        bands.sort(key=lambda band: (band.low is not None, band.low or Decimal(0)))
        for lower, upper in pairwise(bands):
            wrong = _wrong(lower, upper, codes.bands, is_whole)
            if wrong:
                message = say(
                    "'{code}' and '{other}' of list '{name}' {wrong}",
                    code=lower.code.code,
                    other=upper.code.code,
                    name=codes.name,
                    wrong=wrong[0],
                )
                findings.error("LOD3626", message, upper.code.origin, wrong[1], [lower.code.origin])


def _siblings(codes: CodeList) -> Iterator[Sequence[Code]]:
    parents = dict.fromkeys(parent for code in codes.codes for parent in (code.parents or ("",)))
    for parent in parents:
        yield [code for code in codes.codes if parent in (code.parents or ("",))]


def _wrong(lower: Band, upper: Band, said: str, is_whole: bool) -> tuple[Wording, Wording] | None:
    """What is wrong with two bands, and what to do; None if nothing is."""
    correct = say("correct the labels or the parents")
    if lower.high is None or upper.low is None:
        return None if lower.low is None and upper.low is None else (say("overlap"), correct)
    if lower.high > upper.low:
        return say("overlap between {low} and {high}", low=upper.low, high=lower.high), correct
    if lower.high == upper.low and said != Bands.HALF_OPEN and not lower.is_open:
        hint = say("say it at the list: bands: half-open, if it belongs to the second")
        return say("share the end {end}: whose is it?", end=upper.low), hint
    is_gap = lower.high < upper.low and None not in (lower.low, upper.high)
    if is_gap and is_whole and said == Bands.HALF_OPEN:
        hint = say("a band is missing, or both ends belong to each: bands: closed")
        return say("leave a gap between {high} and {low}", high=lower.high, low=upper.low), hint
    return None


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))
