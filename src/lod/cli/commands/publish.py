"""`lod publish`: move the pointer to a candidate."""

from __future__ import annotations

from pathlib import Path

import click

from lod.cli import output
from lod.cli.files import open_project
from lod.cli.options import in_project, reporting
from lod.cli.output import Settings
from lod.cli.progress import progress
from lod.wording import say

_SAID = {"published": say("published"), "rolled back to": say("rolled back to")}


@click.command("publish")
@click.argument("release", required=False)
@in_project
@reporting
@click.pass_obj
def command(settings: Settings, release: str | None, project: Path) -> int:
    """Publish a candidate: the newest, or the RELEASE named.

    The release is verified first; the pointer moves in one step.

    \b
    Examples:
      lod publish
      lod publish 3-1f0c22ab
    """
    from lod.release.publishing.publish import publish_candidate
    from lod.release.publishing.push import pushing

    loaded = open_project(settings, project, to_build=False)
    with progress(settings) as report:
        published = publish_candidate(loaded.releases, release, before=pushing(loaded.store, report))
    return said(settings, "published", published.manifest.name)


def said(settings: Settings, action: str, name: str) -> int:
    """Report that the pointer now names a release; `action` is what moved it, a key of `_SAID`."""
    if settings.format == "json":
        output.show([], settings, facts={"release": name, "action": action})
    else:
        output.line(say("{action} {name}", action=_SAID[action], name=name), settings)
    return 0
