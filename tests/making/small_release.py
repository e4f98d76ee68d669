"""A small real release, as the server finds it: a sealed store, descriptions, a dump, a manifest."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store

from lod.rdf.namespaces import QB, RDF
from lod.release.bulk.cubes import write_cubes
from lod.release.history.log import record
from lod.release.release import CURRENT, Manifest, Site, StoreRecord
from lod.release.seal import MANIFEST, file_record, seal, write_store_files

BASE = "https://lod.example.org/"
ATTRIBUTION = "本研究部分資料來源為行政院人事行政總處提供，文中任何闡釋或結論並不代表行政院人事行政總處之立場。"
FIGURES = {
    ("T", "T"): 156191, ("T", "M"): 94776, ("T", "F"): 61415,
    ("65000", "T"): 18465, ("65000", "M"): 11200, ("65000", "F"): 7265,
    ("63000", "T"): 25301, ("63000", "M"): 14022, ("63000", "F"): 11279,
    ("09007", "T"): 312, ("09007", "M"): 201,
}  # fmt: skip

SITE = Site(
    name="personnel",
    base_iri=BASE,
    languages=("zh-Hant-TW", "en"),
    title={"zh-Hant-TW": "公務人力統計開放資料", "en": "Civil service statistics as linked data"},
    description={"zh-Hant-TW": "逐格可取用、可查詢、可連結。", "en": "Every number has an address."},
    agency_iri=BASE + "id/org/2.16.886.101.20003.20072",
    agency_name={"zh-Hant-TW": "行政院人事行政總處", "en": "Directorate-General of Personnel Administration"},
    agency_email="opendata@example.org",
    licence_iri="https://data.gov.tw/license",
    licence_name={"zh-Hant-TW": "政府資料開放授權條款－第1版", "en": "Open Government Data License, version 1.0"},
    attribution={"zh-Hant-TW": ATTRIBUTION, "en": "Part of the data used in this study was provided by the agency."},
)

CATALOGUE = f"""
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
<{BASE}catalog> a dcat:Catalog ; dct:title "目錄"@zh-Hant-TW, "Catalogue"@en ;
    dcat:dataset <{BASE}data/civil-servants-by-county> .
<{BASE}data/civil-servants-by-county> dcat:distribution [ dcat:downloadURL <{BASE}dump/1-aaaaaaaa/data.nt.gz> ] .
"""
VOID = f"""@prefix void: <http://rdfs.org/ns/void#> .
<{BASE}void> a void:DatasetDescription . <{BASE}void#data> a void:Dataset .
"""


def observations() -> Iterator[Quad]:
    """The figures of the dataset as `qb:Observation`."""
    dataset = BASE + "data/civil-servants-by-county"
    for (county, sex), value in FIGURES.items():
        subject = NamedNode(f"{dataset}/obs/2012/{county}/{sex}")
        yield Quad(subject, NamedNode(RDF + "type"), NamedNode(QB + "Observation"))
        yield Quad(subject, NamedNode(QB + "dataSet"), NamedNode(dataset))
        for name, code in (("period", "2012"), ("county", county), ("sex", sex)):
            dimension = NamedNode(f"{BASE}def/dimension/{name}")
            yield Quad(subject, dimension, NamedNode(f"{BASE}id/code/{name}/{code}"))
        yield Quad(subject, NamedNode(BASE + "def/measure/headcount"), Literal(value))


def make_release(
    releases: Path,
    name: str = "1-aaaaaaaa",
    *,
    turtle: str = "",
    trig: str = "",
    base: str = BASE,
    void: str = VOID,
    site: Site = SITE,
) -> Path:
    """A whole release folder with the pointer on it; `turtle` is loaded besides the figures."""
    folder = releases / name
    (folder / "dump").mkdir(parents=True)
    store = Store(str(folder / "store"))
    text = Path(__file__).with_name("personnel.ttl").read_text(encoding="utf-8") + turtle
    store.bulk_load(text.encode(), format=RdfFormat.TURTLE)
    store.bulk_extend(observations())
    store.bulk_load(trig.encode(), format=RdfFormat.TRIG)
    store.flush()
    triples = len(store)
    dump = store.dump(format=RdfFormat.N_TRIPLES, from_graph=DefaultGraph())
    (folder / "dump" / "data.nt.gz").write_bytes(gzip.compress(dump or b"", mtime=0))
    del store
    (folder / "catalog.ttl").write_text(CATALOGUE, encoding="utf-8")
    (folder / "void.ttl").write_text(void, encoding="utf-8")
    files = tuple(
        file_record(folder, path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_relative_to(folder / "store")
    )
    manifest = Manifest(
        name=name,
        version=int(name.partition("-")[0]),
        digest=name,
        previous=None,
        created="2026-01-02T03:04:05Z",
        generator="lod",
        triples=triples,
        site=replace(site, base_iri=base),
        inputs={},
        clearance={},
        store=StoreRecord(triples, "0" * 64),
        files=files,
    )
    (folder / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
    write_store_files(folder, folder / "store")
    seal(folder)
    (releases / CURRENT).write_text(name + "\n", encoding="utf-8")
    record(releases, "publish", name, None)
    return folder


def write_columns(release: Path, turtle: str = "") -> None:
    """Write observations as columns, too, as `lod build` does: those of `turtle`, else all of the release."""
    if turtle:
        store = Store()
        store.load(turtle.encode(), format=RdfFormat.TURTLE)
    else:
        store = Store.read_only(str(release / "store"))
    part = release.parent / "part.nq"
    store.dump(str(part), format=RdfFormat.N_QUADS)
    write_cubes([part], release)
