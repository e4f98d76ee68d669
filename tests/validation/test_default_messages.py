"""What is said where a shape has no message."""

from __future__ import annotations

from pathlib import Path

import pytest

from lod.diagnostics import Findings
from lod.validation.files import validate_files
from lod.wording import translated

HEAD = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix e: <http://e/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
LABELS = """e:sex rdfs:label "性別"@zh-Hant-TW, "sex"@en .
e:M skos:prefLabel "男"@zh-Hant-TW . e:F skos:prefLabel "女"@zh-Hant-TW .
"""


@pytest.mark.parametrize(
    ("value", "rule", "english", "chinese"),
    [
        ("e:X", "sh:in ( e:M e:F )", "sex X is none of 男 (M), 女 (F)", "性別 X 不在容許的值之中：男 (M), 女 (F)"),
        ("'a'", "sh:datatype xsd:integer", "sex 'a' is no integer", "性別 'a' 不是 integer"),
        ("'a'", "sh:nodeKind sh:IRI", "sex 'a' is not of kind IRI", "性別 'a' 不是 IRI 這種節點"),
        ("'a'", "sh:pattern '^b'", "sex 'a' does not match the pattern ^b", "性別 'a' 不符合樣式 ^b"),
        ("-7", "sh:minInclusive 0", "sex '-7' is less than 0", "性別 '-7' 小於 0"),
        ("e:X", "sh:class e:C", "sex X does not belong to class C", "性別 X 不屬於類別 C"),
        ("1, 2", "sh:maxCount 1", "sex has more values than 1", "性別的值多於 1 個"),
        ("1", "sh:hasValue e:M", "sex does not have the value 男 (M)", "性別沒有 男 (M) 這個值"),
        ("'a'@en", "sh:languageIn ( 'zh' )", "sex 'a'@en is in none of the languages", "性別 'a'@en 不是這些語言"),
        ("'a'@en, 'b'@en", "sh:uniqueLang true", "sex has more than one value", "性別在同一語言有多於一個值"),
    ],
)  # fmt: skip
def test_a_constraint_in_words(tmp_path: Path, value: str, rule: str, english: str, chinese: str) -> None:
    said = _said(tmp_path, f"e:a e:sex {value} .", f"sh:property [ sh:path e:sex ; {rule} ]")
    assert said[0].startswith(f"a: {english}")
    assert said[1].startswith(f"a: {chinese}")


def test_what_is_missing_or_not_allowed(tmp_path: Path) -> None:
    assert _said(tmp_path, "", "sh:property [ sh:path e:sex ; sh:minCount 1 ]") == ("a: sex is missing", "a: 缺少性別")
    closed = _said(tmp_path, "e:a e:n 1 .", "sh:closed true ; sh:property [ sh:path e:sex ]")
    assert closed[0] == "a: n is not allowed here: the shape is closed"


def test_a_node_itself(tmp_path: Path) -> None:
    assert _said(tmp_path, "", "sh:nodeKind sh:Literal")[0] == "a: a is not of kind Literal"


def _said(folder: Path, data: str, rule: str) -> tuple[str, str]:
    (folder / "data.ttl").write_text(HEAD + LABELS + data, encoding="utf-8")
    (folder / "shapes.ttl").write_text(f"{HEAD}e:S a sh:NodeShape ; sh:targetNode e:a ; {rule} .", encoding="utf-8")
    findings = Findings()
    validate_files([folder / "data.ttl"], [folder / "shapes.ttl"], findings)
    (finding,) = findings
    return str(finding.message), translated(finding.message, "zh-Hant-TW")
