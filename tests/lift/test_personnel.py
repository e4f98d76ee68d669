"""The common workload, against a lift that was written by hand, and every character there is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lod.diagnostics import Findings
from lod.lift.run import lift_files
from lod.rdf.iris import iri_safe
from lod.rdf.nquads import escape


@pytest.mark.suite
def test_same_triples_as_the_reference(shared: Path, tmp_path: Path) -> None:
    bench = shared / "bench"
    table, reference = tmp_path / "personnel.csv", tmp_path / "reference.nt"
    subprocess.run([sys.executable, bench / "gen_personnel.py", "10000", table], check=True)
    subprocess.run([sys.executable, bench / "reference_lift.py", table, reference], check=True)
    result = lift_files(
        [bench / "personnel.yarrrml.yml"], tmp_path / "out.nq", tables=tmp_path, findings=(findings := Findings())
    )
    assert findings.errors == []
    with (tmp_path / "out.nq").open("rb") as made, reference.open("rb") as expected:
        lines = made.readlines()
        assert sorted(lines) == sorted(set(expected.readlines()))
    assert result.statements == len(lines) == 118_540
    assert result.by_triples_map == {"observation": 118_528, "agency": 2, "rank": 10}


def test_every_character_is_encoded_as_it_should_be(tmp_path: Path) -> None:
    """All code points but NUL and the surrogates, through the engine and through `lod.rdf`."""
    points = [n for n in range(1, 0x110000) if not 0xD800 <= n <= 0xDFFF]
    cells = ["".join(map(chr, points[start : start + 200])) for start in range(0, len(points), 200)]
    quoted = "".join(f'{n},"{cell.replace(chr(34), chr(34) * 2)}"\n' for n, cell in enumerate(cells))
    (tmp_path / "t.csv").write_bytes(f"id,text\n{quoted}".encode())
    (tmp_path / "m.yarrrml.yml").write_text(
        "prefixes: {ex: 'https://example.org/'}\n"
        "mappings: {t: {sources: [['t.csv~csv']], s: 'ex:$(id)', po: [[ex:p, ex:$(text)~iri], [ex:q, $(text)]]}}\n"
    )
    lift_files([tmp_path / "m.yarrrml.yml"], tmp_path / "out.nq", findings=Findings())
    with (tmp_path / "out.nq").open(encoding="utf-8", newline="\n") as file:
        lines = set(file)
    ex = "https://example.org/"
    assert lines == {f"<{ex}{n}> <{ex}p> <{ex}{iri_safe(cell)}> .\n" for n, cell in enumerate(cells)} | {
        f'<{ex}{n}> <{ex}q> "{escape(cell)}" .\n' for n, cell in enumerate(cells)
    }
