"""Pages that are answered where the request came in, and pages that are made in a thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from markupsafe import escape

from lod.server.answers import Answer
from lod.server.ask import Ask
from lod.server.documents.dereference import begin, respond
from lod.server.pages.kinds import MOST_LIGHT
from lod.server.served import MOST_POINTING, ServedRelease, open_served

_HISTORY = """
@prefix dct: <http://purl.org/dc/terms/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix x: <https://lod.example.org/id/x/> .
x:new rdfs:label "New"@en ; dct:replaces x:old .
x:newer rdfs:label "Newer"@en ; dct:replaces x:new .
x:famous rdfs:label "Famous"@en ; dct:replaces x:old .
x:newest rdfs:label "Newest"@en ; dct:replaces x:famous .
"""
_POINTING = "".join(f"x:p{n} rdfs:seeAlso x:famous .\n" for n in range(MOST_POINTING + 1))
_LONG = "x:long " + " ; ".join(f'rdfs:label "name {n}"@en' for n in range(MOST_LIGHT + 1)) + " .\n"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory, make: Callable[..., Path]) -> Path:
    return make(tmp_path_factory.mktemp("history"), turtle=_HISTORY + _POINTING + _LONG)


@pytest.fixture
def served(release: Path) -> ServedRelease:
    """The release, of which nothing is kept yet."""
    return open_served(release)


def _is_light(served: ServedRelease, path: str) -> bool:
    return isinstance(begin(served, Ask(path)), Answer)


def test_what_is_worked_out_once_a_release_is_worked_out_in_a_thread(served: ServedRelease) -> None:
    assert not _is_light(served, "/doc/x/new.en.html")
    assert respond(served, Ask("/doc/x/old.en.html")).status == 404  # no page, so nothing was worked out
    assert not _is_light(served, "/doc/x/new.en.html")
    assert respond(served, Ask("/doc/x/newer.en.html")).status == 200
    assert _is_light(served, "/doc/x/new.en.html")


@pytest.mark.parametrize(
    "path",
    ["/doc/x/famous", "/doc/x/long", "/doc/code/county/65000", "/data/civil-servants-by-county"],
    ids=["much points to it", "much is said of it", "a code with figures", "a dataset"],
)
def test_what_may_read_much_goes_to_a_thread_until_it_is_known(served: ServedRelease, path: str) -> None:
    respond(served, Ask("/doc/x/newer.en.html"))
    made = begin(served, Ask(f"{path}.en.html"))
    assert not isinstance(made, Answer)
    answer = made()
    assert answer.status == 200
    assert begin(served, Ask(f"{path}.en.html")) == answer  # it is kept


@pytest.mark.parametrize(("name", "later"), [("new", "Newer"), ("famous", "Newest")])
def test_history_is_told_whether_little_or_much_points_to_a_thing(served: ServedRelease, name: str, later: str) -> None:
    page = respond(served, Ask(f"/doc/x/{name}.en.html")).body.decode()
    history = page.partition('id="history"')[2].partition("</section>")[0]
    assert ">old</a>" in history
    assert f">{later}</a>" in history


def test_a_page_calls_its_thing_as_others_do(served: ServedRelease) -> None:
    respond(served, Ask("/doc/x/new.en.html"))
    told = served.labels.all("https://lod.example.org/id/x/new")
    served.labels.all.cache_clear()  # type: ignore[attr-defined]
    assert [text.value for text in told] == ["New"]
    assert served.labels.all("https://lod.example.org/id/x/new") == told


@pytest.mark.parametrize("address", ["/index.en.html", "/doc/x/o'brien.en.html", "/doc/x/a;b=c.html"])
def test_what_is_the_same_on_all_pages_says_where_each_page_is(
    tmp_path: Path, make: Callable[..., Path], open_site: Callable[[Path], httpx.Client], address: str
) -> None:
    things = "".join(f'<https://lod.example.org/id/x/{name}> rdfs:label "{name}" .' for name in ("o'brien", "a;b=c"))
    make(tmp_path, turtle=f"@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n{things}")
    site = open_site(tmp_path)
    site.get("/doc/x/o'brien.html")  # the pieces are kept
    page = site.get(address, headers={"accept-language": "en"}).text
    stem = escape(address.removesuffix(".html").removesuffix(".en"))
    assert page.count(f'href="{stem}.zh-Hant-TW.html"') == 2
    assert page.count(f'href="{stem}.ttl"') == 2
    assert "\ue000" not in page


def test_a_page_that_was_asked_something_is_asked_the_same_in_other_languages(site: httpx.Client) -> None:
    page = site.get("/search.en.html", params={"q": "a&b"}).text
    assert page.count('href="/search.zh-Hant-TW.html?q=a%26b"') == 2
    assert "?q=" not in site.get("/about.en.html").text


@pytest.mark.parametrize("path", ["/doc/nothing/1.ttl", "/id/nothing/1", "/data/nothing"])
def test_what_is_not_there_is_looked_for_beside(served: ServedRelease, path: str) -> None:
    """The first 404 makes the search index, which may take seconds: not on the event loop."""
    made = begin(served, Ask(path))
    assert not isinstance(made, Answer)
    assert made().status == 404
