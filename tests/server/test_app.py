"""The site as a whole: methods, headers, releases that come and go, files, refusals."""

from __future__ import annotations

import gc
import gzip
import hashlib
import shutil
import time
import weakref
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import httpx
import pytest
import raw_http
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lod.server import current as current_release
from lod.server import machinery

ROUTES = (
    "/",
    "/index.en.html",
    "/catalog",
    "/catalog.ttl",
    "/void",
    "/.well-known/void",
    "/robots.txt",
    "/id/code/sex",
    "/doc/code/sex",
    "/doc/code/sex.ttl",
    "/data/civil-servants-by-county",
    "/data/civil-servants-by-county/obs/2012/T/T",
    "/dump/1-aaaaaaaa/data.nt.gz",
    "/-/health",
    "/doc/nothing",
    "/sparql",
    "/sparql.en.html",
)
MakeRelease = Callable[..., Path]
Open = Callable[[Path], httpx.Client]


@pytest.mark.parametrize("path", ROUTES)
def test_head_is_get_without_the_body(site: httpx.Client, path: str) -> None:
    got, head = site.get(path), site.head(path)
    assert head.status_code == got.status_code
    assert head.content == b""
    differing = {"date", "transfer-encoding"}
    assert {k: v for k, v in head.headers.items() if k not in differing} == {
        k: v for k, v in got.headers.items() if k not in differing
    }


@pytest.mark.parametrize("path", [path for path in ROUTES if not path.startswith("/sparql")])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_other_methods_do_not_exist(site: httpx.Client, path: str, method: str) -> None:
    answer = site.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", ROUTES)
def test_every_response_carries_the_security_headers(site: httpx.Client, path: str) -> None:
    for method in ("GET", "HEAD", "OPTIONS", "POST"):
        headers = site.request(method, path).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"]


@pytest.mark.parametrize("path", ROUTES)
def test_cors_is_open_and_never_with_credentials(site: httpx.Client, path: str) -> None:
    for method in ("GET", "OPTIONS"):
        headers = site.request(method, path, headers={"origin": "https://evil.example", "cookie": "a=b"}).headers
        assert headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in headers
        assert "set-cookie" not in headers


def test_health_tells_the_release(site: httpx.Client) -> None:
    state = site.get("/-/health").json()
    assert state["status"] == "ok"
    assert state["release"] == "1-aaaaaaaa"


def test_health_tells_of_another_version_beneath_it(site: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "installed" not in site.get("/-/health").json()
    monkeypatch.setattr(machinery, "RUNNING", "0.0.1")
    state = site.get("/-/health").json()
    assert (state["running"], state["installed"]) == ("0.0.1", version("lod"))


def test_static_files_are_named_by_content_and_kept(site: httpx.Client) -> None:
    page = site.get("/").text
    path = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    answer = site.get(path)
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]
    assert hashlib.sha256(answer.content).hexdigest()[:12] in path
    assert len(answer.content) < 15_000
    assert site.get(path, headers={"if-none-match": answer.headers["etag"]}).status_code == 304
    assert site.get("/-/static/site.css").status_code == 404


def test_the_dump_is_the_file_of_the_manifest(site: httpx.Client, releases: Path) -> None:
    path = "/dump/1-aaaaaaaa/data.nt.gz"
    content = (releases / "1-aaaaaaaa/dump/data.nt.gz").read_bytes()
    with site.stream("GET", path) as answer:
        assert b"".join(answer.iter_raw()) == content
    assert gzip.decompress(content).count(b"\n") > 100
    part = site.get(path, headers={"range": "bytes=2-5"})
    assert (part.status_code, part.headers["content-range"]) == (206, f"bytes 2-5/{len(content)}")
    assert site.get(path, headers={"if-none-match": part.headers["etag"]}).status_code == 304
    assert (
        site.get(path, headers={"range": "bytes=" + ",".join(f"{n}-{n}" for n in range(0, 40, 2))}).status_code == 200
    )
    assert site.get("/dump/1-aaaaaaaa/catalog.ttl").headers["content-type"].startswith("text/turtle")
    assert site.get("/dump/1-aaaaaaaa/").headers["location"] == "/release/1-aaaaaaaa/release"
    for spelling in ("/dump/1-aaaaaaaa", "/dump/1-aaaaaaaa/x/..", "/dump/%31-aaaaaaaa/"):
        other = site.get(spelling)
        assert (other.status_code, other.headers["location"]) == (308, "/dump/1-aaaaaaaa/"), spelling


@pytest.mark.parametrize("told", ["bytes=zz", "items=0-1", "bytes=5-1", "bytes=-", "bytes", "0-5", "bytes=0-1,x"])
def test_a_range_that_is_none_is_ignored(site: httpx.Client, told: str) -> None:
    answer = site.get("/dump/1-aaaaaaaa/data.nt.gz", headers={"range": told})
    assert (answer.status_code, "content-range" in answer.headers) == (200, False)


def test_parts_hang_on_validators(site: httpx.Client) -> None:
    path = "/dump/1-aaaaaaaa/data.nt.gz"

    def ask(method: str = "GET", **fields: str) -> int:
        headers = {name.replace("_", "-"): value for name, value in fields.items()}
        return site.request(method, path, headers={"range": "bytes=0-9", **headers}).status_code

    whole = site.head(path)
    tag, date = whole.headers["etag"], whole.headers["last-modified"]
    assert ask() == ask(if_range=tag) == ask(if_range=date) == 206
    assert ask(if_range='"another"') == ask(if_range=f"W/{tag}") == ask(if_range="Thu, 01 Jan 2015 00:00:00 GMT") == 200
    assert ask(if_none_match=tag) == ask(if_none_match="*") == ask(if_none_match=f'"a", W/{tag}') == 304
    assert ask(if_modified_since=date) == 304
    assert ask(if_modified_since=date, if_none_match='"another"') == 206  # the tag decides
    assert ask("HEAD") == 200  # a range means something to GET alone
    assert ask(range="bytes=99999999-") == 416
    assert ask(range="bytes=0-0,-1") == 206
    assert ask(range="bytes=-0") == 416
    there = site.get(path, headers={"range": "bytes=0-0,99999999-,-0"})  # of several parts those that there are
    assert (there.status_code, there.headers["content-range"].split("/")[0]) == (206, "bytes 0-0")
    assert ask(range="bytes=0-9223372036854775807") == 206


SECRETS = st.sampled_from(["manifest.json", "store/CURRENT", "current", "log.jsonl", "1-aaaaaaaa", "store"])
TRICKS = st.sampled_from(
    ["..", "%2e%2e", "%252e%252e", "..%2f", "..%5c", "\\", "%00", "%c0%ae%c0%ae", ".", "", "%2f", "~"]
)


@pytest.mark.parametrize(
    "path",
    [
        "/dump/1-aaaaaaaa/store/CURRENT",
        "/dump/1-aaaaaaaa/manifest.json",
        "/dump/1-aaaaaaaa/../current",
        "/dump/1-aaaaaaaa/%2e%2e/current",
        "/dump/../1-aaaaaaaa/manifest.json",
        "/dump/2-bbbbbbbb/data.nt.gz",
        "/dump/",
        "/-/static/../app.py",
        "/-/static/..%2fapp.py",
    ],
)
def test_no_path_reaches_a_file_that_is_not_offered(url: str, path: str) -> None:
    assert where_it_ends(url, path)[0] == 404


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    prefix=st.sampled_from(["/dump/1-aaaaaaaa/", "/dump/", "/-/static/"]),
    parts=st.lists(TRICKS, max_size=4),
    last=SECRETS,
)
def test_no_spelling_of_a_path_escapes(url: str, prefix: str, parts: list[str], last: str) -> None:
    status, path = where_it_ends(url, prefix + "/".join([*parts, last]))
    assert status == 404 or (status, path) == (303, "/dump/1-aaaaaaaa/")  # the release, which leads to its notes


def where_it_ends(url: str, path: str) -> tuple[int, str]:
    """The status of a request whose path no client library has tidied, when it is spelt as 308 says, and that path."""
    status, headers = raw_http.ask(url, path)
    return where_it_ends(url, headers["location"]) if status == 308 else (status, path)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(path=st.text(min_size=1, max_size=40), accept=st.text(max_size=30, alphabet=st.characters(max_codepoint=255)))
def test_no_request_is_a_server_error(site: httpx.Client, path: str, accept: str) -> None:
    quoted = "".join(f"%{byte:02x}" for byte in path.encode("utf-8", "surrogatepass"))
    for prefix in ("/id/", "/doc/", "/data/", "/"):
        headers = {"accept": "".join(c for c in accept if c.isprintable()).strip().encode("latin-1")}
        assert site.get(prefix + quoted, headers=headers).status_code in {200, 303, 308, 404, 406}  # type: ignore[arg-type]


RANGES = st.one_of(
    st.text(max_size=40, alphabet=st.characters(min_codepoint=32, max_codepoint=126)),
    st.lists(st.tuples(st.integers(-5, 10**20), st.integers(-5, 10**20)), min_size=1, max_size=30).map(
        lambda pairs: ",".join(f"{first}-{last}" for first, last in pairs)
    ),
    st.sampled_from(["-0", "-1", "0-", "-", "0-0", "99999999999-", "0-,-1", "1-0"]),
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(told=RANGES, unit=st.sampled_from(["bytes=", "bytes", "items=", ""]))
def test_no_range_is_a_server_error(site: httpx.Client, told: str, unit: str) -> None:
    answer = site.get("/dump/1-aaaaaaaa/data.nt.gz", headers={"range": (unit + told).strip()})
    assert answer.status_code in {200, 206, 400, 416}


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    body=st.binary(max_size=200),
    kind=st.sampled_from(
        ["application/sparql-query", "application/x-www-form-urlencoded", "multipart/form-data", "text/plain", "x", ""]
    ),
    path=st.sampled_from(["/sparql", "/graph-store?default", "/api/v1/datasets", "/doc/code/sex", "/dump/x", "/tpf"]),
    method=st.sampled_from(["POST", "PUT", "PATCH", "DELETE", "GET"]),
)
def test_no_body_is_a_server_error(site: httpx.Client, body: bytes, kind: str, path: str, method: str) -> None:
    answer = site.request(method, path, content=body, headers={"content-type": kind} if kind else {})
    assert answer.status_code < 500 or answer.status_code == 501


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(iri=st.text(max_size=30), name=st.sampled_from(["subject", "predicate", "object", "page", "x"]))
def test_no_iri_in_a_query_is_a_server_error(site: httpx.Client, iri: str, name: str) -> None:
    for path in ("/tpf", "/links", "/codes", "/doc/code/sex.ttl", "/search", "/api/v1/datasets"):
        answer = site.get(
            path, params={name: iri.encode("utf-8", "surrogatepass"), "of": iri.encode("utf-8", "replace")}
        )
        assert answer.status_code in {200, 303, 400, 404}, path


DIGITS = "9" * 5_000  # more than int() takes
MANY = "a=1&" * 200


@pytest.mark.parametrize(
    "path",
    [
        f"/search?q=a&page={DIGITS}",
        f"/search?q=a&{MANY}",
        f"/links?{MANY}",
        f"/codes?{MANY}",
        f"/data/civil-servants-by-county/slice?page={DIGITS}",
        f"/data/civil-servants-by-county/slice?{MANY}",
        f"/doc/code/sex.ttl?page={DIGITS}&{MANY}",
        f"/graph-store?default&{MANY}",
        f"/tpf?page={DIGITS}&{MANY}",
        f"/sparql?query=SELECT * {{ ?s ?p ?o }} LIMIT {DIGITS}",
        "/sparql?query=ASK FROM <http://[> {}",
        "/sparql?query=BASE <http://[> ASK FROM <a> {}",
        f"/sparql?query={'BASE <a/> ' * 1_500} ASK FROM <a> {{}}",
        "/doc/e" + "%CC%81%CC%96" * 2_000,
        "/doc/" + "code/" * 600 + "x",
    ],
)
def test_no_parameter_is_a_server_error(site: httpx.Client, path: str) -> None:
    assert site.get(path).status_code in {200, 400, 404, 413, 414}


TRAPS = [
    "//evil.example",
    "/\\evil.example",
    "/%5Cevil.example",
    "//evil.example/%2e%2e",
    "/%2F/evil.example",
    "/id//evil.example",
]


@pytest.mark.parametrize("path", TRAPS)
def test_no_path_leads_to_another_site(url: str, path: str) -> None:
    _, headers = raw_http.ask(url, path)
    assert not headers.get("location", "").startswith(("//", "/\\", "http"))


def test_nothing_published_is_a_clean_503_until_there_is_a_release(
    tmp_path: Path, open_site: Open, make: MakeRelease
) -> None:
    site = open_site(tmp_path)
    page = site.get("/", headers={"accept": "text/html", "accept-language": "zh-TW"})
    assert page.status_code == 503
    assert '<html lang="zh-Hant-TW">' in page.text
    assert page.headers["retry-after"]
    assert page.headers["content-security-policy"]
    problem = site.get("/doc/code/sex", headers={"accept": "text/turtle"})
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json()["code"] == "LOD8004"
    assert site.get("/-/health").status_code == 503
    assert site.get("/sparql").status_code == 503
    make(tmp_path)
    wait_for(site, "1-aaaaaaaa")
    assert site.get("/").status_code == 200


def test_a_damaged_store_is_a_clean_503(tmp_path: Path, open_site: Open, make: MakeRelease) -> None:
    folder = make(tmp_path)
    shutil.rmtree(folder / "store")
    answer = open_site(tmp_path).get("/doc/code/sex", headers={"accept": "application/json"})
    assert answer.status_code == 503
    assert answer.json()["code"] == "LOD8003"
    assert "Traceback" not in answer.text
    assert str(tmp_path) not in answer.text


def test_the_site_follows_the_pointer_and_keeps_older_dumps(tmp_path: Path, open_site: Open, make: MakeRelease) -> None:
    make(tmp_path)
    site = open_site(tmp_path)
    old = site.get("/doc/code/sex.ttl")
    assert site.get("/doc/new.ttl").status_code == 404
    make(tmp_path, "2-bbbbbbbb", turtle="<https://lod.example.org/id/new> <http://example.org/p> 1 .")
    wait_for(site, "2-bbbbbbbb")
    assert site.get("/doc/new.ttl").status_code == 200
    assert site.get("/doc/code/sex.ttl").headers["etag"] != old.headers["etag"]
    assert site.get("/doc/code/sex.ttl", headers={"if-none-match": old.headers["etag"]}).status_code == 200
    assert site.get("/dump/1-aaaaaaaa/data.nt.gz").status_code == 200
    assert site.get("/dump/2-bbbbbbbb/data.nt.gz").status_code == 200


def test_a_new_release_that_is_damaged_leaves_the_good_one_up(
    tmp_path: Path, open_site: Open, make: MakeRelease
) -> None:
    make(tmp_path)
    site = open_site(tmp_path)
    assert site.get("/").status_code == 200
    damaged = make(tmp_path, "2-bbbbbbbb")
    shutil.rmtree(damaged / "store")
    deadline = time.monotonic() + 60
    while "trouble" not in (state := site.get("/-/health").json()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert state["trouble"] == "LOD8003"
    assert state["release"] == "1-aaaaaaaa"
    assert site.get("/").status_code == 200


def test_a_site_below_a_path_of_its_host(tmp_path: Path, open_site: Open, make: MakeRelease) -> None:
    base = "https://example.org/lod/"
    turtle = f'<{base}id/code/sex> <http://www.w3.org/2004/02/skos/core#prefLabel> "性別"@zh-Hant-TW .'
    make(tmp_path, base=base, turtle=turtle)
    site = open_site(tmp_path)
    answer = site.get("/lod/id/code/sex", follow_redirects=False)
    assert answer.headers["location"] == "/lod/doc/code/sex"
    page = site.get("/lod/doc/code/sex.en.html").text
    assert 'href="/lod/index.en.html"' in page
    assert f"<{base}id/code/sex>" in site.get("/lod/doc/code/sex.ttl").text
    assert site.get("/doc/code/sex").status_code == 404


def wait_for(site: httpx.Client, release: str) -> None:
    """Ask until the site has seen the pointer move; it looks once a second."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        answer = site.get("/-/health")
        if answer.status_code == 200 and answer.json()["release"] == release:
            return
        time.sleep(0.05)
    raise AssertionError(f"the site never served {release}")


def test_releases_that_nobody_reads_any_more_are_let_go(
    make: MakeRelease, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However calm the collector is: a site that changes often must not keep what it was."""
    names = ("1-aaaaaaaa", "2-bbbbbbbb")
    for name in names:
        make(tmp_path, name)
    monkeypatch.setattr(current_release, "LOOK_EVERY", 0.0)
    current, opened = current_release.CurrentRelease(tmp_path), []
    gc.disable()
    try:
        for number in range(6):
            (tmp_path / "current.new").write_text(f"{names[number % 2]}\n", encoding="utf-8")
            (tmp_path / "current.new").replace(tmp_path / "current")
            opened.append(weakref.ref(current.get()))
        assert current.get().release.manifest.name == names[1]
        assert sum(one() is not None for one in opened) <= 2
    finally:
        gc.enable()
