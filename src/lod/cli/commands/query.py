"""`lod query`: SPARQL over the published release."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lod.cli import output
from lod.cli.files import existing, open_project
from lod.cli.options import in_project, quiet_and_verbose
from lod.cli.output import Settings
from lod.diagnostics import Diagnostic, Findings, FindingsError, Severity, TextOrigin
from lod.rdf.formats import GRAPH_FORMATS, RESULT_FORMATS
from lod.wording import say

if TYPE_CHECKING:
    from pyoxigraph import Store

    from lod.release.release import Release
    from lod.store.query import Columns

_SUFFIXES = [each.suffix for each in (*RESULT_FORMATS, *GRAPH_FORMATS)]


@click.command("query")
@click.argument("query")
@click.option(
    "--format",
    "suffix",
    type=click.Choice(_SUFFIXES),
    help="Of the answer: the first four for SELECT and ASK (else tsv), the others for a graph (else ttl).",
)
@in_project
@quiet_and_verbose
@click.pass_obj
def command(settings: Settings, query: str, suffix: str | None, project: Path) -> int:
    """Ask the published release a SPARQL question.

    QUERY is the question itself, a file that holds it (*.rq), or - for standard input.

    \b
    Examples:
      lod query 'SELECT (COUNT(*) AS ?n) { ?s ?p ?o }'
      lod query staff.rq --format csv
      lod query 'SELECT * FROM <https://…/data/staff/release/1> { ?s ?p ?o }'
    """
    from lod.release.release import open_current
    from lod.store.guard import QueryError
    from lod.store.query import query as answer

    name, text = _read(query)
    loaded = open_project(settings, project, to_build=False)
    release = open_current(loaded.releases)
    settings.texts[name] = text
    findings = Findings()
    try:
        store, columns = _opened(release, text, loaded.base_iri, findings)
        rows = answer(store, text, sys.stdout.buffer, suffix=suffix, base_iri=loaded.base_iri, columns=columns)
    except QueryError as error:
        origin = TextOrigin(name, error.line, error.column) if error.line else None
        raise FindingsError((Diagnostic(error.code, Severity.ERROR, error.message, origin, error.hint),)) from error
    output.show(findings, settings)
    if settings.verbose:
        output.line(say("{n:,} {n:row|rows}", n=rows), settings)
    return 0


def _opened(release: Release, text: str, base_iri: str, findings: Findings) -> tuple[Store, Columns | None]:
    """What a question is answered from: the release, or the graphs that it names beside it, read into memory.

    Findings: LOD6110 (warning) a graph that it names is nowhere.

    Raises:
        QueryError: LOD6090 to LOD6092, and as `inspect_query`.
    """
    from pyoxigraph import NamedNode

    from lod.release.history.graphs import ReleaseGraphs
    from lod.store.columns import read_index
    from lod.store.graphs import empty_graph, graphs_in, load_graphs
    from lod.store.guard import inspect_query
    from lod.store.query import may_suit_columns
    from lod.store.snapshot import open_snapshot

    store = open_snapshot(release.store)
    names = graphs_in(inspect_query(text), base_iri)
    has_named = any(store.named_graphs())
    known = ReleaseGraphs(release)
    asked = [iri for iri in names.asked if not store.contains_named_graph(NamedNode(iri))]
    for iri, near in known.nowhere(asked):
        findings.warning("LOD6110", empty_graph(iri), hint=near)
    if graphs := known.asked_for(names, beside=has_named):
        return load_graphs(graphs), None
    if may_suit_columns(text) and (index := read_index(release.folder)).cubes:
        from lod.store.columnar.answer import ColumnarAnswers

        return store, ColumnarAnswers(release.folder, index, store)
    return store, None


def _read(query: str) -> tuple[str, str]:
    """How people know the question, and its text."""
    if query == "-":
        return "standard input", sys.stdin.read()
    if query.endswith(".rq"):
        return query, existing(Path(query)).read_text(encoding="utf-8-sig")
    return "query", query
