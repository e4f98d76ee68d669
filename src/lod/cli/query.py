"""`lod query`: SPARQL over the published release."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from lod.cli import output
from lod.cli.files import existing, open_project
from lod.cli.options import in_project, quiet_and_verbose
from lod.cli.output import Settings
from lod.diagnostics import Diagnostic, FindingsError, Severity, TextOrigin
from lod.rdf.formats import GRAPH_FORMATS, RESULT_FORMATS
from lod.wording import say

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
    """
    from lod.release.release import open_current
    from lod.store.columns import read_index
    from lod.store.guard import QueryError
    from lod.store.query import mentions_totals
    from lod.store.query import query as answer
    from lod.store.snapshot import open_snapshot

    name, text = _read(query)
    loaded = open_project(settings, project, to_build=False)
    release = open_current(loaded.releases)
    store = open_snapshot(release.store)
    columns = None
    if mentions_totals(text) and (index := read_index(release.folder)).cubes:
        from lod.store.columnar.answer import ColumnarAnswers

        columns = ColumnarAnswers(release.folder, index, store)
    settings.texts[name] = text
    try:
        rows = answer(store, text, sys.stdout.buffer, suffix=suffix, base_iri=loaded.base_iri, columns=columns)
    except QueryError as error:
        origin = TextOrigin(name, error.line, error.column) if error.line else None
        raise FindingsError((Diagnostic(error.code, Severity.ERROR, error.message, origin, error.hint),)) from error
    if settings.verbose:
        output.line(say("{n:,} {n:row|rows}", n=rows), settings)
    return 0


def _read(query: str) -> tuple[str, str]:
    """How people know the question, and its text."""
    if query == "-":
        return "standard input", sys.stdin.read()
    if query.endswith(".rq"):
        return query, existing(Path(query)).read_text(encoding="utf-8-sig")
    return "query", query
