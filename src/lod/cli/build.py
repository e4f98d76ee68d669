"""`lod build`: all stages, from tables to a candidate release."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lod.cli import output
from lod.cli.files import open_project
from lod.cli.options import in_project, reporting
from lod.cli.output import Settings
from lod.cli.progress import progress

if TYPE_CHECKING:
    from lod.pipeline.run import BuildResult


@click.command("build")
@click.option("--publish", is_flag=True, help="Publish the candidate when every gate is green.")
@in_project
@reporting
@click.pass_obj
def command(settings: Settings, publish: bool, project: Path) -> int:
    """Run every stage, from tables to a candidate release; skip what is unchanged.

    Nothing that is published changes unless --publish is given and every gate agrees.

    \b
    Examples:
      lod build
      lod build --publish
    """
    from lod.pipeline.run import build

    loaded = open_project(settings, project)
    with progress(settings) as report:
        result = build(loaded, publish=publish, report=report)
    if settings.format == "json":
        facts = {"release": result.release, "published": result.published, "unchanged": result.unchanged}
        output.document(output.findings_document(result.findings, **facts, skipped=list(result.skipped)))
    else:
        output.show(result.findings, settings)
        output.line(_outcome(result), settings, after=result.findings)
    return 0


def _outcome(result: BuildResult) -> str:
    nothing_new = "Nothing has changed: " if result.unchanged else ""
    if result.published:
        return f"{nothing_new}{result.release} is published. To look at it: lod serve"
    return f"{nothing_new}{result.release} is a candidate. To publish it: lod publish"
