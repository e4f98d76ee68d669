"""Columns that are computed from others: functions, keys of joins, conditions.

What SQL can say is said in SQL; every other function is evaluated once for each distinct combination of its arguments,
and joined. tests/lift/test_functions.py holds the two ways against each other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import duckdb

from lod.diagnostics import CellOrigin, Findings
from lod.lift.engines import sql
from lod.lift.engines.sql import quoted
from lod.mapping.functions import GREL, IDLAB, LEGAL_IRI, OURS, Function, function_named
from lod.tables.table import Computed, Table
from lod.wording import say

_BATCH = 10_000


def _truth(condition: str) -> str:
    return f"CASE WHEN {condition} THEN 'true' ELSE 'false' END"


# Functions whose definition in `lod.mapping.functions` is SQL's own, for all texts that are there.
NATIVE: Mapping[str, Callable[..., str]] = {
    GREL + "string_toString": lambda v: v,
    GREL + "string_length": lambda v: f"CAST(length({v}) AS VARCHAR)",
    GREL + "string_contains": lambda v, s: _truth(f"contains({v}, {s})"),
    GREL + "string_startsWith": lambda v, s: _truth(f"starts_with({v}, {s})"),
    GREL + "string_md5": lambda v: f"md5({v})",
    GREL + "string_sha1": lambda v: f"sha1({v})",
    IDLAB + "equal": lambda a, b: _truth(f"{a} = {b}"),
    IDLAB + "notEqual": lambda a, b: _truth(f"{a} <> {b}"),
    IDLAB + "isNull": lambda v: _truth(f"{v} IS NULL"),
    IDLAB + "isNotNull": lambda v: _truth(f"{v} IS NOT NULL"),
    IDLAB + "trueCondition": lambda condition, v: f"CASE WHEN {condition} = 'true' THEN {v} END",
    IDLAB + "concat": lambda a, b, d: f"concat({a}, {d}, {b})",
    OURS + "tai": lambda v: f"replace({v}, '台', '臺')",
    OURS + "md5": lambda v: f"md5({v})",
    OURS + "sha1": lambda v: f"sha1({v})",
    OURS + "sha256": lambda v: f"sha256({v})",
}


def _native(function: Function, arguments: Sequence[str]) -> str | None:
    """A function as an expression; None if SQL has none. Where a required argument is missing there is no value."""
    if function.iri in NATIVE:
        value = NATIVE[function.iri](*arguments)
    elif function.sql:
        given = dict(zip((each.name for each in function.parameters), arguments, strict=True))
        value = f"CAST({function.sql.format(**given)} AS VARCHAR)"
    else:
        return None
    required = [a for a, p in zip(arguments, function.parameters, strict=True) if p.required]
    if function.takes_nulls or not required:
        return value
    return f"CASE WHEN {sql.conjunction([f'{each} IS NOT NULL' for each in required])} THEN {value} END"


def inputs_of(table: Table, columns: Sequence[int]) -> list[int]:
    """The columns of the source that the chosen columns are, or are made of."""
    return sorted(n for n in _with_inputs(table, columns) if n < table.stored)


def _with_inputs(table: Table, columns: Sequence[int]) -> set[int]:
    found = set(columns)
    for n in reversed(range(table.stored, len(table.columns))):  # a column is made of earlier ones
        if n in found:
            arguments = table.computed[n - table.stored].arguments
            found.update(piece for each in arguments for piece in each or () if isinstance(piece, int))
    return found


def compute_columns(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    columns: Sequence[int],
    source: Path,
    target: Path,
    findings: Findings,
) -> None:
    """Write the chosen columns of a table, those of `source` and computed ones, and `row`, to a Parquet file.

    Findings: LOD2101 values that are no legal IRIs, where the mapping leaves them out.
    """
    relation = sql.scan(source, table.first_row, is_numbered=bool(table.json))
    wanted = _with_inputs(table, columns)
    for n in range(table.stored, len(table.columns)):
        if n in wanted:
            scratch = target.with_suffix(f".computed-{n}.jsonl")
            computed = table.computed[n - table.stored]
            relation = _with_column(connection, relation, n, computed, scratch)
            if computed.function == LEGAL_IRI:
                _warn_of_dropped(connection, relation, table, n, findings)
    for n in table.exploded:
        if n in wanted:
            items = f"json_valid(c{n}) AND json_type(c{n}) = 'ARRAY' THEN from_json(c{n}, '[\"VARCHAR\"]')"
            relation = f"(SELECT * REPLACE (unnest(CASE WHEN {items} ELSE [c{n}] END) AS c{n}) FROM {relation})"
    chosen = ", ".join([*(f"c{n}" for n in columns), "r AS row"])
    connection.execute(f"COPY (SELECT {chosen} FROM {relation}) TO {quoted(str(target))} (FORMAT parquet)")
    for scratch in target.parent.glob(f"{target.stem}.computed-*.jsonl"):
        scratch.unlink()


def _warn_of_dropped(
    connection: duckdb.DuckDBPyConnection, relation: str, table: Table, place: int, findings: Findings
) -> None:
    """What a column leaves out of those that it is made of: how many cells, and the first three."""
    ((argument,),) = (table.computed[place - table.stored].arguments,)
    where = f"c{place} IS NULL AND {_spelled(argument)} IS NOT NULL"
    query = f"SELECT r, {_spelled(argument)}, count(*) OVER () FROM {relation} WHERE {where} ORDER BY r LIMIT 3"
    found = connection.execute(query).fetchall()
    if not found:
        return
    name = next((table.columns[n] for n in argument or () if isinstance(n, int)), "")
    shown = ", ".join(f"'{text}'" for _, text, _ in found) + (", …" if found[0][2] > len(found) else "")
    message = say(
        "{count} {count:value is|values are} no legal IRI, and {count:makes|make} no term: {shown}",
        count=found[0][2],
        shown=shown,
    )
    origins = [CellOrigin(table.name, int(row), name, text) for row, text, _ in found]
    hint = say("clean the cell, or make the IRI with a template, which encodes")
    findings.warning("LOD2101", message, origins[0], hint, origins[1:])


def _with_column(
    connection: duckdb.DuckDBPyConnection, relation: str, place: int, computed: Computed, scratch: Path
) -> str:
    """The relation with one more column."""
    arguments = [_spelled(each) for each in computed.arguments]
    function = function_named(computed.function)
    if function is None:
        value = arguments[0]
    elif native := _native(function, arguments):
        value = native
    elif not any(isinstance(piece, int) for each in computed.arguments for piece in each or ()):
        value = _literal(function(*(None if a is None else "".join(map(str, a)) for a in computed.arguments)))
    else:
        return _looked_up(connection, relation, place, computed, function, scratch)
    return f"(SELECT *, {_kept(value, computed)} AS c{place} FROM {relation})"


def _kept(value: str, computed: Computed) -> str:
    return f"CASE WHEN {value} = 'true' THEN 'true' END" if computed.if_true else value


def _looked_up(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    place: int,
    computed: Computed,
    function: Function,
    scratch: Path,
) -> str:
    """The relation with a column that is evaluated once for each distinct combination of its arguments."""
    names = [f"a{n}" for n in range(len(computed.arguments))]
    chosen = ", ".join(f"{_spelled(each)} AS {name}" for each, name in zip(computed.arguments, names, strict=True))
    rows = connection.execute(f"SELECT DISTINCT {chosen} FROM {relation}")
    with scratch.open("w", encoding="utf-8") as file:
        for row in _batches(rows):
            file.write(json.dumps([*row, function(*row)], ensure_ascii=False) + "\n")
    parts = ", ".join(f"json ->> '$[{n}]' AS {name}" for n, name in enumerate([*names, "v"]))
    known = f"(SELECT {parts} FROM read_json_objects({quoted(str(scratch))}, format = 'newline_delimited'))"
    same = " AND ".join(
        f"{_spelled(each, 't.')} IS NOT DISTINCT FROM k.{name}"
        for each, name in zip(computed.arguments, names, strict=True)
    )
    return f"(SELECT t.*, {_kept('k.v', computed)} AS c{place} FROM {relation} AS t LEFT JOIN {known} AS k ON {same})"


def _batches(rows: duckdb.DuckDBPyConnection) -> Iterator[tuple[str | None, ...]]:
    while batch := rows.fetchmany(_BATCH):
        yield from batch


def _spelled(pieces: tuple[str | int, ...] | None, of: str = "") -> str:
    """An argument as an expression; null if one of its columns is."""
    if pieces is None:
        return "NULL"
    columns = [f"{of}c{piece}" for piece in pieces if isinstance(piece, int)]
    if len(pieces) == 1:
        return columns[0] if columns else quoted(str(pieces[0]))
    text = sql.concat(piece if isinstance(piece, str) else (f"{of}c{piece}",) for piece in pieces)
    present = " AND ".join(f"{column} IS NOT NULL" for column in columns)
    return f"CASE WHEN {present} THEN {text} END" if present else text


def _literal(value: str | None) -> str:
    return "CAST(NULL AS VARCHAR)" if value is None else quoted(value)
