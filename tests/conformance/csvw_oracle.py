"""csv2rdf row by row, straight from the specification: what the engine's output is compared with.

https://www.w3.org/TR/csv2rdf/#generating-rdf
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

from lod.diagnostics import Findings
from lod.mapping.csvw.annotated import (
    annotate,
    column_name,
    default_property,
    incompatibilities,
    rows,
    to_url,
)
from lod.mapping.csvw.cells import Cell, literal_type, parse_cell, variable_value
from lod.mapping.csvw.metadata.annotations import Annotation, Resource, annotation_statements
from lod.mapping.csvw.metadata.context import CSVW
from lod.mapping.csvw.metadata.model import Column, Table, TableGroup
from lod.mapping.csvw.site import Site
from lod.mapping.csvw.syntax.uri_template import UriTemplate, Value, expand_template
from lod.rdf import nquads
from lod.rdf.namespaces import RDF, XSD
from lod.wording import say

Triple = tuple[str, str, str]  # terms as N-Triples writes them

A = nquads.iri(RDF + "type")


def csvw(name: str) -> str:
    return nquads.iri(CSVW + name)


def annotation_triples(iri: str | None, label: str, annotations: tuple[Annotation, ...]) -> Iterator[Triple]:
    subject = Resource(iri) if iri else Resource(label, is_blank=True)
    for (s, p, o), _ in annotation_statements(subject, annotations, label + "a"):
        plain = "" if isinstance(o, Resource) or o.datatype == XSD + "string" else o.datatype
        shown = term(o) if isinstance(o, Resource) else nquads.literal(o.text, datatype=plain, language=o.language)
        yield term(s), nquads.iri(p), shown


def term(resource: Resource) -> str:
    return f"_:{resource.name}" if resource.is_blank else nquads.iri(resource.name)


def convert(group: TableGroup, site: Site, findings: Findings, *, minimal: bool) -> Iterator[Triple]:
    g = nquads.iri(group.id) if group.id else "_:g"
    if not minimal:
        yield g, A, csvw("TableGroup")
        yield from annotation_triples(group.id, "g", group.annotations)
    for number, table in enumerate(group.tables):
        if not table.suppress_output:
            t = nquads.iri(table.id) if table.id else f"_:t{number}"
            if not minimal:
                yield g, csvw("table"), t
            yield from _table(table, t, f"t{number}", site, findings, minimal=minimal)


def _table(table: Table, t: str, label: str, site: Site, findings: Findings, *, minimal: bool) -> Iterator[Triple]:
    path = site.table(table.url)
    assert path is not None, table.url
    annotated = annotate(table, path, path.name)
    columns = annotated.columns
    for each in incompatibilities(table.schema, annotated.header, validating=False):
        findings.warning("LOD3512", each.message)
    if not minimal:
        yield t, A, csvw("Table")
        yield t, csvw("url"), nquads.iri(table.url)
        yield from annotation_triples(table.id, label, table.annotations)
    for number, row in enumerate(rows(annotated, findings), start=1):
        r = f"_:{label}r{number}"
        cells = [
            parse_cell(c, "" if c.virtual else row.cells[n] if n < len(row.cells) else "")
            for n, c in enumerate(columns)
        ]
        for column, cell in zip(columns, cells, strict=True):
            for error in cell.errors:
                findings.warning("LOD3520", say("{column} {error}", column=column_name(column), error=error))
            if cell.is_missing:
                findings.warning("LOD3521", say("{column} is required", column=column_name(column)))
        if not minimal:
            yield t, csvw("row"), r
            yield r, A, csvw("Row")
            yield r, csvw("rownum"), nquads.literal(str(number), datatype=XSD + "integer")
            yield r, csvw("url"), nquads.iri(f"{table.url}#row={row.number}")
            for name in table.schema.row_titles:
                n = next(n for n, c in enumerate(columns) if c.name == name)
                for value in cells[n].values:
                    _, language = literal_type(columns[n], value)
                    yield r, csvw("title"), nquads.literal(value.lexical, language=language)
        values = {column_name(c): variable_value(c, cell) for c, cell in zip(columns, cells, strict=True)}
        numbers: dict[str, Value] = {"_row": str(number), "_sourceRow": str(row.number)}
        for column, cell in zip(columns, cells, strict=True):
            if column.suppress_output:
                continue
            scope = (
                values
                | numbers
                | {
                    "_column": str(column.number),
                    "_sourceColumn": None if column.virtual else str(column.number + annotated.dialect.skip_columns),
                    "_name": unquote(column_name(column)),
                }
            )
            yield from _cell(table, column, cell, scope, r, f"{label}r{number}", minimal=minimal)


def _cell(
    table: Table, column: Column, cell: Cell, scope: dict[str, Value], r: str, label: str, *, minimal: bool
) -> Iterator[Triple]:
    def url(template: UriTemplate) -> str:
        return nquads.iri(to_url(table.url, expand_template(template, scope)))

    given = column.inherited
    s = url(given.about_url) if given.about_url else f"_:{label}s"
    p = url(given.property_url) if given.property_url else nquads.iri(default_property(table.url, column))
    if not minimal:
        yield r, csvw("describes"), s
    if given.value_url and (column.virtual or not cell.is_null):
        yield s, p, url(given.value_url)
        return
    literals = []
    for value in cell.values:
        datatype, language = literal_type(column, value)
        literals.append(nquads.literal(value.lexical, datatype=datatype, language=language))
    if cell.is_list and given.ordered:
        yield from _list(s, p, literals, f"{label}c{column.number}")
    else:
        for literal in literals:
            yield s, p, literal


def _list(s: str, p: str, items: list[str], label: str) -> Iterator[Triple]:
    nodes = [f"_:{label}i{n}" for n in range(len(items))] + [nquads.iri(RDF + "nil")]
    yield s, p, nodes[0]
    for n, item in enumerate(items):
        yield nodes[n], nquads.iri(RDF + "first"), item
        yield nodes[n], nquads.iri(RDF + "rest"), nodes[n + 1]
