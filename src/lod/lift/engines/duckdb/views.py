"""Views on DuckDB: records to Parquet, derivations once for each distinct combination of texts, then a join.

What a derivation makes of texts stands in a table of its own: the texts, the outputs, and what is wrong. So a million
cells of a hundred distinct texts cost a hundred evaluations, and finding the cells that are wrong is a join, too.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from lod.diagnostics import CellOrigin, Findings
from lod.lift.engines import sql
from lod.lift.plan import Cell, Column, Encoding
from lod.mapping.view import (
    FIRST,
    INCOMPLETE,
    ITEM,
    NEXT,
    REQUIRE_IT,
    ROW,
    ROW_NUMBER,
    SOURCE_NUMBER,
    SOURCE_ROW,
    Complete,
    Constraint,
    Copy,
    Derivation,
    Lacks,
    Made,
    Native,
    PlainCsv,
    Records,
    Refers,
    Unique,
    View,
    missing_value,
    shown_key,
)
from lod.tables.ingest import ingest
from lod.tables.table import Dialect, Table
from lod.wording import NOTHING, say

_BATCH = 10_000
_BLOCK = 1 << 22
_OVERLAP = 64
_SHOWN = 3
_SPACE = " \t\r\n\f\v"
# Without new_line and parallel, a lone carriage return in a quoted cell ends the record (measured with DuckDB 2.0.0)
_READ = "header = false, delim = ',', quote = '\"', escape = '\"', auto_detect = false, max_line_size = 16777216, "
_READ += "new_line = '\\n', parallel = false"


@dataclass(slots=True)
class ViewReader:
    """Reads views into Parquet files in `folder`; records are read once, derivations evaluated once."""

    connection: duckdb.DuckDBPyConnection
    folder: Path
    violations: Findings
    files: dict[View, Path] = field(default_factory=dict)
    bases: dict[Records, str] = field(default_factory=dict)
    known: dict[Derivation, str] = field(default_factory=dict)

    def read(self, view: View, columns: Sequence[int], target: Path) -> int:
        """Write the chosen columns of a view, as `c0`, `c1` … by their place, and `row`; returns the number of rows."""
        self.files[view] = target
        if view.records is None:
            return self._copy("SELECT 0 AS row", target)
        base = self._base(view.records)
        for derivation in view.derivations:
            if derivation.judges:
                self._report(view.records, base, derivation, self._evaluated(derivation, base))
        places = {name: place for place, name in enumerate(view.columns)}
        wanted = {view.columns[place] for place in columns}
        chosen, joins = self._derived(view, wanted, base)
        listed = [f"{text} AS c{places[name]}" for name, text in chosen.items() if name in wanted]
        return self._copy(f"SELECT {', '.join([*listed, 's AS row'])} FROM {base} AS b {' '.join(joins)}", target)

    def _derived(self, view: View, wanted: set[str], base: str) -> tuple[dict[str, str], list[str]]:
        """Expressions for the columns of a view, and the joins that they need."""
        chosen = {ROW_NUMBER: "CAST(n AS VARCHAR)", SOURCE_NUMBER: "CAST(s AS VARCHAR)"}
        joins = []
        for derivation in view.derivations:
            if not wanted & set(derivation.outputs):
                continue
            if derivation.native is not None:
                chosen[derivation.outputs[0]] = self._native(derivation.native)
                joins += [self._join(each, base) for each in _made(derivation.native)]
                continue
            joins.append(self._join(derivation, base))
            table = self.known[derivation]
            chosen |= {name: f"{table}.o{number}" for number, name in enumerate(derivation.outputs)}
        if view.unnested is not None:
            table = self._evaluated(view.unnested, base)
            chosen |= {name: f"{table}.o{number}" for number, name in enumerate(view.unnested.outputs)}
            item = f"concat(n, '.', {table}.item)"
            chosen[ITEM] = item
            chosen[NEXT] = f"CASE WHEN {table}.item < {table}.items THEN concat(n, '.', {table}.item + 1) END"
            chosen[FIRST] = f"CASE WHEN {table}.item = 1 THEN {item} END"
            joins.append(f"JOIN {table} ON {_same(view.unnested, table)} AND {table}.items > 0")
        return chosen, list(dict.fromkeys(joins))

    def _join(self, derivation: Derivation, base: str) -> str:
        table = self._evaluated(derivation, base)
        return f"LEFT JOIN {table} ON {_same(derivation, table)}"

    def _native(self, native: Native) -> str:
        """A native derivation as an expression; the tables of what others made are joined."""
        if isinstance(native, Copy):
            return f"nullif(c{native.input}, '')"
        if isinstance(native, Lacks):
            return f"CASE WHEN {' OR '.join(self._is_missing(part) for part in native.parts)} THEN '1' END"
        text = sql.concat(part if isinstance(part, str) else (self._part(part),) for part in native.parts)
        if native.unless_null is None:
            return text
        return f"CASE WHEN NOT {self._is_missing(native.unless_null)} THEN {text} END"

    def _is_missing(self, part: int | Made) -> str:
        return f"({self._part(part)} IS NULL)" if isinstance(part, Made) else f"(c{part} = '')"

    def _part(self, part: int | Made) -> str:
        if isinstance(part, Made):
            return f"{self.known[part.derivation]}.o{part.output}"
        return _input(part) if part < 0 else sql.encoded(Cell(Column(part), Encoding.URI_SAFE))

    def _base(self, records: Records) -> str:
        """The records as a relation: `n` and `s`, the numbers of row and record, and texts `c0`, `c1` …, never null."""
        if records not in self.bases:
            file = self.folder / f".records-{len(self.bases)}.parquet"
            if not self._read_plainly(records, file):
                self._read_exactly(records, file)
            self.bases[records] = f"read_parquet({sql.quoted(str(file))})"
        return self.bases[records]

    def _read_plainly(self, records: Records, target: Path) -> bool:
        """Let the ordinary reader do it; False if the file is not plain, or not well-formed."""
        plain = records.plain
        if plain is None or not _is_plain(records.path, plain):
            return False
        scratch, source = Findings(), target.with_suffix(".plain.parquet")
        dialect = Dialect(plain.encoding, plain.delimiter, plain.quote, (), plain.header)
        table = Table(records.name, records.path, records.titles, dialect, "", 0)
        rows = ingest(self.connection, table, range(records.width), source, scratch)
        if scratch.errors or not rows:
            source.unlink(missing_ok=True)
            return False
        texts = (f"coalesce({_trimmed(f'c{n}', plain)}, '') AS c{n}" for n in range(records.width))
        numbers = f"file_row_number + 1 AS n, file_row_number + {records.first_row} AS s"
        read = f"read_parquet({sql.quoted(str(source))}, file_row_number = true)"
        self._copy(f"SELECT {', '.join([numbers, *texts])} FROM {read}", target)
        source.unlink()
        return True

    def _read_exactly(self, records: Records, target: Path) -> None:
        """The exact pass of the mapping language, which also says what is wrong with the file."""
        scratch = target.with_suffix(".csv")
        with scratch.open("w", encoding="utf-8", newline="") as file:
            write = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL).writerow
            for number, (source, texts) in enumerate(records.read(self.violations), start=1):
                write([number, source, *texts])
        names = ["'n': 'BIGINT'", "'s': 'BIGINT'", *(f"'c{n}': 'VARCHAR'" for n in range(records.width))]
        read = f"read_csv({sql.quoted(str(scratch))}, columns = {{{', '.join(names)}}}, {_READ}, {_NO_NULL})"
        self._copy(f"SELECT * FROM {read}", target)
        scratch.unlink()

    def _evaluated(self, derivation: Derivation, base: str) -> str:
        """The table of what a derivation makes of each distinct combination of its inputs."""
        if derivation in self.known:
            return self.known[derivation]
        name = self.known[derivation] = f"derived_{len(self.known)}"
        keys = [f"k{n}" for n in range(len(derivation.inputs))]
        inputs = ", ".join(f"{_input(place)} AS {key}" for place, key in zip(derivation.inputs, keys, strict=True))
        rows = self.connection.execute(f"SELECT DISTINCT {inputs} FROM {base}")
        scratch = self.folder / f".{name}.csv"
        with scratch.open("w", encoding="utf-8", newline="") as file:
            file.writelines(_lines(derivation, _batches(rows)))
        texts = [*keys, *(f"o{n}" for n in range(len(derivation.outputs))), "code", "message"]
        columns = [*(f"'{each}': 'VARCHAR'" for each in texts), "'item': 'INTEGER'", "'items': 'INTEGER'"]
        read = f"read_csv({sql.quoted(str(scratch))}, columns = {{{', '.join(columns)}}}, {_READ}, {_NULLS})"
        self.connection.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM {read}")
        scratch.unlink()
        return name

    def _report(self, records: Records, base: str, derivation: Derivation, table: str) -> None:
        """The cells of which a derivation says that something is wrong: the first few, and how many more."""
        place = derivation.inputs[0]
        found = self.connection.execute(
            f"SELECT code, s, c{place}, message, count(*) OVER (PARTITION BY code) AS total "
            f"FROM {base} AS b JOIN {table} ON {_same(derivation, table)} AND code IS NOT NULL AND item <= 1 "
            f"QUALIFY row_number() OVER (PARTITION BY code ORDER BY s) <= {_SHOWN} ORDER BY code, s"
        ).fetchall()
        totals: dict[str, int] = {}
        for code, row, text, message, total in found:
            self.violations.error(code, message, CellOrigin(records.name, row, records.titles[place], text))
            totals[code] = total
        for code, total in totals.items():
            if total > _SHOWN:
                origin = CellOrigin(records.name, 0, records.titles[place])
                self.violations.error(code, say("and {total} more like these", total=total - _SHOWN), origin)

    def judge(self, constraints: Iterable[Constraint]) -> None:
        """Check keys over the views, which have been read."""
        for constraint in constraints:
            match constraint:
                case Unique():
                    self._judge_unique(constraint)
                case Refers():
                    self._judge_reference(constraint)
                case Complete():
                    self._judge_completeness(constraint)

    def _judge_unique(self, key: Unique) -> None:
        column, file = self._column(key.view, key.column), self._file(key.view)
        query = f"SELECT {column}, count(*), max(row), min(row) FROM {file} GROUP BY 1 HAVING count(*) > 1"
        found = self.connection.execute(
            f"SELECT *, count(*) OVER () FROM ({query}) ORDER BY 4 LIMIT {_SHOWN}"
        ).fetchall()
        for text, count, last, first, _ in found:
            message = say(
                "{text} stands in {count} rows, but {key} is the primary key",
                text=shown_key(text),
                count=count,
                key=key.shown,
            )
            name = key.view.name
            self.violations.error(
                KEY_TWICE, message, CellOrigin(name, last, key.shown), NOTHING, [CellOrigin(name, first)]
            )
        self._more(KEY_TWICE, found[0][-1] if found else 0, key.view)

    def _judge_reference(self, key: Refers) -> None:
        column, target = self._column(key.view, key.column), self._column(key.target, key.target_column)
        query = (
            f"SELECT a.{column}, min(a.row) AS row, coalesce(any_value(b.rows), 0) FROM {self._file(key.view)} AS a "
            f"LEFT JOIN (SELECT {target} AS k, count(*) AS rows FROM {self._file(key.target)} GROUP BY 1) AS b "
            f"ON a.{column} IS NOT DISTINCT FROM b.k WHERE coalesce(b.rows, 0) <> 1 GROUP BY 1"
        )
        found = self.connection.execute(
            f"SELECT *, count(*) OVER () FROM ({query}) ORDER BY 2 LIMIT {_SHOWN}"
        ).fetchall()
        for text, row, count, _ in found:
            what = say("{n:,} {n:row|rows}", n=count) if count else say("no row")
            message = say(
                "{text} refers to {what} of {target} by {target_shown}",
                text=shown_key(text),
                what=what,
                target=key.target.name,
                target_shown=key.target_shown,
            )
            origin = CellOrigin(key.view.name, row, key.shown)
            self.violations.error(NO_ROW, message, origin, NOTHING, [key.origin])
        self._more(NO_ROW, found[0][-1] if found else 0, key.view)

    def _judge_completeness(self, template: Complete) -> None:
        column, file = self._column(template.view, template.column), self._file(template.view)
        found = self.connection.execute(f"SELECT count(*), min(row) FROM {file} WHERE {column} IS NOT NULL").fetchone()
        count, first = found or (0, 0)
        if count:
            message = missing_value(template.shown, count)
            place = [CellOrigin(template.view.name, first)]
            self.violations.warning(INCOMPLETE, message, template.origin, REQUIRE_IT, place)

    def _more(self, code: str, count: int, view: View) -> None:
        if count > _SHOWN:
            self.violations.error(
                code, say("and {count} more values like these", count=count - _SHOWN), CellOrigin(view.name)
            )

    def _column(self, view: View, name: str) -> str:
        return f"c{view.columns.index(name)}"

    def _file(self, view: View) -> str:
        return f"read_parquet({sql.quoted(str(self.files[view]))})"

    def _copy(self, query: str, target: Path) -> int:
        done = self.connection.execute(f"COPY ({query}) TO {sql.quoted(str(target))} (FORMAT parquet)").fetchone()
        return int(done[0]) if done else 0

    def close(self) -> None:
        """Remove what the plan does not need any more."""
        for file in self.folder.glob(".records-*"):
            file.unlink()
        for table in self.known.values():
            self.connection.execute(f"DROP TABLE {table}")
        self.known.clear()


KEY_TWICE, NO_ROW = "LOD3522", "LOD3523"
_NO_NULL = "nullstr = '\\x01', allow_quoted_nulls = false"
_NULLS = "nullstr = '', allow_quoted_nulls = false"


def _input(place: int) -> str:
    """An input as text."""
    return {ROW: "CAST(n AS VARCHAR)", SOURCE_ROW: "CAST(s AS VARCHAR)"}.get(place, f"c{place}")


def _same(derivation: Derivation, table: str) -> str:
    return " AND ".join(f"{_input(place)} = {table}.k{n}" for n, place in enumerate(derivation.inputs))


def _made(native: Native) -> list[Derivation]:
    """The derivations that a native one needs."""
    if isinstance(native, Copy):
        return []
    parts = native.parts if isinstance(native, Lacks) else (*native.parts, native.unless_null)
    return [part.derivation for part in parts if isinstance(part, Made)]


def _trimmed(column: str, plain: PlainCsv) -> str:
    return f"trim({column}, {sql.quoted(_SPACE)})" if plain.trim else column


def _is_plain(path: Path, plain: PlainCsv) -> bool:
    """Whether no line of the file is a comment, and no white space stands before a quote that opens a cell."""
    quote, delimiter = (re.escape(each.encode()) for each in (plain.quote, plain.delimiter))
    unplain = rb"(?:^|[\r\n]|" + delimiter + rb")[ \t]+" + quote
    if plain.comment_prefix is not None:
        unplain += rb"|[\r\n]" + re.escape(plain.comment_prefix.encode(plain.encoding, "ignore"))
    pattern = re.compile(unplain)
    tail = b"\n"
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            if pattern.search(tail + block):
                return False
            tail = block[-_OVERLAP:]
    return True


def _batches(rows: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, ...]]:
    while batch := rows.fetchmany(_BATCH):
        yield from batch


def _lines(derivation: Derivation, combinations: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """What a derivation makes, as CSV: texts in quotes, null as nothing."""
    nothing = (None,) * len(derivation.outputs)
    for texts in combinations:
        made = derivation.compute(texts)
        wrong = (None, None) if made.violation is None else (made.violation.code, made.violation.message)
        for item, outputs in enumerate(made.rows or (nothing,), start=1):
            cells = ("" if each is None else '"' + each.replace('"', '""') + '"' for each in (*texts, *outputs, *wrong))
            yield f"{','.join(cells)},{item},{len(made.rows)}\n"
