"""`lod export`: the site as files."""

from __future__ import annotations

import os
from pathlib import Path

import click

from lod.cli import output
from lod.cli.files import open_project
from lod.cli.options import in_project, reporting
from lod.cli.output import Settings
from lod.cli.progress import progress
from lod.diagnostics import Findings
from lod.rdf.formats import GRAPH_FORMATS, HTML, JSON, by_suffix
from lod.wording import say

_FORMATS = (HTML, JSON, *GRAPH_FORMATS)


@click.command("export")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option(
    "--only",
    "suffixes",
    multiple=True,
    type=click.Choice([each.suffix for each in _FORMATS]),
    help="Only this format; may be given several times. Else all.",
)
@click.option("--release", "name", metavar="RELEASE", help="Of which release; else the one that is published.")
@in_project
@reporting
@click.pass_obj
def command(settings: Settings, folder: Path, suffixes: tuple[str, ...], name: str | None, project: Path) -> int:
    """Write every page and format as files, for any web server or bucket.

    Pages link to each other by relative links, so the folder may lie anywhere. What needs a server (SPARQL, views of
    codes that a reader chooses) is linked under the base IRI, and the page says so. The new export takes the place of
    an earlier one in DIR when it is whole.

    \b
    Examples:
      lod export site
      lod export site --only html --only ttl
    """
    from lod.cli.commands.serve import query_limits
    from lod.release.release import open_current, open_release
    from lod.server.export.write import export_site

    loaded = open_project(settings, project)
    release = open_release(loaded.releases / name) if name else open_current(loaded.releases)
    formats = tuple(found for suffix in suffixes if (found := by_suffix(suffix, _FORMATS))) or _FORMATS
    findings = Findings()
    with progress(settings) as report:
        done = export_site(
            release.folder,
            folder.resolve(),
            formats=formats,
            theme=loaded.theme,
            limits=query_limits(loaded.serve),
            processes=min(os.cpu_count() or 1, 8),
            report=report,
            findings=findings,
        )
    facts = {"release": release.manifest.name, "documents": done.documents, "files": done.files, "bytes": done.bytes}
    output.show(findings, settings, facts=facts)
    said = say("{documents:,} documents in {files:,} files", documents=done.documents, files=done.files)
    output.line(said, settings, after=findings)
    return 0
