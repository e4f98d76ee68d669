"""The graphs of the site, read over HTTP; nothing writes."""

from __future__ import annotations

from typing import Any

import httpx
import pytest


@pytest.fixture(scope="module")
def graphs(make: Any, open_for_module: Any, tmp_path_factory: pytest.TempPathFactory) -> httpx.Client:
    """The site over a release with a named graph."""
    releases = tmp_path_factory.mktemp("graphs")
    make(releases, trig="<https://lod.example.org/g> { <urn:a> <urn:b> 'named' }")
    client: httpx.Client = open_for_module(releases)
    return client


def test_graphs_are_read(graphs: httpx.Client) -> None:
    named = graphs.get("/graph-store", params={"graph": "https://lod.example.org/g"}, headers={"accept": "text/turtle"})
    assert (named.status_code, named.headers["content-type"]) == (200, "text/turtle; charset=utf-8")
    assert named.text.strip() == '<urn:a> <urn:b> "named" .'
    default = graphs.get("/graph-store?default", headers={"accept": "application/n-triples"})
    assert "named" not in default.text
    assert len(default.text.splitlines()) > 50
    known = {"accept": "application/n-triples", "if-none-match": default.headers["etag"]}
    again = graphs.get("/graph-store?default", headers=known)
    assert again.status_code == 304
    head = graphs.head("/graph-store?default")
    assert (head.status_code, head.content) == (200, b"")


def test_what_is_not_there(graphs: httpx.Client) -> None:
    for path, status in {
        "/graph-store": 400, "/graph-store?default&graph=urn:a": 400, "/graph-store?graph=a%20b": 400,
        "/graph-store?graph=urn:none": 404, "/graph-store/none": 404,
    }.items():  # fmt: skip
        answer = graphs.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), path


def test_nothing_writes(graphs: httpx.Client) -> None:
    for method in ("PUT", "POST", "DELETE", "PATCH"):
        answer = graphs.request(method, "/graph-store?default", content=b"<urn:a> <urn:b> <urn:c> .")
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


def test_options_and_formats(graphs: httpx.Client) -> None:
    options = graphs.options("/graph-store").headers
    assert options["allow"] == options["access-control-allow-methods"] == "GET, HEAD, OPTIONS"
    other = graphs.get("/graph-store?default", headers={"accept": "image/png"})
    assert (other.status_code, other.json()["detail"]) == (
        406, "the graph exists in other formats than those asked for",
    )  # fmt: skip
    assert "text/html" not in other.json()["hint"]
