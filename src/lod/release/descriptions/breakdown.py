"""The statements of a release, counted and divided among its datasets, over columns and out of core.

A dataset's own statements are those about the dataset, its observations, slices and structure and the blank nodes that
these lead to; all others (code lists, vocabularies, organisations) are shared. A subject of two datasets, as a
structure may be, stands with both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from lod.lift.engines.duckdb.merge import lines_of
from lod.lift.engines.session import open_session
from lod.lift.engines.sql import quoted
from lod.rdf.namespaces import DCAT, PREFIXES, QB, RDF, XSD
from lod.release.bulk.frames import CUT

_TYPE = f"<{RDF}type>"
_LITERAL = r'^"(?:[^"\\]|\\.)*"(?:@[A-Za-z0-9-]+|\^\^<[^>]*>)?'
_CSV = "(FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER E'\\x01')"

# What stands behind the predicate is the object, and the graph's name where there is one.
_OBJECT = f"""CASE WHEN NOT contains(rest, ' ') THEN rest WHEN rest[1] IN ('<', '_') THEN split_part(rest, ' ', 1)
    ELSE regexp_extract(rest, {quoted(_LITERAL)}) END"""


@dataclass(frozen=True, slots=True)
class Partition:
    """How often a class or property occurs. `example` is an instance's IRI."""

    term: str
    count: int
    example: str = ""


@dataclass(frozen=True, slots=True)
class Statistics:
    """What is in a graph: counted over the union of all its graphs, by the texts of terms."""

    triples: int
    subjects: int
    objects: int
    classes: tuple[Partition, ...]
    properties: tuple[Partition, ...]


@dataclass(frozen=True, slots=True)
class Breakdown:
    """An open look at the statements of a release. `datasets` are IRIs, sorted."""

    connection: duckdb.DuckDBPyConnection
    base_iri: str
    datasets: tuple[str, ...]
    is_named: bool = False  # some statements are in a named graph

    def statistics(self) -> Statistics:
        """Count everything. Objects are told apart by their hashes."""
        run = self.connection.execute
        run("CREATE OR REPLACE TEMP TABLE object AS SELECT hash(o) AS h, count(*) AS n FROM triple GROUP BY h")
        (numbers,) = run("SELECT count(*), count(DISTINCT s), (SELECT count(*) FROM object) FROM triple").fetchall()
        properties = run("SELECT p, count(*) FROM triple GROUP BY p ORDER BY p").fetchall()
        classes = run(
            f"""SELECT o, count(*), min(s) FROM triple WHERE p = {quoted(_TYPE)} AND s LIKE '<%' AND o LIKE '<%'
            GROUP BY o ORDER BY o"""
        ).fetchall()
        triples, subjects, objects = numbers
        return Statistics(
            triples,
            subjects,
            objects,
            tuple(Partition(term[1:-1], count, example[1:-1]) for term, count, example in classes),
            tuple(Partition(term[1:-1], count) for term, count in properties),
        )

    def keep(self, folder: Path) -> None:
        """Keep how often each object occurs, once counted, and which subjects are of a dataset without saying so."""
        run = self.connection.execute
        objects, members = (quoted(str(folder / name)) for name in ("objects.parquet", "members.parquet"))
        run(f"COPY object TO {objects} (FORMAT parquet)")
        run(
            f"""COPY (SELECT s, dataset FROM member ANTI JOIN (SELECT s, o AS dataset FROM told
            WHERE p = '<{QB}dataSet>') USING (s, dataset) ORDER BY ALL) TO {members} (FORMAT parquet)"""
        )

    def write_lines(self, dataset: str | None, target: Path) -> int:
        """Write a dataset's own statements as sorted N-Quads, or with None the shared ones; returns how many."""
        chosen = (
            "s NOT IN (SELECT s FROM member)"
            if dataset is None
            else f"s IN (SELECT s FROM member WHERE dataset = {quoted(f'<{dataset}>')})"
        )
        # Members are looked up, never the lines, which the optimizer would hold in memory if it took them for fewer.
        self.connection.execute("SET disabled_optimizers = 'build_side_probe_side'")
        row = self.connection.execute(
            f"COPY (SELECT line FROM statement WHERE {chosen} ORDER BY line) TO {quoted(str(target))} {_CSV}"
        ).fetchone()
        self.connection.execute("SET disabled_optimizers = ''")
        return int(row[0]) if row else 0

    def starts(self, lines: Path) -> list[str]:
        """The subjects of sorted N-Quads that begin a piece of a bulk file, in order (`lod.release.bulk.frames`)."""
        rows = self.connection.execute(
            f"""SELECT DISTINCT s FROM (SELECT split_part(line, ' ', 1) AS s FROM {lines_of([lines])})
            WHERE hash(s) % {CUT} = 0 ORDER BY s || ' '"""
        ).fetchall()
        return [s for (s,) in rows]

    def write_turtle(self, lines: Path, target: Path) -> int:
        """Write sorted N-Quads as Turtle: a block a subject, without the names of graphs: it has none.

        Returns how many bytes stand before the blocks.
        """
        names = " ".join(f"WHEN {quoted(namespace)} THEN {quoted(name)}" for name, namespace in PREFIXES.items())
        heads = "\n".join(f"@prefix {name}: <{PREFIXES[name]}> ." for name in sorted(PREFIXES))
        datatype = quoted(r'"\^\^<' + XSD + r"([A-Za-z]+)>$")
        # Reading a file keeps the order of its lines, and so do windows without an order of their own.
        self.connection.execute(
            f"""COPY (
            SELECT {quoted(heads)} AS text UNION ALL
            SELECT CASE WHEN s = lag(s) OVER () AND p = lag(p) OVER () THEN '    , ' || o
            WHEN s = lag(s) OVER () THEN '    ; ' || short || ' ' || o
            ELSE CASE WHEN lag(s) OVER () IS NULL THEN '' ELSE '.' || chr(10) END || chr(10) || s || ' ' || short || ' '
            || o END
            FROM (SELECT s, p, CASE WHEN p = {quoted(_TYPE)} THEN 'a'
                WHEN name IS NOT NULL AND regexp_full_match(local, '[A-Za-z][A-Za-z0-9_]*') THEN name || ':' || local
                ELSE p END AS short,
                CASE WHEN o LIKE '"%>' THEN regexp_replace(o, {datatype}, '"^^xsd:\\1') ELSE o END AS o
                FROM (SELECT *, CASE substr(p, 2, length(p) - length(local) - 2) {names} END AS name
                FROM (SELECT *, regexp_extract(p, '([^#/]*)>$', 1) AS local FROM ({triples_of(lines_of([lines]))}))))
            UNION ALL SELECT '.') TO {quoted(str(target))} {_CSV}"""
        )
        return len(heads.encode()) + 1

    def write_uris(self, target: Path) -> int:
        """Write every URI of ours that the statements describe, sorted, as Parquet; returns how many."""
        mine = quoted(f"<{self.base_iri}".replace("%", "\\%").replace("_", "\\_") + "%")
        row = self.connection.execute(
            f"""COPY (SELECT DISTINCT s[2:-2] AS uri FROM statement WHERE s LIKE {mine} ESCAPE '\\' ORDER BY 1)
            TO {quoted(str(target))} (FORMAT parquet, COMPRESSION zstd)"""
        ).fetchone()
        return int(row[0]) if row else 0


@contextmanager
def break_down(statements: Path, base_iri: str, spill: Path, *, memory_limit: str, threads: int) -> Iterator[Breakdown]:
    """Look at merged statements (`lod.lift.engines.duckdb.merge`).

    Raises:
        LiftError: LOD4008, the engine ran out of memory or disk.
    """
    with open_session(memory_limit, threads, spill) as session:
        connection = session.connection
        is_named = _read(connection, [statements] if statements.stat().st_size else [])
        _divide(connection)
        found = connection.execute(
            f"""SELECT DISTINCT s FROM told WHERE p = {quoted(_TYPE)} AND s LIKE '<%'
            AND o IN ('<{DCAT}Dataset>', '<{QB}DataSet>') ORDER BY 1"""
        ).fetchall()
        yield Breakdown(connection, base_iri, tuple(iri[1:-1] for (iri,) in found), is_named)


def _read(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> bool:
    """Whether some are in a named graph."""
    lines = lines_of(files) if files else "(SELECT '' AS line WHERE false)"
    connection.execute(f"CREATE TEMP VIEW statement AS SELECT line, split_part(line, ' ', 1) AS s FROM {lines}")
    (named,) = connection.execute(
        f"SELECT count(*) FROM (SELECT * FROM ({triples_of(lines)}) WHERE is_named LIMIT 1)"
    ).fetchall()[0]
    once = "DISTINCT" if named else ""  # the same triple may stand in two graphs
    connection.execute(f"CREATE TEMP VIEW triple AS SELECT {once} s, p, o FROM ({triples_of(lines)})")
    return bool(named)


def triples_of(lines: str) -> str:
    """Lines as subject, predicate, object, and whether they are of a named graph."""
    split = f"""SELECT s, p, substr(line, length(s) + length(p) + 3, length(line) - length(s) - length(p) - 4) AS rest
        FROM (SELECT line, split_part(line, ' ', 1) AS s, split_part(line, ' ', 2) AS p FROM {lines})"""
    return (
        f"SELECT s, p, o, length(o) < length(rest) AS is_named FROM (SELECT s, p, rest, {_OBJECT} AS o FROM ({split}))"
    )


def _divide(connection: duckdb.DuckDBPyConnection) -> None:
    """`member`: which subject belongs to which dataset."""
    names = ", ".join(f"'<{QB}{name}>'" for name in ("dataSet", "structure", "component", "slice"))
    classes = f"'<{DCAT}Dataset>', '<{QB}DataSet>'"
    connection.execute(
        f"""CREATE TEMP TABLE told AS SELECT s, p, o FROM triple
        WHERE p IN ({names}) OR o[1] = '_' OR (p = {quoted(_TYPE)} AND o IN ({classes}))"""
    )
    connection.execute(
        f"""CREATE TEMP TABLE member AS
        WITH RECURSIVE dataset AS (SELECT DISTINCT s FROM told WHERE p = {quoted(_TYPE)} AND s LIKE '<%'),
        part AS (SELECT s, o FROM told SEMI JOIN dataset USING (s)
            WHERE p IN ('<{QB}structure>', '<{QB}slice>') AND o NOT LIKE '"%'),
        named AS (
            SELECT s, s AS dataset FROM dataset
            UNION ALL SELECT s, o FROM told WHERE p = '<{QB}dataSet>' AND o IN (SELECT s FROM dataset)
            UNION ALL SELECT o, s FROM part
            UNION ALL SELECT c.o, part.s FROM part JOIN told AS c ON c.s = part.o AND c.p = '<{QB}component>'),
        reached AS (
            SELECT s, dataset FROM named
            UNION SELECT t.o, r.dataset FROM reached AS r JOIN told AS t ON t.s = r.s WHERE t.o[1] = '_')
        SELECT DISTINCT s, dataset FROM reached"""
    )
