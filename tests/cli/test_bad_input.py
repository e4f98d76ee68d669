"""Mistakes that people make: each is told by code, place and hint, and nothing that is published changes."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from lod.release.lock import exclusive

Lod = Callable[..., CompletedProcess[str]]

MAPPING = "mappings/staff.yarrrml.yml"


def replace(file: str, old: str, new: str) -> Callable[[Path], None]:
    """Damage: a text in a file becomes another."""

    def damage(project: Path) -> None:
        text = (project / file).read_text(encoding="utf-8")
        assert old in text
        (project / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return damage


def write(file: str, content: bytes) -> Callable[[Path], None]:
    """Damage: a file gets other content."""

    def damage(project: Path) -> None:
        (project / file).write_bytes(content)

    return damage


def encode(file: str, encoding: str) -> Callable[[Path], None]:
    """Damage: a file is saved in another encoding."""

    def damage(project: Path) -> None:
        text = (project / file).read_text(encoding="utf-8")
        (project / file).write_bytes(text.encode(encoding))

    return damage


def remove(file: str) -> Callable[[Path], None]:
    """Damage: a file is gone."""

    def damage(project: Path) -> None:
        (project / file).unlink()

    return damage


@dataclass(frozen=True)
class Case:
    """One mistake: how it is made, and what must be said."""

    name: str
    damage: Callable[[Path], None]
    code: str
    place: str
    hint: str
    exit_code: int = 1


CASES = (
    Case(
        "misspelt key in a mapping",
        replace(MAPPING, "sources:", "suorces:"),
        "LOD3003",
        f"{MAPPING}:17:5",
        "did you mean 'sources'?",
    ),
    Case(
        "misspelt key in lod.toml",
        replace("lod.toml", "base_iri", "base_uri"),
        "LOD1003",
        "lod.toml:12:1",
        "did you mean 'base_iri'?",
    ),
    Case(
        "undeclared prefix",
        replace(MAPPING, "skos:notation", "skso:notation"),
        "LOD3006",
        f"{MAPPING}:36:10",
        "did you mean 'skos'?",
    ),
    Case(
        "column that the table lacks",
        replace(MAPPING, "$(headcount)", "$(headcuont)"),
        "LOD4001",
        f"{MAPPING}:26:33",
        "did you mean 'headcount'?",
    ),
    Case(
        "YAML syntax",
        replace(MAPPING, "['office.csv~csv']", "['office.csv~csv'"),
        "LOD3001",
        f"{MAPPING}:31:5",
        "not closed with",
    ),
    Case("missing table", remove("tables/office.csv"), "LOD2001", f"{MAPPING}:30:11", "staff.csv"),
    Case("missing mapping", remove(MAPPING), "LOD1006", "lod.toml:", ""),
    Case("ragged row", replace("tables/staff.csv", "2022,B,M,12", "2022,B,M,1,2"), "LOD2004", "row 5", "in quotes"),
    Case("NUL byte", replace("tables/staff.csv", "2022,B,M,12", "2022,B,M,1\x002"), "LOD2003", "row 5", "NUL"),
    Case("wrong encoding", encode("tables/office.csv", "cp950"), "LOD2002", "row 2", "encoding: big5"),
    Case(
        "value that its datatype refuses",
        replace("tables/staff.csv", "2022,B,M,12", "2022,B,M,twelve"),
        "LOD4003",
        "staff.csv, row 5, column headcount",
        "xsd:integer is written like 12",
    ),
    Case(
        "illegal IRI",
        replace(MAPPING, "s: id/code/office/$(code)", "s: $(label_en)"),
        "LOD4004",
        "office.csv, row 2, column label_en",
        "template",
    ),
    Case("empty table", write("tables/office.csv", b""), "LOD2007", f"{MAPPING}:30:11", "a header and a row"),
    Case(
        "zero triples",
        write("tables/office.csv", b"code,label_zh,label_en\n,x,y\n"),
        "LOD4005",
        f"{MAPPING}:28:3",
        "'code', which is empty in every row",
    ),
    Case(
        "shape violation",
        replace("tables/staff.csv", "2022,B,M,12", "2022,D,M,12"),
        "LOD6001",
        "staff.csv, row 5, column office",
        "broken rule: Class",
        exit_code=3,  # a gate
    ),
)


@pytest.fixture
def project(published: Path) -> Path:
    """A published project to damage."""
    return published


def fingerprint(project: Path) -> dict[str, str]:
    """The pointer and every file of the published release, by digest."""
    releases = project / "releases"
    current = (releases / "current").read_text().strip()
    files = [releases / "current", *(releases / current).rglob("*")]
    return {str(p.relative_to(releases)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files if p.is_file()}


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_mistake(case: Case, project: Path, lod: Lod) -> None:
    before = fingerprint(project)
    case.damage(project)

    result = lod("build", "--publish", cwd=project)

    assert result.returncode == case.exit_code, result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    complaint = re.search(rf"^(.*): error {case.code} .*\n(?:(?!\n).*\n)*", result.stderr, flags=re.MULTILINE)
    assert complaint, result.stderr
    assert case.place in complaint[1]
    assert case.hint in complaint[0]
    assert len(before) > 3
    assert fingerprint(project) == before


# One of each kind: in the project file, in a mapping, in a cell, at a gate
IN_JSON = [case for case in CASES if case.code in ("LOD1003", "LOD3006", "LOD4003", "LOD6001")]


@pytest.mark.parametrize("case", IN_JSON, ids=[case.name for case in IN_JSON])
def test_mistake_as_json(case: Case, project: Path, lod: Lod) -> None:
    case.damage(project)
    result = lod("build", "--format", "json", cwd=project)
    assert result.returncode == case.exit_code
    assert result.stderr == ""
    report = json.loads(result.stdout)
    found = [item for item in report["findings"] if item["code"] == case.code]
    assert found
    assert report["errors"] >= 1
    assert found[0]["severity"] == "error"
    assert found[0]["origin"] is not None


# What `lod check` finds without reading a row
CHECKED = [case for case in CASES if case.code[:4] in ("LOD1", "LOD3") or case.code in ("LOD4001", "LOD2001")]


@pytest.mark.parametrize("case", CHECKED, ids=[case.name for case in CHECKED])
def test_check_finds_it_too(case: Case, project: Path, lod: Lod) -> None:
    case.damage(project)
    result = lod("check", cwd=project)
    assert result.returncode == 1
    assert f"error {case.code}" in result.stdout  # findings are what was asked for
    assert "Traceback" not in result.stderr


def test_nothing_wrong(project: Path, lod: Lod) -> None:
    result = lod("check", cwd=project)
    assert (result.returncode, result.stdout, result.stderr) == (
        0,
        "",
        "No findings; --rows would read the tables, too.\n",
    )


def test_all_mistakes_in_one_pass(project: Path, lod: Lod) -> None:
    for case in CASES[:4]:
        if case.code != "LOD1003":  # without lod.toml nothing else is known
            case.damage(project)
    result = lod("check", "--format", "json", cwd=project)
    assert {"LOD3003", "LOD3006"} <= {item["code"] for item in json.loads(result.stdout)["findings"]}


def test_second_build_at_the_same_time(project: Path, lod: Lod) -> None:
    before = fingerprint(project)
    with exclusive(project / "releases", "build"):
        result = lod("build", "--publish", cwd=project)
    assert result.returncode == 1
    assert "error LOD8005" in result.stderr
    assert "build, process" in result.stderr
    assert "Traceback" not in result.stderr
    assert fingerprint(project) == before


def test_port_taken(project: Path, lod: Lod) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = lod("serve", "--port", port, cwd=project)
    assert result.returncode == 2
    assert result.stderr == (
        f"error LOD0002 port {port} of 127.0.0.1 is taken\n"
        f"   = hint: something listens there already; choose another port: --port {port + 1}\n"
    )


def test_address_of_another_machine(project: Path, lod: Lod) -> None:
    result = lod("serve", "--host", "192.0.2.1", cwd=project)
    assert result.returncode == 2
    assert "error LOD0004 cannot listen on 192.0.2.1:8080" in result.stderr


def current_store(project: Path) -> Path:
    return project / "releases" / (project / "releases" / "current").read_text().strip() / "store"


@pytest.mark.parametrize("arguments", [("serve", "--port", "0"), ("query", "ASK {}"), ("doctor",)])
def test_store_missing(arguments: tuple[str, ...], project: Path, lod: Lod) -> None:
    shutil.rmtree(current_store(project))
    result = lod(*arguments, cwd=project)
    assert result.returncode == 1
    said = result.stdout + result.stderr
    assert "is missing" in said
    assert "lod rollback" in said
    assert "Traceback" not in said
    assert "LOD0001" not in said


@pytest.mark.parametrize("arguments", [("publish",), ("rollback",), ("doctor",)])
def test_store_damaged(arguments: tuple[str, ...], project: Path, lod: Lod) -> None:
    files = sorted(current_store(project).rglob("*.sst"))
    file = files[0]
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.chmod(0o644)
    file.write_bytes(content)
    if arguments != ("doctor",):
        arguments = (*arguments, *(["--to"] if arguments == ("rollback",) else []), current_store(project).parent.name)
    result = lod(*arguments, cwd=project)
    assert result.returncode == 1
    assert "has other content" in result.stdout + result.stderr
    assert "Traceback" not in result.stderr


def test_nothing_published(lod: Lod, tmp_path: Path) -> None:
    assert lod("init", "statistics", cwd=tmp_path).returncode == 0
    for command in (("serve", "--port", "0"), ("query", "ASK {}")):
        result = lod(*command, cwd=tmp_path / "statistics")
        assert result.returncode == 1
        assert "error LOD8004 nothing is published" in result.stderr
        assert "lod build --publish" in result.stderr


def test_files_that_are_not_there(lod: Lod, project: Path) -> None:
    for arguments in (
        ("lift", "mappings/staf.yarrrml.yml", "-o", "x.nq"),
        ("validate", "ontologies/stff.ttl", "--shapes", "shapes/staff.ttl"),
        ("preview", "mappings/staf.yarrrml.yml"),
        ("check", "mappings/staf.yarrrml.yml"),
        ("query", "staf.rq"),
        ("build", "--project", "elsewhere"),
        ("check", "--project", "elsewhere"),
    ):
        result = lod(*arguments, cwd=project)
        assert result.returncode == 2, arguments
        assert "error LOD0003 no file" in result.stderr


@pytest.mark.parametrize(
    ("query", "code", "said"),
    [
        ("SELECT * { ?s ?p }", "LOD5010", "query:1:"),
        ("SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", "LOD5014", "query:1:12"),
        ("DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", "LOD5015", "query:1:1"),
    ],
)
def test_query_that_is_refused(query: str, code: str, said: str, project: Path, lod: Lod) -> None:
    result = lod("query", query, cwd=project)
    assert result.returncode == 1
    assert re.match(rf"{said}\d*: error {code} ", result.stderr), result.stderr
    assert f" 1 | {query}\n" in result.stderr
    assert "^" in result.stderr
    assert result.stdout == ""
