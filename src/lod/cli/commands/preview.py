"""`lod preview`: rows beside the triples that they become."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lod.cli import output
from lod.cli.files import existing, open_project
from lod.cli.options import in_project, looking_in_tables, reporting_findings
from lod.cli.output import Settings
from lod.cli.sheets import roles_as_json, show_sheet
from lod.cli.watch import looked_at, wait_for_change
from lod.diagnostics import CellOrigin, Diagnostic, FindingsError, Severity, TextOrigin
from lod.errors import LodError, UsageError
from lod.rdf.namespaces import PREFIXES, RDF
from lod.wording import say, translated

if TYPE_CHECKING:
    from lod.lift.cubes.roles import SheetRoles
    from lod.lift.preview import Preview, PreviewRow, PreviewStatement, Wanted


@click.command("preview")
@click.argument("mapping", type=click.Path(path_type=Path))
@click.option("--rows", type=click.IntRange(1, 1000), default=3, show_default=True, help="How many of each table.")
@click.option("--triple", metavar="TRIPLE", help="Only this one, as N-Triples writes it: which rule and cells made it?")
@click.option("--subject", metavar="IRI", help="Only statements about it, from whichever rows.")
@click.option("--predicate", metavar="IRI", help="Only statements by it, from whichever rows.")
@click.option("--watch", is_flag=True, help="Show it again whenever the mapping or a table is saved. Ctrl-C stops.")
@looking_in_tables
@in_project
@reporting_findings
@click.pass_obj
def command(
    settings: Settings,
    mapping: Path,
    rows: int,
    triple: str | None,
    subject: str | None,
    predicate: str | None,
    watch: bool,
    tables: Path | None,
    project: Path,
) -> int:
    """Show the first rows of each table and the triples that each becomes, with the line of the rule that made it.

    Of a cube file, the whole sheet first, each cell with its role; --verbose adds what it says of structures and codes.
    Reads no more than these rows. Works outside a project too; sources then stand beside the mapping.

    With --triple, or --subject and --predicate, the rows that made it, the rule and the cells. IRIs may be written with
    a well-known prefix, or relative to the project's base.

    \b
    Examples:
      lod preview mappings/staff.yarrrml.yml --rows 1
      lod preview mappings/staff.yarrrml.yml --subject id/staff/7 --predicate rdfs:label
      lod preview mappings/staff.yarrrml.yml --watch
    """
    existing(mapping)
    folders, base_iri = _surroundings(settings, mapping, project)
    settings.folders += [existing(tables)] if tables else []
    asked = Asked(mapping, [*([tables] if tables else []), *folders], base_iri, rows, triple, subject, predicate)
    if watch:
        return _watch(settings, asked)
    return _show(settings, asked)[0]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be shown."""

    mapping: Path
    folders: list[Path]
    base_iri: str
    rows: int
    triple: str | None
    subject: str | None
    predicate: str | None

    def wanted(self) -> Wanted | None:
        """The statement that was asked about, if any."""
        from lod.lift.preview import Wanted

        if self.triple:
            terms = [*self.triple.strip().removesuffix(".").strip().split(" ", 2), "", ""][:3]
            return Wanted(*(term if term.startswith(('"', "_:")) else self._iri(term) for term in terms))
        if self.subject or self.predicate:
            return Wanted(self._iri(self.subject or ""), self._iri(self.predicate or ""))
        return None

    def _iri(self, text: str) -> str:
        """An IRI as N-Quads writes it: `<…>`, `prefix:name`, `a`, absolute, or relative to the base."""
        if not text or text.startswith(("<", "_:")):
            return text
        prefix, colon, name = text.partition(":")
        if text == "a":
            return f"<{RDF}type>"
        if colon and prefix in PREFIXES and not name.startswith("//"):
            return f"<{PREFIXES[prefix]}{name}>"
        return f"<{text if colon else self.base_iri + text}>"


def _watch(settings: Settings, asked: Asked) -> int:
    """Show, and show again whenever a file that it depends on is saved."""
    from lod.mapping.read import with_extended

    tables: Sequence[Path] = ()
    out = output.console(error=False)
    try:
        while True:
            seen = looked_at([*with_extended([asked.mapping]), *tables])
            if out.is_terminal:
                out.clear()
            try:
                _, tables = _show(settings, asked)
            except LodError as error:
                single = (Diagnostic(error.code, Severity.ERROR, error.message, None, error.hint),)
                output.show(error.diagnostics if isinstance(error, FindingsError) else single, settings)
            seen = {**looked_at(tables), **seen}
            output.line(say("Waiting for a change; Ctrl-C stops."), settings)
            sys.stdout.flush()
            wait_for_change(seen)
    except KeyboardInterrupt:
        return 0


def _show(settings: Settings, asked: Asked) -> tuple[int, list[Path]]:
    """Show it once; the exit code, and the tables that were read."""
    from lod.diagnostics import Findings
    from lod.lift.compile import compile_plan
    from lod.lift.preview import preview
    from lod.mapping.read import read_mappings

    findings = Findings()
    sheets = _sheets(asked.mapping, asked.folders)
    if settings.format == "text":
        for sheet in sheets:
            show_sheet(sheet, settings)  # before anything is found wrong: it shows where
    mapping = read_mappings([asked.mapping], findings)
    plan = compile_plan(mapping, folders=asked.folders, base_iri=asked.base_iri, findings=findings)
    findings.raise_if_errors()
    wanted = asked.wanted()
    shown = preview(plan, asked.rows, wanted)
    if wanted and not shown.rows:
        hint = say("spell the terms as published; statements that need another table's rows are not looked for")
        findings.error("LOD4046", say("no row makes such a statement"), TextOrigin(str(asked.mapping)), hint)
        findings.raise_if_errors()
    if settings.format == "text":
        lines = _lines(shown, asked.base_iri, settings) if wanted is None else _reasons(shown, asked.base_iri, settings)
        output.data("\n".join(lines))
    more = {"sheets": [roles_as_json(sheet) for sheet in sheets]} if sheets else {}
    output.show(findings, settings, facts={"rows": [_as_json(row) for row in shown.rows], **more})
    return 0, [table.path for table in plan.tables]


def _reasons(shown: Preview, base_iri: str, settings: Settings) -> Iterator[str]:
    """Each statement with the cells and the line of the mapping that made it."""
    for row in shown.rows:
        yield output.place(CellOrigin(row.table, row.row), settings.language)
        for each in row.statements:
            terms = each.line.removesuffix(" .").split(" ", 2)
            yield f"  → {' '.join(_short(term, base_iri) for term in terms)}"
            yield from ([f"      ✗ {_refusal(each, settings)}"] if each.refused else [])
            for column, text in each.cells:
                yield f"      {column} = {output.plain(text or '')}"
            yield f"      {each.origin}"
            if line := output.line_of(each.origin, settings):
                yield f"      {each.origin.line} | {output.plain(line)}"
        yield ""


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


def _lines(shown: Preview, base_iri: str, settings: Settings) -> Iterator[str]:
    from rich.cells import cell_len

    hides = False
    for row in shown.rows:
        if row.is_declared and not settings.verbose:
            hides = True
            continue
        yield output.place(CellOrigin(row.table, row.row), settings.language)
        width = max((cell_len(column) for column, _ in row.cells), default=0)
        yield from (f"    {_padded(column, width)}  {output.plain(text or '')}".rstrip() for column, text in row.cells)
        yield from _triples(row.statements, base_iri, settings)
        yield ""
    if hides:
        words = say("Beside these the file itself says what structures and code lists are; --verbose shows it.")
        yield translated(words, settings.language)
    for origin in shown.joins:
        words = say("{origin}: needs rows of another table and is not shown", origin=origin)
        yield translated(words, settings.language)


def _triples(statements: tuple[PreviewStatement, ...], base_iri: str, settings: Settings) -> Iterator[str]:
    """The statements of one row by subject: predicate, object, the place of the rule, and what a lift refuses."""
    from rich.cells import cell_len

    subject = ""
    parts = [each.line.removesuffix(" .").split(" ", 2) for each in statements]
    properties = [_short(terms[1], base_iri) for terms in parts]
    objects = [_short(terms[2], base_iri) for terms in parts]
    wide, wider = (max(map(cell_len, texts), default=0) for texts in (properties, objects))
    for terms, each, predicate, value in zip(parts, statements, properties, objects, strict=True):
        if terms[0] != subject:
            subject = terms[0]
            yield f"  → {_short(subject, base_iri)}"
        mark = f"  ✗ {_refusal(each, settings)}" if each.refused else ""
        yield f"      {_padded(predicate, wide)}  {_padded(value, min(wider, 60))}  {each.origin}{mark}"


def _refusal(statement: PreviewStatement, settings: Settings) -> str:
    return translated(say("{what}: a lift refuses it", what=statement.refused), settings.language)


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
            {
                "line": each.line,
                "triples_map": each.triples_map,
                "rule": str(each.origin),
                "cells": dict(each.cells),
                **({"refused": str(each.refused)} if each.refused else {}),
            }
            for each in row.statements
        ],
    }
