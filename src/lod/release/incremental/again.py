"""The bulk files, URIs and counts of a release, made from those of the release before and what changed since."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

import duckdb
import zstandard

from lod.lift.engines.duckdb.merge import lines_of
from lod.lift.engines.duckdb.origins import replace_origins
from lod.lift.engines.session import open_session
from lod.lift.engines.sql import quoted
from lod.lineage import Lineage
from lod.rdf.namespaces import RDF
from lod.release.bulk.dumps import heading, packed_files
from lod.release.bulk.frames import SUFFIXES, Frames, Piece, Texts, copy_pieces, pack_head, pack_pieces, unpacked
from lod.release.bulk.origins import figures_of
from lod.release.bulk.statements import Statements
from lod.release.descriptions.breakdown import Breakdown, Partition, Statistics
from lod.release.durability import take
from lod.release.incremental.change import Change
from lod.release.release import Site, open_release
from lod.store.columns import FOLDER, OBSERVATION, CubeIndex, origins_files, read_index
from lod.store.uris import URIS

_TYPE = f"<{RDF}type>"
_BLOCK = 1 << 20


def changed_datasets(run: duckdb.DuckDBPyConnection) -> set[str]:
    """The datasets of which something else is said than before; '' is what is in none."""
    rows = run.execute("SELECT dataset FROM part_old UNION SELECT dataset FROM part_new").fetchall()
    return {dataset for (dataset,) in rows}


def pack_again(
    run: duckdb.DuckDBPyConnection, change: Change, release: Path, names: dict[str, str], threads: int, site: Site
) -> dict[str, Frames]:
    """Write the bulk files of each dataset, and of what is in none; those that did not change are taken."""
    folder, work, frames = release / "dump", release / ".dump", {}
    text = heading(site)
    above = None if text == heading(open_release(change.release).manifest.site) else text
    folder.mkdir()
    work.mkdir()
    changed = changed_datasets(run)
    for dataset, name in names.items():
        files = [change.release / "dump" / f"{name}{suffix}" for suffix in SUFFIXES]
        if not dataset:  # it stands at the end of the files with everything
            files = _shared(change, names, work)
        if dataset in changed or above:
            frames[dataset] = _splice(run, change, dataset, files, folder, name, work, threads, above)
        else:
            frames[dataset] = change.base.frames[dataset]
            for file, suffix in zip(files, SUFFIXES, strict=True):
                take(file, folder / f"{name}{suffix}")
    shutil.rmtree(work)
    return frames


def write_origins_again(
    change: Change, lineage: Lineage, cubes: CubeIndex, release: Path, *, memory_limit: str, threads: int
) -> frozenset[str]:
    """Take what says from which cells figures came, but for what tells of touched things, which is written anew.

    Returns of which cubes that was possible: of the others rows moved, or there are more cells, or fewer.

    Raises:
        LiftError: LOD4008 out of memory or disk.
    """
    earlier, done = read_index(change.release), set()
    with open_session(memory_limit, threads, release / ".spill") as session:
        for cube in cubes.cubes:
            before = earlier.cube(cube.dataset)
            told, folder = figures_of(cube), release / FOLDER
            if not told or before is None or before.file != cube.file or told != figures_of(before):
                continue
            files = origins_files(before, change.release / FOLDER)
            if not files:
                continue
            same = replace_origins(
                session, lineage, change.touched, folder / cube.file, OBSERVATION, told, files, folder
            )
            if same is not None:
                done.add(cube.dataset)
                for file in same:
                    take(file, folder)
    return frozenset(done)


def _shared(change: Change, names: dict[str, str], work: Path) -> list[Path]:
    """The files of what is in no dataset, cut out of those with everything."""
    found = []
    for suffix in SUFFIXES:
        parts = (change.release / "dump" / f"{name}{suffix}" for dataset, name in names.items() if dataset)
        whole = change.release / "dump" / f"{names[''].removesuffix('-shared')}{suffix}"
        target = work / f"shared{suffix}"
        with whole.open("rb") as source, target.open("wb") as out:
            source.seek(sum(path.stat().st_size for path in parts))
            shutil.copyfileobj(source, out, _BLOCK)
        found.append(target)
    return found


def _splice(
    run: duckdb.DuckDBPyConnection,
    change: Change,
    dataset: str,
    files: Sequence[Path],
    folder: Path,
    name: str,
    work: Path,
    threads: int,
    above: Sequence[str] | None,
) -> Frames:
    """Pack the pieces in which something changed anew, and copy the others. `above`: the heading, if it is another."""
    before = change.base.frames[dataset]
    where = f"s IN (SELECT s FROM part_{{0}} WHERE dataset = {quoted(dataset)})"
    touched = run.execute(
        f"SELECT s FROM part_old WHERE dataset = {quoted(dataset)} UNION "
        f"SELECT s FROM part_new WHERE dataset = {quoted(dataset)}"
    ).fetchall()
    affected = _affected(before, {s for (s,) in touched})
    pieces: list[Piece] = []
    with packed_files(folder, name) as outputs:
        head = _heads(before, files, above)
        for out, data in zip(outputs, head, strict=True):
            out.write(data)
        done = 0
        for first, last in _runs(affected):
            copy_pieces(before, files, outputs, done, first)
            pieces += before.pieces[done:first]
            done = min(last + 1, len(before.pieces))
            old, low = work / "old.nq", before.pieces[first].first if first else ""
            high = before.pieces[done].first if done < len(before.pieces) else ""
            with old.open("wb") as out_lines:
                out_lines.writelines(unpacked(before, files[SUFFIXES.index(".nq.zst")], range(first, done)))
            texts = _texts(run, old, where, low, high, work)
            pieces += pack_pieces(texts, outputs, threads)
        copy_pieces(before, files, outputs, done, len(before.pieces))
        pieces += before.pieces[done:]
    return Frames(tuple(map(len, head)), tuple(pieces))


def _heads(before: Frames, files: Sequence[Path], above: Sequence[str] | None) -> list[bytes]:
    """What stands before the pieces of each file, packed."""
    heads = []
    for file, length in zip(files, before.head, strict=True):
        with file.open("rb") as source:
            heads.append(source.read(length))
    if above is None:
        return heads
    turtle = zstandard.ZstdDecompressor().decompress(heads[SUFFIXES.index(".ttl.zst")])
    return pack_head(above, b"".join(line for line in turtle.splitlines(True) if not line.startswith(b"# ")))


def _affected(before: Frames, touched: set[str]) -> set[int]:
    """The pieces to be made anew; one whose first subject is touched may be joined to the one before it."""
    found = {before.place(subject) for subject in touched}
    return found | {n - 1 for n in found if n and before.pieces[n].first in touched}


def _runs(numbers: set[int]) -> Iterator[tuple[int, int]]:
    """Runs of numbers that follow each other, as the first and the last."""
    for _, group in groupby(enumerate(sorted(numbers)), key=lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        yield run[0], run[-1]


def _texts(run: duckdb.DuckDBPyConnection, old: Path, where: str, low: str, high: str, work: Path) -> Texts:
    """The statements of a stretch as they are now: from subject `low` on, before `high`, where they are given."""
    lines, turtle = work / "lines.nq", work / "lines.ttl"
    kept = f"SELECT line FROM {lines_of([old])} WHERE split_part(line, ' ', 1) NOT IN (SELECT s FROM part_old)"
    if not old.stat().st_size:
        kept = "SELECT '' AS line WHERE false"
    bounds = [f"line >= {quoted(low + ' ')}"] * bool(low) + [f"line < {quoted(high + ' ')}"] * bool(high)
    new = f"SELECT line FROM new_line WHERE {' AND '.join([where.format('new'), *bounds])}"
    run.execute(
        f"COPY (SELECT line FROM ({kept} UNION ALL {new}) ORDER BY line) TO {quoted(str(lines))} "
        "(FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER E'\\x01')"
    )
    look = Breakdown(run, "", ())
    head = look.write_turtle(lines, turtle)
    return Texts(lines, turtle, head, look.starts(lines) if lines.stat().st_size else ())


def write_uris_again(run: duckdb.DuckDBPyConnection, change: Change, base_iri: str, target: Path) -> None:
    """Write `uris.parquet`: that of before, without the subjects that are gone, and with those that are new."""
    before = change.release / URIS
    mine = "SELECT DISTINCT s[2:-2] AS uri FROM {0} WHERE starts_with(s, {1})"
    old, new = (mine.format(name, quoted(f"<{base_iri}")) for name in ("old", "new"))
    ((differ,),) = run.execute(
        f"SELECT count(*) FROM ((FROM ({old}) EXCEPT FROM ({new})) UNION ALL (FROM ({new}) EXCEPT FROM ({old})))"
    ).fetchall()
    if not differ:
        take(before, target)
        return
    run.execute(
        f"""COPY (SELECT uri FROM read_parquet({quoted(str(before))}) WHERE uri NOT IN ({old})
        UNION ALL FROM ({new}) ORDER BY 1) TO {quoted(str(target))} (FORMAT parquet, COMPRESSION zstd)"""
    )


def count_again(run: duckdb.DuckDBPyConnection, change: Change, statements: Statements, objects: Path) -> Statistics:
    """The counts of before, and what changed in them; `objects` gets how often each object occurs now."""
    before = change.base.statistics
    run.execute(
        f"""COPY (SELECT h, sum(n)::BIGINT AS n FROM (SELECT h, n FROM read_parquet({quoted(str(change.base.objects))})
        UNION ALL SELECT hash(o), -1 FROM old UNION ALL SELECT hash(o), 1 FROM new)
        GROUP BY h HAVING sum(n) <> 0) TO {quoted(str(objects))} (FORMAT parquet)"""
    )
    ((triples, subjects, distinct),) = run.execute(
        f"""SELECT (SELECT count(*) FROM new) - (SELECT count(*) FROM old),
        (SELECT count(DISTINCT s) FROM new) - (SELECT count(DISTINCT s) FROM old),
        (SELECT count(*) FROM read_parquet({quoted(str(objects))}))"""
    ).fetchall()
    return Statistics(
        before.triples + triples,
        before.subjects + subjects,
        distinct,
        tuple(_classes(run, before.classes, statements)),
        tuple(_counted(run, before.properties, "p", "true")),
    )


def _counted(
    run: duckdb.DuckDBPyConnection, before: Sequence[Partition], column: str, where: str
) -> Iterator[Partition]:
    rows = run.execute(
        f"""SELECT {column}[2:-2], sum(n) FROM (SELECT {column}, 1 AS n FROM new WHERE {where}
        UNION ALL SELECT {column}, -1 FROM old WHERE {where}) GROUP BY 1"""
    ).fetchall()
    more = {term: int(n) for term, n in rows}
    examples = {each.term: each for each in before}
    for term in sorted(examples.keys() | more.keys(), key=lambda term: f"<{term}>"):
        each = examples.get(term, Partition(term, 0))
        if count := each.count + more.get(term, 0):
            yield Partition(term, count, each.example)


def _classes(
    run: duckdb.DuckDBPyConnection, before: Sequence[Partition], statements: Statements
) -> Iterator[Partition]:
    """Counts of classes; the example of each is its first instance."""
    where = f"p = {quoted(_TYPE)} AND s[1] = '<' AND o[1] = '<'"
    first = dict(run.execute(f"SELECT o[2:-2], min(s)[2:-2] FROM new WHERE {where} GROUP BY 1").fetchall())
    gone = set(run.execute(f"SELECT o[2:-2], s[2:-2] FROM old WHERE {where}").fetchall()) - set(
        run.execute(f"SELECT o[2:-2], s[2:-2] FROM new WHERE {where}").fetchall()
    )
    for each in _counted(run, before, "o", where):
        example = each.example
        if (each.term, example) in gone:
            tail = quoted(f" {_TYPE} <{each.term}> .")
            row = run.execute(
                f"""SELECT min(split_part(line, ' ', 1))[2:-2] FROM {lines_of([statements.read()])}
                WHERE ends_with(line, {tail}) AND line[1] = '<'"""
            ).fetchone()
            example = row[0] if row else ""
        elif each.term in first:
            example = min(filter(None, (example, first[each.term])), key=lambda iri: f"<{iri}>")
        yield Partition(each.term, each.count, example)
