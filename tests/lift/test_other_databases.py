"""MySQL and MariaDB as sources, with a real MariaDB server, and addresses of others."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lod.diagnostics import Findings, FindingsError
from lod.lift.lineage import find_rows
from lod.lift.run import lift_files
from lod.tables.databases.dialects import parts_of, sqlalchemy_url

XSD = "http://www.w3.org/2001/XMLSchema#"
EX = "https://example.org/"


def execute(address: str, *statements: str) -> None:
    sqlalchemy = pytest.importorskip("sqlalchemy")
    engine = sqlalchemy.create_engine(sqlalchemy_url(address), poolclass=sqlalchemy.pool.NullPool)
    with engine.begin() as connection:
        for each in statements:
            connection.exec_driver_sql(each)


def mapping(folder: Path, source: str, columns: tuple[str, ...]) -> Path:
    """A mapping that says of each row its columns, as they are."""
    statements = "".join(f"      - [ex:{name}, $({name})]\n" for name in columns)
    path = folder / "m.yarrrml.yml"
    path.write_text(
        f"prefixes: {{ex: '{EX}'}}\nsources:\n  s: {source}\nmappings:\n  m:\n    sources: s\n"
        f"    s: ex:id/$(id)\n    po:\n{statements}",
        encoding="utf-8",
    )
    return path


def lifted(path: Path) -> list[str]:
    out = path.parent / "out.nq"
    lift_files([path], out, findings=Findings(), lineage=path.parent / "lineage")
    return sorted(line.replace(EX, "").replace(XSD, "xsd:") for line in out.read_text(encoding="utf-8").splitlines())


def mistakes(path: Path) -> list[str]:
    with pytest.raises(FindingsError) as caught:
        lift_files([path], path.parent / "out.nq", findings=Findings())
    return [f"{each.code} {each.message} / {each.hint}" for each in caught.value.diagnostics]


def test_values_keep_their_kinds(tmp_path: Path, mariadb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The natural mapping of SQL values: https://www.w3.org/TR/r2rml/#natural-mapping."""
    execute(
        mariadb,
        "CREATE OR REPLACE TABLE kinds (id INT, name VARCHAR(50), big BIGINT UNSIGNED, amount DECIMAL(9, 3),"
        " share DOUBLE, `open` BOOLEAN, `day` DATE, at DATETIME(3), seen TIMESTAMP NULL, `time` TIME, `bytes` BLOB,"
        " bits BIT(1), doc JSON, `long` TEXT)",
        "INSERT INTO kinds VALUES (1, '處, \"引號\"', 18446744073709551615, 1.500, 0.1, TRUE, '2012-12-31',"
        " '2012-12-31 08:00:00.250', '2012-12-31 08:00:00', '08:30:00', x'01ff', b'1', '{\"a\": 1}', 'a\nb\r\nc'),"
        " (2, '', NULL, 30, 1e20, FALSE, NULL, NULL, NULL, '-34:00:01', NULL, b'0', NULL, NULL)",
    )
    monkeypatch.setenv("LOD_MARIADB", mariadb)
    columns = ["name", "big", "amount", "share", "open", "day", "at", "seen", "time", "bytes", "bits", "doc", "long"]
    path = mapping(tmp_path, "{access: $LOD_MARIADB, type: mysql, table: kinds}", tuple(columns))
    assert lifted(path) == sorted(
        [
            '<id/1> <amount> "1.5"^^<xsd:decimal> .',
            '<id/1> <at> "2012-12-31T08:00:00.25"^^<xsd:dateTime> .',
            '<id/1> <big> "18446744073709551615"^^<xsd:integer> .',
            '<id/1> <bits> "true"^^<xsd:boolean> .',
            '<id/1> <bytes> "01FF"^^<xsd:hexBinary> .',
            '<id/1> <day> "2012-12-31"^^<xsd:date> .',
            '<id/1> <doc> "{\\"a\\": 1}" .',
            '<id/1> <long> "a\\nb\\r\\nc" .',
            '<id/1> <name> "處, \\"引號\\"" .',
            '<id/1> <open> "true"^^<xsd:boolean> .',
            '<id/1> <seen> "2012-12-31T08:00:00"^^<xsd:dateTime> .',
            '<id/1> <share> "1.0E-1"^^<xsd:double> .',
            '<id/1> <time> "08:30:00"^^<xsd:time> .',
            '<id/2> <amount> "30"^^<xsd:decimal> .',
            '<id/2> <bits> "false"^^<xsd:boolean> .',
            '<id/2> <name> "" .',
            '<id/2> <open> "false"^^<xsd:boolean> .',
            '<id/2> <share> "1.0E20"^^<xsd:double> .',
            '<id/2> <time> "-P1DT10H1S"^^<xsd:dayTimeDuration> .',
        ]
    )


def test_user_and_password_come_from_the_environment(
    tmp_path: Path, mariadb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute(mariadb, "CREATE OR REPLACE TABLE Staff (ID INT, Name TEXT)", "INSERT INTO Staff VALUES (1, '100%% 甲')")
    place = mariadb.partition("@")[2]
    monkeypatch.setenv("LOD_TEST_PASSWORD", "p@ss/word")
    source = f"{{access: 'http://{place}', type: mysql, query: 'SELECT id, Name FROM Staff WHERE Name LIKE \"100%\"',"
    source += " queryFormulation: sql2008, referenceFormulation: csv,"
    path = mapping(tmp_path, source + " credentials: {username: lod, password: $LOD_TEST_PASSWORD}}", ("name",))
    assert lifted(path) == ['<id/1> <name> "100% 甲" .']
    monkeypatch.setenv("LOD_TEST_PASSWORD", "wrong")
    found = mistakes(path)
    assert found[0].startswith(f"LOD2025 mysql://{place}: query cannot be read: Access denied for user 'lod'")


def test_rml_and_r2rml_read_it(tmp_path: Path, mariadb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    execute(mariadb, "CREATE OR REPLACE TABLE t (id INT, n INT)", "INSERT INTO t VALUES (1, 12), (2, NULL)")
    place = mariadb.partition("@")[2]
    rml = f"""@prefix rml: <http://w3id.org/rml/> . @prefix rr: <http://www.w3.org/ns/r2rml#> .
        @prefix d2rq: <http://www.wiwiss.fu-berlin.de/suhl/bizer/D2RQ/0.1#> .
        <#db> a d2rq:Database; d2rq:jdbcDSN "jdbc:mysql://{place}?useSSL=false"; d2rq:username "lod";
          d2rq:jdbcDriver "com.mysql.cj.jdbc.Driver"; d2rq:password "$LOD_TEST_PASSWORD" .
        <#m> rml:logicalSource [ rml:source <#db>; rml:referenceFormulation rml:SQL2008Query;
            rml:iterator "SELECT id, n * 2 AS n FROM t" ];
          rml:subjectMap [ rml:template "{EX}id/{{id}}" ];
          rml:predicateObjectMap [ rml:predicate <{EX}n>; rml:objectMap [ rml:reference "n" ] ] ."""
    monkeypatch.setenv("LOD_TEST_PASSWORD", "p@ss/word")
    path = tmp_path / "m.rml.ttl"
    path.write_text(rml, encoding="utf-8")
    assert lifted(path) == ['<id/1> <n> "24"^^<xsd:integer> .']
    path.write_text(
        f"""@prefix rr: <http://www.w3.org/ns/r2rml#> .
        <#m> rr:logicalTable [ rr:tableName "\\"t\\"" ]; rr:subjectMap [ rr:template "{EX}id/{{\\"id\\"}}" ];
          rr:predicateObjectMap [ rr:predicate <{EX}n>; rr:objectMap [ rr:column "\\"n\\"" ] ] .""",
        encoding="utf-8",
    )
    monkeypatch.setenv("LOD_DATABASE_URL", "jdbc:" + mariadb)
    assert lifted(path) == ['<id/1> <n> "12"^^<xsd:integer> .']


def test_yarrrml_names_a_table_alone_or_an_address_of_variables(
    tmp_path: Path, mariadb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As yarrrml-parser's R2RML profile and its variables of the environment have it."""
    execute(mariadb, "CREATE OR REPLACE TABLE t (id INT, n INT)", "INSERT INTO t VALUES (1, 12)")
    monkeypatch.setenv("LOD_DATABASE_URL", mariadb)
    assert lifted(mapping(tmp_path, "{table: t, queryFormulation: mysql}", ("n",))) == [
        '<id/1> <n> "12"^^<xsd:integer> .'
    ]
    address, _, database = mariadb.partition("@")[2].partition("/")
    for name, value in {"HOST": address, "DB": database, "DB_USER": "lod", "DB_PASSWORD": "p@ss/word"}.items():
        monkeypatch.setenv(name, value)
    source = "{access: '//${HOST}/${DB}', type: mysql, query: SELECT id FROM t, credentials: "
    source += "{username: '${DB_USER}', password: '${DB_PASSWORD}'}}"
    assert lifted(mapping(tmp_path, source, ("id",))) == ['<id/1> <id> "1"^^<xsd:integer> .']


def test_rows_are_numbered_as_the_query_orders_them(
    tmp_path: Path, mariadb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOD_MARIADB", mariadb)
    query = "SELECT seq AS id, seq % 7 AS v FROM seq_1_to_20000 ORDER BY seq DESC"
    path = mapping(tmp_path, f"{{access: $LOD_MARIADB, type: mariadb, query: '{query}'}}", ("v",))
    result = lift_files([path], tmp_path / "out.nq", findings=Findings(), lineage=tmp_path / "lineage")
    assert result.statements == 20000
    found = find_rows(result.lineage, [f"{EX}id/20000", f"{EX}id/1"])
    assert [found[f"{EX}id/{each}"][0].row for each in (20000, 1)] == [1, 20000]


def test_memory_does_not_grow_with_the_rows(tmp_path: Path, mariadb: str) -> None:
    """What the server sends is never held: some hundred MB pass through a process that may not grow by as much."""
    code = (
        "import resource, sys; from lod.tables.databases.dialects import stage_rows, sqlalchemy_url\n"
        "url = sqlalchemy_url(sys.argv[1]); stage_rows(url, '', 'SELECT 1'); stage_rows(url, '', sys.argv[2] % 20000)\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; stage_rows(url, '', sys.argv[2] % 300000)\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)"
    )
    query = "SELECT seq, repeat(md5(seq), 16) FROM seq_1_to_%d"
    done = subprocess.run([sys.executable, "-c", code, mariadb, query], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 110, "150 MB of text were read"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("type: mysql, table: nosuch", "LOD2025 $LOD_MARIADB: nosuch cannot be read: Table 'lod.nosuch' doesn't exist"),
        (
            "type: mysql, query: DELETE FROM kept",
            "LOD2025 $LOD_MARIADB: query cannot be read: Cannot execute statement",
        ),
        ("type: mysql, query: SET @a = 1", "LOD2025 $LOD_MARIADB: query cannot be read: it gives no rows"),
        ("type: mysql, query: 'SELECT 1 AS id, 2 AS id'", "LOD2006 the header says 'id' 2 times"),
        ("type: mysql, query: SELECT 1 AS idd", "LOD4001 $LOD_MARIADB: query has no column 'id' / did you mean 'idd'?"),
    ],
)
def test_what_a_server_refuses(
    tmp_path: Path, mariadb: str, monkeypatch: pytest.MonkeyPatch, source: str, message: str
) -> None:
    execute(mariadb, "CREATE OR REPLACE TABLE kept (id INT)", "INSERT INTO kept VALUES (1)")
    monkeypatch.setenv("LOD_MARIADB", mariadb)
    found = mistakes(mapping(tmp_path, f"{{access: $LOD_MARIADB, {source}}}", ("id",)))
    assert found[0].startswith(message)
    assert "p@ss" not in "".join(found)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{access: 'mysql://me:secret@db/x', type: mysql, table: t}", "LOD3031 a password stands in the mapping"),
        ("{access: 'sqlserver://db;databaseName=x;password=secret', type: sqlserver, table: t}", "LOD3031 a password"),
        ("{access: 'oracle:thin:me/secret@db:1521/x', type: oracle, table: t}", "LOD3031 a password stands in the"),
        (
            "{access: 'mysqll://db/x', type: mysql, table: t}",
            "LOD3004 'mysqll://db/x' is not the address of a database",
        ),
        ("{access: 'oracle://db/x', type: oracle, table: t}", "LOD2026 oracle://db/x: t needs a driver that is not"),
        (
            "{access: 'nosuch+driver://db/x', type: sql, table: t}",
            "LOD2025 nosuch+driver://db/x: t cannot be read: Can",
        ),
        ("{access: 'mysql://127.0.0.1:1/x', type: mysql, table: t}", "LOD2025 mysql://127.0.0.1:1/x: t cannot be read"),
    ],
)
def test_addresses_that_are_none(tmp_path: Path, source: str, message: str) -> None:
    found = mistakes(mapping(tmp_path, source, ("id",)))
    assert found[0].startswith(message)
    assert "secret" not in "".join(found)


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("jdbc:mysql://db:3306/x?useSSL=false", "mysql+pymysql://db:3306/x"),
        ("jdbc:mariadb://db/x?user=me&password=a%2Fb", "mysql+pymysql://me:a%2Fb@db/x"),
        ("jdbc:sqlserver://db:1433;databaseName=x;encrypt=false", "mssql+pymssql://db:1433/x"),
        ("jdbc:oracle:thin:@//db:1521/svc", "oracle+oracledb://db:1521/?service_name=svc"),
        ("jdbc:oracle:thin:me/pw@db:1521:sid", "oracle+oracledb://me:pw@db:1521/sid"),
        ("mysql+mysqldb://db/x?ssl_ca=a", "mysql+mysqldb://db/x?ssl_ca=a"),
        ("duckdb:///x.db", "duckdb:///x.db"),
    ],
)
def test_addresses_of_jdbc(address: str, url: str) -> None:
    assert sqlalchemy_url(address) == url


def test_names_of_tables() -> None:
    assert parts_of("hr.staff") == ["hr", "staff"]
    assert parts_of('"a.b"."c""d"') == ["a.b", 'c"d']
    assert parts_of("`a b`.[c]") == ["a b", "c"]
