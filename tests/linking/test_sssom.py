"""Link tables: what is published, what is left out, what is wrong and where."""

from __future__ import annotations

from pathlib import Path

import pytest

from lod.diagnostics import Findings, Severity
from lod.linking.linkset import Linkset, check_subjects, write_part
from lod.linking.sssom import read_sssom

META = "# curie_map:\n#   own: https://a.example/id/\n#   wd: http://www.wikidata.org/entity/\n# license: x:licence\n"
HEADER = "subject_id\tpredicate_id\tobject_id\tmapping_justification\treviewer_label\tcomment\n"
ROW = "own:county/63000\tskos:exactMatch\twd:Q1867\tsemapv:LexicalMatching\tMs Lin\tname and code\n"


def _read(folder: Path, text: str | bytes) -> tuple[Linkset | None, list[tuple[str, str, str]]]:
    path = folder / "links.sssom.tsv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    findings = Findings()
    linkset = read_sssom(path, findings, shown="l.tsv")
    return linkset, [(item.code, item.severity.value, str(item.origin)) for item in findings]


def test_good(tmp_path: Path) -> None:
    linkset, findings = _read(tmp_path, f"{META}{HEADER}{ROW}\n")
    assert findings == []
    assert linkset is not None
    assert (linkset.title, linkset.licence) == ("links", "x:licence")
    (link,) = linkset.links
    assert link.nquad == (
        "<https://a.example/id/county/63000> <http://www.w3.org/2004/02/skos/core#exactMatch> "
        "<http://www.wikidata.org/entity/Q1867> ."
    )
    assert link.reviewer == "Ms Lin"
    assert link.evidence == {"reviewer_label": "Ms Lin", "comment": "name and code"}
    assert str(link.origin) == "l.tsv:6"
    assert list(linkset.by_authority()) == [(link.predicate, "http://www.wikidata.org/entity/")]
    assert write_part([linkset, linkset], tmp_path / "p.nq").read_text() == f"{link.nquad}\n"


def test_windows_line_ends_and_byte_order_mark(tmp_path: Path) -> None:
    linkset, findings = _read(tmp_path, f"\ufeff{META}{HEADER}{ROW}".replace("\n", "\r\n"))
    assert findings == []
    assert linkset is not None
    assert len(linkset.links) == 1


def test_a_table_that_was_saved_without_tabs(tmp_path: Path) -> None:
    for sign in ",; ":
        linkset, findings = _read(tmp_path, f"{META}{HEADER}{ROW}".replace("\t", sign))
        assert (linkset, findings) == (None, [("LOD7010", "error", "l.tsv:5:1")])


@pytest.mark.parametrize(("text", "is_right"), [("2016-04-30", True), ("2016/4/30", False), ("2016-02-30", False)])
def test_dates_are_dates(tmp_path: Path, text: str, is_right: bool) -> None:
    table = f"{HEADER.strip()}\treview_date\n{ROW.strip()}\t{text}\n"
    linkset, findings = _read(tmp_path, META + table)
    assert findings == ([] if is_right else [("LOD6111", "warning", "l.tsv:6:87")])
    assert linkset is not None
    assert len(linkset.links) == 1


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("wd:Q1867", "wdd:Q1867", ("LOD7013", "error", "l.tsv:6:34")),
        ("wd:Q1867", "", ("LOD7013", "error", "l.tsv:6:34")),
        ("wd:Q1867", "wd:Q 1", ("LOD7017", "error", "l.tsv:6:34")),
        ("exactMatch", "exactMach", ("LOD7014", "error", "l.tsv:6:18")),
        ("\tMs Lin\t", "\t\t", ("LOD7015", "warning", "l.tsv:6")),
        ("\tname and code", "", ("LOD7016", "error", "l.tsv:6:1")),
        ("object_id", "objekt_id", ("LOD7012", "error", "l.tsv:5:1")),
        ("\tcomment", "\tcoment", ("LOD7019", "warning", "l.tsv:5:72")),
        ("curie_map:", "curie_map: [", ("LOD7011", "error", "l.tsv:3:7")),
        ("curie_map:", "curie_map: {a: 1}\n# x:", ("LOD7011", "error", "l.tsv:1")),
        (ROW, ROW + ROW, ("LOD7020", "warning", "l.tsv:7")),
        ("\tcomment", "\tpredicate_modifier", ("LOD7021", "warning", "l.tsv:6:73")),
    ],
)
def test_bad(tmp_path: Path, old: str, new: str, expected: tuple[str, str, str]) -> None:
    text = f"{META}{HEADER}{ROW}"
    assert old in text
    _, findings = _read(tmp_path, text.replace(old, new))
    code, severity, origin = findings[0]
    assert (code, severity) == expected[:2]
    assert origin.startswith(expected[2])


@pytest.mark.parametrize("text", [b"", META.encode(), f"{META}{HEADER}中".encode("big5")])
def test_no_table(tmp_path: Path, text: bytes) -> None:
    linkset, findings = _read(tmp_path, text)
    assert linkset is None
    assert [code for code, _, _ in findings] == ["LOD7010"]


def test_what_is_published(tmp_path: Path) -> None:
    """A named reviewer, or an author of a manual curation; a machine's guess is not."""
    header = HEADER.replace("comment", "author_label")
    rows = [
        ("Q1", "semapv:LexicalMatching", "", "a tool"),
        ("Q2", "semapv:ManualMappingCuration", "", "Ms Lin"),
        ("Q3", "semapv:ManualMappingCuration", "", ""),
        ("Q4", "semapv:LexicalMatching", "Mr Wu", ""),
    ]
    text = "".join(
        f"own:a\tskos:closeMatch\twd:{q}\t{why}\t{reviewer}\t{author}\n" for q, why, reviewer, author in rows
    )
    linkset, findings = _read(tmp_path, META + header + text)
    assert linkset is not None
    assert [link.object[-2:] for link in linkset.links] == ["Q2", "Q4"]
    assert findings == [("LOD7015", "warning", "l.tsv:6")]


def test_what_holds_for_all_rows(tmp_path: Path) -> None:
    meta = META + "# mapping_justification: semapv:ManualMappingCuration\n# author_label: Ms Lin\n"
    linkset, findings = _read(tmp_path, f"{meta}subject_id\tpredicate_id\tobject_id\nown:a\tskos:exactMatch\twd:Q1\n")
    assert findings == []
    assert linkset is not None
    assert linkset.links[0].reviewer == "Ms Lin"


def test_digest_is_of_the_links_not_of_their_order(tmp_path: Path) -> None:
    other = ROW.replace("Q1867", "Q1")
    one, _ = _read(tmp_path, META + HEADER + ROW + other)
    two, _ = _read(tmp_path, META + HEADER + other + ROW)
    three, _ = _read(tmp_path, META + HEADER + other)
    assert one is not None
    assert two is not None
    assert three is not None
    assert one.digest == two.digest != three.digest


def test_subjects_must_be_known(tmp_path: Path) -> None:
    linkset, _ = _read(tmp_path, META + HEADER + ROW)
    assert linkset is not None
    findings = Findings()
    check_subjects([linkset], ["https://a.example/id/county/63000"], findings)
    assert len(findings) == 0
    check_subjects([linkset], [], findings)
    assert [(item.code, item.severity) for item in findings] == [("LOD7018", Severity.WARNING)]
