"""Texts and patterns in a declaration: `總計` is a label, `/^民國/` is a regular expression over one line of text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lod.tables.printed.text import chinese_key, label_key, one_line


def is_one_of(key: str, text: str, names: Iterable[str]) -> bool:
    """Whether a label, given as key and as text, is among names and patterns."""
    for name in names:
        if len(name) > 1 and name.startswith("/") and name.endswith("/"):
            if re.search(name[1:-1], one_line(text)):
                return True
        elif label_key(name) in (key, chinese_key(text)):
            return True
    return False
