"""A release in a store of another kind: brought there, asked there, gone back to. With real engines."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from engines import NGINX, PASSWORD, guarded, lod, oxigraph, relayed, serving, virtuoso
from ports import free_port

from lod.project.load import load_project
from lod.release.publishing.mirror import graphs_of, open_mirror, pointer_of
from lod.release.release import open_current
from lod.store.remote import RemoteStore
from lod.store.remote_answers import count
from lod.store.transport import Endpoint, RemoteError, hang_up, update

ODD = """
@prefix x: <https://lod.example.org/def/odd/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
x:large x:p "LONG"@zh-Hant-TW, "WIDE" .
x:tags x:p "a"@en, "a"@en-GB, "a"@sr-Latn-RS, "a"@x-private, "a" .
x:numbers x:p "NaN"^^xsd:double, "INF"^^xsd:double, "1.0"^^xsd:decimal, "1.00"^^xsd:decimal, 12345678901234567890 .
x:text x:p "tab\\t quote\\" back\\\\ line\\n \\u0001 😀 </script>", "", "%41" .
x:nodes x:p [ x:p [ x:p "inner" ] ], _:b . x:others x:p _:b . _:b x:p "of both" .
""".replace("LONG", "大" * 100_000).replace("WIDE", "x" * 50_000)
ENGINES = {"oxigraph": oxigraph, "virtuoso": virtuoso}


@pytest.fixture(autouse=True)
def _connections_end() -> Iterator[None]:
    yield
    hang_up()


@pytest.fixture(scope="module", params=ENGINES)
def project(
    request: pytest.FixtureRequest, first_project: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """A project of `lod init` whose releases go to a store, published once and, with one figure changed, again."""
    folder = shutil.copytree(first_project, tmp_path_factory.mktemp("project") / "staff")
    with ENGINES[request.param](tmp_path_factory.mktemp("engine")) as section:
        use(folder, f"{section}\n[serve]\nquery_seconds = 60\nclient_seconds = 600\n")  # on however busy a machine
        (folder / "ontologies" / "odd.ttl").write_text(ODD, encoding="utf-8")
        lod(folder, "build", "--publish")
        table = folder / "tables" / "staff.csv"
        table.write_text(table.read_text(encoding="utf-8").replace(",11", ",12", 1), encoding="utf-8")
        lod(folder, "build", "--publish")
        yield folder


@pytest.fixture
def endpoint(project: Path, monkeypatch: pytest.MonkeyPatch) -> Endpoint:
    monkeypatch.setenv("STORE_PASSWORD", PASSWORD)
    options = load_project(project / "lod.toml", to_build=False).store
    assert options
    return Endpoint(options.query, options.update, options.graph_store, options.auth, options.user, options.secret_env)


@pytest.fixture(scope="module")
def started(project: Path) -> Iterator[httpx.Client]:
    """`lod serve` over the releases whose statements lie in the store."""
    with serving(project) as client:
        yield client


@pytest.fixture
def site(started: httpx.Client, project: Path) -> httpx.Client:
    """That site, once it tells the release that the test before has published."""
    name = open_current(project / "releases").manifest.name
    deadline = time.monotonic() + 60
    while (answer := started.get("/-/health")).json().get("release") != name:
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.1)
    return started


def use(folder: Path, section: str) -> None:
    """Let a project's releases go to a store."""
    with (folder / "lod.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[store]\nkind = "sparql"\n{section}')


def origin(section: str) -> str:
    """Where the store of a part of lod.toml listens."""
    return section.split('"')[1].removesuffix("/query")


def statements(store: RemoteStore) -> int:
    answer = store.ask("SELECT (COUNT(*) AS ?n) WHERE { SELECT DISTINCT ?s ?p ?o { ?s ?p ?o } }", "text/csv")
    return int(answer.decode().split()[-1].strip('"'))


def test_a_release_is_there_whole_and_named_by_the_pointer(project: Path, endpoint: Endpoint) -> None:
    release = open_current(project / "releases")
    store = open_mirror(release, endpoint)
    assert statements(store) == release.manifest.store.statements == release.manifest.triples - 1  # 1.0 is 1.00
    pointer = pointer_of(release.site.base_iri)
    said = RemoteStore(endpoint, (pointer,), "x:").ask(
        "SELECT ?v { ?s <http://www.w3.org/ns/dcat#version> ?v }", "text/csv"
    )
    assert release.manifest.name in said.decode()


def test_pages_data_and_queries_come_from_there(site: httpx.Client, project: Path) -> None:
    observation = "/data/staff/obs/2022/A/M"
    assert "12" in site.get(f"{observation}.en.html").text
    assert '"12"^^' in site.get(f"{observation}.nt").text
    query = "ASK { ?o <http://purl.org/linked-data/cube#dataSet> ?d }"
    assert site.get("/sparql", params={"query": query}, headers={"accept": "application/sparql-results+json"}).json()[
        "boolean"
    ]
    rows = site.get("/sparql", params={"query": "SELECT ?s { ?s ?p ?o } LIMIT 3", "format": "csv"})
    assert rows.status_code == 200
    assert len(rows.text.splitlines()) == 4
    graph = site.get("/sparql", params={"query": "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 5", "format": "ttl"})
    assert graph.status_code == 200
    assert site.get("/sparql", params={"query": "SELECT * { ?s ?p"}).status_code == 400
    assert site.get("/data/staff.en.html").status_code == 200


def test_what_is_odd_is_told_as_it_was_published(site: httpx.Client) -> None:
    def told(name: str) -> str:
        answer = site.get(f"/doc/def/odd/{name}.nt")
        assert answer.status_code == 200, name
        return answer.text

    assert all(f'"{large}"' in told("large") for large in ("大" * 100_000, "x" * 50_000))
    assert all(f'"a"{tag} .' in told("tags") for tag in ("@en", "@en-GB", "@sr-Latn-RS", "@x-private", ""))
    assert all(f'"{n}"^^' in told("numbers") for n in ("NaN", "INF", "12345678901234567890"))
    assert all(f'"{text}"' in told("text") for text in ("", "%41", r"tab\t quote\" back\\ line\n \u0001 😀 </script>"))
    nodes, others = told("nodes"), told("others")
    assert all('"of both"' in text and "_:" in text and "genid" not in text for text in (nodes, others))
    assert '"inner"' in nodes


def test_nobody_elses_statements_are_told(site: httpx.Client, endpoint: Endpoint) -> None:
    update(endpoint, "INSERT DATA { GRAPH <urn:private> { <urn:a> <urn:hidden> 'hush' } }")
    hidden = "{ ?s <urn:hidden> ?o }"
    for text in (
        f"SELECT * {{ GRAPH ?g {hidden} }}",
        f"SELECT * {{ GRAPH <urn:private> {hidden} }}",
        f"SELECT * FROM <urn:private> {hidden}",
        f"SELECT * FROM <urn:private> FROM NAMED <urn:private> {{ GRAPH ?g {hidden} }}",
        f"PREFIX u: <urn:> SELECT * FROM NAMED u:private {{ GRAPH ?g {hidden} }}",
        f"SELECT * {hidden} #pragma FROM <urn:private>",
    ):
        for more in ({}, {"default-graph-uri": "urn:private"}, {"named-graph-uri": "urn:private"}):
            answer = site.get("/sparql", params={"query": text, "format": "csv", **more})
            assert (answer.status_code, "hush" in answer.text) == (200, False), text
    for text in (
        f"define input:default-graph-uri <urn:private> SELECT * {hidden}",
        f"PREFIX input: <urn:> define input:default-graph-uri <urn:private> SELECT * {hidden}",
    ):
        assert site.get("/sparql", params={"query": text}).status_code == 400, text
    for name in ("bif:contains", "sql:f", "java:org.example.F", "http://www.openlinksw.com/schemas/bif#contains"):
        assert site.get("/sparql", params={"query": f"SELECT * {{ ?s <{name}> ?o }}"}).status_code == 501, name
    assert site.get("/graph-store", params={"graph": "urn:private"}).status_code == 404


def test_a_query_means_the_same_there(site: httpx.Client) -> None:
    def rows(text: str) -> list[str]:
        answer = site.get("/sparql", params={"query": text, "format": "csv"})
        assert answer.status_code == 200, answer.text
        return answer.text.splitlines()[1:]

    label = "<http://www.w3.org/2004/02/skos/core#prefLabel>"
    assert rows(f"SELECT ?l {{ <id/code/office/A> {label} ?l FILTER(LANG(?l) = 'zh-Hant-TW') }}") == ["綜合規劃組"]
    assert len(rows(f"BASE <https://lod.example.org/id/> SELECT ?l {{ <code/office/A> {label} ?l }}")) == 2
    assert rows("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }") == ["0"]
    assert site.get("/sparql", params={"query": "ASK { ?s ?p 'nowhere' }", "format": "json"}).json()["boolean"] is False
    wrong = site.get("/sparql", params={"query": "SELECT * {\n ?s ?p OPTION (transitive) }"})
    assert (wrong.status_code, wrong.json()["line"]) == (400, 2)


def test_what_the_store_has_lost_is_sent_again(project: Path, endpoint: Endpoint) -> None:
    release = open_current(project / "releases")
    graph = graphs_of(release)[0].iri
    gone = f"{release.site.base_iri}data/staff/obs/2022/A/M"
    for change in (
        f"DELETE WHERE {{ GRAPH <{graph}> {{ <{gone}> ?p ?o }} }}",
        f"INSERT DATA {{ GRAPH <{graph}> {{ <urn:not> <urn:ours> 1 }} }}",
    ):
        update(endpoint, change)
        assert count(endpoint, *(each.iri for each in graphs_of(release))) != release.manifest.store.statements, change
        lod(project, "publish", release.manifest.name)
        assert count(endpoint, *(each.iri for each in graphs_of(release))) == release.manifest.store.statements, change


def test_going_back_moves_the_pointer_and_sends_nothing(project: Path, endpoint: Endpoint) -> None:
    newest = open_current(project / "releases").manifest.name
    said = lod(project, "rollback")
    assert "0 statements sent" in said.stdout + said.stderr
    before = open_current(project / "releases")
    assert before.manifest.name != newest
    assert statements(open_mirror(before, endpoint)) == before.manifest.store.statements
    lod(project, "publish", newest)


def test_without_the_secret_nothing_moves(project: Path, monkeypatch: pytest.MonkeyPatch, endpoint: Endpoint) -> None:
    if endpoint.auth == "none":
        pytest.skip("this store asks for no secret")
    monkeypatch.delenv("STORE_PASSWORD")
    with pytest.raises(RemoteError) as refused:
        endpoint.secret()
    assert refused.value.code == "LOD8204"


def test_a_store_that_is_not_there_leaves_the_old_release(first_project: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(first_project, tmp_path / "staff")
    before = (folder / "releases" / "current").read_text(encoding="utf-8")
    url = f"http://127.0.0.1:{free_port()}"
    with (folder / "lod.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[store]\nkind = "sparql"\nquery = "{url}/q"\nupdate = "{url}/u"\n')
    table = folder / "tables" / "staff.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(",11", ",12", 1), encoding="utf-8")
    said = lod(folder, "build", "--publish", code=1)
    assert "LOD8201" in said.stdout + said.stderr
    assert "Traceback" not in said.stdout + said.stderr
    assert (folder / "releases" / "current").read_text(encoding="utf-8") == before


def test_while_the_store_is_gone_everything_says_so_and_names_no_neighbour(first_project: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(first_project, tmp_path / "staff")
    with ExitStack() as until:
        with oxigraph(tmp_path) as section:
            use(folder, section)
            lod(folder, "build", "--publish")
            site = until.enter_context(serving(folder))
            assert site.get("/data/staff/obs/2022/A/M.ttl").status_code == 200
            assert site.get("/-/health").json()["status"] == "ok"
        deadline = time.monotonic() + 60
        while site.get("/-/health").status_code == 200:  # believed for a second
            assert time.monotonic() < deadline
            time.sleep(0.1)
        release = open_current(folder / "releases").manifest.name
        assert site.get(f"/dump/{release}/staff.nq.gz").status_code == 200
        for path in (
            *("/data/staff/obs/2022/A/F.ttl", "/doc/code/office/B.en.html", "/-/health", "/sparql?query=ASK{}"),
            *("/sparql.en.html", "/sparql.en.html?query=ASK{}", f"/dump/{release}/nowhere", "/search?q=a"),
        ):
            answer = site.get(path)
            assert answer.status_code == 503, path
            assert "127.0.0.1" not in answer.text, path
            assert path == "/-/health" or int(answer.headers["retry-after"]) > 0, path


def test_a_store_without_the_release_is_not_told_from_until_it_has_it(first_project: Path, tmp_path: Path) -> None:
    def told(query: str) -> httpx.Response:
        return visitor.get("/sparql", params={"query": query, "format": "csv"})

    def wait_for_health(status: int) -> dict[str, str]:
        deadline = time.monotonic() + 60
        while (answer := visitor.get("/-/health")).status_code != status:  # believed for a second
            assert time.monotonic() < deadline, answer.text
            time.sleep(0.1)
        return answer.json()  # type: ignore[no-any-return]

    folder = shutil.copytree(first_project, tmp_path / "staff")
    with oxigraph(tmp_path) as section:
        use(folder, section)
        lod(folder, "build", "--publish")
        release = open_current(folder / "releases")
        name, graph = release.manifest.name, graphs_of(release)[0].iri
        endpoint = Endpoint(f"{origin(section)}/query", f"{origin(section)}/update", f"{origin(section)}/store")
        number = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
        with serving(folder) as visitor:
            before = told(number).text
            for lost in ("ALL", f"GRAPH <{graph}>"):
                update(endpoint, f"DROP {lost}")
                refused = told(f"{number} # without {lost}")
                assert (refused.status_code, refused.json()["code"]) == (503, "LOD9220"), lost
                assert refused.json()["hint"] == f"lod publish {name}"
                assert int(refused.headers["retry-after"]) > 0
                assert wait_for_health(503)["code"] == "LOD9220"
                for path in ("/data/staff/obs/2022/A/F.ttl", "/doc/code/office/B.en.html"):
                    answer = visitor.get(path)
                    assert (answer.status_code, int(answer.headers["retry-after"]) > 0) == (503, True), (lost, path)
                lod(folder, "publish", name)
                assert wait_for_health(200)["status"] == "ok"
                assert told(f"{number} # again with {lost}").text == before
            assert visitor.get("/data/staff/obs/2022/A/F.ttl").status_code == 200
            assert visitor.get("/doc/code/office/B.en.html").status_code == 200


def test_who_waits_for_the_store_keeps_nobody_else_waiting(first_project: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(first_project, tmp_path / "staff")
    mute, asked, speaks = threading.Event(), threading.Semaphore(0), threading.Event()

    def fate(_: int) -> str:
        if not mute.is_set():
            return "pass"
        asked.release()
        speaks.wait(60)
        return "drop"

    with oxigraph(tmp_path) as section, relayed(origin(section), fate) as url:
        use(folder, f"{section.replace(origin(section), url)}\n[serve]\nquery_seconds = 60\n")
        lod(folder, "build", "--publish")
        release = open_current(folder / "releases").manifest.name
        with serving(folder) as site, ThreadPoolExecutor(3) as visitors:
            assert site.get("/-/health").status_code == 200
            mute.set()
            paths = ("/data/staff/obs/2022/A/F.ttl", "/doc/code/office/B.en.html", "/sparql.en.html")
            waiting = [visitors.submit(site.get, path) for path in paths]
            for _ in paths:
                assert asked.acquire(timeout=60)
            for path in ("/robots.txt", f"/dump/{release}/staff.nq.gz", "/release/"):
                assert site.get(path, follow_redirects=True).status_code == 200, path
            assert not any(one.done() for one in waiting)
            speaks.set()
            assert [one.result(60).status_code for one in waiting] == [503, 503, 503]


def test_an_answer_that_the_store_cut_is_an_error(tmp_path: Path) -> None:
    with virtuoso(tmp_path, rows=5) as section:
        url = section.split('"')[1]
        store = RemoteStore(Endpoint(url, url), (), "x:")
        with pytest.raises(RemoteError) as cut:
            store.ask("SELECT ?s { GRAPH ?g { ?s ?p ?o } }", "application/sparql-results+json")
    assert cut.value.code == "LOD8203"


def test_a_store_that_stumbles_is_given_time(first_project: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(first_project, tmp_path / "staff")
    fates = {2: "busy", 3: "drop", 5: "deaf", 6: "busy", 9: "drop", 10: "busy"}
    with oxigraph(tmp_path) as section, relayed(origin(section), lambda n: fates.get(n, "pass")) as url:
        use(folder, section.replace(origin(section), url))
        lod(folder, "build", "--publish")
        release, endpoint = open_current(folder / "releases"), Endpoint(f"{origin(section)}/query", "")
        assert count(endpoint, *(each.iri for each in graphs_of(release))) == release.manifest.triples


def test_a_store_whose_disk_is_full_gets_the_rest_later(first_project: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(first_project, tmp_path / "staff")
    with oxigraph(tmp_path) as section, relayed(origin(section), lambda n: "pass" if n < 5 else "full") as url:
        use(folder, section.replace(origin(section), url))
        said = lod(folder, "build", "--publish", code=1)
        assert "LOD8202" in said.stdout + said.stderr
        told = load_project(folder / "lod.toml", to_build=False)
        pointer = pointer_of(told.base_iri)
        assert count(Endpoint(f"{origin(section)}/query", ""), pointer) == 0
        text = (folder / "lod.toml").read_text(encoding="utf-8").replace(url, origin(section))
        (folder / "lod.toml").write_text(text, encoding="utf-8")
        lod(folder, "build", "--publish")
        assert count(Endpoint(f"{origin(section)}/query", ""), pointer) > 0


def test_two_projects_share_a_store(first_project: Path, tmp_path: Path) -> None:
    with oxigraph(tmp_path) as section:
        folders = [shutil.copytree(first_project, tmp_path / name) for name in ("one", "two")]
        for folder in folders:
            use(folder, section)
            shutil.rmtree(folder / "releases")  # the other one's addresses were never published
        for file in (folders[1] / "lod.toml", *folders[1].glob("*/*.ttl")):
            text = file.read_text(encoding="utf-8").replace("lod.example.org", "two.example.org")
            file.write_text(text, encoding="utf-8")
        for folder in folders:
            lod(folder, "build", "--publish")
        for folder, host in zip(folders, ("lod", "two"), strict=True):
            with serving(folder) as site:
                text = (
                    "SELECT DISTINCT ?host { ?s ?p ?o BIND(REPLACE(STR(?s), '^https://([^/]*)/.*$', '$1') AS ?host) }"
                )
                hosts = site.get("/sparql", params={"query": text, "format": "csv"}).text.split()[1:]
                assert hosts == [f"{host}.example.org"]


@pytest.mark.skipif(not NGINX, reason="no nginx on this machine (apt-get install nginx-light)")
@pytest.mark.parametrize("auth", ["basic", "bearer"])
def test_a_store_behind_basic_and_bearer_authentication(
    first_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, auth: str
) -> None:
    with oxigraph(tmp_path) as section, guarded(tmp_path, origin(section), auth) as url:
        folder = shutil.copytree(first_project, tmp_path / "staff")
        with (folder / "lod.toml").open("a", encoding="utf-8") as file:
            file.write(
                f'\n[store]\nkind = "sparql"\nquery = "{url}/query"\nupdate = "{url}/update"\n'
                f'graph_store = "{url}/store"\nauth = "{auth}"\nuser = "curator"\nsecret_env = "STORE_PASSWORD"\n'
            )
        lod(folder, "build", "--publish")
        options = load_project(folder / "lod.toml", to_build=False).store
        assert options is not None
        endpoint = Endpoint(
            options.query, options.update, options.graph_store, options.auth, options.user, options.secret_env
        )
        release = open_current(folder / "releases")
        monkeypatch.setenv("STORE_PASSWORD", PASSWORD)
        assert statements(open_mirror(release, endpoint)) == release.manifest.triples
        monkeypatch.setenv("STORE_PASSWORD", "wrong")
        with pytest.raises(RemoteError) as refused:
            statements(open_mirror(release, endpoint))
        assert refused.value.code == "LOD8202"
        assert "wrong" not in str(refused.value)
