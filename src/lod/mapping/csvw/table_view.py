"""An annotated table as a view: its records, and the columns that csv2rdf needs from their texts.

Model for Tabular Data §6.4, Metadata Vocabulary §5.1.3. A column of the view holds one kind of term's text: the values
of a column that fit its datatype, those that do not, the URLs that a template makes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from lod.diagnostics import Findings, TextOrigin
from lod.mapping.csvw.annotated import AnnotatedTable, column_name, rows, shown_name, subject_places, to_url
from lod.mapping.csvw.cells import Cell, is_plain_text, key_text, parse_cell, variable_value
from lod.mapping.csvw.metadata.context import expand
from lod.mapping.csvw.metadata.model import Column
from lod.mapping.csvw.syntax.uri_template import (
    Expression,
    UriTemplate,
    Value,
    expand_expression,
    expand_template,
    percent_encode,
)
from lod.mapping.view import (
    ROW,
    SOURCE_ROW,
    Copy,
    Derivation,
    Derived,
    Lacks,
    Made,
    PlainCsv,
    Records,
    Spelling,
    Texts,
    View,
    Violation,
)
from lod.rdf.iris import is_absolute
from lod.rdf.namespaces import RDF
from lod.wording import say

NO_VALUE_OF, REQUIRED_EMPTY = "LOD3520", "LOD3521"


@dataclass(slots=True)
class TableView:
    """Gathers the derivations of one table, each once; `view` is what comes out."""

    annotated: AnnotatedTable
    records: Records
    derivations: dict[str, Derivation] = field(default_factory=dict)
    made: View | None = None
    subjects: dict[str, UriTemplate] = field(default_factory=dict)  # templates, by the column of missing values

    @property
    def url(self) -> str:
        """The table's URL, against which templates are resolved."""
        return self.annotated.table.url

    def view(self) -> View:
        """The table's rows with all that was asked for; one and the same view, so ask first."""
        if self.made is None:
            derivations = tuple(self.derivations.values())
            self.made = View(self.records.name, self.records, derivations, None, self.records.origin)
        return self.made

    def column(self, name: str) -> Column | None:
        """The column of that name annotation."""
        return next((c for c in self.annotated.columns if column_name(c) == name), None)

    def _called(self, column: Column) -> str:
        """What a column is called in the view: by its name for people, with its number where another has that, too."""
        shown = shown_name(column)
        others = (other for other in self.annotated.columns if other.number != column.number)
        return f"{shown} ({column.number})" if any(shown_name(other) == shown for other in others) else shown

    def values(self, column: Column) -> tuple[str, str]:
        """The view's columns of a real column's values that fit its datatype, and of texts that do not."""
        shown = self._called(column)
        names = shown, f"{shown} as text"
        if is_plain_text(column) and not column.inherited.required:
            copy = Derivation((column.number - 1,), names[:1], _plain, Copy(column.number - 1))
            self.derivations.setdefault(names[0], copy)
        else:
            outputs = *names, f"{shown} in URLs"
            made = Derivation((column.number - 1,), outputs, _value(column), judges=True)
            self.derivations.setdefault(names[0], made)
        return names

    def part(self, place: int) -> int | Made | None:
        """What stands for `{name}` in a URL: an input that is percent-encoded as it stands, or what its values made."""
        if place < 0 or is_plain_text(self.annotated.columns[place]):
            return place
        column = self.annotated.columns[place]
        if column.inherited.separator:
            return None
        return Made(self.derivations[self.values(column)[0]], 2)

    def empty_list(self, column: Column) -> str:
        """The view's column that is rdf:nil where a real column's cell is an empty list; it also judges the cells."""
        name = f"{self._called(column)} as an empty list"
        made = Derivation((column.number - 1,), (name,), _empty_list(column), judges=True)
        self.derivations.setdefault(name, made)
        return name

    def items(self, column: Column, needed: tuple[str, ...]) -> View:
        """A view with a row for each item of a list column; its columns are `item`, `misfit`, `nil` and those `needed`.

        `nil` is rdf:nil with the last item.
        """
        unnested = Derivation((column.number - 1,), ("item", "misfit", "nil"), _items(column))
        derivations = [d for d in self.derivations.values() if set(d.outputs) & set(needed)]
        name = f"{self.records.name}, items of {shown_name(column)}"
        return View(name, self.records, tuple(derivations), unnested, self.records.origin)

    def url_of(self, column: Column, template: UriTemplate, use: str, *, is_value: bool = False) -> tuple[str, bool]:
        """What a template makes in a column: (a URL, True) for every row the same, or (a column of the view, False).

        As a value URL it is null where the cell is (Model §6.4), unless the column is virtual.
        """
        scope = _Scope(self, column)
        inputs = scope.inputs(template)
        own = column.number - 1 if is_value and not column.virtual else None
        if not inputs and own is None:
            return to_url(self.url, expand_template(template, scope.values(()))), True
        # columns with one and the same template share its URLs, unless it speaks of the column itself
        is_own = is_value or scope.is_own(template)
        name = f"{use} {template.text}" + (f" of {self._called(column)}" if is_own else "")
        if name not in self.derivations:
            native = self._native(scope, template, own)
            if own is not None and own not in inputs:
                inputs = (*inputs, own)
            compute = _url(self.url, template, scope, inputs, own)
            self.derivations[name] = Derivation(inputs, (name,), compute, native)
        return name, False

    def _native(self, scope: _Scope, template: UriTemplate, own: int | None) -> Spelling | None:
        """The template as a spelling, if its beginning says how it is resolved and its variables are plain."""
        parts: list[str | int | Made] = []
        for part in template.parts:
            if isinstance(part, str) or not scope.places(part):
                parts.append(part if isinstance(part, str) else expand_expression(part, scope.constants))
                continue
            place = scope.simple_place(part)
            native = None if place is None else self.part(place)
            if native is None:
                return None
            parts.append(native)
        text = ""
        while parts and isinstance(parts[0], str):
            text += str(parts.pop(0))
        if text.startswith("#"):
            text = self.url.partition("#")[0] + text
        elif not is_absolute(text := expand(text)):
            return None
        unless_null = None if own is None else self.part(own)
        if own is not None and unless_null is None:
            return None
        return Spelling((text, *parts), unless_null)

    def key(self, names: tuple[str, ...]) -> str:
        """The view's column that holds a key's values as one text."""
        columns = [column for name in names if (column := self.column(name)) is not None]
        name = f"key {' '.join(names)}"
        inputs = tuple(column.number - 1 for column in columns)
        native = Copy(inputs[0]) if len(columns) == 1 and is_plain_text(columns[0]) else None
        self.derivations.setdefault(name, Derivation(inputs, (name,), _key(columns), native))
        return name


@dataclass(slots=True)
class _Scope:
    """The variables of templates, as one column sees them (Metadata §5.1.3)."""

    of: TableView
    column: Column
    constants: dict[str, Value] = field(init=False)
    real: dict[str, Column] = field(init=False)

    def __post_init__(self) -> None:
        columns, skipped = self.of.annotated.columns, self.of.annotated.dialect.skip_columns
        self.real = {column_name(c): c for c in reversed(columns) if not c.virtual}
        self.constants = {column_name(c): variable_value(c, parse_cell(c, "")) for c in columns if c.virtual}
        self.constants |= {
            "_column": str(self.column.number),
            "_sourceColumn": None if self.column.virtual else str(self.column.number + skipped),
            "_name": unquote(column_name(self.column)),
        }

    def place(self, name: str) -> int | None:
        """The input that a variable needs; None for one that is the same in every row, or undefined."""
        if name in ("_row", "_sourceRow"):
            return ROW if name == "_row" else SOURCE_ROW
        return self.real[name].number - 1 if name in self.real else None

    def places(self, part: Expression) -> list[int]:
        """The inputs that an expression needs."""
        found = (self.place(variable.name) for variable in part.variables)
        return [place for place in found if place is not None]

    def simple_place(self, part: Expression) -> int | None:
        """The input of an expression like `{name}`."""
        if part.operator.first or part.operator.keeps_reserved or len(part.variables) != 1:
            return None
        variable = part.variables[0]
        return None if variable.prefix or variable.explode else self.place(variable.name)

    def inputs(self, template: UriTemplate) -> tuple[int, ...]:
        """The inputs of a template, each once."""
        found = (self.places(part) for part in template.parts if isinstance(part, Expression))
        return tuple(dict.fromkeys(place for places in found for place in places))

    def is_own(self, template: UriTemplate) -> bool:
        """Whether it uses variables that differ from column to column."""
        return bool({"_column", "_sourceColumn", "_name"} & set(template.names))

    def values(self, inputs: tuple[int, ...], texts: Texts = ()) -> dict[str, Value]:
        """All variables for one combination of texts."""
        known = dict(zip(inputs, texts, strict=True))
        found = dict(self.constants)
        for name, column in self.real.items():
            if column.number - 1 in known:
                found[name] = variable_value(column, parse_cell(column, known[column.number - 1]))
        for name, place in (("_row", ROW), ("_sourceRow", SOURCE_ROW)):
            if place in known:
                found[name] = known[place]
        return found


Compute = Callable[[Texts], Derived]


def _nothing(_: Texts) -> Derived:
    return Derived(((None,),))


def _plain(texts: Texts) -> Derived:
    return Derived(((texts[0] or None,),))


def _violation(cell: Cell, column: Column, text: str) -> Violation | None:
    shown = shown_name(column)
    if cell.is_missing:
        return Violation(REQUIRED_EMPTY, say("column '{shown}' is required, but this cell is empty", shown=shown))
    if cell.errors:
        return Violation(
            NO_VALUE_OF,
            say(
                "the value '{text}' of column '{shown}' {errors}", text=text, shown=shown, errors="; ".join(cell.errors)
            ),
        )
    return None


def _value(column: Column) -> Compute:
    def compute(texts: Texts) -> Derived:
        cell = parse_cell(column, texts[0])
        value = cell.values[0] if cell.values else None
        fits = value.lexical if value is not None and value.fits else None
        misfit = value.lexical if value is not None and not value.fits else None
        in_urls = None if value is None else percent_encode(str(variable_value(column, cell)))
        return Derived(((fits, misfit, in_urls),), _violation(cell, column, texts[0]))

    return compute


def _empty_list(column: Column) -> Compute:
    def compute(texts: Texts) -> Derived:
        cell = parse_cell(column, texts[0])
        nil = RDF + "nil" if cell.is_list and not cell.values and column.inherited.ordered else None
        return Derived(((nil,),), _violation(cell, column, texts[0]))

    return compute


def _items(column: Column) -> Compute:
    def compute(texts: Texts) -> Derived:
        values = parse_cell(column, texts[0]).values
        made = []
        for number, value in enumerate(values, start=1):
            fits, misfit = (value.lexical, None) if value.fits else (None, value.lexical)
            made.append((fits, misfit, RDF + "nil" if number == len(values) else None))
        return Derived(tuple(made))

    return compute


def _url(table_url: str, template: UriTemplate, scope: _Scope, inputs: tuple[int, ...], own: int | None) -> Compute:
    def compute(texts: Texts) -> Derived:
        if own is not None:
            column = scope.of.annotated.columns[own]
            if parse_cell(column, texts[inputs.index(own)]).is_null:
                return Derived(((None,),))
        return Derived(((to_url(table_url, expand_template(template, scope.values(inputs, texts))),),))

    return compute


def _key(columns: list[Column]) -> Compute:
    def compute(texts: Texts) -> Derived:
        cells = [parse_cell(column, text) for column, text in zip(columns, texts, strict=True)]
        return Derived(((key_text(columns, cells),),))

    return compute


def table_view(annotated: AnnotatedTable, at: TextOrigin) -> TableView:
    """The view of an annotated table, still without derivations but those that judge its cells."""
    made = TableView(annotated, _records(annotated, at))
    for column in annotated.columns:
        if column.virtual:
            continue
        if column.inherited.separator:
            made.empty_list(column)
        else:
            made.values(column)
    for template, places in subject_places(annotated):
        name = f"missing in {template.text}"
        parts = tuple(part for place in places if (part := made.part(place)) is not None)
        made.derivations[name] = Derivation((), (name,), _nothing, Lacks(parts))
        made.subjects[name] = template
    return made


def _records(annotated: AnnotatedTable, at: TextOrigin) -> Records:
    real = [column for column in annotated.columns if not column.virtual]
    lacking = ("",) * (len(real) - annotated.width)  # columns that are described and not in the file

    def read(findings: Findings) -> Iterator[tuple[int, Texts]]:
        return ((row.number, row.cells + lacking) for row in rows(annotated, findings))

    return Records(
        path=annotated.path,
        name=annotated.name,
        width=len(real),
        titles=tuple(shown_name(column) for column in real),
        first_row=annotated.header.rows + 1,
        read=read,
        plain=None if lacking else _plain_csv(annotated),
        origin=at,
    )


def _plain_csv(annotated: AnnotatedTable) -> PlainCsv | None:
    dialect, titles = annotated.dialect, annotated.header.titles
    is_plain = (
        annotated.width > 1  # in a single column a blank line is a row, which ordinary readers leave out
        and len(dialect.delimiter) == 1
        and dialect.quote_char is not None
        and len(dialect.quote_char) == 1
        and dialect.double_quote
        and dialect.header_row_count <= 1
        and annotated.header.rows == dialect.header_row_count
        and (not dialect.header_row_count or (len(titles) == annotated.width and all(titles)))
        and dialect.skip_columns == 0
        and not dialect.skip_blank_rows
        and set(dialect.line_terminators) == {"\r\n", "\n"}
        and dialect.trim in ("true", "false")
    )
    if not is_plain:
        return None
    return PlainCsv(
        encoding=dialect.encoding,
        delimiter=dialect.delimiter,
        quote=dialect.quote_char or "",
        header=dialect.header_row_count == 1,
        comment_prefix=dialect.comment_prefix,
        trim=dialect.trim == "true",
    )
