"""Validation: whether files adhere to their metadata. Every violation is a finding at its cell or its line.

Model for Tabular Data §6.6, https://www.w3.org/TR/tabular-data-model/#validating-tables . This is the exact judge; it
holds a table's distinct texts and its keys in memory and looks at each distinct text of a column once.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from lod.diagnostics import CellOrigin, Findings, did_you_mean
from lod.mapping.csvw.annotated import (
    SHOWN,
    AnnotatedTable,
    annotate,
    column_name,
    incompatibilities,
    rows,
    shown_name,
    subject_places,
    unknown_variables,
)
from lod.mapping.csvw.cells import Cell, key_text, parse_cell
from lod.mapping.csvw.locate import MISSING_FILE, table_group
from lod.mapping.csvw.metadata.document import referenced_table
from lod.mapping.csvw.metadata.model import Column, ForeignKey, Table, TableGroup
from lod.mapping.csvw.site import Site, site_of
from lod.mapping.csvw.syntax.uri_template import UriTemplate
from lod.mapping.csvw.tabular import Record
from lod.mapping.view import INCOMPLETE, REQUIRE_IT, missing_value, shown_key
from lod.wording import NOTHING, Wording, say, word

INCOMPATIBLE, NO_VARIABLE = "LOD3512", "LOD3514"
NO_VALUE_OF, REQUIRED_EMPTY, KEY_TWICE, NO_ROW = "LOD3520", "LOD3521", "LOD3522", "LOD3523"


@dataclass(slots=True)
class _Keys:
    """The rows of a table by the values of some of its columns."""

    places: tuple[int, ...]
    columns: tuple[Column, ...]
    rows: dict[str | None, list[int]] = field(default_factory=dict)

    def add(self, row: int, cells: list[Cell]) -> None:
        key = key_text(self.columns, [cells[place] for place in self.places])
        self.rows.setdefault(key, []).append(row)


@dataclass(slots=True)
class _Subjects:
    """The rows in which a subject's template lacks a value."""

    template: UriTemplate
    places: tuple[int, ...]
    count: int = 0
    first: int = 0

    def add(self, row: int, cells: list[Cell]) -> None:
        if any(not cells[place].values for place in self.places):
            self.count += 1
            self.first = self.first or row

    def report(self, name: str, table: Table, findings: Findings) -> None:
        if self.count:
            missing = CellOrigin(name, self.first)
            message = missing_value(self.template.text, self.count)
            findings.warning(INCOMPLETE, message, self.template.at or table.at, REQUIRE_IT, [missing])


@dataclass(slots=True)
class _Judged:
    """A table that has been read: its keys, by the columns that primary and foreign keys ask for."""

    table: Table
    keys: dict[tuple[str, ...], _Keys]
    name: str


def validate_csvw(path: Path, findings: Findings, *, base_iri: str = "", tables: Path | None = None) -> None:
    """Check a metadata document, or a tabular data file that has one, and the rows of all its tables.

    `base_iri` and `tables` as for `lod.mapping.csvw.read.read_csvw`.
    """
    site = site_of(path, base_iri, tables)
    before = len(findings.errors)
    group = table_group(site, findings)
    if group is not None and len(findings.errors) == before:
        validate(group, site, findings)


def validate(group: TableGroup, site: Site, findings: Findings) -> None:
    """Check every table of a group; their files are found at the site."""
    wanted = _wanted_keys(group)
    judged: dict[int, _Judged] = {}
    for number, table in enumerate(group.tables):
        path = site.table(table.url)
        if path is None or not path.is_file():
            hint = say("nothing is fetched from the network: put the file where the metadata says")
            findings.error(MISSING_FILE, say("the table {url} is not here", url=table.url), table.at, hint)
            continue
        judged[number] = _judge(table, path, site.name(path), wanted[number], findings)
    for number, found in judged.items():
        _check_primary_key(found, findings)
        for key in group.tables[number].schema.foreign_keys:
            target = referenced_table(group, key)
            index = next((n for n, each in enumerate(group.tables) if each is target), None)
            if index in judged:
                _check_foreign_key(found, judged[index], key, findings)


def _wanted_keys(group: TableGroup) -> list[set[tuple[str, ...]]]:
    wanted: list[set[tuple[str, ...]]] = [set() for _ in group.tables]
    for number, table in enumerate(group.tables):
        if table.schema.primary_key:
            wanted[number].add(table.schema.primary_key)
        for key in table.schema.foreign_keys:
            wanted[number].add(key.columns)
            target = referenced_table(group, key)
            for index, other in enumerate(group.tables):
                if other is target:
                    wanted[index].add(key.referenced_columns)
    return wanted


def _judge(table: Table, path: Path, name: str, wanted: set[tuple[str, ...]], findings: Findings) -> _Judged:
    """Read one table: its header against the schema, every cell against its column; collect the keys."""
    annotated = annotate(table, path, name)
    report_incompatibilities(annotated, findings)
    report_unknown_variables(annotated, findings)
    judge = _CellJudge(annotated.columns, name, findings)
    keys = {names: _keys(judge, names) for names in wanted}
    subjects = [_Subjects(template, places) for template, places in subject_places(annotated)]
    for row in rows(annotated, findings):
        cells = judge.row(row)
        for key in keys.values():
            key.add(row.number, cells)
        for subject in subjects:
            subject.add(row.number, cells)
    judge.close()
    for subject in subjects:
        subject.report(name, table, findings)
    return _Judged(table, keys, name)


def report_unknown_variables(annotated: AnnotatedTable, findings: Findings) -> None:
    """Warnings of templates with variables that no column is called: they leave nothing in every URL."""
    names = [column_name(column) for column in annotated.columns]
    for template, name in dict.fromkeys((template, name) for _, template, name in unknown_variables(annotated)):
        message = say("no column is called '{name}', so it leaves nothing in '{text}'", name=name, text=template.text)
        findings.warning(NO_VARIABLE, message, template.at or annotated.table.at, did_you_mean(name, names))


def report_incompatibilities(annotated: AnnotatedTable, findings: Findings) -> None:
    """Errors where a schema and its file's header contradict each other."""
    table = annotated.table
    for each in incompatibilities(table.schema, annotated.header, validating=True):
        hint = say("the titles in the file and 'titles' in the metadata must agree, letter by letter")
        at = next((c.at for c in table.schema.columns if c.number == each.number and c.at), table.at)
        findings.error(INCOMPATIBLE, each.message, at, hint, [CellOrigin(annotated.name)])


def _keys(judge: _CellJudge, names: tuple[str, ...]) -> _Keys:
    places = judge.places(names)
    return _Keys(places, tuple(judge.columns[place] for place in places))


@dataclass(slots=True)
class _CellJudge:
    """Looks at each distinct text of each column once; shows the first few errors of a kind, counts the others."""

    columns: tuple[Column, ...]
    name: str
    findings: Findings
    seen: list[dict[str, Cell]] = field(init=False)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.seen = [{} for _ in self.columns]

    def places(self, names: tuple[str, ...]) -> tuple[int, ...]:
        """Where the columns of those names are."""
        by_name = {column.name: place for place, column in enumerate(self.columns)}
        return tuple(by_name[name] for name in names)

    def row(self, row: Record) -> list[Cell]:
        """The cells of a row, virtual ones included."""
        texts = (*row.cells, *[""] * (len(self.columns) - len(row.cells)))
        return [self._cell(place, text, row.number) for place, text in enumerate(texts)]

    def _cell(self, place: int, text: str, row: int) -> Cell:
        column = self.columns[place]
        cell = self.seen[place].get(text)
        if cell is None:
            cell = self.seen[place][text] = parse_cell(column, text)
        if cell.errors or cell.is_missing:
            shown = shown_name(column)
            origin = CellOrigin(self.name, row, shown, text)
            if cell.is_missing:
                self._error(
                    REQUIRED_EMPTY,
                    shown,
                    say("column '{shown}' is required, but this cell is empty", shown=shown),
                    origin,
                )
            for error in cell.errors:
                self._error(
                    NO_VALUE_OF,
                    shown,
                    say("the value '{text}' of column '{shown}' {error}", text=text, shown=shown, error=error),
                    origin,
                )
        return cell

    def _error(self, code: str, column: str, message: Wording, origin: CellOrigin) -> None:
        self.counts[code, column] += 1
        if self.counts[code, column] <= SHOWN:
            self.findings.error(code, message, origin)

    def close(self) -> None:
        """Say how many more there were."""
        for (code, column), count in self.counts.items():
            if count > SHOWN:
                self.findings.error(
                    code, say("and {count} more like these", count=count - SHOWN), CellOrigin(self.name, 0, column)
                )


def _check_primary_key(judged: _Judged, findings: Findings) -> None:
    names = judged.table.schema.primary_key
    if not names:
        return
    shown = " and ".join(f"'{name}'" for name in names)
    twice = [(key, places) for key, places in judged.keys[names].rows.items() if len(places) > 1]
    for key, places in twice[:SHOWN]:
        others = [CellOrigin(judged.name, row) for row in places[:-1]][:SHOWN]
        message = say(
            "{key} stands in {places} rows, but {shown} is the primary key",
            key=shown_key(key),
            places=len(places),
            shown=shown,
        )
        findings.error(KEY_TWICE, message, CellOrigin(judged.name, places[-1], names[0]), NOTHING, others)
    if len(twice) > SHOWN:
        findings.error(
            KEY_TWICE, say("and {twice} more keys like these", twice=len(twice) - SHOWN), CellOrigin(judged.name)
        )


def _check_foreign_key(judged: _Judged, target: _Judged, key: ForeignKey, findings: Findings) -> None:
    """Each row refers to exactly one row (Model §6.6). Unlike in SQL, that holds for null, too: test034 rests on it."""
    known = target.keys[key.referenced_columns].rows
    wrong = [
        (values, places[0], len(known.get(values, ())))
        for values, places in judged.keys[key.columns].rows.items()
        if len(known.get(values, ())) != 1
    ]
    for values, row, count in wrong[:SHOWN]:
        what = say("{n:,} {n:row|rows}", n=count) if count else say("no row")
        message = say(
            "{values} refers to {what} of {target} by {referenced_columns}",
            values=shown_key(values),
            what=word(what),
            target=target.name,
            referenced_columns=", ".join(key.referenced_columns),
        )
        findings.error(NO_ROW, message, CellOrigin(judged.name, row, key.columns[0]), NOTHING, [key.at])
    if len(wrong) > SHOWN:
        findings.error(
            NO_ROW, say("and {wrong} more values like these", wrong=len(wrong) - SHOWN), CellOrigin(judged.name)
        )
