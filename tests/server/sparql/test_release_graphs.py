"""Versions of datasets, and whole releases, as graphs that a question names (decision 13)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pyoxigraph
import pytest
from pyoxigraph import RdfFormat
from serving import serving

from lod.pipeline.run import build
from lod.project.load import load_project
from lod.rdf.namespaces import DCT, SD
from lod.release.history.graphs import ReleaseGraphs
from lod.release.release import current_name, open_current
from lod.server.app import create_app
from lod.server.served import open_served
from lod.server.sparql.examples import examples
from lod.store import graphs
from lod.store.guard import QueryError

BASE = "https://lod.example.org/"
DATASET = f"{BASE}data/staff"
OBSERVATION = f"<{DATASET}/obs/2022/A/M>"
TSV = {"accept": "text/tab-separated-values"}
THEN_AND_NOW = f"SELECT ?then ?now {{ GRAPH <{DATASET}/release/1> {{ {OBSERVATION} ?m ?then }} {OBSERVATION} ?m ?now }}"


@pytest.fixture(scope="module")
def names(first_project: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A releases folder, and its two releases: a figure was 11, then 77."""
    root = Path(shutil.copytree(first_project, tmp_path_factory.mktemp("versions") / "project"))
    first = current_name(root / "releases")
    table = root / "tables" / "staff.csv"
    table.write_text(table.read_text("utf-8").replace("2022,A,M,11", "2022,A,M,77"), "utf-8")
    second = build(load_project(root / "lod.toml"), publish=True).release
    assert first
    assert second
    return root / "releases", first, second


@pytest.fixture(scope="module")
def versions(names: tuple[Path, str, str]) -> Iterator[httpx.Client]:
    """The site over them."""
    with (
        serving(create_app(names[0])) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=60) as client,
    ):
        yield client


def rows(site: httpx.Client, query: str, **more: str) -> list[list[str]]:
    answer = site.get("/sparql", params={"query": query, **more}, headers=TSV)
    assert answer.status_code == 200, answer.text
    return sorted(line.split("\t") for line in answer.text.splitlines()[1:])


def test_a_version_beside_what_is_current(versions: httpx.Client, names: tuple[Path, str, str]) -> None:
    assert ["11", "77"] in rows(versions, THEN_AND_NOW)
    by_name = THEN_AND_NOW.replace("release/1", f"release/{names[1]}")
    assert rows(versions, by_name) == rows(versions, THEN_AND_NOW)
    relative = THEN_AND_NOW.replace(f"<{DATASET}/release/1>", "<data/staff/release/1>")
    assert rows(versions, relative) == rows(versions, THEN_AND_NOW)
    assert not [row for row in rows(versions, f"SELECT * {{ {OBSERVATION} ?m ?v }}") if "11" in row]


def test_every_way_to_name_one(versions: httpx.Client, names: tuple[Path, str, str]) -> None:
    figure = f"{{ {OBSERVATION} ?measure ?n FILTER(isNumeric(?n)) }}"
    first, second = f"{DATASET}/release/1", f"{DATASET}/release/{names[2]}"
    prefix = f"PREFIX v: <{DATASET}/release/>"
    for query, found in {
        f"SELECT ?n FROM <{first}> {figure}": [["11"]],
        f"{prefix} SELECT ?n FROM v:2 {figure}": [["77"]],
        f"SELECT ?n FROM <{first}> FROM <{second}> {figure}": [["11"], ["77"]],
        f"SELECT ?n FROM <{DATASET}> {figure}": [["77"]],
        f"SELECT ?n FROM <{BASE}dump/{names[1]}/> {figure}": [["11"]],
        f"SELECT ?g ?n FROM NAMED <{first}> FROM NAMED <{second}> {{ GRAPH ?g {figure} }}":
            [[f"<{first}>", "11"], [f"<{second}>", "77"]],
        f"SELECT ?n {{ VALUES ?g {{ <{first}> <{second}> }} GRAPH ?g {figure} }}": [["11"], ["77"]],
        f"SELECT ?n {{ GRAPH ?g {figure} VALUES ?g {{ <{first}> <{DATASET}> }} }}": [["11"], ["77"]],
        f"SELECT ?n {{ VALUES (?x ?g) {{ (1 <{BASE}dump/{names[1]}/>) }} GRAPH ?g {figure} }}": [["11"]],
        f"SELECT ?n {{ VALUES (?x ?g) {{ (<{DATASET}> <{first}>) }} GRAPH ?g {figure} }}": [["11"]],
        f"SELECT ?n FROM <urn:none> {figure}": [],
        f"SELECT ?n FROM NAMED <{first}> {figure}": [],
    }.items():  # fmt: skip
        assert rows(versions, query) == found, query
    asked = f"SELECT ?n {figure}"
    assert rows(versions, asked, **{"default-graph-uri": first}) == [["11"]]
    assert rows(versions, asked, **{"named-graph-uri": first}) == []
    named = rows(versions, f"SELECT ?n {{ GRAPH ?g {figure} }}", **{"named-graph-uri": first})
    assert named == [["11"]]


def test_only_the_statements_of_the_dataset(versions: httpx.Client, names: tuple[Path, str, str]) -> None:
    count = "SELECT (COUNT(*) AS ?n) {} {{ ?s ?p ?o }}"
    whole, own = (
        int(rows(versions, count.format(f"FROM <{iri}>"))[0][0])
        for iri in (f"{BASE}dump/{names[2]}/", f"{DATASET}/release/2")
    )
    assert own < whole == int(rows(versions, count.format(""))[0][0])
    graph = versions.get(
        "/graph-store", params={"graph": f"{DATASET}/release/2"}, headers={"accept": "application/n-triples"}
    )
    assert graph.status_code == 200
    assert len(graph.text.splitlines()) == own


def test_what_is_there_is_described(versions: httpx.Client, names: tuple[Path, str, str]) -> None:
    described = pyoxigraph.Store()
    described.load(versions.get("/sparql", headers={"accept": "text/turtle"}).content, RdfFormat.TURTLE)
    found = described.query(
        f"SELECT ?name {{ ?service <{SD}availableGraphs> [ <{SD}namedGraph> [ <{SD}name> ?name ;"
        f" <{SD}graph> [ <{DCT}isVersionOf> <{DATASET}> ] ] ] }}"
    )
    assert {row["name"].value for row in found} == {f"{DATASET}/release/{name}" for name in names[1:]}  # type: ignore[union-attr]


def test_statistics_of_the_default_graph_are_told(versions: httpx.Client) -> None:
    """As many as a query counts, and tags as they are written."""
    answer = versions.get("/sparql", headers={"accept": "text/turtle"})
    described, void = pyoxigraph.Store(), "http://rdfs.org/ns/void#"
    described.load(answer.content, RdfFormat.TURTLE)
    graph = f"[] <{SD}defaultDataset>/<{SD}defaultGraph> ?graph . ?graph a <{SD}Graph> ;"
    classes = described.query(
        f"SELECT ?class ?n {{ {graph} <{void}classPartition> [ <{void}class> ?class ; <{void}entities> ?n ] }}"
    )
    told = sorted((row["class"].value, row["n"].value) for row in classes)  # type: ignore[union-attr]
    counted = rows(versions, "SELECT ?class (COUNT(?s) AS ?n) { ?s a ?class } GROUP BY ?class")
    assert told == sorted((name.strip("<>"), number) for name, number in counted) != []
    total = rows(versions, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")[0][0]
    assert described.query(f"ASK {{ {graph} <{void}triples> ?n FILTER(STR(?n) = '{total}') }}")
    assert "@zh-Hant-TW" in answer.text
    assert "@zh-hant-tw" not in answer.text


def test_the_page_has_an_example_of_it(names: tuple[Path, str, str], versions: httpx.Client) -> None:
    (example,) = (each for each in examples(open_served(names[0] / names[2]), "en") if "NAMED" in each.query)
    assert example.title.startswith("What changed since the version before: ")
    assert [f"<{OBSERVATION[1:-1]}>", "11", "77"] in [[row[0], *row[2:]] for row in rows(versions, example.query)]


def test_a_version_that_is_not_there(versions: httpx.Client, names: tuple[Path, str, str]) -> None:
    answer = versions.get("/sparql", params={"query": f"ASK FROM <{DATASET}/release/9> {{}}"})
    assert (answer.status_code, answer.json()["code"]) == (404, "LOD6092")
    assert names[1] in answer.json()["hint"]
    graph = versions.get("/graph-store", params={"graph": f"{DATASET}/release/9"})
    assert (graph.status_code, graph.json()["code"]) == (404, "LOD6092")


@pytest.mark.parametrize("clause", ["FROM", "FROM NAMED", "default-graph-uri", "GRAPH"])
def test_a_graph_that_is_nowhere_is_empty_and_told(versions: httpx.Client, clause: str) -> None:
    asked = {"query": f"SELECT * {clause} <data/stff> {{ ?s ?p ?o }}"}
    if clause == "default-graph-uri":
        asked = {"query": "SELECT * { ?s ?p ?o }", clause: f"{DATASET[:-3]}ff"}
    elif clause == "GRAPH":
        asked = {"query": "SELECT * { GRAPH <data/stff> { ?s ?p ?o } }"}
    for _ in range(2):  # the second time from what is kept
        answer = versions.get("/sparql", params=asked, headers={"accept": "text/csv"})
        assert (answer.status_code, answer.text.count("\r\n")) == (200, 1)
        assert answer.headers["empty-graphs"] == "<https://lod.example.org/data/stff>"
    page = versions.get("/sparql.zh-Hant-TW.html", params=asked).text
    assert "這裡沒有 &lt;https://lod.example.org/data/stff&gt; 這個圖" in page
    assert DATASET in page.partition('role="status"')[2].partition("</div>")[0]
    known = versions.get("/sparql", params={"query": f"SELECT * FROM <{DATASET}> {{ ?s ?p ?o }} LIMIT 1"})
    assert "empty-graphs" not in known.headers


def test_too_much_is_refused(names: tuple[Path, str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphs, "MOST_STATEMENTS", 200)
    asks = ReleaseGraphs(open_current(names[0]))
    version = graphs.NamedGraphs((f"{DATASET}/release/1",), is_chosen=True)
    assert len(asks.asked_for(version, beside=False)) == 1
    with pytest.raises(QueryError) as refused:
        asks.asked_for(graphs.NamedGraphs(version.asked), beside=False)
    assert (refused.value.code, "FROM NAMED" in str(refused.value.hint)) == ("LOD6090", True)


def test_a_damaged_file_is_told(names: tuple[Path, str, str], tmp_path: Path) -> None:
    found = ReleaseGraphs(open_current(names[0])).find(f"{DATASET}/release/1")
    assert found is not None
    data = bytearray(found.path.read_bytes())
    data[len(data) // 2] ^= 4
    damaged = tmp_path / names[1] / "dump" / found.path.name
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(data)
    with pytest.raises(QueryError) as refused:
        graphs.load_graphs([graphs.GraphFile(found.iri, damaged)])
    assert (refused.value.code, names[1] in str(refused.value.hint)) == ("LOD6091", True)


def test_a_damaged_release_is_told(names: tuple[Path, str, str], tmp_path: Path) -> None:
    copied = tmp_path / "releases"
    shutil.copytree(names[0], copied, symlinks=True)
    (copied / names[1] / "catalog.ttl").unlink()
    served = open_served(copied / names[2])
    with pytest.raises(QueryError) as refused:
        served.graphs().asked_for(graphs.NamedGraphs((f"{DATASET}/release/1",)), beside=False)
    assert (refused.value.code, names[1] in str(refused.value.hint)) == ("LOD6091", True)
    assert not any("/release/" in example.query for example in examples(served, "en"))


def test_the_command_line_answers_the_same(names: tuple[Path, str, str], capfdbinary: Any) -> None:
    from lod.cli.main import main

    with pytest.raises(SystemExit) as ended:
        main(["query", THEN_AND_NOW, "--project", str(names[0].parent)])
    assert ended.value.code in (0, None)
    assert b"11\t77" in capfdbinary.readouterr().out
    with pytest.raises(SystemExit) as ended:
        main(["query", "ASK FROM <data/stff> { ?s ?p ?o }", "--project", str(names[0].parent)])
    assert ended.value.code in (0, None)
    told = capfdbinary.readouterr()
    assert told.out.strip() == b"false"
    assert b"warning LOD6110" in told.err
    assert DATASET.encode() in told.err
