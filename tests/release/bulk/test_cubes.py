"""The columns of a release: what they tell is what the store tells, and what they cannot tell is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyoxigraph
import pytest

from lod.release.bulk.cubes import write_cubes
from lod.release.release import Release, open_release
from lod.store.columns import (
    ColumnsError,
    Cube,
    CubeIndex,
    exact_columns,
    identifier,
    open_columns,
    read_index,
    view,
)

PREFIXES = """
@prefix qb: <http://purl.org/linked-data/cube#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix d: <https://a.example/def/> .
@prefix o: <https://a.example/obs/> .
@prefix c: <https://a.example/code/> .
"""
CUBE = (
    PREFIXES
    + """
<https://a.example/data/staff> qb:structure <https://a.example/dsd> .
<https://a.example/dsd> qb:component [ qb:dimension d:sex ; qb:order 2 ], [ qb:dimension d:year ; qb:order 1 ],
    [ qb:measure d:count ] .
o:1 a qb:Observation ; qb:dataSet <https://a.example/data/staff> ; d:year "2012"^^xsd:gYear ; d:sex c:M ; d:count 12 ;
    d:mean "41.70"^^xsd:decimal ; d:note "說\\"明\\n\\\\n"@zh-Hant-TW .
o:2 a qb:Observation ; qb:dataSet <https://a.example/data/staff> ; d:year "2011"^^xsd:gYear ; d:sex c:F ;
    d:count "07"^^xsd:integer ; d:mean "-.5"^^xsd:decimal .
o:3 a qb:Observation ; qb:dataSet <https://a.example/data/staff> ; d:year "2011"^^xsd:gYear ; d:sex c:M ;
    d:mean 40.0 ; d:share 0.5e0 ; d:final true .
c:M d:note "x"@en .
"""
)

Write = Callable[..., tuple[CubeIndex, Path]]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write the columns of a Turtle or TriG text, from N-Quads in several parts, some lines twice."""

    def written(text: str, folder: str = "release") -> tuple[CubeIndex, Path]:
        quads = list(pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.TRIG))
        parts = [tmp_path / f"{folder}-{number}.nq" for number in range(3)]
        for number, part in enumerate(parts):
            lines = pyoxigraph.serialize(quads[number::2], format=pyoxigraph.RdfFormat.N_QUADS)
            part.write_bytes(lines or b"")
        release = tmp_path / folder
        release.mkdir()
        return write_cubes(parts, release), release

    return written


def rows(release: Path, cube: Cube, *names: str) -> list[tuple[object, ...]]:
    _, database = open_columns(release)
    with database:
        return database.execute(f"SELECT {', '.join(map(identifier, names))} FROM {view(cube)}").fetchall()


def test_a_cube_is_a_row_an_observation(write: Write) -> None:
    index, release = write(CUBE)
    (cube,) = index.cubes
    assert (cube.dataset, cube.file, cube.rows) == ("https://a.example/data/staff", "staff.parquet", 3)
    assert cube.dimensions == ("https://a.example/def/year", "https://a.example/def/sex")
    assert cube.types == ("http://purl.org/linked-data/cube#Observation",)
    found = rows(release, cube, "year", "sex", "count", "observation")
    assert found == [
        ("2011", "https://a.example/code/F", 7, "https://a.example/obs/2"),
        ("2011", "https://a.example/code/M", None, "https://a.example/obs/3"),
        ("2012", "https://a.example/code/M", 12, "https://a.example/obs/1"),
    ]
    assert [str(value) for (value,) in rows(release, cube, "mean")] == ["-0.5", "40.0", "41.7"]
    assert rows(release, cube, "note")[-1] == ('說"明\n\\n',)
    assert rows(release, cube, "share", "final")[1] == (0.5, True)


def test_columns_say_what_they_hold(write: Write) -> None:
    index, release = write(CUBE)
    columns = {column.name: column for column in index.cubes[0].columns}
    count, mean, note, sex = columns["count"], columns["mean"], columns["note"], columns["sex"]
    assert (count.type, count.nullable, count.exact, count.canonical) == ("BIGINT", True, True, False)
    assert (mean.type, mean.datatype.rpartition("#")[2], mean.canonical) == ("DECIMAL(3,1)", "decimal", False)
    assert (note.language, note.exact) == ("zh-hant-tw", True)
    assert (sex.kind, sex.datatype, sex.nullable) == ("iri", "", False)
    assert index.elsewhere == {"https://a.example/def/note"}
    assert read_index(release) == index


@pytest.mark.parametrize(
    ("statements", "why"),
    [
        ("o:1 d:count 13 .", "several values"),
        ('o:3 d:count "7"^^xsd:decimal .', "several datatypes"),
        ("o:3 d:sex c:T .", "several values"),
        ("o:2 d:note 'no'@en .", "several languages"),
        ("o:3 d:count c:none .", "IRIs and literals"),
        ("o:3 d:count [] .", "blank nodes"),
        ("o:3 d:count 99999999999999999999 .", "integers out of range"),
        ("o:3 d:count 'many'^^xsd:integer .", "texts that are none of their datatype"),
        ("o:2 d:final '1'^^xsd:boolean . o:1 d:share 'INF'^^xsd:double .", "infinite numbers, or a zero with a sign"),
        ("o:2 d:final '1'^^xsd:boolean . o:1 d:share '-.0e0'^^xsd:double .", "infinite numbers, or a zero with a sign"),
        ("o:2 d:when '2012-01-01T24:00:00Z'^^xsd:dateTime .", "texts that are not canonical"),
        ("o:1 d:long 0.1234567890123456789 .", "decimals with too many digits"),
        ("o:1 d:long 'a\\u0001'^^xsd:string .", "escaped characters"),
    ],
)
def test_what_is_not_exact_is_named_and_not_in_the_file(write: Write, statements: str, why: str) -> None:
    index, release = write(CUBE + statements)
    (inexact,) = [column for column in index.cubes[0].columns if not column.exact]
    assert inexact.why == why
    _, database = open_columns(release)
    with database:
        described = database.execute(f"DESCRIBE {view(index.cubes[0])}").fetchall()
    assert [name for name, *_ in described] == ["observation", *(c.name for c in exact_columns(index.cubes[0]))]


def test_only_the_default_graph_counts(write: Write) -> None:
    index, release = write(CUBE + "d:graph { o:1 d:count 13 . o:9 qb:dataSet d:other ; d:year 1 . }")
    (cube,) = index.cubes
    assert cube.rows == 3
    assert cube.column("https://a.example/def/count").exact  # type: ignore[union-attr]
    assert rows(release, cube, "count")[-1] == (12,)


def test_two_datasets_one_name(write: Write) -> None:
    more = (
        "o:1 qb:dataSet <https://a.example/other/Staff> . o:7 qb:dataSet <https://a.example/other/Staff> ; d:count 1 ."
    )
    index, _ = write(CUBE + more)
    assert [(cube.file, cube.rows) for cube in index.cubes] == [("staff.parquet", 3), ("Staff_2.parquet", 2)]
    both = index.cube("https://a.example/other/Staff")
    assert both
    assert both.column("http://purl.org/linked-data/cube#dataSet").why == "several values"  # type: ignore[union-attr]


def test_what_other_subjects_have_is_elsewhere(write: Write) -> None:
    index, _ = write(CUBE + "[] qb:dataSet <https://a.example/data/staff> ; d:year 1 . o:8 a qb:Observation .")
    assert index.elsewhere == {
        "http://purl.org/linked-data/cube#Observation",
        "http://purl.org/linked-data/cube#dataSet",
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
        "https://a.example/def/note",
        "https://a.example/def/year",
    }


@pytest.mark.parametrize("text", ["", PREFIXES + "o:1 d:count 1 .", PREFIXES + "[] qb:dataSet d:x ; d:count 1 ."])
def test_without_observations_there_are_no_cubes(write: Write, text: str) -> None:
    index, release = write(text)
    assert index == CubeIndex()
    assert read_index(release) == CubeIndex()


def test_the_same_statements_give_the_same_bytes(write: Write) -> None:
    many = "".join(
        f"o:n{n} qb:dataSet d:many ; d:year {n % 40} ; d:count {n * 7919 % 1009} ; d:text 'text {n % 977}' .\n"
        for n in range(20_000)
    )
    files = [
        {file.name: file.read_bytes() for file in (write(CUBE + many, name)[1] / "cubes").iterdir()}
        for name in ("one", "two")
    ]
    assert files[0] == files[1]
    assert set(files[0]) == {"index.json", "many.parquet", "staff.parquet"}


def test_a_release_has_its_columns_in_the_manifest(make: Callable[..., Release]) -> None:
    statement = "<https://a.example/obs/1> <{}> <https://a.example/data/staff> .\n"
    release = make(statement.format("http://purl.org/linked-data/cube#dataSet"))
    assert {"cubes/index.json", "cubes/staff.parquet"} <= {file.path for file in release.manifest.files}
    assert not list(release.folder.glob(".spill*"))
    assert read_index(open_release(release.folder, verify="full").folder).cubes[0].rows == 1


def test_damaged_columns_are_a_finding(write: Write) -> None:
    _, release = write(CUBE)
    (release / "cubes" / "staff.parquet").write_bytes(b"PAR1")
    with pytest.raises(ColumnsError, match="cannot be read") as raised:
        open_columns(release)
    assert raised.value.code == "LOD9202"
    (release / "cubes" / "index.json").write_text("{}")
    with pytest.raises(ColumnsError):
        read_index(release)


def test_an_index_of_another_format_is_none(write: Write) -> None:
    _, release = write(CUBE)
    (release / "cubes" / "index.json").write_text('{"format": 99, "rows": []}')
    assert read_index(release) == CubeIndex()


@pytest.mark.parametrize(
    "sql", ["FROM read_csv('/etc/passwd')", "INSTALL spatial", "SET threads = 9", "ATTACH '/tmp/x'"]
)
def test_the_database_reads_nothing_else(write: Write, sql: str) -> None:
    import duckdb

    _, release = write(CUBE)
    _, database = open_columns(release)
    with database, pytest.raises(duckdb.Error):
        database.execute(sql)


def test_as_the_store_tells_it(write: Write, tmp_path: Path) -> None:
    """Every exact column, value by value, as the store prints it."""
    index, release = write(CUBE)
    (cube,) = index.cubes
    store = pyoxigraph.Store()
    store.load(CUBE.encode(), format=pyoxigraph.RdfFormat.TRIG)
    for column in exact_columns(cube):
        asked = (
            f"SELECT (STR(?o) AS ?s) (STR(?v) AS ?t) {{ ?o <{column.property}> ?v ; <{cube.columns[0].property}> ?d }}"
        )
        told = {(row["s"].value, row["t"].value) for row in store.query(asked)}  # type: ignore[union-attr]
        have = {(str(o), as_stored(v)) for o, v in rows(release, cube, "observation", column.name) if v is not None}
        assert have == told, column.name


def as_stored(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return {0.5: "0.5"}[value]
    text = str(value)
    return text.rstrip("0").rstrip(".") if "." in text and text.replace(".", "").lstrip("-").isdigit() else text


def test_numbers_are_typed(write: Write) -> None:
    types = {column.type for column in write(CUBE)[0].cubes[0].columns}
    assert types == {"VARCHAR", "BIGINT", "BOOLEAN", "DOUBLE", "DECIMAL(3,1)"}
