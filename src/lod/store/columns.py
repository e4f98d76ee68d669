"""The columnar side of a release: `cubes/`, one Parquet file a `qb:DataSet`, one row an observation.

RDF Data Cube: https://www.w3.org/TR/vocab-data-cube/ ; Parquet: https://parquet.apache.org/docs/file-format/

Statistics are tables, and what readers ask of them most, totals by year and sex, is what triple stores do worst. So a
release holds its observations twice: as statements in the store, which answers everything, and as columns here. Here
stands only what says the same as the store: `index.json` names each column's terms, and each property that the columns
do not tell, so that who cannot be answered from columns asks the store.

`lod.release.bulk.cubes` writes these files. DuckDB is imported when `open_columns` is called and not before.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from itertools import count, takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from lod.errors import LodError
from lod.wording import say

if TYPE_CHECKING:
    import duckdb

    Connection = duckdb.DuckDBPyConnection

FOLDER = "cubes"
INDEX = "index.json"
OBSERVATION = "observation"  # the column of the observations' own IRIs
FORMAT = 1  # of the index; a reader takes one that it does not know for absent


class ColumnsError(LodError):
    """The columnar files of a release cannot be written or read."""


@dataclass(frozen=True, slots=True)
class Column:
    """One property of a cube's observations.

    `exact`: the store's terms can be told from the column: each observation has one value or none, all of one kind,
    one datatype and one language; of others `why` names the reason. Only exact columns are in a cube's view.
    `partial`: the column is in the file and lacks nothing but the values `cube:Undefined`, which are NULL there.
    `canonical`: the texts were written in their datatypes' canonical forms, as the store returns them (it turns "01"
    into 1); if not, the dump alone has them as written.
    """

    name: str  # in the file
    property: str  # IRI
    kind: Literal["iri", "literal"]
    type: str = "VARCHAR"  # of the column in the file: BIGINT, DECIMAL(p,s), DOUBLE, FLOAT, BOOLEAN, VARCHAR
    datatype: str = ""  # of literals: IRI
    language: str = ""  # of literals with rdf:langString: in lower case, as the store has it
    nullable: bool = False
    exact: bool = True
    canonical: bool = True
    why: str = ""
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Cube:
    """The observations of one dataset in the default graph."""

    dataset: str  # IRI
    file: str  # name below `cubes/`
    rows: int
    dimensions: tuple[str, ...]  # IRIs of the structure's dimensions in their order; the rows are sorted by them
    types: tuple[str, ...]  # classes that every observation has
    columns: tuple[Column, ...]  # without `observation`

    def column(self, property_iri: str) -> Column | None:
        """The column of a property, exact or not; None when no observation has it."""
        return next((column for column in self.columns if column.property == property_iri), None)


@dataclass(frozen=True, slots=True)
class CubeIndex:
    """`cubes/index.json`. `elsewhere`: properties and classes of the cubes that other subjects have, too.

    A pattern over a property that is not elsewhere can only be matched by these observations.
    """

    cubes: tuple[Cube, ...] = ()
    elsewhere: frozenset[str] = frozenset()
    origins: frozenset[str] = frozenset()  # files beside the cubes' own that tell their source cells

    def to_json(self) -> str:
        """As it stands on disk."""
        data = {
            "format": FORMAT,
            "cubes": [asdict(cube) for cube in self.cubes],
            "elsewhere": sorted(self.elsewhere),
        }
        return json.dumps(data, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> CubeIndex:
        """Read an index; one of another format is empty.

        Raises:
            ValueError, KeyError, TypeError: it is none.
        """
        data = json.loads(text)
        if data["format"] != FORMAT:
            return cls()
        return cls(tuple(_cube(entry) for entry in data["cubes"]), frozenset(data["elsewhere"]))

    def cube(self, dataset: str) -> Cube | None:
        """The cube of a dataset."""
        return next((cube for cube in self.cubes if cube.dataset == dataset), None)


def _cube(entry: dict[str, Any]) -> Cube:
    lists = {"dimensions": tuple(entry["dimensions"]), "types": tuple(entry["types"])}
    return Cube(**{**entry, **lists, "columns": tuple(Column(**column) for column in entry["columns"])})


def has_cubes(release: Path) -> bool:
    """Whether a release folder may have columns."""
    return (release / FOLDER / INDEX).is_file()


def read_index(release: Path) -> CubeIndex:
    """The index of a release folder; empty where the release has no columns.

    Raises:
        ColumnsError: LOD9202 it cannot be read.
    """
    if not has_cubes(release):
        return CubeIndex()
    file = release / FOLDER / INDEX
    try:
        return CubeIndex.from_json(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        hint = say("go back to a release that is whole: lod rollback; or build again: lod build")
        raise ColumnsError(
            say("{file} cannot be read: {error}", file=file, error=error), hint=hint, code="LOD9202"
        ) from error


def open_columns(
    release: Path, *, memory_limit: str = "512MB", threads: int = 1
) -> tuple[CubeIndex, duckdb.DuckDBPyConnection]:
    """The index of a release, and a database in which each cube is a view under its dataset's IRI.

    The database is in memory and reads this release's columnar files and nothing else. It belongs to one thread, and
    is asked in SQL of ours only.

        index, database = open_columns(release.folder)
        database.execute(f"SELECT year, sum(headcount) FROM {view(index.cubes[0])} GROUP BY year")

    Raises:
        ColumnsError: LOD9202 the index or a file cannot be read.
    """
    import duckdb

    index = read_index(release)
    folder = (release / FOLDER).resolve()
    told = {cube: files for cube in index.cubes if (files := origins_files(cube, folder))}
    index = replace(index, origins=frozenset(map(origins_file, told)))
    database = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": memory_limit,
            "threads": threads,
            "async_threads": 0,  # they read from far away, and there would be eight
            "temp_directory": "",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    try:
        database.execute("SET enable_progress_bar = false")
        for cube in index.cubes:
            # the views are bound now: a missing or damaged file is found here
            names = ", ".join(map(identifier, (OBSERVATION, *(column.name for column in exact_columns(cube)))))
            table = f"read_parquet({quoted(str(folder / cube.file))})"
            database.execute(f"CREATE VIEW {view(cube)} AS SELECT {names} FROM {table}")
        for cube, files in told.items():
            listed = ", ".join(quoted(str(file)) for file in files)
            database.execute(f"CREATE VIEW {origins_view(cube)} AS FROM read_parquet([{listed}])")
        database.execute(f"SET allowed_directories = [{quoted(f'{folder}/')}]")
        database.execute("SET enable_external_access = false")
        database.execute("SET lock_configuration = true")
    except duckdb.Error as error:
        database.close()
        hint = say("go back to a release that is whole: lod rollback; or build again: lod build")
        raise ColumnsError(
            say("{folder} cannot be read: {error}", folder=folder, error=error), hint=hint, code="LOD9202"
        ) from error
    return index, database


def view(cube: Cube) -> str:
    """The name of a cube's view, quoted."""
    return identifier(cube.dataset)


def origins_file(cube: Cube, number: int = 0) -> str:
    """The file that tells from which source cells a cube's figures came, if there is one; of many cells several do."""
    return f"{cube.file.removesuffix('.parquet')}.origins{f'-{number}' if number else ''}.parquet"


def origins_files(cube: Cube, folder: Path) -> list[Path]:
    """Those of these files that are in a folder, in their order."""
    return list(takewhile(Path.is_file, (folder / origins_file(cube, number) for number in count())))


def origins_view(cube: Cube) -> str:
    """The name of the view of that file, quoted."""
    return identifier(f"origins of {cube.dataset}")


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def exact_columns(cube: Cube) -> Iterator[Column]:
    """The columns that tell the store's terms: those of the view."""
    return (column for column in cube.columns if column.exact)


def columns_in_file(cube: Cube) -> Iterator[Column]:
    """The columns that are in the file."""
    return (column for column in cube.columns if column.exact or column.partial)
