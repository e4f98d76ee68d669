"""A report as people read it: by cause, beside the report before, as a page and for continuous integration."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import pyoxigraph
import pytest

from lod.diagnostics import Findings, FindingsError
from lod.validation.files import account_of_files
from lod.validation.report import local_name
from lod.validation.reports.account import Account, compare, counts, summary
from lod.validation.reports.junit import write_junit
from lod.validation.reports.page import write_page

SHAPES = """\
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://e/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
e:S a sh:NodeShape ; sh:targetClass e:T ;
    sh:property [ sh:path e:sex ; sh:in ( e:M e:F ) ],
        [ sh:path ( e:up e:name ) ; sh:minCount 1 ; sh:severity sh:Info ],
        [ sh:path e:name ; sh:minCount 1 ; sh:message "要有名稱"@zh-Hant, "it has a name"@en ] .
e:Idle a sh:NodeShape ; sh:targetClass e:Nobody ; sh:nodeKind sh:IRI .
e:sex rdfs:label "性別"@zh-Hant, "sex (label)"@en . e:M rdfs:label "男"@zh-Hant, "male"@en .
"""
ROW = "<http://e/%d> a <http://e/T> ; <http://e/sex> <http://e/%s> ; <http://e/up> <http://e/up%d> .\n"


def _account(folder: Path, data: str, before: Path | None = None) -> tuple[Account, Findings]:
    (folder / "s.ttl").write_text(SHAPES, encoding="utf-8")
    (folder / "d.ttl").write_text(data, encoding="utf-8")
    findings = Findings()
    return account_of_files([folder / "d.ttl"], [folder / "s.ttl"], findings, before=before), findings


def _rows(*sexes: str) -> str:
    return "".join(ROW % (n, sex, n) for n, sex in enumerate(sexes))


def test_results_by_cause(tmp_path: Path) -> None:
    account, findings = _account(tmp_path, _rows("X", "X", "Y", "M"))
    shown = [(local_name(g.severity), g.path, len(g.members)) for g in account.groups]
    assert shown == [
        ("Violation", "http://e/name", 4),
        ("Violation", "http://e/sex", 3),
        ("Info", "(<http://e/up>/<http://e/name>)", 4),
    ]
    said = summary(account)
    assert (said["conforms"], said["results"], said["selecting_nothing"]) == (False, 11, ["http://e/Idle"])
    assert said["groups"][1]["message"]["zh-Hant-TW"] == "性別 X 不在容許的值之中：男 (M), F"
    assert said["groups"][0]["message"] == {"en": "it has a name", "zh-Hant-TW": "要有名稱"}
    assert said["groups"][1]["examples"][0]["place"] == {"file": str(tmp_path / "d.ttl"), "line": 1}
    assert {each["shape"] for each in said["judged"]} == {"http://e/S", "http://e/Idle"}
    assert [item.code for item in findings][:1] == ["LOD6004"]
    assert len({item.group for item in findings if item.code == "LOD6001"}) == 3


@pytest.mark.parametrize("form", ["ttl", "jsonld"])
def test_compared_with_the_report_before(form: str, tmp_path: Path) -> None:
    before, _ = _account(tmp_path, _rows("X", "M", "Y"))
    older = tmp_path / f"older.{form}"
    if form == "ttl":
        before.report.write_turtle(older)
    else:
        pyoxigraph.serialize(before.report.triples(), output=str(older), format=pyoxigraph.RdfFormat.JSON_LD)
    assert counts(compare(before.report, older, "r")) == {"since": "r", "new": 0, "fixed": 0, "unchanged": 8}
    after, _ = _account(tmp_path, _rows("X", "Z", "M"), older)
    assert after.change is not None
    assert counts(after.change) == {"since": str(older), "new": 1, "fixed": 1, "unchanged": 7}
    assert [each.result.focus_node.value for each in after.traced if after.is_new(each.result)] == ["http://e/1"]  # type: ignore[union-attr]
    assert after.change.fixed[0][1] == "<http://e/2>"
    assert [group["new"] for group in summary(after)["groups"]] == [0, 1, 0]


def test_no_report_to_compare_with(tmp_path: Path) -> None:
    for name in ("older.csv", "older.ttl"):
        (tmp_path / name).write_text("nonsense")
        with pytest.raises(FindingsError) as caught:
            _account(tmp_path, _rows("X"), tmp_path / name)
        assert caught.value.code == "LOD6013"


class _Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.outside: list[str] = []
        self.words: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.outside += [v or "" for name, v in attrs if name in ("src", "href") and not (v or "").startswith("#")]
        if tag not in ("meta", "input", "br"):
            self.open.append(dict(attrs).get("lang") or "")

    def handle_endtag(self, tag: str) -> None:
        del tag
        self.open.pop()

    def handle_data(self, data: str) -> None:
        language = next((each for each in reversed(self.open) if each), "")
        self.words[language] = self.words.get(language, "") + data


def test_the_page_needs_nothing_else_and_speaks_both_languages(tmp_path: Path) -> None:
    """No script, nothing from elsewhere; what comes from the data is text."""
    data = _rows("X") + '<http://e/9> a <http://e/T> ; <http://e/sex> "<script>alert(1)</script>" .\n'
    before, _ = _account(tmp_path, _rows("Y"))
    before.report.write_turtle(tmp_path / "older.ttl")
    account, _ = _account(tmp_path, data, tmp_path / "older.ttl")
    for language, other in (("en", "zh-Hant-TW"), ("zh-Hant-TW", "en")):
        text = write_page(account, language=language)
        page = _Page(text)
        assert page.open == []
        assert page.outside == []
        assert "script" not in page.tags
        assert f'<html lang="{language}">' in text
        assert "it has a name" in page.words["en"]
        assert "要有名稱" in page.words["zh-Hant-TW"]
        assert "性別" in page.words["zh-Hant-TW"]
        assert "What is wrong no more" in page.words["en"]
        assert "Idle" in page.words[language]
        assert f'lang="{other}" class="t"' in text
        assert "screen and (prefers-color-scheme: dark)" in text
        assert "@media print" in text
    assert write_page(account) == write_page(account)


def test_long_groups_are_cut_and_say_so(tmp_path: Path) -> None:
    account, _ = _account(tmp_path, _rows(*["X"] * 250))
    text = write_page(account, whole=["報告 1.csv", "report.ttl"])
    assert "50 more are not listed here." in text
    assert '<a href="%E5%A0%B1%E5%91%8A%201.csv">報告 1.csv</a> · <a href="report.ttl">' in text
    assert "-o report.csv" in write_page(account)
    assert text.count("<tr><td>") < 250 * 3


def test_junit(tmp_path: Path) -> None:
    account, _ = _account(tmp_path, _rows("X", "X", "M"))
    top = ET.fromstring(write_junit(account, "zh-Hant-TW"))
    assert (top.get("tests"), top.get("failures")) == ("4", "3")
    counts = {"name", "tests", "failures", "errors"}
    allowed = {  # junit-10.xsd; that of Ant asks for times and hosts
        "testsuites": counts, "testsuite": counts | {"skipped"}, "testcase": {"name", "classname"},
        "failure": {"message", "type"}, "skipped": {"message"},
    }  # fmt: skip
    assert all(set(element.keys()) <= allowed[element.tag] for element in top.iter())
    assert [suite.get("skipped") for suite in top].count("1") == 1
    suites = {suite.get("name"): suite for suite in top}
    cases = {case.get("name"): case for case in suites["http://e/S"]}
    failure = cases["sex In"].find("failure")
    assert failure is not None
    assert failure.get("message") == "2 × 性別 X 不在容許的值之中：男 (M), F"
    assert failure.get("type") == "Violation"
    assert "d.ttl:1" in (failure.text or "")
    assert suites["http://e/Idle"].find("testcase/skipped") is not None
    good, _ = _account(tmp_path, '<http://e/1> a <http://e/T> ; <http://e/name> "n" ; <http://e/up> <http://e/1> .')
    assert ET.fromstring(write_junit(good, "en")).get("failures") == "0"


def test_the_report_is_written_in_pieces(tmp_path: Path) -> None:
    account, _ = _account(tmp_path, _rows("X", "M", "Y"))
    account.report.write_turtle(tmp_path / "r.ttl")
    written = (tmp_path / "r.ttl").read_text(encoding="utf-8")
    assert written == account.report.to_turtle()
    graph = pyoxigraph.Dataset(pyoxigraph.parse(written, format=pyoxigraph.RdfFormat.TURTLE))
    same = pyoxigraph.Dataset(pyoxigraph.parse(account.report.ntriples, format=pyoxigraph.RdfFormat.N_TRIPLES))
    for each in (graph, same):
        each.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    assert graph == same
