"""The W3C SHACL test suite through `validate_files`: what `lod validate` runs.

https://w3c.github.io/data-shapes/data-shapes-test-suite/
A test passes when `sh:conforms` and the results agree: focus node, path, value, severity, component, source shape.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import rdflib
from rdflib.term import Node

from lod.diagnostics import Findings, FindingsError
from lod.rdf.parse import parse_document
from lod.validation.files import validate_files
from lod.validation.graphs import to_rdflib, to_term
from lod.validation.processors.processor import ValidationFailed
from lod.validation.report import ValidationReport
from lod.validation.shapes.paths import written_path

MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")
SHT = rdflib.Namespace("http://www.w3.org/ns/shacl-test#")

Row = tuple[str, ...]


def _graph(path: Path) -> rdflib.Graph:
    document, graph = parse_document(path, Findings()), rdflib.Graph()
    assert document
    to_rdflib(document.quads, graph)
    return graph


def cases(shared: Path) -> dict[str, Path]:
    """The tests of the suite by name."""
    folder = shared / "suites" / "shacl" / "data-shapes-test-suite" / "tests"
    return {path.relative_to(folder).as_posix(): path for path in _files(folder)}


def _files(folder: Path) -> list[Path]:
    found, waiting = [], [folder / "manifest.ttl"]
    while waiting:
        path = waiting.pop()
        graph = _graph(path)
        waiting += [Path(str(file).removeprefix("file://")) for file in graph.objects(None, MF.include)]
        found += [path] if (None, rdflib.RDF.type, SHT.Validate) in graph else []
    return sorted(found)


def _plain(node: Node | None) -> str:
    return "" if node is None else "_" if isinstance(node, rdflib.BNode) else str(to_term(node))


def _expected(graph: rdflib.Graph, report: Node) -> Counter[Row]:
    rows: Counter[Row] = Counter()
    for result in graph.objects(report, SH.result):
        path = graph.value(result, SH.resultPath)
        rows[
            (
                _plain(graph.value(result, SH.focusNode)),
                "" if path is None else written_path(graph, path),
                _plain(graph.value(result, SH.value)),
                str(graph.value(result, SH.resultSeverity)),
                str(graph.value(result, SH.sourceConstraintComponent)),
                _plain(graph.value(result, SH.sourceShape)),
            )
        ] += 1
    return rows


def _found(report: ValidationReport) -> Counter[Row]:
    def plain(term: object) -> str:
        return "" if term is None else "_" if str(term).startswith("_:") else str(term)

    return Counter(
        (plain(r.focus_node), r.path, plain(r.value), r.severity, r.component, plain(r.source_shape))
        for r in report.results
    )


def fault(path: Path, processor: str = "auto") -> str:
    """'' if the test passes, else what is wrong."""
    graph = _graph(path)
    entry = next(iter(graph.subjects(rdflib.RDF.type, SHT.Validate)))
    action, expected = graph.value(entry, MF.action), graph.value(entry, MF.result)
    files = [Path(str(graph.value(action, p)).removeprefix("file://")) for p in (SHT.dataGraph, SHT.shapesGraph)]
    try:
        report = validate_files(files[:1], files[1:], Findings(), processor=processor)
    except (FindingsError, ValidationFailed) as error:
        return "" if expected == SHT.Failure else f"failed: {error}"
    if expected == SHT.Failure:
        return "must fail, but made a report"
    assert expected is not None
    conforms = graph.value(expected, SH.conforms)
    assert isinstance(conforms, rdflib.Literal)
    if report.conforms is not bool(conforms.value):
        return f"conforms: {report.conforms}"
    wanted, found = _expected(graph, expected), _found(report)
    return "" if wanted == found else f"missing {wanted - found}, too much {found - wanted}"
