"""JSON as tables: rows, values and their kinds, and what is wrong with a document."""

from __future__ import annotations

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lod.diagnostics import Findings, TextOrigin
from lod.tables.documents.json import ingest_json, open_json
from lod.tables.documents.json_items import copy_items
from lod.tables.documents.jsonpath import JsonPathError, parse_jsonpath
from lod.tables.table import Aspect, Dialect, JsonColumn

XSD = "http://www.w3.org/2001/XMLSchema#"
Rows = list[tuple[str | int | None, ...]]


def rows(
    file: Path,
    iterator: str,
    *columns: JsonColumn,
    dialect: Dialect | None = None,
    unnested: tuple[str, ...] = (),
) -> tuple[Rows, list[str]]:
    """The columns asked for, the row's number last, and the findings as texts."""
    findings = Findings()
    references = {column.reference: TextOrigin("mapping") for column in columns}
    table = open_json(file, file.name, dialect or Dialect(), iterator, references, findings, None)
    if table is None:
        return [], [f"{each.code} {each.message}" for each in findings]
    assert table.json
    table = replace(table, json=replace(table.json, unnested=unnested))
    places = [table.json.columns.index(column) for column in columns] if table.json else []
    target = file.with_suffix(".parquet")
    with duckdb.connect() as connection:
        count = ingest_json(connection, table, places, target, findings)
        found: Rows = []
        if count:
            chosen = ", ".join(f"c{place}" for place in places)
            found = connection.execute(f"SELECT {chosen}, row FROM '{target}'").fetchall()
    assert [path for path in file.parent.iterdir() if path not in (file, target)] == []
    return found, [f"{each.code} {each.origin}: {each.message}" for each in findings]


def written(folder: Path, text: str | bytes, name: str = "file.json") -> Path:
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def texts(*references: str) -> list[JsonColumn]:
    return [JsonColumn(each) for each in references]


def test_each_match_is_a_row(tmp_path: Path) -> None:
    file = written(tmp_path, '{"a": {"items": [{"n": "臺"}, {"n": null}, {}, {"n": "x"}]}, "b": [1]}')
    assert rows(file, "$.a.items[*]", *texts("$.n")) == ([("臺", 1), (None, 2), (None, 3), ("x", 4)], [])


@pytest.mark.parametrize("iterator", ["$[*]", "$", "$.p"])
def test_iterators(iterator: str, tmp_path: Path) -> None:
    text = {"$[*]": '[{"n": 1}]', "$": '{"n": 1}', "$.p": '{"p": {"n": 1}}'}[iterator]
    assert rows(written(tmp_path, text), iterator, *texts("n")) == ([("1", 1)], [])


def test_json_lines(tmp_path: Path) -> None:
    file = written(tmp_path, '{"n": 1}\n\n{"n": "-"}\n{"n": 3}\n', "file.jsonl")
    assert rows(file, "$", *texts("n"), dialect=Dialect(nulls=("-",))) == ([("1", 1), (None, 2), ("3", 3)], [])


@pytest.mark.parametrize(
    ("value", "natural", "double", "datatype"),
    [
        ('"1"', "1", "1", ""),
        ("1", "1", "1.0E0", "integer"),
        ("-0", "0", "0.0E0", "integer"),
        ("123456789012345678901234567890", "123456789012345678901234567890", "1.2345678901234568E29", "integer"),
        ("25.60", "2.56E1", "2.56E1", "double"),
        ("1e3", "1.0E3", "1.0E3", "double"),
        ("-0.00015", "-1.5E-4", "-1.5E-4", "double"),
        ("0.0", "0.0E0", "0.0E0", "double"),
        ("true", "true", "true", "boolean"),
        ("false", "false", "false", "boolean"),
    ],
)
def test_values_keep_their_kind(value: str, natural: str, double: str, datatype: str, tmp_path: Path) -> None:
    columns = [JsonColumn("v", each) for each in (Aspect.NATURAL, Aspect.DOUBLE, Aspect.DATATYPE)]
    found, findings = rows(written(tmp_path, f'[{{"v": {value}}}]'), "$[*]", *columns)
    assert found == [(natural, double, XSD + datatype if datatype else "", 1)]
    assert findings == []


def test_several_values_are_rows_of_their_own(tmp_path: Path) -> None:
    file = written(tmp_path, '[{"x": [1, 2], "y": ["a", "b"], "z": "q"}, {"x": [], "y": ["c"], "z": "r"}]')
    found, findings = rows(file, "$[*]", *texts("$.x[*]", "$.y[*]", "z"), unnested=("$.x[*]", "$.y[*]"))
    assert sorted(found, key=str) == [("1", "a", "q", 1), ("1", "b", "q", 1), ("2", "a", "q", 1), ("2", "b", "q", 1)]
    assert findings == []


def test_queries_that_the_engine_cannot_express(tmp_path: Path) -> None:
    """Filters, slices, negative indices, descendants, members of objects: the slow way gives the same kind of rows."""
    text = '{"s": {"p": {"k": 1, "x": [1, 2, 3]}, "q": {"k": 2, "x": [4]}}}'
    file = written(tmp_path, text)
    assert rows(file, "$.s[?@.k == 1]", *texts("$.x[-1]")) == ([("3", 1)], [])
    assert rows(file, "$.s.*", *texts("$.k")) == ([("1", 1), ("2", 2)], [])
    assert rows(file, "$..x", *texts("$[0]"))[0] == [("1", 1), ("4", 2)]
    assert rows(written(tmp_path, '{"p": {"n": 1}, "q": {"n": 2}}'), "$[*]", *texts("n"))[0] == [("1", 1), ("2", 2)]


def test_encodings(tmp_path: Path) -> None:
    text = '[{"n": "臺北"}]'
    for encoding, data in (
        ("utf-16", text.encode("utf-16")),
        ("big5", text.encode("cp950")),
        ("utf-8", b"\xef\xbb\xbf" + text.encode()),
    ):
        found = rows(written(tmp_path, data), "$[*]", *texts("n"), dialect=Dialect(encoding=encoding))
        assert found == ([("臺北", 1)], [])


@pytest.mark.parametrize(
    ("text", "iterator", "reference", "told"),
    [
        ('[{"a": 1},\n {"a" 2}]', "$[*]", "a", "LOD2011 file.json:2:7: file.json is not JSON: Expecting ':' delimiter"),
        ("", "$[*]", "a", "LOD2011 file.json:1:1: file.json is not JSON: Expecting value"),
        ('{"p": [{"a": 1}]} x', "$.p[*]", "a", "LOD2011 file.json:1:19: file.json is not JSON: Extra data"),
        ('[{"a": [1]}]', "$[*]", "a", "LOD2010 file.json, row 1, column a: 'a' leads to an array, not to a value"),
        ('[{"a": {}}]', "$[*]", "a", "LOD2010 file.json, row 1, column a: 'a' leads to an object, not to a value"),
        ('[{"a": 1}]', "$[*]", "b", "LOD2013 file.json, column b: no row of file.json has 'b'"),
        ('[{"a": 1}]', "$[*]]", "a", "LOD2009 '$[*]]' is no JSONPath: unexpected token ']'"),
        ('[{"a": 1}]', "$[*]", "$.a b", "LOD2009 '$.a b' is no JSONPath: unexpected token 'b'"),
    ],
)
def test_mistakes(text: str, iterator: str, reference: str, told: str, tmp_path: Path) -> None:
    assert rows(written(tmp_path, text), iterator, *texts(reference))[1] == [told]


def test_json_lines_with_a_byte_order_mark(tmp_path: Path) -> None:
    lines = written(tmp_path, b'\xef\xbb\xbf{"a": 1}\r\n\r\n{"a": 2}\r\n', "file.jsonl")
    assert rows(lines, "$", *texts("a")) == ([("1", 1), ("2", 2)], [])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"a": 1}\n\n{"a": "臺"},\n', "LOD2011 file.jsonl:3:11: file.jsonl is not JSON: Extra data"),
        (
            '{"a": 1}\n{"a": "臺\\ud842"}\n',
            "LOD2011 file.jsonl:2:9: file.jsonl is not JSON: half a character",
        ),
    ],
)
def test_mistakes_in_a_line(text: str, told: str, tmp_path: Path) -> None:
    assert rows(written(tmp_path, text, "file.jsonl"), "$", *texts("a"))[1] == [told]


def test_numbers_that_are_none(tmp_path: Path) -> None:
    """What Python and JavaScript programs write, though RFC 8259 has no such numbers."""
    file = written(tmp_path, '[{"a": NaN}, {"a": Infinity}, {"a": -Infinity}, {"a": 1e400}, {"a": -0.0}]')
    found, told = rows(file, "$[*]", JsonColumn("a", Aspect.DOUBLE))
    assert ([each for each, _ in found], told) == (["NaN", "INF", "-INF", "INF", "-0.0E0"], [])


def test_big5_that_nobody_declared(tmp_path: Path) -> None:
    findings = Findings()
    file = written(tmp_path, '[{"a": "臺北"}]'.encode("cp950"))
    table = open_json(file, file.name, Dialect(), "$[*]", {"a": TextOrigin("mapping")}, findings, None)
    assert table is not None
    with duckdb.connect() as connection:
        ingest_json(connection, table, [0], tmp_path / "out.parquet", findings)
    assert [(each.code, each.hint) for each in findings.errors] == [
        ("LOD2002", "it looks like big5: set 'encoding: big5' in the source")
    ]


def test_an_iterator_that_stops_at_the_array(tmp_path: Path) -> None:
    findings = Findings()
    file, asked = written(tmp_path, '{"a": [{"b": 1}]}'), {"b": TextOrigin("mapping")}
    table = open_json(file, "file.json", Dialect(), "$.a", asked, findings, None)
    assert table is not None
    with duckdb.connect() as connection:
        ingest_json(connection, table, [0], tmp_path / "out.parquet", findings)
    assert [(each.code, each.hint) for each in findings.errors] == [
        ("LOD2013", "the iterator leads to an array: its items are '$.a[*]'")
    ]


def test_a_missing_file_names_its_neighbours(tmp_path: Path) -> None:
    written(tmp_path, "[]", "agencies.json")
    findings = Findings()
    assert open_json(tmp_path / "agency.json", "agency.json", Dialect(), "$", {}, findings, None) is None
    assert [(each.code, each.hint) for each in findings] == [("LOD2001", "did you mean 'agencies.json'?")]


@pytest.mark.parametrize(
    ("written", "columnar"),
    [
        ("Name", '$."Name"'),
        ("Country Code", '$."Country Code"'),
        ("a.b[0].c[*]", '$."a"."b"[0]."c"[*]'),
        ("values.*", '$."values"[*]'),
        ("*.n", '$[*]."n"'),
        ("a[*]['b c'].d", '$."a"[*]."b c"."d"'),
        ("$['a*']", ""),
        ("['a.b']", '$."a.b"'),
        ("@.x", '$."x"'),
        ("$", "$"),
        ("$.a[?@.b]", ""),
        ("$..a", ""),
        ("$[-1]", ""),
        ("$['a\"b']", ""),
    ],
)
def test_paths(written: str, columnar: str) -> None:
    assert parse_jsonpath(written).columnar == columnar


def test_a_broken_path_says_where() -> None:
    with pytest.raises(JsonPathError) as caught:
        parse_jsonpath("$.students[*]]")
    assert caught.value.index == 13


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@given(items=st.lists(JSON, max_size=5), before=JSON, after=JSON, indent=st.sampled_from([None, 2]))
def test_items_are_copied_as_they_are(items: list[object], before: object, after: object, indent: int | None) -> None:
    document = {"before": before, "way": {"x": before, "to": items}, "after": after}
    target = StringIO()
    assert copy_items(StringIO(json.dumps(document, indent=indent)), ["way", "to"], target)
    assert [json.loads(line) for line in target.getvalue().splitlines() if line] == items


def test_a_query_for_all_that_is_within_a_very_deep_document(tmp_path: Path) -> None:
    file = written(tmp_path, '{"c":' * 300 + '{"id": 9}' + "}" * 300)
    found = ["LOD2008 file.json: file.json is nested too deeply to be searched"]
    assert rows(file, "$..*", *texts("id")) == ([], found)


def test_utf_16_without_a_mark(tmp_path: Path) -> None:
    file = written(tmp_path, '{"id": 1}'.encode("utf-16-le"))
    _, (said,) = rows(file, "$", *texts("id"), dialect=Dialect(encoding="utf-16"))
    assert said.startswith("LOD2002 file.json: UTF-16 without a byte order mark")
