"""A query cut into tokens, in linear time, before any engine parses it.

SPARQL 1.1 Query Language: https://www.w3.org/TR/sparql11-query/ §19.2 (codepoint escapes), §19.8 (grammar)
"""

from __future__ import annotations

import re
import sys
from typing import NamedTuple


class Token(NamedTuple):
    """One token of a query: its kind, its text, and where it begins."""

    kind: str
    text: str
    start: int


TOKEN = re.compile(
    r"""
    (?P<blank>[ \t\r\n]++|\#[^\r\n]*+)
  | (?P<iri><(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*+>)
  | (?P<string>\"{3}(?:[^"\\]++|\\.|"(?!""))*+\"{3} | '{3}(?:[^'\\]++|\\.|'(?!''))*+'{3}
              | "(?:[^"\\\r\n]++|\\.)*+" | '(?:[^'\\\r\n]++|\\.)*+')
  | (?P<unclosed>["'].*+)
  | (?P<variable>[?$]\w+|_:\w[\w.\-]*+)
  | (?P<name>(?:[^\W\d_][\w.\-]*+)?:(?:[\w:.\-]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])*+)
  | (?P<run>[^\W\d_]\w*+[.\-][\w.\-]*+)
  | (?P<word>[^\W\d]\w*+)
  | (?P<language>@[A-Za-z]++(?:-[A-Za-z0-9]++)*+)
  | (?P<number>\d++(?:\.\d*+)?(?:[eE][+-]?\d++)?)
  | (?P<open>[({\[])
  | (?P<close>[)}\]])
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_IN_A_RUN = re.compile(r"(?P<word>[^\W\d]\w*+)|(?P<number>\d++(?:\.\d*+)?(?:[eE][+-]?\d++)?)|(?P<other>.)")
CODEPOINT = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_SURROGATES = range(0xD800, 0xE000)


def tokens_of(text: str) -> list[Token]:
    """Cut a query into tokens, comments and blanks left out.

    In linear time: what does not turn out to be a name is cut again by itself, and not looked at from each of its
    words; a string that does not end is all that is left.
    """
    tokens: list[Token] = []
    for found in TOKEN.finditer(text):
        if found.lastgroup == "run":
            start = found.start()
            parts = _IN_A_RUN.finditer(found.group())
            tokens += [Token(part.lastgroup or "", part.group(), start + part.start()) for part in parts]
        elif found.lastgroup != "blank":
            tokens.append(Token(found.lastgroup or "", found.group(), found.start()))
    return tokens


def with_characters(text: str) -> str:
    """A query with the characters that its codepoint escapes stand for (§19.2): they may stand anywhere in it.

    Those in strings are left to the engine, which reads them, and those of no character too: it says what is wrong.
    """
    if CODEPOINT.search(text) is None:
        return text
    written: list[tuple[bool, list[str]]] = []
    for found in TOKEN.finditer(text):
        is_apart = found.lastgroup in ("blank", "string")
        if is_apart or not written or written[-1][0]:
            written.append((is_apart, [found.group()]))
        else:
            written[-1][1].append(found.group())
    runs = ((is_apart, "".join(parts)) for is_apart, parts in written)
    return "".join(run if is_apart else CODEPOINT.sub(character, run) for is_apart, run in runs)


def character(found: re.Match[str]) -> str:
    """What a codepoint escape stands for; itself where that is no character."""
    number = int(found[1] or found[2], 16)
    is_one = number < _SURROGATES[0] or _SURROGATES[-1] < number <= sys.maxunicode
    return chr(number) if is_one else found[0]
