"""A cube as a tidy table for people and programs: codes and their labels, as CSV with its CSVW metadata and as Parquet.

Tabular data, https://www.w3.org/TR/tabular-data-model/ ; its metadata, https://www.w3.org/TR/tabular-metadata/. What
the columns mean stands in the metadata: by it the table becomes the observations again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
from pyoxigraph import Store

from lod.lift.engines.sql import quoted
from lod.rdf.languages import written
from lod.rdf.namespaces import QB, RDF
from lod.release.descriptions.csvw import table_metadata
from lod.release.descriptions.structure import Structure, labels_of, read_structure
from lod.release.durability import take
from lod.release.release import Site, Texts
from lod.store.columns import OBSERVATION, Column, Cube, columns_in_file, identifier

_MOST_CODES = 100_000  # distinct values of a column; of more, the IRIs stand in the table
_UNDEFINED = "https://cube.link/Undefined"
_SAFE = r"[A-Za-z0-9._~-]+"  # what a URI template leaves as it is


@dataclass(frozen=True, slots=True)
class TidyColumn:
    """A column of the table. `prefix`: what stands before its codes in their IRIs, '' if they stand as they are.

    `role`: dimension, measure, attribute, '' for what the structure does not name, observation, or label.
    """

    name: str
    role: str
    property: str  # IRI
    value: str  # SQL
    is_iri: bool = False
    prefix: str = ""
    datatype: str = ""
    language: str = ""
    labels: Texts = field(default_factory=dict)
    of: str = ""  # of a label: the column that it names
    may_lack: bool = False


@dataclass(frozen=True, slots=True)
class TidyTable:
    """A cube's table: its files in the release, and what is to be said of it in catalogues."""

    dataset: str
    csv: Path
    parquet: Path
    metadata: Path
    structure: Structure | None
    series: int  # how many combinations of dimensions there are but for the period


def write_tidy(
    connection: duckdb.DuckDBPyConnection,
    store: Store,
    cube: Cube,
    parquet: Path,
    target: Path,
    site: Site,
    before: Path | None = None,
) -> TidyTable:
    """Write a cube's table beside `target`: `target`.csv, `target`.parquet and `target`.csv-metadata.json.

    `parquet`: its columns as `lod.release.bulk.cubes` wrote them. `before`: a folder in which the same table stands
    already.
    """
    source = f"read_parquet({quoted(str(parquet))})"
    writer = _Writer(connection, store, cube, read_structure(store, cube.dataset), source)
    columns, same = writer.columns(site.languages)
    about = writer.observation(columns)
    if about is None:
        columns.insert(0, TidyColumn(OBSERVATION, OBSERVATION, "", _own(OBSERVATION), is_iri=True))
    csv, packed = (target.with_name(f"{target.name}{suffix}") for suffix in (".csv", ".parquet"))
    for file, form in ((csv, "(FORMAT csv, HEADER true)"), (packed, "(FORMAT parquet, COMPRESSION zstd)")):
        if before:
            take(before / file.name, file)
        else:
            writer.copy(columns, file, form)
    metadata = target.with_name(f"{target.name}.csv-metadata.json")
    described = table_metadata(columns, same, about or f"{{+{OBSERVATION}}}", csv.name, cube, store, site)
    metadata.write_text(json.dumps(described, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return TidyTable(cube.dataset, csv, packed, metadata, writer.structure, writer.series(columns))


@dataclass(slots=True)
class _Writer:
    connection: duckdb.DuckDBPyConnection
    store: Store
    cube: Cube
    structure: Structure | None
    source: str
    joins: list[str] = field(default_factory=list)

    def columns(self, languages: Sequence[str]) -> tuple[list[TidyColumn], dict[str, str]]:
        """The columns of the table: dimensions with their labels, measures, attributes, anything else.

        With them what is the same for all observations, and stands in the metadata alone: IRIs by property.
        """
        in_file = {column.property: column for column in columns_in_file(self.cube)}
        found: list[TidyColumn] = []
        same: dict[str, str] = {}
        for role, property_iri, labels in self._order(in_file):
            column = in_file[property_iri]
            constant = self._constant(column) if column.kind == "iri" and role in ("attribute", "") else None
            if constant:
                same[property_iri] = constant
                continue
            tidy = self._column(column, role, labels)
            found.append(tidy)
            if tidy.is_iri and role in ("dimension", "measure"):
                found += self._label_columns(column, tidy, languages)
        return found, same

    def _order(self, in_file: Mapping[str, Column]) -> Iterator[tuple[str, str, Texts]]:
        known = self.structure.components if self.structure else ()
        declared = {each.property: each for each in known}
        for each in known:
            if each.property in in_file:
                yield each.kind, each.property, each.labels
        for property_iri in in_file:
            if property_iri not in declared and property_iri not in (RDF + "type", QB + "dataSet"):
                yield "", property_iri, labels_of(self.store, property_iri)

    def _constant(self, column: Column) -> str | None:
        """The one value that all observations have."""
        name = _own(column.name)
        least, last, some, rows = self._row(f"min({name}), max({name}), count({name}), count(*)")
        return str(least) if least == last and some == rows else None

    def _column(self, column: Column, role: str, labels: Texts) -> TidyColumn:
        name = _own(column.name)
        plain = TidyColumn(
            column.name,
            role,
            column.property,
            name,
            column.kind == "iri",
            datatype=column.datatype,
            language=written(column.language) if column.language else "",
            labels=labels,
            may_lack=column.nullable or column.partial,
        )
        if column.kind != "iri":
            return plain
        values = self._values(column)
        prefixes = {value[: max(value.rfind("/"), value.rfind("#")) + 1] for value in values}
        if len(prefixes) != 1 or len(values) >= _MOST_CODES:
            return plain
        (prefix,) = prefixes
        defined = f"CASE WHEN {name} <> {quoted(_UNDEFINED)} THEN {name} END"
        code = f"substr({defined}, {len(prefix) + 1})"
        (is_safe,) = self._row(f"bool_and(regexp_full_match({code}, {quoted(_SAFE)}))")
        return replace(plain, value=code, prefix=prefix) if is_safe else plain

    def _values(self, column: Column) -> list[str]:
        name = _own(column.name)
        defined = f"{self.source} AS source WHERE {name} <> {quoted(_UNDEFINED)}"
        rows = self.connection.execute(f"SELECT DISTINCT {name} FROM {defined} LIMIT {_MOST_CODES}").fetchall()
        return [value for (value,) in rows]

    def _label_columns(self, column: Column, tidy: TidyColumn, languages: Sequence[str]) -> Iterator[TidyColumn]:
        """A column of labels for each language in which some code has one."""
        names = {value: labels_of(self.store, value) for value in self._values(column)}
        for language in languages:
            texts = [(value, labels[language]) for value, labels in sorted(names.items()) if language in labels]
            if not texts or len(names) >= _MOST_CODES:
                continue
            name = f"{column.name}_label_{language.replace('-', '_')}"
            table = f"tidy_{len(self.joins)}"
            self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {table} (iri VARCHAR, label VARCHAR)")
            self.connection.execute(
                f"INSERT INTO {table} SELECT unnest($iris), unnest($labels)",
                {"iris": [iri for iri, _ in texts], "labels": [label for _, label in texts]},
            )
            self.joins.append(f"LEFT JOIN {table} ON {table}.iri = source.{identifier(column.name)}")
            yield TidyColumn(
                name, "label", "", f"{table}.label", language=language, of=tidy.name, may_lack=True, labels=tidy.labels
            )

    def observation(self, columns: Sequence[TidyColumn]) -> str | None:
        """The URI template of the observations' own IRIs, if they are made of the codes of the dimensions."""
        codes = [each for each in columns if each.role == "dimension" and each.prefix]
        if not codes or len(codes) < len([each for each in columns if each.role == "dimension"]):
            return None
        joined = f"concat_ws('/', {', '.join(each.value for each in codes)})"
        name = _own(OBSERVATION)
        own = f"left({name}, length({name}) - length({joined}))"
        (least, last, ends) = self._row(f"min({own}), max({own}), bool_and(ends_with({name}, '/' || {joined}))")
        if least != last or not ends or any(sign in str(least) for sign in "{}"):
            return None
        return str(least) + "/".join(f"{{{each.name}}}" for each in codes)

    def series(self, columns: Sequence[TidyColumn]) -> int:
        """How many combinations of codes there are, of all dimensions but the period."""
        fixed = [each.value for each in columns if each.role == "dimension" and each.name not in _PERIODS]
        (count,) = self._row(f"count(DISTINCT ({', '.join(fixed)}))" if fixed else "least(count(*), 1)")
        return int(str(count))

    def copy(self, columns: Sequence[TidyColumn], target: Path, form: str) -> None:
        """Write the table in the order of its dimensions."""
        values = ", ".join(f"{each.value} AS {identifier(each.name)}" for each in columns)
        source = " ".join([f"{self.source} AS source", *self.joins])
        order = ", ".join(identifier(each.name) for each in columns if each.role == "dimension") or "1"
        self.connection.execute(
            f"COPY (SELECT {values} FROM {source} ORDER BY {order}) TO {quoted(str(target))} {form}"
        )

    def _row(self, values: str) -> tuple[object, ...]:
        row = self.connection.execute(f"SELECT {values} FROM {self.source} AS source").fetchone()
        assert row is not None, "aggregates make a row"
        return tuple(row)


def _own(name: str) -> str:
    """A column of the cube, as SQL."""
    return f"source.{identifier(name)}"


_PERIODS = ("period", "year", "month", "quarter", "time", "refPeriod", "timePeriod")
