"""Functions in mappings: lists as several terms, parameters that repeat, plug-ins, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from lod.diagnostics import Findings, FindingsError
from lod.lift.run import lift_files
from lod.mapping import functions

HEAD = """prefixes: {ex: 'http://example.org/'}
mappings:
  m:
    sources: [['staff.csv~csv']]
    s: ex:$(id)
    po:
"""
STAFF = "id,names,from,to\n1,王小明;王曉明,2012-01-31,2012-03-01\n2,Jane,,\n3,,2012-01-01,2011-12-31\n"


def lift(po: str, folder: Path) -> tuple[list[str], list[str]]:
    """The statements without the beginning that is the same in all of them, and the findings that are errors."""
    (folder / "m.yarrrml.yml").write_text(f"{HEAD}      - {po}\n", encoding="utf-8")
    (folder / "staff.csv").write_text(STAFF, encoding="utf-8")
    findings, out = Findings(), folder / "out.nq"
    try:
        lift_files([folder / "m.yarrrml.yml"], out, findings=findings)
    except FindingsError:
        return [], [f"{each.code} {each.message}" for each in findings.errors]
    lines = sorted(out.read_text(encoding="utf-8").splitlines())
    return [line.replace("http://example.org/", "").removesuffix(" .") for line in lines], []


SPLIT = "{function: grel:string_split, parameters: [[valueParam, $(names)], [p_string_sep, ';']]}"


def test_each_item_of_a_list_is_a_term(tmp_path: Path) -> None:
    names = ['<1> <name> "王小明"', '<1> <name> "王曉明"', '<2> <name> "Jane"']
    assert lift(f"{{p: ex:name, o: {SPLIT}}}", tmp_path) == (names, [])
    tagged = f"{{p: ex:name, o: {{value: {SPLIT}, language: zh}}}}"
    assert lift(tagged, tmp_path) == ([f"{name}@zh" for name in names], [])
    joined = f"{{p: ex:name, o: {{function: grel:array_join, parameters: [[p_array_a, {SPLIT}], [sep, ' / ']]}}}}"
    assert lift(joined, tmp_path) == (['<1> <name> "王小明 / 王曉明"', '<2> <name> "Jane"'], [])


def test_a_parameter_that_repeats_is_a_list(tmp_path: Path) -> None:
    first = "{function: grel:other_coalesce, parameters: [[p_any_rep_e, $(to)], [p_any_rep_e, $(names)]]}"
    assert lift(f"{{p: ex:v, o: {first}}}", tmp_path) == (
        ['<1> <v> "2012-03-01"', '<2> <v> "Jane"', '<3> <v> "2011-12-31"'],
        [],
    )
    later = "{function: grel:date_diff, parameters: [[p_datetime_d, $(to)], [p_datetime_d2, $(from)], [unit, days]]}"
    days = "^^<http://www.w3.org/2001/XMLSchema#integer>"
    assert lift(f"{{p: ex:days, o: {later}}}", tmp_path) == ([f'<1> <days> "30"{days}', f'<3> <days> "-1"{days}'], [])
    twice = "{function: grel:toUpperCase, parameters: [[valueParam, a], [valueParam, b]]}"
    assert lift(f"{{p: ex:v, o: {twice}}}", tmp_path)[1] == ["LOD3002 'value' is given to grel:toUpperCase twice"]


def test_what_is_another_value_each_time_is_refused(tmp_path: Path) -> None:
    assert lift("{p: ex:v, o: {function: grel:date_now}}", tmp_path)[1] == [
        "LOD3052 grel:date_now has another value each time"
    ]


def test_installed_packages_add_functions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "package"
    (package / "ours-1.0.dist-info").mkdir(parents=True)
    (package / "ours-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: ours\nVersion: 1.0\n")
    entry = "[lod.functions]\nleft_pad = ours_functions:LEFT_PAD\nshout = ours_functions:SHOUT\n"
    (package / "ours-1.0.dist-info" / "entry_points.txt").write_text(entry)
    (package / "ours_functions.py").write_text(
        "from lod.mapping.functions import Function, Parameter\n"
        "STRING = 'http://www.w3.org/2001/XMLSchema#string'\n"
        "VALUE = Parameter('value', ('https://ours.example/value',))\n"
        "WIDTH = Parameter('width', ('https://ours.example/width',))\n"
        "LEFT_PAD = Function('https://ours.example/leftPad', (VALUE, WIDTH), (), STRING, 'zeros in front', None,\n"
        "    sql=\"lpad({value}, CAST({width} AS INTEGER), '0')\")\n"
        "SHOUT = Function('https://ours.example/shout', (VALUE,), (), STRING, 'loud', lambda value: value + '!')\n"
    )
    monkeypatch.syspath_prepend(str(package))
    functions._plugged_in.cache_clear()
    try:
        padded = "{function: leftPad, parameters: [[value, $(id)], [width, '3']]}"
        loud = f"{{function: https://ours.example/shout, parameters: [[value, {padded}]]}}"
        assert lift(f"{{p: ex:v, o: {loud}}}", tmp_path) == (['<1> <v> "001!"', '<2> <v> "002!"', '<3> <v> "003!"'], [])
    finally:
        functions._plugged_in.cache_clear()


def test_rows_are_joined_where_all_of_and_is_true(tmp_path: Path) -> None:
    """As yarrrml-parser writes nested conditions; `mapping` in one of them says again where it looks."""
    equal = "{MORE function: idlab-fn:equal, parameters: [[grel:valueParameter, $(COLUMN), s], "
    equal += "[grel:valueParameter2, $(COLUMN), o]]}"
    both = [
        equal.replace("COLUMN", "id").replace("MORE", ""),
        equal.replace("COLUMN", "from").replace("MORE", "mapping: n,"),
    ]
    listed = ", ".join(f"{{parameter: grel:param_rep_b, value: {each}}}" for each in both)
    po = f"{{p: ex:same, o: {{mapping: n, condition: {{function: grel:boolean_and, parameters: [{listed}]}}}}}}\n"
    po += "  n: {sources: [['staff.csv~csv']], s: 'ex:n/$(id)'}"
    assert lift(po, tmp_path) == (["<1> <same> <n/1>", "<3> <same> <n/3>"], [])
