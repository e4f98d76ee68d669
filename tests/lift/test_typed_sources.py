"""Sheets, Parquet files and databases as sources: from the file to the statements, with their row numbers."""

from __future__ import annotations

import shutil
import sqlite3
import sys
import zipfile
from pathlib import Path

import duckdb
import pytest
import workbooks

from lod.diagnostics import Findings, FindingsError
from lod.lift.compile import compile_plan
from lod.lift.lineage import find_rows
from lod.lift.preview import preview
from lod.lift.run import lift_files
from lod.mapping.read import read_mappings

Cell = str | int | float | None
XSD = "http://www.w3.org/2001/XMLSchema#"
EX = "https://example.org/"


def mapping(folder: Path, source: str, columns: tuple[str, ...], more: str = "") -> Path:
    """A mapping that says of each row its columns, as they are."""
    statements = "".join(f"      - [ex:{name}, $({name})]\n" for name in columns)
    path = folder / "m.yarrrml.yml"
    path.write_text(
        f"prefixes: {{ex: '{EX}'}}\nsources:\n  s: {source}\nmappings:\n  m:\n    sources: s\n"
        f"    s: ex:id/$(id)\n    po:\n{statements}{more}",
        encoding="utf-8",
    )
    return path


def lifted(path: Path) -> list[str]:
    """The statements of a mapping, without the base of their addresses."""
    out = path.parent / "out.nq"
    lift_files([path], out, findings=Findings(), lineage=path.parent / "lineage")
    return sorted(line.replace(EX, "").replace(XSD, "xsd:") for line in out.read_text(encoding="utf-8").splitlines())


def mistakes(path: Path) -> list[str]:
    """The codes and messages of what is wrong."""
    with pytest.raises(FindingsError) as caught:
        lift_files([path], path.parent / "out.nq", findings=Findings())
    return [f"{each.code} {each.message}" for each in caught.value.diagnostics]


def value(line: str) -> str:
    """The object of a statement."""
    return line.split(" ", 2)[2].removesuffix(" .")


def row_of(path: Path, identifier: str) -> list[int]:
    """The source rows that made a subject."""
    findings = Findings()
    out = path.parent / "out.nq"
    result = lift_files([path], out, findings=findings, lineage=path.parent / "lineage")
    return [each.row for each in find_rows(result.lineage, [f"{EX}id/{identifier}"])[f"{EX}id/{identifier}"]]


# Parquet -------------------------------------------------------------------------------------------------------------

PARQUET = """
SELECT * FROM (VALUES
  (1, '處', 1.50::DECIMAL(9, 2), 0.1::DOUBLE, DATE '2012-12-31', true, TIMESTAMP '2012-12-31 08:00:00', '\\x0F'::BLOB),
  (2, NULL, 30.00, 1e20, DATE '0987-01-02', false, TIMESTAMP '2012-12-31 08:00:00.25', NULL)
) AS t(id, name, amount, share, day, open, instant, bytes)
"""


def write_parquet(path: Path, query: str = PARQUET) -> None:
    with duckdb.connect(":memory:") as connection:
        connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")


def test_parquet_cells_keep_their_kinds(tmp_path: Path) -> None:
    write_parquet(tmp_path / "t.parquet")
    columns = ("id", "name", "amount", "share", "day", "open", "instant", "bytes")
    assert lifted(mapping(tmp_path, "['t.parquet~parquet']", columns)) == [
        '<id/1> <amount> "1.5"^^<xsd:decimal> .',
        '<id/1> <bytes> "0F"^^<xsd:hexBinary> .',
        '<id/1> <day> "2012-12-31"^^<xsd:date> .',
        '<id/1> <id> "1"^^<xsd:integer> .',
        '<id/1> <instant> "2012-12-31T08:00:00"^^<xsd:dateTime> .',
        '<id/1> <name> "處" .',
        '<id/1> <open> "true"^^<xsd:boolean> .',
        '<id/1> <share> "1.0E-1"^^<xsd:double> .',
        '<id/2> <amount> "30"^^<xsd:decimal> .',
        '<id/2> <day> "0987-01-02"^^<xsd:date> .',
        '<id/2> <id> "2"^^<xsd:integer> .',
        '<id/2> <instant> "2012-12-31T08:00:00.25"^^<xsd:dateTime> .',
        '<id/2> <open> "false"^^<xsd:boolean> .',
        '<id/2> <share> "1.0E20"^^<xsd:double> .',
    ]


def test_a_mapping_says_another_datatype_or_a_language(tmp_path: Path) -> None:
    write_parquet(tmp_path / "t.parquet", "SELECT 1 AS id, 12 AS n, 'a' AS name")
    more = "      - [ex:n, $(n), xsd:double]\n      - [ex:n, $(n), xsd:string]\n      - [ex:name, $(name), en~lang]\n"
    path = mapping(tmp_path, "['t.parquet~parquet']", (), more)
    assert [value(line) for line in lifted(path)] == ['"1.2E1"^^<xsd:double>', '"12"', '"a"@en']


def test_parquet_rows_are_numbered_by_their_place_in_the_file(tmp_path: Path) -> None:
    query = "SELECT 300000 - range AS id, range + 1 AS place FROM range(300000)"
    write_parquet(tmp_path / "t.parquet", query)
    path = mapping(tmp_path, "['t.parquet~parquet']", ("place",))
    assert row_of(path, "1") == [300000]
    assert row_of(path, "299999") == [2]


def test_no_value_is_no_double(tmp_path: Path) -> None:
    write_parquet(tmp_path / "t.parquet", "SELECT * FROM (VALUES (1, 0.5::DOUBLE), (2, NULL)) AS t(id, share)")
    assert lifted(mapping(tmp_path, "['t.parquet~parquet']", ("share",))) == ['<id/1> <share> "5.0E-1"^^<xsd:double> .']


def test_a_list_is_no_value(tmp_path: Path) -> None:
    write_parquet(tmp_path / "t.parquet", "SELECT 1 AS id, [1, 2] AS several, 'x' AS name")
    assert mistakes(mapping(tmp_path, "['t.parquet~parquet']", ("several",)))[0] == (
        "LOD2022 the cells of 'several' are INTEGER[], not single values"
    )
    assert lifted(mapping(tmp_path, "['t.parquet~parquet']", ("name",))) == ['<id/1> <name> "x" .']


def test_what_is_no_parquet(tmp_path: Path) -> None:
    (tmp_path / "t.parquet").write_text("id,name\n1,a\n", encoding="utf-8")
    assert mistakes(mapping(tmp_path, "['t.parquet~parquet']", ("name",)))[0].startswith("LOD2021 t.parquet is not")


def test_a_misspelt_column_has_its_neighbour(tmp_path: Path) -> None:
    write_parquet(tmp_path / "t.parquet", "SELECT 1 AS id, 'a' AS agency_name")
    with pytest.raises(FindingsError) as caught:
        lifted(mapping(tmp_path, "['t.parquet~parquet']", ("agency_nam",)))
    [finding] = caught.value.diagnostics
    assert (finding.code, finding.hint) == ("LOD4001", "did you mean 'agency_name'?")


def test_a_column_that_no_rule_uses_is_told(tmp_path: Path) -> None:
    write_parquet(tmp_path / "t.parquet", "SELECT 1 AS id, 'a' AS name, 2 AS n")
    findings = Findings()
    lift_files([mapping(tmp_path, "['t.parquet~parquet']", ("n",))], tmp_path / "out.nq", findings=findings)
    assert [f"{each.code} {each.message}" for each in findings] == ["LOD4002 no rule uses column 'name' of t.parquet"]


def test_functions_conditions_and_joins_work_on_them(tmp_path: Path) -> None:
    write_parquet(tmp_path / "t.parquet", "SELECT * FROM (VALUES (1, 'a', 7), (2, 'b', 8)) AS t(id, name, office)")
    (tmp_path / "office.csv").write_text("code\n7\n9\n", encoding="utf-8")
    path = mapping(
        tmp_path,
        "['t.parquet~parquet']",
        (),
        "      - p: ex:name\n        o: {function: grel:toUpperCase, parameters: [[grel:valueParam, $(name)]]}\n"
        "      - p: ex:office\n        o: {mapping: office, condition: {function: equal, parameters: "
        "[[str1, $(office), s], [str2, $(code), o]]}}\n"
        "  office:\n    sources: [['office.csv~csv']]\n    s: ex:office/$(code)\n    po: [[ex:code, $(code)]]\n",
    )
    assert [line for line in lifted(path) if line.startswith("<id/")] == [
        '<id/1> <name> "A" .',
        "<id/1> <office> <office/7> .",
        '<id/2> <name> "B" .',
    ]


def test_the_preview_shows_them(tmp_path: Path) -> None:
    write_parquet(tmp_path / "t.parquet", "SELECT 1 AS id, 12.5::DECIMAL(4, 2) AS n")
    findings = Findings()
    read = read_mappings([mapping(tmp_path, "['t.parquet~parquet']", ("n",))], findings)
    plan = compile_plan(read, folders=[tmp_path], base_iri="", findings=findings)
    [row] = preview(plan, 5).rows
    assert (row.row, dict(row.cells)) == (1, {"id": "1", "n": "12.5"})
    assert [each.line for each in row.statements] == [f'<{EX}id/1> <{EX}n> "12.5"^^<{XSD}decimal> .']


# SQLite --------------------------------------------------------------------------------------------------------------


def write_sqlite(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for each in statements:
        connection.execute(each)
    connection.commit()
    connection.close()


def test_sqlite_values_keep_their_kinds(tmp_path: Path) -> None:
    write_sqlite(
        tmp_path / "s.db",
        "CREATE TABLE staff (id INTEGER PRIMARY KEY, name TEXT, share REAL, bytes BLOB)",
        "INSERT INTO staff VALUES (1, '臺北', 0.1, x'01ff'), (2, NULL, 0.30000000000000004, NULL), (3, '', 12, NULL)",
    )
    path = mapping(tmp_path, "['s.db~sqlite', staff]", ("name", "share", "bytes"))
    assert lifted(path) == [
        '<id/1> <bytes> "01FF"^^<xsd:hexBinary> .',
        '<id/1> <name> "臺北" .',
        '<id/1> <share> "1.0E-1"^^<xsd:double> .',
        '<id/2> <share> "3.0000000000000004E-1"^^<xsd:double> .',
        '<id/3> <name> "" .',
        '<id/3> <share> "1.2E1"^^<xsd:double> .',
    ]


def test_a_query_with_an_order_numbers_its_rows(tmp_path: Path) -> None:
    write_sqlite(
        tmp_path / "s.db",
        "CREATE TABLE staff (id INTEGER, office TEXT)",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
        "INSERT INTO staff SELECT i, CASE WHEN i < 4000 THEN NULL ELSE 'A' || i END FROM n",
    )
    query = "SELECT id, office AS o FROM staff ORDER BY id DESC -- the newest first"
    path = mapping(tmp_path, f"{{access: s.db, referenceFormulation: sqlite, query: '{query}'}}", ("o",))
    assert len(lifted(path)) == 1001
    assert row_of(path, "5000") == [1]
    assert row_of(path, "4001") == [1000]


def test_two_runs_read_the_same_table(tmp_path: Path) -> None:
    write_sqlite(tmp_path / "s.db", "CREATE TABLE t (id, v)", "INSERT INTO t VALUES (1, 'a'), ('two', 2.5)")
    path = mapping(tmp_path, "{access: s.db, type: sqlite, table: t}", ("v",))
    first, digest = lifted(path), (tmp_path / "lineage" / "lineage.json").read_text(encoding="utf-8")
    assert first == ['<id/1> <v> "a" .', '<id/two> <v> "2.5E0"^^<xsd:double> .']
    assert lifted(path) == first
    assert (tmp_path / "lineage" / "lineage.json").read_text(encoding="utf-8") == digest
    assert '"name": "s.db: t"' in digest


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("['no.db~sqlite', t]", "LOD2001 there is no database no.db: t"),
        ("['s.db~sqlite', u]", "LOD2025 the database has no table 'u'"),
        ("{access: s.db, type: sqlite, query: DELETE FROM t RETURNING id}", "LOD2025 s.db: query cannot be read"),
        ("{access: s.db, type: sqlite, query: 'SELECT id, id FROM t'}", "LOD2006 the header says 'id' 2 times"),
        ("{access: m.yarrrml.yml, type: sqlite, table: t}", "LOD2025 m.yarrrml.yml: t cannot be read"),
        ("['s.db~sqlite']", "LOD3005 the source does not say which table of the database it is"),
        ("{access: s.db, type: sqlite}", "LOD3005 a database needs 'table' or 'query'"),
        ("{access: s.db, type: sqlite, table: t, query: SELECT 1}", "LOD3005 a database needs 'table' or 'query', not"),
        ("{access: s.db, type: sqlite, table: t, sheet: '1'}", "LOD3004 a source read as SQLite has no 'sheet'"),
        ("{access: s.db, type: sqlite, table: t, queryFormulation: xpath}", "LOD3012 queries in 'xpath'"),
        (
            "{access: s.db, type: sqlite, table: t, credentials: {password: x}}",
            "LOD3004 a source read as SQLite has no",
        ),
        ("{access: 'postgresql://me:secret@db/x', type: postgresql, table: t}", "LOD3031 a password stands in"),
        ("{access: 'postgresql://db/x?password=secret', type: postgresql, table: t}", "LOD3031 a password stands in"),
        (
            "{access: 'postgresql://db/x', type: postgresql, table: t, credentials: {password: secret}}",
            "LOD3031 a pass",
        ),
        ("{access: people, type: postgresql, table: t}", "LOD3004 'people' is not the address of a database"),
        ("{access: '${LOD_NO_SUCH_VARIABLE}', type: postgresql, table: t}", "LOD2027 the environment has no variable"),
        ("{access: 'postgresql://127.0.0.1:1/x', type: postgresql, table: t}", "LOD2025 postgresql://127.0.0.1:1/x: t"),
    ],
)
def test_databases_that_cannot_be_read(tmp_path: Path, source: str, message: str) -> None:
    write_sqlite(tmp_path / "s.db", "CREATE TABLE t (id)", "INSERT INTO t VALUES (1)")
    found = mistakes(mapping(tmp_path, source, ("id",)))
    assert found[0].startswith(message)
    assert "secret" not in "".join(found)
    connection = sqlite3.connect(tmp_path / "s.db")
    assert connection.execute("SELECT count(*) FROM t").fetchone() == (1,)
    connection.close()


def test_a_driver_that_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_sqlite(tmp_path / "s.db", "CREATE TABLE t (id)", "INSERT INTO t VALUES (1)")
    monkeypatch.setitem(sys.modules, "adbc_driver_sqlite", None)
    found = mistakes(mapping(tmp_path, "['s.db~sqlite', t]", ("id",)))
    assert found == ["LOD2026 s.db: t needs a driver that is not installed: adbc_driver_sqlite"]


def test_a_text_that_means_no_value(tmp_path: Path) -> None:
    write_sqlite(tmp_path / "s.db", "CREATE TABLE t (id, v)", "INSERT INTO t VALUES (1, ''), (2, '-'), (3, 'x')")
    path = mapping(tmp_path, "{access: s.db, type: sqlite, table: t, null: ['', '-']}", ("v",))
    assert lifted(path) == ['<id/3> <v> "x" .']


# Workbooks -----------------------------------------------------------------------------------------------------------

STYLES = """<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy/mm/dd hh:mm"/></numFmts>
<cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="46"/></cellXfs>
</styleSheet>"""


def format_cells(path: Path, cells: dict[str, str]) -> None:
    """Give cells of an .xlsx other XML: what a spreadsheet program writes for formats and formulas."""
    with zipfile.ZipFile(path) as file:
        parts = {name: file.read(name).decode() for name in file.namelist()}
    for name, text in parts.items():
        if name == "xl/worksheets/sheet2.xml":
            for place, xml in cells.items():
                before, found, after = text.partition(f'<c r="{place}">')
                assert found
                text = before + xml + after.partition("</c>")[2]
            parts[name] = text
    with zipfile.ZipFile(path, "w") as file:
        for name, text in (parts | {"xl/styles.xml": STYLES}).items():
            file.writestr(name, text)


def write_sheet(path: Path, rows: list[list[Cell]], merged: tuple[str, ...] = (), name: str = "2012") -> None:
    """A workbook of a cover and, second, a sheet of rows."""
    workbooks.write_xlsx(path, {"cover": [["a title"]], name: rows}, merged)


def test_cells_of_a_workbook_keep_their_kinds(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [
        ["id", "name", "share", "day", "sum", "at", "open", "long"],
        [12.0, " 臺北 ", 0.1, 0, 0, 0, 0, 0],
        [13, None, 1e20, None, 2.5, None, None, None],
    ]
    write_sheet(tmp_path / "b.xlsx", rows)
    format_cells(
        tmp_path / "b.xlsx",
        {
            "D2": '<c r="D2" s="1"><v>41274</v></c>',
            "E2": '<c r="E2"><f>6*7</f><v>42</v></c>',
            "F2": '<c r="F2" s="2"><v>41274.25</v></c>',
            "G2": '<c r="G2" t="b"><v>1</v></c>',
            "H2": '<c r="H2" s="3"><v>1.5</v></c>',
        },
    )
    path = mapping(tmp_path, "['b.xlsx~xlsx', '2012']", ("name", "share", "day", "sum", "at", "open", "long"))
    assert lifted(path) == [
        '<id/12> <at> "2012-12-31T06:00:00"^^<xsd:dateTime> .',
        '<id/12> <day> "2012-12-31"^^<xsd:date> .',
        '<id/12> <long> "P1DT12H"^^<xsd:duration> .',
        '<id/12> <name> " 臺北 " .',
        '<id/12> <open> "true"^^<xsd:boolean> .',
        '<id/12> <share> "0.1"^^<xsd:decimal> .',
        '<id/12> <sum> "42"^^<xsd:integer> .',
        '<id/13> <share> "1.0E20"^^<xsd:double> .',
        '<id/13> <sum> "2.5"^^<xsd:decimal> .',
    ]


def test_a_day_among_moments_is_one(tmp_path: Path) -> None:
    """A spreadsheet does not tell a day from its midnight."""
    write_sheet(tmp_path / "b.xlsx", [["id", "at", "day"], ["A", 0, 0], ["B", 0, 0]])
    cells = {"B2": (2, 41274.25), "B3": (2, 41274), "C2": (1, 41274), "C3": (1, 41275)}
    format_cells(
        tmp_path / "b.xlsx",
        {name: f'<c r="{name}" s="{style}"><v>{value}</v></c>' for name, (style, value) in cells.items()},
    )
    assert lifted(mapping(tmp_path, "['b.xlsx~xlsx', '2012']", ("at", "day"))) == [
        '<id/A> <at> "2012-12-31T06:00:00"^^<xsd:dateTime> .',
        '<id/A> <day> "2012-12-31"^^<xsd:date> .',
        '<id/B> <at> "2012-12-31T00:00:00"^^<xsd:dateTime> .',
        '<id/B> <day> "2013-01-01"^^<xsd:date> .',
    ]


def test_cells_without_a_value_are_told(tmp_path: Path) -> None:
    """Errors, and formulas that nobody has worked out, where a rule asks for them."""
    rows: list[list[Cell]] = [["id", "share", "sum", "other"], ["0", 0, 0, 0], ["1", 0, 0, 0], ["2", 0, 0, 0]]
    write_sheet(tmp_path / "b.xlsx", rows)
    format_cells(
        tmp_path / "b.xlsx",
        {
            "B2": '<c r="B2" t="e"><v>#N/A</v></c>',
            "B3": '<c r="B3" t="e"><f>1/0</f><v>#DIV/0!</v></c>',
            "C3": '<c r="C3" t="str"><f>""</f><v></v></c>',
            "D2": '<c r="D2"><f>1+1</f><v/></c>',
        },
    )
    findings = Findings()
    path = mapping(tmp_path, "['b.xlsx~xlsx', '2012']", ("share", "sum"))
    lift_files([path], tmp_path / "out.nq", findings=findings)
    [told] = [each for each in findings if each.code == "LOD2061"]
    assert told.message == "2 cells of 'share' in b.xlsx: 2012 show an error, as #N/A: no value comes from there"
    assert [str(each) for each in (told.origin, *told.related)] == [
        "b.xlsx: 2012, row 2, column share",
        "b.xlsx: 2012, row 3, column share",
    ]
    assert mistakes(mapping(tmp_path, "['b.xlsx~xlsx', '2012']", ("other",))) == [
        "LOD2062 1 formula of 'other' in b.xlsx: 2012 has no value"
    ]


def test_rows_of_a_sheet_have_the_numbers_that_people_see(tmp_path: Path) -> None:
    write_sheet(tmp_path / "b.xlsx", [[None], [None, "id", "n"], [None, "A", 1], [None], [None, "B", 2, None]])
    path = mapping(tmp_path, "{access: b.xlsx, referenceFormulation: xlsx, sheet: 2}", ("n",))
    assert (row_of(path, "A"), row_of(path, "B")) == ([3], [5])
    write_sheet(tmp_path / "b.xlsx", [[None], ["id", "n", " "], ["A", 1], [None], ["B", 2, None]])
    assert (row_of(path, "A"), row_of(path, "B")) == ([3], [5])


def test_ods(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [["id", "n", "day", "long"], ["甲", 3, "@", "PT30H05M00S"], ["乙", 2.50, "!", None]]
    workbooks.write_ods(tmp_path / "b.ods", "data", rows)
    with zipfile.ZipFile(tmp_path / "b.ods") as file:
        parts = {name: file.read(name).decode() for name in file.namelist()}
    day = '<table:table-cell office:value-type="date" office:date-value="2012-12-31"/>'
    cell = '<table:table-cell office:value-type="string"><text:p>@</text:p></table:table-cell>'
    error = '<table:table-cell table:formula="of:=NA()" office:value-type="string" office:string-value="" '
    error += 'calcext:value-type="error" '
    error += 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
    error += "<text:p>#N/A</text:p></table:table-cell>"
    assert cell in parts["content.xml"]
    with zipfile.ZipFile(tmp_path / "b.ods", "w") as file:
        for name, text in parts.items():
            file.writestr(name, text.replace(cell, day).replace(cell.replace("@", "!"), error))
    findings = Findings()
    path = mapping(tmp_path, "['b.ods~ods']", ("n", "day", "long"))
    lift_files([path], tmp_path / "out.nq", findings=findings)
    assert [(each.code, str(each.origin)) for each in findings] == [("LOD2061", "b.ods, row 3, column day")]
    assert lifted(path) == [
        '<id/乙> <n> "2.5"^^<xsd:decimal> .',
        '<id/甲> <day> "2012-12-31"^^<xsd:date> .',
        '<id/甲> <long> "P1DT6H5M"^^<xsd:duration> .',
        '<id/甲> <n> "3"^^<xsd:integer> .',
    ]


def test_a_sheet_without_a_header(tmp_path: Path) -> None:
    write_sheet(tmp_path / "b.xlsx", [["A", 1], ["B", "-"]])
    path = mapping(
        tmp_path, "{access: b.xlsx, referenceFormulation: xlsx, sheet: '2012', header: false, null: '-'}", ()
    )
    text = path.read_text(encoding="utf-8").replace("$(id)", "$(1)") + "      - [ex:n, $(2)]\n"
    path.write_text(text, encoding="utf-8")
    assert lifted(path) == ['<id/A> <n> "1"^^<xsd:integer> .']
    assert row_of(path, "A") == [1]


@pytest.mark.parametrize(
    ("rows", "merged", "sheet", "message"),
    [
        ([["id", "n"], ["A", 1]], (), "2013", "LOD2023 b.xlsx: 2013 has no sheet '2013'"),
        ([["id", "n"], ["A", 1]], (), "3", "LOD2023 b.xlsx: 3 has no sheet '3'"),
        (
            [["id", "n"], ["A", 1], ["B"]],
            ("A2:A3",),
            "2",
            "LOD2024 the sheet '2012' of b.xlsx: 2 has merged cells: A2:A3",
        ),
        ([["id", "n", "n"], ["A", 1, 2]], (), "2", "LOD2006 the header says 'n' 2 times: columns 2 and 3"),
        ([["id", "n", None], ["A", 1, 2]], (), "2", "LOD2006 column 3 has no name"),
        ([["id", "n"]], (), "2", "LOD2007 b.xlsx: 2 has no data rows"),
        ([], (), "2", "LOD2007 the sheet '2012' of b.xlsx: 2 is empty"),
    ],
)
def test_sheets_that_are_no_tables(
    tmp_path: Path, rows: list[list[Cell]], merged: tuple[str, ...], sheet: str, message: str
) -> None:
    write_sheet(tmp_path / "b.xlsx", rows, merged)
    assert mistakes(mapping(tmp_path, f"['b.xlsx~xlsx', '{sheet}']", ("n",)))[0] == message


def test_what_is_no_workbook(tmp_path: Path) -> None:
    (tmp_path / "b.xlsx").write_text("<html>", encoding="utf-8")
    assert mistakes(mapping(tmp_path, "['b.xlsx~xlsx']", ("n",)))[0].startswith("LOD2501 b.xlsx is not a workbook")
    assert mistakes(mapping(tmp_path, "['c.xlsx~xlsx']", ("n",)))[0].startswith("LOD2001 there is no table c.xlsx")


@pytest.mark.suite
def test_a_printed_sheet_is_no_table(tmp_path: Path, shared: Path) -> None:
    shutil.copy(shared / "tables" / "mocs_raw" / "101.xls", tmp_path / "b.xls")
    assert mistakes(mapping(tmp_path, "['b.xls~xls']", ("n",)))[0].startswith("LOD2024 the sheet")


# PostgreSQL ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["postgresqll://me:secret@db/x", "postgresql://me:secret@db/x?nothing=1", "host=/none password=secret me"],
)
def test_an_address_that_cannot_be_read_is_not_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("LOD_TEST_DATABASE", address)
    [found] = mistakes(mapping(tmp_path, "['$LOD_TEST_DATABASE~postgresql', t]", ("n",)))
    assert found.startswith("LOD2025 $LOD_TEST_DATABASE: t cannot be read: ")
    assert "secret" not in found


def execute(address: str, *statements: str) -> None:
    """Write into the database."""
    driver = pytest.importorskip("adbc_driver_postgresql.dbapi")
    with driver.connect(address, autocommit=True) as connection, connection.cursor() as cursor:
        for each in statements:
            cursor.execute(each)


def test_postgresql_values_keep_their_kinds(tmp_path: Path, postgresql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    execute(
        postgresql,
        "CREATE SCHEMA hr",
        "CREATE TABLE hr.kinds (id int PRIMARY KEY, name text, amount numeric(10, 2), share float8, day date, "
        "local timestamp, instant timestamptz, open boolean, bytes bytea, code uuid, long interval, many int[], "
        "none text)",
        "INSERT INTO hr.kinds VALUES (1, '臺北', 1.50, 0.1, '2012-12-31', '2012-12-31 08:00:00.250', "
        "'2012-12-31 08:00:00+08', true, '\\x01ff', '00000000-0000-0000-0000-000000000001', '1 year 2 days', "
        "'{1,2}', NULL), (2, '', 30.00, 'Infinity', NULL, NULL, NULL, false, NULL, NULL, NULL, NULL, NULL)",
    )
    monkeypatch.setenv("LOD_TEST_DATABASE", postgresql)
    columns = ("name", "amount", "share", "day", "local", "instant", "open", "bytes", "code", "long", "many", "none")
    path = mapping(tmp_path, "{access: '${LOD_TEST_DATABASE}', type: postgresql, table: hr.kinds}", columns)
    assert lifted(path) == [
        '<id/1> <amount> "1.5"^^<xsd:decimal> .',
        '<id/1> <bytes> "01FF"^^<xsd:hexBinary> .',
        '<id/1> <code> "00000000-0000-0000-0000-000000000001" .',
        '<id/1> <day> "2012-12-31"^^<xsd:date> .',
        '<id/1> <instant> "2012-12-31T00:00:00Z"^^<xsd:dateTime> .',
        '<id/1> <local> "2012-12-31T08:00:00.25"^^<xsd:dateTime> .',
        '<id/1> <long> "P1Y2D"^^<xsd:duration> .',
        '<id/1> <many> "{1,2}" .',
        '<id/1> <name> "臺北" .',
        '<id/1> <open> "true"^^<xsd:boolean> .',
        '<id/1> <share> "1.0E-1"^^<xsd:double> .',
        '<id/2> <amount> "30"^^<xsd:decimal> .',
        '<id/2> <name> "" .',
        '<id/2> <open> "false"^^<xsd:boolean> .',
        '<id/2> <share> "INF"^^<xsd:double> .',
    ]


def test_postgresql_values_that_no_datatype_has_are_text(tmp_path: Path, postgresql: str) -> None:
    execute(
        postgresql,
        "CREATE DOMAIN hundredth AS numeric(4, 2)",
        "CREATE TABLE odd (id int, n numeric, day date, at timestamp, clock timetz, span interval, part hundredth)",
        "INSERT INTO odd VALUES (1, 'NaN', 'infinity', '-infinity', '13:05:07+08', '-1 day -02:00', 0.50), "
        "(2, 0, '0044-03-15 BC', '2012-12-31 08:00', '13:05:07+05:30', '-1 day +02:00', NULL)",
    )
    columns = ("n", "day", "at", "clock", "span", "part")
    assert lifted(mapping(tmp_path, f"['{postgresql}~postgresql', odd]", columns)) == [
        '<id/1> <at> "-infinity" .',
        '<id/1> <clock> "13:05:07+08:00"^^<xsd:time> .',
        '<id/1> <day> "infinity" .',
        '<id/1> <n> "NaN" .',
        '<id/1> <part> "0.5"^^<xsd:decimal> .',
        '<id/1> <span> "-P1DT2H"^^<xsd:duration> .',
        '<id/2> <at> "2012-12-31T08:00:00"^^<xsd:dateTime> .',
        '<id/2> <clock> "13:05:07+05:30"^^<xsd:time> .',
        '<id/2> <day> "0044-03-15 BC" .',
        '<id/2> <n> "0"^^<xsd:decimal> .',
        '<id/2> <span> "P-1DT2H" .',
    ]


def test_postgresql_queries_number_their_rows_and_write_nothing(tmp_path: Path, postgresql: str) -> None:
    execute(
        postgresql,
        "CREATE TABLE many AS SELECT g AS id, 'n' || g AS name FROM generate_series(1, 50000) AS g",
    )
    query = "SELECT id, name FROM many ORDER BY id DESC;"
    path = mapping(tmp_path, f"{{access: '{postgresql}', type: postgresql, query: '{query}'}}", ("name",))
    assert row_of(path, "1") == [50000]
    assert row_of(path, "49999") == [2]
    deleting = mapping(
        tmp_path, f"{{access: '{postgresql}', type: postgresql, query: 'DELETE FROM many RETURNING id'}}", ("id",)
    )
    assert mistakes(deleting)[0].startswith("LOD2025")
    misspelt = mapping(
        tmp_path, f"{{access: '{postgresql}', type: postgresql, query: 'SELECT nam FROM many'}}", ("nam",)
    )
    assert 'Perhaps you meant to reference the column "many.name"' in mistakes(misspelt)[0]
    assert len(lifted(path := mapping(tmp_path, f"['{postgresql}~postgresql', many]", ("name",)))) == 50000
    assert path.is_file()
