"""Mistakes in shapes, for which a processor would say 'conforms'."""

from __future__ import annotations

from pathlib import Path

import pytest

from lod.diagnostics import Findings, Severity, TextOrigin
from lod.validation.files import validate_files
from lod.validation.validate import check_shapes, read_shapes

HEAD = "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
SHAPE = "<e:S> a sh:NodeShape ; sh:targetClass <e:C> ;\n  "
PROPERTY = SHAPE + "sh:property [ sh:path <e:p> ;\n    "


def _told(folder: Path, shapes: str, *properties: str) -> list[tuple[str, int, int, str]]:
    (folder / "s.ttl").write_text(HEAD + shapes, encoding="utf-8")
    findings = Findings()
    documents = read_shapes([folder / "s.ttl"], findings)
    check_shapes(documents, findings, properties=properties or None, tell_all=True)
    told = []
    for item in findings:
        assert isinstance(item.origin, TextOrigin)
        told.append((item.code, item.origin.line, item.origin.column, str(item.hint)))
    return told


@pytest.mark.parametrize(
    ("shapes", "code", "line", "column", "hint"),
    [
        (PROPERTY + "sh:mincount 1 ] .", "LOD6060", 4, 5, "did you mean 'minCount'?"),
        (PROPERTY + "sh:dataType xsd:integer ] .", "LOD6060", 4, 5, "did you mean 'datatype'?"),
        (SHAPE + "sh:severity sh:Warnings .", "LOD6060", 3, 3, "did you mean 'Warning'?"),
        (SHAPE + "sh:rule <e:rule> .", "LOD6061", 3, 3, "what it asks for is not checked here"),
        (PROPERTY + 'sh:minCount "1" ] .', "LOD6062", 4, 5, "a whole number, without quotation marks"),
        (SHAPE + 'sh:closed "yes" .', "LOD6062", 3, 3, "true or false, without quotation marks"),
        (PROPERTY + "sh:in <e:x> ] .", "LOD6062", 4, 5, "a list, in parentheses: ( … )"),
        (PROPERTY + "sh:in [ ] ] .", "LOD6062", 4, 5, "a list, in parentheses: ( … )"),
        (PROPERTY + 'sh:datatype "xsd:integer" ] .', "LOD6062", 4, 5, "an IRI"),
        (PROPERTY + 'sh:pattern "x"@en ] .', "LOD6062", 4, 5, "a text, without a language"),
        (PROPERTY + "sh:node 5 ] .", "LOD6062", 4, 5, "a shape"),
        (SHAPE + "sh:property [ sh:minCount 1 ] .", "LOD6063", 3, 3, "say which property: sh:path …"),
        (SHAPE + "sh:property <e:Nowhere> .", "LOD6063", 3, 3, "say which property: sh:path …"),
        (SHAPE + "sh:nodeKind sh:IRI .\n<e:T> a sh:NodeShape .", "LOD6064", 4, 1, "give a shape sh:targetClass"),
        (SHAPE + 'sh:sparql [ sh:select "SELECT" ] .', "LOD6065", 3, 15, ""),
    ],
)
def test_mistakes(tmp_path: Path, shapes: str, code: str, line: int, column: int, hint: str) -> None:
    assert _told(tmp_path, shapes) == [(code, line, column, hint)]


def test_the_second_of_two_is_told_at_its_own_place(tmp_path: Path) -> None:
    fine, wrong = "[ sh:path <e:p> ; sh:minCount 1 ]", "[ sh:minCount 1 ]"
    told = _told(tmp_path, f"{SHAPE}sh:property {fine} ;\n  sh:property {wrong} .")
    assert [each[:3] for each in told] == [("LOD6063", 4, 3)]


def test_properties_that_nothing_has(tmp_path: Path) -> None:
    """One that is nearly there is a slip; one that is not may be optional; numbered ones are no slips."""
    paths = ["http://e/headCount", "http://e/other", "http://e/v1"]
    shapes = SHAPE + " ;\n  ".join(f"sh:property [ sh:path <{path}> ]" for path in paths) + " ."
    told = _told(tmp_path, shapes, "http://e/headcount", "http://e/v2")
    assert [(code, hint) for code, _, _, hint in told] == [
        ("LOD6066", "did you mean 'http://e/headcount'?"),
        ("LOD6066", ""),
        ("LOD6066", ""),
    ]


def test_a_target_that_nothing_has_is_a_warning(tmp_path: Path) -> None:
    told = Findings()
    (tmp_path / "s.ttl").write_text(f"{HEAD}{SHAPE}sh:targetSubjectsOf <http://e/ofice> .", encoding="utf-8")
    check_shapes(read_shapes([tmp_path / "s.ttl"], told), told, properties={"http://e/other"}, tell_all=True)
    assert [(item.code, item.severity) for item in told] == [("LOD6066", Severity.WARNING)]


def test_a_slip_in_shapes_of_others_is_told_and_passed_over(tmp_path: Path) -> None:
    """A project's own shapes are mended; those that others publish are used as they are."""
    (tmp_path / "s.ttl").write_text(f"{HEAD}{PROPERTY}sh:minCuont 1 ] .", encoding="utf-8")
    (tmp_path / "d.ttl").write_text("<e:a> a <e:C> .", encoding="utf-8")
    told = Findings()
    assert validate_files([tmp_path / "d.ttl"], [tmp_path / "s.ttl"], told).violations == 0
    assert [(item.code, item.severity) for item in told] == [("LOD6060", Severity.WARNING)]


def test_words_of_drafts_and_of_others_pass(tmp_path: Path) -> None:
    told = Findings()
    (tmp_path / "s.ttl").write_text(
        f"{HEAD}{SHAPE}sh:wholly <e:x> ; <e:own> 1 ; sh:nodeKind sh:IRI .", encoding="utf-8"
    )
    check_shapes(read_shapes([tmp_path / "s.ttl"], told), told)
    assert [(item.code, item.severity) for item in told] == [("LOD6060", Severity.WARNING)]
