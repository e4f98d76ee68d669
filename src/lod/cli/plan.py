"""`lod plan`: what a build would do anew, and why."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from lod.cli import output
from lod.cli.files import open_project
from lod.cli.options import in_project, reporting
from lod.cli.output import Settings
from lod.wording import say, translated


@click.command("plan")
@in_project
@reporting
@click.pass_obj
def command(settings: Settings, project: Path) -> int:
    """Say what 'lod build' would do anew and which files are the reason, without building.

    \b
    Example:
      lod plan
    """
    from lod.pipeline.plan import plan_build

    plan = plan_build(open_project(settings, project))
    if settings.format == "json":
        output.document(asdict(plan))
        return 0
    if not plan.builds:
        lines = [say("nothing to build: {release} is made from the same files", release=plan.release)]
    else:
        lines = [say("new: {file}", file=file) for file in plan.added]
        lines += [say("changed: {file}", file=file) for file in plan.changed]
        lines += [say("no longer used: {file}", file=file) for file in plan.removed]
        lines += [say("the program itself has changed")] if plan.program else []
        lines += [say("the tables are lifted anew")] if plan.lifts else [say("the lift of the tables is kept")]
        lines += [say("everything after the lift is made anew")]
    output.data("\n".join(translated(line, settings.language) for line in lines))
    return 0
