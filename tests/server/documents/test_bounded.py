"""A thing of which too much is said is told in part, at once, with the way to the rest; no address reads it all."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from lod.rdf.namespaces import RDFS, SKOS
from lod.server.answers import Answer
from lod.server.ask import Ask
from lod.server.documents.dereference import begin
from lod.server.documents.describe import PAGE, VALUES, describe
from lod.server.pages.incoming import pointing
from lod.server.pages.reader import Reader
from lod.server.served import ServedRelease, open_served

BASE = "https://lod.example.org/"
MANY = 100_000
NEXT = NamedNode("http://www.w3.org/ns/hydra/core#next")
P, Q = BASE + "def/p", BASE + "def/q"
BIG = NamedNode(BASE + "id/big")


@pytest.fixture(scope="module")
def releases(make: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`id/big` has as many values of one property as there are things, each of which points back to it."""
    releases = tmp_path_factory.mktemp("big")
    used = "".join(f"[] <http://rdfs.org/ns/void#property> <{iri}> .\n" for iri in (P, Q, SKOS + "prefLabel"))
    many = "".join(
        f"<{BASE}id/big> <{P}> <{BASE}id/thing/{n}> . <{BASE}id/thing/{n}> <{Q}> <{BASE}id/big> .\n"
        for n in range(MANY)
    )
    make(releases, turtle=f'<{BASE}id/big> <{SKOS}prefLabel> "Big"@en ; <{P}> "last" .\n{many}', void=used)
    return releases


@pytest.fixture(scope="module")
def url(releases: Path, serve: Callable[[Path], str]) -> str:
    """Where it is served."""
    return serve(releases)


def test_what_is_told_first_and_where_the_rest_is(url: str) -> None:
    with httpx.Client(base_url=url, trust_env=False) as client:
        first = client.get("/doc/big.ttl")
        assert first.headers["truncated"].startswith("triples=")
        assert first.links["next"]["url"] == "/doc/big.ttl?page=1"
        quads = list(parse(first.content, RdfFormat.TURTLE))
        assert sum(q.subject == BIG and q.predicate.value == P for q in quads) == VALUES
        assert any(q.subject == BIG and isinstance(q.object, Literal) and q.object.value == "Big" for q in quads)
        assert [q.object for q in quads if q.predicate == NEXT] == [NamedNode(BASE + "doc/big?page=1")]
        (one,) = (q.object for q in quads if q.predicate.value == RDFS + "seeAlso")
        assert isinstance(one, NamedNode)
        asked = parse_qs(urlsplit(one.value).query)
        assert asked == {"subject": [BIG.value], "predicate": [P]}
        fragment = client.get("/tpf", params={"subject": BIG.value, "predicate": P, "page": 900})
        assert fragment.text.count(f"{BASE}id/thing/") == 100
        page = client.get("/doc/big.en.html")
        assert "Big" in page.text
        assert "/links.en.html?of=id/big&amp;out=def/p" in page.text
        assert client.get("/doc/thing/7.ttl").headers.get("truncated") is None


def test_pages_tell_everything_once(url: str) -> None:
    with httpx.Client(base_url=url, trust_env=False) as client:
        for wrong in ("0", "x", "99999", "-1"):
            assert client.get(f"/doc/big.nt?page={wrong}").status_code == 400
        last = client.get("/doc/big.nt?page=201")  # a hundred thousand values, a label and a text
        assert last.headers["content-location"] == "/doc/big.nt?page=201"
        assert "next" not in last.links
        assert last.links["prev"]["url"] == "/doc/big.nt?page=200"
        assert client.get("/doc/big.nt?page=202").status_code == 404
        etags = {client.get(f"/doc/big.nt?page={n}").headers["etag"] for n in (1, 2)}
        assert len(etags) == 2
        seen: list[str] = []
        for page in (1, 2, 3, 100, 200, 201):
            body = client.get("/doc/big", params={"page": page}, headers={"accept": "application/n-triples"})
            own = [line for line in body.text.splitlines() if line.startswith(f"<{BIG.value}> <{P}>")]
            seen += own
        assert len(seen) == len(set(seen))
        assert len(seen) >= 5 * PAGE - 3


def test_pages_of_a_thing_are_all_of_it(releases: Path) -> None:
    served = open_served(next(folder for folder in releases.iterdir() if folder.is_dir()))
    values: list[object] = []
    for start in range(0, MANY + 2, 25_000):
        values += [quad.object for quad in served.stretch(BIG, None, None, start, 25_000)]
    assert len(values) == len(set(values)) == MANY + 2


def test_values_and_what_points_here_are_walked_without_reading_all(url: str) -> None:
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        for way in ("out=def/p", "in=def/q"):
            href, seen = f"/links.en.html?of=id/big&{way}", set[str]()
            for _ in range(3):
                page = client.get(href).text
                listed = re.findall(r'href="/doc/(thing/\d+)', page)
                assert len(listed) == 100
                assert not seen & set(listed)
                seen |= set(listed)
                (href,) = (unescape(each) for each in re.findall(r'href="([^"]+)" rel="next"', page))
            assert f"100,00{way.count('out')}" in page  # as many as there are
            last = client.get(f"/links.en.html?of=id/big&{way}&from=99950").text
            assert 'rel="next"' not in last
            assert 'rel="first"' in last
            assert len(re.findall(r'href="/doc/thing/\d+', last)) == 50
            assert client.get(f"/links.en.html?of=id/big&{way}&from=999999").status_code == 200


def reads(served: ServedRelease, ask: Callable[[ServedRelease], object], monkeypatch: pytest.MonkeyPatch) -> int:
    """How many quads are taken out of the store to answer."""
    taken = 0
    real = ServedRelease.quads

    def counted(self: ServedRelease, *pattern: object) -> object:
        nonlocal taken
        for quad in real(self, *pattern):  # type: ignore[arg-type]
            taken += 1
            yield quad

    with monkeypatch.context() as patch:
        patch.setattr(ServedRelease, "quads", counted)
        ask(served)
    return taken


def test_pages_far_from_the_first_keep_nobody_waiting(releases: Path) -> None:
    served = open_served(next(folder for folder in releases.iterdir() if folder.is_dir()))
    for query in ("page=200", "x=1&page=200"):  # made in a thread
        assert not isinstance(begin(served, Ask("/doc/big.nt", query=query)), Answer)
    assert isinstance(begin(served, Ask("/doc/big.nt", query="x=1")), Answer)


def test_few_statements_are_read_however_many_there_are(releases: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served = open_served(next(folder for folder in releases.iterdir() if folder.is_dir()))
    assert reads(served, lambda s: describe(s, BIG.value), monkeypatch) <= PAGE + 5 * VALUES
    assert reads(served, lambda s: describe(s, BIG.value, 150), monkeypatch) <= PAGE
    reader = Reader(served, "en", explicit=True)
    assert reads(served, lambda _: pointing(reader, BIG.value, Q, "", 100, 90_000), monkeypatch) <= 100 * 10
    assert served.count(None, NamedNode(Q), BIG, 10_001) == 10_001
    assert served.count(BIG, NamedNode(SKOS + "prefLabel"), None, 10) == 1
