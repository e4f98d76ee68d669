"""RDF files as tables: the solutions of a SPARQL query, one a row, in their order.

RML-IO registry, SPARQL: the iterator is a SELECT query, references are its variables. A file is read whole, into the
memory. Of results in CSV (https://www.w3.org/TR/sparql11-results-csv-tsv/) the terms are plain text; else a literal
keeps its XSD datatype.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pyoxigraph

from lod.diagnostics import CellOrigin, Findings
from lod.tables.parquet import file_digest
from lod.tables.spelled import spelled_column, stage_spelled
from lod.tables.typed import Source, TypedTable, typed_table
from lod.wording import say

_XSD = "http://www.w3.org/2001/XMLSchema#"
_BATCH = 8192  # solutions
_Solution = pyoxigraph.QuerySolution


def open_solutions(path: Path, query: str, source: Source, findings: Findings, *, is_plain: bool) -> TypedTable | None:
    """The solutions of a query over an RDF file. None, and a finding, when they cannot be had.

    Findings: LOD2001 no such file, LOD2008 unreadable, LOD2028 not RDF, LOD2029 a query that is none.
    """
    found = file_digest(path, source, findings)
    if found is None:
        return None
    suffix = path.name.rpartition(".")[2].lower()
    form = pyoxigraph.RdfFormat.from_extension("ttl" if suffix == "n3" else suffix)
    if form is None:
        hint = say("its name ends in .ttl, .nt, .nq, .trig, .rdf or .jsonld")
        findings.error("LOD2028", say("{source} is no RDF file", source=source.name), source.declared, hint)
        return None
    store = pyoxigraph.Store()
    try:
        store.bulk_load(path=str(path), format=form, base_iri=path.resolve().as_uri())
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 0
        message = say("{source} cannot be read as RDF: {error}", source=source.name, error=str(error).splitlines()[0])
        findings.error("LOD2028", message, source.declared, related=[CellOrigin(source.name, line)])
        return None
    hint = say("SELECT ?person ?name WHERE { … }")
    try:
        solutions = store.query(query)
    except SyntaxError as error:
        said = " ".join(str(error).split())
        findings.error("LOD2029", say("the query is no SPARQL: {said}", said=said), source.declared, hint)
        return None
    if not isinstance(solutions, pyoxigraph.QuerySolutions):
        findings.error("LOD2029", say("the query is no SELECT"), source.declared, hint)
        return None
    names = [each.value for each in solutions.variables]
    target = stage_spelled(len(names), _rows(solutions, len(names), is_plain=is_plain))
    cells = [spelled_column(name, n) for n, name in enumerate(names)]
    return typed_table(source, path, *found, target, cells)


def _rows(solutions: Iterator[_Solution], width: int, *, is_plain: bool) -> Iterator[list[tuple[str, ...]]]:
    while batch := list(islice(solutions, _BATCH)):
        yield [tuple(part for n in range(width) for part in _spelled(each[n], is_plain)) for each in batch]


def _spelled(term: object, is_plain: bool) -> tuple[str, str]:
    if term is None:
        return "", "null"
    if isinstance(term, pyoxigraph.Literal):
        name = term.datatype.value.removeprefix(_XSD)
        is_typed = not is_plain and term.datatype.value.startswith(_XSD) and name != "string"
        return term.value, name if is_typed else ""
    return str(getattr(term, "value", term)), ""
