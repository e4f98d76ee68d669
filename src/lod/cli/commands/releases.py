"""`lod releases`: what there is to publish or to go back to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lod.cli import output
from lod.cli.files import open_project
from lod.cli.options import in_project, reporting
from lod.cli.output import Settings
from lod.wording import say

if TYPE_CHECKING:
    from lod.release.history.listing import ListedRelease


@click.command("releases")
@in_project
@reporting
@click.pass_obj
def command(settings: Settings, project: Path) -> int:
    """List the releases of a project; the published one is marked with *.

    Releases share the files that did not change. The size in brackets is what no other release has.

    \b
    Example:
      lod releases
    """
    from lod.release.history.listing import list_releases

    listed = list_releases(open_project(settings, project, to_build=False).releases)
    if settings.format == "json":
        output.document([_as_json(release) for release in listed])
        return 0
    for release in listed:
        mark = "*" if release.published else " "
        size, own = f"{release.bytes / 1e6:,.1f} MB", f"({release.own_bytes / 1e6:,.1f} alone)"
        facts = f"{release.created or '-':<20} {release.triples:>12,} triples {size:>12} {own:<16}  {release.state}"
        output.data(f"{mark} {release.name:<16} {facts}")
        if release.trouble:
            output.line(f"    {release.trouble}", settings)
    if not listed:
        output.line(say("No release yet: lod build makes one."), settings)
    return 0


def _as_json(release: ListedRelease) -> dict[str, Any]:
    return {
        "name": release.name,
        "state": release.state,
        "published": release.published,
        "created": release.created,
        "triples": release.triples,
        "bytes": release.bytes,
        "own_bytes": release.own_bytes,
        "trouble": release.trouble,
    }
