"""Validation in a build: on the columns of the lift where that is proven to be the same, else on the whole graph."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lod.diagnostics import Findings
from lod.lift.engines.duckdb.objects import open_tables
from lod.lift.engines.session import open_session
from lod.lift.plan import Plan
from lod.lineage import Lineage
from lod.rdf.parse import Document
from lod.validation.columns.families import Unplannable
from lod.validation.columns.sieve import Sieve, Sieved
from lod.validation.data_graph import DataGraph
from lod.validation.processors.processor import Unable, processors
from lod.validation.report import Judged, ValidationReport, ValidationResult
from lod.validation.shapes.graph import Node, ShapeGraph
from lod.validation.validate import check_shapes, judged, tell_idle
from lod.wording import NOTHING, Wording, say

LARGE = 50_000  # statements that a table makes: below that the whole graph is as soon validated


@dataclass(frozen=True, slots=True)
class Lifted:
    """What a build has to validate: the tables' columns with their plan, and the same as N-Quads."""

    plan: Plan
    lineage: Lineage
    parts: Callable[[], Sequence[Path]]  # everything: asked for where a shape needs the whole graph
    others: Sequence[Path]  # what no table made
    memory_limit: str = "512MB"
    threads: int = 2
    work: Path | None = None  # a folder for what is thrown away; else that of the system


def validate_lift(
    lifted: Lifted, shapes: Sequence[Document], findings: Findings, *, large: int = LARGE
) -> ValidationReport:
    """Hold what a build made against shapes. The report is that of a complete processor, as over the whole graph.

    Findings: as `lod.validation.validate.validate`; LOD6012 (warning) so many rows fail that not each was judged.

    Raises:
        FindingsError: LOD6002, LOD6010.
        ValidationFailed: LOD6003 no processor made a report.
    """
    graph, own = ShapeGraph(shapes), Findings()
    targeted = graph.targeted()
    try:
        check_shapes(shapes, own)
        own.raise_if_errors()
        with tempfile.TemporaryDirectory(prefix="validate-", dir=lifted.work) as folder:
            return _validate(lifted, graph, targeted, own, large, Path(folder))
    finally:
        findings.extend(own)


def _validate(
    lifted: Lifted, graph: ShapeGraph, targeted: Sequence[Node], findings: Findings, large: int, work: Path
) -> ValidationReport:
    candidates = processors()
    try:
        sieved = _sieve(lifted, graph, targeted, large, work)
    except (Unplannable, Unable) as error:
        why = error.reason if isinstance(error, Unplannable) else Wording(str(error))
        sieved = Sieved((), dict.fromkeys(targeted, why), work, frozenset(), 0, 0)
    results: list[ValidationResult] = []
    engines, who, idle = list[str](), list[Judged](), set[Node]()
    for shapes, reason in ((sieved.planned, None), (tuple(sieved.rest), sieved.rest)):
        if not shapes and (reason is None or targeted):
            continue
        data = DataGraph(files=(sieved.small,) if reason is None else tuple(lifted.parts()))
        judgement, judge = judged(data, graph, shapes, findings, candidates)
        results += judgement.results
        engines.append(judge.name if reason else f"columns, {judge.name}")
        idle |= judgement.idle - sieved.selecting
        where = "the whole graph" if reason else "columns"
        who += [Judged(shape, judge.name, where, reason.get(shape, NOTHING) if reason else NOTHING) for shape in shapes]
    if sieved.left_out:
        message = say("{count:,} more rows may fail than were judged one by one", count=sieved.left_out)
        hint = say("correct what is reported first: rows that fail alike have one cause")
        findings.warning("LOD6012", message, hint=hint)
    tell_idle(idle, graph, findings)
    ordered = tuple(sorted(results, key=lambda result: result.order()))
    return ValidationReport(
        not ordered, ordered, "; ".join(engines), graph, tuple(who), sieved.left_out, frozenset(idle)
    )


def _sieve(lifted: Lifted, graph: ShapeGraph, targeted: Sequence[Node], large: int, work: Path) -> Sieved:
    with open_session(lifted.memory_limit, lifted.threads, work / "spill") as session:
        open_tables(session, lifted.plan, lifted.lineage)
        sieve = Sieve(session, lifted.plan, lifted.others, graph, processors()[0], work, large)
        return sieve.run(targeted)
