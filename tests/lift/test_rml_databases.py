"""Databases that RML describes: https://w3id.org/rml/io/registry."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from lod.diagnostics import Findings, FindingsError
from lod.lift.run import lift_files

XSD = "http://www.w3.org/2001/XMLSchema#"
RML = """@prefix rml: <http://w3id.org/rml/> .
@prefix rr: <http://www.w3.org/ns/r2rml#> .
@prefix old: <http://semweb.mmlab.be/ns/rml#> .
@prefix ql: <http://semweb.mmlab.be/ns/ql#> .
@prefix d2rq: <http://www.wiwiss.fu-berlin.de/suhl/bizer/D2RQ/0.1#> .
<http://example.org/db> a d2rq:Database; DATABASE .
<http://example.org/m> rml:logicalSource [ rml:source <http://example.org/db>; ASKED ];
  rml:subjectMap [ rml:template "https://example.org/id/{id}" ];
  rml:predicateObjectMap [ rml:predicate <https://example.org/n>; rml:objectMap [ rml:reference "n" ] ] .
"""
TABLE = 'rml:referenceFormulation rml:SQL2008Table; rml:iterator "t"'
QUERY = 'rml:referenceFormulation rml:SQL2008Query; rml:iterator "SELECT id, n * 2 AS n FROM t"'


def lifted(path: Path) -> list[str]:
    """The statements of a mapping, in short."""
    out = path.parent / "out.nq"
    lift_files([path], out, findings=Findings())
    lines = out.read_text(encoding="utf-8").splitlines()
    return sorted(line.replace("https://example.org/", "").replace(XSD, "xsd:") for line in lines)


def write_sqlite(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for each in statements:
        connection.execute(each)
    connection.commit()
    connection.close()


def execute(address: str, *statements: str) -> None:
    """Write into the database."""
    driver = pytest.importorskip("adbc_driver_postgresql.dbapi")
    with driver.connect(address, autocommit=True) as connection, connection.cursor() as cursor:
        for each in statements:
            cursor.execute(each)


def rml_mapping(folder: Path, database: str, asked: str) -> Path:
    path = folder / "m.rml.ttl"
    path.write_text(RML.replace("DATABASE", database).replace("ASKED", asked), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("asked", "n"),
    [
        (TABLE, 12),
        (QUERY, 24),
        ('rr:tableName "t"', 12),
        ('old:query "SELECT id, n + 1 AS n FROM t"; old:referenceFormulation ql:CSV', 13),
    ],
)
def test_rml_reads_tables_and_queries(tmp_path: Path, asked: str, n: int) -> None:
    write_sqlite(tmp_path / "s.db", "CREATE TABLE t (id INTEGER, n INTEGER)", "INSERT INTO t VALUES (1, 12)")
    path = rml_mapping(tmp_path, 'd2rq:jdbcDSN "jdbc:sqlite:s.db"', asked)
    assert lifted(path) == [f'<id/1> <n> "{n}"^^<xsd:integer> .']


def test_rml_takes_user_and_password_from_the_environment(
    tmp_path: Path, postgresql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute(postgresql, "CREATE TABLE t AS SELECT 1 AS id, 12.50 AS n")
    monkeypatch.setenv("LOD_TEST_DSN", "jdbc:" + postgresql.replace("lod@", ""))
    monkeypatch.setenv("LOD_TEST_USER", "lod")
    monkeypatch.setenv("LOD_TEST_PASSWORD", "p@ss/word")
    database = 'd2rq:jdbcDSN "$LOD_TEST_DSN"; d2rq:username "$LOD_TEST_USER"; d2rq:password "$LOD_TEST_PASSWORD"'
    assert lifted(rml_mapping(tmp_path, database, TABLE)) == ['<id/1> <n> "12.5"^^<xsd:decimal> .']


@pytest.mark.parametrize(
    ("database", "asked", "message"),
    [
        ('d2rq:username "me"', TABLE, "LOD3103 the database has no d2rq:jdbcDSN"),
        ('d2rq:jdbcDSN "jdbc:mysqll://db/x"', TABLE, "LOD3109 databases of 'mysqll://db/x' are not supported"),
        ('d2rq:jdbcDSN "jdbc:sqlite:s.db"', 'rml:iterator "t"', "LOD3103 the source names no table and no query"),
        ('d2rq:jdbcDSN "jdbc:sqlite:s.db"', "rml:referenceFormulation rml:JSONPath", "LOD3109 databases are not read"),
        ('d2rq:jdbcDSN "$LOD_A"; d2rq:password "secret"', TABLE, "LOD3031 a password stands in the mapping"),
        ('d2rq:jdbcDSN "jdbc:postgresql://me:secret@db/x"', TABLE, "LOD3031 a password stands in the mapping"),
        ('d2rq:jdbcDSN "$LOD_NO_SUCH_VARIABLE"', TABLE, "LOD2027 the environment has no variable LOD_NO_SUCH"),
    ],
)
def test_databases_that_rml_describes_wrongly(tmp_path: Path, database: str, asked: str, message: str) -> None:
    with pytest.raises(FindingsError) as caught:
        lifted(rml_mapping(tmp_path, database, asked))
    found = [f"{each.code} {each.message}" for each in caught.value.diagnostics]
    assert found[0].startswith(message)
    assert "secret" not in "".join(found)


def test_a_logical_view_stands_on_a_table_of_a_database(tmp_path: Path) -> None:
    write_sqlite(tmp_path / "s.db", "CREATE TABLE t (id INTEGER, n INTEGER)", "INSERT INTO t VALUES (1, 12), (2, NULL)")
    path = rml_mapping(tmp_path, 'd2rq:jdbcDSN "jdbc:sqlite:s.db"', TABLE)
    source, view = "[ rml:source <http://example.org/db>; " + TABLE + " ]", 'rml:fieldName "id"; rml:reference "id"'
    view = f"[ a rml:LogicalView; rml:viewOn {source}; rml:field [ {view} ], "
    view += '[ rml:fieldName "n"; rml:reference "n" ] ]'
    path.write_text(path.read_text(encoding="utf-8").replace(source, view), encoding="utf-8")
    assert "viewOn" in path.read_text(encoding="utf-8")
    assert lifted(path) == ['<id/1> <n> "12" .']


@pytest.mark.suite
def test_the_database_case_of_rml_io(
    tmp_path: Path, shared: Path, postgresql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = shared / "suites" / "rml-io" / "test-cases" / "RMLSTC0006a"
    rows = [line.split(",") for line in (case / "Friends.csv").read_text(encoding="utf-8").splitlines()[1:]]
    listed = ", ".join(f"({number}, '{name}', {age})" for number, name, age in rows)
    create = 'CREATE TABLE "Friends" (id int, name text, age int)'
    execute(postgresql, create, f'INSERT INTO "Friends" VALUES {listed}')
    monkeypatch.setenv("CONNECTIONDSN", "jdbc:" + postgresql)
    monkeypatch.setenv("USERNAME", "lod")
    monkeypatch.setenv("PASSWORD", "any")
    out = tmp_path / "out.nq"
    lift_files([case / "mapping.ttl"], out, findings=Findings())
    expected = (case / "default.nq").read_text(encoding="utf-8").splitlines()
    assert sorted(out.read_text(encoding="utf-8").splitlines()) == sorted(filter(None, expected))


def test_logical_tables_of_r2rml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R2RML says no database: the environment does."""
    write_sqlite(tmp_path / "d.db", "CREATE TABLE t (id INTEGER, n INTEGER)", "INSERT INTO t VALUES (1, 5), (2, NULL)")
    text = """@prefix rr: <http://www.w3.org/ns/r2rml#> .
        <#a> rr:logicalTable [ ASKED ] ; rr:subjectMap [ rr:template "https://example.org/id/{id}" ] ;
          rr:predicateObjectMap [ rr:predicate <https://example.org/n> ; rr:objectMap [ rr:column "n" ] ] ."""
    path = tmp_path / "m.rml.ttl"
    for asked, n in (('rr:tableName "t"', 5), ('rr:sqlQuery "SELECT id, n + 1 AS n FROM t"', 6)):
        path.write_text(text.replace("ASKED", asked), encoding="utf-8")
        monkeypatch.setenv("LOD_DATABASE_URL", f"sqlite:{tmp_path / 'd.db'}")
        assert lifted(path) == [f'<id/1> <n> "{n}"^^<xsd:integer> .']
        monkeypatch.delenv("LOD_DATABASE_URL")
        with pytest.raises(FindingsError) as refused:
            lifted(path)
        assert [each.code for each in refused.value.diagnostics if each.code == "LOD2027"]
