"""The RML test suites: https://github.com/kg-construct/rml-core, rml-io and rml-fnml, lifted as `lod lift` does it."""

from __future__ import annotations

import gzip
import json
import lzma
import re
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph

from lod.diagnostics import Findings, FindingsError
from lod.errors import LodError
from lod.lift.run import lift_files

SUITES = ("rml-core", "rml-io", "rml-fnml")
BASE = "http://example.com/"

# RMLTTC0004a to 0006e differ in nothing but how the output is written. One half of their expected files has the ages
# of Friends.json as xsd:integer, which is the natural datatype of a JSON number (RML-Core, and RML-IO's JSONPath), the
# other half as plain strings, as legacy RML had them. No processor passes both. `is_only_datatypes` proves it of each:
# our output is the expected one but for that datatype.
STALE = "the expected file has JSON's numbers as plain strings, where RMLTTC0004d and RML-Core have xsd:integer"
NOT_EXPECTED = {
    "RMLSTC0003": "results in CSV have no types and the file has plain strings; xsd:integer is expected",
    "RMLSTC0006a": "a database ($CONNECTIONDSN) that the suite lacks; passed by tests/lift/test_rml_databases.py",
    "RMLTTC0004a": STALE,
    "RMLTTC0004c": STALE,
    "RMLTTC0004f": STALE,
    "RMLTTC0004g": STALE,
    "RMLTTC0005b": STALE,
    **{f"RMLTTC0006{letter}": STALE for letter in "bcde"},
}
"""Cases that are not passed, each with its reason."""

GROUPS = {
    "rml-io": {
        "source: CSV": ("RMLSTC0007b", "RMLSTC0008", "RMLSTC0009", "RMLSTC0010"),
        "source: JSON": ("RMLSTC0007a", "RMLSTC0011"),
        "source: encodings": ("RMLSTC0001",),
        "source: compression": ("RMLSTC0002",),
        "source: nulls": ("RMLSTC0004",),
        "source: paths": ("RMLSTC0006b",),
        "source: XML": ("RMLSTC0007c", "RMLSTC0007d", "RMLSTC0012"),
        "source: databases, SPARQL": ("RMLSTC0003", "RMLSTC0006a"),
        "target: N-Quads": ("RMLTTC0000", "RMLTTC0001", "RMLTTC0002", "RMLTTC0003", "RMLTTC0004d", "RMLTTC0007"),
        "target: N-Triples, Turtle": ("RMLTTC0004c", "RMLTTC0004g"),
        "target: others": ("RMLTTC0004",),
        "target: encodings": ("RMLTTC0005",),
        "target: compression": ("RMLTTC0006",),
    }
}
"""The parts of a suite that are counted apart: beginnings of cases' names, the first that fits."""

_FORMATS = {
    "nq": pyoxigraph.RdfFormat.N_QUADS,
    "nt": pyoxigraph.RdfFormat.N_TRIPLES,
    "ttl": pyoxigraph.RdfFormat.TURTLE,
    "n3": pyoxigraph.RdfFormat.N3,
    "jsonld": pyoxigraph.RdfFormat.JSON_LD,
    "rdfxml": pyoxigraph.RdfFormat.RDF_XML,
}


_STRING = "http://www.w3.org/2001/XMLSchema#string"
_INTEGER = pyoxigraph.NamedNode("http://www.w3.org/2001/XMLSchema#integer")


@dataclass(frozen=True)
class Case:
    """One folder of a suite. Without an expected output an error is expected."""

    suite: str
    name: str
    folder: Path
    output: Path | None
    targets: tuple[Path, ...]


def group(suite: str, name: str) -> str:
    """The part of its suite that a case is counted in, '' for none."""
    return next((part for part, begins in GROUPS.get(suite, {}).items() if name.startswith(begins)), "")


def cases(shared: Path, suite: str) -> list[Case]:
    """The cases of a suite, in their order."""
    folder = shared / "suites" / suite / "test-cases"
    return [_case(suite, each) for each in sorted(folder.iterdir()) if (each / "mapping.ttl").is_file()]


def _case(suite: str, folder: Path) -> Case:
    outputs = [path for name in ("output.nq", "default.nq") if (path := folder / name).is_file()]
    targets = tuple(sorted(folder.glob("dump*")))
    return Case(suite, folder.name, folder, outputs[0] if outputs else None, targets)


def fault(case: Case, work: Path, engine: str = "duckdb") -> str:
    """What is wrong with our answer to a case, '' if nothing is. `work` is an empty folder."""
    out = work / "out.nq"
    findings = Findings()
    try:
        mapping = [case.folder / "mapping.ttl"]
        lift_files(mapping, out, base_iri=BASE, engine=engine, threads=1, findings=findings, targets=work)
    except FindingsError as error:
        told = "; ".join(f"{each.code} {each.message}" for each in error.diagnostics[:2])
        return f"refused: {told}" if case.output else ""
    except LodError as error:
        return f"{error.code} {error.message}" if case.output else ""
    if case.output is None:
        return "an error is expected, none was found"
    pairs = [(case.output, out), *((target, work / target.name) for target in case.targets)]
    return next((wrong for expected, made in pairs if (wrong := _difference(expected, made))), "")


def is_only_datatypes(case: Case, work: Path) -> bool:
    """Whether our answer, made before in `work`, is the expected one but for integers that are strings there."""
    if case.output is None:
        return False
    pairs = [(case.output, work / "out.nq"), *((target, work / target.name) for target in case.targets)]
    return all(
        made.is_file() and _dataset(expected, untyped=True) == _dataset(made, untyped=True) for expected, made in pairs
    )


def _difference(expected: Path, made: Path) -> str:
    if not made.is_file():
        return f"{made.name} is not written"
    want, have = _dataset(expected), _dataset(made)
    if want == have:
        return ""
    missing, surplus = sorted(map(str, set(want) - set(have)))[:1], sorted(map(str, set(have) - set(want)))[:1]
    return f"{made.name} differs: {len(have)} statements, expected {len(want)}; missing {missing}, surplus {surplus}"


def _dataset(path: Path, *, untyped: bool = False) -> pyoxigraph.Dataset:
    text = _text(path)
    ending = re.sub(r"(\.tar)?\.(gz|xz|zip)$", "", path.name).rpartition(".")[2]
    if ending == "rdfjson":
        quads: Iterator[pyoxigraph.Quad] = _rdf_json(text)
    else:
        quads = pyoxigraph.parse(text, format=_FORMATS[ending], base_iri=BASE, lenient=True)
    dataset = pyoxigraph.Dataset(map(_without_integers, quads) if untyped else quads)
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.UNSTABLE)
    return dataset


def _rdf_json(text: str) -> Iterator[pyoxigraph.Quad]:
    """RDF/JSON of IRIs and literals. RMLTTC0004e has numbers for values, which have to be strings: read as integers."""
    for subject, properties in json.loads(text).items():
        for predicate, values in properties.items():
            for each in values:
                kind = (
                    _INTEGER if isinstance(each["value"], int) else pyoxigraph.NamedNode(each.get("datatype", _STRING))
                )
                literal = pyoxigraph.Literal(str(each["value"]), datatype=kind)
                value = pyoxigraph.NamedNode(each["value"]) if each["type"] == "uri" else literal
                yield pyoxigraph.Quad(pyoxigraph.NamedNode(subject), pyoxigraph.NamedNode(predicate), value)


def _without_integers(quad: pyoxigraph.Quad) -> pyoxigraph.Quad:
    value = quad.object
    if not isinstance(value, pyoxigraph.Literal) or value.datatype != _INTEGER:
        return quad
    return pyoxigraph.Quad(quad.subject, quad.predicate, pyoxigraph.Literal(value.value), quad.graph_name)


def _text(path: Path) -> str:
    data = _unpacked(path)
    return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8")


def _unpacked(path: Path) -> bytes:
    name = path.name
    if name.endswith((".tar.gz", ".tar.xz")):
        with tarfile.open(path) as archive:
            member = archive.extractfile(archive.getmembers()[0])
            assert member
            return member.read()
    if name.endswith(".zip"):
        with zipfile.ZipFile(path) as archive:
            return archive.read(archive.namelist()[0])
    if name.endswith(".gz"):
        return gzip.decompress(path.read_bytes())
    return lzma.decompress(path.read_bytes()) if name.endswith(".xz") else path.read_bytes()
