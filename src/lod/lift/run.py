"""Run a plan: tables in, N-Quads and lineage out.

Whatever goes wrong, nothing half-written remains: the work is done in a folder beside the output, which is moved into
place at the end.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from lod.diagnostics import Findings, FindingsError
from lod.events import Reporter, StageFinished, StageStarted, silent
from lod.lift.checked import STAGE, Limits, read_checked
from lod.lift.compile import bind_plan, improve
from lod.lift.lineage import write_lineage
from lod.lift.plan import Plan
from lod.lift.quarantine import Quarantine
from lod.lift.result import LiftResult
from lod.lift.targets import part, targets_of
from lod.lineage import Lineage
from lod.mapping.ir import LogicalTarget
from lod.mapping.read import read_mappings
from lod.wording import say

_OUTPUT = "out.nq"
_PACKED = {".zst", ".gz"}


def lift(
    plan: Plan,
    out: Path,
    *,
    engine: str = "duckdb",
    memory_limit: str = "512MB",
    threads: int = 2,
    report: Reporter = silent,
    findings: Findings,
    quarantine: Quarantine | None = None,
) -> LiftResult:
    """Write `part-*.nq` and `lineage/` into the folder `out`. With a quarantine, bad rows are set aside.

    `engine` is 'duckdb' or 'spark'.

    Raises:
        FindingsError: values that make no legal term, tables that are not well-formed, triples maps that yield nothing.
        LiftError: LOD4008, LOD4052, the engine ran out of memory or disk.
    """
    findings.raise_if_errors()
    with _workplace(out.parent) as work:
        limits = Limits(engine, memory_limit, threads, quarantine, work / "rejects.parquet")
        counts = _run(plan, work, limits, report, findings)
        findings.raise_if_errors()
        out.mkdir(parents=True, exist_ok=True)
        part = (work / _OUTPUT).replace(out / "part-0001.nq")
        shutil.rmtree(out / "lineage", ignore_errors=True)
        (work / "lineage").rename(out / "lineage")
    return LiftResult((part,), sum(counts.values()), counts, Lineage(out / "lineage"))


def check_rows(plan: Plan, *, memory_limit: str = "512MB", threads: int = 2, findings: Findings) -> None:
    """Look at the tables as `lift` does, and write nothing: everything that a lift would say is among the findings.

    Raises:
        LiftError: LOD4008, the engine ran out of memory or disk.
    """
    from lod.lift.engines.session import open_session

    with (
        _workplace(Path(tempfile.gettempdir())) as work,
        open_session(memory_limit, threads, work / "spill") as session,
        suppress(FindingsError),
    ):  # which are among the findings
        limits = Limits("duckdb", memory_limit, threads)
        findings.extend(read_checked(session, plan, work, limits, silent, findings)[2])


def lift_files(
    mappings: Sequence[Path],
    out: Path,
    *,
    tables: Path | None = None,
    base_iri: str | None = None,
    engine: str = "duckdb",
    memory_limit: str = "512MB",
    threads: int | None = None,
    report: Reporter = silent,
    findings: Findings,
    lineage: Path | None = None,
    targets: Path | None = None,
    minimal: bool = False,
    metadata: Path | None = None,
    quarantine: Quarantine | None = None,
) -> LiftResult:
    """Lift mapping files to the one N-Quads file `out`, without a project. As `.nq.zst` or `.nq.gz` it is packed.

    Sources are looked up in `tables`, then beside the mappings; the targets that mappings name are written in the
    folder `targets`, else in the current one. `lineage` is the folder to keep the lineage in; without
    one it is made and thrown away, and `LiftResult.lineage` names a folder that is gone. `minimal` is csv2rdf's minimal
    mode, `metadata` the CSVW metadata of a CSV among the mappings, as a Link header would name it. A table that does
    not adhere to its CSVW metadata is lifted all the same, as csv2rdf asks: then there are errors among the findings,
    and still a result. With a `quarantine`, bad rows are set aside.

    Raises:
        FindingsError: with every finding about mappings and tables.
        LiftError: LOD4008, the engine ran out of memory or disk.
    """
    violations = Findings()
    plan = _plan_of(mappings, tables, base_iri or "", findings, violations, minimal=minimal, metadata=metadata)
    with _workplace(out.parent) as work:
        threads = threads or min(4, os.cpu_count() or 1)
        limits = Limits(engine, memory_limit, threads, quarantine, work / "rejects.parquet")
        named = targets_of(plan)
        if quarantine and named:  # a row that is bad for one file is good for none
            (work / "all").mkdir()
            _run(improve(plan), work / "all", limits, silent, Findings())
        lines = _OUTPUT + (out.suffix if out.suffix in _PACKED else "")
        counts = _run(improve(part(plan, None)), work, limits, report, findings, lines)
        for number, target in enumerate(named):
            place = work / f"target-{number}"
            place.mkdir()
            for name, count in _run(improve(part(plan, target)), place, limits, report, findings).items():
                counts[name] += count
            _write(place, target, limits, findings)
        for number, target in enumerate(named):
            folder = Path(target.origin.path).parent if target.beside_mapping else targets or Path()
            (folder / target.path).parent.mkdir(parents=True, exist_ok=True)
            shutil.move(work / f"target-{number}" / "written", folder / target.path)
        (work / lines).replace(out)
        if lineage:
            shutil.rmtree(lineage, ignore_errors=True)
            shutil.move(work / "lineage", lineage)
        kept = Lineage(lineage or work / "lineage")
    findings.extend(violations)
    return LiftResult((out,), sum(counts.values()), counts, kept)


def explain_files(
    mappings: Sequence[Path],
    *,
    tables: Path | None = None,
    base_iri: str | None = None,
    findings: Findings,
    minimal: bool = False,
) -> str:
    """The plan by which mapping files are lifted, as text (`lod.lift.explain`). Headers are read, rows are not.

    Raises:
        FindingsError: with every finding about the mappings and the tables' columns.
    """
    from lod.lift.explain import explain

    return explain(_plan_of(mappings, tables, base_iri or "", findings, Findings(), minimal=minimal))


def _plan_of(
    mappings: Sequence[Path],
    tables: Path | None,
    base: str,
    findings: Findings,
    violations: Findings,
    *,
    minimal: bool,
    metadata: Path | None = None,
) -> Plan:
    mapping = read_mappings(
        mappings, findings, violations, base_iri=base, tables=tables, minimal=minimal, metadata=metadata
    )
    folders = [*([tables] if tables else []), *dict.fromkeys(path.parent for path in mappings)]
    plan = bind_plan(mapping, folders=folders, base_iri=base, findings=findings)
    findings.raise_if_errors()
    return plan


@contextmanager
def _workplace(beside: Path) -> Iterator[Path]:
    """A folder on the disk of the output, removed with all that is left in it."""
    beside.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".lift-", dir=beside))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _write(place: Path, target: LogicalTarget, limits: Limits, findings: Findings) -> None:
    """What a target's statements become in its own serialization; a subject's statements stand together."""
    from lod.lift.engines.duckdb.merge import merge  # most lifts have no target
    from lod.lift.serialize import write_target

    lines = place / _OUTPUT
    if target.serialization not in ("nq", "nt"):
        lines = place / "sorted.nq"
        merge([place / _OUTPUT], lines, memory_limit=limits.memory, threads=limits.threads)
    homeless = write_target(lines, target, place / "written")
    if homeless:
        message = say(
            "{n:,} {n:statement|statements} of {path} {n:stands|stand} in a graph, of which the file does not tell",
            n=homeless,
            path=target.path,
        )
        findings.warning("LOD3120", message, target.origin, say("N-Quads, TriG and JSON-LD tell graphs"))


def _run(
    plan: Plan, work: Path, limits: Limits, report: Reporter, findings: Findings, lines: str = _OUTPUT
) -> dict[str, int]:
    """Write the file `lines` and `lineage/` into a folder; returns how many lines each triples map made."""
    from lod.lift.engines.engine import open_engine  # the engine costs a good part of a small lift's time
    from lod.lift.engines.statements import write_statements

    begun = time.perf_counter()
    report(StageStarted(STAGE))
    lineage = work / "lineage"
    lineage.mkdir()
    counts = {subject.triples_map: 0 for subject in plan.subjects}
    with open_engine(limits.engine, limits.memory, limits.threads, work / "spill") as session:
        plan, surveys, violations = read_checked(session, plan, lineage, limits, report, findings)
        counts |= write_statements(session, plan, surveys, work / lines)
        sifted, clean = frozenset(session.sifted), frozenset(session.clean)
    write_lineage(plan, lineage, sifted, clean)
    findings.extend(violations)
    report(
        StageFinished(STAGE, time.perf_counter() - begun, say("{n:,} {n:statement|statements}", n=sum(counts.values())))
    )
    return counts
