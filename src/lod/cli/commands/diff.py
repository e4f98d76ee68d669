"""`lod diff`: what one release has that another has not."""

from __future__ import annotations

from pathlib import Path

import click

from lod.cli import differences, output
from lod.cli.files import open_project
from lod.cli.options import in_project, reporting_differences
from lod.cli.output import Settings


@click.command("diff")
@click.argument("before", required=False)
@click.argument("after", required=False)
@in_project
@reporting_differences
@click.pass_obj
def command(settings: Settings, before: str | None, after: str | None, project: Path) -> int:
    """Compare two releases: datasets, triples, observations, codes and URIs added, removed, changed.

    Without names: the published one and the newest candidate, else the last two published. With one: it and the
    published one.

    \b
    Examples:
      lod diff
      lod diff 1 2 --format html > diff.html
    """
    from lod.release.history.difference import compare, releases_to_compare

    found = compare(*releases_to_compare(open_project(settings, project, to_build=False).releases, before, after))
    if settings.format == "json":
        output.document(differences.as_json(found))
    elif settings.format == "html":
        output.data(differences.as_html(found, settings.language))
    elif settings.format == "turtle":
        output.data(differences.as_turtle(found))
    else:
        output.data(differences.as_text(found, settings.language))
    return 0
