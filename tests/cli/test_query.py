"""`lod query`: SPARQL over the published release, in every form and format."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pyoxigraph
import pytest

Lod = Callable[..., CompletedProcess[str]]

LABEL = "SELECT ?label { <id/code/office/A> <http://www.w3.org/2004/02/skos/core#prefLabel> ?label }"


def test_select_relative_to_the_base(lod: Lod, published: Path) -> None:
    result = lod("query", LABEL, cwd=published)
    assert (result.returncode, result.stderr) == (0, "")
    header, *rows = result.stdout.splitlines()
    assert header == "?label"
    assert sorted(row.partition("@")[0] for row in rows) == ['"Planning Division"', '"綜合規劃組"']


def test_csv_and_json(lod: Lod, published: Path) -> None:
    csv = lod("query", LABEL, "--format", "csv", cwd=published)
    assert sorted(csv.stdout.split("\n")) == ["", "Planning Division", "label", "綜合規劃組"]
    found = json.loads(lod("query", LABEL, "--format", "json", cwd=published).stdout)
    assert len(found["results"]["bindings"]) == 2


@pytest.mark.parametrize("form", ["CONSTRUCT { ?s ?p ?o } WHERE", "DESCRIBE ?s"])
def test_graphs(form: str, lod: Lod, published: Path) -> None:
    result = lod("query", f"{form} {{ ?s ?p ?o FILTER(?s = <id/code/office/A>) }}", "--format", "nt", cwd=published)
    triples = list(pyoxigraph.parse(result.stdout, format=pyoxigraph.RdfFormat.N_TRIPLES))
    assert {str(triple.subject) for triple in triples} == {"<https://lod.example.org/id/code/office/A>"}
    assert len(triples) >= 6


def test_ask_from_a_file_and_from_standard_input(lod: Lod, published: Path) -> None:
    (published / "is-there.rq").write_text("ASK { <id/code/office/A> ?p ?o }")
    assert lod("query", "is-there.rq", cwd=published).stdout.strip() == "true"
    result = subprocess.run(
        [sys.executable, "-m", "lod", "query", "-"],
        input="ASK { <id/code/office/Z> ?p ?o }",
        cwd=published,
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.strip() == "false"


def test_format_that_does_not_fit(lod: Lod, published: Path) -> None:
    result = lod("query", "ASK {}", "--format", "ttl", cwd=published)
    assert result.returncode == 1
    assert "error LOD5016" in result.stderr


def test_reader_that_goes_away(published: Path) -> None:
    """`lod query … | head` ends quietly."""
    command = f"{sys.executable} -m lod query 'SELECT * {{ ?s ?p ?o . ?a ?b ?c }}' | head -1"
    result = subprocess.run(["/bin/sh", "-c", command], cwd=published, capture_output=True, text=True, check=False)
    assert result.stdout == "?s\t?p\t?o\t?a\t?b\t?c\n" or sorted(result.stdout.strip().split("\t")) == [
        "?a",
        "?b",
        "?c",
        "?o",
        "?p",
        "?s",
    ]
    assert "Traceback" not in result.stderr
    assert "LOD0001" not in result.stderr


@pytest.mark.parametrize(
    "command", [("query", "SELECT * { ?s ?p ?o }"), ("releases", "--format", "json"), ("explain",)]
)
def test_an_answer_that_the_disk_does_not_take(published: Path, command: tuple[str, ...]) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "lod", *command],
            cwd=published,
            env={**os.environ, "LOD_LANG": "en"},
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.startswith("error LOD0005 No space left on device")
    assert "Traceback" not in done.stderr
