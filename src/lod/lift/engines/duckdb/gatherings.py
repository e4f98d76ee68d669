"""Lists and containers on DuckDB: terms spelled, numbered within their list, and made cells of.

RML-CC, https://w3id.org/rml/cc/spec. The order is that of the rows, then of the members of the gather map, then of the
values of a member.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from lod.diagnostics import Findings
from lod.lift.engines import sql
from lod.lift.engines.session import Session, relation_sql
from lod.lift.engines.sql import quoted
from lod.lift.engines.survey import survey
from lod.lift.gatherings import CELLS, HEADS, Bound, GatheredTable, Gathering
from lod.lift.logical_views import LogicalViewTable
from lod.lift.plan import Emission, Scan, Statement
from lod.mapping.ir import TermType
from lod.rdf.namespaces import RDF

_NIL = quoted(f"<{RDF}nil>")


def read_gathered(
    session: Session, table: GatheredTable, columns: Sequence[int], target: Path, findings: Findings
) -> int:
    """Write the chosen columns of a gathered table, as `c0`, `c1` …, and `row`; returns the number of rows.

    The values that enter it are checked here: in the table itself they are texts like others.
    """
    gathering = table.gathering
    assert gathering is not None
    session.connection.execute("SET preserve_insertion_order = true")
    checked = gathering.bounds if table.columns == CELLS else table.leads
    for bound in checked:
        if isinstance(bound, Gathering):
            continue  # its own cells are a table too
        term = bound.term
        said = Statement(term, term, term, None, term.origin)
        survey(session, Emission("", bound.relation, term, (said,)), findings)
    numbered, scratch = _numbered(session, table, target)
    maker = {CELLS: _cells, HEADS: _heads}.get(table.columns)
    select = maker(numbered, gathering) if maker else _links(numbered, table, gathering)
    chosen = ", ".join([*(f"{table.columns[n]} AS c{n}" for n in columns), "r AS row"])
    done = session.connection.execute(
        f"COPY (SELECT {chosen} FROM ({select})) TO {quoted(str(target))} (FORMAT parquet, COMPRESSION lz4_raw)"
    ).fetchone()
    for file in scratch:
        file.unlink()
    return int(done[0]) if done else 0


def _numbered(session: Session, table: GatheredTable, target: Path) -> tuple[Session, list[Path]]:
    """A session in which no two rows of a view have one number, and the files that it needs for that."""
    found, scratch = replace(session, files=dict(session.files), sifted=set(session.sifted)), []
    for number, view in enumerate(each for each in table.inputs if isinstance(each, LogicalViewTable)):
        file = target.with_suffix(f".{number}.parquet")
        read = f"read_parquet({quoted(str(session.files[view]))}, file_row_number = true)"
        select = f"SELECT * EXCLUDE (file_row_number) REPLACE (file_row_number + {view.first_row} AS row) FROM {read}"
        session.connection.execute(f"COPY ({select}) TO {quoted(str(file))} (FORMAT parquet)")
        found.files[view] = file
        scratch.append(file)
    return found, scratch


def _spelled(session: Session, bound: Bound | Gathering) -> str:
    """`r`, `place` (among the values of a row) and `value` (the term) for each row that makes the term."""
    if isinstance(bound, Gathering):
        return f"SELECT r, m AS place, head AS value FROM ({_heads(session, bound)})"
    term, relation = bound.term, relation_sql(session, bound.relation)
    place = "pr"
    if isinstance(bound.relation, Scan):
        relation, place = f"(SELECT row_number() OVER () AS place, * FROM {relation})", "place"
    where = sql.conjunction(sql.present(term.columns))
    return f"SELECT r, {place} AS place, {sql.concat(sql.parts(term))} AS value FROM {relation} WHERE {where}"


def _values(session: Session, gathering: Gathering) -> str:
    """Each term that is gathered: `r`, `m` (which of a row's lists), `t` (which member), `place` and `value`."""
    members = [_spelled(session, each) for each in gathering.members]
    if not gathering.is_product:
        return " UNION ALL ".join(f"SELECT r, 0 AS m, {t} AS t, place, value FROM ({m})" for t, m in enumerate(members))
    joined = " ".join(
        f"{'JOIN' if t else 'FROM'} ({member}) AS x{t} {f'ON x{t}.r = x0.r' if t else ''}"
        for t, member in enumerate(members)
    )
    order = ", ".join(f"x{t}.place" for t in range(len(members)))
    values = ", ".join(f"x{t}.value AS v{t}" for t in range(len(members)))
    rows = f"SELECT x0.r AS r, row_number() OVER (PARTITION BY x0.r ORDER BY {order}) AS m, {values} {joined}"
    return " UNION ALL ".join(
        f"SELECT r, m, {t} AS t, 0 AS place, v{t} AS value FROM ({rows})" for t in range(len(members))
    )


def _heads(session: Session, gathering: Gathering) -> str:
    """`r`, `m`, `head` and `graph` of each list or container; an empty list is rdf:nil."""
    lists = f"SELECT DISTINCT r, m, false AS is_empty FROM ({_values(session, gathering)})"
    if gathering.keeps_empty:
        rows = f"SELECT r FROM {relation_sql(session, Scan(gathering.rows))}"
        full = f"SELECT r FROM ({lists})"
        lists = f"{lists} UNION ALL SELECT r, 0 AS m, true AS is_empty FROM ({rows}) WHERE r NOT IN ({full})"
    graph, graphs = "CAST(NULL AS VARCHAR)", ""
    if gathering.graph:
        graph, graphs = "g.value", f"JOIN ({_spelled(session, gathering.graph)}) AS g ON g.r = l.r"
    if gathering.head is None:
        suffix = "'x', l.r, 'm', l.m" if gathering.is_product else "'x', l.r"
        head, heads = f"concat('_:g{gathering.name}', {suffix})", ""
    else:
        # blank nodes of one name in two graphs are two (RML-Core, RMLTC0012b)
        apart = gathering.graph is not None and gathering.head.term.kind is TermType.BLANK_NODE
        head, heads = (
            f"concat(h.value, 'g', md5({graph}))" if apart else "h.value",
            f"JOIN ({_spelled(session, gathering.head)}) AS h ON h.r = l.r",
        )
    if gathering.is_list:
        head = f"CASE WHEN l.is_empty THEN {_NIL} ELSE {head} END"
    return f"SELECT l.r AS r, l.m AS m, {head} AS head, {graph} AS graph FROM ({lists}) AS l {graphs} {heads}"


def _cells(session: Session, gathering: Gathering) -> str:
    values = (
        f"SELECT v.r, h.head, h.graph, v.value, row_number() OVER w AS k, "
        f"count(*) OVER (PARTITION BY h.head, h.graph) AS n "
        f"FROM ({_values(session, gathering)}) AS v JOIN ({_heads(session, gathering)}) AS h "
        f"ON h.r = v.r AND h.m = v.m WINDOW w AS (PARTITION BY h.head, h.graph ORDER BY v.r, v.m, v.t, v.place)"
    )
    label = f"concat('_:g{gathering.name}c', md5(concat(head, ' ', graph)), 'x', {{}})"
    return (
        f"SELECT r, head, CASE WHEN k = 1 THEN head ELSE {label.format('k')} END AS cell, "
        f"CASE WHEN k = n THEN {_NIL} ELSE {label.format('k + 1')} END AS next, "
        f"concat('<{RDF}_', k, '>') AS membership, value, graph FROM ({values})"
    )


def _links(session: Session, table: GatheredTable, gathering: Gathering) -> str:
    predicate, other = table.leads
    subject, obj = ("h.head", "o.value") if table.head_is_subject else ("o.value", "h.head")
    return (
        f"SELECT h.r AS r, {subject} AS subject, p.value AS predicate, {obj} AS object, h.graph AS graph "
        f"FROM ({_heads(session, gathering)}) AS h JOIN ({_spelled(session, predicate)}) AS p ON p.r = h.r "
        f"JOIN ({_spelled(session, other)}) AS o ON o.r = h.r"
    )
