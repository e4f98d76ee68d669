"""Annotated tables: which columns a file has once its metadata has been laid over it, and whether the two go together.

Model for Tabular Data §4 and §6.1, https://www.w3.org/TR/tabular-data-model/ ; Metadata Vocabulary §5.5.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote, unquote

from lod.diagnostics import CellOrigin, Findings
from lod.mapping.csvw.metadata.context import expand
from lod.mapping.csvw.metadata.dialect import Dialect, default_dialect
from lod.mapping.csvw.metadata.model import Column, Schema, Table
from lod.mapping.csvw.syntax.language_tags import UNDEFINED, languages_match
from lod.mapping.csvw.syntax.uri_template import Expression, UriTemplate
from lod.mapping.csvw.tabular import Header, Record, header, read_text, records
from lod.rdf.iris import escape_brackets, is_absolute, resolve
from lod.wording import Wording, say, word

RAGGED = "LOD3517"
_VARIABLES = frozenset({"_column", "_sourceColumn", "_row", "_sourceRow", "_name"})
SHOWN = 3  # findings of one kind and column; the others are counted

_VARCHAR = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_."


@dataclass(frozen=True, slots=True)
class AnnotatedTable:
    """A table description, its file, and the columns that the two make together."""

    table: Table
    path: Path
    name: str  # of the file, for people
    dialect: Dialect
    header: Header
    columns: tuple[Column, ...]
    width: int  # columns that the file has, as against virtual ones


def annotate(table: Table, path: Path, name: str) -> AnnotatedTable:
    """Lay a table description over its file; of the file, the header and the first row are read (Model §6.1)."""
    dialect = table.dialect or default_dialect(table.url)
    found = records(read_text(path, dialect), dialect, name, Findings())
    head = header(found, dialect)
    first = next(data_rows(found, dialect), None)
    width = max(len(first.cells) if first is not None else 0, len(head.titles))
    if not dialect.header_row_count:
        head = replace(head, titles=((),) * width)
    return AnnotatedTable(table, path, name, dialect, head, _columns(table.schema, head, width), width)


def rows(annotated: AnnotatedTable, findings: Findings) -> Iterator[Record]:
    """The rows of data, each with as many cells as the file has columns; others are errors."""
    found = records(read_text(annotated.path, annotated.dialect), annotated.dialect, annotated.name, findings)
    for _ in range(annotated.header.rows):
        next(found, None)
    wrong, blank = 0, list[Record]()
    for row in data_rows(found, annotated.dialect):
        if not row.text and annotated.width > 1:
            blank.append(row)  # a row of empty cells if others follow; at the end of the file it is nothing
            continue
        yield from (replace(each, cells=("",) * annotated.width) for each in blank)
        blank.clear()
        if len(row.cells) == annotated.width:
            yield row
            continue
        wrong += 1
        if wrong <= SHOWN:
            message = say(
                "the row has {cells} cells, the table {width} columns", cells=len(row.cells), width=annotated.width
            )
            hint = say("a cell that holds the delimiter has to be in quotes")
            findings.error(RAGGED, message, CellOrigin(annotated.name, row.number), hint)
        missing = annotated.width - len(row.cells)
        yield replace(row, cells=(*row.cells, *[""] * missing)[: annotated.width])
    if wrong > SHOWN:
        findings.error(RAGGED, say("and {wrong} more rows like these", wrong=wrong - SHOWN), CellOrigin(annotated.name))


def data_rows(found: Iterator[Record], dialect: Dialect) -> Iterator[Record]:
    """The rows of data after the header: no comments, no blank rows if these are skipped, no skipped columns."""
    for record in found:
        if record.comment is None and not (dialect.skip_blank_rows and not any(record.cells)):
            yield replace(record, cells=record.cells[dialect.skip_columns :]) if dialect.skip_columns else record


def _columns(schema: Schema, header: Header, width: int) -> tuple[Column, ...]:
    """The columns of a file with `width` cells a row: the described ones first, then others, then virtual ones.

    Without a schema they are called by their titles; with one, a column that it does not describe is `_col.N`.
    """
    real = [column for column in schema.columns if not column.virtual]
    for number in range(len(real) + 1, width + 1):
        titles = header.titles[number - 1] if number <= len(header.titles) and not schema.is_given else ()
        real.append(Column(number, titles={UNDEFINED: titles} if titles else {}, inherited=schema.inherited))
    virtual = [column for column in schema.columns if column.virtual]
    return tuple(replace(column, number=number) for number, column in enumerate([*real, *virtual], start=1))


def column_name(column: Column) -> str:
    """The name annotation: declared, or a title in the document's language, or `_col.N` (Metadata §5.6)."""
    if column.name is not None:
        return column.name
    titles = column.titles.get(column.default_language) or column.titles.get(UNDEFINED)
    return _as_name(titles[0]) if titles else f"_col.{column.number}"


def _as_name(title: str) -> str:
    """A title as a variable of URI templates: all but letters, digits, '_' and '.' percent-encoded."""
    return "".join(c if c in _VARCHAR else _percent(c) for c in title)


def _percent(character: str) -> str:
    encoded = quote(character, safe="")
    return encoded if encoded != character else f"%{ord(character):02X}"


def shown_name(column: Column) -> str:
    """A column's name for people."""
    titles = next(iter(column.titles.values()), ())
    return column.name or (titles[0] if titles else unquote(column_name(column)))


def to_url(table_url: str, expansion: str) -> str:
    """A URI template's expansion as an absolute URL: prefixes expanded, then resolved (Metadata §5.1.3)."""
    expanded = expand(expansion)
    return escape_brackets(expanded if is_absolute(expanded) else resolve(table_url, expanded))


def default_property(table_url: str, column: Column) -> str:
    """The property of a column without a property URL (csv2rdf §4.2, step 4.6.8.3)."""
    return f"{table_url}#{column_name(column)}"


def unknown_variables(annotated: AnnotatedTable) -> Iterator[tuple[Column, UriTemplate, str]]:
    """Columns, their templates and the variables in these that no column is called (Metadata §5.1.3)."""
    known = {column_name(column) for column in annotated.columns} | _VARIABLES
    for column in annotated.columns:
        given = column.inherited
        for template in (given.about_url, given.property_url, given.value_url):
            if template is not None:
                yield from ((column, template, name) for name in template.names if name not in known)


def subject_places(annotated: AnnotatedTable) -> Iterator[tuple[UriTemplate, tuple[int, ...]]]:
    """The templates of subjects, each once, and the places of the columns without which rows share a subject.

    A named variable, as in `{?id}`, may be left out; a list may be empty.
    """
    real = {column_name(each): each for each in reversed(annotated.columns) if not each.virtual}
    seen = set[str]()
    for column in annotated.columns:
        template = column.inherited.about_url
        if template is None or column.suppress_output or template.text in seen:
            continue
        seen.add(template.text)
        needed = (each for each in template.parts if isinstance(each, Expression) and not each.operator.named)
        used = (real[each.name] for part in needed for each in part.variables if each.name in real)
        if places := tuple(dict.fromkeys(each.number - 1 for each in used if not each.inherited.separator)):
            yield template, places


@dataclass(frozen=True, slots=True)
class Incompatibility:
    """Why a schema does not go with a file's header: about the column of that number, or about all (0)."""

    message: Wording
    number: int = 0


def incompatibilities(schema: Schema, header: Header, *, validating: bool) -> list[Incompatibility]:
    """Where a schema and the titles in the file contradict each other (Metadata §5.5.1)."""
    if not schema.is_given:
        return []
    language = schema.inherited.lang or UNDEFINED  # of the file's titles
    described = [column for column in schema.columns if not column.virtual]
    if len(described) != len(header.titles):
        message = say(
            "the metadata describes {described} columns, the file has {titles}",
            described=len(described),
            titles=len(header.titles),
        )
        return [Incompatibility(message)]
    found = []
    for column, titles in zip(described, header.titles, strict=True):
        if not _go_together(column, titles, language, validating=validating):
            # titles that differ in nothing but their language are shown with it
            alike = any(set(each) & set(titles) for each in column.titles.values())
            named = [(f" ({tag})" if alike else "", each) for tag, texts in column.titles.items() for each in texts]
            wanted = ", ".join(f"'{each}'{tag}" for tag, each in named) or f"'{column.name}', without titles"
            shown = ", ".join(f"'{title}'" + (f" ({language})" if alike else "") for title in titles)
            message = say(
                "the metadata's column {number} is {wanted}, the file's is {shown}",
                number=column.number,
                wanted=word(wanted),
                shown=shown,
            )
            found.append(Incompatibility(message, column.number))
    return found


def _go_together(column: Column, titles: tuple[str, ...], language: str, *, validating: bool) -> bool:
    if not titles or (column.name is None and not column.titles):
        return True
    for described_language, described in column.titles.items():
        if languages_match(described_language, language) and set(described) & set(titles):
            return True
    return not validating and column.name is not None and not column.titles
