"""Which label a reader gets: language ranges and fallback, BCP 47 and RFC 4647.

A reader of Traditional Chinese never gets Simplified before Traditional: a bare `zh-TW` or `zh-HK` means Hant, and the
chain of zh-Hant-TW is zh-Hant-TW, zh-Hant, zh, en.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TypeVar

from lod.wording import Wording, say

T = TypeVar("T")

# BCP 47 (RFC 5646 §2.1), well-formedness: language, script, region, variants, extensions, private use; or private use
LANGUAGE_TAG = (
    r"(?:[A-Za-z]{2,3}(?:-[A-Za-z]{3}){0,3}|[A-Za-z]{4}|[A-Za-z]{5,8})(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?"
    r"(?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*(?:-[0-9A-WY-Za-wy-z](?:-[A-Za-z0-9]{2,8})+)*"
    r"(?:-[xX](?:-[A-Za-z0-9]{1,8})+)?|[xX](?:-[A-Za-z0-9]{1,8})+"
)
_LANGUAGE_TAG = re.compile(LANGUAGE_TAG)
_LONG = 4  # letters
_NAMES = {"chinese": "zh-Hant-TW", "english": "en", "japanese": "ja", "中文": "zh-Hant-TW", "英文": "en", "日文": "ja"}
_IMPLIED_SCRIPT = {"tw": "hant", "hk": "hant", "mo": "hant", "cn": "hans", "sg": "hans", "my": "hans"}


def is_language_tag(tag: str) -> bool:
    """Whether a tag is well-formed. Whether its subtags are registered is not looked at."""
    return _LANGUAGE_TAG.fullmatch(tag) is not None


def may_be_registered(tag: str) -> bool:
    """Whether a tag is well-formed and no name in English: of four letters and more no language is registered."""
    return is_language_tag(tag) and len(tag.split("-")[0]) < _LONG


def tag_hint(tag: str) -> Wording:
    """What to write instead of what is no tag: zh_Hant → zh-Hant, chinese → zh-Hant-TW."""
    near = _NAMES.get(tag.casefold()) or written(re.sub(r"[_\s]+", "-", tag.strip()))
    while near and not may_be_registered(near):
        near = near.rpartition("-")[0]
    return say("did you mean '{near}'?", near=near) if near else say("as in zh-Hant-TW or en")


@lru_cache(maxsize=1024)
def canonical(tag: str) -> str:
    """A language tag in lower case with the script that a Chinese region implies: zh-TW → zh-hant-tw."""
    parts = tag.strip().lower().replace("_", "-").split("-")
    if parts[0] == "zh" and len(parts) > 1 and parts[1] in _IMPLIED_SCRIPT:
        parts.insert(1, _IMPLIED_SCRIPT[parts[1]])
    return "-".join(parts)


def written(tag: str) -> str:
    """A language tag as BCP 47 §2.1.1 recommends to write it: zh-hant-tw → zh-Hant-TW."""
    first, *rest = tag.split("-")
    cased = [part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part.lower() for part in rest]
    return "-".join([first.lower(), *cased])


def chain(language: str) -> list[str]:
    """The tags to try for a reader of `language`, best first, in canonical form; English comes last."""
    tag = canonical(language)
    tags = []
    while tag:
        tags.append(tag)
        tag = tag.rpartition("-")[0]
    return [*tags, *([] if "en" in tags else ["en"])]


@lru_cache(maxsize=4096)
def rank(tag: str, wanted: str) -> int:
    """How well a label tagged `tag` ('' for none) serves a reader of `wanted`: 0 is best, higher is worse."""
    have, tags = canonical(tag) if tag else "", chain(wanted)
    for place, want in enumerate(tags):
        if have == want:
            return place * 2
        if have.startswith(want + "-"):
            # zh-hans is no better than foreign to a reader of zh-hant
            foreign_script = tags[0].startswith("zh-hant") and have.startswith("zh-hans")
            return 2 * len(tags) + 2 if foreign_script else place * 2 + 1
    return 2 * len(tags) + (0 if not have else 1)


def best(labels: Iterable[tuple[str, T]], wanted: str) -> tuple[str, T] | None:
    """The (tag, label) that serves a reader of `wanted` best; ties go to the first. None if there is none."""
    return min(labels, key=lambda pair: rank(pair[0], wanted), default=None)


def pick(texts: Mapping[str, str], wanted: str) -> str:
    """The best of texts by language, '' if there is none."""
    found = best(texts.items(), wanted)
    return found[1] if found else ""
