"""The same mistakes in R2RML: code, place and hint of what is said. `§` marks where the finding points."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest
from marked import Place, assert_explained, lift_marked

from lod.diagnostics import Diagnostic

TABLES = """CREATE TABLE staff (id INTEGER, name VARCHAR(9), unit CHAR(1), email VARCHAR(20));
INSERT INTO staff VALUES (1, '林', 'A', NULL), (2, '陳', 'B', NULL), (3, '王', 'A', NULL);
CREATE TABLE unit (code CHAR(1), label VARCHAR(9)); INSERT INTO unit VALUES ('A', '人事處'), ('B', '主計處');"""
PREFIXES = """@prefix rr: <http://www.w3.org/ns/r2rml#> . @prefix ex: <https://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
MAPPING = """ex:staff rr:logicalTable [ rr:tableName "staff" ] ;
  rr:subjectMap [ rr:template "https://example.org/staff/{id}" ] ; rr:predicateObjectMap [ rr:predicate ex:all ;
    rr:objectMap [ rr:template "{name} {unit}" ; rr:termType rr:Literal ] ] ; rr:predicateObjectMap RULE .
ex:unit rr:logicalTable [ rr:tableName "unit" ] ; rr:subjectMap [ rr:template "https://example.org/unit/{code}" ] ;
  rr:predicateObjectMap [ rr:predicate rdfs:label ; rr:objectMap [ rr:column "label" ] ] .
"""
TABLE = 'TABLE ; rr:subjectMap [ rr:template "https://example.org/{id}" ; rr:class ex:C ] .'


@dataclass(frozen=True)
class Mistake:
    """A rule, or with `{0}` in front a mapping of its own, and what is to be said of it."""

    written: str
    code: str
    message: str
    hint: str = ""


def rule(objects: str) -> str:
    return f"[ rr:predicate ex:p ; rr:objectMap [ {objects} ] ]"


def table(logical_table: str) -> str:
    return "{0}ex:M " + TABLE.replace("TABLE", f"rr:logicalTable [ {logical_table} ]")


MISTAKES = {
    "property": Mistake(
        "[ rr:predicate ex:p ; rr:object 'a' ; §rr:objectmap [] ]", "LOD3102", "r2rml#objectmap", "'objectMap'"
    ),
    "word of RML": Mistake(rule("§rr:reference 'name'"), "LOD3102", "r2rml#reference", "did you mean 'column'?"),
    "prefix": Mistake("[ rr:predicate §exx:p ; rr:object 'a' ]", "LOD3101", "exx:", "did you mean 'ex'?"),
    "column": Mistake(rule("rr:column '§nmae'"), "LOD4001", "staff has no column 'nmae'", "did you mean 'name'?"),
    "template": Mistake(rule("rr:template 'http://e/§{nmae}'"), "LOD4001", "no column 'nmae'", "'name'"),
    "brace": Mistake(rule("rr:template 'http://e/§{name'"), "LOD3106", "a reference is not closed", "is written"),
    "table": Mistake(table("rr:tableName 'staf'"), "LOD2025", "no table 'staf'", "did you mean 'staff'?"),
    "query": Mistake(table("rr:sqlQuery 'SELEC id FROM staff'"), "LOD2025", "syntax error", "own program"),
    "table and query": Mistake(
        table("rr:tableName 'staff' ; rr:sqlQuery §'SELECT * FROM staff'"), "LOD3104", "which of them", "keep one"
    ),
    "version": Mistake(
        table("rr:sqlQuery 'SELECT * FROM staff' ; rr:sqlVersion §rr:SQL2018"), "LOD3109", "version of SQL", "SQL2008'?"
    ),
    "no table": Mistake("{0}ex:M rr:logicalTable §[] ; rr:subjectMap [ rr:column 'id' ] .", "LOD3103", "rr:tableName"),
    "IRI for a column": Mistake(rule("rr:column §ex:name"), "LOD3105", "rr:column is text in quotes, not"),
    "class in quotes": Mistake(
        "{0}ex:M rr:logicalTable [ rr:tableName 'staff' ] ; rr:subjectMap [ rr:column 'id' ; rr:class §'ex:C' ] .",
        "LOD3105", "class is an IRI", "without quotes",
    ),
    "predicate in quotes": Mistake("[ rr:predicate §'ex:p' ; rr:object 'a' ]", "LOD3107", "a predicate is an IRI"),
    "term type": Mistake(rule("rr:column 'name' ; rr:termType §rr:Iri"), "LOD3107", "no term type", "IRI'?"),
    "literal subject": Mistake(
        "{0}ex:M rr:logicalTable [ rr:tableName 'staff' ] ; "
        "rr:subjectMap [ rr:column 'id' ; rr:termType §rr:Literal ] .",
        "LOD3107", "a subject is no literal",
    ),
    "no table at all": Mistake(
        "{0}§ex:M a rr:TriplesMap ; rr:subjectMap [ rr:column 'id' ] .", "LOD3103", "no source", "add rr:logicalTable"
    ),
    "no way to a term": Mistake(rule("rr:termType rr:IRI").replace("[ rr:t", "§[ rr:t"), "LOD3103", "", "rr:column"),
    "no predicate": Mistake("§[ rr:object 'a' ]", "LOD3103", "has no predicate"),
    "language": Mistake(rule("rr:column 'name' ; rr:language §'zh_TW'"), "LOD3009", "'zh_TW' is no language tag"),
    "datatype": Mistake(rule("rr:column 'id' ; rr:datatype §xsd:Integer"), "LOD4043", "'xsd:Integer'", "'xsd:integer'"),
    "values": Mistake(rule("rr:column 'name' ; rr:datatype xsd:integer"), "LOD4003", "3 of 3 values are no"),
    "triples map": Mistake(rule("rr:parentTriplesMap §ex:units"), "LOD3113", "no triples map", "org/unit'?"),
    "join column": Mistake(
        rule("rr:parentTriplesMap ex:unit ; rr:joinCondition [ rr:child 'unit' ; rr:parent '§cod' ]"),
        "LOD4001", "unit has no column 'cod'", "did you mean 'code'?",
    ),
    "half a join": Mistake(
        rule("rr:parentTriplesMap ex:unit ; rr:joinCondition §[ rr:child 'unit' ]"), "LOD3103", "has no parent"
    ),
    "join without condition": Mistake(
        rule("rr:parentTriplesMap ex:unit").replace("[ rr:par", "§[ rr:par"), "LOD4009", "needs a condition", "child"
    ),
    "join": Mistake(
        rule("rr:parentTriplesMap ex:unit ; rr:joinCondition [ rr:child 'name' ; rr:parent 'code' ]"),
        "LOD4041", "no value of 'name'",
    ),
}  # fmt: skip


def said_of(folder: Path, text: str) -> tuple[list[Diagnostic], Place | None]:
    """What is said of a mapping, and line and column of its mark."""
    with sqlite3.connect(folder / "d.db") as connection:
        connection.executescript(TABLES)
    connection.close()
    return lift_marked(folder / "m.r2rml.ttl", text)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_explained_at_its_place(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mistake = MISTAKES[name]
    monkeypatch.setenv("LOD_DATABASE_URL", f"sqlite:{tmp_path / 'd.db'}")
    own = mistake.written.removeprefix("{0}")
    text = PREFIXES + (own if own != mistake.written else MAPPING.replace("RULE", own))
    said, place = said_of(tmp_path, text)
    assert_explained(said, mistake, place)
    assert {each.code for each in said} <= {mistake.code, "LOD4002", "LOD3103"}


def test_nothing_is_said_of_what_is_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`rr:inverseExpression` changes no statement: processors may pass it over (R2RML, section 7.4)."""
    monkeypatch.setenv("LOD_DATABASE_URL", f"sqlite:{tmp_path / 'd.db'}")
    good = rule("rr:template 'http://e/{email}' ; rr:inverseExpression 'email = 1'")
    said, _ = said_of(tmp_path, PREFIXES + MAPPING.replace("RULE", good))
    assert [each.code for each in said] in ([], ["LOD4040"])
