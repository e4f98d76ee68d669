"""Language tags: BCP 47 §2.1 well-formedness and §4.4.2 truncation.

https://www.rfc-editor.org/rfc/rfc5646
"""

from __future__ import annotations

import re

UNDEFINED = "und"

_LANGTAG = re.compile(
    r"""(?:
      (?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4}|[a-z]{5,8})   # language, extended language
      (?:-[a-z]{4})?                                          # script
      (?:-(?:[a-z]{2}|[0-9]{3}))?                             # region
      (?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*                # variants
      (?:-[0-9a-wyz](?:-[a-z0-9]{2,8})+)*                     # extensions
      (?:-x(?:-[a-z0-9]{1,8})+)?                              # private use
    | x(?:-[a-z0-9]{1,8})+
    | en-gb-oed|i-(?:ami|bnn|default|enochian|hak|klingon|lux|mingo|navajo|pwn|tao|tay|tsu)|sgn-(?:be-fr|be-nl|ch-de)
    )""",
    re.IGNORECASE | re.VERBOSE,
)


def is_well_formed(tag: str) -> bool:
    """Whether `tag` is a well-formed language tag (BCP 47 §2.2.9)."""
    return _LANGTAG.fullmatch(tag) is not None


def languages_match(one: str, other: str) -> bool:
    """Whether two tags are equal when cut to the shorter one's length; `und` matches any (Metadata §5.5.1)."""
    if UNDEFINED in (one, other):
        return True
    a, b = one.lower().split("-"), other.lower().split("-")
    shared = min(len(a), len(b))
    return a[:shared] == b[:shared]
