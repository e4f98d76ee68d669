"""Bulk files: each dataset, and everything, in one download; terms spelled as the lift wrote them.

Packed in pieces (`lod.release.bulk.frames`), so that the files with everything are those of the
datasets one behind the other.
"""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

import duckdb
import zstandard
from pyoxigraph import Store

from lod.rdf.languages import pick
from lod.release.bulk.frames import SUFFIXES, Frames, Texts, pack_head, pack_pieces
from lod.release.bulk.names import names_of
from lod.release.bulk.tidy import TidyTable, write_tidy
from lod.release.descriptions.breakdown import Breakdown
from lod.release.descriptions.datasets import DatasetContent
from lod.release.durability import take
from lod.release.release import Site
from lod.release.seal import sha256
from lod.store.columns import FOLDER as CUBES
from lod.store.columns import CubeIndex

_GZIP_LEVEL = 6
_ZSTD_LEVEL = 3
_BLOCK = 1 << 20

NQUADS, TURTLE, CSV = "application/n-quads", "text/turtle", "text/csv"
PARQUET = "application/vnd.apache.parquet"
CSVM = "application/csvm+json"  # https://www.w3.org/TR/tabular-metadata/#iana-considerations
GZIP, ZSTD = "application/gzip", "application/zstd"


@dataclass(frozen=True, slots=True)
class Dump:
    """One bulk file: its path in the release, its media type unpacked, how it is packed ('' for not), whose it is."""

    path: str
    media_type: str
    packed_as: str
    bytes: int
    sha256: str
    dataset: str = ""  # IRI; '' for everything

    @property
    def name(self) -> str:
        """As it stands in its URL."""
        return self.path.removeprefix("dump/")


@dataclass(frozen=True, slots=True)
class Dumps:
    """Every bulk file of a release, and what each dataset holds. `frames` by dataset; '' is what is in none."""

    files: tuple[Dump, ...]
    contents: dict[str, DatasetContent]
    tables: tuple[TidyTable, ...] = ()
    beside: tuple[Dump, ...] = ()  # what describes datasets: metadata of tables, shapes
    frames: Mapping[str, Frames] = field(default_factory=dict)
    is_named: bool = False  # some statements are in a named graph

    def of(self, dataset: str) -> list[Dump]:
        """The files of one dataset; of '' those with everything."""
        return [file for file in self.files if file.dataset == dataset]


@dataclass(frozen=True, slots=True)
class Tables:
    """What the tables of cubes are made with: `store` says what codes are called, `shapes` are of datasets that have
    one, as Turtle. Those of the datasets `same` are as they were in the folder `before`.
    """

    connection: duckdb.DuckDBPyConnection
    store: Store
    site: Site
    shapes: Mapping[str, str]
    before: Path | None = None
    same: frozenset[str] = frozenset()


def write_dumps(
    breakdown: Breakdown,
    cubes: CubeIndex,
    release: Path,
    site: Site,
    store: Store,
    shapes: Mapping[str, str],
    threads: int = 2,
) -> Dumps:
    """Write `dump/` of a release in the making. Packed without a time: the same statements give the same bytes.

    `store`: the statements, to look up what codes are called; `shapes`: of datasets that have one, as Turtle. The
    attribution sentences stand above the statements.
    """
    folder, work = release / "dump", release / ".dump"
    folder.mkdir()
    work.mkdir()
    names = names_of(breakdown.datasets, site)
    frames: dict[str, Frames] = {}
    for dataset in (*breakdown.datasets, ""):
        lines, turtle = work / "lines.nq", work / "lines.ttl"
        breakdown.write_lines(dataset or None, lines)
        head = breakdown.write_turtle(lines, turtle)
        with packed_files(folder, names[dataset]) as files:
            with turtle.open("rb") as text:
                packed = pack_head(heading(site), text.read(head))
            for out, data in zip(files, packed, strict=True):
                out.write(data)
            texts = Texts(lines, turtle, head, breakdown.starts(lines) if lines.stat().st_size else ())
            frames[dataset] = Frames(tuple(map(len, packed)), tuple(pack_pieces(texts, files, threads)))
    shutil.rmtree(work)
    dumps = finish_dumps(Tables(breakdown.connection, store, site, shapes), cubes, release, names, frames)
    return replace(dumps, is_named=breakdown.is_named)


def finish_dumps(
    tables: Tables, cubes: CubeIndex, release: Path, names: Mapping[str, str], frames: Mapping[str, Frames]
) -> Dumps:
    """Join the files of each dataset to those of everything, and add the tables of the cubes.

    `names` and `frames` by dataset; '' is what is in none.
    """
    folder, site = release / "dump", tables.site
    written = [(each, folder / f"{names[each]}{suffix}") for each in names if each for suffix in SUFFIXES]
    for suffix in SUFFIXES:
        parts = [folder / f"{name}{suffix}" for name in names.values()]
        written.append(("", _join(parts, folder / f"{site.name}{suffix}")))
        parts[-1].unlink()
    tidy, beside = [], []
    for cube in cubes.cubes:
        parquet = release / CUBES / cube.file
        target = folder / names.get(cube.dataset, parquet.stem)
        before = tables.before if cube.dataset in tables.same else None
        table = write_tidy(tables.connection, tables.store, cube, parquet, target, site, before)
        if before:
            packed = [take(before / f"{table.csv.name}{kind}", folder) for kind in (".gz", ".zst")]
        else:
            packed = _pack(table.csv, folder)
        written += [(cube.dataset, path) for path in (table.csv, *packed, table.parquet)]
        beside.append((cube.dataset, table.metadata))
        tidy.append(table)
    for dataset, text in tables.shapes.items():
        path = folder / f"{names[dataset]}-shape.ttl"
        path.write_text("".join(f"# {line}\n" for line in heading(site)) + text, encoding="utf-8")
        beside.append((dataset, path))
    contents = {iri: DatasetContent(each.statements, each.sha256) for iri, each in frames.items() if iri}
    dumps, descriptions = (tuple(_dump(path, release, dataset) for dataset, path in each) for each in (written, beside))
    return Dumps(dumps, contents, tuple(tidy), descriptions, frames)


@contextmanager
def packed_files(folder: Path, name: str) -> Iterator[list[BinaryIO]]:
    """The four bulk files of that name, to be written."""
    with ExitStack() as stack:
        yield [stack.enter_context((folder / f"{name}{suffix}").open("wb")) for suffix in SUFFIXES]


def _pack(file: Path, folder: Path) -> list[Path]:
    """Both packed forms of a file."""
    gz, zst = folder / f"{file.name}.gz", folder / f"{file.name}.zst"
    with (
        file.open("rb") as source,
        gz.open("wb") as raw,
        gzip.GzipFile("", "wb", compresslevel=_GZIP_LEVEL, fileobj=raw, mtime=0) as packed,
    ):
        shutil.copyfileobj(source, packed, _BLOCK)
    packer = zstandard.ZstdCompressor(level=_ZSTD_LEVEL, write_checksum=True)
    with zst.open("wb") as out, packer.stream_writer(out) as stream, file.open("rb") as source:
        shutil.copyfileobj(source, stream, _BLOCK)
    return [gz, zst]


def _join(files: Sequence[Path], target: Path) -> Path:
    """Packed files one behind the other."""
    with target.open("wb") as out:
        for path in files:
            with path.open("rb") as source:
                shutil.copyfileobj(source, out, _BLOCK)
    return target


_MEDIA_TYPES = {"nq": NQUADS, "ttl": TURTLE, "csv": CSV, "parquet": PARQUET, "json": CSVM}
_PACKED_AS = {"gz": GZIP, "zst": ZSTD}


def _dump(path: Path, release: Path, dataset: str) -> Dump:
    packed_as = _PACKED_AS.get(path.suffix[1:], "")
    kind = path.with_suffix("").suffix if packed_as else path.suffix
    place = path.relative_to(release).as_posix()
    return Dump(place, _MEDIA_TYPES[kind[1:]], packed_as, path.stat().st_size, sha256(path), dataset)


def heading(site: Site) -> list[str]:
    """What stands above every bulk file: what it is, whose, under which terms, and how to name the source."""
    names = [*site.title.values(), *(f"{name} <{site.licence_iri}>" for name in site.licence_name.values())]
    return [" ".join(text.split()) for text in (*names, *site.attribution.values())]


def write_readme(folder: Path, dumps: Dumps, site: Site) -> None:
    """Write `README.md` beside the dumps, for people who unpack them."""
    files = "\n".join(
        f"- `{dump.name}`: {dump.media_type}, SHA-256 `{dump.sha256}`" for dump in (*dumps.files, *dumps.beside)
    )
    lines = [
        *(f"# {text}" for text in site.title.values()),
        *site.description.values(),
        *(f"> {text}" for text in site.attribution.values()),
        "\n".join(f"- {name}: <{site.licence_iri}>" for name in site.licence_name.values()),
        f"{files}\n- <{site.base_iri}>, {pick(site.agency_name, site.languages[0])}"
        + (f", <{site.agency_email}>" if site.agency_email else ""),
        "Files named after a dataset hold what is said of it, its observations and its structure; as CSV and Parquet "
        "its figures with codes and labels, which `-metadata.json` (CSVW) explains to programs; `-shape.ttl` (SHACL) "
        "what each observation has to have. Those named after "
        "the site hold everything, code lists and vocabularies too, and a statement may stand there more than once. "
        "Literals are spelled as in the sources (`01` stays `01`), while the SPARQL endpoint compares and returns "
        "numbers by value. Turtle leaves out the names of graphs.",
    ]
    (folder / "README.md").write_text("\n\n".join(lines) + "\n", encoding="utf-8")
