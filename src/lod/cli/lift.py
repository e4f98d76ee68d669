"""`lod lift`: mappings and tables to N-Quads, without a project."""

from __future__ import annotations

from pathlib import Path

import click

from lod.cli import output
from lod.cli.files import existing
from lod.cli.options import reporting_findings
from lod.cli.output import Settings
from lod.cli.progress import progress
from lod.wording import say


@click.command("lift")
@click.argument("mappings", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="MAPPING...")
@click.option("-o", "--output", "out", type=click.Path(path_type=Path), metavar="OUT.nq", help="Where to.")
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
@click.option("--memory-limit", default="512MB", show_default=True, help="Of the columnar engine.")
@click.option("--threads", type=click.IntRange(min=1), help="Of the columnar engine; else one a processor, at most 4.")
@click.option("--explain", "is_explained", is_flag=True, help="Print the plan instead: what is read, joined and made.")
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
    memory_limit: str,
    threads: int | None,
    is_explained: bool,
) -> int:
    """Lift tables to N-Quads by mapping files, without a project.

    Sources stand relative to their mapping and are looked for in --tables first. With --explain nothing is lifted.

    \b
    Example:
      lod lift mappings/staff.yarrrml.yml -o staff.nq --base https://lod.example.org/
    """
    from lod.diagnostics import Findings
    from lod.lift.run import explain_files, lift_files

    if out is None and not is_explained:
        raise click.UsageError("Missing option '-o' / '--output'.")
    settings.folders += [*([tables] if tables else []), *dict.fromkeys(path.parent for path in mappings)]
    findings = Findings()
    paths, folder = [existing(path) for path in mappings], existing(tables) if tables else None
    if is_explained or out is None:
        text = explain_files(paths, tables=folder, base_iri=base_iri, minimal=minimal, findings=findings)
        output.show(findings, settings, facts={"plan": text})
        if settings.format == "text":
            output.data(text)
        return 0
    with progress(settings) as report:
        result = lift_files(
            paths,
            out,
            tables=folder,
            base_iri=base_iri,
            minimal=minimal,
            metadata=existing(metadata) if metadata else None,
            memory_limit=memory_limit,
            threads=threads,
            report=report,
            findings=findings,
        )
    facts = {"output": str(out), "statements": result.statements, "by_triples_map": dict(result.by_triples_map)}
    output.show(findings, settings, facts=facts)
    output.line(say("{n:,} {n:statement|statements} in {out}", n=result.statements, out=out), settings, after=findings)
    return 1 if findings.errors else 0
