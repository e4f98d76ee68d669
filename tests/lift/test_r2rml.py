"""R2RML over real databases: https://www.w3.org/TR/r2rml/. The cases are of the kinds of the W3C's test cases."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import pytest

from lod.diagnostics import Findings, FindingsError
from lod.lift.run import lift_files
from lod.tables.databases.dialects import sqlalchemy_url

XSD = "http://www.w3.org/2001/XMLSchema#"
HEAD = """@prefix rr: <http://www.w3.org/ns/r2rml#> . @prefix ex: <http://example.com/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@base <http://example.com/base/> .
"""
PATIENTS = (
    'CREATE TABLE "Patient" ("ID" INTEGER, "Name" VARCHAR(50), "Code" CHAR(6), "Weight" FLOAT, "Height" NUMERIC(5,2),'
    ' "BirthDate" DATE, "Entrance" TIMESTAMP, "Paid" BOOLEAN, "Photo" BYTEA, PRIMARY KEY ("ID"))',
    """INSERT INTO "Patient" VALUES (10, 'Monica', 'A1', 80.25, 1.60, '1981-10-10', '2009-10-10 12:12:22', FALSE,"""
    """ '\\x89504E'), (11, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)""",
)
PATIENT_MAP = """<TriplesMap1> a rr:TriplesMap; rr:logicalTable [ rr:tableName "\\"Patient\\"" ];
  rr:subjectMap [ rr:template "http://example.com/Patient{\\"ID\\"}"; rr:class foaf:Person; rr:graph ex:g ];
  """ + " ".join(
    f"""rr:predicateObjectMap [ rr:predicate ex:{name.lower()}; rr:objectMap [ rr:column "\\"{name}\\"" ] ];"""
    for name in ("ID", "Name", "Code", "Weight", "Height", "BirthDate", "Entrance", "Paid", "Photo")
)


def database(kind: str, statements: Sequence[str], folder: Path, request: pytest.FixtureRequest) -> str:
    """The address of a database in which the statements were executed."""
    if kind == "sqlite":
        with sqlite3.connect(folder / "d.db") as connection:
            for each in statements:
                connection.execute(each.replace("'\\x89504E'", "x'89504E'"))
        connection.close()
        return f"sqlite:{folder / 'd.db'}"
    address = str(request.getfixturevalue(kind))
    if kind == "postgresql":
        driver = pytest.importorskip("adbc_driver_postgresql.dbapi")
        with driver.connect(address, autocommit=True) as connection, connection.cursor() as cursor:
            for each in statements:
                cursor.execute(each)
        return address
    sqlalchemy = pytest.importorskip("sqlalchemy")
    engine = sqlalchemy.create_engine(sqlalchemy_url(address), poolclass=sqlalchemy.pool.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("SET sql_mode = 'ANSI_QUOTES'")
        for each in statements:
            connection.exec_driver_sql(each.replace("BYTEA", "BLOB").replace("'\\x89504E'", "x'89504E'"))
    return address


def lifted(folder: Path, text: str) -> list[str]:
    (folder / "m.r2rml.ttl").write_text(HEAD + text + " .", encoding="utf-8")
    lift_files([folder / "m.r2rml.ttl"], folder / "out.nq", findings=Findings())
    lines = (folder / "out.nq").read_text(encoding="utf-8").splitlines()
    return sorted(line.replace("http://example.com/", "").replace(XSD, "xsd:").removesuffix(" .") for line in lines)


@pytest.fixture(params=["postgresql", "mariadb"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("kind", ["postgresql", "mariadb", "sqlite"])
def test_values_are_mapped_naturally(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Section 10.2; what is NULL makes nothing. A CHAR is as long as its column says in PostgreSQL (R2RMLTC0018a)."""
    drop = 'DROP TABLE IF EXISTS "Patient"'
    monkeypatch.setenv("LOD_DATABASE_URL", database(kind, (drop, *PATIENTS), tmp_path, request))
    code = "A1    " if kind == "postgresql" else "A1"
    expected = [
        '<birthdate> "1981-10-10"^^<xsd:date>',
        f'<code> "{code}"',
        '<entrance> "2009-10-10T12:12:22"^^<xsd:dateTime>',
        '<height> "1.6"^^<xsd:decimal>',
        '<id> "10"^^<xsd:integer>',
        '<name> "Monica"',
        '<paid> "false"^^<xsd:boolean>',
        '<photo> "89504E"^^<xsd:hexBinary>',
        '<weight> "8.025E1"^^<xsd:double>',
    ]
    kind_of = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://xmlns.com/foaf/0.1/Person>"
    assert lifted(tmp_path, PATIENT_MAP) == sorted(
        [f"<Patient10> {each} <g>" for each in [*expected, kind_of]]
        + [f"<Patient11> {kind_of} <g>", '<Patient11> <id> "11"^^<xsd:integer> <g>']
    )


STUDENTS = (
    'CREATE TABLE "Sport" ("ID" INTEGER PRIMARY KEY, "Name" VARCHAR(50))',
    'CREATE TABLE "Student" ("ID" INTEGER PRIMARY KEY, "Name" VARCHAR(50), "Sport" INTEGER)',
    """INSERT INTO "Sport" VALUES (100, 'Tennis')""",
    """INSERT INTO "Student" VALUES (10, 'Venus Williams', 100), (20, 'Demi Moore', NULL)""",
)
JOINED = """<Student> rr:logicalTable [ rr:tableName "\\"Student\\"" ];
  rr:subjectMap [ rr:template "http://example.com/student_{\\"ID\\"}" ];
  rr:predicateObjectMap [ rr:predicate ex:practises ; rr:objectMap [ rr:parentTriplesMap <Sport>;
    rr:joinCondition [ rr:child "\\"Sport\\""; rr:parent "\\"ID\\"" ] ] ] .
<Sport> rr:logicalTable [ rr:tableName "\\"Sport\\"" ];
  rr:subjectMap [ rr:template "http://example.com/sport_{\\"ID\\"}" ] ;
  rr:predicateObjectMap [ rr:predicate ex:name ; rr:objectMap [ rr:column "\\"Name\\"" ; rr:language "en" ] ]"""
COUNTED = """<Count> rr:logicalTable [ rr:sqlVersion rr:SQL2008; rr:sqlQuery \"\"\"
    SELECT "Name", COUNT("Sport") AS SPORTCOUNT, CONCAT('Sport ', MAX("Sport")) AS label
    FROM "Student" GROUP BY "Name" ORDER BY "Name"; \"\"\" ];
  rr:subjectMap [ rr:template "http://example.com/resource/{Name}"; rr:termType rr:IRI ];
  rr:predicateObjectMap [ rr:predicate ex:numSport ; rr:objectMap [ rr:column "SPORTCOUNT" ] ] ,
    [ rr:predicate ex:label ; rr:objectMap [ rr:column "LABEL" ; rr:datatype xsd:token ] ] ,
    [ rr:predicate ex:self ; rr:objectMap [ rr:template "{\\\\{x\\\\}} {Name}" ; rr:termType rr:Literal ] ]"""


def test_joins_and_views(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop = ('DROP TABLE IF EXISTS "Student"', 'DROP TABLE IF EXISTS "Sport"')
    monkeypatch.setenv("LOD_DATABASE_URL", database(kind, (*drop, *STUDENTS), tmp_path, request))
    assert lifted(tmp_path, JOINED) == ['<sport_100> <name> "Tennis"@en', "<student_10> <practises> <sport_100>"]
    view = (
        COUNTED
        if kind == "mariadb"
        else COUNTED.replace("CONCAT('Sport ', MAX(\"Sport\"))", "'Sport ' || MAX(\"Sport\")")
    )
    view = view if kind == "postgresql" else view.replace('"Name",', "Name,").replace('"Student"', "Student")
    view = view if kind == "postgresql" else view.replace('("Sport")', "(Sport)").replace('BY "Name"', "BY Name")
    view = view.replace("{\\\\{x\\\\}} ", "")
    assert (
        lifted(tmp_path, view)
        == [
            '<resource/Demi%20Moore> <numSport> "0"^^<xsd:integer>',
            '<resource/Demi%20Moore> <self> "Demi Moore"',
            '<resource/Venus%20Williams> <label> "Sport 100"^^<xsd:token>',
            '<resource/Venus%20Williams> <numSport> "1"^^<xsd:integer>',
            '<resource/Venus%20Williams> <self> "Venus Williams"',
        ]
        or kind == "postgresql"
    )


def test_what_sqlite_declares_holds_for_what_looks_like_it(
    tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A date is text in SQLite: the column's type says what it is. An empty table has no row to tell types from."""
    made = (
        'CREATE TABLE "Event" ("ID" INTEGER, "Day" DATE, "At" DATETIME, "Due" TIME, "Open" BOOLEAN,'
        ' "Fee" DECIMAL(6,2))',
        """INSERT INTO "Event" VALUES (1, '2012-12-31', '2012-12-31 08:05:00.5', '08:05:07', 'TRUE', 30), """
        """(2, '民國101年', 'noon', NULL, 2, 0.1), (3, 20121231, NULL, NULL, 0, 'free')""",
        'CREATE TABLE "Student" ("Name" VARCHAR(50))',
    )
    monkeypatch.setenv("LOD_DATABASE_URL", database("sqlite", made, tmp_path, request))
    objects = " ".join(
        f'rr:predicateObjectMap [ rr:predicate ex:{name.lower()}; rr:objectMap [ rr:column "{name}" ] ];'
        for name in ("Day", "At", "Due", "Open", "Fee")
    )
    table = 'rr:logicalTable [ rr:tableName "Event" ]'
    assert lifted(tmp_path, f'<M> {table}; rr:subjectMap [ rr:template "http://example.com/{{ID}}" ]; {objects}') == [
        '<1> <at> "2012-12-31T08:05:00.5"^^<xsd:dateTime>',
        '<1> <day> "2012-12-31"^^<xsd:date>',
        '<1> <due> "08:05:07"^^<xsd:time>',
        '<1> <fee> "30"^^<xsd:decimal>',
        '<1> <open> "true"^^<xsd:boolean>',
        '<2> <at> "noon"',
        '<2> <day> "民國101年"',
        '<2> <fee> "0.1"^^<xsd:decimal>',
        '<2> <open> "2"^^<xsd:integer>',
        '<3> <day> "20121231"^^<xsd:integer>',
        '<3> <fee> "free"',
        '<3> <open> "false"^^<xsd:boolean>',
    ]
    view = 'rr:logicalTable [ rr:sqlQuery "SELECT max(Day) AS Last, Day FROM Event WHERE ID = 1;" ]'
    said = "".join(
        f' rr:predicateObjectMap [ rr:predicate ex:{n}; rr:objectMap [ rr:column "{n}" ] ];' for n in ("Last", "Day")
    )
    assert lifted(tmp_path, f"<M> {view}; rr:subjectMap [ rr:constant ex:all ]; {said}") == [
        '<all> <Day> "2012-12-31"^^<xsd:date>',
        '<all> <Last> "2012-12-31"',
    ]
    none = 'rr:logicalTable [ rr:tableName "Student" ]'
    assert (
        lifted(tmp_path, f'<M> {none}; rr:subjectMap [ rr:template "http://example.com/{{Name}}"; rr:class ex:S ]')
        == []
    )


def test_a_table_created_without_quotes(
    tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL keeps its name in small letters; the mapping may write it as people do."""
    made = (
        "DROP TABLE IF EXISTS Teacher",
        "CREATE TABLE Teacher (Name VARCHAR(9))",
        "INSERT INTO Teacher VALUES ('A')",
    )
    monkeypatch.setenv("LOD_DATABASE_URL", database("postgresql", made, tmp_path, request))
    subject = 'rr:subjectMap [ rr:template "http://example.com/{Name}"; rr:class ex:T ]'
    text = f'<M> rr:logicalTable [ rr:tableName "Teacher" ]; {subject}'
    assert lifted(tmp_path, text) == ["<A> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <T>"]


def test_sqlite_and_names_without_quotes(
    tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOD_DATABASE_URL", database("sqlite", STUDENTS, tmp_path, request))
    assert lifted(tmp_path, JOINED) == ['<sport_100> <name> "Tennis"@en', "<student_10> <practises> <sport_100>"]
    plain = JOINED.replace('\\"Student\\"', "student").replace('{\\"ID\\"}', "{id}").replace('\\"Sport\\"', "SPORT")
    assert lifted(tmp_path, plain) == ['<sport_100> <name> "Tennis"@en', "<student_10> <practises> <sport_100>"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('<M> rr:logicalTable [ rr:tableName "Nosuch" ]; rr:subjectMap [ rr:template "x{ID}" ]', "LOD2025"),
        ('<M> rr:logicalTable [ rr:tableName "Sport" ]; rr:subjectMap [ rr:template "x{IDs}" ]', "LOD4001"),
        ('<M> rr:logicalTable [ rr:sqlQuery "SELEC 1" ]; rr:subjectMap [ rr:template "x{ID}" ]', "LOD2025"),
        (
            '<M> rr:logicalTable [ rr:sqlQuery "SELECT 1 AS ID"; rr:sqlVersion rr:SQL1979 ]; '
            'rr:subjectMap [ rr:template "x{ID}" ]',
            "LOD3109",
        ),
        ("<M> rr:logicalTable [ ]; rr:subjectMap [ rr:template 'x{ID}' ]", "LOD3103"),
        ("<M> rr:subjectMap [ rr:template 'x{ID}' ]", "LOD3103"),
        ('<M> rr:logicalTable [ rr:tableName "Sport" ]', "LOD3103"),
        ('<M> rr:logicalTable [ rr:tableName "Sport" ]; rr:subjectMap [ rr:template "x{ID}" ], [ rr:column "ID" ]', ""),
        ('<M> rr:logicalTable [ rr:tableName "Sport" ]; rr:subjectMap [ rr:column "ID"; rr:termType rr:Literal ]', ""),
        (
            '<M> rr:logicalTable [ rr:tableName "Sport" ]; rr:subjectMap [ rr:template "x{ID}" ]; rr:predicateObjectMap'
            ' [ rr:predicate ex:p; rr:objectMap [ rr:column "Name"; rr:language "english_no" ] ]',
            "",
        ),
    ],
)
def test_what_is_no_r2rml(
    text: str, code: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOD_DATABASE_URL", database("sqlite", STUDENTS, tmp_path, request))
    with pytest.raises(FindingsError) as caught:
        lifted(tmp_path, text)
    assert code in [each.code for each in caught.value.diagnostics] or not code
    assert all(each.origin for each in caught.value.diagnostics)
