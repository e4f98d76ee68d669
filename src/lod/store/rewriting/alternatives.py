"""Alternative paths, `?s :a|:b ?o`, as patterns side by side.

SPARQL 1.1 Query Language §9.3, §18.4: a path of alternatives is the union of its ways, so that what two ways find
counts twice. The engine tells it once, and what is counted or summed over it is too low. Inside `*`, `+` and `?` ways
do not count, so nothing is changed there.
"""

from __future__ import annotations

from lod.store.guard import Token
from lod.store.rewriting.outline import Block, Outline, PathTriple, Unreadable, closing, outline, suffix_at

MOST_WAYS = 256  # of one path

_TOTALS = frozenset({"COUNT", "SUM", "AVG", "SAMPLE", "GROUP_CONCAT"})  # what minds how often something is there


class TooManyWays(Exception):
    """A path would have to be written too often."""

    def __init__(self, place: int) -> None:
        self.place = place


def with_alternatives_apart(text: str) -> str:
    """The query with each path of several ways as a UNION of them; the text itself where it does not matter.

    Raises:
        Unreadable: it cannot be written so while blank nodes stand in it.
        TooManyWays: a path has more ways than `MOST_WAYS`.
    """
    found = outline(text)
    if not _counts(found):
        return text
    found = outline(_without_lone_labels(found))
    text, labels = found.text, _labels(found)
    for block in reversed(found.blocks):
        ways = {one: _ways_of(found, one) for one in (*block.direct, *block.nested) if not block.is_tested}
        several = {one: texts for one, texts in ways.items() if len(texts) > 1}
        if several:
            if labels or not _is_apart(found, block, several):
                raise Unreadable
            text = _rewritten(text, found, block, several)
    return text


def _counts(found: Outline) -> bool:
    """Whether it matters how often a solution is there: not for graphs, ASK, or what is distinct and not counted."""
    words = [token.text.upper() for token in found.tokens[found.form :] if token.kind == "word"]
    if words[0] != "SELECT":
        return "SELECT" in words
    return words[1:2] != ["DISTINCT"] or not _TOTALS.isdisjoint(words) or words.count("SELECT") > 1


def _without_lone_labels(found: Outline) -> str:
    """The query with `[]` for each blank node whose label stands nowhere else."""
    text, labels = found.text, _labels(found)
    for token in reversed(labels):
        if sum(other.text == token.text for other in labels) == 1:
            text = f"{text[: token.start]}[]{text[token.start + len(token.text) :]}"
    return text


def _labels(found: Outline) -> list[Token]:
    """The labels of blank nodes in its patterns; each stands in one basic graph pattern only (§4.1.4)."""
    inside = (token for block in found.blocks for token in found.tokens[block.span.start : block.span.end])
    return [token for token in inside if token.text.startswith("_:")]


def _is_apart(found: Outline, block: Block, several: dict[PathTriple, list[str]]) -> bool:
    """Whether what these paths lead from may be written once more: it is no blank node that more is said of."""
    if any(one in several for one in block.nested):
        return False
    return found.tokens[block.subject.start].kind != "open" or (
        len(block.direct) == 1 and block.subject.end - block.subject.start == 2
    )


def _ways_of(found: Outline, one: PathTriple) -> list[str]:
    if one.path.end == one.path.start + 1:
        return [""]
    ways, place = _of_alternatives(found, one.path.start)
    if place != one.path.end:
        raise Unreadable
    return ways


def _rewritten(text: str, found: Outline, block: Block, several: dict[PathTriple, list[str]]) -> str:
    """The block without these paths, and beside it each of them with its ways."""
    subject = found.written(block.subject)
    kept = [f"{found.written(one.path)} {found.written(one.object)}" for one in block.direct if one not in several]
    parts = [f"{subject} {' ; '.join(kept)} ."] if kept else []
    for one, ways in several.items():
        parts.append(" UNION ".join(f"{{ {subject} {way} {found.written(one.object)} }}" for way in ways))
    first, last = found.tokens[block.span.start], found.tokens[block.span.end - 1]
    rest = text[last.start + len(last.text) :].lstrip()
    return f"{text[: first.start]}{' '.join(parts)} {rest.removeprefix('.')}"


def _of_alternatives(found: Outline, place: int) -> tuple[list[str], int]:
    ways, place = _of_sequence(found, place)
    while place < len(found.tokens) and found.tokens[place].text == "|":
        more, place = _of_sequence(found, place + 1)
        ways = ways + more
    return ways, place


def _of_sequence(found: Outline, place: int) -> tuple[list[str], int]:
    start = place
    ways, place = _of_element(found, place)
    while place < len(found.tokens) and found.tokens[place].text == "/":
        more, place = _of_element(found, place + 1)
        ways = [f"{way}/{other}" for way in ways for other in more]
        if len(ways) > MOST_WAYS:
            raise TooManyWays(found.tokens[start].start)
    return ways, place


def _of_element(found: Outline, place: int) -> tuple[list[str], int]:
    tokens, start, turns = found.tokens, place, 0
    while tokens[place].text == "^":
        turns, place = turns + 1, place + 1
    end = place + 1
    ways = list[str]()
    if tokens[place].text == "!":
        ways, end = _of_negated(found, place + 1)
    elif tokens[place].text == "(":
        ways, inside = _of_alternatives(found, place + 1)
        if tokens[inside].text != ")":
            raise Unreadable
        end = inside + 1
    mark = suffix_at(tokens, end)
    if mark or not ways:  # a way of its own
        last = tokens[end - 1]
        whole = found.text[tokens[start].start : last.start + len(last.text)]
        return [f"({whole}{mark})" if mark else whole], end + len(mark)
    return [f"{'^' * turns}({way})" for way in ways], end


def _of_negated(found: Outline, place: int) -> tuple[list[str], int]:
    """`!(:a|^:b)` is one way forward and one back (§18.2.2.1)."""
    tokens = found.tokens
    end = closing(tokens, place) + 1 if tokens[place].text == "(" else place + 1 + (tokens[place].text == "^")
    names: dict[str, list[str]] = {"": [], "^": []}
    turned = ""
    for token in tokens[place:end]:
        if token.text == "^":
            turned = "^"
        elif token.text not in ("(", ")", "|"):
            names[turned].append(turned + token.text)
            turned = ""
    return [f"!({'|'.join(one)})" for one in names.values() if one], end
