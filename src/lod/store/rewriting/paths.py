"""Paths of no step to or from a term that the graph does not hold.

SPARQL 1.1 Query Language §9.3, §18.4: `?s :p* <term>` has the solution `?s` = `<term>` whatever the graph holds; the
engine finds it only where the graph holds the term. Where it does not, no step leads anywhere, so the solutions are
known without looking: they stand in VALUES.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lod.store.guard import Token
from lod.store.rewriting.outline import Block, Outline, PathTriple, Span, Unreadable, closing, outline, suffix_at

IsThere = Callable[[str, str], bool]
"""Whether a graph (as written; '' the default graph) holds a term (as written)."""


def has_path_of_no_step(found: Outline, blocks: Span) -> bool:
    """Whether some path in these blocks may have no step, to or from a constant."""
    return any(_is_at_risk(found, one) for block in found.blocks[blocks.start : blocks.end] for one in _all(block))


def with_paths_of_no_step(text: str, is_there: IsThere) -> str:
    """The query with the solutions that the engine would miss; the text itself where it misses none.

    Raises:
        Unreadable: it cannot be written so.
    """
    found = outline(text)
    for block in reversed(found.blocks):
        missed = [one for one in _all(block) if _is_at_risk(found, one) and _is_missed(found, block, one, is_there)]
        if missed:
            text = _rewritten(text, found, block, missed)
    return text


def _all(block: Block) -> tuple[PathTriple, ...]:
    return (*block.direct, *block.nested)


def _is_at_risk(found: Outline, one: PathTriple) -> bool:
    ends = [span for span in (one.subject, one.object) if span is not None]
    return any(_is_constant(found, end) for end in ends) and _times(found.tokens, one.path) > 0


def _is_missed(found: Outline, block: Block, one: PathTriple, is_there: IsThere) -> bool:
    graph = "" if block.graph is None else found.tokens[block.graph].text
    if graph.startswith(("?", "$")):
        return False  # each graph has been named where this matters
    ends = [span for span in (one.subject, one.object) if span is not None and _is_constant(found, span)]
    return any(not is_there(graph, found.written(end)) for end in ends)


def _is_constant(found: Outline, span: Span) -> bool:
    token = found.tokens[span.start]
    return token.kind != "variable" and token.kind != "open"


def _rewritten(text: str, found: Outline, block: Block, missed: Sequence[PathTriple]) -> str:
    """The block without the paths that lead nowhere, and what they find in its place."""
    if any(one in block.nested for one in missed):
        raise Unreadable
    kept = [one for one in block.direct if one not in missed]
    subject = found.written(block.subject)
    triples = " ; ".join(f"{found.written(one.path)} {found.written(one.object)}" for one in kept)
    parts = [f"{subject} {triples} ."] if kept else []
    parts += (_solutions(found, block, one) for one in missed)
    first, last = found.tokens[block.span.start], found.tokens[block.span.end - 1]
    end = last.start + len(last.text)
    rest = text[end:].lstrip()
    return text[: first.start] + " ".join(parts) + " " + (rest.removeprefix("."))


def _solutions(found: Outline, block: Block, one: PathTriple) -> str:
    """What a path of no step finds: as many times as there are ways of taking none."""
    times = _times(found.tokens, one.path)
    ends = found.written(block.subject), found.written(one.object)
    constants = [_is_constant(found, span) for span in (block.subject, one.object)]
    if all(constants):
        same = f"FILTER(sameTerm({ends[0]}, {ends[1]}))"
        return same if times == 1 else f"{same} VALUES () {{ {'() ' * times}}}"
    variable, term = ends if constants[1] else ends[::-1]
    if variable.strip("[] \t\r\n") == "":
        return f"VALUES () {{ {'() ' * times}}}"
    if not variable.startswith(("?", "$")):
        raise Unreadable  # a blank node that stands elsewhere too
    return f"VALUES {variable} {{ {f'{term} ' * times}}}"


def _times(tokens: Sequence[Token], path: Span) -> int:
    """In how many ways a path may have no step: the multiplicity of its solution (§18.4)."""
    if tokens[path.start].kind == "variable":
        return 0
    times, place = _of_alternatives(tokens, path.start)
    if place != path.end:
        raise Unreadable
    return times


def _of_alternatives(tokens: Sequence[Token], place: int) -> tuple[int, int]:
    times, place = _of_sequence(tokens, place)
    while place < len(tokens) and tokens[place].text == "|":
        more, place = _of_sequence(tokens, place + 1)
        times += more
    return times, place


def _of_sequence(tokens: Sequence[Token], place: int) -> tuple[int, int]:
    times, place = _of_element(tokens, place)
    while place < len(tokens) and tokens[place].text == "/":
        more, place = _of_element(tokens, place + 1)
        times *= more
    return times, place


def _of_element(tokens: Sequence[Token], place: int) -> tuple[int, int]:
    while tokens[place].text == "^":
        place += 1
    times, end = 0, place + 1
    if tokens[place].text == "!":
        end = _after_negated(tokens, place + 1)
    elif tokens[place].text == "(":
        times, inside = _of_alternatives(tokens, place + 1)
        if tokens[inside].text != ")":
            raise Unreadable
        end = inside + 1
    mark = suffix_at(tokens, end)
    if mark == "+":
        times = min(times, 1)
    elif mark:
        times = 1
    return times, end + len(mark)


def _after_negated(tokens: Sequence[Token], place: int) -> int:
    while tokens[place].text == "^":
        place += 1
    return closing(tokens, place) + 1 if tokens[place].text == "(" else place + 1
