"""What a release says about itself: catalogue, VoID, PROV, dump, manifest."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path

import pyoxigraph
import pytest
import zstandard
from pyoxigraph import CanonicalizationAlgorithm, Dataset, Literal, NamedNode, Quad, RdfFormat

from lod.diagnostics import CellOrigin, Diagnostic, Findings, Severity, TextOrigin
from lod.errors import UsageError
from lod.linking.sssom import read_sssom
from lod.rdf.namespaces import DCAT, DCT, FOAF, PROV, QB, RDF, RDFS, SKOS, SPDX, VOID, XSD
from lod.release.publishing.publish import publish_candidate
from lod.release.release import Manifest, Release
from lod.release.report.findings import from_json
from lod.validation.files import validate_files
from lod.wording import say

BASE = "https://a.example/"
SENTENCE = "本研究部分資料來源為行政院人事行政總處提供，文中任何闡釋或結論並不代表行政院人事行政總處之立場。"
DATA = f"""\
<{BASE}data/one> <{RDF}type> <{DCAT}Dataset> .
<{BASE}data/one> <{RDF}type> <{QB}DataSet> <{BASE}graph> .
<{BASE}data/one> <{DCT}title> "一"@zh-Hant-TW .
<{BASE}data/one> <{DCT}title> "One"@en .
<{BASE}data/one> <{DCT}license> <https://other.example/licence> .
<{BASE}data/one> <{DCT}temporal> _:period .
_:period <{DCAT}startDate> "2012-01-01"^^<{XSD}date> .
<{BASE}data/one> <{DCT}spatial> <{BASE}id/area/TW> .
<{BASE}data/two> <{RDF}type> <{QB}DataSet> .
<{BASE}data/two> <{RDFS}label> "Two"@en .
<{BASE}data/two> <{QB}slice> <{BASE}data/two/slice> .
<{BASE}id/sex/F> <{RDF}type> <{SKOS}Concept> .
<{BASE}id/sex/F> <{SKOS}exactMatch> <http://purl.org/linked-data/sdmx/2009/code#sex-F> .
<{BASE}data/one> <{DCT}title> "One"@en .
"""
LINKS = """\
# curie_map:
#   own: https://a.example/id/
#   sdmx: http://purl.org/linked-data/sdmx/2009/code#
# mapping_set_title: Sexes
subject_id\tpredicate_id\tobject_id\tmapping_justification\treviewer_label
own:sex/F\tskos:exactMatch\tsdmx:sex-F\tsemapv:ManualMappingCuration\tMs Lin
"""

Make = Callable[..., Release]


@pytest.fixture
def release(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Release:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    (tmp_path / "l.sssom.tsv").write_text(LINKS)
    linkset = read_sssom(tmp_path / "l.sssom.tsv", Findings())
    assert linkset is not None
    return make(DATA, linksets=(linkset,))


class _Graph:
    """A Turtle file of a release, to ask single values of."""

    def __init__(self, path: Path) -> None:
        self.store = pyoxigraph.Store()
        self.store.load(path=str(path), format=RdfFormat.TURTLE)

    def values(self, subject: str, predicate: str) -> set[str]:
        quads = self.store.quads_for_pattern(NamedNode(subject), NamedNode(predicate), None, None)
        return {getattr(quad.object, "value", str(quad.object)) for quad in quads}

    def subjects(self, predicate: str, value: str) -> set[str]:
        quads = self.store.quads_for_pattern(None, NamedNode(predicate), NamedNode(value), None)
        return {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}


def test_catalogue(release: Release) -> None:
    graph, catalogue = _Graph(release.folder / "catalog.ttl"), f"{BASE}catalog"
    one, two = f"{BASE}data/one", f"{BASE}data/two"
    assert graph.values(catalogue, RDF + "type") == {DCAT + "Catalog"}
    assert graph.values(catalogue, DCAT + "dataset") == {one, two} == graph.subjects(RDF + "type", DCAT + "Dataset")
    assert graph.values(catalogue, DCT + "title") == {"人員", "Staff"}
    assert graph.values(one, DCT + "title") == {"一", "One"}
    assert graph.values(one, DCT + "license") == {"https://other.example/licence"}  # its own word
    assert graph.values(two, DCT + "license") == {"https://data.gov.tw/license"}  # else the project's
    assert graph.values(two, DCT + "title") == {"Two"}
    assert graph.values(two, DCT + "publisher") == {f"{BASE}id/org/1"}
    assert graph.values(one, DCT + "spatial") == {f"{BASE}id/area/TW"}
    (period,) = graph.store.quads_for_pattern(NamedNode(one), NamedNode(DCT + "temporal"), None, None)
    start = [q.object for q in graph.store.quads_for_pattern(period.object, NamedNode(DCAT + "startDate"), None, None)]  # type: ignore[arg-type]
    assert start == [Literal("2012-01-01", datatype=NamedNode(XSD + "date"))]
    assert graph.values(two, QB + "slice") == set()
    assert graph.values(f"{catalogue}#sparql", DCAT + "endpointURL") == {f"{BASE}sparql"}
    assert graph.values(f"{catalogue}#sparql", DCAT + "servesDataset") == {one, two}


def test_distributions(release: Release) -> None:
    graph, folder = _Graph(release.folder / "catalog.ttl"), f"{BASE}dump/{release.manifest.name}/"
    distributions = graph.values(f"{BASE}data/one", DCAT + "distribution")
    urls = {url for name in distributions for url in graph.values(name, DCAT + "downloadURL")}
    packed = {
        f"{folder}{stem}.{kind}" for stem in ("one", "staff") for kind in ("nq.gz", "nq.zst", "ttl.gz", "ttl.zst")
    }
    assert urls == {f"{BASE}data/one.{suffix}" for suffix in ("ttl", "nt", "jsonld", "rdf")} | packed
    media = "https://www.iana.org/assignments/media-types/"
    for thing, name in ((f"{BASE}catalog", "staff"), (f"{BASE}data/one", "one")):
        path = release.folder / "dump" / f"{name}.nq.gz"
        assert graph.values(f"{thing}#dump-nq-gz", DCAT + "byteSize") == {str(path.stat().st_size)}
        (checksum,) = graph.values(f"{thing}#dump-nq-gz", SPDX + "checksum")
        assert graph.values(checksum, SPDX + "checksumValue") == {hashlib.sha256(path.read_bytes()).hexdigest()}
        assert graph.values(f"{thing}#dump-nq-gz", DCAT + "mediaType") == {media + "application/n-quads"}
        assert graph.values(f"{thing}#dump-ttl-zst", DCAT + "compressFormat") == {media + "application/zstd"}
    assert graph.values(f"{BASE}data/one#ttl", DCAT + "mediaType") == {media + "text/turtle"}


def test_the_attribution_sentence_is_everywhere_byte_for_byte(release: Release) -> None:
    sentence = SENTENCE.encode()
    for name in ("catalog.ttl", "void.ttl", "prov.ttl", "dump/README.md", "manifest.json"):
        assert sentence in (release.folder / name).read_bytes(), name
    with gzip.open(release.folder / "dump" / "staff.nq.gz") as file:
        assert sentence in file.read(1000)
    graph = _Graph(release.folder / "catalog.ttl")
    for thing in (f"{BASE}catalog", f"{BASE}data/one", f"{BASE}catalog#dump-nq-zst", f"{BASE}data/two#rdf"):
        (statement,) = graph.values(thing, DCT + "rights")
        assert SENTENCE in graph.values(statement, RDFS + "label")


ODD = f"""\
<{BASE}data/one> <{RDFS}comment> "a \\"quoted\\" . <x> \\\\ \\n , ; 臺灣"@zh-Hant-TW .
<{BASE}data/one> <{RDFS}comment> "two words" <{BASE}graph> .
<{BASE}data/one> <{BASE}def/x.y-z> "07"^^<{XSD}integer> .
<{BASE}data/one> <{BASE}def/> "^^<{XSD}date>" .
<{BASE}data/one> <{QB}structure> _:dsd .
_:dsd <{QB}component> _:part .
_:part <{QB}dimension> <{BASE}def/sex> .
<{BASE}data/one/obs/1> <{QB}dataSet> <{BASE}data/one> .
<{BASE}data/one/obs/1> <{RDF}type> <{QB}Observation> .
<{BASE}data/one/obs/1> <{BASE}def/sex> <{BASE}id/sex/F> .
"""


def _unpacked(path: Path) -> str:
    if path.suffix == ".gz":
        assert path.read_bytes()[4:8] == b"\0\0\0\0"  # RFC 1952: no time
        return gzip.decompress(path.read_bytes()).decode()
    with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True) as stream:
        return stream.read().decode()


def _canonical(quads: Iterable[Quad]) -> set[Quad]:
    """The triples with canonical names for blank nodes."""
    found = Dataset(Quad(*quad.triple) for quad in quads)
    found.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return set(found)


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("packing", ["gz", "zst"])
def test_dumps_are_the_lift(make: Make, packing: str) -> None:
    """Every statement as it was written, once where its dataset is; the Turtle says the same."""
    folder = make(DATA + ODD).folder / "dump"
    everything, one, two = (_unpacked(folder / f"{name}.nq.{packing}") for name in ("staff", "one", "two"))
    assert sorted(_lines(everything)) == sorted(set((DATA + ODD).splitlines()))
    own = [line for line in set((DATA + ODD).splitlines()) if line.startswith((f"<{BASE}data/one", "_:"))]
    assert _lines(one) == sorted(own)
    assert len(_lines(two)) == 3
    for name, lines in (("one", one), ("two", two)):
        turtle = _unpacked(folder / f"{name}.ttl.{packing}")
        said = _canonical(pyoxigraph.parse(lines, format=RdfFormat.N_QUADS))
        assert said == _canonical(pyoxigraph.parse(turtle, format=RdfFormat.TURTLE, base_iri="x:"))
    list(pyoxigraph.parse(_unpacked(folder / f"staff.ttl.{packing}"), format=RdfFormat.TURTLE, base_iri="x:"))


def test_a_cube_as_csv_and_parquet(make: Make) -> None:
    release = make(DATA + ODD)
    rows = list(csv.reader(_unpacked(release.folder / "dump" / "one.csv.gz").splitlines()))
    assert rows == [["observation", "sex"], [f"{BASE}data/one/obs/1", "F"]]
    graph = _Graph(release.folder / "catalog.ttl")
    assert graph.values(f"{BASE}data/one#dump-parquet", DCAT + "downloadURL") == {
        f"{BASE}dump/{release.manifest.name}/one.parquet"
    }


def test_dates_follow_content(make: Make, releases: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a dataset that changed gets another date and version; the first date stays."""
    names = []
    for day, more in (
        (1, ""),
        (2, f'<{BASE}data/two> <{RDFS}comment> "x" .\n'),
        (3, f'<{BASE}data/two> <{RDFS}comment> "y" .\n'),
    ):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(1767225600 + 86400 * (day - 1)))
        names.append(publish_candidate(releases, make(DATA + more).manifest.name).manifest.name)
    graph = _Graph(releases / names[2] / "catalog.ttl")
    assert graph.values(f"{BASE}data/one", DCT + "modified") == {"2026-01-01T00:00:00Z"}
    assert graph.values(f"{BASE}data/one", DCAT + "version") == {names[0]}
    assert graph.values(f"{BASE}data/two", DCT + "issued") == {"2026-01-01T00:00:00Z"}
    assert graph.values(f"{BASE}data/two", DCT + "modified") == {"2026-01-03T00:00:00Z"}
    assert graph.values(f"{BASE}data/two", DCAT + "version") == {names[2]}
    assert graph.values(f"{BASE}data/two", DCAT + "previousVersion") == {f"{BASE}data/two/release/{names[1]}"}
    two = {f"{BASE}data/two/release/{name}" for name in names[1:]}
    assert graph.values(f"{BASE}data/two", DCAT + "hasVersion") == two
    assert graph.values(f"{BASE}data/one", DCAT + "hasVersion") == {f"{BASE}data/one/release/{names[0]}"}
    assert graph.values(f"{BASE}catalog", DCAT + "hasVersion") == {f"{BASE}dump/{name}/" for name in names[1:]}
    assert graph.values(f"{BASE}catalog", DCT + "modified") == {"2026-01-03T00:00:00Z"}


def test_schema_org(release: Release) -> None:
    document = json.loads((release.folder / "schema-org.jsonld").read_text(encoding="utf-8"))
    catalogue, one, two = document["@graph"]
    assert (catalogue["@type"], one["@type"], two["@id"]) == ("DataCatalog", "Dataset", f"{BASE}data/two")
    assert {"@language": "zh-Hant-TW", "@value": "一"} in one["name"]
    assert one["license"] == "https://other.example/licence"
    assert SENTENCE in one["creditText"]
    downloads = {item["contentUrl"]: item for item in one["distribution"]}
    assert downloads[f"{BASE}dump/{release.manifest.name}/one.nq.gz"]["encodingFormat"] == "application/n-quads"


def test_void(release: Release) -> None:
    graph, dataset = _Graph(release.folder / "void.ttl"), f"{BASE}.well-known/void#dataset"
    distinct = DATA.count("\n") - 1
    assert release.manifest.triples == distinct
    assert graph.values(dataset, VOID + "triples") == {str(distinct)}
    assert graph.values(dataset, VOID + "sparqlEndpoint") == {f"{BASE}sparql"}
    assert graph.values(dataset, VOID + "dataDump") == {
        f"{BASE}dump/{release.manifest.name}/staff.{kind}" for kind in ("nq.gz", "nq.zst", "ttl.gz", "ttl.zst")
    }
    assert graph.values(dataset, VOID + "uriSpace") == {BASE}
    assert f"{BASE}data/one" in graph.values(dataset, VOID + "exampleResource")
    classes = {}
    for part in graph.values(dataset, VOID + "classPartition"):
        (name,), (count,) = graph.values(part, VOID + "class"), graph.values(part, VOID + "entities")
        classes[name] = int(count)
    assert classes == {DCAT + "Dataset": 1, QB + "DataSet": 2, SKOS + "Concept": 1}
    properties = {}
    for part in graph.values(dataset, VOID + "propertyPartition"):
        (name,), (count,) = graph.values(part, VOID + "property"), graph.values(part, VOID + "triples")
        properties[name] = int(count)
    assert properties[RDF + "type"] == 4
    assert properties[DCT + "title"] == 2
    assert sum(properties.values()) == distinct
    (subset,) = graph.values(dataset, VOID + "subset") - {f"{BASE}data/one", f"{BASE}data/two"}
    assert graph.values(f"{BASE}data/two", VOID + "triples") == {"3"}
    assert graph.values(dataset, VOID + "distinctSubjects") == {"4"}
    assert graph.values(subset, RDF + "type") == {VOID + "Linkset"}
    assert graph.values(subset, VOID + "linkPredicate") == {SKOS + "exactMatch"}
    assert graph.values(subset, VOID + "triples") == {"1"}
    (target,) = graph.values(subset, VOID + "objectsTarget")
    assert graph.values(target, VOID + "uriSpace") == {"http://purl.org/linked-data/sdmx/2009/code#"}


def test_prov(release: Release) -> None:
    graph, name = _Graph(release.folder / "prov.ttl"), f"{BASE}dump/{release.manifest.name}/"
    (build,) = graph.values(name, PROV + "wasGeneratedBy")
    assert graph.values(build, PROV + "endedAtTime") == {"2026-01-01T00:00:00Z"}
    (source,) = graph.values(build, PROV + "used")
    assert graph.values(source, RDFS + "label") == {"tables/staff.csv"}
    (checksum,) = graph.values(source, SPDX + "checksum")
    assert graph.values(checksum, SPDX + "checksumValue") == {"ab" * 32}
    (engine,) = graph.values(build, PROV + "wasAssociatedWith")
    assert graph.values(engine, FOAF + "name") == {"lod test"}


def test_manifest(release: Release) -> None:
    manifest = release.manifest
    assert Manifest.from_json(manifest.to_json()) == manifest
    assert manifest.created == "2026-01-01T00:00:00Z"
    listed = {entry.path: entry.sha256 for entry in (*manifest.files, *release.stored)}
    there = {
        path.relative_to(release.folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in release.folder.rglob("*")
        if path.is_file() and path.name not in ("manifest.json", "store.json", "SHA256SUMS")
    }
    assert listed == there
    assert manifest.clearance["checked"] is False
    assert manifest.clearance["rules"] == []
    with pytest.raises(ValueError, match="another format"):
        Manifest.from_json(manifest.to_json().replace('"format": 2', '"format": 1'))


def test_source_date_epoch_must_be_a_number(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(UsageError) as caught:
        make(DATA)
    assert caught.value.code == "LOD8011"


def test_findings_are_kept(make: Make) -> None:
    findings = (
        Diagnostic(
            "LOD1", Severity.WARNING, say("m"), TextOrigin("a", 1, 2), say("h"), (CellOrigin("t", 3, "c", "x"),)
        ),
        Diagnostic("LOD2", Severity.INFO, say("臺")),
    )
    release = make(DATA, findings=findings)
    assert from_json((release.folder / "report" / "findings.json").read_text(encoding="utf-8")) == findings


@pytest.mark.suite
def test_the_catalogue_conforms_to_dcat_ap(release: Release, shared: Path) -> None:
    """DCAT-AP 3.0.1, mandatory: https://semiceu.github.io/DCAT-AP/releases/3.0.1/"""
    findings = Findings()
    shapes = shared / "suites" / "dcat-ap-3.0.1" / "shapes.ttl"
    report = validate_files([release.folder / "catalog.ttl"], [shapes], findings)
    assert report.results == (), [item.message for item in findings]
