"""Addresses of ours that nothing describes are told by a build, where they come from."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from lod.diagnostics import Diagnostic, FindingsError
from lod.pipeline.run import build
from lod.project.load import load_project
from lod.validation.own_addresses import SITE, Own

BASE = "https://a.example/"


def told(root: Path) -> list[Diagnostic]:
    """What a build says of them."""
    try:
        found = build(load_project(root / "lod.toml")).findings
    except FindingsError as refused:
        found = refused.diagnostics
    return [each for each in found if each.code == "LOD4060"]


def edit(root: Path, name: str, old: str, new: str) -> None:
    path = root / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_values_of_cells_and_of_rules(root: Path) -> None:
    edit(root, "mappings/staff.yarrrml.yml", "id/sex/$(sex)", "id/gender/$(sex)")
    edit(root, "mappings/staff.yarrrml.yml", "a.example/data/staff~iri", "a.example/data/stafff~iri")
    rule, cells = told(root)
    assert cells.message == (
        "sex leads to 2 addresses of ours that nothing describes, as https://a.example/id/gender/F, "
        "https://a.example/id/gender/M (4 statements)"
    )
    assert [str(each) for each in (cells.origin, *cells.related)] == [
        "tables/staff.csv, row 2, column sex",
        "tables/staff.csv, row 3, column sex",
    ]
    assert (cells.hint, str(cells.rule)) == ("did you mean 'id/sex/F'?", "mappings/staff.yarrrml.yml:12:9")
    assert "(4 statements)" in rule.message
    assert (rule.hint, str(rule.origin)) == ("did you mean 'data/staff'?", "mappings/staff.yarrrml.yml:11:22")


def test_what_people_wrote_themselves(root: Path) -> None:
    """Also inside a blank node; a second build, made from the first, says the same."""
    path = root / "ontologies/staff.ttl"
    more = (
        "<data/staff> dct:publisher <id/org/nobody> ; dct:spatial [ dct:isPartOf <id/sex/X> ] ; dct:type <id/sex/F> .\n"
    )
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    line = path.read_text(encoding="utf-8").splitlines().index(more.strip()) + 1
    found = told(root)
    assert sorted(str(each.origin).rpartition(":")[0] for each in found) == [f"ontologies/staff.ttl:{line}"] * 2
    edit(root, "tables/staff.csv", "63000,F,10", "63000,F,11")
    assert told(root) == found


def test_what_the_project_names(root: Path) -> None:
    path = root / "lod.toml"
    text = re.sub(r'(\[agency\]\n(?:.*\n)*?iri = )"[^"]*"', r'\1"id/org/dgpa"', path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    [found] = told(root)
    assert found.message == "https://a.example/id/org/dgpa, the value of 'agency.iri', is described nowhere"
    assert str(found.origin).startswith("lod.toml:")


@pytest.mark.parametrize(
    ("path", "lacks"),
    [
        ("", False),
        ("sparql?query=x", False),
        ("dump/1-x/all.nq.zst", False),
        ("feed.en.atom", False),
        ("sitemap-1.xml.gz", False),
        ("catalog.ttl", False),
        ("data/staff", False),
        ("data/staff.zh-Hant-TW.html", False),
        ("data/staff.ttl#it", False),
        ("doc/sex/F.ttl", False),
        ("doc/def/Person", False),
        ("graph/one", False),
        ("id/gone", False),
        ("doc/sex/X.ttl", True),
        ("data/stafff.ttl", True),
        ("id/sex/X", True),
        ("def/Person#name", True),
        ("apical", True),
        ("datasetsof", True),
    ],
)
def test_what_the_site_has_anyway(path: str, lacks: bool) -> None:
    store = Store()
    for name in ("data/staff", "id/sex/F", "def/Person"):
        graph = NamedNode(BASE + "graph/one")
        store.add(Quad(NamedNode(BASE + name), NamedNode("http://p.example/"), Literal("x"), graph))
    assert Own(BASE, store, lambda address: address == BASE + "id/gone").lacks(BASE + path) is lacks


def test_all_addresses_of_the_site_are_known() -> None:
    urls = (Path(__file__).parents[2] / "docs/reference/urls.md").read_text(encoding="utf-8")
    first = {
        re.split(r"[/?{….]", each)[0].rstrip("-")
        for each in re.findall(r"`/([^`]*)`", urls.partition("\n## ")[0])
        if each
    }
    known = {each.partition(".")[0] for each in SITE}
    assert first - {"id", "def", "doc", "data", ""} <= known
