"""Write the site of a release as files, in several processes.

Every file is what the server would answer; pages differ by their links alone (`lod.server.export.paths`). The export is
made beside its place and moved there when it is whole.
"""

from __future__ import annotations

import gc
import json
import shutil
import signal
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from multiprocessing import active_children, get_context
from pathlib import Path

from pyoxigraph import NamedNode, QuerySolutions

from lod.diagnostics import Findings, TextOrigin
from lod.errors import UsageError
from lod.events import Reporter, StageAdvanced, StageFinished, StageStarted, silent
from lod.rdf.formats import HTML, Format, by_suffix
from lod.server.addresses import DOCUMENT_FORMATS
from lod.server.documents.dereference import DOCUMENTS
from lod.server.export.beside import aliases, copied, made, onward
from lod.server.export.documents import document_files
from lod.server.export.paths import ROOT_FORMATS, Shelf, file_of
from lod.server.export.views import WrittenViews, written_views
from lod.server.parent import end_with_parent
from lod.server.served import ServedRelease, open_served
from lod.server.sparql.question import QueryLimits
from lod.server.theme import open_theme
from lod.store.snapshot import open_snapshot
from lod.wording import say

MARK = "export.json"
"""In the folder of an export: what it was made from. Only a folder that has it, or an empty one, is written over."""

_STAGE = "export"
_SLICE = 50  # documents between two reports of progress; neighbours, which have much in common
_KNOWN = "known.json"  # in the work folder: what each process has to know
_SUBJECTS = "SELECT DISTINCT ?s WHERE { ?s ?p ?o FILTER(isIRI(?s) && STRSTARTS(STR(?s), ?base)) }"


@dataclass(frozen=True, slots=True)
class Exported:
    """How much an export holds. `left_out`: documents whose names no file can have."""

    documents: int
    files: int
    bytes: int
    left_out: tuple[str, ...] = ()


def export_site(
    release: Path,
    target: Path,
    *,
    formats: Sequence[Format] = DOCUMENT_FORMATS,
    processes: int = 2,
    theme: Path | None = None,
    limits: QueryLimits | None = None,
    report: Reporter = silent,
    findings: Findings,
) -> Exported:
    """Write the site of the release folder `release` as files into `target`; replaces an earlier export there.

    `limits`: of the site's queries, which its form tells.

    Findings: LOD9402 (warning), documents whose addresses cannot be names of files.

    Raises:
        ReleaseError, StoreError: the release is damaged.
        UsageError: LOD9401, there is something else in `target`.
    """
    refuse_other_things(target)
    served = open_served(release, theme=open_theme(theme))
    begun = time.perf_counter()
    report(StageStarted(_STAGE))
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        site = work / "site"
        site.mkdir()
        known = know(served, formats)
        (work / _KNOWN).write_text(json.dumps(asdict(known)), encoding="utf-8")
        done = _write_documents(release, work, formats, processes, len(known.stems), theme, report)
        _write_beside(served, site, open_shelf(served, known, formats), limits or QueryLimits())
        _put_in_place(work, site, target)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    if done.left_out:
        _tell_left_out(done.left_out, findings)
    files = [file for file in target.rglob("*") if file.is_file()]
    exported = Exported(len(known.stems), len(files), sum(file.stat().st_size for file in files), done.left_out)
    report(StageFinished(_STAGE, time.perf_counter() - begun, say("{n:,} {n:file|files}", n=exported.files)))
    return exported


def refuse_other_things(target: Path) -> None:
    """An export replaces an export or nothing.

    Raises:
        UsageError: LOD9401.
    """
    if target.is_dir() and (target / MARK).is_file():
        return
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        message = say("'{folder}' holds something else; an export would replace it", folder=target)
        raise UsageError(message, hint=say("name a new folder, or empty this one"), code="LOD9401")


@dataclass(frozen=True, slots=True)
class Known:
    """What must be known of the whole before anything is written: every document, the views that are files."""

    stems: list[str]
    views: dict[str, WrittenViews]


def know(served: ServedRelease, formats: Sequence[Format]) -> Known:
    """Read it of a release."""
    return Known(sorted(stems_of(served, formats)), written_views(served))


def open_shelf(served: ServedRelease, known: Known, formats: Sequence[Format]) -> Shelf:
    """Where everything will lie."""
    chosen = tuple(formats)
    return Shelf(
        served.space,
        frozenset(known.stems),
        chosen,
        served.site.languages,
        files=frozenset((*copied(served), *made(served, chosen, QueryLimits()))),
        views=known.views,
        aliases=aliases(served),
        onward=onward(served),
    )


def stems_of(served: ServedRelease, formats: Sequence[Format]) -> set[str]:
    """Every document that the release has: of each thing of ours that it says something about, and the root's."""
    base = served.space.base
    found = {stem for stem, offered in ROOT_FORMATS.items() if not set(offered).isdisjoint(formats)}
    if not (served.release.folder / "void.ttl").is_file():
        found.discard("/void")
    for store in (open_snapshot(served.release.store), served.metadata):
        solutions = store.query(_SUBJECTS.replace("?base", f'"{base}"'), use_default_graph_as_union=True)
        assert isinstance(solutions, QuerySolutions)
        for solution in solutions:
            subject = solution["s"]
            stem = served.space.document_of(subject.value) if isinstance(subject, NamedNode) else None
            if stem and stem.startswith(DOCUMENTS):
                found.add(stem)
    return found


@dataclass(frozen=True, slots=True)
class _Share:
    """The part of the documents that one process writes: the stretch of a `number`."""

    release: Path
    work: Path
    theme: Path | None
    suffixes: tuple[str, ...]
    number: int


def _write_documents(
    release: Path,
    work: Path,
    formats: Sequence[Format],
    processes: int,
    total: int,
    theme: Path | None,
    report: Reporter,
) -> Exported:
    suffixes = tuple(item.suffix for item in formats)
    parts = -(-total // _SLICE)
    left_out: list[str] = []
    written = 0
    others = set(active_children())
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_begin) as pool:
        try:
            shares = [pool.submit(_write_share, _Share(release, work, theme, suffixes, n)) for n in range(parts)]
            for share in as_completed(shares):
                count, skipped = share.result()
                written += count
                left_out += skipped
                report(StageAdvanced(_STAGE, written, total, "documents"))
        except BaseException:
            for process in set(active_children()) - others:
                process.terminate()  # the pool would write all that is waiting
            raise
    return Exported(written, 0, 0, tuple(sorted(left_out)))


def _begin() -> None:
    """Leave Ctrl-C to the parent, and end when it has ended: a pool's process would wait for work for ever."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent()


_MOST_HELD = 200_000  # rows of a cube that a process has in memory: some 50 MB
_opened: dict[Path, tuple[ServedRelease, Shelf, list[str], set[str]]] = {}  # of this process: shares follow one another


def _write_share(share: _Share) -> tuple[int, list[str]]:
    if share.work not in _opened:
        _opened[share.work] = _open(share)
        gc.set_threshold(50_000, 20, 100)  # what is made for a page is freed with it
    served, shelf, stems, written = _opened[share.work]
    count, left_out = 0, []
    for stem in stems[share.number * _SLICE :][:_SLICE]:
        files = document_files(served, shelf, stem, written)
        if all(_write(share.work / "site", path, body) for path, body in files):
            count += 1
        else:
            left_out.append(stem)
    return count, left_out


def _open(share: _Share) -> tuple[ServedRelease, Shelf, list[str], set[str]]:
    """What a process has open: the release, where all will lie, the documents, the parts that it has written."""
    told = json.loads((share.work / _KNOWN).read_text(encoding="utf-8"))
    known = Known(told["stems"], {stem: WrittenViews(**views) for stem, views in told["views"].items()})
    served = open_served(share.release, theme=open_theme(share.theme))
    if columns := served.columns():
        columns.hold(_MOST_HELD)
    formats = tuple(item for suffix in share.suffixes if (item := by_suffix(suffix, DOCUMENT_FORMATS)))
    return served, open_shelf(served, known, formats), known.stems, set()


def _write(site: Path, path: str, body: bytes) -> bool:
    name = file_of(path)
    if name is None:
        return False
    file = site / name
    try:
        file.write_bytes(body)
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
    return True


def _write_beside(served: ServedRelease, site: Path, shelf: Shelf, limits: QueryLimits) -> None:
    """What is no document: made or copied; and the mark."""
    for path, make in made(served, shelf.formats, limits).items():
        body = make()
        if body:
            _write(site, path, shelf.relative(body, path) if path.endswith(HTML.suffix) else body)
    release = served.release
    for path, source in copied(served).items():
        copy = site / path[1:]
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)
    mark = {"release": release.manifest.name, "digest": release.manifest.digest, "base_iri": served.space.base}
    (site / MARK).write_text(json.dumps(mark, indent=1) + "\n", encoding="utf-8")


def _put_in_place(work: Path, site: Path, target: Path) -> None:
    """The new export is whole: it takes the place of the old one."""
    if target.exists():
        target.rename(work / "old")
    site.rename(target)


def _tell_left_out(stems: Sequence[str], findings: Findings) -> None:
    message = say("{n} {n:document|documents} cannot be files: {stem}", n=len(stems), stem=stems[0])
    hint = say("their addresses hold an escaped slash or are too long for a file's name; the server answers them")
    findings.warning("LOD9402", message, TextOrigin(stems[0]), hint)
