"""YARRRML into the IR: every form, every position, every mistake."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lod.diagnostics import Findings, TextOrigin
from lod.mapping.document import read_document
from lod.mapping.ir import (
    Call,
    Constant,
    Dialect,
    Expression,
    Mapping,
    Reference,
    ReferencingObjectMap,
    Template,
    TermMap,
    TermType,
    TriplesMap,
)
from lod.mapping.read import read_mappings
from lod.wording import translated

HEAD = "prefixes: {ex: 'https://example.org/'}\n"
PERSON = HEAD + "mappings:\n  person:\n    sources: [['p.csv~csv']]\n    s: ex:$(id)\n    po:\n      - {po}\n"
Read = Callable[[str], tuple[Mapping, Findings]]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    monkeypatch.chdir(tmp_path)

    def reading(text: str) -> tuple[Mapping, Findings]:
        (tmp_path / "m.yarrrml.yml").write_text(text, encoding="utf-8")
        findings = Findings()
        return read_mappings([Path("m.yarrrml.yml")], findings), findings

    return reading


def only(mapping: Mapping) -> TriplesMap:
    [triples_map] = mapping.triples_maps
    return triples_map


def objects(read: Read, po: str) -> list[TermMap]:
    mapping, findings = read(PERSON.replace("{po}", po))
    assert findings.errors == []
    found = [pom.object for pom in only(mapping).predicate_object_maps]
    return [each for each in found if isinstance(each, TermMap)]


def parts(term: TermMap) -> tuple[str, ...]:
    """An expression without positions: texts, and references as $name."""
    return parts_of(term.expression)


def parts_of(expression: Expression) -> tuple[str, ...]:
    """Likewise of an expression."""
    if isinstance(expression, Template):
        return tuple(part if isinstance(part, str) else f"${part.name}" for part in expression.parts)
    if isinstance(expression, Reference):
        return (f"${expression.name}",)
    assert isinstance(expression, Constant)
    return (expression.value,)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("$(name)", ("$name",)),
        ("no", ("no",)),
        ("1.10", ("1.10",)),
        ("2012-01-01", ("2012-01-01",)),
        ("$(a)$(b)", ("$a", "$b")),
        ("'x $(a) y'", ("x ", "$a", " y")),
        ("$(a b)", ("$a b",)),
        ("$(簡任\\(派\\))", ("$簡任(派)",)),
        ("$(簡任(派))人", ("$簡任(派)", "人")),
        ("'$(f(g(a), (b)))(c)'", ("$f(g(a), (b))", "(c)")),
        ("$(a(b)", ("$a(b",)),
        ("$(a(b) $(c)", ("$a(b", " ", "$c")),
        ("costs \\$\\(5\\)", ("costs $(5)",)),
        ("a) b", ("a) b",)),
        ("back\\slash", ("back\\slash",)),
    ],
)
def test_templates(read: Read, written: str, meant: tuple[str, ...]) -> None:
    [term] = objects(read, f"[ex:p, {written}]")
    assert parts(term) == meant
    assert term.term_type is TermType.LITERAL


@pytest.mark.parametrize(
    ("po", "kind", "datatype", "language"),
    [
        ("[ex:p, $(a)]", TermType.LITERAL, None, None),
        ("[ex:p, $(a), xsd:integer]", TermType.LITERAL, "http://www.w3.org/2001/XMLSchema#integer", None),
        ("[ex:p, $(a), zh-Hant-TW~lang]", TermType.LITERAL, None, "zh-Hant-TW"),
        ("[ex:p, [[$(a), en~lang]]]", TermType.LITERAL, None, "en"),
        ("{p: ex:p, o: {value: $(a), language: en}}", TermType.LITERAL, None, "en"),
        ("{p: ex:p, o: {value: $(a), datatype: ex:D}}", TermType.LITERAL, "https://example.org/D", None),
        ("[ex:p, ex:$(a)~iri]", TermType.IRI, None, None),
        ("{p: ex:p, o: {value: 'ex:$(a)', type: iri}}", TermType.IRI, None, None),
        ("[a, ex:Thing]", TermType.IRI, None, None),
        ("[rdf:type, ex:Thing]", TermType.IRI, None, None),
    ],
)
def test_objects(read: Read, po: str, kind: TermType, datatype: str | None, language: str | None) -> None:
    [term] = objects(read, po)
    assert term.term_type is kind
    assert getattr(term.datatype, "value", None) == datatype
    assert getattr(term.language, "value", None) == language


def test_a_class_is_a_predicate_object_map(read: Read) -> None:
    mapping, _ = read(PERSON.replace("{po}", "[a, ex:Person]"))
    [pom] = only(mapping).predicate_object_maps
    assert parts(pom.predicate) == ("http://www.w3.org/1999/02/22-rdf-syntax-ns#type",)


def test_lists_are_spread(read: Read) -> None:
    assert [parts(term) for term in objects(read, "[[ex:p, ex:q], [$(a), $(b)]]")] == [("$a",), ("$b",)] * 2


def test_positions(read: Read) -> None:
    mapping, _ = read(PERSON.replace("{po}", "[ex:p, '$(first) $(last)']"))
    triples_map = only(mapping)
    assert triples_map.origin == TextOrigin("m.yarrrml.yml", 3, 3, 6)
    assert triples_map.source.origin == TextOrigin("m.yarrrml.yml", 4, 17, 5)
    [pom] = triples_map.predicate_object_maps
    assert isinstance(pom.object, TermMap)
    origins = [
        (each.name, each.origin.line, each.origin.column, each.origin.length) for each in pom.object.references()
    ]
    assert origins == [("first", 7, 17, 8), ("last", 7, 26, 7)]


def test_sources_and_dialects(read: Read) -> None:
    mapping, findings = read(
        HEAD + "sources:\n"
        "  p: {access: p.csv, encoding: big5, delimiter: tab, quote: \"'\", null: ['-', n/a], header: false}\n"
        "mappings:\n  one: {sources: [p, ['q.csv~csv']], s: 'ex:$(1)', po: [[a, ex:T]]}\n"
    )
    assert findings.errors == []
    first, second = mapping.triples_maps
    assert (first.name, second.name) == ("one-1", "one-2")
    assert first.source.dialect == Dialect("big5", "\t", "'", ("-", "n/a"), header=False)
    assert (second.source.access, second.source.dialect) == ("q.csv", Dialect())


def test_graphs_of_the_subject_stand_on_each_statement(read: Read) -> None:
    mapping, _ = read(
        HEAD + "mappings:\n  one:\n    sources: [['p.csv~csv']]\n    s: ex:$(id)\n    graphs: ex:g\n"
        "    po:\n      - [ex:p, $(a)]\n      - {p: ex:q, o: $(b), graphs: ex:h}\n"
    )
    graphs = [parts(pom.graph) if pom.graph else None for pom in only(mapping).predicate_object_maps]
    assert graphs == [("https://example.org/g",), ("https://example.org/g",), ("https://example.org/h",)]


@pytest.mark.parametrize(
    "parameters",
    ["[[str1, $(x)], [str2, $(y)]]", "[[str1, $(x), s], [str2, $(y), o]]", "[[str2, $(y)], [str1, $(x)]]"],
)
def test_joins(read: Read, parameters: str) -> None:
    mapping, findings = read(
        PERSON.replace(
            "{po}", f"{{p: ex:p, o: {{mapping: other, condition: {{function: equal, parameters: {parameters}}}}}}}"
        )
        + "  other: {sources: [['o.csv~csv']], s: 'ex:$(y)', po: [[a, ex:T]]}\n"
    )
    assert findings.errors == []
    made = mapping.triples_maps[0].predicate_object_maps[0].object
    assert isinstance(made, ReferencingObjectMap)
    assert made.parent == "other"
    [join] = made.joins
    assert isinstance(join.child, Reference)
    assert isinstance(join.parent, Reference)
    assert (join.child.name, join.parent.name) == ("x", "y")


@pytest.mark.parametrize(
    ("old", "new", "code", "place"),
    [
        ("sources:", "suorces:", "LOD3003", "4:5"),
        ("    sources: [['p.csv~csv']]\n", "", "LOD3005", "3:3"),
        ("mappings:", "mapings:", "LOD3003", "2:1"),
        ("ex:p", "xe:p", "LOD3006", "7:10"),
        ("p.csv~csv", "p.csv~cvs", "LOD3007", "4:23"),
        ("['p.csv~csv']", "p", "LOD3007", "4:15"),
        ("p.csv~csv", "p.xml~xquery", "LOD3012", "4:23"),
        ("p.csv~csv", "ftp://example.org/p.csv~csv", "LOD3012", "4:17"),
        ("$(a)", "$(a", "LOD3008", "7:16"),
        ("$(a)", "$()", "LOD3008", "7:16"),
        ("$(a)", "$(a), zh_TW~lang", "LOD3009", "7:22"),
        ("$(a)", "$(a), en", "LOD3016", "7:22"),
        ("$(a)", "ex:$(a)~iri, xsd:integer", "LOD3016", "7:29"),
        ("ex:$(id)", "'ex: $(id)'", "LOD3010", "5:12"),
        ("[ex:p, $(a)]", "[ex:p]", "LOD3004", "7:9"),
        ("[ex:p, $(a)]", "{p: ex:p}", "LOD3005", "7:9"),
        ("[ex:p, $(a)]", "{p: ex:p, o: {valeu: $(a)}}", "LOD3003", "7:23"),
        ("[ex:p, $(a)]", "{p: ex:p, o: {value: $(a), type: irri}}", "LOD3004", "7:42"),
        ("[ex:p, $(a)]", "{p: ex:p, o: {function: ex:f}}", "LOD3051", "7:33"),
        ("[ex:p, $(a)]", "{p: ex:p, o: {mapping: persn}}", "LOD3007", "7:32"),
        ("    s: ex:$(id)", "    s: ex:$(id)\n    subject: ex:$(a)", "LOD3002", "6:5"),
        ("    s: ex:$(id)", "    s: ex:$(id)\n    s: ex:$(a)", "LOD3002", "6:5"),
        ("    s: ex:$(id)", "    s: {valeu: x}", "LOD3003", "5:9"),
        ("https://example.org/", "example.org", "LOD3010", "1:16"),
        ("mappings:", "base: here\nmappings:", "LOD3010", "2:7"),
        ("[ex:p, $(a)]", "[ex:p, $(a)", "LOD3001", ""),
        ("    s: ex", "\ts: ex", "LOD3001", "5:1"),
        ("    s: ex", "    s：ex", "LOD3001", "5:5"),
        ("    s: ex", "    s:ex", "LOD3001", "5:5"),
        ("$(a)", "$（a）", "LOD3008", "7:16"),
        ("$(a)", "$(a), integer", "LOD3016", "7:22"),
    ],
)
def test_mistakes_have_a_code_and_a_place(read: Read, old: str, new: str, code: str, place: str) -> None:
    text = PERSON.replace("{po}", "[ex:p, $(a)]")
    assert old in text
    _, findings = read(text.replace(old, new, 1))
    assert [each.code for each in findings.errors] == [code]
    if place:
        assert str(findings.errors[0].origin) == f"m.yarrrml.yml:{place}"


@pytest.mark.parametrize(
    "text",
    [
        "a: [1, 2",
        "a: {b: 1",
        "a: b: c",
        'a: "x',
        "\ta: 1",
        "a: *x",
        "- a\nb: 1",
        "a: 1\n- b",
        "a: |x",
        "a\nb: 1",
        "[1] x: 2",
    ],
)
def test_what_yaml_says_is_told_in_chinese(tmp_path: Path, text: str) -> None:
    (tmp_path / "m.yml").write_text(text, encoding="utf-8")
    findings = Findings()
    assert read_document(tmp_path / "m.yml", "m.yml", findings) is None
    [finding] = findings
    said = translated(finding.message, "zh-Hant-TW").removeprefix("不是 YAML：")
    assert not re.search("[A-Za-z]{3}", said), said


def test_text_that_looks_like_an_iri_is_told(read: Read) -> None:
    _, findings = read(PERSON.replace("{po}", "[ex:p, ex:thing]"))
    [finding] = findings
    assert (finding.code, finding.severity, finding.hint) == ("LOD3015", "warning", "as an IRI it is 'ex:thing~iri'")


@pytest.mark.parametrize(("iri", "codes"), [("http://a.example", ["LOD4062"]), ("http://a.example/id_", [])])
def test_a_prefix_that_no_sign_ends(read: Read, iri: str, codes: list[str]) -> None:
    _, findings = read(PERSON.replace("{ex:", f"{{odd: '{iri}', ex:").replace("{po}", "[a, ex:T]"))
    assert [each.code for each in findings] == codes


def test_a_file_that_is_no_mapping(tmp_path: Path) -> None:
    for name, content in (("a.txt", b""), ("b.yml", b""), ("c.yml", b"text"), ("d.yml", b"\xff"), ("e.yml", b"- 1")):
        (tmp_path / name).write_bytes(content)
    findings = Findings()
    mapping = read_mappings([*sorted(tmp_path.iterdir()), tmp_path / "missing.yml"], findings)
    assert mapping.triples_maps == ()
    assert [each.code for each in findings] == ["LOD3013", "LOD3001", "LOD3004", "LOD3001", "LOD3004", "LOD3001"]


def test_files_are_read_together(tmp_path: Path) -> None:
    text = PERSON.replace("{po}", "[a, ex:T]")
    (tmp_path / "one.yml").write_text(text)
    (tmp_path / "two.yml").write_text(text.replace("person:", "place:"))
    (tmp_path / "three.yml").write_text(text)
    findings = Findings()
    mapping = read_mappings([tmp_path / f"{name}.yml" for name in ("one", "two", "three")], findings)
    assert [each.name for each in mapping.triples_maps] == ["person", "place"]
    [clash] = findings
    assert (clash.code, clash.related) == ("LOD3011", (mapping.triples_maps[0].origin,))


def test_aliases_and_loops(read: Read) -> None:
    mapping, findings = read(
        HEAD + "mappings:\n  one: &one {sources: [['p.csv~csv']], s: 'ex:$(id)', po: &po [[a, ex:T]]}\n"
        "  two: {sources: [['p.csv~csv']], s: 'ex:$(x)', po: *po}\n"
    )
    assert findings.errors == []
    assert [len(each.predicate_object_maps) for each in mapping.triples_maps] == [1, 1]
    _, findings = read(HEAD + "mappings: &all\n  one: *all\n")
    assert "LOD3001" in {each.code for each in findings}


PIECES = [
    *PERSON.replace("{po}", "[ex:p, {v: $(a)}, en~lang]"),
    "$(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ": ",
    "- ",
    "&a ",
    "*a",
    "\t",
    "~iri",
    "é",
]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_mutation_ends_in_a_traceback(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    call = (
        "{f: 'grel:escape(value = $(b), modeParam = \"x\")', condition: {f: equal, pms: [[str1, $(c), s], [str2, d]]}}"
    )
    text = PERSON.replace("{po}", f"[ex:p, [{{v: $(a), m: x, targets: [x.nt~void, turtle]}}, {call}], en~lang]")
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = start + data.draw(st.integers(0, 12))
        text = text[:start] + data.draw(st.sampled_from(PIECES)) + text[end:]
    path = tmp_path_factory.getbasetemp() / "mutated.yml"
    path.write_text(text, encoding="utf-8")
    findings = Findings()
    mapping = read_mappings([path], findings)
    assert mapping.triples_maps or findings.errors


DUMP = """targets: {dump: {access: dump.nt, type: void, serialization: ntriples, compression: gzip}}
mappings:
  person:
    sources: [['p.csv~csv']]
    s: {value: ex:$(id), targets: dump}
    po:
      - [a, ex:Person]
      - p: {value: ex:p, targets: ['more.ttl~void', turtle]}
        o: {value: $(a), targets: [dump, [last.nq~void]]}
"""


def test_targets_of_all_terms(read: Read) -> None:
    mapping, findings = read(HEAD + DUMP)
    assert findings.errors == []
    targets = [[each.path for each in pom.targets] for pom in only(mapping).predicate_object_maps]
    assert targets == [["dump.nt"], ["dump.nt", "more.ttl", "last.nq"]]
    first, second, third = only(mapping).predicate_object_maps[1].targets
    assert (first.serialization, first.compression) == ("nt", "gzip")
    assert (second.serialization, third.serialization) == ("ttl", "nq")


def test_a_single_backslash_in_double_quotes(read: Read) -> None:
    _, findings = read(PERSON.replace("{po}", r'[ex:p, "$(a\:b)"]'))
    assert [(each.code, each.hint) for each in findings.errors] == [
        ("LOD3001", "in double quotes a backslash is written twice, in single quotes once")
    ]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("targets: dump}", "targets: dmup}", "LOD3007"),
        ("type: void", "type: sparql", "LOD3053"),
        ("access: dump.nt", "access: ../dump.nt", "LOD3114"),
        ("serialization: ntriples", "serialization: ntripels", "LOD3114"),
        ("compression: gzip", "compression: rar", "LOD3114"),
        ("access: dump.nt, ", "", "LOD3005"),
        ("[last.nq~void]", "[last.nq~void, nquads, gzip, more]", "LOD3004"),
    ],
)
def test_mistakes_in_targets(read: Read, old: str, new: str, code: str) -> None:
    assert old in DUMP
    _, findings = read(HEAD + DUMP.replace(old, new, 1))
    assert [each.code for each in findings.errors] == [code]


CALL = (
    "{p: ex:p, o: {function: grel:string_replace, "
    "parameters: [[valueParam, $(a)], [p_string_find, x], [p_string_replace, y]]}}"
)


@pytest.mark.parametrize(
    "written",
    [
        CALL,
        CALL.replace("grel:string_replace", "string_replace"),
        CALL.replace("[valueParam, $(a)]", "{parameter: grel:valueParameter, value: $(a)}"),
        CALL.replace("[valueParam, $(a)]", "{pm: value, v: $(a)}"),
        "[ex:p, {f: 'grel:string_replace(valueParam = $(a), p_string_find = x, grel:p_string_replace = \"y\")'}]",
        "[ex:p, {value: {f: ' grel:string_replace ( p_string_replace=y,p_string_find=x , value=$(a) ) '}}]",
    ],
)
def test_one_call_written_in_many_ways(read: Read, written: str) -> None:
    [term] = objects(read, written)
    assert isinstance(term.expression, Call)
    assert term.expression.function.endswith("#string_replace")
    arguments = {name: getattr(value, "name", getattr(value, "value", "")) for name, value in term.expression.arguments}
    assert arguments == {"value": "a", "find": "x", "replace": "y"}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("grel:string_replace", "grel:string_repalce", "LOD3111"),
        ("grel:string_replace", "string_repalce", "LOD3111"),
        ("grel:string_replace", "gerl:string_replace", "LOD3006 LOD3111"),
        ("valueParam", "valuParam", "LOD3112"),
        ("[valueParam, $(a)], ", "", "LOD3112"),
        ("[valueParam, $(a)]", "[valueParam, $(a)], [value, $(b)]", "LOD3002"),
        ("[valueParam, $(a)]", "[valueParam]", "LOD3004"),
        ("[valueParam, $(a)]", "{parameter: valueParam, valeu: $(a)}", "LOD3003 LOD3004"),
        ("[valueParam, $(a)]", "[valueParam, {function: nothing}]", "LOD3111"),
        ("[valueParam, $(a)]", "[valueParam, {parameters: []}]", "LOD3005"),
        ("grel:string_replace", "string_trim(value = $(a))", "LOD3002"),
        ("{function: grel:string_replace", "{type: irri, function: grel:string_replace", "LOD3004"),
        ("{function: grel:string_replace", "{type: iri, language: en, function: grel:string_replace", "LOD3016"),
    ],
)
def test_mistakes_in_calls(read: Read, old: str, new: str, code: str) -> None:
    assert old in CALL
    _, findings = read(PERSON.replace("{po}", CALL.replace(old, new, 1)))
    assert sorted(each.code for each in findings.errors) == code.split()


@pytest.mark.parametrize(
    ("call", "code", "column"),
    [
        ("grel:string_trim(value = $(a)", "LOD3008", 27),
        ("grel:string_trim(value = $(a)) more", "LOD3008", 27),
        ("grel:string_trim($(a))", "LOD3004", 45),
        ("grel:string_trim(valeu = $(a))", "LOD3112", 45),
        ("grel:string_trim(value = string_tirm(value = $(a)))", "LOD3111", 53),
        ("grel:string_tirm(value = $(a))", "LOD3111", 28),
        ("grel:string_trim()", "LOD3112", 28),
    ],
)
def test_mistakes_in_calls_of_one_line(read: Read, call: str, code: str, column: int) -> None:
    _, findings = read(PERSON.replace("{po}", f"[ex:p, {{function: {call!r}}}]"))
    [error] = findings.errors
    assert error.code == code
    assert str(error.origin) == f"m.yarrrml.yml:7:{column}"


@pytest.mark.parametrize(
    ("po", "code"),
    [
        ("{p: ex:p, i: ex:q, o: $(a)}", "LOD3016"),
        ("{p: {value: $(a), type: blank}, o: $(a)}", "LOD3004"),
        ("{p: {value: $(a), type: literal}, o: $(a)}", "LOD3004"),
        ("{p: ex:p, o: $(a), condition: yes}", "LOD3004"),
        ("{p: ex:p, o: $(a), condition: {parameters: []}}", "LOD3005"),
        ("{p: ex:p, o: {mapping: person, condition: {function: notEqual, parameters: "
         "[[str1, $(a)], [str2, $(b), o]]}}}", "LOD3012"),
        ("{p: ex:p, o: {mapping: person, condition: {function: equal, parameters: "
         "[[str1, $(a), s], [str2, $(b), s]]}}}", "LOD3004"),
        ("{p: ex:p, o: {mapping: person, condition: {function: equal, parameters: "
         "[[str1, $(a), s], [str2, $(b), x]]}}}", "LOD3004"),
        ("{p: ex:p, i: ex:q, condition: 'isNotNull(str = $(a))', o: {mapping: person, condition: "
         "{function: equal, parameters: [[str1, $(a)], [str2, $(b)]]}}}", "LOD3012"),
    ],
)  # fmt: skip
def test_mistakes_in_conditions_and_inverse_predicates(read: Read, po: str, code: str) -> None:
    _, findings = read(PERSON.replace("{po}", po))
    assert [each.code for each in findings.errors] == [code]


def test_a_kind_of_all_objects(read: Read) -> None:
    first, second = objects(read, "{p: ex:p, o: [$(a), [$(b), ex:D]], language: zh}")
    assert (getattr(first.language, "value", ""), first.datatype) == ("zh", None)
    assert (getattr(second.datatype, "value", ""), second.language) == ("https://example.org/D", None)
    [third] = objects(read, "{p: ex:p, o: $(c), type: iri}")
    assert third.term_type is TermType.IRI


def test_external_references(read: Read) -> None:
    text = "external: {city: 臺北市}\n" + PERSON.replace(
        "{po}", r"[ex:p, ['$(_city)', 'in $(_city)', $(_land), $(\_city)]]"
    )
    mapping, findings = read(text)
    assert findings.errors == []
    found = [pom.object for pom in only(mapping).predicate_object_maps]
    assert [parts(each) for each in found if isinstance(each, TermMap)] == [
        ("臺北市",),
        ("in 臺北市",),
        ("$_land",),
        ("$_city",),
    ]


def test_a_mapping_without_subjects_makes_blank_nodes(read: Read) -> None:
    text = PERSON.replace("{po}", "[ex:p, $(a)]")
    for new, codes in (("", ["LOD3017"]), ("    s: null\n", []), ("    s: ~\n", []), ("    s:\n", [])):
        mapping, findings = read(text.replace("    s: ex:$(id)\n", new))
        assert [each.code for each in findings] == codes
        assert only(mapping).subject.term_type is TermType.BLANK_NODE


def test_a_mapping_that_says_nothing(read: Read) -> None:
    text = HEAD + "mappings:\n  one: {sources: [['p.csv~csv']], s: 'ex:$(id)', po: [[ex:p, {mapping: two}]]}\n"
    two = "  two: {sources: [['p.csv~csv']], s: 'ex:$(x)'}\n"
    _, findings = read(text + two)
    assert findings.errors == []
    _, findings = read(text + two + two.replace("two:", "three:"))
    assert [(each.code, str(each.origin)) for each in findings.errors] == [("LOD3005", "m.yarrrml.yml:5:3")]


def test_a_join_by_the_value_of_a_function(read: Read) -> None:
    lower = "{function: grel:toLowerCase, parameters: [[valueParam, $(y), o]]}"
    join = f"{{function: equal, parameters: [[str1, $(x), s], {{parameter: str2, value: {lower}}}]}}"
    po = f"{{p: ex:p, o: {{mapping: person, condition: {join}}}}}"
    mapping, findings = read(PERSON.replace("{po}", po))
    assert findings.errors == []
    made = only(mapping).predicate_object_maps[0].object
    assert isinstance(made, ReferencingObjectMap)
    [found] = made.joins
    assert isinstance(found.child, Reference)
    assert isinstance(found.parent, Call)


@pytest.mark.parametrize("side", ["o", "[s]", "x"])
def test_only_a_join_has_sides(read: Read, side: str) -> None:
    po = f"[ex:p, {{function: grel:toLowerCase, parameters: [[valueParam, $(y), {side}]]}}]"
    _, findings = read(PERSON.replace("{po}", po))
    assert [each.code for each in findings.errors] == ["LOD3004"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("{f: grel:toUpperCase, pms: [[value, 'ex:$(a)']]}", ("https://example.org/", "a")),
        ("{f: grel:toUpperCase, pms: [[value, ex:b]]}", "https://example.org/b"),
        ("{f: grel:toUpperCase, pms: [[value, ex:b~iri]]}", "https://example.org/b"),
        ("{f: grel:toUpperCase, pms: [[value, 'ex: b']]}", "ex: b"),
        ("{f: grel:toUpperCase, pms: [[value, 'no:b']]}", "no:b"),
        ("{f: grel:toUpperCase, pms: [{pm: value, v: ex:b, type: literal}]}", "ex:b"),
        ("{f: 'grel:toUpperCase(value = ex:b)'}", "https://example.org/b"),
        ("{f: 'grel:toUpperCase(value = \"ex:b\")'}", "ex:b"),
    ],
)
def test_prefixes_in_what_functions_are_given(read: Read, written: str, meant: object) -> None:
    [term] = objects(read, f"[ex:p, {written}]")
    assert isinstance(term.expression, Call)
    [(_, value)] = term.expression.arguments
    found = getattr(value, "value", "") or tuple(getattr(part, "name", part) for part in getattr(value, "parts", ()))
    assert found == meant


ONE = (
    HEAD
    + """sources: {staff: ['staff.csv~csv']}
targets: {dump: ['dump.nt~void', ntriples]}
external: {city: 臺北市}
mappings: {staff: {sources: staff, s: 'ex:$(id)', po: [[ex:office, {mapping: office}]]}}
"""
)
TWO = """mappings:
  office:
    sources: staff
    s: ex:office/$(office)
    targets: dump
    po: [[ex:city, $(_city)], [ex:member, {mapping: staff}]]
"""


def test_files_that_are_read_together_are_one(tmp_path: Path) -> None:
    for name, text in (("one.yml", ONE), ("two.yml", TWO)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    findings = Findings()
    staff, office = read_mappings([tmp_path / "one.yml", tmp_path / "two.yml"], findings).triples_maps
    assert findings.errors == []
    assert getattr(staff.predicate_object_maps[0].object, "parent", "") == "office"
    city, member = office.predicate_object_maps
    assert isinstance(city.object, TermMap)
    assert (parts(city.object), getattr(member.object, "parent", "")) == (("臺北市",), "staff")
    assert (office.source.access, office.subject.expression.__class__) == ("staff.csv", Template)
    assert [each.path for each in city.targets] == ["dump.nt"]
    alone = Findings()
    read_mappings([tmp_path / "two.yml"], alone)
    assert {each.code for each in alone.errors} == {"LOD3006", "LOD3007"}


def test_a_file_says_for_itself_what_others_say_too(tmp_path: Path) -> None:
    other = TWO.replace("mappings:", "prefixes: {ex: 'https://other.org/'}\nsources: {staff: ['s.csv~csv']}\nmappings:")
    for name, text in (("one.yml", ONE), ("two.yml", other)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    staff, office = read_mappings([tmp_path / "one.yml", tmp_path / "two.yml"], Findings()).triples_maps
    assert (staff.source.access, parts(staff.subject)) == ("staff.csv", ("https://example.org/", "$id"))
    assert (office.source.access, parts(office.subject)) == ("s.csv", ("https://other.org/office/", "$office"))


def test_an_escaped_colon_ends_no_prefix(read: Read) -> None:
    assert [parts(each) for each in objects(read, r"[ex:p, ['ex:$(a)/ex\:b', 'ex\:c', '$(a)\:\:b']]")] == [
        ("https://example.org/", "$a", "/ex:b"), ("ex:c",), ("$a", "::b"),
    ]  # fmt: skip


def test_a_declared_prefix_is_expanded_in_text(read: Read) -> None:
    mapping, findings = read(PERSON.replace("{po}", "[ex:p, ['ex:b', 'foaf:b', 'nothing: b']]"))
    made = [each.object for each in only(mapping).predicate_object_maps]
    assert [parts(each) for each in made if isinstance(each, TermMap)] == [
        ("https://example.org/b",), ("foaf:b",), ("nothing: b",),
    ]  # fmt: skip
    assert [each.code for each in findings] == ["LOD3015", "LOD3015"]


def test_a_language_says_what_langstring_says(read: Read) -> None:
    [term] = objects(read, "{p: ex:p, o: {value: $(a), language: en, datatype: rdf:langString}}")
    assert isinstance(term.language, Constant)
    assert (term.datatype, term.language.value) == (None, "en")


def test_only_columns_have_a_side(read: Read) -> None:
    condition = "{function: equal, parameters: [[str2, $(a), s], [str1, '1', o]]}"
    _, findings = read(PERSON.replace("{po}", f"{{p: ex:p, o: x, condition: {condition}}}"))
    assert findings.errors == []


def test_a_language_has_a_value_and_targets(read: Read) -> None:
    po = "{p: ex:p, o: {value: $(a), language: {value: zh-Hant-TW, targets: ['dump.nt~void', ntriples]}}}"
    mapping, findings = read(PERSON.replace("{po}", po))
    assert findings.errors == []
    [pom] = only(mapping).predicate_object_maps
    assert isinstance(pom.object, TermMap)
    assert isinstance(pom.object.language, Constant)
    assert (pom.object.language.value, [each.path for each in pom.targets]) == ("zh-Hant-TW", ["dump.nt"])


def test_what_leads_elsewhere_is_refused_by_name(read: Read) -> None:
    target = "{access: a.nt, type: void, ldes: {timestampPath: [ex:t, $(t)]}, headers: [a]}"
    text = PERSON.replace("{po}", "[ex:p, $(a)]").replace(
        "    po:", f"    targets: {target}\n    changeDetection: {{}}\n    po:"
    )
    assert [each.code for each in read(text)[1].errors] == ["LOD3012"] * 3


@pytest.mark.parametrize(
    "po", ["[ex:p, §~]", "[ex:p, [$(a), §null]]", "{p: ex:p, o: $(a), targets: §~}", "{p: ex:p, o: {value: §}}"]
)
def test_a_null_of_yaml_is_no_text(read: Read, po: str) -> None:
    text = PERSON.replace("{po}", po)
    _, findings = read(text.replace("§", ""))
    [error] = findings.errors
    assert isinstance(error.origin, TextOrigin)
    line = text.splitlines()[error.origin.line - 1]
    assert (error.code, error.origin.column - 1) == ("LOD3060", line.index("§"))


def test_a_null_in_quotes_is_text(read: Read) -> None:
    assert [parts(each) for each in objects(read, """[ex:p, ["~", 'null', ""]]""")] == [("~",), ("null",), ("",)]


def test_a_join_in_one_line(read: Read) -> None:
    """By place or by name, and the same as with keys."""
    other = "  other:\n    sources: [['o.csv~csv']]\n    s: ex:$(k)\n"
    conditions = ("equal($(a), $(b)), equal(str1 = x$(c), str2 = $(d))", "equal($(a),$(b)) , equal($(d)y, $(e))")
    for written, last in zip(conditions, (("x", "$c"), ("$d", "y")), strict=True):
        mapping, findings = read(PERSON.replace("{po}", f"{{p: ex:p, o: {{f: 'join(other, {written})'}}}}") + other)
        assert findings.errors == []
        made = mapping.triples_maps[0].predicate_object_maps[0].object
        assert isinstance(made, ReferencingObjectMap)
        assert made.parent == "other"
        first, second = made.joins
        assert (parts_of(first.child), parts_of(first.parent)) == (("$a",), ("$b",))
        assert parts_of(second.child) == last
    for written, code in (("othr, equal($(a), $(b))", "LOD3007"), ("other, equal($(a))", "LOD3112")):
        _, findings = read(PERSON.replace("{po}", f"{{p: ex:p, o: {{f: 'join({written})'}}}}") + other)
        assert code in [each.code for each in findings.errors]


@pytest.mark.parametrize("key", ["quoted", "quotedNonAsserted"])
def test_statements_as_terms_are_refused_by_name(read: Read, key: str) -> None:
    """They are of YARRRML-star: not unknown, and nothing else is missing."""
    text = PERSON.replace("{po}", f"{{p: ex:p, o: {{{key}: person}}}}").replace("s: ex:$(id)", f"s: {{{key}: person}}")
    _, findings = read(text)
    assert [each.code for each in findings.errors] == ["LOD3012", "LOD3012"]
