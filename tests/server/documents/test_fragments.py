"""Triple Pattern Fragments: data, count and controls, as a client of them reads it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pyoxigraph
import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat

BASE = "https://lod.example.org/"
HYDRA = "http://www.w3.org/ns/hydra/core#"
QB = "http://purl.org/linked-data/cube#"


def ask(site: httpx.Client, **fields: str) -> pyoxigraph.Store:
    answer = site.get(f"/tpf?{urlencode(fields)}", headers={"accept": "application/trig"})
    assert answer.status_code == 200, answer.text
    store = pyoxigraph.Store()
    store.load(answer.content, format=RdfFormat.TRIG)
    return store


def data(store: pyoxigraph.Store) -> list[pyoxigraph.Quad]:
    return list(store.quads_for_pattern(None, None, None, pyoxigraph.DefaultGraph()))


def total(store: pyoxigraph.Store) -> int:
    (quad,) = store.quads_for_pattern(None, NamedNode(HYDRA + "totalItems"), None, None)
    assert isinstance(quad.object, Literal)
    return int(quad.object.value)


def test_a_pattern_is_answered_with_its_triples_and_their_count(site: httpx.Client) -> None:
    found = ask(site, predicate=QB + "dataSet", object=BASE + "data/civil-servants-by-county")
    assert len(data(found)) == total(found) == 11
    assert {quad.predicate.value for quad in data(found)} == {QB + "dataSet"}


def test_literals_are_asked_as_in_turtle(site: httpx.Client) -> None:
    xsd = "http://www.w3.org/2001/XMLSchema#"
    for text in ('"14022"^^<http://www.w3.org/2001/XMLSchema#integer>', f'"14022"^^{xsd}integer'):
        (quad,) = data(ask(site, object=text))
        assert str(quad.subject).endswith("/obs/2012/63000/M>")
    assert data(ask(site, object='"臺北市"@zh-Hant-TW'))


def test_every_page_leads_to_the_next_until_all_was_told(site: httpx.Client) -> None:
    seen: set[str] = set()
    url = "/tpf"
    for _ in range(20):
        answer = site.get(url, headers={"accept": "application/trig"})
        store = pyoxigraph.Store()
        store.load(answer.content, format=RdfFormat.TRIG)
        page = {str(quad) for quad in data(store)}
        assert len(page) <= 100
        assert not page & seen
        seen |= page
        onward = list(store.quads_for_pattern(None, NamedNode(HYDRA + "next"), None, None))
        if not onward:
            break
        url = "/" + onward[0].object.value.removeprefix(BASE)  # type: ignore[union-attr]
    assert len(seen) == total(store)


def test_a_page_behind_the_last_is_empty_and_counts_right(site: httpx.Client) -> None:
    asked = {"predicate": QB + "dataSet", "object": BASE + "data/civil-servants-by-county"}
    behind = ask(site, **asked, page="7")
    assert data(behind) == []
    assert total(behind) == 11


def test_the_form_says_how_to_ask(site: httpx.Client) -> None:
    found = ask(site, subject=BASE + "id/code/sex")
    (form,) = found.quads_for_pattern(None, NamedNode(HYDRA + "template"), None, None)
    assert form.object.value == BASE + "tpf{?subject,predicate,object}"  # type: ignore[union-attr]
    assert len(list(found.quads_for_pattern(None, NamedNode(HYDRA + "mapping"), None, None))) == 3


def test_what_is_not_there_is_an_empty_fragment(site: httpx.Client) -> None:
    found = ask(site, subject="http://example.com/nothing")
    assert data(found) == []
    assert total(found) == 0


@pytest.mark.parametrize(
    "query", ["page=0", "page=x", "page=1001", "subject=not%20an%20iri", "object=%22open", "predicate=%22x%22"]
)
def test_nonsense_is_refused_in_words(site: httpx.Client, query: str) -> None:
    answer = site.get(f"/tpf?{query}")
    assert answer.status_code == 400
    assert answer.json()["detail"]


def test_a_fragment_can_be_kept(site: httpx.Client) -> None:
    first = site.get("/tpf", headers={"accept": "text/turtle"})
    again = site.get("/tpf", headers={"accept": "text/turtle", "if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert site.get("/tpf", headers={"accept": "image/png"}).status_code == 406


def test_a_client_for_fragments_answers_a_query_of_its_own(
    tmp_path: Path, open_site: Callable[[Path], httpx.Client], make: Callable[..., Path], comunica: str
) -> None:
    """Comunica finds the form in the first fragment, asks with it page by page and joins what it gets."""
    site = open_site(tmp_path)
    base = str(site.base_url).rstrip("/") + "/"
    things = "".join(
        f'<{base}id/thing/{n}> <http://www.w3.org/2004/02/skos/core#prefLabel> "{n}" ; a <{base}def/Thing> .\n'
        for n in range(250)
    )
    make(tmp_path, base=base, turtle=things)
    query = f"SELECT (COUNT(*) AS ?n) {{ ?s a <{base}def/Thing> ; <http://www.w3.org/2004/02/skos/core#prefLabel> ?l }}"
    deadline = time.monotonic() + 60
    while site.get("/tpf").status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    done = subprocess.run(
        [comunica, f"qpf@{base}tpf", "-q", query, "-t", "text/csv"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout.split()) == (0, ["n", "250"]), done.stderr
