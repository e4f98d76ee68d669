"""What changed since the release before, as statements about the subjects that it touches, and which datasets it meets.

A release that differs little is made from the one before: only what follows from these statements is made anew. That
is allowed where their effect is known to be local; `examine` says where it is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from lod.lift.engines.duckdb.merge import lines_of
from lod.lift.engines.duckdb.touched import Touched
from lod.lift.engines.session import open_session
from lod.lift.engines.sql import quoted
from lod.rdf.namespaces import DCAT, DCT, QB, RDF, RDFS, SKOS
from lod.release.descriptions.breakdown import triples_of
from lod.release.incremental.base import Base
from lod.wording import NOTHING, Wording, say

_DIVIDING = [f"<{QB}{name}>" for name in ("structure", "component", "slice")]
_TYPE, _DATASET = f"<{RDF}type>", f"<{QB}dataSet>"
_TEXTS = [
    f"<{RDFS}label>",
    f"<{RDFS}comment>",
    *(f"<{SKOS}{name}>" for name in ("prefLabel", "altLabel", "hiddenLabel", "notation", "definition", "note")),
]


@dataclass(frozen=True, slots=True)
class Change:
    """`before` and `after`: all statements about the subjects that change, sorted. `subjects`: how many these are.

    `is_of_observations`: what is said of other things changed in no way that a constraint of data cubes looks at.
    """

    base: Base
    release: Path  # the folder of the release before
    before: Path
    after: Path
    subjects: int
    removed: int
    added: int
    is_of_observations: bool
    touched: Touched  # these and those of which the same is said, though rows changed


def examine(base: Base, release: Path, touched: Touched, folder: Path) -> Change | Wording:
    """The change from all statements about touched subjects; or why its effect is not known to be local.

    `folder` gets files of those subjects alone of which something else is said than before.
    """
    with open_session("256MB", 1, folder / "spill") as session:
        run = session.connection.execute
        for name, file in (("old_line", touched.before), ("new_line", touched.after)):
            lines = lines_of([file]) if file.stat().st_size else "(SELECT '' AS line WHERE false)"
            run(f"CREATE TEMP TABLE {name} AS SELECT line, split_part(line, ' ', 1) AS s FROM {lines}")
        run("CREATE TEMP TABLE removed AS FROM old_line EXCEPT FROM new_line")
        run("CREATE TEMP TABLE added AS FROM new_line EXCEPT FROM old_line")
        run("CREATE TEMP TABLE differing AS SELECT s FROM removed UNION SELECT s FROM added")
        run(
            f"""CREATE TEMP TABLE changed AS SELECT *, 'added' AS how FROM ({triples_of("added")})
            UNION ALL SELECT *, 'removed' FROM ({triples_of("removed")})"""
        )
        reason = _why_not_local(session.connection, base)
        if reason:
            return reason
        files = []
        for name, file in (("old_line", folder / "changed-before.nq"), ("new_line", folder / "changed-after.nq")):
            run(
                f"COPY (SELECT line FROM {name} SEMI JOIN differing USING (s) ORDER BY line) TO {quoted(str(file))} "
                "(FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER E'\\x01')"
            )
            files.append(file)
        ((subjects, gone, new),) = run(
            "SELECT (SELECT count(*) FROM differing), (SELECT count(*) FROM removed), (SELECT count(*) FROM added)"
        ).fetchall()
        alone = _is_of_observations(session.connection)
        return Change(base, release, files[0], files[1], subjects, gone, new, alone, touched)


def _why_not_local(run: duckdb.DuckDBPyConnection, base: Base) -> Wording:
    """Why it has to be asked again which subjects are of which dataset; '' if not."""
    names = ", ".join(map(quoted, _DIVIDING))
    classes = f"'<{DCAT}Dataset>', '<{QB}DataSet>'"
    row = run.execute(
        f"""SELECT bool_or(s[1] = '_' OR o[1] = '_'), bool_or(is_named), bool_or(p IN ({names})),
        bool_or(p = {quoted(_TYPE)} AND o IN ({classes})) FROM changed"""
    ).fetchone()
    blank, named, divides, declares = row or (False, False, False, False)
    if blank:
        return say("blank nodes changed")
    if named or base.is_named:
        return say("there are named graphs")
    if divides:
        return say("the structure of a dataset changed")
    return say("a dataset was declared or is gone") if declares else NOTHING


def _is_of_observations(run: duckdb.DuckDBPyConnection) -> bool:
    texts = ", ".join(map(quoted, _TEXTS))
    row = run.execute(
        f"""SELECT count(*) FROM changed ANTI JOIN (
            SELECT s FROM ({triples_of("old_line")}) WHERE p = {quoted(_DATASET)}
            UNION SELECT s FROM ({triples_of("new_line")}) WHERE p = {quoted(_DATASET)}) USING (s)
        WHERE NOT (p IN ({texts}) OR p LIKE '<{DCT}%'
            OR (how = 'added' AND (p = {quoted(_TYPE)} OR p LIKE '<{SKOS}%') AND o NOT LIKE '<{QB}%'))"""
    ).fetchone()
    return row is not None and row[0] == 0


@contextmanager
def open_change(change: Change, datasets: list[str], spill: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Tables of a change: `old` and `new` (s, p, o), `old_line` and `new_line`; `part_old` and `part_new` say of which
    dataset, or '', each subject is.

    Raises:
        LiftError: LOD4008 out of memory or disk.
    """
    with open_session("256MB", 2, spill) as session:
        run = session.connection.execute
        known = ", ".join(quoted(f"<{iri}>") for iri in datasets) or "''"
        for name, file in (("old", change.before), ("new", change.after)):
            lines = lines_of([file]) if file.stat().st_size else "(SELECT '' AS line WHERE false)"
            run(f"CREATE TEMP TABLE {name}_line AS SELECT line, split_part(line, ' ', 1) AS s FROM {lines}")
            run(f"CREATE TEMP TABLE {name} AS SELECT s, p, o FROM ({triples_of(f'{name}_line')})")
            run(
                f"""CREATE TEMP TABLE member_{name} AS
                SELECT DISTINCT s, o[2:-2] AS dataset FROM {name} WHERE p = {quoted(_DATASET)} AND o IN ({known})
                UNION SELECT s, dataset[2:-2] FROM read_parquet({quoted(str(change.base.members))})
                SEMI JOIN {name} USING (s)"""
            )
            run(
                f"""CREATE TEMP TABLE part_{name} AS SELECT DISTINCT s, coalesce(dataset, '') AS dataset
                FROM {name} LEFT JOIN member_{name} USING (s)"""
            )
        yield session.connection
