"""csv2rdf by the engine: the same as the specification read slowly, and what is wrong said at its cell."""

from __future__ import annotations

import csv
import io
import json
import random
import tempfile
from pathlib import Path
from typing import Any

import csvw_oracle
import pytest
from csvw_suite import graph
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import RdfFormat

from lod.diagnostics import Findings, FindingsError
from lod.lift.compile import compile_plan
from lod.lift.lineage import find_cells, find_rows
from lod.lift.preview import preview
from lod.lift.run import lift_files
from lod.mapping.csvw.locate import table_group
from lod.mapping.csvw.site import site_of
from lod.mapping.csvw.validate import validate
from lod.mapping.read import read_mappings

CONTEXT = "http://www.w3.org/ns/csvw"
BASE = "http://example.org/a/"


def write(folder: Path, name: str, content: object) -> Path:
    file = folder / name
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    file.write_bytes(text.encode())
    return file


def lift(path: Path, *, minimal: bool = True, base: str = BASE) -> tuple[str, Findings]:
    findings = Findings()
    out = path.parent / "out.nq"
    lift_files([path], out, base_iri=base, findings=findings, minimal=minimal, threads=1)
    return out.read_text(encoding="utf-8"), findings


def expected(path: Path, *, minimal: bool) -> str:
    findings = Findings()
    site = site_of(path, BASE)
    group = table_group(site, findings)
    assert group is not None
    return "".join(f"{' '.join(t)} .\n" for t in csvw_oracle.convert(group, site, findings, minimal=minimal))


def same_as_the_specification(path: Path) -> None:
    for minimal in (True, False):
        made, _ = lift(path, minimal=minimal)
        lines = made.splitlines()
        assert len(lines) == len(set(lines))
        slow = expected(path, minimal=minimal)
        assert graph(made.encode(), RdfFormat.N_QUADS) == graph(slow.encode(), RdfFormat.N_TRIPLES)


RICH = {
    "@context": [CONTEXT, {"@language": "zh-Hant-TW"}],
    "@id": "group",
    "dc:title": "人員",
    "tables": [
        {
            "url": "t.csv",
            "notes": [{"dc:description": "x", "schema:about": {"@id": "t.csv"}}],
            "tableSchema": {
                "rowTitles": ["name", "no"],
                "aboutUrl": "#no-{no}",
                "columns": [
                    {"name": "no", "titles": "no", "datatype": "integer", "propertyUrl": "dc:identifier"},
                    {"name": "name", "titles": "name", "lang": "zh", "null": ["-", ""]},
                    {"name": "day", "titles": "day", "datatype": {"base": "date", "format": "d.M.yyyy"}},
                    {"name": "tags", "titles": "tags", "separator": ";", "datatype": "integer"},
                    {
                        "name": "steps",
                        "titles": "steps",
                        "separator": ";",
                        "ordered": True,
                        "propertyUrl": "#steps-{no}",
                    },
                    {"name": "boss", "titles": "boss", "aboutUrl": None, "valueUrl": "foaf:{+boss}/{no}{?tags*}"},
                    {
                        "name": "plain",
                        "titles": "plain",
                        "aboutUrl": "http://x.org/{plain}{_row}",
                        "valueUrl": "#{_name}",
                    },
                    {"name": "hidden", "titles": "hidden", "datatype": "boolean", "suppressOutput": True},
                    {"name": "v", "virtual": True, "propertyUrl": "rdf:type", "valueUrl": "schema:Person"},
                    {"name": "w", "virtual": True, "default": "1;2", "separator": ";", "ordered": True},
                    {"name": "x", "virtual": True, "default": "D", "lang": "de"},
                ],
            },
        }
    ],
}
HEADER = "no,name,day,tags,steps,boss,plain,hidden\n"


def test_everything_at_once(tmp_path: Path) -> None:
    rows = '1,甲,2.3.2012,1;2;x,a;b,p q,"a""b",true\n2,-,30.2.2012,,,,,\nn,乙,,3,c,é/?,臺北,no\n'
    write(tmp_path, "t.csv", HEADER + rows)
    same_as_the_specification(write(tmp_path, "m.json", RICH))


TEXT = st.sampled_from(
    [
        "",
        " ",
        "-",
        "1",
        "2",
        "02",
        "1;2",
        ";",
        "a;b;a",
        "x",
        "甲",
        "a b",
        '"',
        "a/b?c#d",
        "2.3.2012",
        "é",
        "\\",
        "a\nb",
        "foo:",
        "%41",
        "true",
    ]
)
ROWS = st.lists(
    st.lists(TEXT | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=4), min_size=8, max_size=8),
    max_size=5,
)


@settings(max_examples=15, deadline=None)
@given(ROWS)
def test_tables_of_any_content(rows: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = io.StringIO()
        csv.writer(file).writerows(rows)
        write(Path(folder), "t.csv", HEADER + file.getvalue())
        same_as_the_specification(write(Path(folder), "m.json", RICH))


PIECES = [b"a", b"1", b",", b",", b"\n", b"\n", b'"', b'""', b"\r\n", b"\r", b" ", b"\0", b"\xff", "臺".encode(), b"#"]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25))
def test_files_of_any_bytes(pieces: list[bytes]) -> None:
    """Whatever stands in a file, it is read as the specification reads it, and nothing else is raised."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(b"h" + b"".join(pieces))
        same_as_the_specification(path)


@pytest.mark.parametrize(
    ("dialect", "content"),
    [
        ({"delimiter": ";"}, "a;b\n1;2\n"),
        ({"delimiter": "||"}, "a||b\n1||2\n"),
        ({"header": False}, "1,2\n3,4\n"),
        ({"headerRowCount": 2}, "a,b\nA,B\n1,2\n"),
        ({"skipRows": 2, "commentPrefix": "%"}, "x\ny\na,b\n%no\n1,2\n"),
        ({"skipColumns": 1}, "x,a,b\n0,1,2\n"),
        ({"skipBlankRows": True}, "a,b\n,\n1,2\n"),
        ({"commentPrefix": "#"}, "#x\na,b\n#y\n1,2\n"),
        ({"quoteChar": "'"}, "a,b\n'1,1','it''s'\n"),
        ({"doubleQuote": False}, 'a,b\n"1\\"",2\n'),
        ({"trim": False}, "a,b\n 1 , 2 \n"),
        ({"lineTerminators": "|"}, "a,b|1,2|"),
    ],
)
def test_dialects(dialect: dict[str, Any], content: str, tmp_path: Path) -> None:
    write(tmp_path, "t.csv", content)
    document = {"@context": CONTEXT, "url": "t.csv", "dialect": dialect}
    path = write(tmp_path, "m.json", document)
    same_as_the_specification(path)
    made, _ = lift(path, minimal=False)
    assert f"<{BASE}t.csv#row=" in made


def test_big5_and_a_file_without_rows(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("縣市,人數\n臺北市,5\n".encode("big5"))
    write(tmp_path, "e.csv", "a\n")
    tables = [{"url": "t.csv", "dialect": {"encoding": "big5"}}, {"url": "e.csv"}]
    path = write(tmp_path, "m.json", {"@context": CONTEXT, "tables": tables})
    same_as_the_specification(path)
    made, _ = lift(path)
    assert made.splitlines()[0].endswith(f'<{BASE}t.csv#%E7%B8%A3%E5%B8%82> "臺北市" .')


def test_a_table_alone_and_its_metadata_beside_it(tmp_path: Path) -> None:
    path = write(tmp_path, "t.csv", "a\n1\n")
    assert lift(path)[0].endswith(f'<{BASE}t.csv#a> "1" .\n')
    write(tmp_path, "csv-metadata.json", {"@context": CONTEXT, "url": "t.csv", "aboutUrl": "#{a}"})
    assert lift(path)[0] == f'<{BASE}t.csv#1> <{BASE}t.csv#a> "1" .\n'
    write(tmp_path, "t.csv-metadata.json", {"@context": CONTEXT, "url": "other.csv"})
    made, findings = lift(path)
    assert made == f'<{BASE}t.csv#1> <{BASE}t.csv#a> "1" .\n'
    assert [item.code for item in findings] == ["LOD3511"]


def test_the_url_of_a_document_is_its_folder_s_or_its_own(tmp_path: Path) -> None:
    write(tmp_path, "t.csv", "a\n1\n")
    path = write(tmp_path, "m.json", {"@context": CONTEXT, "url": "t.csv", "aboutUrl": ""})
    assert lift(path, base="http://x.org/a/")[0].startswith("<http://x.org/a/t.csv>")
    assert lift(path, base="http://x.org/a/m.json")[0].startswith("<http://x.org/a/t.csv>")
    assert lift(path, base="")[0].startswith("<file://")


def test_tables_on_the_web_are_found_as_copies_and_nothing_is_fetched(tmp_path: Path) -> None:
    path = write(tmp_path, "m.json", {"@context": CONTEXT, "url": "http://elsewhere.org/t.csv", "aboutUrl": ""})
    with pytest.raises(FindingsError) as caught:
        lift(path)
    assert [item.code for item in caught.value.diagnostics] == ["LOD3513"]
    write(tmp_path, "t.csv", "a\n1\n")
    assert lift(path)[0].startswith("<http://elsewhere.org/t.csv>")


TABLES = {
    "@context": CONTEXT,
    "tables": [
        {"url": "agencies.csv", "tableSchema": {"columns": [{"titles": "code", "name": "code"}], "primaryKey": "code"}},
        {
            "url": "staff.csv",
            "tableSchema": {
                "columns": [
                    {"name": "agency", "titles": "agency", "required": True},
                    {"name": "age", "titles": "age", "datatype": {"base": "integer", "minimum": 18}},
                ],
                "foreignKeys": [
                    {"columnReference": "agency", "reference": {"resource": "agencies.csv", "columnReference": "code"}}
                ],
            },
        },
    ],
}


def test_violations_are_said_at_their_cells_and_the_rest_is_lifted(tmp_path: Path) -> None:
    write(tmp_path, "agencies.csv", "code\nA1\nA2\nA2\n")
    write(tmp_path, "staff.csv", "agency,age\nA1,20\nA2,17\nA3,x\n,30\n")
    path = write(tmp_path, "m.json", TABLES)
    made, findings = lift(path)
    found = {(item.code, str(item.origin)) for item in findings}
    assert found == {
        ("LOD3522", "agencies.csv, row 4, column code"),
        ("LOD3520", "staff.csv, row 3, column age"),
        ("LOD3520", "staff.csv, row 4, column age"),
        ("LOD3521", "staff.csv, row 5, column agency"),
        ("LOD3523", "staff.csv, row 3, column agency"),
        ("LOD3523", "staff.csv, row 4, column agency"),
        ("LOD3523", "staff.csv, row 5, column agency"),
    }
    assert '#age> "20"^^<http://www.w3.org/2001/XMLSchema#integer>' in made
    assert '#age> "17" .' in made
    judged = Findings()
    site = site_of(path, BASE)
    group = table_group(site, judged)
    assert group is not None
    validate(group, site, judged)
    assert {(item.code, str(item.origin)) for item in judged} == found


def test_many_violations_are_counted(tmp_path: Path) -> None:
    write(tmp_path, "t.csv", "a\n" + "x\n" * 10)
    document = {"@context": CONTEXT, "url": "t.csv", "datatype": "integer"}
    _, findings = lift(write(tmp_path, "m.json", document))
    assert [item.message for item in findings][-1] == "and 7 more like these"
    assert len(findings) == 4


def test_ragged_rows_are_errors_at_their_rows(tmp_path: Path) -> None:
    write(tmp_path, "t.csv", "a,b\n1,2\n3\n4,5,6\n")
    made, findings = lift(write(tmp_path, "m.json", {"@context": CONTEXT, "url": "t.csv"}))
    assert [(item.code, str(item.origin)) for item in findings] == [
        ("LOD3517", "t.csv, row 3"),
        ("LOD3517", "t.csv, row 4"),
    ]
    assert made.count('#a> "') == 3


def test_blank_lines_are_empty_rows_but_at_the_end(tmp_path: Path) -> None:
    write(tmp_path, "t.csv", "a,b\n1,2\n\n3,4\n\n\n")
    path = write(tmp_path, "m.json", {"@context": CONTEXT, "url": "t.csv", "dialect": {"trim": "start"}})
    same_as_the_specification(path)
    made, findings = lift(path, minimal=False)
    assert not findings.items
    assert [made.count(f"#row={n}>") for n in range(2, 7)] == [1, 1, 1, 0, 0]


def test_a_file_described_twice_and_a_variable_that_no_column_is_called(tmp_path: Path) -> None:
    write(tmp_path, "t.csv", "a,b\n1,2\n")
    tables = [{"url": "t.csv", "aboutUrl": "#{a}"}, {"url": "t.csv", "aboutUrl": "#{c}"}]
    path = write(tmp_path, "m.json", {"@context": CONTEXT, "tables": tables})
    same_as_the_specification(path)
    _, findings = lift(path)
    assert [(item.code, item.hint) for item in findings] == [("LOD3514", "known here: a, b")]


def test_a_subject_is_traced_to_its_rows_and_a_value_to_its_cells(tmp_path: Path) -> None:
    write(tmp_path, "t.csv", "no,tags\n# a comment\n1,a;b\n2,\n1,c\n")
    columns = [{"name": "no", "titles": "no"}, {"name": "tags", "titles": "tags", "separator": ";"}]
    document = {
        "@context": CONTEXT,
        "url": "t.csv",
        "dialect": {},
        "aboutUrl": "#{no}",
        "tableSchema": {"columns": columns},
    }
    path, out = write(tmp_path, "m.json", document), tmp_path / "out.nq"
    result = lift_files([path], out, base_iri=BASE, findings=Findings(), lineage=tmp_path / "lineage", minimal=True)
    subject = f"{BASE}t.csv#1"
    assert {(each.source, each.row) for each in find_rows(result.lineage, [subject])[subject]} == {
        ("t.csv", 3),
        ("t.csv", 5),
    }
    cells = find_cells(result.lineage, subject, f"{BASE}t.csv#no")
    assert [(str(cell), cell.text) for cell in cells] == [("t.csv, row 3, column no", "1")]


def test_a_preview_shows_the_rows_and_what_they_become(tmp_path: Path) -> None:
    write(tmp_path, "t.csv", "a\n1\n2\n")
    findings = Findings()
    path = write(tmp_path, "m.json", {"@context": CONTEXT, "url": "t.csv", "aboutUrl": "#{a}"})
    mapping = read_mappings([path], findings, base_iri=BASE, minimal=True)
    plan = compile_plan(mapping, folders=[tmp_path], base_iri=BASE, findings=findings)
    rows = preview(plan, 1).rows
    assert [(row.row, [each.line for each in row.statements]) for row in rows] == [
        (2, [f'<{BASE}t.csv#1> <{BASE}t.csv#a> "1" .'])
    ]


def test_a_url_that_is_none_is_refused_with_its_cell(tmp_path: Path) -> None:
    write(tmp_path, "t.csv", "a\nhttp://x y\n")
    document = {
        "@context": CONTEXT,
        "url": "t.csv",
        "tableSchema": {"columns": [{"titles": "a", "name": "a"}], "aboutUrl": "{+a}"},
    }
    made, _ = lift(write(tmp_path, "m.json", document))
    assert made.startswith("<http://x%20y>")


def compiled(path: Path) -> Findings:
    """All of a lift but the rows."""
    findings = Findings()
    mapping = read_mappings([path], findings, base_iri=BASE)
    compile_plan(mapping, folders=[path.parent], base_iri=BASE, findings=findings)
    return findings


def test_mutated_metadata_never_breaks_the_program(tmp_path: Path) -> None:
    """Whatever a metadata document says, it is understood or there are findings, each with its place."""
    write(tmp_path, "t.csv", HEADER + "1,甲,2.3.2012,1;2,a;b,p,q,true\n")
    chance = random.Random(1)
    pieces = ["", "{", "}", "[", '"', ",", ":", "1", "null", "true", "_:", "@", "\\", "#", "臺", "[]", '{"@id": 1}']
    refused = 0
    for _ in range(300):
        text = json.dumps(RICH, ensure_ascii=False)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(text))
            text = text[:at] + chance.choice(pieces) + text[at + chance.randint(0, 12) :]
        findings = compiled(write(tmp_path, "m.json", text))
        assert all(item.origin is not None for item in findings)
        refused += bool(findings.errors)
    assert 100 < refused < 300


def test_values_where_others_belong_never_break_the_program(tmp_path: Path) -> None:
    """The document stays JSON; what is still understood is lifted."""
    write(tmp_path, "t.csv", HEADER + "1,甲,2.3.2012,1;2,a;b,p,q,true\n")
    chance = random.Random(2)

    def mutate(value: Any) -> Any:
        if chance.random() < 0.05:
            return chance.choice([None, True, 1, -1.5, "", "x", "{", [], {}, [1, "a"], {"@value": 1}, {"base": "date"}])
        if isinstance(value, dict):
            return {key: value if key == "@context" else mutate(value) for key, value in value.items()}
        return [mutate(item) for item in value] if isinstance(value, list) else value

    lifted = 0
    for _ in range(150):
        path = write(tmp_path, "m.json", mutate(RICH))
        if not compiled(path).errors and lifted < 15:
            lift(path)
            lifted += 1
    assert lifted == 15
