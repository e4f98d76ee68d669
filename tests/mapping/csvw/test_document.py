"""Metadata documents: every finding at its place, every default as the specification has it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lod.diagnostics import Findings, Severity
from lod.mapping.csvw.metadata.annotations import Annotation, Literal, Node
from lod.mapping.csvw.metadata.dialect import Dialect
from lod.mapping.csvw.metadata.document import read_document
from lod.mapping.csvw.metadata.model import TableGroup

CONTEXT = "http://www.w3.org/ns/csvw"
URL = "http://example.org/a/m.json"
DC = "http://purl.org/dc/terms/"


def read(document: object, **others: str) -> tuple[TableGroup | None, Findings]:
    """Read a document; `others` are those beside it, by name."""
    findings = Findings()
    text = document if isinstance(document, str) else json.dumps(document, ensure_ascii=False, indent=2)
    known = {f"http://example.org/a/{name}.json": (text, f"{name}.json") for name, text in others.items()}
    return read_document(text, "m.json", URL, findings, known.get), findings


def table(**more: Any) -> dict[str, Any]:
    return {"@context": CONTEXT, "url": "t.csv", **more}


def codes(findings: Findings, severity: Severity = Severity.ERROR) -> list[str]:
    return [item.code for item in findings if item.severity is severity]


def test_a_table_alone_is_a_group_of_one() -> None:
    group, findings = read(table(tableSchema={"columns": [{"name": "a"}, {"titles": "縣 市"}]}))
    assert not findings.items
    assert group is not None
    assert [each.url for each in group.tables] == ["http://example.org/a/t.csv"]
    assert group.tables[0].schema.columns[1].titles == {"und": ("縣 市",)}


def test_what_a_column_does_not_say_its_schema_its_table_or_its_group_says() -> None:
    group, findings = read(
        {
            "@context": [CONTEXT, {"@language": "zh-Hant-TW"}],
            "lang": "zh",
            "null": "-",
            "separator": ";",
            "tables": [
                {
                    "url": "t.csv",
                    "lang": "en",
                    "tableSchema": {
                        "datatype": "integer",
                        "columns": [{"titles": "甲"}, {"name": "b", "lang": "de", "separator": None}],
                    },
                }
            ],
        }
    )
    assert not findings.items
    assert group is not None
    first, second = group.tables[0].schema.columns
    assert (first.language, first.null, first.datatype.base, first.inherited.separator) == (
        "en",
        ("-",),
        "integer",
        ";",
    )
    assert (second.language, second.inherited.separator) == ("de", "")
    assert first.titles == {"zh-Hant-TW": ("甲",)}


def test_all_mistakes_are_said_in_one_pass_each_at_its_place() -> None:
    text = """{
  "@context": "http://www.w3.org/ns/csvw",
  "url": "t.csv",
  "tableShema": {},
  "foafs:title": "x",
  "tableSchema": {
    "columns": [
      {"name": "a", "datatype": "intger"},
      {"name": "a", "required": "yes"}
    ],
    "primaryKey": "b"
  }
}"""
    _, findings = read(text)
    assert [(item.code, str(item.origin), item.hint) for item in findings] == [
        ("LOD3504", "m.json:4:3", "did you mean 'tableSchema'?"),
        ("LOD3504", "m.json:5:3", "did you mean 'foaf'?"),
        ("LOD3505", "m.json:8:33", "did you mean 'integer'?"),
        ("LOD3505", "m.json:9:33", ""),
        ("LOD3508", "m.json:9:7", "names are unique in a schema"),
        ("LOD3505", "m.json:11:19", "known here: a"),
    ]
    assert codes(findings) == ["LOD3508"]


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"url": "t.csv"}, "LOD3503"),
        ({"@context": "http://example.org/", "url": "t.csv"}, "LOD3502"),
        ({"@context": [CONTEXT, {"@vocab": "x:"}], "url": "t.csv"}, "LOD3502"),
        ({"@context": CONTEXT}, "LOD3503"),
        ({"@context": CONTEXT, "tables": []}, "LOD3503"),
        ([], "LOD3503"),
        (table(**{"@id": "_:t"}), "LOD3502"),
        (table(**{"@type": "TableGroup2"}), "LOD3502"),
        (table(**{"@foo": 1}), "LOD3502"),
        (table(**{"dc:title": {"@value": "x", "@type": "xsd:date", "@language": "en"}}), "LOD3502"),
        (table(**{"dc:title": {"@list": []}}), "LOD3502"),
        (table(**{"dc:title": {"title": "x"}}), "LOD3502"),
        (table(tableSchema={"columns": [{"virtual": True}, {"name": "a"}]}), "LOD3508"),
        (table(tableSchema="missing.json"), "LOD3510"),
        (table(tableSchema={"datatype": {"base": "integer", "minimum": 2, "maximum": 1}}), "LOD3506"),
        (table(tableSchema={"datatype": {"base": "integer", "length": 1}}), "LOD3506"),
        (table(tableSchema={"datatype": {"base": "string", "minimum": 1}}), "LOD3506"),
        (table(tableSchema={"datatype": {"base": "integer", "minimum": 1, "minInclusive": 2}}), "LOD3506"),
        (table(tableSchema={"datatype": {"@id": "http://www.w3.org/2001/XMLSchema#int"}}), "LOD3506"),
        (table(tableSchema={"foreignKeys": [{"columnReference": "a"}]}), "LOD3503"),
        (table(transformations=[{"url": "x"}]), "LOD3503"),
    ],
)
def test_errors(document: object, code: str) -> None:
    _, findings = read(document)
    assert code in codes(findings)
    assert all(item.origin is not None for item in findings)


@pytest.mark.parametrize(
    ("property_", "value"),
    [
        ("lang", "english language"),
        ("null", 1),
        ("ordered", "no"),
        ("textDirection", "up"),
        ("aboutUrl", "{"),
        ("datatype", {"base": "date", "format": "yy"}),
        ("datatype", {"base": "boolean", "format": "YN"}),
        ("datatype", {"format": "("}),
        ("datatype", {"base": "decimal", "format": {"pattern": "x", "groupChar": ","}}),
        ("tableDirection", "up"),
        ("suppressOutput", 1),
        ("notes", {}),
        ("dialect", 1),
        ("dialect", {"encoding": "klingon"}),
        ("dialect", {"delimiter": ""}),
        ("dialect", {"trim": "yes"}),
        ("dialect", {"headerRowCount": -1}),
    ],
)
def test_what_a_property_may_not_be_is_a_warning(property_: str, value: object) -> None:
    group, findings = read(table(**{property_: value}))
    assert group is not None
    assert not findings.errors
    assert len(codes(findings, Severity.WARNING)) == 1


def test_dialects_have_their_defaults() -> None:
    group, _ = read(table(dialect={"delimiter": ";", "quoteChar": None, "skipInitialSpace": True, "header": False}))
    assert group is not None
    dialect = group.tables[0].dialect
    assert dialect == Dialect(delimiter=";", quote_char=None, trim="start", header_row_count=0)
    assert dialect.escape_char is None


def test_documents_that_are_referred_to_are_read_with_their_own_base() -> None:
    schema = json.dumps({"@context": CONTEXT, "columns": [{"name": "a"}], "primaryKey": "a"})
    group, findings = read(table(tableSchema="s.json"), s=schema)
    assert not findings.items
    assert group is not None
    assert group.tables[0].schema.id == "http://example.org/a/s.json"
    assert group.tables[0].schema.primary_key == ("a",)


def test_a_document_that_refers_to_itself_ends() -> None:
    _, findings = read(table(tableSchema="m.json"), m=json.dumps({"@context": CONTEXT, "columns": []}))
    assert codes(findings) == ["LOD3510"]


def test_foreign_keys_find_their_table_by_url_and_by_schema() -> None:
    agencies = {"url": "agencies.csv", "tableSchema": {"@id": "agency.json", "columns": [{"name": "code"}]}}

    def staff(**reference: str) -> dict[str, Any]:
        key = {"columnReference": "agency", "reference": {"columnReference": "code", **reference}}
        return {"url": "staff.csv", "tableSchema": {"columns": [{"name": "agency"}], "foreignKeys": [key]}}

    for reference in ({"resource": "agencies.csv"}, {"schemaReference": "agency.json"}):
        _, findings = read({"@context": CONTEXT, "tables": [agencies, staff(**reference)]})
        assert not findings.items
    for reference in (
        {"resource": "agency.csv"},
        {"schemaReference": "x.json"},
        {"resource": "agencies.csv", "columnReference": "cod"},
    ):
        _, findings = read({"@context": CONTEXT, "tables": [agencies, staff(**reference)]})
        assert codes(findings) == ["LOD3509"]


def test_annotations_are_normalised() -> None:
    document = {
        "@context": [CONTEXT, {"@language": "en", "@base": "http://example.org/b/"}],
        "url": "t.csv",
        "dc:title": ["A", {"@value": "甲", "@language": "zh"}],
        "dc:extent": [1, 1.5, True, None, 2.0],
        "dc:date": {"@value": "2012-12-31", "@type": "xsd:date"},
        "dc:publisher": {"@id": "x", "@type": ["foaf:Agent", "Table"], "foaf:name": "B"},
    }
    group, findings = read(document)
    assert not findings.items
    assert group is not None
    xsd = "http://www.w3.org/2001/XMLSchema#"
    foaf = "http://xmlns.com/foaf/0.1/"
    assert group.tables[0].annotations == (
        Annotation(DC + "title", Literal("A", language="en")),
        Annotation(DC + "title", Literal("甲", language="zh")),
        Annotation(DC + "extent", Literal("1", xsd + "integer")),
        Annotation(DC + "extent", Literal("1.5E0", xsd + "double")),
        Annotation(DC + "extent", Literal("true", xsd + "boolean")),
        Annotation(DC + "extent", Literal("2", xsd + "integer")),
        Annotation(DC + "date", Literal("2012-12-31", xsd + "date")),
        Annotation(
            DC + "publisher",
            Node(
                "http://example.org/b/x",
                (foaf + "Agent", "http://www.w3.org/ns/csvw#Table"),
                (Annotation(foaf + "name", Literal("B", language="en")),),
            ),
        ),
    )


def test_transformations_are_read_and_not_carried_out() -> None:
    _, findings = read(table(transformations=[{"url": "x", "scriptFormat": "y", "targetFormat": "z"}]))
    assert [(item.code, item.severity) for item in findings] == [("LOD3515", Severity.INFO)]
