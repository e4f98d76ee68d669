"""Plan, sieve, judge: validation of a lift on its columns, with the report of a complete processor.

Columns tell which subjects may fail. These, with everything that no large table says, are a small graph, which the
processor judges; its report is the report. A shape that columns cannot judge is judged on the whole graph.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse

from lod.lift.engines import sql
from lod.lift.engines.session import Session
from lod.lift.passes.coincidence import is_injective
from lod.lift.plan import Cell, Plan, Statement, Term
from lod.rdf.namespaces import RDFS
from lod.validation.columns.families import (
    Division,
    Family,
    Unplannable,
    constant,
    divide,
    key_sql,
    meeting_places,
    present,
    small_lines,
    spelled,
    write_lines,
)
from lod.validation.columns.planner import Looked, Planned, Planner
from lod.validation.columns.probes import Probes
from lod.validation.columns.sparql import Grouping
from lod.validation.processors.processor import Processor
from lod.validation.shapes.graph import Node, ShapeGraph
from lod.wording import Wording, say

_EACH = 50_000  # rows that one test hands to the processor; what is more is counted


@dataclass(frozen=True, slots=True)
class Sieved:
    """What the columns came to."""

    planned: tuple[Node, ...]  # shapes that the small graph decides
    rest: dict[Node, Wording]  # shapes that it does not, and why
    small: Path  # the small graph as N-Quads
    selecting: frozenset[Node]  # shapes whose target selects something in a large table
    suspects: int  # rows whose subjects are in the small graph
    left_out: int  # rows that may fail, too, but were too many to be judged one by one


@dataclass(slots=True)
class Sieve:
    """One validation on columns. `others` are N-Quads files of statements that no table made."""

    session: Session
    plan: Plan
    others: Sequence[Path]
    shapes: ShapeGraph
    processor: Processor
    work: Path
    large: int
    left_out: int = field(default=0)

    def run(self, targeted: Sequence[Node]) -> Sieved:
        """Sort shapes, find suspects, write the small graph.

        Raises:
            Unplannable: no shape can be judged on columns, and why.
            Unable: the processor made no report of the probes.
        """
        division = divide(self.session, self.plan, self.large)
        if not division.families:
            raise Unplannable(say("no table is large"))
        base = self._write_small(division)
        met = self._met(division)
        planner = Planner(self.shapes, division.families, self._superclasses(division, base))
        probes = Probes(self.session, self.shapes, self.work)
        planned, rest = self._sort(planner, targeted, probes)
        if not any(each.looked or each.groupings for each in planned):
            raise Unplannable(next(iter(rest.values()), say("no shape speaks of a large table")))
        probes.judge(base, self.processor)
        selecting, suspects = set[Node](), 0
        files = [base]
        for family in division.families:
            selecting |= self._suspect(family, planned, probes, met[family.number], base)
            target = self.work / f"suspects-{family.number}.nq"
            suspects += self._write_suspects(family, target)
            files.append(target)
        small = self.work / "small.nq"
        _join(files, small)
        names = tuple(each.shape for each in planned)
        return Sieved(names, rest, small, frozenset(selecting), suspects, self.left_out)

    def _write_small(self, division: Division) -> Path:
        """Everything that no large family says."""
        lifted = self.work / "lifted.nq"
        write_lines(self.session, [s for emission in division.small for s in small_lines(self.session, emission)],
                    str(lifted))  # fmt: skip
        base = self.work / "base.nq"
        _join([lifted, *self.others], base)
        return base

    def _met(self, division: Division) -> dict[int, list[str]]:
        """The subjects of each family that the small graph speaks of."""
        named = {
            term.value for quad in _quads(self.others) for term in (quad.subject, quad.object)
            if isinstance(term, NamedNode)
        }  # fmt: skip
        return {family.number: meeting_places(self.session, division, family, named) for family in division.families}

    def _superclasses(self, division: Division, base: Path) -> dict[str, set[str]]:
        """A class → the classes that its instances are of (§2.1.3.2: rdfs:subClassOf in the data graph)."""
        predicates = {constant(s.predicate) for emission in division.small for s in emission.statements}
        files = [base] if {None, RDFS + "subClassOf"} & predicates else self.others
        above: dict[str, set[str]] = {}
        for quad in _quads(files):
            cls, wider = quad.subject, quad.object
            is_wider = quad.predicate.value == RDFS + "subClassOf"
            if is_wider and isinstance(cls, NamedNode) and isinstance(wider, NamedNode):
                above.setdefault(cls.value, {cls.value}).add(wider.value)
        for _ in range(len(above)):
            grown = {cls: supers.union(*(above.get(each, ()) for each in supers)) for cls, supers in above.items()}
            if grown == above:
                break
            above = grown
        return above

    def _sort(
        self, planner: Planner, targeted: Iterable[Node], probes: Probes
    ) -> tuple[list[Planned], dict[Node, Wording]]:
        planned: list[Planned] = []
        rest: dict[Node, Wording] = {}
        for shape in targeted:
            try:
                each = planner.plan(shape)
                for looked in each.looked:
                    for test in looked.tests:
                        if test.probe is not None:
                            probes.add(looked.family, test.probe)
                planned.append(each)
            except Unplannable as reason:
                rest[shape] = reason.reason
        return planned, rest

    def _suspect(
        self, family: Family, planned: Sequence[Planned], probes: Probes, met: Sequence[str], base: Path
    ) -> set[Node]:
        """Fill the table of a family's suspects; the shapes that select any of its rows."""
        connection, table = self.session.connection, f"suspects_{family.number}"
        connection.execute(f"CREATE TEMP TABLE {table} (r BIGINT)")
        key = key_sql(family.key)
        connection.execute(  # a subject that several rows make is judged with all that they say
            f"INSERT INTO {table} SELECT r FROM {family.source} WHERE {key} IN "
            f"(SELECT k FROM (SELECT {key} AS k FROM {family.source}) GROUP BY k HAVING count(*) > 1)"
        )
        if met:
            connection.execute(
                f"INSERT INTO {table} SELECT r FROM {family.source} "
                f"WHERE {sql.value(family.key)} IN (SELECT unnest($iris))",
                {"iris": list(met)},
            )
        selecting: set[Node] = set()
        groupings: list[Grouping] = []
        conditions: dict[str, None] = {}
        for shape in planned:
            groupings += shape.groupings
            for looked in shape.looked:
                if looked.family is family:
                    if self._exists(family, looked.rows):
                        selecting.add(shape.shape)
                    groupings += looked.groupings
                    conditions.update(dict.fromkeys(self._conditions(looked, probes)))
        for condition in conditions:
            self._take(family, table, condition)
        for group in dict.fromkeys(_frozen(each) for each in groupings):
            self._suspect_group(family, table, group, base)
        return selecting

    def _conditions(self, looked: Looked, probes: Probes) -> Iterator[str]:
        for test in looked.tests:
            condition = probes.suspects(looked.family, test.probe) if test.probe else test.condition
            if condition is not None and condition != "false":
                yield f"({looked.rows}) AND ({condition})" if looked.rows != "(true)" else f"({condition})"

    def _take(self, family: Family, table: str, condition: str) -> None:
        connection = self.session.connection
        inserted = connection.execute(
            f"INSERT INTO {table} SELECT r FROM {family.source} AS s WHERE {condition} LIMIT {_EACH}"
        ).fetchone()
        if inserted and int(inserted[0]) == _EACH:
            every = connection.execute(f"SELECT count(*) FROM {family.source} AS s WHERE {condition}").fetchone()
            self.left_out += int(every[0]) - _EACH if every else 0

    def _exists(self, family: Family, condition: str) -> bool:
        query = f"SELECT 1 FROM {family.source} WHERE {condition} LIMIT 1"
        return self.session.connection.execute(query).fetchone() is not None

    # --- nodes that share values --------------------------------------------------------------------------------

    def _suspect_group(self, family: Family, table: str, group: _Group, base: Path) -> None:
        """The rows that share the values of a grouping, with each other or with a node of the small graph."""
        names = (*group.keys, *group.others, *(name for name, _ in group.fixed))
        if not all(family.of(name) for name in names):
            return
        where = [f"({' OR '.join(f'({present(s, family)})' for s in family.of(name))})" for name in group.others]
        for name, value in group.fixed:
            kept = (f"({present(s, family)} AND {spelled(s.object)} = {sql.quoted(value)})" for s in family.of(name))
            where.append(f"({' OR '.join(kept)})")
        choices = list(_choices([family.of(name) for name in group.keys]))
        if not _is_told_by_key(family, choices):
            parts = " UNION ALL ".join(
                f"SELECT r, {_tuple_hash(choice, choices)} AS k FROM {family.source} "
                f"WHERE {sql.conjunction([*where, *(present(s, family) for s in choice)])}"
                for choice in choices
            )
            connection = self.session.connection
            connection.execute(f"CREATE OR REPLACE TEMP TABLE grouped AS {parts}")
            connection.execute(
                f"INSERT INTO {table} SELECT r FROM grouped WHERE k IN "
                "(SELECT k FROM grouped GROUP BY k HAVING count(*) > 1)"
            )
            connection.execute("DROP TABLE grouped")
        tuples = _small_tuples(base, group)
        if not tuples:
            return
        for choice in choices:
            there = sql.conjunction([*where, *(present(s, family) for s in choice)])
            sides = [_side(s.object) for s in choice]
            read = ([side(text) for (_, side), text in zip(sides, each, strict=True)] for each in tuples)
            made = [each for each in read if None not in each]
            lists = ", ".join(f"unnest($k{n}) AS k{n}" for n in range(len(group.keys)))
            same = " AND ".join(f"{expression} = k{n}" for n, (expression, _) in enumerate(sides))
            self.session.connection.execute(
                f"INSERT INTO {table} SELECT r FROM {family.source} JOIN (SELECT {lists}) ON {same} WHERE {there}",
                {f"k{n}": [each[n] for each in made] for n in range(len(group.keys))},
            )

    def _write_suspects(self, family: Family, target: Path) -> int:
        """The statements about a family's suspects; returns how many rows they are."""
        connection, name = self.session.connection, f"suspect_rows_{family.number}"
        done = connection.execute(
            f"CREATE TEMP TABLE {name} AS SELECT * FROM {family.source} "
            f"WHERE r IN (SELECT DISTINCT r FROM suspects_{family.number})"
        ).fetchone()
        rows = connection.execute(f"SELECT count(*) FROM {name}").fetchone()
        del done
        subject = sql.concat(sql.parts(family.key))
        selects = [
            f"SELECT {sql.concat(sql.line(s, subject))} AS line FROM {name} WHERE {present(s, family)}"
            for s in family.statements
        ]
        write_lines(self.session, selects, str(target))
        return int(rows[0]) if rows else 0


@dataclass(frozen=True, slots=True)
class _Group:
    keys: tuple[str, ...]
    others: tuple[str, ...]
    fixed: tuple[tuple[str, str], ...]


def _frozen(group: Grouping) -> _Group:
    return _Group(group.keys, group.others, tuple((name, str(value)) for name, value in sorted(group.fixed.items())))


def _choices(found: Sequence[Sequence[Statement]]) -> Iterator[tuple[Statement, ...]]:
    """One statement for each predicate, in every combination."""
    if not found:
        yield ()
        return
    for first in found[0]:
        for rest in _choices(found[1:]):
            yield (first, *rest)


def _tuple_hash(choice: Sequence[Statement], choices: Sequence[Sequence[Statement]]) -> str:
    """One number for the values of a choice: of cells where they tell, else of terms."""
    hashed: list[str] = []
    for place, statement in enumerate(choice):
        alike = len({_form(each[place].object) for each in choices}) == 1
        if alike and is_injective(statement.object):
            term = statement.object
            hashed += [_comparable(term, sql.column(cell.column)) for cell in term.cells()]
        else:
            hashed.append(f"hash({spelled(statement.object)})")
    return f"hash({', '.join(hashed) or '1'})"


def _comparable(term: Term, cell: str) -> str:
    """A cell as a number such that numbers of one value agree: queries may group by value, and 1.50 is 1.5."""
    return f"coalesce(hash(try_cast({cell} AS DOUBLE)), hash({cell}))" if term.datatype else f"hash({cell})"


def _side(term: Term) -> tuple[str, Callable[[str], str | None]]:
    """What of a row to compare with a term of N-Quads, and how to read the other side off that: the cell alone where
    the term is one cell as it stands between fixed texts. None: no cell makes that term."""
    cells = list(term.cells())
    written = sql.parts(term)
    place = next((n for n, part in enumerate(written) if isinstance(part, Cell)), -1)
    fixed = all(isinstance(part, str) for n, part in enumerate(written) if n != place)
    if len(cells) != 1 or not fixed or place < 0 or cells[0].spelled != () or cells[0].column.index < 0:
        return spelled(term), str
    before, after = "".join(map(str, written[:place])), "".join(map(str, written[place + 1 :]))

    def read(text: str) -> str | None:
        is_such = text.startswith(before) and text.endswith(after) and len(text) > len(before) + len(after)
        return text[len(before) : len(text) - len(after)] if is_such else None

    return sql.column(cells[0].column), read


def _form(term: Term) -> tuple[object, ...]:
    """A spelling without its columns: terms of one form over equal cells are equal."""
    pieces = (
        [p if isinstance(p, str) else p.encoding for p in part] for part in (term.pieces, term.datatype, term.language)
    )
    return (term.kind, term.base, term.is_spelled, *(tuple(part) for part in pieces))


def _is_told_by_key(family: Family, choices: Sequence[Sequence[Statement]]) -> bool:
    """Whether rows of the same values have the same subject, by the spelling of the subject alone."""
    if len(choices) != 1 or not all(is_injective(s.object) for s in choices[0]):
        return False
    return family.key.columns <= {c for s in choices[0] for c in s.object.columns}


def _small_tuples(base: Path, group: _Group) -> list[tuple[str, ...]]:
    """The values of a grouping at nodes of the small graph, as N-Quads writes them."""
    wanted = (*group.keys, *group.others, *(name for name, _ in group.fixed))
    store = Store()
    store.extend(
        Quad(quad.subject, quad.predicate, quad.object) for quad in _quads([base]) if quad.predicate.value in wanted
    )
    pattern = " ; ".join(
        [*(f"<{name}> ?k{n}" for n, name in enumerate(group.keys)), *(f"<{name}> ?o{n}" for n, name in
         enumerate(group.others)), *(f"<{name}> {value}" for name, value in group.fixed)]
    )  # fmt: skip
    variables = " ".join(f"?k{n}" for n in range(len(group.keys)))
    found = store.query(f"SELECT DISTINCT {variables or '?s'} WHERE {{ ?s {pattern} }}")
    return [tuple(str(value) for value in row) for row in found]  # type: ignore[union-attr]


def _quads(files: Iterable[Path]) -> Iterator[Quad]:
    for path in files:
        if path.stat().st_size:
            yield from parse(path=str(path), format=RdfFormat.N_QUADS)


def _join(files: Sequence[Path], target: Path) -> None:
    with target.open("wb") as out:
        for path in files:
            with path.open("rb") as source:
                shutil.copyfileobj(source, out, 1 << 20)
            out.write(b"\n")
