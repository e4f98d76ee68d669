"""`lod verify`: is a release what it was when it was made?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lod.cli import output
from lod.cli.files import open_project
from lod.cli.options import in_project, reporting
from lod.cli.output import Settings
from lod.wording import say

if TYPE_CHECKING:
    from lod.release.release import Release


@click.command("verify")
@click.argument("release", required=False)
@click.option("--full", is_flag=True, help="Read every file, and count the store, instead of looking at sizes.")
@in_project
@reporting
@click.pass_obj
def command(settings: Settings, release: str | None, full: bool, project: Path) -> int:
    """Hold a release against its manifest: the published one, or the RELEASE named; or any release folder, by its path.

    Without --full the sizes of all files and the content of the small ones are checked.

    \b
    Examples:
      lod verify
      lod verify --full 3
      lod verify --full /srv/lod/3-1f0c22ab
    """
    from lod.release.release import open_release

    is_path = release is not None and len(Path(release).parts) > 1
    folder = Path(release) if release and is_path else _of_project(settings, project, release)
    opened = open_release(folder, verify="full" if full else "quick")
    release = opened.manifest.name
    if full:
        _count(opened)
    files = (*opened.manifest.files, *opened.stored)
    if settings.format == "json":
        facts = {"release": release, "files": len(files), "bytes": sum(file.bytes for file in files), "full": full}
        output.show([], settings, facts=facts)
    else:
        sentence = say("{name} is whole: {n} files", name=release, n=len(files))
        output.line(sentence, settings)
    return 0


def _of_project(settings: Settings, project: Path, release: str | None) -> Path:
    from lod.release.publishing.publish import release_named
    from lod.release.release import open_current

    releases = open_project(settings, project, to_build=False).releases
    return release_named(releases, release or open_current(releases).manifest.name)


def _count(release: Release) -> None:
    """Open the store and count it.

    Raises:
        StoreError: LOD5001 no store, LOD5002 it is damaged.
        ReleaseError: LOD8003 it does not hold as many statements as were released.
    """
    from lod.release.release import ReleaseError
    from lod.store.snapshot import count_quads

    held, released = count_quads(release.store), release.manifest.store.statements
    if held != released:
        message = say("the store holds {held} statements, not {released}", held=held, released=released)
        raise ReleaseError(message, hint=say("go back: lod rollback"), code="LOD8003")
