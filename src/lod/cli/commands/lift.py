"""`lod lift`: mappings and tables to N-Quads, without a project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lod.cli import output
from lod.cli.files import existing
from lod.cli.options import reporting_findings, share
from lod.cli.output import Settings
from lod.cli.progress import progress
from lod.diagnostics import Findings
from lod.wording import say

if TYPE_CHECKING:
    from lod.lift.result import LiftResult


@click.command("lift")
@click.argument("mappings", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="MAPPING...")
@click.option(
    "-o",
    "--output",
    "out",
    type=click.Path(path_type=Path),
    metavar="OUT.nq",
    help="Where to; .nq.zst and .nq.gz are packed.",
)
@click.option("--base", "base_iri", metavar="IRI", help="What relative IRIs are resolved against.")
@click.option(
    "--tables", type=click.Path(path_type=Path), metavar="DIR", help="Look here for sources before beside the mapping."
)
@click.option("--minimal", is_flag=True, help="Of CSVW: leave out what describes the tables and rows themselves.")
@click.option(
    "--metadata",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="CSVW metadata of a CSV, as a Link header would name it; looked at before those beside the file.",
)
@click.option(
    "--engine",
    type=click.Choice(["duckdb", "spark"]),
    default="duckdb",
    show_default=True,
    help="What lifts; Spark needs lod[spark] and Java.",
)
@click.option("--memory-limit", default="512MB", show_default=True, help="Of the columnar engine.")
@click.option("--threads", type=click.IntRange(min=1), help="Of the columnar engine; else one a processor, at most 4.")
@click.option("--explain", "is_explained", is_flag=True, help="Print the plan instead: what is read, joined and made.")
@click.option(
    "--on-error",
    type=click.Choice(["stop", "quarantine"]),
    default="stop",
    show_default=True,
    help="What bad rows do: stop the lift, or be set aside in a CSV file with their reasons.",
)
@click.option(
    "--rejects", type=click.Path(path_type=Path), metavar="CSV", help="That file; else rejects.csv beside OUT.nq."
)
@click.option(
    "--max-rejects",
    callback=share,
    default="100%",
    metavar="SHARE",
    help="Of a table's rows, as 1% or 0.01; more fail.",
)
@reporting_findings
@click.pass_obj
def command(
    settings: Settings,
    mappings: tuple[Path, ...],
    out: Path | None,
    base_iri: str | None,
    tables: Path | None,
    minimal: bool,
    metadata: Path | None,
    engine: str,
    memory_limit: str,
    threads: int | None,
    is_explained: bool,
    on_error: str,
    rejects: Path | None,
    max_rejects: float,
) -> int:
    """Lift tables to N-Quads by mapping files, without a project.

    Errors leave no output behind. With --on-error=quarantine, rows that are not well-formed or hold values that make no
    legal term are set aside, and the others are lifted as if these were not there.

    Sources stand relative to their mapping and are looked for in --tables first. With --explain nothing is lifted.

    \b
    Example:
      lod lift mappings/staff.yarrrml.yml -o staff.nq --base https://lod.example.org/
    """
    from lod.lift.quarantine import Quarantine
    from lod.lift.run import explain_files, lift_files

    if out is None and not is_explained:
        raise click.UsageError(say("{name} is missing", name="-o / --output"))
    settings.folders += [*([tables] if tables else []), *dict.fromkeys(path.parent for path in mappings)]
    findings = Findings()
    paths, folder = [existing(path) for path in mappings], existing(tables) if tables else None
    if is_explained or out is None:
        text = explain_files(paths, tables=folder, base_iri=base_iri, minimal=minimal, findings=findings)
        return _show_plan(settings, text, findings)
    aside = Quarantine(rejects or out.parent / "rejects.csv", max_rejects, settings.language)
    quarantine = aside if on_error == "quarantine" else None
    with progress(settings) as report:
        result = lift_files(
            paths,
            out,
            tables=folder,
            base_iri=base_iri,
            minimal=minimal,
            metadata=existing(metadata) if metadata else None,
            engine=engine,
            memory_limit=memory_limit,
            threads=threads,
            report=report,
            findings=findings,
            quarantine=quarantine,
        )
    return _show_result(settings, result, out, findings)


def _show_plan(settings: Settings, text: str, findings: Findings) -> int:
    output.show(findings, settings, facts={"plan": text})
    if settings.format == "text":
        output.data(text)
    return 0


def _show_result(settings: Settings, result: LiftResult, out: Path, findings: Findings) -> int:
    facts = {"output": str(out), "statements": result.statements, "by_triples_map": dict(result.by_triples_map)}
    output.show(findings, settings, facts=facts)
    output.line(say("{n:,} {n:statement|statements} in {out}", n=result.statements, out=out), settings, after=findings)
    return 1 if findings.errors else 0
