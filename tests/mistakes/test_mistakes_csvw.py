"""The same mistakes in CSVW metadata: code, place and hint of what is said. `§` marks where the finding points."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from marked import Place, assert_explained, lift_marked

from lod.diagnostics import CellOrigin, Diagnostic, Findings
from lod.lift.run import lift_files
from lod.mapping.csvw.validate import validate_csvw

STAFF = "id,name,unit,count,tag\n1,林,A,3,zh-Hant-TW\n2,陳,B,5,en\n3,王,A,7,en\n"
UNIT = "code,label\nA,人事處\nB,主計處\n"
METADATA = """{
  "@context": ["http://www.w3.org/ns/csvw", {"@language": "zh-Hant-TW"}],
  "tables": [
    {"url": "staff.csv", "tableSchema": {
      "aboutUrl": "https://example.org/staff/{id}",
      "columns": [
        {"name": "id", "titles": "id", "datatype": "integer"},
        {"name": "name", "titles": "name", "propertyUrl": "rdfs:label"},
        {"name": "unit", "titles": "unit"},
        {"name": "count", "titles": "count", "datatype": "integer"},
        COLUMN
      ]SCHEMA
    }},
    {"url": "unit.csv", "tableSchema": {
      "columns": [{"titles": "code", "name": "code"}, {"titles": "label"}], "primaryKey": "code"
    }}
  ]
}
"""
TAG = '{"name": "tag", "titles": "tag"}'


@dataclass(frozen=True)
class Mistake:
    """The last column, what else the schema says, and what is to be said of it."""

    code: str
    message: str
    hint: str = ""
    column: str = TAG
    schema: str = ""


def column(more: str) -> str:
    return f'{{"name": "tag", "titles": "tag", {more}}}'


def key(columns: str, resource: str = '"unit.csv"') -> str:
    reference = f'{{"resource": {resource}, "columnReference": "code"}}'
    return f', "foreignKeys": [{{"columnReference": {columns}, "reference": {reference}}}]'


MISTAKES = {
    "key": Mistake("LOD3504", "no property 'dataType'", "did you mean 'datatype'?", column('§"dataType": "string"')),
    "prefix": Mistake("LOD3121", "no prefix 'skoss'", "'skos'", column('"propertyUrl": §"skoss:notation"')),
    "title": Mistake(
        "LOD3512", "'tags', the file's is 'tag'", "letter by letter", '§{"name": "tag", "titles": "tags"}'
    ),
    "title of another language": Mistake(
        "LOD3512", "'tag' (en), the file's is 'tag' (zh-Hant)", "", '§{"titles": {"en": "tag"}}', ', "lang": "zh-Hant"'
    ),
    "variable": Mistake(
        "LOD3514", "no column is called 'nmae'", "did you mean 'name'?", column('"valueUrl": §"https://e.org/{nmae}"')
    ),
    "datatype": Mistake(
        "LOD3505", "'integr' is no built-in", "did you mean 'integer'?", column('"datatype": §"integr"')
    ),
    "type": Mistake("LOD3505", "'required' must be true or false, not 'yes'", "", column('"required": §"yes"')),
    "language": Mistake("LOD3505", "a language tag such as 'zh-Hant-TW'", "", column('"lang": §"zh_TW"')),
    "format": Mistake(
        "LOD3507",
        "'qq' is no date field",
        "",
        column('"datatype": {"base": "date", "format": §"yyyy.qq"}'),
    ),
    "values": Mistake("LOD3520", "'zh-Hant-TW' of column 'tag' is no integer", "", column('"datatype": "integer"')),
    "key of a column": Mistake("LOD3509", "column 'units' is not", "did you mean 'unit'?", TAG, key('"units"')),
    "key of a table": Mistake(
        "LOD3509", "units.csv, but not exactly one", "unit.csv", TAG, key('"unit"', '"units.csv"')
    ),
    "join": Mistake("LOD3523", "'林' refers to no row of unit.csv by code", "", TAG, key('"name"')),
    "primary key": Mistake("LOD3505", "names 'idd'", "did you mean 'id'?", TAG, ', "primaryKey": §"idd"'),
    "syntax": Mistake("LOD3501", "'}' or ',' is expected here", "", TAG, ' §"primaryKey": "id"'),
}


def said_of(folder: Path, text: str) -> tuple[list[Diagnostic], Place | None]:
    """What is said of the metadata, and line and column of its mark."""
    (folder / "staff.csv").write_text(STAFF, encoding="utf-8")
    (folder / "unit.csv").write_text(UNIT, encoding="utf-8")
    return lift_marked(folder / "staff-metadata.json", text)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_explained_at_its_place(name: str, tmp_path: Path) -> None:
    mistake = MISTAKES[name]
    text = METADATA.replace("COLUMN", mistake.column).replace("SCHEMA", mistake.schema)
    said, place = said_of(tmp_path, text)
    assert_explained(said, mistake, place)


def test_an_empty_column_in_a_template_is_told(tmp_path: Path) -> None:
    """Nothing is made of it; that may be meant, so it is an info."""
    (tmp_path / "staff.csv").write_text("id,tag\n1,\n2,\n", encoding="utf-8")
    tag = {"name": "tag", "titles": "tag", "propertyUrl": "rdfs:seeAlso", "valueUrl": "https://example.org/{tag}"}
    columns = [{"name": "id", "titles": "id", "datatype": "integer"}, tag]
    document = {"@context": "http://www.w3.org/ns/csvw", "url": "staff.csv", "tableSchema": {"columns": columns}}
    (tmp_path / "m.json").write_text(json.dumps(document), encoding="utf-8")
    findings = Findings()
    lift_files([tmp_path / "m.json"], tmp_path / "out.nq", findings=findings)
    assert [(each.code, each.severity) for each in findings] == [("LOD4040", "info")]
    assert "'tag' of staff.csv is empty in every row" in next(iter(findings)).message


@pytest.mark.parametrize(("about", "rows"), [("{id}", 1), ("{id}/{year}", 2), ("{?id,year}", 0), ("{tag}", 0)])
def test_rows_that_share_a_subject_are_told(about: str, rows: int, tmp_path: Path) -> None:
    """By a lift as by a check: `-` is no year, and a default stands for no tag."""
    (tmp_path / "staff.csv").write_text("id,year,tag\n1,2020,\n2,-,\n,2021,\n", encoding="utf-8")
    more: dict[str, dict[str, str]] = {"year": {"null": "-", "datatype": "gYear"}, "tag": {"default": "none"}}
    columns = [{"name": name, "titles": name, **more.get(name, {})} for name in ("id", "year", "tag")]
    schema = {"columns": columns, "aboutUrl": f"https://example.org/{about}"}
    document = {"@context": "http://www.w3.org/ns/csvw", "url": "staff.csv", "tableSchema": schema}
    (tmp_path / "m.json").write_text(json.dumps(document), encoding="utf-8")
    lifted, checked = Findings(), Findings()
    lift_files([tmp_path / "m.json"], tmp_path / "out.nq", findings=lifted)
    validate_csvw(tmp_path / "m.json", checked)
    for found in (lifted, checked):
        assert [(each.code, each.severity, each.message[:8]) for each in found] == [
            ("LOD3061", "warning", f"in {rows} row"[:8])
        ] * bool(rows)


def test_all_in_one_pass(tmp_path: Path) -> None:
    """Names, types, prefixes, keys and cells: nothing waits for the mending of something else."""
    bad = column('"dataType": "string", "propertyUrl": "skoss:x", "lang": "zh_TW", "datatype": "integer"')
    said, _ = said_of(tmp_path, METADATA.replace("COLUMN", bad).replace("SCHEMA", ', "primaryKey": "idd"'))
    assert {each.code for each in said} == {"LOD3504", "LOD3121", "LOD3505", "LOD3520"}
    cells = [str(each.origin) for each in said if isinstance(each.origin, CellOrigin)]
    assert cells[0].startswith("staff.csv, row 2, column tag")


def test_nothing_is_said_of_what_is_right(tmp_path: Path) -> None:
    said, _ = said_of(tmp_path, METADATA.replace("COLUMN", TAG).replace("SCHEMA", key('"unit"')))
    assert said == []
