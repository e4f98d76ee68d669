"""Signposts: a document's Link header, and all of its links as a link set."""

from __future__ import annotations

import re
from collections.abc import Iterable

import httpx
import pytest

BASE = "https://lod.example.org/"
SEX = f"{BASE}doc/code/sex/M"
ABOUT_PAGE = "https://schema.org/AboutPage"
DATASET = "/data/civil-servants-by-county"
OBSERVATION = f"{DATASET}/obs/2012/63000/M"
_LINK = re.compile(r'<([^<>"\s]*)>((?:; ?[a-z]+="[^"]*")+)(?:,\s*|\s*\Z)')
_ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')


def parsed(field: str) -> list[dict[str, str]]:
    """A Link field, or a link set in text, to its last character."""
    found, at = [], 0
    while at < len(field):
        match = _LINK.match(field, at)
        assert match is not None, field[at : at + 200]
        found.append({"href": match[1], **dict(_ATTRIBUTE.findall(match[2]))})
        at = match.end()
    return found


def by_rel(links: list[dict[str, str]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for each in links:
        grouped.setdefault(each["rel"], []).append(each["href"])
    return grouped


@pytest.mark.parametrize("suffix", ["html", "ttl", "json"])
@pytest.mark.parametrize(
    ("stem", "more"),
    [
        ("/doc/code/sex/M", {"collection"}),
        (DATASET, {"item"}),
        (OBSERVATION, {"collection"}),
        ("/doc/code/loop", set()),
    ],
)
def test_the_header_has_every_signpost(site: httpx.Client, stem: str, more: set[str], suffix: str) -> None:
    answer = site.get(f"{stem}.{suffix}")
    links = parsed(answer.headers["link"])
    found = by_rel(links)
    expected = {"canonical", "cite-as", "license", "type", "author", "linkset", "timegate", "timemap", "alternate"}
    expected |= {"describedby"} if suffix == "html" else {"describes"}
    assert expected | more <= set(found)
    assert found["author"] == [BASE + "id/org/2.16.886.101.20003.20072"]
    assert (ABOUT_PAGE in found["type"]) is (suffix == "html")
    if suffix != "html":
        assert BASE + stem[1:] in found["describes"]  # the landing page
    assert found["timegate"] == [f"{stem}.{suffix}"]
    assert len(answer.headers["link"]) < 4_000
    for each in links:
        if each["rel"] in {"alternate", "describedby", "linkset"}:
            got = site.get(each["href"])
            assert got.status_code == 200, each
            assert got.headers["content-type"].partition(";")[0] == each["type"]


def test_a_link_set_has_every_link_in_both_formats(site: httpx.Client) -> None:
    answer = site.get("/linkset/doc/code/sex/M")
    assert answer.headers["content-type"] == "application/linkset+json"
    context, *others = answer.json()["linkset"]
    assert context["anchor"] == SEX
    assert {"href": ABOUT_PAGE} in context["type"]
    assert {each["anchor"] for each in others} >= {f"{SEX}.ttl", f"{SEX}.jsonld", f"{SEX}.json"}
    assert all(each["describes"] == [{"href": SEX, "type": "text/html"}] for each in others)
    assert context["cite-as"] == [{"href": f"{BASE}id/code/sex/M"}]
    assert context["collection"] == [{"href": f"{BASE}id/code/sex"}]
    assert {"href": f"{SEX}.en.html", "type": "text/html", "hreflang": ["en"]} in context["alternate"]
    assert context["describedby"] == [{"href": f"{SEX}.ttl", "type": "text/turtle"}]
    text = site.get("/linkset/doc/code/sex/M", headers={"accept": "application/linkset"})
    assert text.headers["content-type"] == "application/linkset"
    told: Iterable[dict[str, str]] = (
        {**{name: "".join(value) for name, value in each.items()}, "anchor": one["anchor"], "rel": rel}
        for one in (context, *others)
        for rel, links in one.items()
        if rel != "anchor"
        for each in links
    )
    assert {frozenset(each.items()) for each in told} == {frozenset(each.items()) for each in parsed(text.text)}


def test_the_link_set_of_a_dataset_names_its_files(site: httpx.Client) -> None:
    context, *others = site.get(f"/linkset{DATASET}").json()["linkset"]
    file = f"{BASE}dump/1-aaaaaaaa/data.nt.gz"
    assert context["item"] == [{"href": file}]
    page = {"href": BASE + DATASET[1:], "type": "text/html"}
    assert [each["collection"] for each in others if each["anchor"] == file] == [[page]]
    found = by_rel(parsed(site.head(file.removeprefix(BASE)).headers["link"]))
    assert found["collection"] == [page["href"]]
    assert {"license", "describedby"} <= set(found)
    assert found["linkset"] == [f"/linkset{DATASET}"]
    incoming = context["related"][0]["href"].removeprefix(BASE)
    assert f"{BASE}data/civil-servants-by-county/obs/" in site.get("/" + incoming).text


def test_there_is_no_link_set_of_what_there_is_not(site: httpx.Client) -> None:
    assert site.get("/linkset/doc/code/nothing").status_code == 404
    assert site.get("/linkset/").status_code == 404
    assert site.get("/linkset/id/code/sex").headers["location"] == "/linkset/doc/code/sex"  # a thing has no variants
    assert site.get("/linkset/doc/code/sex", headers={"accept": "image/png"}).status_code == 406


def test_the_apis_are_catalogued_where_programs_look(site: httpx.Client) -> None:
    answer = site.get("/.well-known/api-catalog")
    assert answer.headers["content-type"] == "application/linkset+json"
    (context,) = answer.json()["linkset"]
    assert context["service-desc"] == [{"href": f"{BASE}api/openapi.json", "type": "application/json"}]
