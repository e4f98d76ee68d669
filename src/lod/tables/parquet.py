"""Parquet files as tables: a row's number is its position in the file, 1-based.

https://parquet.apache.org/docs/file-format/
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb

from lod.diagnostics import CellOrigin, Findings, did_you_mean
from lod.tables.typed import Source, TypedTable, column_of, quoted, typed_table
from lod.wording import say


def open_parquet(path: Path, source: Source, findings: Findings) -> TypedTable | None:
    """A handle on a Parquet file. None, and findings, when it is none.

    Findings: LOD2001 no such file, LOD2008 unreadable, LOD2021 not a Parquet file, LOD2022 a column that is not used as
    it could be, since its cells are lists or structures.
    """
    found = file_digest(path, source, findings)
    if found is None:
        return None
    try:
        with duckdb.connect(":memory:", config={"threads": 1}) as connection:
            described = connection.execute(f"DESCRIBE SELECT * FROM read_parquet({quoted(str(path))})").fetchall()
    except duckdb.Error as error:
        message = say("{source} is not a Parquet file: {error}", source=source.name, error=str(error).splitlines()[0])
        findings.error("LOD2021", message, source.declared, say("is it complete?"), [CellOrigin(source.name)])
        return None
    cells = {name: column_of(name, sql_type) for name, sql_type, *_ in described}
    for name, sql_type, *_ in described:
        if cells[name] is None and name in source.asked:
            message = say("the cells of '{name}' are {sql_type}, not single values", name=name, sql_type=sql_type)
            hint = say("write a column for each value into the file")
            where = CellOrigin(source.name, 0, name)
            findings.error("LOD2022", message, source.asked[name], hint, [where])
    return typed_table(source, path, *found, path, [cell for cell in cells.values() if cell])


def file_digest(path: Path, source: Source, findings: Findings) -> tuple[str, int] | None:
    """A file's SHA-256 and its size in bytes; None, and a finding, when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
    except FileNotFoundError:
        siblings = [each.name for each in path.parent.iterdir() if each.is_file()] if path.parent.is_dir() else []
        hint = did_you_mean(path.name, siblings)
        findings.error("LOD2001", say("there is no table {source}", source=source.name), source.declared, hint)
    except OSError as error:
        findings.error(
            "LOD2008",
            say("cannot read {source}: {strerror}", source=source.name, strerror=error.strerror),
            source.declared,
        )
    return None
