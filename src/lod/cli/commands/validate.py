"""`lod validate`: SHACL, without a project."""

from __future__ import annotations

from pathlib import Path

import click

from lod.cli import output
from lod.cli.files import existing
from lod.cli.options import reporting_findings
from lod.cli.output import Settings
from lod.cli.report_files import known_form, write_report
from lod.diagnostics import Findings
from lod.wording import say

_SHAPES = ("--shapes", "-s")
_WITH_VALUE = ("-o", "--output", "--format", "--processor", "--fail-on", "--before", "--lang")


class _SeveralShapes(click.Command):
    """`lod validate DATA… --shapes SHAPES…`: after DATA, the option takes all names up to the next option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, _repeated(args))


def _repeated(arguments: list[str]) -> list[str]:
    """`a.ttl --shapes x.ttl y.ttl` as `a.ttl --shapes x.ttl --shapes y.ttl`. Without DATA before it, it takes one."""
    spread: list[str] = []
    taking = has_data = False
    for place, word in enumerate(arguments):
        before = arguments[place - 1] if place else ""
        if word.startswith("-") and len(word) > 1:
            taking = word in _SHAPES and has_data
        elif taking and before not in _SHAPES:
            spread.append(_SHAPES[0])
        elif before not in (*_SHAPES, *_WITH_VALUE):
            has_data = True
        spread.append(word)
    return spread


@click.command("validate", cls=_SeveralShapes)
@click.argument("data", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="DATA...")
@click.option(
    *_SHAPES,
    required=True,
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="SHAPES...",
    help="Files with the shapes.",
)
@click.option(
    "-o",
    "--output",
    "out",
    multiple=True,
    callback=known_form,
    type=click.Path(path_type=Path),
    metavar="REPORT",
    help="Write the report: .ttl, .jsonld, .csv, .html, .xml (JUnit) or .sarif. May be given several times.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["violation", "warning", "info"]),
    default="info",
    show_default=True,
    help="The least severity of a result that makes the command end with 1.",
)
@click.option(
    "--before",
    type=click.Path(path_type=Path),
    metavar="REPORT",
    help="An older report (.ttl, .jsonld): tell what is new, fixed and unchanged since.",
)
@click.option(
    "--processor",
    type=click.Choice(["auto", "shacl", "pyshacl"]),
    default="auto",
    show_default=True,
    help="Who judges: the fast one and, where it gives up, the reference; or one of them.",
)
@reporting_findings
@click.pass_obj
def command(
    settings: Settings,
    data: tuple[Path, ...],
    shapes: tuple[Path, ...],
    out: tuple[Path, ...],
    fail_on: str,
    before: Path | None,
    processor: str,
) -> int:
    """Hold RDF files against SHACL shapes. Ends with 0 if they conform, with 1 if not (see --fail-on).

    DATA and SHAPES are Turtle, TriG, N-Triples, N-Quads, JSON-LD or RDF/XML, by extension; DATA also
    compressed, as in staff.ttl.gz.

    \b
    Examples:
      lod validate staff.nq --shapes shapes/staff.ttl
      lod validate staff.nq --shapes shapes/staff.ttl shapes/codes.ttl -o report.ttl -o report.html
      lod validate staff.nq --shapes shapes/staff.ttl --before report.ttl
    """
    from lod.validation.files import account_of_files
    from lod.validation.reports.account import summary
    from lod.validation.reports.page import changed

    findings = Findings()
    files, rules = [existing(path) for path in data], [existing(path) for path in shapes]
    older = existing(before) if before else None
    account = account_of_files(files, rules, findings, processor=processor, before=older)
    report = account.report
    for path in out:
        write_report(path, account, findings.items, settings.language, beside=out)
    output.show(findings, settings, as_data=True, facts=summary(account) if settings.format == "json" else None)
    if account.change:
        output.line(changed(account.change), settings, after=findings)
    verdict = say("conforms ({engine})", engine=report.engine)
    if not report.conforms:
        verdict = say("{n:,} validation {n:result|results} ({engine})", n=len(report.results), engine=report.engine)
    output.line(verdict, settings, after=findings if account.change is None else ())
    return 1 if report.fails(fail_on) else 0
