"""CSVW as a mapping language: a metadata document, or a file that has one, becomes triples maps and constraints.

Model for Tabular Data §6.1, https://www.w3.org/TR/tabular-data-model/#creating-annotated-tables
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lod.diagnostics import Findings
from lod.mapping.csvw.annotated import annotate
from lod.mapping.csvw.csv2rdf import triples_maps
from lod.mapping.csvw.locate import MISSING_FILE, table_group
from lod.mapping.csvw.metadata.document import referenced_table
from lod.mapping.csvw.metadata.model import Table, TableGroup
from lod.mapping.csvw.site import Site, shown_path, site_of
from lod.mapping.csvw.table_view import TableView, table_view
from lod.mapping.csvw.validate import report_incompatibilities, report_unknown_variables
from lod.mapping.ir import TriplesMap
from lod.mapping.view import Complete, Constraint, Refers, Unique, View
from lod.wording import say


@dataclass(frozen=True, slots=True)
class Described:
    """What a metadata document says: triples maps, and views that are to be judged by constraints."""

    triples_maps: tuple[TriplesMap, ...] = ()
    views: tuple[View, ...] = ()
    constraints: tuple[Constraint, ...] = ()


def read_csvw(
    path: Path,
    findings: Findings,
    violations: Findings,
    *,
    base_iri: str = "",
    tables: Path | None = None,
    minimal: bool = False,
    metadata: Path | None = None,
    shown: Callable[[Path], str] = shown_path,
) -> Described:
    """Read a metadata document, or locate that of a tabular data file, and describe what the tables become.

    `base_iri` is the URL of the document or of its folder; `tables` a folder to look for files in first. `minimal` is
    csv2rdf's minimal mode. `metadata` is the document that a Link header would name for a tabular data file: it is
    looked at first, and passed over with a warning if it does not describe the file (§5.2). Where a file's header
    contradicts its metadata, that is among the `violations`, and the file
    is described all the same. `shown` says what a file is called in findings.
    """
    site = site_of(path, base_iri, tables, shown)
    before = len(findings.errors)
    group = table_group(site, findings, site.url_of(metadata) if metadata else None)
    if group is None or len(findings.errors) > before:
        return Described()
    opened = [_open(table, site, findings) for table in group.tables]
    views = [view for view in opened if view is not None]
    if len(views) < len(opened):
        return Described()
    for view in views:
        report_incompatibilities(view.annotated, violations)
        report_unknown_variables(view.annotated, findings)
    _ask_for_keys(group, views)
    maps = tuple(triples_maps(group, views, minimal=minimal))
    constraints = tuple(_constraints(group, views))
    return Described(maps, tuple(view.view() for view in views), constraints)


def _open(table: Table, site: Site, findings: Findings) -> TableView | None:
    path = site.table(table.url)
    if path is None:
        hint = say("nothing is fetched from the network: put the file where the metadata says, or give its folder")
        findings.error(MISSING_FILE, say("the table {url} is not here", url=table.url), table.at, hint)
        return None
    return table_view(annotate(table, path, site.name(path)), table.at)


def _ask_for_keys(group: TableGroup, views: list[TableView]) -> None:
    """The columns that constraints need."""
    by_table = {id(table): view for table, view in zip(group.tables, views, strict=True)}
    for table, view in zip(group.tables, views, strict=True):
        if table.schema.primary_key:
            view.key(table.schema.primary_key)
        for foreign in table.schema.foreign_keys:
            view.key(foreign.columns)
            by_table[id(referenced_table(group, foreign))].key(foreign.referenced_columns)


def _constraints(group: TableGroup, views: list[TableView]) -> Iterator[Constraint]:
    """Primary and foreign keys (Metadata §5.5), and subjects that no value is missing of."""
    by_table = {id(table): view for table, view in zip(group.tables, views, strict=True)}
    for table, made in zip(group.tables, views, strict=True):
        view, key = made.view(), table.schema.primary_key
        for column, template in made.subjects.items():
            yield Complete(view, column, template.text, template.at or table.at)
        if key:
            yield Unique(view, made.key(key), ", ".join(key), table.at)
        for foreign in table.schema.foreign_keys:
            target = by_table[id(referenced_table(group, foreign))]
            yield Refers(
                view=view,
                column=made.key(foreign.columns),
                shown=", ".join(foreign.columns),
                target=target.view(),
                target_column=target.key(foreign.referenced_columns),
                target_shown=", ".join(foreign.referenced_columns),
                origin=foreign.at,
            )
