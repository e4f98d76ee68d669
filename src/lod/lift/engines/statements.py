"""A plan's statements as lines of N-Quads, each once: rows to texts, distinct where they must be made so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lod.lift.engines import sql
from lod.lift.engines.lines import wide
from lod.lift.engines.reduced import count_by_maker, reduce, shape, unmarked
from lod.lift.engines.repeated import distinct_lines, mostly_unique_lines
from lod.lift.engines.session import Session
from lod.lift.engines.shared import are_apart, by_triples_map, shared_lines
from lod.lift.engines.survey import Survey, conditions_of, has_unique_key
from lod.lift.passes.coincidence import is_injective
from lod.lift.passes.distinct import circles
from lod.lift.plan import Emission, Plan


@dataclass(slots=True)
class _Output:
    """Selects of lines, and how many lines each triples map has in them."""

    selects: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, lines: Iterable[str], counts: Mapping[str, int]) -> None:
        self.selects += lines
        for triples_map, count in counts.items():
            self.counts[triples_map] = self.counts.get(triples_map, 0) + count


def write_statements(session: Session, plan: Plan, surveys: Sequence[Survey], target: Path) -> dict[str, int]:
    """Write the plan's statements, each once, as N-Quads; returns how many each triples map made.

    `surveys` are those of the plan's emissions and, after them, of its shared emissions.
    """
    output = _Output()
    seen = dict(zip((*plan.emissions, *plan.shared), surveys, strict=True))
    apart = list(plan.emissions)
    for number, circle in enumerate(circles(plan.shared)):
        if are_apart(session, circle):
            apart += circle
            continue
        output.add(*_united(session, circle, sum(seen[e].statements for e in circle), f"shared-{number}"))
    for number, emission in enumerate(apart):
        if seen[emission].is_unique:
            marked = session.columns.mark(emission)
            output.add([wide(session, marked)], {emission.triples_map: seen[emission].statements})
            continue
        compare = mostly_unique_lines if seen[emission].is_mostly_unique else distinct_lines
        selects, lines = compare(session, emission, f"distinct_{number}")
        output.add(selects, {emission.triples_map: lines})
    session.database.write(output.selects, target)
    return output.counts


def _united(session: Session, circle: Sequence[Emission], lines: int, name: str) -> tuple[list[str], dict[str, int]]:
    """Lines of emissions that make the same statements: of their distinct rows if those tell, else compared."""
    marked = [session.columns.mark(each) for each in circle]
    if len({shape(each) for each in circle}) == 1 and is_injective(circle[0].key):
        reduced = reduce(session, [unmarked(each) for each in circle], name)
        emission = session.columns.mark(reduced.emission)
        if has_unique_key(session, emission, reduced.rows):
            made = count_by_maker(session, reduced, [sql.conjunction(each) for each in conditions_of(emission)])
            return [wide(session, emission)], by_triples_map(circle, made)
    return shared_lines(session, marked, lines, name)
