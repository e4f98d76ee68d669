"""Threats to a public site that no other test speaks of. docs/threats.md lists all of them, each with its test."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import httpx
import pytest
import raw_http

from lod.server.cubes import workbook

INNER = b"GET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n"
POST = b"POST /sparql HTTP/1.1\r\nhost: x\r\ncontent-type: application/sparql-query\r\n"
SMUGGLED = {
    "both, length first": POST
    + b"content-length: %d\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n" % (5 + len(INNER))
    + INNER,
    "both, chunks first": POST
    + b"transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n%x\r\n" % len(INNER)
    + INNER
    + b"\r\n0\r\n\r\n",
    "two lengths": POST + b"content-length: 5\r\ncontent-length: 50\r\n\r\nASK{}" + INNER,
    "two codings": POST + b"transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n0\r\n\r\n" + INNER,
    "unknown coding": POST + b"transfer-encoding: xchunked\r\ncontent-length: 5\r\n\r\nASK{}" + INNER,
    "blank before the colon": POST + b"content-length : 5\r\n\r\nASK{}" + INNER,
    "negative length": POST + b"content-length: -5\r\n\r\nASK{}" + INNER,
    "signed length": POST + b"content-length: +5\r\n\r\nASK{}" + INNER,
    "bare line feeds": b"POST /sparql HTTP/1.1\nhost: x\ncontent-length: 5\n\nASK{}" + INNER,
    "bare line feed in a chunk": POST + b"transfer-encoding: chunked\r\n\r\n5;\nASK{}\r\n0\r\n\r\n" + INNER,
    "folded length": POST + b"content-length:\r\n 5\r\n\r\nASK{}" + INNER,
    "NUL in a field": POST + b"x: a\0b\r\ncontent-length: 5\r\n\r\nASK{}" + INNER,
}


@pytest.mark.parametrize("how", SMUGGLED)
def test_no_request_hides_in_another(url: str, how: str) -> None:
    said = raw_http.exchange(url, SMUGGLED[how])
    assert re.findall(rb"HTTP/1\.1 (\d+)", said) == [b"400"]  # one answer, and the connection ends


def test_a_body_that_nobody_asked_for_is_no_request(url: str) -> None:
    head = b"GET /doc/code/sex.nt HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(INNER)
    assert re.findall(rb"HTTP/1\.1 (\d+)", raw_http.exchange(url, head + INNER)) == [b"200"]


def test_a_body_is_not_taken_for_a_request_line(url: str) -> None:
    """Escaping what is not ASCII in it would make it longer than its length says, and the rest a request."""
    head = b"POST /doc/code/sex HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n"
    body = b"GET /" + b"\xe8" * (len(INNER) // 2) + b" HTTP/1.1\r\n" + INNER
    with raw_http.connect(url) as connection:
        connection.sendall(head % len(body))
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 405 ")
        connection.sendall(body)
        connection.sendall(b"GET /-/health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        assert re.findall(rb"HTTP/1\.1 (\d+)", connection.makefile("rb").read()) == [b"200"]


HEALTH = b"GET /-/health HTTP/1.1\r\n"
CHUNKED = POST + b"connection: close\r\ntransfer-encoding: chunked\r\n\r\n"
ODD = {
    "fields behind a body mean nothing": (CHUNKED + b"6\r\nASK {}\r\n0\r\naccept: image/png\r\n\r\n", b"200"),
    "thousands of them": (CHUNKED + b"6\r\nASK {}\r\n0\r\n" + b"a: b\r\n" * 102, b"400"),
    "a body in crumbs": (CHUNKED + b"1\r\n \r\n" * 5_000 + b"1\r\n", b"400"),
    "a field of 9 kB": (HEALTH + b"host: x\r\naccept: " + b"a" * 9_000 + b"\r\n\r\n", b"431"),
    "no host": (HEALTH + b"\r\n", b"400"),
    "a host that is none": (HEALTH + b"host: a<b\r\n\r\n", b"400"),
    "two hosts": (HEALTH + b"host: x\r\nhost: y\r\n\r\n", b"400"),
}


@pytest.mark.parametrize("how", ODD)
def test_what_costs_more_than_it_says_ends_there(url: str, how: str) -> None:
    sent, expected = ODD[how]
    assert re.findall(rb"HTTP/1\.1 (\d+)", raw_http.exchange(url, sent)) == [expected]


def test_a_client_that_asks_too_far_ahead_is_left(url: str) -> None:
    with contextlib.suppress(ConnectionError):
        assert raw_http.exchange(url, (HEALTH + b"host: x\r\n\r\n") * 5_000).count(b"HTTP/1.1 200") < 5_000


@pytest.mark.parametrize(
    "path", ["/doc/code/sex/M", "/id/code/sex/M", "/doc/code/sex/M.ttl", "/catalog", "/sitemap.xml"]
)
def test_no_field_of_a_request_changes_where_the_site_says_it_is(site: httpx.Client, path: str) -> None:
    plain = site.get(path)
    claims = ("host", "x-forwarded-host", "x-forwarded-server", "x-host", "x-original-url", "x-forwarded-prefix")
    told = site.get(
        path,
        headers={
            **dict.fromkeys(claims, "evil.example"),
            "forwarded": "host=evil.example;proto=http",
            "x-forwarded-proto": "gopher",
            "x-forwarded-port": "1",
        },
    )
    ours = {name: value for name, value in told.headers.items() if name != "date"}
    assert ours == {name: value for name, value in plain.headers.items() if name != "date"}
    assert told.content == plain.content
    assert b"evil.example" not in told.content


@pytest.mark.parametrize(
    ("asked", "canonical"),
    [
        ("/doc/code/cafe%CC%81", "/doc/code/caf%C3%A9"),  # NFD
        ("/doc/code/%EF%A4%80", "/doc/code/%E8%B1%88"),  # a compatibility ideograph with a canonical equivalent
        ("/doc/county/%e8%87%ba%e5%8c%97%e5%b8%82", "/doc/county/%E8%87%BA%E5%8C%97%E5%B8%82"),
    ],
)
def test_look_alikes_lead_to_one_spelling(site: httpx.Client, asked: str, canonical: str) -> None:
    answer = site.get(asked)
    assert (answer.status_code, answer.headers.get("location")) == (308, canonical)


@pytest.mark.parametrize("hidden", ["%E2%80%AE", "%E2%80%8B", "%EF%BC%91", "%00", "%0D%0Aset-cookie:%20a=b"])
def test_what_cannot_be_seen_names_nothing(site: httpx.Client, hidden: str) -> None:
    answer = site.get(f"/doc/code/sex{hidden}", headers={"accept": "text/turtle"})
    assert answer.status_code == 404
    assert "set-cookie" not in answer.headers


def test_every_status_that_is_answered_is_in_the_walk(repository: Path) -> None:
    told = (repository / "docs" / "how-to" / "operate.md").read_text(encoding="utf-8")
    known = {int(number) for number in re.findall(r"(?:# |\*\*|^)([2-5]\d\d)\b", told, re.MULTILINE)}
    used = set()
    for file in (repository / "src" / "lod" / "server").rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        used |= {
            int(n) for n in re.findall(r"(?:problem|redirect|Answer|_page|_html|status=?)\(?\s*([2-5]\d\d)\b", text)
        }
    assert len(used) > 12
    assert used - known <= {500}, used - known


def test_text_is_no_formula_in_a_workbook() -> None:
    assert workbook._OPTIONS["strings_to_formulas"] is False
    assert workbook._OPTIONS["strings_to_urls"] is False


def test_the_list_is_whole(repository: Path) -> None:
    text = (repository / "docs" / "threats.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| T(\d+) \|", text, re.MULTILINE) == [str(number) for number in range(1, 32)]


@pytest.mark.parametrize(("name", "least"), [("threats.md", 40), ("faults.md", 20)])
def test_the_list_names_tests_that_exist(repository: Path, name: str, least: int) -> None:
    text = (repository / "docs" / name).read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", text)
    assert len(named) >= least
    for file, test in named:
        assert f"def {test}" in (repository / file).read_text(encoding="utf-8"), f"{file}::{test}"
