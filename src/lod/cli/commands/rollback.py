"""`lod rollback`: move the pointer back."""

from __future__ import annotations

from pathlib import Path

import click

from lod.cli.commands.publish import said
from lod.cli.files import open_project
from lod.cli.options import in_project, reporting
from lod.cli.output import Settings
from lod.cli.progress import progress


@click.command("rollback")
@click.option("--to", metavar="RELEASE", help="Which release; else the one that was published before.")
@in_project
@reporting
@click.pass_obj
def command(settings: Settings, to: str | None, project: Path) -> int:
    """Go back to the release that was published before, or to a named one.

    It is verified first. Nothing is deleted: 'lod publish NAME' goes forward again.

    \b
    Examples:
      lod rollback
      lod rollback --to 1
    """
    from lod.release.publishing.publish import rollback
    from lod.release.publishing.push import pushing

    loaded = open_project(settings, project, to_build=False)
    with progress(settings) as report:
        release = rollback(loaded.releases, to, before=pushing(loaded.store, report))
    return said(settings, "rolled back to", release.manifest.name)
