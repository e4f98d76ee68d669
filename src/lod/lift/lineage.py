"""Lineage on disk: written by the lift, searched by whoever has a subject and wants its rows and cells.

A lineage folder explains itself: `lineage.json` says how each triples map spells its subject and which columns its
values come from; `table-N.parquet` holds the needed columns of a source table, in the order of its rows. The subject
is the expression over them, so a million IRIs cost no second copy.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from lod.diagnostics import CellOrigin, TextOrigin
from lod.lift.held import cells_of
from lod.lift.passes.coincidence import is_injective
from lod.lift.plan import Cell, Column, Encoding, Joined, Piece, Plan, Statement, Term, table_digest
from lod.lineage import Lineage, SourceRow
from lod.mapping.ir import TermType
from lod.tables.table import Table

_FILE = "lineage.json"
_FORMAT = 2
_NOWHERE = TextOrigin("")  # of terms; rules keep their places


@dataclass(frozen=True, slots=True)
class TableRecord:
    """A table as lineage keeps it: `columns` by their place, those that the plan needs."""

    name: str
    digest: str
    file: Path
    first_row: int
    columns: Mapping[int, str]
    is_numbered: bool  # rows carry their numbers; else their places are their numbers
    cells: Mapping[int, int]  # a column → the one that says from which cells of a sheet it came (C17)
    made_of: Mapping[int, tuple[str, ...]]  # a column that is worked out → those of its row; () for a condition


@dataclass(frozen=True, slots=True)
class Value:
    """A predicate of a triples map, its object, the columns that the object comes from, and the rule that says so."""

    predicate: Term
    columns: tuple[int, ...]
    object: Term
    rule: TextOrigin


@dataclass(frozen=True, slots=True)
class SubjectRecord:
    """A triples map as lineage keeps it."""

    triples_map: str
    table: TableRecord
    term: Term
    values: tuple[Value, ...]
    rule: TextOrigin


def table_file(number: int) -> str:
    """The name of a table's file in a lineage folder."""
    return f"table-{number}.parquet"


def write_lineage(plan: Plan, folder: Path, sifted: Collection[Table] = (), clean: Collection[Table] = ()) -> None:
    """Write `lineage.json` beside the tables' files. `sifted`: tables whose rows carry their numbers all the same.

    `clean`: those of which reading found nothing to say.
    """
    places = {table: number for number, table in enumerate(plan.tables)}
    tables = [
        {
            "name": table.name,
            "sha256": table.digest,
            "file": table_file(number),
            "is_clean": table in clean,
            "definition": table_digest(table),
            "first_row": table.first_row,
            "is_numbered": table.is_numbered or table in sifted,
            "columns": {str(n): table.columns[n] for n in plan.columns_of(table)},
            "cells": {str(n): place for n, place in cells_of(table).items()},
            "made_of": {str(n): _inputs(table, n) for n in range(table.stored, len(table.columns))},
        }
        for table, number in places.items()
    ]
    subjects = [
        {
            "triples_map": subject.triples_map,
            "table": places[subject.table],
            "subject": _term_to_json(subject.term),
            "rule": _place(subject.origin),
            "values": [
                {
                    "predicate": _term_to_json(statement.predicate),
                    "columns": columns,
                    "object": _term_to_json(statement.object),
                    "rule": _place(statement.origin),
                }
                for statement, columns in _values(plan, subject.triples_map)
            ],
        }
        for subject in plan.subjects
    ]
    document = {"format": _FORMAT, "tables": tables, "subjects": subjects}
    (folder / _FILE).write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")


def _place(origin: TextOrigin) -> list[Any]:
    return [origin.path, origin.line, origin.column, origin.length]


def _values(plan: Plan, triples_map: str) -> Iterable[tuple[Statement, list[int]]]:
    for subject in plan.subjects:
        if subject.triples_map == triples_map:
            for statement in subject.statements:
                yield statement, _cells_of(statement)
    known = {statement.meaning for each in plan.subjects for statement in each.statements}
    for emission in (*plan.emissions, *plan.shared):
        if emission.triples_map != triples_map:
            continue
        for statement in emission.statements:
            if isinstance(emission.relation, Joined):
                yield statement, sorted({child for child, _ in emission.relation.on})
            elif statement.meaning not in known:  # a join that a pass has taken away
                yield statement, _cells_of(statement)


def _cells_of(statement: Statement) -> list[int]:
    return sorted(column.index for column in statement.object.columns if column.index >= 0)


def _inputs(table: Table, place: int) -> list[str]:
    """The source's own columns that a computed one is made of; none for a condition, which is no value."""
    computed = table.computed[place - table.stored]
    if computed.if_true:
        return []
    used = sorted({n for argument in computed.arguments for n in argument or () if isinstance(n, int)})
    found = [[table.columns[n]] if n < table.stored else _inputs(table, n) for n in used if n >= 0]
    return list(dict.fromkeys(name for names in found for name in names))


@dataclass(frozen=True, slots=True)
class TableFile:
    """A table as a lift has read it: the columns that were needed, and whether there was nothing to say of it."""

    path: Path
    name: str
    digest: str
    definition: str  # `lod.lift.plan.table_digest`
    columns: tuple[int, ...]
    is_clean: bool


def tables_of(folder: Path) -> list[TableFile]:
    """The tables of a lineage folder, in the order of the plan; none, if it is not whole."""
    try:
        entries = json.loads((folder / _FILE).read_text(encoding="utf-8"))["tables"]
        files = [
            TableFile(folder / e["file"], e["name"], e["sha256"], e["definition"], _places(e["columns"]), e["is_clean"])
            for e in entries
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return files if all(file.path.is_file() for file in files) else []


def _places(columns: Mapping[str, str]) -> tuple[int, ...]:
    return tuple(map(int, columns))


def find_rows(lineage: Lineage, subjects: Sequence[str], *, limit: int = 100) -> dict[str, list[SourceRow]]:
    """The source rows that made each subject (an IRI, or `_:label`), at most `limit` a triples map, in row order.

    A subject that no row made is not in the answer.
    """
    from lod.lift.engines.duckdb import search

    found: dict[str, list[SourceRow]] = {}
    for record in read_lineage(lineage):
        keys = {subject: key for subject in subjects if (key := key_of(record.term, subject)) is not None}
        if keys:
            for subject, row in search.rows(record, keys, limit):
                found.setdefault(subject, []).append(SourceRow(subject, record.table.name, row, record.triples_map))
    return found


def find_cells(lineage: Lineage, subject: str, predicate: str | None, *, limit: int = 20) -> list[CellOrigin]:
    """The source cells that made a subject's values for a predicate; without one, the cells of the subject itself.

    Rows that say the same are named once, by the first. When all those cells are empty, the empty cells are the answer:
    they are why there is no value.
    """
    from lod.lift.engines.duckdb import search

    found: list[CellOrigin] = []
    for record in read_lineage(lineage):
        key = key_of(record.term, subject)
        columns = _columns(record, predicate)
        if key is not None and columns:
            places = [record.table.cells.get(column) for column in columns]
            asked = [*columns, *(place for place in places if place is not None)]
            for row, texts in search.cells(record, subject, key, asked, limit):
                read = dict(zip(asked, texts, strict=True))
                for column, place in zip(columns, places, strict=True):
                    found += origins_of(record.table, row, column, read[column], read[place] if place else None)
    return [cell for cell in found if cell.text] or found


def origins_of(table: TableRecord, row: int, column: int, text: str | None, cells: str | None) -> list[CellOrigin]:
    """The cells of a sheet, if the column came from such; else the column itself."""
    if not cells:
        return [CellOrigin(table.name, row, table.columns[column], text or "")]
    named = [re.fullmatch(r"([A-Z]+)([0-9]+)", cell) for cell in cells.split()]
    return [CellOrigin(table.name, int(found[2]), found[1], text or "") for found in named if found]


def _columns(record: SubjectRecord, predicate: str | None) -> list[int]:
    if predicate is None:
        return sorted(c.index for c in record.term.columns if c.index >= 0)
    values = (value for value in record.values if key_of(value.predicate, predicate) is not None)
    return sorted({column for value in values for column in value.columns})


def read_lineage(lineage: Lineage) -> tuple[SubjectRecord, ...]:
    """The triples maps of a lineage folder."""
    file = lineage.folder / _FILE
    return _read(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _read(file: Path, _changed: int) -> tuple[SubjectRecord, ...]:
    document = json.loads(file.read_text(encoding="utf-8"))
    if document["format"] != _FORMAT:
        raise ValueError(f"{file} has format {document['format']}, not {_FORMAT}")
    tables = [
        TableRecord(
            each["name"],
            each["sha256"],
            file.parent / each["file"],
            each["first_row"],
            {int(n): name for n, name in each["columns"].items()},
            each["is_numbered"],
            {int(n): place for n, place in each["cells"].items()},
            {int(n): tuple(names) for n, names in each.get("made_of", {}).items()},
        )
        for each in document["tables"]
    ]
    return tuple(
        SubjectRecord(
            each["triples_map"],
            tables[each["table"]],
            _term_from_json(each["subject"]),
            tuple(
                Value(
                    _term_from_json(value["predicate"]),
                    tuple(value["columns"]),
                    _term_from_json(value["object"]),
                    TextOrigin(*value["rule"]),
                )
                for value in each["values"]
            ),
            TextOrigin(*each["rule"]),
        )
        for each in document["subjects"]
    )


Key = tuple[str, ...]


def key_of(term: Term, text: str) -> Key | None:
    """The cells, in the order of the spelling, of which a term can have become `text`; None if it never can.

    Where the spelling cannot be turned round the key is (), and the engine has to spell every row.
    """
    body = text.removeprefix("_:") if term.kind is TermType.BLANK_NODE else text
    if text.startswith("_:") is not (term.kind is TermType.BLANK_NODE):
        return None
    if term.base:
        return ()
    pattern, cells = _turned(term.pieces)
    match = pattern.fullmatch(body)
    if match is None:
        return None
    return tuple(map(_decoded, cells, match.groups())) if not cells or is_injective(term) else ()


@lru_cache(maxsize=1024)
def _turned(pieces: tuple[Piece, ...]) -> tuple[re.Pattern[str], tuple[Cell, ...]]:
    """A spelling as a pattern, a group for each of its cells."""
    pattern = "".join(re.escape(p) if isinstance(p, str) else _hole(p) for p in pieces)
    return re.compile(pattern, re.DOTALL), tuple(piece for piece in pieces if isinstance(piece, Cell))


def _decoded(cell: Cell, text: str) -> str:
    return unquote(text.replace("_", "%") if cell.encoding is Encoding.LABEL else text)


def _hole(cell: Cell) -> str:
    return r"([^:/?#\[\]@!$&'()*+,;=]+)" if cell.encoding is not Encoding.RAW else "(.+)"


def _term_to_json(term: Term) -> dict[str, Any]:
    pieces = [
        piece if isinstance(piece, str) else {"column": piece.column.index, "encoding": piece.encoding}
        for piece in term.pieces
    ]
    more = {"base": term.base, "is_spelled": term.is_spelled}
    return {"kind": term.kind, "pieces": pieces, **{name: value for name, value in more.items() if value}}


def _term_from_json(document: dict[str, Any]) -> Term:
    pieces: list[Piece] = [
        piece if isinstance(piece, str) else Cell(Column(piece["column"]), Encoding(piece["encoding"]))
        for piece in document["pieces"]
    ]
    base, is_spelled = document.get("base", ""), document.get("is_spelled", False)
    return Term(TermType(document["kind"]), tuple(pieces), _NOWHERE, base=base, is_spelled=is_spelled)
