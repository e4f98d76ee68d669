"""Probes: each distinct value of a column, judged once, by the processor that judges everything else.

A probe's values become the objects of made-up nodes beside the small graph, and its constraints a shape for them. So a
value is judged exactly as it would be where it stands, whatever the constraint: no second implementation decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from pyoxigraph import BlankNode, NamedNode, Quad

from lod.lift.engines import sql
from lod.lift.engines.session import Session
from lod.lift.plan import ROW, Column, Emission, Scan, Term
from lod.mapping.ir import TermType
from lod.rdf.namespaces import RDF, SH
from lod.rdf.parse import Document
from lod.validation.columns.conditions import Probe
from lod.validation.columns.families import Family, Unplannable, constant, present, spelled, write_lines
from lod.validation.data_graph import DataGraph
from lod.validation.processors.processor import Processor
from lod.validation.shapes.graph import ShapeGraph
from lod.wording import say

_MANY = 400_000  # distinct combinations of several columns: more cost more than the whole graph would
_HERE = "<urn:lod:here>"


@dataclass(slots=True)
class _Unit:
    """A probe over a family, and the table of its distinct values."""

    family: Family
    probe: Probe
    name: str
    columns: list[Column]


@dataclass(slots=True)
class Probes:
    """All probes of one validation. `add` them, `judge` them once, then ask which rows they suspect."""

    session: Session
    shapes: ShapeGraph
    work: Path
    _units: dict[tuple[int, Probe], _Unit] = field(default_factory=dict)

    def add(self, family: Family, probe: Probe) -> None:
        """Take note of a probe.

        Raises:
            Unplannable: it has too many distinct combinations.
        """
        if (family.number, probe) in self._units:
            return
        columns = sorted({c for statement in probe.statements for c in statement.columns - family.key.columns}
                         | {c for statement in probe.statements for c in statement.object.columns})  # fmt: skip
        unit = _Unit(family, probe, f"probe_{len(self._units)}", columns)
        chosen = ", ".join(sql.column(each) for each in columns) or "1 AS one"
        connection = self.session.connection
        connection.execute(
            f"CREATE TEMP TABLE {unit.name} AS SELECT row_number() OVER () AS id, * FROM "
            f"(SELECT DISTINCT {chosen} FROM {family.source} WHERE {_there(family, probe)})"
        )
        row = connection.execute(f"SELECT count(*) FROM {unit.name}").fetchone()
        if row and len(columns) > 1 and len(probe.statements) > 1 and int(row[0]) > _MANY:
            raise Unplannable(say("values that depend on each other in too many ways"))
        self._units[family.number, probe] = unit

    def judge(self, small: Path, processor: Processor) -> None:
        """Let the processor judge all of them; the tables keep what fails.

        Raises:
            Unable: the processor made no report.
        """
        units = list(self._units.values())
        if not units:
            return
        target = self.work / "probes.nq"
        write_lines(self.session, [line for n, each in enumerate(units) for line in self._lines(n, each)], str(target))
        quads = [quad for number, unit in enumerate(units) for quad in _shape(number, unit)]
        document = Document(Path(), "", "", tuple(quads), {})
        shapes = ShapeGraph((*self.shapes.documents, document))
        targeted = [NamedNode(f"urn:lod:probe:{number}") for number in range(len(units))]
        folder = self.work / "probing"
        folder.mkdir()
        judgement = processor.judge(DataGraph(files=(small, target), is_labelled=False), shapes, targeted, folder)
        failing: dict[int, set[int]] = {}
        for result in judgement.results:
            assert isinstance(result.focus_node, NamedNode)
            _, probe, identifier = result.focus_node.value.rsplit(":", 2)
            failing.setdefault(int(probe), set()).add(int(identifier))
        for number, unit in enumerate(units):
            self.session.connection.execute(
                f"DELETE FROM {unit.name} WHERE NOT list_contains($ids, id)"
                if len(failing.get(number, ())) <= 20
                else f"DELETE FROM {unit.name} WHERE id NOT IN (SELECT unnest($ids))",
                {"ids": sorted(failing.get(number, {-1}))},
            )

    def suspects(self, family: Family, probe: Probe) -> str | None:
        """A condition that holds for the rows whose values fail; None if none do."""
        unit = self._units[family.number, probe]
        row = self.session.connection.execute(f"SELECT count(*) FROM {unit.name}").fetchone()
        if not row or not row[0]:
            return None
        there = _there(family, probe)
        if not unit.columns:
            return f"({there})"
        same = " AND ".join(f"f.{sql.column(each)} IS NOT DISTINCT FROM s.{sql.column(each)}" for each in unit.columns)
        if len(unit.columns) == 1:
            only = sql.column(unit.columns[0])
            return f"({there}) AND s.{only} IN (SELECT {only} FROM {unit.name})"
        return f"({there}) AND EXISTS (SELECT 1 FROM {unit.name} AS f WHERE {same})"

    def _lines(self, number: int, unit: _Unit) -> Iterator[str]:
        node = f"'<urn:lod:probed:{number}:', id, '>'"
        plain = _marked(self.session, unit)
        for statement in plain.statements:
            path = f"urn:lod:value:{number}" if _is_single(unit.probe) else constant(statement.predicate)
            where = sql.conjunction([f"{sql.column(c)} IS NOT NULL" for c in unit.columns
                                     if c in statement.columns and c.index != ROW])  # fmt: skip
            text = f"concat({node}, ' <{path}> ', {spelled(statement.object)}, ' .')"
            yield f"SELECT {text} AS line FROM {unit.name} WHERE {where}"
        if not _is_single(unit.probe):
            yield f"SELECT concat({node}, ' <urn:lod:in:{number}> {_HERE} .') AS line FROM {unit.name}"


def _marked(session: Session, unit: _Unit) -> Emission:
    """A probe's statements without subjects, whose columns its table does not have."""
    nothing = Term(TermType.IRI, ("",), unit.family.key.origin)
    statements = tuple(replace(each, subject=nothing, graph=None) for each in unit.probe.statements)
    return session.columns.mark(Emission("", Scan(unit.family.table), nothing, statements))


def _there(family: Family, probe: Probe) -> str:
    """Which rows a probe is about."""
    if probe.even_none:
        return "true"
    return " OR ".join(f"({present(statement, family)})" for statement in probe.statements)


def _is_single(probe: Probe) -> bool:
    return bool(probe.path) and len(probe.statements) == 1 and not probe.even_none


def _shape(number: int, unit: _Unit) -> Iterator[Quad]:
    """The shape that judges a probe's nodes."""
    probe, shape = unit.probe, NamedNode(f"urn:lod:probe:{number}")
    marker = f"urn:lod:value:{number}" if _is_single(probe) else f"urn:lod:in:{number}"
    yield Quad(shape, NamedNode(RDF + "type"), NamedNode(SH + "NodeShape"))
    yield Quad(shape, NamedNode(SH + "targetSubjectsOf"), NamedNode(marker))
    at: NamedNode | BlankNode = shape
    if probe.path:
        at = BlankNode(f"probe{number}")
        yield Quad(shape, NamedNode(SH + "property"), at)
        yield Quad(at, NamedNode(SH + "path"), NamedNode(marker if _is_single(probe) else probe.path))
    for place, (predicate, value) in enumerate(probe.constraints):
        if predicate != SH + "property":
            yield Quad(at, NamedNode(predicate), value)
            continue
        # the results of a property shape are about the value; those of sh:and about the node that has it
        one = BlankNode(f"probe{number}and{place}")
        yield Quad(at, NamedNode(SH + "and"), one)
        yield Quad(one, NamedNode(RDF + "first"), value)
        yield Quad(one, NamedNode(RDF + "rest"), NamedNode(RDF + "nil"))
