"""`lod check`: everything that can be said before a row is read, and with `--rows` what the rows say, too."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lod.cli import output
from lod.cli.files import existing, open_project
from lod.cli.options import in_project, looking_in_tables, reporting_findings
from lod.cli.output import Settings
from lod.diagnostics import CellOrigin, Findings, FindingsError, Origin
from lod.errors import UsageError
from lod.wording import say

if TYPE_CHECKING:
    from lod.project.model import Project

_RML = (b"http://w3id.org/rml/", b"http://semweb.mmlab.be/ns/rml#", b"http://www.w3.org/ns/r2rml#")


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option("--rows", is_flag=True, help="Read all rows, too, and say everything that a lift would.")
@looking_in_tables
@in_project
@reporting_findings
@click.pass_obj
def command(settings: Settings, paths: tuple[Path, ...], rows: bool, tables: Path | None, project: Path) -> int:
    """Say what is wrong in a project, its mappings and its shapes.

    Reads no more than the header and the first rows of each table. What only all rows tell is said by --rows, by lift
    and by build: cells that are not of their datatype, joins that find nothing, maps that disagree about a subject,
    zeros that the store does not keep. With PATHs, only what stands in these files and folders is reported; a file that
    belongs to no project is checked by itself. Ends with 1 if anything is an error.

    \b
    Examples:
      lod check
      lod check --rows
      lod check mappings/staff.yarrrml.yml
      lod check staff.cube.yml --tables ../printed
      lod check --format json
    """
    wanted = [existing(path) for path in paths]
    start = wanted[0] if wanted and project == Path() else project
    try:
        found = list(_project_findings(settings, start, wanted, [existing(tables)] if tables else [], rows=rows))
    except FindingsError as error:
        found = list(error.diagnostics)
    shown = [item for item in found if not wanted or _concerns(item.origin, wanted, settings.folders)]
    output.show(shown, settings, as_data=True)
    if not shown:
        output.line(say("No findings.") if rows else say("No findings; --rows would read the tables, too."), settings)
    return 1 if output.has_errors(shown) else 0


def _project_findings(
    settings: Settings, start: Path, wanted: Sequence[Path], tables: Sequence[Path], *, rows: bool
) -> Findings:
    """What is wrong in the project, and in files that nothing in it names; their sources are in `tables` first.

    Raises:
        UsageError: LOD1001 there is no project, and a file by itself was not asked for.
        FindingsError: the lod.toml cannot be used.
    """
    from lod.pipeline.check import check
    from lod.server.theme import read_theme

    files = [path for path in wanted if path.is_file()]
    try:
        loaded = open_project(settings, start.parent if start in files else start)
    except UsageError:
        if not files or len(files) < len(wanted):
            raise
        settings.folders += tables
        return _loose_findings(files, tables, "", rows=rows)
    findings = check(loaded, rows=rows)
    if loaded.theme:
        read_theme(loaded.theme, findings)
    loose = [path for path in files if path.resolve() not in _named(loaded)]
    folders = [*tables, loaded.build.tables, loaded.root]
    findings.extend(_loose_findings(loose, folders, loaded.base_iri, rows=rows))
    return findings


def _named(project: Project) -> set[Path]:
    options = project.build
    return {project.file, *options.mappings, *options.vocabularies, *options.linksets, *options.shapes}


def _loose_findings(files: Sequence[Path], folders: Sequence[Path], base_iri: str, *, rows: bool) -> Findings:
    """What is wrong in mapping files and RDF documents that belong to no project."""
    from lod.lift.codes import foresee_codes
    from lod.lift.compile import compile_plan
    from lod.lift.run import check_rows
    from lod.mapping.csvw.validate import validate_csvw
    from lod.mapping.read import read_mappings
    from lod.rdf.parse import parse_document

    findings = Findings()
    for path in files:
        if path.suffix in (".yml", ".yaml", ".yarrrml") or _is_rml(path):
            mapping = read_mappings([path], findings)
            before = len(findings.errors)
            plan = compile_plan(mapping, folders=[*folders, path.parent], base_iri=base_iri, findings=findings)
            if rows and len(findings.errors) == before:
                check_rows(plan, findings=findings)
            elif len(findings.errors) == before:
                foresee_codes(plan, findings)
        elif path.suffix in (".json", ".csv", ".tsv"):
            validate_csvw(path, findings, base_iri=base_iri, tables=folders[0] if folders else None)
        else:
            parse_document(path, findings, base_iri=base_iri or None)
    return findings


def _is_rml(path: Path) -> bool:
    """Whether a file in Turtle is a mapping: by its name, or by the namespaces of RML and R2RML in it."""
    if path.name.lower().endswith((".rml.ttl", ".rml")):
        return True
    text = path.read_bytes() if path.suffix == ".ttl" else b""
    return any(namespace in text for namespace in _RML)


def _concerns(origin: Origin | None, wanted: Sequence[Path], folders: Sequence[Path]) -> bool:
    """Whether a finding stands in one of the files or folders asked for."""
    if origin is None or isinstance(origin, CellOrigin):
        return True
    places = [(folder / origin.path).resolve() for folder in (Path(), *folders)]
    return any(place.is_relative_to(path.resolve()) for place in places for path in wanted)
