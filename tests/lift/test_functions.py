"""Functions: their definitions, and the engine's own way of saying some of them, which has to be the same."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lod.diagnostics import Findings
from lod.lift.engines.duckdb.compute import NATIVE, compute_columns
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
        (GREL + "string_replace", ["2012/01/31", "/(\\d+)-/", "$1"], "2012/01/31"),
        (GREL + "string_replace", ["2012-01", "/(\\d+)-(\\d+)/", "$2.$1"], "01.2012"),
        (GREL + "string_replaceChars", ["abcd", "abd", "xy"], "xyc"),
        (GREL + "string_split", ["a;b", ";"], '["a", "b"]'),
        (GREL + "string_smartSplit", ["a b", None], '["a", "b"]'),
        (GREL + "string_splitByLengths", ["20120131", '["4", "2", "2"]'], '["2012", "01", "31"]'),
        (GREL + "string_splitByCharType", ["A12b"], '["A", "12", "b"]'),
        (GREL + "string_partition", ["a-b-c", "-", "true"], '["a", "b-c"]'),
        (GREL + "string_rpartition", ["a-b-c", "-", None], '["a-b", "-", "c"]'),
        (GREL + "string_match", ["A-17", "([A-Z])-([0-9]+)"], '["A", "17"]'),
        (GREL + "string_match", ["A17", "([A-Z])-([0-9]+)"], None),
        (GREL + "string_unescape", ["a%20%E8%87%BA", "url"], "a 臺"),
        (GREL + "string_unescape", ["&lt;a&gt;", "html"], "<a>"),
        (GREL + "array_get", ['["a", "b", "c"]', "-1", None], "c"),
        (GREL + "array_get", ['["a", "b", "c"]', "0", "2"], '["a", "b"]'),
        (GREL + "array_slice", ['["a", "b", "c"]', "1", None], '["b", "c"]'),
        (GREL + "array_join", ['["a", null, "c"]', "/"], "a/c"),
        (GREL + "array_length", ['["a", "b"]'], "2"),
        (GREL + "array_sort", ['["b", "a"]'], '["a", "b"]'),
        (GREL + "array_uniques", ['["a", "b", "a"]'], '["a", "b"]'),
        (GREL + "array_sum", ['["1", "2.5", "-"]'], "3.5"),
        (GREL + "other_coalesce", ['[null, "", "b"]'], "b"),
        (GREL + "boolean_and", ['["true", "false"]'], "false"),
        (GREL + "boolean_or", ['["true", "false"]'], "true"),
        (GREL + "boolean_xor", ['["true", "true"]'], "false"),
        (GREL + "math_round", ["-2.5"], "-2"),
        (GREL + "math_round", ["1,234.5"], "1235"),
        (GREL + "math_ceil", ["2.1"], "3"),
        (GREL + "math_floor", ["-2.1"], "-3"),
        (GREL + "math_abs", ["-10.50"], "10.5"),
        (GREL + "math_max", ["2", "10"], "10"),
        (GREL + "math_mod", ["7", "0"], None),
        (GREL + "math_quotient", ["7", "2"], "3"),
        (GREL + "math_pow", ["2", "10"], "1024.0"),
        (GREL + "math_ln", ["0"], None),
        (GREL + "math_odd", ["-2"], "-3"),
        (GREL + "math_even", ["3"], "4"),
        (GREL + "date_toDate", ["31.01.2012", "dd.MM.yyyy"], "2012-01-31"),
        (GREL + "date_toDate", ["2017-06-30 10:00", "%Y-%m-%d %H:%M"], "2017-06-30"),
        (GREL + "date_datePart", ["2012-02-29", "weekday"], "Wednesday"),
        (GREL + "date_datePart", ["2012-02-29T10:11:12", "minutes"], "11"),
        (GREL + "date_inc", ["2012-01-31", "1", "month"], "2012-02-29"),
        (GREL + "date_inc", ["2012-02-29T10:00:00", "-90", "minutes"], "2012-02-29T08:30:00"),
        (GREL + "date_diff", ["2012-03-01", "2012-02-28", "days"], "2"),
        (GREL + "date_diff", ["2012-03-30", "2012-01-31", "months"], "1"),
        (IDLAB + "listContainsElement", ['["a", "b"]', "b"], "true"),
        (IDLAB + "concatSequence", ['["a", "b"]', "-"], "a-b"),
        (OURS + "legalIri", ["a b"], None),
        (OURS + "listed", ["[]", "a"], '["a"]'),
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


# what SQL says by itself, and some of those that are looked up, which all go the same way
ALL = sorted(
    {*NATIVE, GREL + "toUpperCase", GREL + "controls_if", GREL + "string_substring", IDLAB + "decide", OURS + "listed"}
)
WIDTH = max(len(FUNCTIONS[iri].parameters) for iri in ALL)


def computed(rows: list[tuple[str | None, ...]], folder: Path) -> list[tuple[str | None, ...]]:
    """What the engine makes of functions over rows of arguments, each taking as many as it has parameters."""
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


def test_any_text_has_a_value_or_none() -> None:
    texts = [
        "",
        " ",
        "[",
        "[1, null]",
        '{"a": 1}',
        "-",
        "0",
        "-1.5",
        "999999999999",
        "1e9",
        "a",
        "臺",
        "(",
        "2012-02-30",
        "/(/",
        "\\",
    ]
    for function in FUNCTIONS.values():
        for one in texts:
            for other in (None, "", "a", "0", "(", "2", "day"):
                given = [one, other, "1", "", None][: len(function.parameters)]
                value = function(*given)
                assert value is None or isinstance(value, str), (function.iri, given)
