"""`lod preview`: rows beside the triples that they become."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lod.cli import output
from lod.cli.files import existing, open_project
from lod.cli.options import in_project, reporting_findings
from lod.cli.output import Settings
from lod.cli.sheets import roles_as_json, show_sheet
from lod.errors import UsageError
from lod.rdf.namespaces import PREFIXES, RDF

if TYPE_CHECKING:
    from lod.lift.cubes.roles import SheetRoles
    from lod.lift.preview import Preview, PreviewRow, PreviewStatement


@click.command("preview")
@click.argument("mapping", type=click.Path(path_type=Path))
@click.option("--rows", type=click.IntRange(1, 1000), default=3, show_default=True, help="How many of each table.")
@in_project
@reporting_findings
@click.pass_obj
def command(settings: Settings, mapping: Path, rows: int, project: Path) -> int:
    """Show the first rows of each table and the triples that each becomes, with the line of the rule that made it.

    Of a cube file, the whole sheet first, each cell with its role.
    Reads no more than these rows. Works outside a project too; sources then stand beside the mapping.

    \b
    Example:
      lod preview mappings/staff.yarrrml.yml --rows 1
    """
    from lod.diagnostics import Findings
    from lod.lift.compile import compile_plan
    from lod.lift.preview import preview
    from lod.mapping.read import read_mappings

    existing(mapping)
    folders, base_iri = _surroundings(settings, mapping, project)
    findings = Findings()
    sheets = _sheets(mapping, folders)
    if settings.format == "text":
        for sheet in sheets:
            show_sheet(sheet, settings)  # before anything is found wrong: it shows where
    plan = compile_plan(read_mappings([mapping], findings), folders=folders, base_iri=base_iri, findings=findings)
    findings.raise_if_errors()
    shown = preview(plan, rows)
    if settings.format == "text":
        output.data("\n".join(_lines(shown, base_iri)))
    more = {"sheets": [roles_as_json(sheet) for sheet in sheets]} if sheets else {}
    output.show(findings, settings, facts={"rows": [_as_json(row) for row in shown.rows], **more})
    return 0


def _sheets(mapping: Path, folders: list[Path]) -> list[SheetRoles]:
    """The printed sheets of a cube file."""
    if not mapping.name.lower().endswith((".cube.yml", ".cube.yaml")):
        return []
    from lod.lift.cubes.roles import sheet_roles

    return sheet_roles(mapping, folders)


def _surroundings(settings: Settings, mapping: Path, project: Path) -> tuple[list[Path], str]:
    """Where sources are looked for, and what relative IRIs begin with: the project's, if there is one."""
    try:
        loaded = open_project(settings, project)
    except UsageError:
        if project != Path():
            raise
        settings.folders.append(mapping.parent)
        return [mapping.parent], ""
    return [loaded.build.tables, mapping.parent, loaded.root], loaded.base_iri


def _lines(shown: Preview, base_iri: str) -> Iterator[str]:
    from rich.cells import cell_len

    for row in shown.rows:
        yield f"{row.table}, row {row.row}"
        width = max((cell_len(column) for column, _ in row.cells), default=0)
        yield from (f"    {_padded(column, width)}  {output.plain(text or '')}".rstrip() for column, text in row.cells)
        yield from _triples(row.statements, base_iri)
        yield ""
    for origin in shown.joins:
        yield f"{origin}: needs rows of another table and is not shown"


def _triples(statements: tuple[PreviewStatement, ...], base_iri: str) -> Iterator[str]:
    """The statements of one row by subject: predicate, object and the place of the rule."""
    from rich.cells import cell_len

    subject = ""
    parts = [(each.line.removesuffix(" .").split(" ", 2), each.origin) for each in statements]
    properties = [_short(terms[1], base_iri) for terms, _ in parts]
    objects = [_short(terms[2], base_iri) for terms, _ in parts]
    wide, wider = (max(map(cell_len, texts), default=0) for texts in (properties, objects))
    for (terms, origin), predicate, value in zip(parts, properties, objects, strict=True):
        if terms[0] != subject:
            subject = terms[0]
            yield f"  → {_short(subject, base_iri)}"
        yield f"      {_padded(predicate, wide)}  {_padded(value, min(wider, 60))}  {origin}"


def _short(term: str, base_iri: str) -> str:
    """A term of N-Quads as people read it: prefixes that everybody knows, IRIs of ours relative to the base."""
    if term.startswith('"'):
        text, marks, datatype = term.rpartition("^^")
        return f"{text}^^{_short(datatype, base_iri)}" if marks and datatype.startswith("<") else term
    iri = term[1:-1]
    if iri == RDF + "type":
        return "a"
    if base_iri and iri.startswith(base_iri) and iri != base_iri:
        return f"<{iri[len(base_iri) :]}>"
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and iri[len(namespace) :].isidentifier():
            return f"{prefix}:{iri[len(namespace) :]}"
    return term


def _padded(text: str, width: int) -> str:
    from rich.cells import cell_len

    return text + " " * (width - cell_len(text))


def _as_json(row: PreviewRow) -> dict[str, Any]:
    return {
        "table": row.table,
        "row": row.row,
        "cells": dict(row.cells),
        "statements": [
            {"line": each.line, "triples_map": each.triples_map, "rule": str(each.origin)} for each in row.statements
        ],
    }
