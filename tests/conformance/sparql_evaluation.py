"""The W3C's tests of query evaluation, result formats and service description, over HTTP.

A query is judged by its solutions as a multiset of terms, blank nodes up to renaming; a graph by isomorphism. Numbers
and times are compared by value ("1.0"^^xsd:decimal is "1"^^xsd:decimal), as the store keeps them.
"""

from __future__ import annotations

import csv
import http.client
import io
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyoxigraph
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
)
from rdflib import RDF, Graph, Namespace
from sparql_suite import MF, Desk, items, running, seal

QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
SD = "http://www.w3.org/ns/sparql-service-description#"
RS = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")
_BASE = "http://www.w3.org/2009/sparql/docs/tests/data-sparql11/"
_EVALUATED = (
    "aggregates", "bind", "bindings", "cast", "construct", "exists", "functions", "grouping", "negation",
    "project-expression", "property-path", "subquery",
)  # fmt: skip
_RESULTS = ("csv-tsv-res", "json-res")


@dataclass(frozen=True)
class Case:
    """One query, the data that it asks, and the file with the expected results."""

    name: str
    folder: Path
    query: Path
    data: tuple[tuple[Path, str | None], ...]  # file, and the named graph that it makes
    result: Path

    @property
    def base(self) -> str:
        """What relative IRIs of the case are resolved against."""
        return f"{_BASE}{self.folder.name}/"


def cases(shared: Path, folders: tuple[str, ...]) -> Iterator[Case]:
    """The evaluation tests of some folders of the suite."""
    for name in folders:
        folder = shared / "suites" / "sparql11" / "sparql" / "sparql11" / name
        manifest = Graph().parse(folder / "manifest.ttl", publicID=f"{_BASE}{name}/manifest")
        root = manifest.value(predicate=RDF.type, object=MF.Manifest)

        def file(node: object, inside: Path = folder) -> Path:
            return inside / str(node).rpartition("/")[2]

        for entry in items(manifest, manifest.value(root, MF.entries)):
            if manifest.value(entry, RDF.type) not in (MF.QueryEvaluationTest, MF.CSVResultFormatTest):
                continue
            action, result = manifest.value(entry, MF.action), manifest.value(entry, MF.result)
            data = [(file(one), None) for one in manifest.objects(action, QT.data)]
            named = [(file(one), str(one)) for one in manifest.objects(action, QT.graphData)]
            query = file(manifest.value(action, QT.query))
            yield Case(str(entry).rpartition("#")[2], folder, query, (*data, *named), file(result))


def evaluation(shared: Path) -> Iterator[tuple[str, str]]:
    """Query evaluation: names and what is wrong.

    Every test in the folders of query evaluation: 225 with solutions or a graph, and 9 queries that are to be refused.
    """
    yield from _judged(cases(shared, _EVALUATED))
    yield from _read(shared, _EVALUATED)


def syntax(shared: Path) -> Iterator[tuple[str, str]]:
    """Query syntax: names and what is wrong. A good query is answered, or calls a function that nobody
    has (501); a bad one gets 400.
    """
    yield from _read(shared, ("syntax-query",))


def _read(shared: Path, folders: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    with running() as desk, tempfile.TemporaryDirectory() as scratch:
        desk.served = seal(Path(scratch) / "release", [], _BASE)
        for name in folders:
            folder = shared / "suites" / "sparql11" / "sparql" / "sparql11" / name
            manifest = Graph().parse(folder / "manifest.ttl", publicID=f"{_BASE}{name}/manifest")
            for kind, is_good in ((MF.PositiveSyntaxTest11, True), (MF.NegativeSyntaxTest11, False)):
                for entry in sorted(manifest.subjects(RDF.type, kind), key=str):
                    file = folder / str(manifest.value(entry, MF.action)).rpartition("/")[2]
                    status, _, body = get(desk, f"/sparql?query={quote(file.read_text(encoding='utf-8'))}", "*/*")
                    right = status in (200, 501) if is_good else status == 400
                    wrong = "" if right else f"status {status}: {body[:200].decode(errors='replace')}"
                    yield f"{name}/{str(entry).rpartition('#')[2]}", wrong


def results(shared: Path) -> Iterator[tuple[str, str]]:
    """Result formats, asked for by the format of the expected results: names and what is wrong."""
    yield from _judged(cases(shared, _RESULTS))


def _judged(found: Iterator[Case]) -> Iterator[tuple[str, str]]:
    def asked(case: Case) -> tuple[str, str]:
        return case.base, str(case.data)

    with running() as desk, tempfile.TemporaryDirectory() as scratch:
        for number, (_, same) in enumerate(groupby(sorted(found, key=asked), asked)):
            for nth, case in enumerate(same):
                if nth == 0:  # one release for all queries of the same data
                    desk.served = seal(Path(scratch) / str(number), _loaded(case), case.base)
                yield f"{case.folder.name}/{case.name}", fault(desk, case)


def _loaded(case: Case) -> pyoxigraph.Store:
    """The data that a query asks."""
    store = pyoxigraph.Store()
    for file, name in case.data:
        graph = DefaultGraph() if name is None else NamedNode(name)
        syntax = RdfFormat.from_extension(file.suffix[1:]) or RdfFormat.TURTLE
        store.load(path=str(file), format=syntax, base_iri=name or case.base + file.name, to_graph=graph)
    return store


def get(desk: Desk, path: str, accept: str) -> tuple[int, str, bytes]:
    """Status, media type and body of a GET request."""
    connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=40)
    try:
        connection.request("GET", path, headers={"accept": accept})
        answer = connection.getresponse()
        return answer.status, (answer.getheader("content-type") or "").partition(";")[0], answer.read()
    finally:
        connection.close()


def fault(desk: Desk, case: Case) -> str:
    """What is wrong with the answer to one query; '' if nothing is."""
    suffix = case.result.suffix[1:]
    is_table = suffix in ("srx", "srj", "csv", "tsv")
    is_set = not is_table and "ResultSet" in case.result.read_text(encoding="utf-8")
    if is_table:
        accept = str(QueryResultsFormat.from_extension(suffix).media_type)  # type: ignore[union-attr]
    else:
        accept = "application/sparql-results+json" if is_set else "application/n-triples"
    query = case.query.read_text(encoding="utf-8")
    status, media_type, body = get(desk, f"/sparql?query={quote(query)}", accept)
    if status != 200:
        return f"status {status}: {body[:200].decode(errors='replace')}"
    if media_type != accept.partition(";")[0]:
        return f"{media_type}, not {accept}"
    if suffix == "csv":
        told = case.result.read_text(encoding="utf-8")
        return "" if _csv(body.decode()) == _csv(told) else f"other rows: {body.decode()[:200]}"
    if is_table:
        kind = QueryResultsFormat.from_media_type(media_type)
        assert kind is not None
        return _compare(body, kind, case.result.read_bytes())
    if is_set:
        return _compare_with_set(body, case.result, case.base)
    told_graph = _triples(case.result.read_bytes(), case.result, case.base)
    return "" if _canonical(_triples(body, Path("a.nt"), "")) == _canonical(told_graph) else "another graph"


def _csv(text: str) -> list[list[tuple[str, str]]]:
    """Rows by column, as a multiset: the order of columns and blank nodes' names are the writer's."""
    rows = csv.DictReader(io.StringIO(text))
    return sorted(sorted((name, _cell(cell)) for name, cell in row.items()) for row in rows)


def _cell(text: str) -> str:
    try:
        return str(float(text))
    except ValueError:
        return "_:" if text.startswith("_:") else text


def _compare(body: bytes, kind: QueryResultsFormat, expected: bytes) -> str:
    one: Any = pyoxigraph.parse_query_results(body, format=kind)
    other: Any = pyoxigraph.parse_query_results(expected, format=kind)
    if isinstance(one, QueryBoolean) and isinstance(other, QueryBoolean):
        return "" if bool(one) == bool(other) else f"{one}, not {other}"
    if not isinstance(one, QuerySolutions) or not isinstance(other, QuerySolutions):
        return "another form of answer"
    if {v.value for v in one.variables} != {v.value for v in other.variables}:
        return "other variables"
    same = _canonical(_as_graph(one)) == _canonical(_as_graph(other))
    return "" if same else "other solutions"


def _as_graph(found: QuerySolutions) -> list[Quad]:
    """Solutions as a graph: a blank node each, so that equal graphs are equal multisets."""
    quads = []
    for number, solution in enumerate(found):
        row = BlankNode(f"row{number}")
        quads.append(Quad(row, NamedNode(str(RDF.type)), NamedNode(str(RS.solution))))
        for variable in found.variables:
            value = solution[variable.value]
            if value is not None:
                quads.append(Quad(row, NamedNode(f"urn:variable:{variable.value}"), value))
    return quads


def _compare_with_set(body: bytes, file: Path, base: str) -> str:
    """Expected results as a graph of the DAWG's result-set vocabulary."""
    told = Graph().parse(file, publicID=base + file.name)
    truth = next(told.objects(None, RS.boolean), None)
    found = pyoxigraph.parse_query_results(body, format=QueryResultsFormat.JSON)
    if not isinstance(found, QuerySolutions):
        return "" if str(bool(found)).lower() == str(truth) else "not the truth"
    rows = []
    for solution in told.objects(None, RS.solution):
        pairs = {}
        for binding in told.objects(solution, RS.binding):
            value = told.value(binding, RS.value)
            pairs[str(told.value(binding, RS.variable))] = value.n3() if value is not None else ""
        rows.append(sorted(pairs.items()))
    names = [variable.value for variable in found.variables]
    have = [sorted((n, str(s[n])) for n in names if s[n] is not None) for s in found]
    return "" if sorted(rows) == sorted(have) else "other solutions"


def _triples(body: bytes, file: Path, base: str) -> list[Quad]:
    syntax = RdfFormat.from_extension(file.suffix[1:]) or RdfFormat.TURTLE
    return list(pyoxigraph.parse(body, format=syntax, base_iri=base or None))


def _canonical(quads: list[Quad]) -> str:
    by_value = pyoxigraph.Store()
    by_value.extend(quads)
    dataset = Dataset(by_value)
    dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return "\n".join(sorted(map(str, dataset)))


def description(_shared: Path) -> Iterator[tuple[str, str]]:
    """The three tests of the service description: names and what is wrong."""
    with running() as desk, tempfile.TemporaryDirectory() as scratch:
        desk.served = seal(Path(scratch) / "release", [])
        status, media_type, body = get(desk, "/sparql", "text/turtle")
        is_rdf = status == 200 and media_type == "text/turtle"
        yield "returns-rdf", "" if is_rdf else f"{status} {media_type}"
        told = Graph().parse(data=body, format="turtle")
        services = set(told.subjects(RDF.type, Namespace(SD).Service))
        ends = [told.value(service, Namespace(SD).endpoint) for service in services]
        yield "has-endpoint-triple", "" if ends and all(ends) else "no sd:endpoint"
        defaults = [told.value(service, Namespace(SD).defaultDataset) for service in services]
        conforms = len(services) == 1 and all((node, RDF.type, Namespace(SD).Dataset) in told for node in defaults)
        yield "conforms-to-schema", "" if conforms else "sd:defaultDataset is no sd:Dataset"
