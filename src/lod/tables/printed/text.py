"""Printed text as it is compared: what looks the same to a reader is the same key."""

from __future__ import annotations

import re
import unicodedata

_SPACES = re.compile(r"[\s\u3000\u200b\ufeff]+")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
# A run of Latin words glued to Chinese: 「研究所   Graduate」, 「縣市別\nCounty(City)」
_GLUED = re.compile(r"[A-Za-z][A-Za-z.,&'()\-/ ]*")
_VARIANTS = str.maketrans({"台": "臺", "－": "-", "—": "-", "–": "-", "‐": "-", "～": "~", "〜": "~"})
_CHINESE = r"[\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uff60]"
_BETWEEN = re.compile(f"(?<={_CHINESE}) (?={_CHINESE})")
_WIDE_SPACE = "\u3000"
# What leads to a footnote: 病床¹, 連江縣（註2）, 澎湖縣註1. After Latin letters it is a unit, km²; 備註1 is a remark
_NOTE = re.compile(
    r"(?<=[)）\]\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])"
    r"(?:[¹²³⁰⁴-⁹⁽⁾]+|\s*[(（\[]?(?<![備附])註\s*[\d０-９一二三四五六七八九十]+[)）\]]?)(?=\s|$)"
)

_NUMBERINGS = tuple(
    re.compile(each)
    for each in (
        r"[壹貳參叁肆伍陸柒捌玖拾]+[、.．,，]",
        r"[甲乙丙丁戊己庚辛壬癸][、.．,，]",
        r"[一二三四五六七八九十]+[、.．,，]",
        r"[(（][一二三四五六七八九十]+[)）]",
        r"[0-9０-９]+(?:[、,，]|[.．](?![0-9０-９]))",
        r"[(（][0-9０-９]+[)）]",
        r"[①-⑳]",
    )
)


def without_notes(text: str) -> str:
    """The text without the signs that lead to footnotes."""
    return _NOTE.sub("", text)


def label_key(text: str) -> str:
    """The text without spaces and signs of footnotes, widths made equal (NFKC), 台 as 臺, Latin in lower case."""
    # NFKC first would turn «－» and «…» into signs that the table of variants does not know
    widened = unicodedata.normalize("NFKC", without_notes(text).translate(_VARIANTS)).translate(_VARIANTS)
    return _SPACES.sub("", widened).casefold()


def chinese_key(text: str) -> str:
    """The key without English that is glued to Chinese; '' where there is no Chinese or nothing glued to it."""
    if not _HAN.search(text):
        return ""
    reduced = label_key(_GLUED.sub(" ", unicodedata.normalize("NFKC", without_notes(text))))
    return reduced if reduced != label_key(text) else ""


def indentation(text: str) -> int:
    """How far a text is moved in: an ideographic space counts two, any other space one."""
    width = 0
    for sign in text:
        if not sign.isspace():
            break
        width += 2 if sign == _WIDE_SPACE else 1
    return width


def numbering(text: str) -> tuple[int, str]:
    """The level of a label by its number, and the label without it: 壹、 1, 甲、 2, 一、 3, （一） 4, 1. 5, (1) 6, ① 7.

    (0, the label) where it has no number.
    """
    line = one_line(text)
    for level, pattern in enumerate(_NUMBERINGS, start=1):
        match = pattern.match(line)
        if match and match.end() < len(line):
            return level, line[match.end() :].strip()
    return 0, line


def one_line(text: str) -> str:
    """The text for people: lines joined, runs of spaces made one, and none where Chinese goes on."""
    return _BETWEEN.sub("", _SPACES.sub(" ", text)).strip()


def has_chinese(text: str) -> bool:
    """Whether there is a Chinese character in it."""
    return _HAN.search(text) is not None
