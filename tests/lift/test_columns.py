"""However few or many values a column has, and however many of them change, its cells enter terms encoded alike."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from lod.diagnostics import Findings, FindingsError
from lod.lift.engines import columns
from lod.lift.run import lift_files
from lod.rdf.iris import iri_safe
from lod.rdf.nquads import escape

MAPPING = """
prefixes: {ex: 'https://example.org/'}
mappings:
  things:
    sources: [['things.csv~csv']]
    s: ex:$(key)
    po: [[ex:text, $(text)], [ex:link, 'https://example.org/v/$(text)~iri'], [ex:count, $(count), xsd:integer]]
"""
SIGNS = [
    "65+",
    "a b",
    'say "x"',
    "back\\slash",
    "臺北市",
    "100%",
    "tab\there",
    "line\nend",
    "ü",
    "𠀀",
    "\x7f",
    "\u200b",
    "e\u0301",
]


def lifted(folder: Path, texts: list[str], counts: list[str] | None = None) -> list[str]:
    """The output's lines."""
    with (folder / "things.csv").open("w", encoding="utf-8", newline="") as file:
        rows = zip(range(len(texts)), texts, counts or ["1"] * len(texts), strict=True)
        csv.writer(file).writerows([("key", "text", "count"), *rows])
    (folder / "m.yarrrml.yml").write_text(MAPPING)
    lift_files([folder / "m.yarrrml.yml"], folder / "out.nq", findings=Findings())
    return sorted((folder / "out.nq").read_text(encoding="utf-8").split("\n")[:-1])


def expected(texts: list[str]) -> list[str]:
    """The same by hand."""
    ex, found = "https://example.org/", []
    for key, text in enumerate(texts):
        found.append(f'<{ex}{key}> <{ex}count> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .')
        if text:
            found += [
                f'<{ex}{key}> <{ex}text> "{escape(text)}" .',
                f"<{ex}{key}> <{ex}link> <{ex}v/{iri_safe(text)}> .",
            ]
    return sorted(found)


@pytest.mark.parametrize(
    "texts",
    [
        ["A", "B", "A", ""] * 20,  # nothing changes
        [*SIGNS, "A", ""] * 10,  # few values change: they are listed
        [f"{sign}{n}" for sign in SIGNS for n in range(10)],  # too many to be listed
        [*(f"A{n}" for n in range(2100)), *SIGNS],  # the first rows have nothing to encode, the last have
    ],
)
@pytest.mark.parametrize("few", [20_000, 0])
def test_cells_are_encoded_alike(tmp_path: Path, texts: list[str], few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "_FEW", few)  # 0: every column counts as one of many values
    assert lifted(tmp_path, texts) == expected(texts)


def test_a_wrong_value_is_found_among_few_and_among_many(tmp_path: Path) -> None:
    for good in (["1"] * 99, [str(n) for n in range(30_000)]):
        counts = [*good, "n/a"]
        with pytest.raises(FindingsError) as caught:
            lifted(tmp_path, ["A"] * len(counts), counts)
        assert [each.code for each in caught.value.diagnostics if each.code != "LOD4002"] == ["LOD4003"]
        assert f"1 of {len(counts)} values is no xsd:integer: 'n/a'" in str(caught.value.diagnostics)
