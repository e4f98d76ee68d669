"""What is in one release and not in another: over columns, out of core.

Statements are compared as the dumps spell them, so blank nodes count as changed where their labels differ.
"""

from __future__ import annotations

import gzip
import json
import shutil
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import duckdb

from lod.lift.engines.duckdb.merge import lines_of
from lod.lift.engines.session import LiftError, open_session
from lod.lift.engines.sql import quoted
from lod.rdf.namespaces import QB, RDF, SKOS
from lod.release.descriptions.datasets import read_datasets
from lod.release.history.changes import CHANGES
from lod.release.history.log import history, read_log
from lod.release.history.site import SiteChange, site_changes
from lod.release.publishing.candidates import candidate_names, release_folders
from lod.release.publishing.publish import release_named
from lod.release.release import Release, ReleaseError, current_name, open_release
from lod.store.uris import URIS
from lod.wording import say

EXAMPLES = 3
MOST_COMPARED = 4_000_000  # statements of both, in a build; of larger ones datasets and URIs alone are compared
CLASSES = {"observations": QB + "Observation", "codes": SKOS + "Concept"}


@dataclass(frozen=True, slots=True)
class Part:
    """How many, and a few of them in the order of their text."""

    count: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What was added, removed and changed of one kind; a triple is never changed, its subject is."""

    added: Part
    removed: Part
    changed: Part


@dataclass(frozen=True, slots=True)
class Difference:
    """From release `before` to release `after`. `changes`: datasets, triples, observations, codes, uris.

    `site`: what is said of the project beside them.
    """

    before: str
    after: str
    changes: dict[str, Change]
    site: tuple[SiteChange, ...] = ()


def releases_to_compare(releases: Path, before: str | None, after: str | None) -> tuple[Release, Release]:
    """The two named; with one, that and the published; with none, the published and the newest candidate, else the last
    two published.

    Raises:
        ReleaseError: LOD8024 there are not two, LOD8001 no such release, LOD8003 one is damaged.
    """
    there = {folder.name for folder in release_folders(releases)}
    current, waiting = current_name(releases), candidate_names(releases)
    if before is None:
        earlier = [name for name in history(read_log(releases)) if name in there and name != current]
        before, after = (current, waiting[-1]) if waiting else (earlier[-1] if earlier else None, current)
    after = after or current
    if before is None or after is None:
        hint = say("'lod releases' lists what there is; 'lod build' makes one")
        raise ReleaseError(say("there are no two releases to compare"), hint=hint, code="LOD8024")
    return open_release(release_named(releases, before)), open_release(release_named(releases, after))


@dataclass(frozen=True, slots=True)
class Contents:
    """A release folder to compare, or one in the making: its name, and what its dump is called by."""

    folder: Path
    name: str
    site: str


def contents_of(release: Release) -> Contents:
    """A release as it is compared."""
    return Contents(release.folder, release.manifest.name, release.site.name)


Lines = tuple[Path, Path]
"""All statements about the subjects that may differ, as N-Quads, before and after."""


def write_changes(
    before: Release, after: Contents, statements: int, memory_limit: str, threads: int, known: Lines | None = None
) -> None:
    """Write into a release that is being made how it differs from the one before; `statements` that it has.

    Nothing is written where the one before has nothing to compare with. Where it is `known` which subjects may differ,
    these alone are compared.

    Raises:
        LiftError: LOD4008 out of memory or disk.
    """
    old = contents_of(before)
    if not all((old.folder / part).is_file() for part in (URIS, f"dump/{old.site}.nq.gz")):
        return
    is_small = statements + before.manifest.triples <= MOST_COMPARED
    try:
        found = _compare(old, after, memory_limit, threads, statements=is_small, known=known)
    except LiftError:  # so many statements do not fit: the release is none the worse for a shorter comparison
        found = _compare(old, after, memory_limit, threads, statements=False, known=known)
    told = {"before": found.before, "after": found.after, "changes": {k: asdict(v) for k, v in found.changes.items()}}
    (after.folder / CHANGES).write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", "utf-8")


def compare(before: Release, after: Release, *, memory_limit: str = "512MB", threads: int = 2) -> Difference:
    """Compare two releases.

    Raises:
        LiftError: LOD4008 out of memory or disk.
    """
    found = _compare(contents_of(before), contents_of(after), memory_limit, threads, statements=True)
    return replace(found, site=site_changes(before.site, after.site))


def _compare(
    before: Contents,
    after: Contents,
    memory_limit: str,
    threads: int,
    *,
    statements: bool,
    known: Lines | None = None,
) -> Difference:
    with (
        tempfile.TemporaryDirectory(prefix="lod-diff-") as work,
        open_session(memory_limit, threads, Path(work) / "spill") as session,
    ):
        run = session.connection
        run.execute("SET preserve_insertion_order = false")  # sets are compared; an order would cost memory
        changes = {"datasets": _datasets(before, after)}
        run.execute("CREATE TEMP TABLE touched AS SELECT '' AS s WHERE false")
        for side, release, lines in zip(("before", "after"), (before, after), known or (None, None), strict=True):
            if statements or lines:
                _open(run, side, lines or _unpacked(release, Path(work) / f"{side}.nq"))
        if statements:
            changes |= _statements(run)
        for side, release in (("before", before), ("after", after)):
            file = quoted(str(release.folder / URIS))
            mine = f"WHERE uri IN (SELECT split_part(line, ' ', 1)[2:-2] FROM {side}_line)" if known else ""
            run.execute(
                f"CREATE OR REPLACE TEMP TABLE {side}_thing AS "
                f"SELECT '<' || uri || '>' AS s FROM read_parquet({file}) {mine}"
            )
        changes["uris"] = _things(run)
    return Difference(before.name, after.name, changes)


def _statements(run: duckdb.DuckDBPyConnection) -> dict[str, Change]:
    """The changes of triples, observations and codes; leaves in `touched` whose statements differ."""
    run.execute(  # by hashes of 64 bits: the texts of all statements would not fit into memory
        """CREATE TEMP TABLE one_sided AS SELECT h, max(side) AS side FROM (
        SELECT hash(line) AS h, 0 AS side FROM before_line UNION ALL SELECT hash(line), 1 FROM after_line)
        GROUP BY h HAVING min(side) = max(side)"""
    )
    run.execute(
        """CREATE TEMP TABLE differing AS SELECT DISTINCT line, split_part(line, ' ', 1) AS s, side FROM (
        SELECT line, hash(line) AS h FROM before_line UNION ALL SELECT line, hash(line) FROM after_line)
        JOIN one_sided USING (h)"""
    )
    run.execute("INSERT INTO touched SELECT DISTINCT s FROM differing")
    changes = {"triples": _triples(run)}
    for kind, class_iri in CLASSES.items():
        for side in ("before", "after"):
            run.execute(
                f"""CREATE OR REPLACE TEMP TABLE {side}_thing AS SELECT DISTINCT split_part(line, ' ', 1) AS s
                FROM {side}_line WHERE split_part(line, ' ', 2) = '<{RDF}type>'
                AND split_part(line, ' ', 3) = '<{class_iri}>'"""
            )
        changes[kind] = _things(run)
    return changes


def _unpacked(release: Contents, lines: Path) -> Path:
    """The statements of a release: packed files lie one behind the other, which `gzip` reads in order."""
    with gzip.open(release.folder / "dump" / f"{release.site}.nq.gz") as packed, lines.open("wb") as out:
        shutil.copyfileobj(packed, out, 1 << 20)
    return lines


def _open(run: duckdb.DuckDBPyConnection, side: str, lines: Path) -> None:
    """Statements as lines."""
    relation = lines_of([lines]) if lines.stat().st_size else "(SELECT '' AS line WHERE false)"
    run.execute(f"CREATE TEMP VIEW {side}_line AS SELECT line FROM {relation} WHERE line[1] IN ('<', '_')")


def _datasets(before: Contents, after: Contents) -> Change:
    old, new = read_datasets(before.folder), read_datasets(after.folder)
    changed = sorted(iri for iri in old.keys() & new.keys() if old[iri].sha256 != new[iri].sha256)
    lists = (sorted(new.keys() - old.keys()), sorted(old.keys() - new.keys()), changed)
    return Change(*(Part(len(iris), tuple(iris[:EXAMPLES])) for iris in lists))


def _triples(run: duckdb.DuckDBPyConnection) -> Change:
    added, removed = (_part(run, f"SELECT line AS s FROM differing WHERE side = {side}") for side in (1, 0))
    return Change(added, removed, Part(0))


def _things(run: duckdb.DuckDBPyConnection) -> Change:
    added = _part(run, "SELECT s FROM after_thing ANTI JOIN before_thing USING (s)")
    removed = _part(run, "SELECT s FROM before_thing ANTI JOIN after_thing USING (s)")
    both = "SELECT s FROM after_thing SEMI JOIN before_thing USING (s) SEMI JOIN touched USING (s)"
    return Change(added, removed, _part(run, both))


def _part(run: duckdb.DuckDBPyConnection, query: str) -> Part:
    ((count,),) = run.execute(f"SELECT count(*) FROM ({query})").fetchall()
    rows = run.execute(f"SELECT s FROM ({query}) ORDER BY s LIMIT {EXAMPLES}").fetchall()
    return Part(int(count), tuple(s if s.endswith(" .") else s.removeprefix("<").removesuffix(">") for (s,) in rows))
