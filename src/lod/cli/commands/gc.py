"""`lod gc`: remove old releases."""

from __future__ import annotations

from pathlib import Path

import click

from lod.cli import output
from lod.cli.files import open_project
from lod.cli.options import in_project, reporting
from lod.cli.output import Settings
from lod.wording import say


@click.command("gc")
@click.option("--keep", type=click.IntRange(1), default=5, show_default=True, help="How many published releases stay.")
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@in_project
@reporting
@click.pass_obj
def command(settings: Settings, keep: int, dry_run: bool, project: Path) -> int:
    """Remove old releases: all published ones but the newest.

    Never the published one, the one before it, a candidate, or one that a server on this machine has open.

    \b
    Examples:
      lod gc --dry-run
      lod gc --keep 3
    """
    from lod.release.publishing.collect import collect

    releases = open_project(settings, project, to_build=False).releases
    gone, spared = collect(releases, keep, dry_run=dry_run)
    if settings.format == "json":
        removed = [{"release": item.name, "bytes": item.bytes} for item in gone]
        output.show([], settings, facts={"removed": removed, "spared": spared, "dry_run": dry_run})
        return 0
    for item in gone:
        name, size = item.name, item.bytes / 1e6
        done = (
            say("{name} would be removed: {size:,.1f} MB", name=name, size=size)
            if dry_run
            else say("{name} removed: {size:,.1f} MB", name=name, size=size)
        )
        output.line(done, settings)
    for name in spared:
        output.line(say("{name} stays: it is being served", name=name), settings)
    if not gone and not spared:
        output.line(say("nothing to remove"), settings)
    return 0
