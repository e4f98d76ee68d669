"""`lod init`: a small project that builds and serves as it stands."""

from __future__ import annotations

import os
import shlex
from importlib.resources import as_file, files
from pathlib import Path
from shutil import copyfile

import click

from lod.cli import output
from lod.cli.files import existing
from lod.cli.options import quiet_and_verbose
from lod.cli.output import Settings
from lod.errors import UsageError
from lod.wording import joined, say


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--from", "table", type=click.Path(path_type=Path), metavar="TABLE", help="Draft a cube file from it.")
@click.option("--sheet", metavar="NAME", help="Which sheet of TABLE; else the first.")
@quiet_and_verbose
@click.pass_obj
def command(settings: Settings, folder: Path, table: Path | None, sheet: str | None) -> int:
    """Make a small project in DIR, which builds and serves as it stands.

    It holds one table, one code list, a mapping, shapes and an ontology, all commented: change them into your own.
    DIR must be new or empty.

    With --from, DIR is a cube file to write instead (mappings/NAME.cube.yml): a commented draft, made by looking at a
    workbook or CSV, for you to correct.

    \b
    Example:
      lod init my-statistics
    """
    if table is not None:
        return _draft(settings, folder, table, sheet)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(say("'{folder}' is not empty", folder=folder), hint=say("name a new folder"), code="LOD0006")
    with as_file(files("lod.cli").joinpath("template")) as template:
        for source in sorted(path for path in template.rglob("*") if path.is_file()):
            target = folder / source.relative_to(template)
            target.parent.mkdir(parents=True, exist_ok=True)
            copyfile(source, target)
    output.line(say("A project that builds as it stands is in {folder}. Now:", folder=folder), settings)
    for step in (f"cd {shlex.quote(str(folder))}", "lod build --publish", "lod serve"):
        output.line(f"  {step}", settings)
    return 0


def _draft(settings: Settings, target: Path, table: Path, sheet_name: str | None) -> int:
    from lod.diagnostics import Findings, did_you_mean
    from lod.lift.cubes.drafts.draft import with_base
    from lod.lift.cubes.drafts.lists import DECIDE
    from lod.lift.cubes.drafts.workbook import dataset_id, draft_of_first
    from lod.lift.cubes.drafts.written import Source
    from lod.tables.workbooks.sheets import open_workbook

    if target.exists() or not target.name.endswith(".cube.yml"):
        raise UsageError(
            say("'{target}' is no new cube file", target=target),
            hint=say("name one: mappings/staff.cube.yml"),
            code="LOD0006",
        )
    findings = Findings()
    encoding = _encoding(existing(table))
    workbook = open_workbook(table, str(table), encoding, findings, None)
    findings.raise_if_errors()
    assert workbook is not None, "else there is a finding"
    names = [each.name for each in workbook.sheets]
    if sheet_name is not None and sheet_name not in names:
        raise UsageError(
            say("no sheet '{sheet_name}' in {table}", sheet_name=sheet_name, table=table),
            hint=did_you_mean(sheet_name, names),
            code="LOD0006",
        )
    tables = _tables(target)
    access = Path(os.path.relpath(table.resolve(), (tables or target.parent).resolve())).as_posix()
    wanted = [each for each in workbook.sheets if sheet_name in (None, each.name)]
    text = draft_of_first(
        wanted, workbook.sheets, Source(access, "", encoding, dataset_id(target.name), settings.language)
    )
    if text is None:
        raise UsageError(
            say(
                "no figures found in {table}: {sheets}",
                table=table,
                sheets=joined([each.name for each in wanted], say(", ")),
            ),
            hint=say("a list of things, not of figures, is mapped by a *.yarrrml.yml: lod init DIR has one"),
            code="LOD0006",
        )
    if tables is None:
        text = with_base(text)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    said = say(
        "A draft is in {target}, with {count} {count:question|questions} marked 'decide:'. Correct it, then: "
        "lod preview {target}",
        target=shlex.quote(str(target)),
        count=text.count(DECIDE),
    )
    output.line(said, settings)
    return 0


def _tables(target: Path) -> Path | None:
    """The project's folder of tables, which cube files name them from; None outside a project."""
    from lod.diagnostics import FindingsError
    from lod.project.load import find_project, load_project

    try:
        project = find_project(target.parent)
    except UsageError:
        return None
    try:
        return load_project(project, to_build=False).build.tables
    except FindingsError:
        return project.parent / "tables"


def _encoding(table: Path) -> str:
    """The encoding that fits the bytes, UTF-8 if it does. Of a workbook it means nothing."""
    from lod.tables.encodings import likely_encoding

    return (likely_encoding(table.read_bytes()) if table.suffix.lower() == ".csv" else "") or "utf-8"
