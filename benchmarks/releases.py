"""Releases that benchmarks serve: things of twelve triples each, and the seal around whatever else is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from lod.rdf.namespaces import RDF, RDFS, XSD
from lod.release.release import Manifest, Site, StoreRecord
from lod.release.seal import MANIFEST, seal, write_store_files
from lod.store.load import load
from lod.store.snapshot import Snapshot

BASE = "https://lod.example.org/"
TRIPLES_A_THING = 12
DIMENSIONS = TRIPLES_A_THING - 4


def write_things(folder: Path, things: int, version: int = 1) -> Path:
    """A release with that many things, which are like the observations of a cube."""
    part = folder / "part.nq"
    with part.open("w", encoding="utf-8") as out:
        out.writelines(_codes())
        for number in range(things):
            out.writelines(_thing(number))
    release = folder / f"{version}-{version:08x}"
    return seal_release(release, load([part], release / "store"), version)


def _codes() -> Iterator[str]:
    """What pages show instead of IRIs."""
    for place in range(DIMENSIONS):
        yield f'<{BASE}def/dimension{place}> <{RDFS}label> "面向{place}"@zh-Hant-TW .\n'
        for code in range(7 + place):
            yield f'<{BASE}id/code/{place}/{code}> <{RDFS}label> "類別{code}"@zh-Hant-TW .\n'
            yield f'<{BASE}id/code/{place}/{code}> <{RDFS}label> "class {code}"@en .\n'


def _thing(number: int) -> Iterator[str]:
    subject = f"<{BASE}id/thing/{number}>"
    yield f"{subject} <{RDF}type> <{BASE}def/Thing> .\n"
    yield f'{subject} <{RDFS}label> "第{number}號"@zh-Hant-TW .\n'
    for place in range(DIMENSIONS):
        yield f"{subject} <{BASE}def/dimension{place}> <{BASE}id/code/{place}/{number % (7 + place)}> .\n"
    yield f'{subject} <{BASE}def/count> "{number * 7919 % 1_000_003}"^^<{XSD}integer> .\n'
    yield f'{subject} <{BASE}def/year> "{1990 + number % 35}" .\n'


def seal_release(folder: Path, snapshot: Snapshot, version: int = 1) -> Path:
    """Make a whole release of a folder with a store and what else stands in it."""
    texts = {"en": "Benchmark"}
    site = Site("benchmark", BASE, ("en",), texts, texts, BASE + "id/a", texts, "", BASE + "l", texts, texts)
    manifest = Manifest(
        name=folder.name,
        version=version,
        digest=str(version) * 64,
        previous=None,
        created="2026-01-01T00:00:00Z",
        generator="benchmark",
        triples=snapshot.quads,
        site=site,
        inputs={},
        clearance={},
        files=(),
        store=StoreRecord(snapshot.quads, snapshot.digest),
    )
    (folder / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
    write_store_files(folder, snapshot.folder)
    seal(folder)
    return folder
