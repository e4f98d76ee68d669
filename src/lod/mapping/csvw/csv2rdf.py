"""csv2rdf: a table group and its files become views, and triples maps over them.

Generating RDF from Tabular Data on the Web §4, https://www.w3.org/TR/csv2rdf/#generating-rdf
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lod.diagnostics import TextOrigin
from lod.mapping.csvw.annotated import default_property
from lod.mapping.csvw.cells import Value, literal_type, parse_cell
from lod.mapping.csvw.metadata.annotations import Literal, Placed, Resource, Statement, annotation_statements
from lod.mapping.csvw.metadata.context import CSVW
from lod.mapping.csvw.metadata.model import Column, TableGroup
from lod.mapping.csvw.table_view import TableView
from lod.mapping.ir import (
    Constant,
    Expression,
    Formulation,
    LogicalSource,
    PredicateObjectMap,
    Reference,
    Template,
    TermMap,
    TermType,
    TriplesMap,
)
from lod.mapping.view import FIRST, ITEM, NEXT, ROW_NUMBER, SOURCE_NUMBER, View
from lod.rdf.namespaces import RDF, XSD


def triples_maps(group: TableGroup, tables: list[TableView], *, minimal: bool) -> list[TriplesMap]:
    """The triples maps of a table group (csv2rdf §4.2); `tables` are the views of its tables, in their order."""
    name = hashlib.sha256(group.tables[0].url.encode()).hexdigest()[:8]  # blank nodes of several groups differ
    found: list[TriplesMap] = []
    statements: list[Placed] = []
    node = Resource(group.id) if group.id else Resource(f"g{name}", is_blank=True)
    repeated = {table.url for n, table in enumerate(group.tables) if table.url in {t.url for t in group.tables[:n]}}
    for number, each in enumerate(tables):
        table = each.annotated.table
        if table.suppress_output:
            continue
        label = f"t{name}.{number}"
        shown = f"{table.url} ({number + 1})" if table.url in repeated else table.url
        converter = _Converter(each, shown, label, table.at, minimal=minimal)
        found += converter.triples_maps()
        table_node = Resource(table.id) if table.id else Resource(label, is_blank=True)
        statements += [
            ((node, CSVW + "table", table_node), table.at),
            ((table_node, RDF + "type", Resource(CSVW + "Table")), table.at),
            ((table_node, CSVW + "url", Resource(table.url)), table.at),
            *annotation_statements(table_node, table.annotations, f"{label}a"),
        ]
    if minimal:
        return found
    statements += [
        ((node, RDF + "type", Resource(CSVW + "TableGroup")), group.at),
        *annotation_statements(node, group.annotations, f"g{name}a"),
    ]
    return [*_constant_maps(statements, group.at or group.tables[0].at, name), *found]


def _constant_maps(statements: Iterable[Placed], at: TextOrigin, name: str) -> Iterator[TriplesMap]:
    """What holds whatever the rows say: triples maps over a view of one row, one for each subject."""
    view = View(f"the metadata in {at.path}", None, origin=at)
    by_subject: dict[Resource, dict[Statement, PredicateObjectMap]] = {}
    for statement, place in statements:
        subject, property_, value = statement
        here = place or at
        term = _resource(value, here) if isinstance(value, Resource) else _literal(value, here)
        pom = PredicateObjectMap(TermMap(Constant(property_, here), TermType.IRI, here), term, here)
        by_subject.setdefault(subject, {}).setdefault(statement, pom)
    for number, (subject, poms) in enumerate(by_subject.items()):
        yield TriplesMap(f"metadata {name} {number}", _source(view), _resource(subject, at), tuple(poms.values()), at)


def _resource(resource: Resource, at: TextOrigin) -> TermMap:
    kind = TermType.BLANK_NODE if resource.is_blank else TermType.IRI
    return TermMap(Constant(resource.name, at), kind, at)


def _literal(literal: Literal, at: TextOrigin) -> TermMap:
    return _literal_map(Constant(literal.text, at), literal.datatype, literal.language, at)


def _literal_map(expression: Expression, datatype: str, language: str, at: TextOrigin) -> TermMap:
    return TermMap(
        expression,
        TermType.LITERAL,
        at,
        datatype=Constant(datatype, at) if datatype else None,
        language=Constant(language, at) if language else None,
    )


def _source(view: View) -> LogicalSource:
    return LogicalSource(view.name, Formulation.CSV, view.origin, view=view)


@dataclass(frozen=True, slots=True)
class _Lists:
    """The items of a column's cells: statements over a view of their own."""

    column: Column
    subject: TermMap
    predicate: TermMap
    needed: tuple[str, ...]  # columns of the view that subject and predicate refer to
    is_ordered: bool
    is_title: bool = False


@dataclass(slots=True)
class _Converter:
    """One table's triples maps."""

    table: TableView
    name: str  # for people
    label: str  # of its blank nodes
    at: TextOrigin
    minimal: bool
    by_subject: dict[TermMap, list[PredicateObjectMap]] = field(default_factory=dict)
    lists: list[_Lists] = field(default_factory=list)

    def triples_maps(self) -> list[TriplesMap]:
        """csv2rdf §4.2, step 4."""
        described: dict[TermMap, None] = {}
        for column in self.table.annotated.columns:
            if not column.suppress_output:
                described[self._column(column)] = None
        rows = [] if self.minimal else self._rows(tuple(described))
        source = _source(self.table.view())
        name = self.name
        found = [TriplesMap(f"{name} {part}", source, subject, poms, self.at) for part, subject, poms in rows]
        for number, (subject, poms) in enumerate(self.by_subject.items(), start=1):
            if poms:
                found.append(TriplesMap(f"{name} subject {number}", source, subject, tuple(poms), self.at))
        return [*found, *(each for number, lists in enumerate(self.lists) for each in self._list(lists, number))]

    def _rows(self, described: tuple[TermMap, ...]) -> list[tuple[str, TermMap, tuple[PredicateObjectMap, ...]]]:
        """Steps 4.2 to 4.6.8.2: the table's rows, and what each describes."""
        table = self.table.annotated.table
        row = self._blank("r", ROW_NUMBER)
        number = _literal_map(Reference(ROW_NUMBER, self.at), XSD + "integer", "", self.at)
        url = Template((f"{table.url}#row=", Reference(SOURCE_NUMBER, self.at)), self.at)
        title = self._iri(Constant(CSVW + "title", self.at))
        titled = [column for name in table.schema.row_titles if (column := self.table.column(name)) is not None]
        self.lists += [
            _Lists(column, row, title, (), is_ordered=False, is_title=True)
            for column in titled
            if column.inherited.separator
        ]
        titles = (column for column in titled if not column.inherited.separator)
        poms = [
            self._pom(RDF + "type", self._iri(Constant(CSVW + "Row", self.at))),
            self._pom(CSVW + "rownum", number),
            self._pom(CSVW + "url", self._iri(url)),
            *(
                PredicateObjectMap(title, text, self.at)
                for column in titles
                for text in self._values(column, is_title=True)
            ),
            *(self._pom(CSVW + "describes", subject) for subject in described),
        ]
        node = self._iri(Constant(table.id, self.at)) if table.id else self._blank_constant(self.label)
        return [("rows", row, tuple(poms)), ("table", node, (self._pom(CSVW + "row", row),))]

    def _column(self, column: Column) -> TermMap:
        """Steps 4.6.8.1 and 4.6.8.3 on: the subject of a column's cells; their statements are gathered."""
        given, needed = column.inherited, list[str]()
        subject = self._blank("s", ROW_NUMBER)
        if given.about_url is not None:
            name, is_constant = self.table.url_of(column, given.about_url, "about")
            subject = self._url(name, is_constant)
            needed += [] if is_constant else [name]
        predicate = self._iri(Constant(default_property(self.table.url, column), self.at))
        if given.property_url is not None:
            name, is_constant = self.table.url_of(column, given.property_url, "property")
            predicate = self._url(name, is_constant)
            needed += [] if is_constant else [name]
        poms = self.by_subject.setdefault(subject, [])
        for value in self._objects(column, subject, predicate, tuple(needed)):
            poms.append(PredicateObjectMap(predicate, value, column.at or self.at))
        return subject

    def _objects(
        self, column: Column, subject: TermMap, predicate: TermMap, needed: tuple[str, ...]
    ) -> Iterator[TermMap]:
        """The objects that a row has for a column; items of lists are left to views of their own."""
        given = column.inherited
        if given.value_url is not None:
            yield self._url(*self.table.url_of(column, given.value_url, "url", is_value=True))
        elif column.virtual:
            yield from self._virtual(column)
        elif given.separator:
            self.lists.append(_Lists(column, subject, predicate, needed, bool(given.ordered)))
            if given.ordered:
                yield self._iri(Reference(self.table.empty_list(column), self.at))
        else:
            yield from self._values(column)

    def _virtual(self, column: Column) -> Iterator[TermMap]:
        """The objects of a virtual column, whose cells are all made of its default."""
        cell = parse_cell(column, "")
        items = [
            _literal_map(Constant(value.lexical, self.at), *literal_type(column, value), self.at)
            for value in cell.values
        ]
        if not (cell.is_list and column.inherited.ordered):
            yield from items
            return
        nil = self._iri(Constant(RDF + "nil", self.at))
        nodes = [*(self._blank(f"v{column.number}.{n}.", ROW_NUMBER) for n in range(len(items))), nil]
        for item, node, rest in zip(items, nodes, nodes[1:], strict=False):
            self.by_subject[node] = [self._pom(RDF + "first", item), self._pom(RDF + "rest", rest)]
        yield nodes[0]

    def _values(self, column: Column, *, is_title: bool = False) -> Iterator[TermMap]:
        """The literals of a real column without a separator: those that fit its datatype, and the others."""
        names = self.table.values(column)
        known = self.table.derivations[names[0]].outputs
        literals = self._literals(column, *names, is_title=is_title)
        yield from (each for name, each in zip(names, literals, strict=True) if name in known)

    def _literals(self, column: Column, fits: str, misfit: str, *, is_title: bool) -> Iterator[TermMap]:
        """The literals in two columns of the view. Titles are strings, whatever the datatype (Metadata §5.5)."""
        for name, value in ((fits, Value("")), (misfit, Value("", fits=False))):
            datatype, language = literal_type(column, value)
            yield _literal_map(Reference(name, self.at), "" if is_title else datatype, language, self.at)

    def _list(self, lists: _Lists, number: int) -> Iterator[TriplesMap]:
        """A list's items: objects of the subject, or an rdf:List (step 4.6.8.5 and 4.6.8.6)."""
        column = lists.column
        source = _source(self.table.items(column, lists.needed))
        name = f"{self.name} list {number + 1}"
        items = tuple(self._literals(column, "item", "misfit", is_title=lists.is_title))
        if not lists.is_ordered:
            poms = tuple(PredicateObjectMap(lists.predicate, item, self.at) for item in items)
            yield TriplesMap(name, source, lists.subject, poms, self.at)
            return
        mark = f"l{column.number}."
        head = PredicateObjectMap(lists.predicate, self._blank(mark, FIRST), self.at)
        yield TriplesMap(name, source, lists.subject, (head,), self.at)
        poms = (
            *(self._pom(RDF + "first", item) for item in items),
            self._pom(RDF + "rest", self._blank(mark, NEXT)),
            self._pom(RDF + "rest", self._iri(Reference("nil", self.at))),
        )
        yield TriplesMap(f"{name} nodes", source, self._blank(mark, ITEM), poms, self.at)

    def _pom(self, property_: str, value: TermMap) -> PredicateObjectMap:
        return PredicateObjectMap(self._iri(Constant(property_, self.at)), value, self.at)

    def _iri(self, expression: Expression) -> TermMap:
        return TermMap(expression, TermType.IRI, self.at)

    def _url(self, name: str, is_constant: bool) -> TermMap:
        return self._iri(Constant(name, self.at) if is_constant else Reference(name, self.at))

    def _blank(self, mark: str, column: str) -> TermMap:
        parts = (self.label + mark, Reference(column, self.at))
        return TermMap(Template(parts, self.at), TermType.BLANK_NODE, self.at)

    def _blank_constant(self, label: str) -> TermMap:
        return TermMap(Constant(label, self.at), TermType.BLANK_NODE, self.at)
