"""`lod init`: a small project that builds and serves as it stands."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from shutil import copyfile

import click

from lod.cli import output
from lod.cli.options import quiet_and_verbose
from lod.cli.output import Settings
from lod.errors import UsageError


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@quiet_and_verbose
@click.pass_obj
def command(settings: Settings, folder: Path) -> int:
    """Make a small project in DIR, which builds and serves as it stands.

    It holds one table, one code list, a mapping, shapes and an ontology, all commented: change them into your own.
    DIR must be new or empty.

    \b
    Example:
      lod init my-statistics
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"'{folder}' is not empty", hint="name a new folder", code="LOD0006")
    with as_file(files("lod.cli").joinpath("template")) as template:
        for source in sorted(path for path in template.rglob("*") if path.is_file()):
            target = folder / source.relative_to(template)
            target.parent.mkdir(parents=True, exist_ok=True)
            copyfile(source, target)
    output.line(f"A project that builds as it stands is in {folder}. Now:", settings)
    for step in (f"cd {folder}", "lod build --publish", "lod serve"):
        output.line(f"  {step}", settings)
    return 0
