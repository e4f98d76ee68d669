"""`lod build`: all stages, from tables to a candidate release."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lod.cli import output
from lod.cli.files import open_project
from lod.cli.options import in_project, reporting_findings
from lod.cli.output import Settings
from lod.cli.progress import progress
from lod.wording import Wording, say

if TYPE_CHECKING:
    from lod.pipeline.run import BuildResult


@click.command("build")
@click.option("--publish", is_flag=True, help="Publish the candidate when every gate is green.")
@click.option("--from-tables", is_flag=True, help="Make everything from the tables; keep nothing of earlier builds.")
@in_project
@reporting_findings
@click.pass_obj
def command(settings: Settings, publish: bool, from_tables: bool, project: Path) -> int:
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
        result = build(loaded, publish=publish, from_tables=from_tables, report=report)
    facts = {"release": result.release, "published": result.published, "unchanged": result.unchanged}
    output.show(
        result.findings, settings, facts={**facts, "skipped": list(result.skipped), "made_from": result.made_from}
    )
    output.line(_outcome(result), settings, after=result.findings)
    return 0


def _outcome(result: BuildResult) -> Wording:
    said = say("{release} is a candidate. To publish it: lod publish", release=result.release)
    if result.published:
        said = say("{release} is published. To look at it: lod serve", release=result.release)
    return say("Nothing has changed: {said}", said=said) if result.unchanged else said
