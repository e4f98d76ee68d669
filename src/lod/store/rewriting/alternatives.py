"""Alternative paths, `?s :a|:b ?o`, as patterns side by side.

SPARQL 1.1 Query Language §9.3, §18.4: a path of alternatives is the union of its ways, so that what two ways find
counts twice. The engine tells it once, and what is counted or summed over it is too low. Inside `*`, `+` and `?` ways
do not count, so nothing is changed there.
"""

from __future__ import annotations

from lod.store.rewriting.outline import Block, Outline, PathTriple, Unreadable, Unwritable
from lod.store.rewriting.paths import NegatedSet, Path, Step, instead_of_triples, read_path
from lod.store.rewriting.reader import outline
from lod.store.rewriting.tokens import Edit, edited, instead_of
from lod.store.tokens import Token

MOST_WAYS = 256  # of one path

_TOTALS = frozenset({"COUNT", "SUM", "AVG", "SAMPLE", "GROUP_CONCAT"})  # what minds how often something is there


class TooManyWays(Unwritable):
    """A path would have to be written too often."""


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
    edits: list[Edit] = []
    for block in found.blocks:
        ways = {one: _ways(found, one) for one in (*block.direct, *block.nested) if not block.is_tested}
        several = {one: texts for one, texts in ways.items() if len(texts) > 1}
        if several:
            if _labels(found) or not _is_apart(found, block, several):
                raise Unreadable
            edits.append(instead_of_triples(found, block, _unions(found, block, several)))
    return edited(found.text, edits)


def _counts(found: Outline) -> bool:
    """Whether it matters how often a solution is there: not for graphs, ASK, or what is distinct and not counted."""
    words = [token.text.upper() for token in found.tokens[found.form :] if token.kind == "word"]
    if words[0] != "SELECT":
        return "SELECT" in words
    return words[1:2] != ["DISTINCT"] or not _TOTALS.isdisjoint(words) or words.count("SELECT") > 1


def _without_lone_labels(found: Outline) -> str:
    """The query with `[]` for each blank node whose label stands nowhere else."""
    labels = _labels(found)
    lone = (token for token in labels if sum(other.text == token.text for other in labels) == 1)
    return edited(found.text, (instead_of(token, "[]") for token in lone))


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


def _unions(found: Outline, block: Block, several: dict[PathTriple, list[str]]) -> dict[PathTriple, str]:
    """What is written for each of these paths: its ways side by side."""
    subject = found.written(block.subject)
    return {
        one: " UNION ".join(f"{{ {subject} {way} {found.written(one.object)} }}" for way in ways)
        for one, ways in several.items()
    }


def _ways(found: Outline, one: PathTriple) -> list[str]:
    return _of_alternatives(found, read_path(found.tokens, one.path))


def _of_alternatives(found: Outline, path: Path) -> list[str]:
    return [way for sequence in path.alternatives for way in _of_sequence(found, sequence)]


def _of_sequence(found: Outline, steps: tuple[Step, ...]) -> list[str]:
    ways = _of_step(found, steps[0])
    for step in steps[1:]:
        following = _of_step(found, step)
        ways = [f"{way}/{other}" for way in ways for other in following]
        if len(ways) > MOST_WAYS:
            raise TooManyWays(found.text, found.tokens[steps[0].span.start].start)
    return ways


def _of_step(found: Outline, step: Step) -> list[str]:
    whole = found.written(step.span)
    if step.modifier:
        return [f"({whole}{step.modifier})"]
    inside = list[str]()
    if isinstance(step.primary, Path):
        inside = _of_alternatives(found, step.primary)
    elif isinstance(step.primary, NegatedSet):
        inside = _of_negated(step.primary)
    return [f"{'^' * step.inverses}({way})" for way in inside] or [whole]


def _of_negated(names: NegatedSet) -> list[str]:
    """`!(:a|^:b)` is one way forward and one back (§18.2.2.1)."""
    sides = names.forward, [f"^{name}" for name in names.inverse]
    return [f"!({'|'.join(side)})" for side in sides if side]
