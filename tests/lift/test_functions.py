"""Functions: their definitions, and the engine's own way of saying some of them, which has to be the same."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lod.diagnostics import Findings
from lod.lift.engines.compute import NATIVE, compute_columns
from lod.mapping.functions import FUNCTIONS, GREL, IDLAB, OURS, function_named
from lod.tables.table import Computed, Dialect, Table

TEXT = (
    st.none() | st.text(max_size=6) | st.sampled_from(["true", "false", "台北", "ǅ", "ß", "İ", "5", "html", "", "臺"])
)


@pytest.mark.parametrize(
    ("name", "arguments", "value"),
    [
        (GREL + "toUpperCase", ["Venus"], "VENUS"),
        (GREL + "toLowerCase", ["ÄÖ"], "äö"),
        (GREL + "string_trim", ["\u3000 a b\t"], "a b"),
        (GREL + "string_length", ["臺北"], "2"),
        (GREL + "string_replace", ["a b c", " ", "-"], "a-b-c"),
        (GREL + "string_substring", ["Venus", "1", "3"], "en"),
        (GREL + "string_substring", ["Venus", "-2", None], "us"),
        (GREL + "string_substring", ["Venus", "5", None], ""),
        (GREL + "string_substring", ["Venus", "6", None], None),
        (GREL + "string_substring", ["Venus", "x", None], None),
        (GREL + "string_contains", ["Venus", "en"], "true"),
        (GREL + "string_indexOf", ["Venus", "z"], "-1"),
        (GREL + "escape", ["A&B<'", "html"], "A&amp;B&lt;&#x27;"),
        (GREL + "escape", ["a b/臺", "url"], "a%20b%2F%E8%87%BA"),
        (GREL + "escape", ["x", "no such mode"], None),
        (GREL + "string_toNumber", ["１,２３４"], "1234"),
        (GREL + "string_toNumber", ["n/a"], None),
        (GREL + "controls_if", ["true", "a", "b"], "a"),
        (GREL + "controls_if", [None, "a", "b"], "b"),
        (GREL + "controls_if", ["false", "a", None], None),
        (IDLAB + "toUpperCaseURL", ["www.example.org"], "http://WWW.EXAMPLE.ORG"),
        (IDLAB + "toUpperCaseURL", ["https://a.b"], "HTTPS://A.B"),
        (IDLAB + "equal", ["a", None], None),
        (IDLAB + "isNull", [None], "true"),
        (IDLAB + "trueCondition", ["false", "x"], None),
        (IDLAB + "concat", ["a", "b", None], "ab"),
        (IDLAB + "inRange", ["5", "1", "5"], "false"),
        (IDLAB + "slugify", ["Crème brûlée!"], "creme-brulee"),
        (IDLAB + "normalizeDate", ["31/12/2012", "dd/MM/yyyy"], "2012-12-31"),
        (IDLAB + "normalizeDate", ["2012年3月1日", "yyyy年M月d日"], "2012-03-01"),
        (IDLAB + "normalizeDate", ["31/02/2012", "dd/MM/yyyy"], None),
        (IDLAB + "normalizeDate", ["31 31", "dd dd"], None),
        (IDLAB + "normalizeDateTime", ["20121231 0905", "yyyyMMdd HHmm"], "2012-12-31T09:05:00"),
        (OURS + "minguoDate", ["民國101年12月31日"], "2012-12-31"),
        (OURS + "minguoDate", ["１０１/2/29"], "2012-02-29"),
        (OURS + "minguoDate", ["102/2/29"], None),
        (OURS + "minguoDate", ["0990101"], "2010-01-01"),
        (OURS + "minguoDate", ["民國前1年1月1日"], "1911-01-01"),
        (OURS + "minguoYear", ["101學年度"], "2012"),
        (OURS + "minguoYear", ["民國前 10 年"], "1902"),
        (OURS + "minguoYear", ["0"], None),
        (OURS + "nfkc", ["ＡＢ１"], "AB1"),
        (OURS + "tai", ["台北市"], "臺北市"),
        (OURS + "sha256", ["臺"], "a368f4c2ed69a32aaae0418d4029aa8b3fc15eab82b1f1ed46c681ebf0c67156"),
    ],
)
def test_values(name: str, arguments: list[str | None], value: str | None) -> None:
    assert FUNCTIONS[name](*arguments) == value


def test_names_of_before_are_understood() -> None:
    assert function_named("http://example.com/idlab/function/equal") is FUNCTIONS[IDLAB + "equal"]
    function = FUNCTIONS[GREL + "string_substring"]
    assert function.parameter(GREL + "param_int_i_from") is function.parameter(GREL + "p_int_i_from")
    assert function.parameter(GREL + "valueParam") is function.parameter(GREL + "valueParameter")


ALL = sorted(FUNCTIONS)
WIDTH = max(len(function.parameters) for function in FUNCTIONS.values())


def computed(rows: list[tuple[str | None, ...]], folder: Path) -> list[tuple[str | None, ...]]:
    """What the engine makes of all functions over rows of arguments, each taking as many as it has parameters."""
    columns = tuple(Computed(iri, iri, tuple((n,) for n in range(len(FUNCTIONS[iri].parameters)))) for iri in ALL)
    names = tuple(f"column {n}" for n in range(WIDTH))
    table = Table("t", folder / "t.csv", (*names, *ALL), Dialect(), "", 0, computed=columns)
    source, target = folder / "source.parquet", folder / "target.parquet"
    places = range(WIDTH, WIDTH + len(ALL))
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE given ({', '.join(f'c{n} VARCHAR' for n in range(WIDTH))})")
        connection.executemany(f"INSERT INTO given VALUES ({', '.join('?' * WIDTH)})", rows)
        connection.execute(f"COPY given TO '{source}' (FORMAT parquet)")
        compute_columns(connection, table, places, source, target, Findings())
        assert sorted(path.name for path in folder.iterdir()) == ["source.parquet", "target.parquet"]
        chosen = ", ".join(f"c{place}" for place in places)
        return connection.execute(f"SELECT {chosen} FROM '{target}' ORDER BY row").fetchall()


@settings(max_examples=12, deadline=None)
@given(rows=st.lists(st.tuples(*([TEXT] * WIDTH)), min_size=1, max_size=12))
def test_the_engine_computes_what_is_defined(
    rows: list[tuple[str | None, ...]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    rows = [tuple(None if text is None else text.replace("\0", "") for text in row) for row in rows]
    expected = [tuple(FUNCTIONS[iri](*row[: len(FUNCTIONS[iri].parameters)]) for iri in ALL) for row in rows]
    assert computed(rows, tmp_path_factory.mktemp("computed")) == expected


def test_native_functions_are_functions() -> None:
    assert set(NATIVE) <= set(FUNCTIONS)
