"""A release in a store of another kind: brought there, asked there, gone back to. With real engines."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from ports import free_port

from lod.project.load import load_project
from lod.release.publishing.mirror import open_mirror, pointer_of
from lod.release.release import open_current
from lod.store.remote import Endpoint, RemoteError, RemoteStore

OXIGRAPH = Path(sys.executable).with_name("oxigraph")
NGINX = shutil.which("nginx") or ("/usr/sbin/nginx" if Path("/usr/sbin/nginx").is_file() else "")
VIRTUOSO = shutil.which("virtuoso-t")
PASSWORD = "dba"

VIRTUOSO_INI = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
[Parameters]
ServerPort = 127.0.0.1:{sql}
DirsAllowed = .
NumberOfBuffers = 10000
ServerThreads = 10
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 5
MaxClientConnections = 5
[SPARQL]
ResultSetMaxRows = {rows}
DefaultQuery = ASK {{}}
"""


@contextmanager
def running(command: list[str], folder: Path, url: str) -> Iterator[None]:
    """A process, once it answers."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 60
        while True:
            assert process.poll() is None, (folder / "log").read_text(errors="replace")[-2000:]
            assert time.monotonic() < deadline, "it does not answer"
            try:
                httpx.get(url, params={"query": "ASK {}"}, trust_env=False, timeout=5)
            except httpx.HTTPError:
                time.sleep(0.2)
            else:
                break
        yield
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(60)


@contextmanager
def oxigraph(folder: Path) -> Iterator[str]:
    """`oxigraph serve`; its part of lod.toml."""
    if not OXIGRAPH.is_file():
        pytest.skip("oxigraph's own server is not installed (pip install oxigraph)")
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = [str(OXIGRAPH), "serve", "--location", str(folder / "data"), "--bind", f"127.0.0.1:{port}"]
    with running(command, folder, f"{url}/query"):
        yield f'query = "{url}/query"\nupdate = "{url}/update"\ngraph_store = "{url}/store"\n'


@contextmanager
def virtuoso(folder: Path, *, rows: int = 100_000) -> Iterator[str]:
    """Virtuoso 7 of Debian, updates with digest authentication; its part of lod.toml."""
    if VIRTUOSO is None:
        pytest.skip("no Virtuoso on this machine (apt-get install virtuoso-opensource-7-bin)")
    sql, http = free_port(), free_port()
    (folder / "virtuoso.ini").write_text(VIRTUOSO_INI.format(sql=sql, http=http, rows=rows), encoding="utf-8")
    url = f"http://127.0.0.1:{http}"
    with running([VIRTUOSO, "+foreground", "+configfile", "virtuoso.ini"], folder, f"{url}/sparql"):
        grant = 'GRANT SPARQL_UPDATE TO "SPARQL"; '
        subprocess.run(
            ["isql-vt", f"127.0.0.1:{sql}", "dba", PASSWORD, f"exec={grant}"],
            check=True,
            capture_output=True,
            timeout=60,
        )
        yield (
            f'query = "{url}/sparql"\nupdate = "{url}/sparql-auth"\ngraph_store = "{url}/sparql-graph-crud-auth"\n'
            'auth = "digest"\nuser = "dba"\nsecret_env = "STORE_PASSWORD"\n'
        )


GUARD = """
{user}
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        client_max_body_size 64m;
        location / {{ {rule} proxy_pass {behind}; }}
    }}
}}
"""
RULES = {
    "basic": 'auth_basic "curators"; auth_basic_user_file {folder}/users;',
    "bearer": 'if ($http_authorization != "Bearer {secret}") {{ return 401; }}',
}


@contextmanager
def guarded(folder: Path, behind: str, auth: str) -> Iterator[str]:
    """nginx before a store, which lets those in who have the secret; its address."""
    port = free_port()
    (folder / "users").write_text(f"curator:{{PLAIN}}{PASSWORD}\n", encoding="utf-8")
    user = "user root;" if os.geteuid() == 0 else ""
    rule = RULES[auth].format(folder=folder, secret=PASSWORD)
    told = GUARD.format(user=user, folder=folder, port=port, rule=rule, behind=behind)
    (folder / "nginx.conf").write_text(told, encoding="utf-8")
    command = [NGINX, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    there = folder / "guard"
    there.mkdir()
    with running(command, there, f"http://127.0.0.1:{port}/query"):
        yield f"http://127.0.0.1:{port}"


ENGINES = {"oxigraph": oxigraph, "virtuoso": virtuoso}


@pytest.fixture(scope="module", params=ENGINES)
def project(
    request: pytest.FixtureRequest, first_project: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """A project of `lod init` whose releases go to a store, published once and, with one figure changed, again."""
    folder = shutil.copytree(first_project, tmp_path_factory.mktemp("project") / "staff")
    with ENGINES[request.param](tmp_path_factory.mktemp("engine")) as section:
        with (folder / "lod.toml").open("a", encoding="utf-8") as file:
            file.write(f'\n[store]\nkind = "sparql"\n{section}')
        lod(folder, "build", "--publish")
        table = folder / "tables" / "staff.csv"
        table.write_text(table.read_text(encoding="utf-8").replace(",11", ",12", 1), encoding="utf-8")
        lod(folder, "build", "--publish")
        yield folder


def lod(folder: Path, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run the program as people do."""
    done = subprocess.run(
        [sys.executable, "-m", "lod", *arguments],
        cwd=folder,
        env={**os.environ, "STORE_PASSWORD": PASSWORD, "LOD_LANG": "en"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


@pytest.fixture
def endpoint(project: Path, monkeypatch: pytest.MonkeyPatch) -> Endpoint:
    monkeypatch.setenv("STORE_PASSWORD", PASSWORD)
    options = load_project(project / "lod.toml", to_build=False).store
    assert options
    return Endpoint(options.query, options.update, options.graph_store, options.auth, options.user, options.secret_env)


@pytest.fixture
def site(project: Path) -> Iterator[httpx.Client]:
    """`lod serve` over the releases whose statements lie in the store."""
    with serving(project) as client:
        yield client


@contextmanager
def serving(project: Path) -> Iterator[httpx.Client]:
    """`lod serve` of a project."""
    command = [sys.executable, "-u", "-m", "lod", "serve", "--port", "0"]
    environment = {**os.environ, "STORE_PASSWORD": PASSWORD}
    pipe, both = subprocess.PIPE, subprocess.STDOUT
    with subprocess.Popen(command, cwd=project, env=environment, stdout=pipe, stderr=both, text=True) as server:
        assert server.stdout
        line = server.stdout.readline()
        base = "http://" + line.split("http://", 1)[1].split("/")[0]
        with httpx.Client(base_url=base, trust_env=False, timeout=60) as client:
            yield client
        server.terminate()


def statements(store: RemoteStore) -> int:
    answer = store.ask("SELECT (COUNT(*) AS ?n) WHERE { SELECT DISTINCT ?s ?p ?o { ?s ?p ?o } }", "text/csv")
    return int(answer.decode().split()[-1].strip('"'))


def test_a_release_is_there_whole_and_named_by_the_pointer(project: Path, endpoint: Endpoint) -> None:
    release = open_current(project / "releases")
    store = open_mirror(release, endpoint)
    assert statements(store) == release.manifest.triples
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


def test_going_back_moves_the_pointer_and_sends_nothing(project: Path, endpoint: Endpoint) -> None:
    newest = open_current(project / "releases").manifest.name
    said = lod(project, "rollback")
    assert "0 statements sent" in said.stdout + said.stderr
    before = open_current(project / "releases")
    assert before.manifest.name != newest
    assert statements(open_mirror(before, endpoint)) == before.manifest.triples
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
            with (folder / "lod.toml").open("a", encoding="utf-8") as file:
                file.write(f'\n[store]\nkind = "sparql"\n{section}')
            lod(folder, "build", "--publish")
            site = until.enter_context(serving(folder))
            assert site.get("/data/staff/obs/2022/A/M.ttl").status_code == 200
        for path in ("/data/staff/obs/2022/A/F.ttl", "/doc/code/office/B.en.html", "/-/health", "/sparql?query=ASK{}"):
            answer = site.get(path)
            assert answer.status_code == 503, path
            assert "127.0.0.1" not in answer.text, path
            assert path == "/-/health" or int(answer.headers["retry-after"]) > 0, path


def test_an_answer_that_the_store_cut_is_an_error(tmp_path: Path) -> None:
    with virtuoso(tmp_path, rows=5) as section:
        url = section.split('"')[1]
        store = RemoteStore(Endpoint(url, url), (), "x:")
        with pytest.raises(RemoteError) as cut:
            store.ask("SELECT ?s { GRAPH ?g { ?s ?p ?o } }", "application/sparql-results+json")
    assert cut.value.code == "LOD8203"


@pytest.mark.skipif(not NGINX, reason="no nginx on this machine (apt-get install nginx-light)")
@pytest.mark.parametrize("auth", ["basic", "bearer"])
def test_a_store_behind_basic_and_bearer_authentication(
    first_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, auth: str
) -> None:
    with oxigraph(tmp_path) as section, guarded(tmp_path, section.split('"')[1].removesuffix("/query"), auth) as url:
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
