"""Bulk files: each dataset, and everything, in one download; terms spelled as the lift wrote them.

gzip: https://www.rfc-editor.org/rfc/rfc1952 · Zstandard: https://www.rfc-editor.org/rfc/rfc8878 ; files of both may be
put one behind the other, so what is in all datasets is not packed twice.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import zstandard
from pyoxigraph import Store

from lod.rdf.languages import pick
from lod.release.breakdown import Breakdown
from lod.release.release import Site
from lod.release.seal import sha256
from lod.release.tidy import TidyTable, write_tidy
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
class DatasetContent:
    """What a dataset says itself: how many statements, SHA-256 of them as sorted N-Quads."""

    statements: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Dumps:
    """Every bulk file of a release, and what each dataset holds."""

    files: tuple[Dump, ...]
    contents: dict[str, DatasetContent]
    tables: tuple[TidyTable, ...] = ()
    beside: tuple[Dump, ...] = ()  # what describes datasets: metadata of tables, shapes

    def of(self, dataset: str) -> list[Dump]:
        """The files of one dataset; of '' those with everything."""
        return [file for file in self.files if file.dataset == dataset]


def write_dumps(
    breakdown: Breakdown, cubes: CubeIndex, release: Path, site: Site, store: Store, shapes: Mapping[str, str]
) -> Dumps:
    """Write `dump/` of a release in the making. Packed without a time: the same statements give the same bytes.

    `store`: the statements, to look up what codes are called; `shapes`: of datasets that have one, as Turtle. The
    attribution sentences stand above the statements.
    """
    folder, work = release / "dump", release / ".dump"
    folder.mkdir()
    work.mkdir()
    names = _names(breakdown.datasets, site)
    shared = f"{site.name}-shared"
    contents, written = {}, []
    for dataset in (*breakdown.datasets, None):
        stem = names[dataset] if dataset else shared
        lines, turtle = work / f"{stem}.nq", work / f"{stem}.ttl"
        statements = breakdown.write_lines(dataset, lines)
        breakdown.write_turtle(lines, turtle)
        if dataset:
            contents[dataset] = DatasetContent(statements, sha256(lines))
        for file in (lines, turtle):
            written += [(dataset or shared, packed) for packed in _pack(file, folder, heading(site))]
            file.unlink()
    everything = [
        _join([path for _, path in written if path.name.endswith(suffix)], folder / f"{site.name}{suffix}")
        for suffix in (".nq.gz", ".nq.zst", ".ttl.gz", ".ttl.zst")
    ]
    written = [(dataset, path) for dataset, path in written if dataset != shared] + [("", path) for path in everything]
    for path in folder.glob(f"{shared}.*"):
        path.unlink()
    tables, beside = [], []
    for cube in cubes.cubes:
        parquet = release / CUBES / cube.file
        target = folder / names.get(cube.dataset, parquet.stem)
        table = write_tidy(breakdown.connection, store, cube, parquet, target, site)
        packed = _pack(table.csv, folder, ())
        written += [(cube.dataset, path) for path in (table.csv, *packed, table.parquet)]
        beside.append((cube.dataset, table.metadata))
        tables.append(table)
    for dataset, text in shapes.items():
        path = folder / f"{names[dataset]}-shape.ttl"
        path.write_text("".join(f"# {line}\n" for line in heading(site)) + text, encoding="utf-8")
        beside.append((dataset, path))
    shutil.rmtree(work)
    dumps, descriptions = (tuple(_dump(path, release, dataset) for dataset, path in each) for each in (written, beside))
    return Dumps(dumps, contents, tuple(tables), descriptions)


def _names(datasets: Sequence[str], site: Site) -> dict[str, str]:
    """A file's name for each dataset: the last part of its IRI; told apart by a digest where that is not enough."""
    names: dict[str, str] = {}
    for iri in datasets:
        last = iri.rstrip("/#").replace("#", "/").rpartition("/")[2]
        name = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-._") else "_" for sign in last)
        if name.lower() in {other.lower() for other in (*names.values(), site.name, f"{site.name}-shared")}:
            name = f"{name}-{hashlib.sha256(iri.encode()).hexdigest()[:8]}"
        names[iri] = name.lstrip(".") or "dataset"
    return names


def _pack(file: Path, folder: Path, lines: Iterable[str]) -> list[Path]:
    """Both packed forms of a file, below comment lines."""
    head = "".join(f"# {line}\n" for line in lines).encode()
    gz, zst = folder / f"{file.name}.gz", folder / f"{file.name}.zst"
    with gz.open("wb") as raw, gzip.GzipFile("", "wb", compresslevel=_GZIP_LEVEL, fileobj=raw, mtime=0) as packed:
        packed.write(head)
        with file.open("rb") as source:
            shutil.copyfileobj(source, packed, _BLOCK)
    packer = zstandard.ZstdCompressor(level=_ZSTD_LEVEL, write_checksum=True)
    with zst.open("wb") as raw, packer.stream_writer(raw) as stream, file.open("rb") as source:
        stream.write(head)
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
    return [" ".join(text.split()) for text in names] + list(site.attribution.values())


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
