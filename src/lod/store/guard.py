"""What is looked at in a query before any engine parses it.

SPARQL 1.1 Query Language: https://www.w3.org/TR/sparql11-query/ §19.8 (grammar)

Six kilobytes of braces overflow the stack of the engine's parser and end its process, and the engine dials out on
`SERVICE`. So a query is cut into tokens first, in linear time, and refused when it is too long, nested too deep, calls
another endpoint or holds a regular expression that explodes. The tokens also tell the query's form, so that the
answer's format is settled before any work is done.

The engine's parser needs no blank between words (`1SERVICE<…>` is a call) and takes `<` for "less than" wherever an
operand stands before it. What two readers could cut differently is refused rather than guessed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from lod.errors import LodError
from lod.rdf.namespaces import PREFIXES
from lod.store.tokens import CODEPOINT, Token, character, tokens_of, with_characters
from lod.wording import NOTHING, Wording, say

MAX_BYTES = 64 * 1024
MAX_DEPTH = 100
MAX_PATTERN = 500  # characters of a regular expression
MAX_REPETITION = 1000  # product of nested counted repetitions: ((a{1,100}){1,100}) is 10,000


class QueryError(LodError):
    """A query is refused or fails. `line` and `column` (1-based, in characters) say where; 0: no place is known."""

    def __init__(self, message: Wording, *, code: str, hint: Wording = NOTHING, line: int = 0, column: int = 0) -> None:
        super().__init__(message, hint=hint, code=code)
        self.line = line
        self.column = column

    def __str__(self) -> str:
        return f"{self.line}:{self.column}: {self.message}" if self.line else self.message


class QueryForm(StrEnum):
    """The four forms of §16; the first two answer with results, the others with a graph."""

    SELECT = "SELECT"
    ASK = "ASK"
    CONSTRUCT = "CONSTRUCT"
    DESCRIBE = "DESCRIBE"

    @property
    def is_graph(self) -> bool:
        """Whether the answer is an RDF graph."""
        return self in (QueryForm.CONSTRUCT, QueryForm.DESCRIBE)


@dataclass(frozen=True, slots=True)
class Query:
    """A query that passed the guard."""

    text: str
    form: QueryForm
    limit: int | None = None  # of its outermost LIMIT
    is_stable: bool = True  # the same question to the same store has the same answer: no NOW(), RAND(), UUID(), BNODE()
    prefixes: dict[str, str] = field(default_factory=dict)


_LIMIT = re.compile("[0-9]{1,18}")  # of more digits the engine has its own opinion
_PAIRS = {")": "(", "}": "{", "]": "["}
_FORM = re.compile("SELECT|ASK|CONSTRUCT|DESCRIBE", re.IGNORECASE)
_UPDATE = re.compile("INSERT|DELETE|LOAD|CLEAR|DROP|CREATE|ADD|MOVE|COPY|WITH", re.IGNORECASE)
_UNSTABLE = frozenset({"NOW", "RAND", "UUID", "STRUUID", "BNODE"})
_PREFIX_OPERATORS = frozenset("!+-^")
_BEFORE_AN_OPERAND = frozenset("(,;=!&|+-*/^")
_HIERARCHICAL = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*://")


def inspect_query(text: str, *, services: Collection[str] = ()) -> Query:
    """Look a query over without parsing it. `services`: the endpoints that it may call.

    Raises:
        QueryError: LOD5010 no query or not closed, LOD5011 too long, LOD5012 nested too deep, LOD5013 a regular
            expression that explodes, LOD5014 it calls another endpoint, LOD5015 an update.
    """
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise QueryError(
            say("the query is longer than {max_bytes} kB", max_bytes=MAX_BYTES // 1024),
            code="LOD5011",
            hint=say("put long lists of values into several queries, or download the data"),
        )
    text = with_characters(text)
    tokens = tokens_of(text)
    _check_nesting(text, tokens)
    calls, written = False, text.upper()
    for place, token in enumerate(tokens) if "SERVICE" in written else ():  # most have none: a look each would cost
        if token.kind in ("word", "name") and "service" in token.text.lower():
            if _is_allowed_call(tokens, place, services):
                calls = True
            else:
                _check_service(text, token, tokens[place + 1] if place + 1 < len(tokens) else None, services)
    return Query(
        text,
        _find_form(text, tokens),
        _outermost_limit(tokens),
        not calls and not (any(name in written for name in _UNSTABLE) and _has_unstable(tokens)),
        dict(_prefixes(tokens)),
    )


def _has_unstable(tokens: Iterable[Token]) -> bool:
    return any(token.kind == "word" and token.text.upper() in _UNSTABLE for token in tokens)


def undeclared_prefix(text: str) -> QueryError | None:
    """The first prefixed name whose prefix no PREFIX line declares (§4.1.1), as the finding that it is."""
    tokens = tokens_of(text)
    declared = dict(_prefixes(tokens))
    for before, token in zip([None, *tokens], tokens, strict=False):
        prefix = token.text.partition(":")[0]
        if token.kind != "name" or prefix in declared or (before and before.text.upper() == "PREFIX"):
            continue
        hint = say("PREFIX {prefix}: <{prefixes}>", prefix=prefix, prefixes=PREFIXES.get(prefix, "http://…"))
        return refusal(
            text,
            token.start,
            "LOD5010",
            say("the prefix '{prefix}:' is not declared", prefix=prefix),
            say("add the line {hint}", hint=hint),
        )
    return None


def refusal(text: str, start: int, code: str, message: Wording, hint: Wording = NOTHING) -> QueryError:
    """A refusal that names the line and column of a place in a query."""
    line = text.count("\n", 0, start) + 1
    return QueryError(message, code=code, hint=hint, line=line, column=start - text.rfind("\n", 0, start))


def _check_nesting(text: str, tokens: list[Token]) -> None:
    """Brackets: closed, matching, at most `MAX_DEPTH` deep; what stands inside calls of REGEX and REPLACE."""
    opened: list[Token] = []
    patterns: list[int] = []  # depths at which a call of REGEX or REPLACE was opened
    prefix_run = 0
    before: Token | None = None
    for token in tokens:
        prefix_run = prefix_run + 1 if token.text in _PREFIX_OPERATORS else 0
        if token.kind == "open":
            opened.append(token)
            if before and before.kind == "word" and before.text.upper().endswith(("REGEX", "REPLACE")):
                patterns.append(len(opened))
        elif token.kind == "close":
            if not opened or opened[-1].text != _PAIRS[token.text]:
                raise refusal(text, token.start, "LOD5010", say("'{token}' closes nothing here", token=token.text))
            if patterns and patterns[-1] == len(opened):
                patterns.pop()
            opened.pop()
        elif token.kind == "string" and patterns:
            _check_pattern(text, token)
        elif token.kind == "iri" and opened and opened[-1].text == "(":
            _check_comparison(text, token, before)
        elif token.kind == "unclosed":
            raise refusal(text, token.start, "LOD5010", say("a string begins here and does not end"))
        if max(len(opened), prefix_run) > MAX_DEPTH:
            hint = say("brackets may stand {max_depth} deep", max_depth=MAX_DEPTH)
            raise refusal(text, token.start, "LOD5012", say("the query is nested too deep here"), hint)
        before = token
    if opened:
        raise refusal(text, opened[-1].start, "LOD5010", say("'{opened}' is not closed", opened=opened[-1].text))


def _check_comparison(text: str, token: Token, before: Token | None) -> None:
    """Refuse `?a <?b)#>`: one reader's IRI is another's "less than" with a comment that hides what follows.

    Likewise `?a<?b&&?c>?d`, an IRI by the rule of the longest token (§19.8), where no blank stands before it. Else only
    what brackets or a comment sign inside could change what comes after; `scheme://` is no operand.
    """
    if before is None or _HIERARCHICAL.match(token.text):
        return
    if not set("#()[]") & set(token.text) and token.start > before.start + len(before.text):
        return
    if before.kind in ("open", "other") and before.text in _BEFORE_AN_OPERAND:
        return
    if before.kind == "word" and not before.text.lower().endswith(("true", "false")):
        return
    raise refusal(
        text,
        token.start,
        "LOD5010",
        say("{token} may be an IRI or a comparison", token=token.text),
        say("write a blank after '<'"),
    )


def _is_allowed_call(tokens: list[Token], place: int, services: Collection[str]) -> bool:
    """`SERVICE <…>`, `SERVICE SILENT <…>` with an endpoint of the list, spelt as in it; a variable is never one."""
    if tokens[place].text.upper() != "SERVICE":
        return False
    is_silent = [token.text.upper() for token in tokens[place + 1 : place + 2]] == ["SILENT"]
    named = tokens[place + 1 + is_silent : place + 2 + is_silent]
    return bool(named) and named[0].kind == "iri" and named[0].text[1:-1] in services


def _check_service(text: str, token: Token, following: Token | None, services: Collection[str]) -> None:
    """§10 Basic Federated Query is not offered: a server that dials where visitors say is a way into its network."""
    calls = following is not None and following.text == "{"
    if token.kind != "word" and not ("service" in token.text.partition(":")[0].lower() and calls):
        return
    if services:
        message = say("SERVICE may not name this endpoint")
        hint = say(
            "the endpoints that may be called, spelt so: {known}", known=", ".join(f"<{one}>" for one in services)
        )
    else:
        message = say("SERVICE is not answered here: this endpoint calls no other one")
        hint = say("ask both endpoints and join the answers, or load both into a store of your own")
    raise refusal(text, token.start, "LOD5014", message, hint)


def _check_pattern(text: str, token: Token) -> None:
    pattern = _ESCAPE.sub(lambda m: m[1], CODEPOINT.sub(character, token.text.strip("\"'")))
    if len(pattern) > MAX_PATTERN or nested_repetition(pattern) > MAX_REPETITION:
        raise refusal(
            text,
            token.start,
            "LOD5013",
            say("this regular expression is too long, or its nested repetitions multiply to too many"),
            say(
                "at most {max_pattern} characters; nested {{m,n}} may multiply to {max_repetition:,}",
                max_pattern=MAX_PATTERN,
                max_repetition=MAX_REPETITION,
            ),
        )


_ESCAPE = re.compile(r"\\(.)", re.DOTALL)  # of a SPARQL string
_COUNT = re.compile(r"\{(\d{1,9})(?:,(\d{0,9}))?\}")
_CLASS = re.compile(r"\[\^?\]?(?:[^\]\\]|\\.)*\]", re.DOTALL)


def nested_repetition(pattern: str) -> int:
    """How often the innermost part of a pattern stands in the machine built from it: the product of nested {m,n}."""
    groups = [1]
    last, place = 1, 0
    while place < len(pattern):
        char, step = pattern[place], 1
        if bracketed := _CLASS.match(pattern, place):
            last, step = 1, len(bracketed[0])
        elif count := _COUNT.match(pattern, place):
            last *= max(int(count[1]), int(count[2] or 1), 1)
            groups[-1] = max(groups[-1], last)
            step = len(count[0])
        elif char == "\\":
            last, step = 1, 2
        elif char == "(":
            groups.append(1)
        elif char == ")" and len(groups) > 1:
            last = groups.pop()
            groups[-1] = max(groups[-1], last)
        elif char not in "*+?":
            last = 1
        place += step
    return max(groups)


def _find_form(text: str, tokens: list[Token]) -> QueryForm:
    for token in tokens:
        if token.kind == "word":
            if found := _FORM.match(token.text):
                return QueryForm(found.group().upper())
            if _UPDATE.match(token.text):
                message = say(
                    "{token} belongs to an update; this endpoint answers questions only", token=token.text.upper()
                )
                raise refusal(text, token.start, "LOD5015", message, say("ask with SELECT, ASK, CONSTRUCT or DESCRIBE"))
        if token.kind == "open":
            break
    raise QueryError(
        say("no query here"),
        code="LOD5010",
        hint=say("a query begins with SELECT, ASK, CONSTRUCT or DESCRIBE"),
        line=1,
        column=1,
    )


def _outermost_limit(tokens: list[Token]) -> int | None:
    for place in range(len(tokens) - 2, -1, -1):
        token, number = tokens[place], tokens[place + 1]
        if token.kind == "close" and token.text == "}":
            return None
        if token.kind == "word" and token.text.upper() == "LIMIT" and _LIMIT.fullmatch(number.text):
            return int(number.text)
    return None


def _prefixes(tokens: list[Token]) -> Iterator[tuple[str, str]]:
    for keyword, name, iri in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if keyword.kind == "open":
            return
        if keyword.text.upper() == "PREFIX" and name.kind == "name" and iri.kind == "iri":
            yield name.text[:-1], iri.text[1:-1]
