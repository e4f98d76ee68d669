"""Paths of no step to or from a term that the graph does not hold.

SPARQL 1.1 Query Language §9.3, §18.4: `?s :p* <term>` has the solution `?s` = `<term>` whatever the graph holds; the
engine finds it only where the graph holds the term. Where it does not, no step leads anywhere, so the solutions are
known without looking: they stand in VALUES.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from lod.store.rewriting.outline import Block, Outline, PathTriple, Span, Unreadable
from lod.store.rewriting.paths import Path, Step, instead_of_triples, read_path
from lod.store.rewriting.reader import outline
from lod.store.rewriting.tokens import Edit, edited

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
    edits: list[Edit] = []
    for block in found.blocks:
        missed = [one for one in _all(block) if _is_at_risk(found, one) and _is_missed(found, block, one, is_there)]
        if any(one in block.nested for one in missed):
            raise Unreadable
        if missed:
            edits.append(instead_of_triples(found, block, {one: _solutions(found, block, one) for one in missed}))
    return edited(text, edits)


def _all(block: Block) -> tuple[PathTriple, ...]:
    return (*block.direct, *block.nested)


def _is_at_risk(found: Outline, one: PathTriple) -> bool:
    ends = [span for span in (one.subject, one.object) if span is not None]
    return any(_is_constant(found, end) for end in ends) and _times(read_path(found.tokens, one.path)) > 0


def _is_missed(found: Outline, block: Block, one: PathTriple, is_there: IsThere) -> bool:
    graph = "" if block.graph is None else found.tokens[block.graph].text
    if graph.startswith(("?", "$")):
        return False  # each graph has been named where this matters
    ends = [span for span in (one.subject, one.object) if span is not None and _is_constant(found, span)]
    return any(not is_there(graph, found.written(end)) for end in ends)


def _is_constant(found: Outline, span: Span) -> bool:
    token = found.tokens[span.start]
    return token.kind != "variable" and token.kind != "open"


def _solutions(found: Outline, block: Block, one: PathTriple) -> str:
    """What a path of no step finds: as many times as there are ways of taking none."""
    times = _times(read_path(found.tokens, one.path))
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


def _times(path: Path) -> int:
    """In how many ways a path may have no step: the multiplicity of its solution (§18.4)."""
    return sum(prod(_times_of_step(step) for step in sequence) for sequence in path.alternatives)


def _times_of_step(step: Step) -> int:
    if step.modifier in ("*", "?"):
        return 1
    times = _times(step.primary) if isinstance(step.primary, Path) else 0
    return min(times, 1) if step.modifier else times
