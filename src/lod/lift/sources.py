"""The tables of a mapping: opened once each, with the columns that its expressions need.

A reference is a column; a function's value, a join's key that is more than a column, and a condition are computed
columns. In JSON a reference may have several values: its statements read a table of their own, with a row for each.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lod.diagnostics import CellOrigin, Findings, Origin, TextOrigin, did_you_mean
from lod.lift.held import HeldRows, HeldTable
from lod.lift.logical_views import LogicalViewTable, check_view, names_of, records_of, references_of
from lod.lift.typed_sources import TYPED, open_typed
from lod.lift.viewed import view_table
from lod.mapping.cube.model import Part, SliceRows
from lod.mapping.functions import function_named
from lod.mapping.ir import (
    Call,
    Constant,
    Expression,
    Formulation,
    GatherMap,
    LogicalSource,
    LogicalView,
    Mapping,
    Reference,
    ReferencingObjectMap,
    RowIdentity,
    Rows,
    Template,
    TermMap,
    TriplesMap,
    references,
)
from lod.mapping.read import Shown, shown_path
from lod.mapping.view import View
from lod.tables.compressed import plain_file
from lod.tables.csv import open_csv
from lod.tables.documents.json import has_several, open_json, open_xml
from lod.tables.table import Aspect, Computed, Dialect, JsonColumn, JsonRows, Table
from lod.tables.typed import TypedTable
from lod.wording import say

if TYPE_CHECKING:
    from lod.lift.cubes.open import Cubes

_NOWHERE = TextOrigin("")
_DELIMITERS = ";\t|"
_TABBED = re.compile(r"\.(tsv|tab)(\.\w+)*$", re.IGNORECASE)  # with a tab between cells unless the mapping says another
_Meaning = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Use:
    """An expression that a source's rows are asked for."""

    source: LogicalSource
    expression: Expression
    is_condition: bool = False
    is_key: bool = False  # of a join

    @property
    def is_computed(self) -> bool:
        """Whether it has to be a column of its own."""
        return isinstance(self.expression, Call) or self.is_condition or self.is_key


@dataclass(slots=True)
class Sources:
    """Opens the sources of a mapping. Sources are looked up in `folders`, in their order."""

    mapping: Mapping
    folders: tuple[Path, ...]
    findings: Findings
    shown: Shown = shown_path  # what a table is called that does not lie below the last folder
    tables: dict[LogicalSource, Table | None] = field(default_factory=dict)
    _uses: dict[LogicalSource, list[_Use]] = field(default_factory=lambda: defaultdict(list))
    _computed: dict[Table, dict[_Meaning, int]] = field(default_factory=dict)
    _views: dict[View, Table] = field(default_factory=dict)
    _cubes: Cubes | None = None

    def __post_init__(self) -> None:
        self.mapping = self._with_each_sheet(self.mapping)
        for triples_map in self.mapping.triples_maps:
            for use in _uses(triples_map, self.mapping):
                self._uses[_same(use.source)].append(use)

    def table(self, source: LogicalSource) -> Table | None:
        """The table of a source; None if it cannot be used."""
        key = _same(source)
        if key not in self.tables:
            before = len(self.findings.errors)
            table = self._open(source, self._uses[key])
            self.tables[key] = table if len(self.findings.errors) == before else None
        return self.tables[key]

    def asked(self, source: LogicalSource) -> Iterator[Reference]:
        """The references by which anything in the mapping asks for values of a source."""
        return (each for use in self._uses[_same(source)] for each in references(use.expression))

    def table_for(
        self, source: LogicalSource, needed: list[Reference], made: Iterable[TermMap | None] = ()
    ) -> Table | None:
        """The table of a source in which what may have several values has one in each row.

        That is: references into JSON, and the lists of which the terms `made` are.
        """
        table = self._unnested(source, needed)
        if table is None:
            return None
        lists = [each.expression for each in made if each and _makes_list(each.expression)]
        places = {self.computed_column(each, table) for each in lists}
        exploded = tuple(sorted(each for each in places if each is not None))
        if not exploded:
            return table
        found = replace(table, exploded=exploded)
        self._computed[found] = self._computed.get(table, {})
        return found

    def _unnested(self, source: LogicalSource, needed: list[Reference]) -> Table | None:
        table = self.table(source)
        if table is None or table.json is None or isinstance(table, LogicalViewTable | TypedTable):
            return table
        is_xml = table.json.is_xml
        several = tuple(sorted({each.name for each in needed if has_several(each.name, is_xml=is_xml)}))
        if not several:
            return table
        unnested = replace(table, json=replace(table.json, unnested=several))
        self._computed[unnested] = self._computed.get(table, {})
        return unnested

    def _open(self, source: LogicalSource, uses: list[_Use]) -> Table | None:
        if source.view is not None:
            return self.viewed(source.view)
        if isinstance(source.content, Rows):
            return self._held(source, source.content)
        if isinstance(source.content, LogicalView):
            table = self._view_table(source, source.content)
            return self._with_computed(table, uses) if table else None
        if source.content is not None:
            return self._cube_sources().table(source.content)
        asked: dict[str, Origin] = {
            each.name: each.origin for use in reversed(uses) for each in references(use.expression)
        }
        table = self._read(source, asked)
        if table is None:
            return None
        table = replace(table, may_be_empty=source.may_be_empty, may_lack=source.may_lack)
        return self._with_computed(table, uses)

    def _read(self, source: LogicalSource, asked: dict[str, Origin]) -> Table | None:
        """The table in a file or in a database."""
        d = source.dialect
        is_tabbed = d.delimiter == "," and _TABBED.search(source.file) is not None
        delimiter = "\t" if is_tabbed else d.delimiter
        how = (d.comment_prefix, d.skip_rows, d.trim)
        dialect = Dialect(d.encoding, delimiter, d.quote, d.nulls, d.header, d.empty_is_null, *how)
        if source.formulation is Formulation.DATABASE:
            if any(each.code == "LOD3031" for each in self.findings.errors):
                return None  # without the password that was refused, the database would refuse, too
            return open_typed(source, Path(), source.access, asked, dialect, self.findings)
        path = self._path(source)
        if source.is_on_the_web and not path.is_file():
            message = say(
                "{address} is not fetched, and no file '{name}' is here", address=source.access, name=source.file
            )
            hint = say("download it, and put it beside the mapping or into the folder of the tables")
            self.findings.error("LOD3054", message, source.origin, hint)
            return None
        plain, name = plain_file(path, source.compression, self.findings, source.origin), self._name(path)
        if plain is None:
            return None
        if source.formulation in TYPED:
            return open_typed(source, plain, name, asked, dialect, self.findings)
        if source.formulation is Formulation.JSONPATH:
            return open_json(plain, name, dialect, source.iterator, asked, self.findings, source.origin)
        if source.formulation is Formulation.XPATH:
            rows = JsonRows(source.iterator or "/*", (), namespaces=source.namespaces)
            return open_xml(plain, name, dialect, rows, asked, self.findings, source.origin)
        return open_csv(plain, name, dialect, self.findings, source.origin)

    def _cube_sources(self) -> Cubes:
        if self._cubes is None:
            from lod.lift.cubes.open import Cubes  # reads workbooks: who has no cube does not wait for it
            from lod.lift.cubes.workbooks import workbooks

            self._cubes = Cubes(self._locate, lambda access: workbooks(access, self.folders), self.findings)
        return self._cubes

    def _with_each_sheet(self, mapping: Mapping) -> Mapping:
        """The mapping with a triples map for each sheet that a cube's pattern chooses."""
        if not any(isinstance(each.source.content, Part) for each in mapping.triples_maps):
            return mapping
        cubes = self._cube_sources()
        maps = tuple(each for one in mapping.triples_maps for each in _each_sheet(one, cubes))
        contents = (each.source.content for each in maps)
        cubes.parts = tuple(dict.fromkeys(each for each in contents if isinstance(each, Part) and not each.undefined))
        return replace(mapping, triples_maps=maps)

    def _held(self, source: LogicalSource, rows: Rows) -> HeldTable:
        """Rows that the mapping holds; their number is that of the line where the mapping begins to say them."""
        records = tuple((source.origin.line, cells) for cells in rows.records)
        digest = hashlib.sha256(repr(rows.records).encode()).hexdigest()
        return HeldTable(
            f"{source.access} statements", Path(), rows.columns, Dialect(), digest, 0, held=HeldRows(records)
        )

    def _view_table(self, source: LogicalSource, view: LogicalView) -> Table | None:
        """A logical view, over the tables that it is made of; what its expressions say is looked at here."""
        base = self.table(view.on)
        joined = [self.table(join.parent) for join in view.joins]
        if base is None or None in joined:
            return None
        check_view(view, base, [each for each in joined if each], self.findings)
        columns = tuple(JsonColumn(name, aspect) for name in names_of(view) for aspect in Aspect)
        return LogicalViewTable(
            f"{records_of(base).name} ({source.access})",
            base.path,
            tuple(map(str, columns)),
            base.dialect,
            base.digest,
            base.size,
            JsonRows("", columns),
            may_be_empty=True,
            view=view,
            base=base,
            joined=tuple(each for each in joined if each),
        )

    def viewed(self, view: View) -> Table:
        """The table that a view is."""
        if view not in self._views:
            self._views[view] = view_table(view, self._name(view.records.path) if view.records else view.name)
        return self._views[view]

    def _path(self, source: LogicalSource) -> Path:
        folders = [Path.cwd(), *self.folders] if source.in_working_folder else list(self.folders)
        found = _found(folders, source.file)
        below = source.file.lstrip("/")
        if found is None and below != source.file and (found := _found(folders, below)):
            message = say("there is no file {path}: '{below}' is read", path=source.file, below=below)
            hint = say("write the path without '/' in front")
            self.findings.warning("LOD3062", message, source.origin, hint)
        return found or (self.folders[0] if self.folders else Path()) / source.file

    def _locate(self, access: str) -> tuple[Path, str]:
        path = _found(self.folders, access) or (self.folders[0] if self.folders else Path()) / access
        return path, self._name(path)

    def _name(self, path: Path) -> str:
        root = self.folders[-1].resolve() if self.folders else Path.cwd()
        full = path.resolve()
        return full.relative_to(root).as_posix() if full.is_relative_to(root) else self.shown(path)

    def column(self, reference: Reference, table: Table, aspect: Aspect = Aspect.TEXT) -> int | None:
        """The place of a column; None, and a finding at the reference, when the table has none of that name."""
        if table.json and JsonColumn(reference.name, aspect) in table.json.columns:
            return table.json.columns.index(JsonColumn(reference.name, aspect))
        known = references_of(table)
        if not table.json and reference.name in known:
            return known.index(reference.name)
        hint = did_you_mean(reference.name, known)
        if other := next((d for d in _DELIMITERS if len(known) == 1 and d in known[0]), None):
            hint = say("are its cells separated by '{other}'? Then set 'delimiter' in the source", other=other)
        escaped = next((c for c in known if "(" in c and c.split("(")[0] == reference.name.split("(")[0]), None)
        if escaped:
            written = escaped.replace("(", "\\(").replace(")", "\\)")
            hint = say("brackets in a column's name are escaped: $({written})", written=written)
        message = say("{table} has no column '{reference}'", table=table.name, reference=reference.name)
        self.findings.error("LOD4001", message, reference.origin, hint, [CellOrigin(table.name, 1)])
        return None

    def computed_column(self, expression: Expression, table: Table, *, is_condition: bool = False) -> int | None:
        """The place of the column that an expression is computed in; None when something in it is wrong."""
        return self._computed.get(table, {}).get(_meaning(expression, is_condition))

    def _with_computed(self, table: Table, uses: list[_Use]) -> Table:
        bare = table
        places: dict[_Meaning, int] = {}
        columns: list[Computed] = []
        for use in uses:
            if use.is_computed:
                self._add(use.expression, bare, columns, places, is_condition=use.is_condition)
        names = tuple(each.name for each in columns)
        table = replace(table, columns=(*table.columns, *names), computed=tuple(columns))
        self._computed[table] = places
        return table

    def _add(
        self,
        expression: Expression,
        table: Table,
        columns: list[Computed],
        places: dict[_Meaning, int],
        *,
        is_condition: bool = False,
    ) -> int | None:
        """The place of an expression's column, added (after those that it needs) if it is not there yet."""
        meaning = _meaning(expression, is_condition)
        if meaning in places:
            return places[meaning]
        function, given = "", {"": expression}
        names = [""]
        if isinstance(expression, Call):
            known = function_named(expression.function)  # None: a function of others, with a finding that ends the lift
            function, given = expression.function, dict(expression.arguments)
            names = [each.name for each in known.parameters] if known else list(given)
        arguments = []
        for name in names:
            argument = given.get(name)
            pieces = None if argument is None else self._pieces(argument, table, columns, places)
            if argument is not None and pieces is None:
                return None
            arguments.append(pieces)
        columns.append(Computed(_shown(expression), function, tuple(arguments), is_condition))
        places[meaning] = len(table.columns) + len(columns) - 1
        return places[meaning]

    def _pieces(
        self, expression: Expression, table: Table, columns: list[Computed], places: dict[_Meaning, int]
    ) -> tuple[str | int, ...] | None:
        if isinstance(expression, Constant):
            return (expression.value,)
        if isinstance(expression, Call):
            place = self._add(expression, table, columns, places)
            return None if place is None else (place,)
        assert not isinstance(expression, RowIdentity), "only blank nodes are called by their row"
        parts = expression.parts if isinstance(expression, Template) else (expression,)
        found = [part if isinstance(part, str) else self.column(part, table) for part in parts]
        return None if None in found else tuple(each for each in found if each is not None)


def _found(folders: Iterable[Path], access: str) -> Path | None:
    return next((path for folder in folders if (path := folder / access).is_file()), None)


def _uses(triples_map: TriplesMap, mapping: Mapping) -> Iterator[_Use]:
    source = triples_map.source
    yield from _uses_of(triples_map.subject, source)
    for pom in triples_map.predicate_object_maps:
        yield from _uses_of(pom.predicate, source)
        if pom.graph:
            yield from _uses_of(pom.graph, source)
        yield from _uses_of_object(pom.object, source, mapping)
    if triples_map.gathered:
        yield from _uses_of_object(triples_map.gathered, source, mapping)
        for graph in triples_map.gathered_in:
            yield from _uses_of(graph, source) if graph else ()


def _uses_of_object(
    made: TermMap | ReferencingObjectMap | GatherMap, source: LogicalSource, mapping: Mapping
) -> Iterator[_Use]:
    if isinstance(made, TermMap):
        yield from _uses_of(made, source)
    elif isinstance(made, GatherMap):
        for each in (*made.members, *([made.head] if made.head else [])):
            yield from _uses_of_object(each, source, mapping)
    else:
        parent = mapping.named(made.parent)
        if parent is None:
            return  # it was left out, and the parser has said why
        if not made.joins:
            yield from _uses_of(parent.subject, source)
        for join in made.joins:
            yield _Use(source, join.child, is_key=not isinstance(join.child, Reference))
            yield _Use(parent.source, join.parent, is_key=not isinstance(join.parent, Reference))


def _uses_of(term_map: TermMap, source: LogicalSource) -> Iterator[_Use]:
    for expression in (term_map.expression, term_map.datatype, term_map.language):
        if expression:
            yield _Use(source, expression)
    if term_map.condition:
        yield _Use(source, term_map.condition, is_condition=True)


def _makes_list(expression: Expression) -> bool:
    function = function_named(expression.function) if isinstance(expression, Call) else None
    return function is not None and function.makes_list


def _same(source: LogicalSource) -> LogicalSource:
    return replace(source, origin=_NOWHERE)


def _meaning(expression: Expression, is_condition: bool = False) -> _Meaning:
    """An expression without its positions."""
    match expression:
        case Constant():
            found: _Meaning = ("constant", expression.value)
        case Reference():
            found = ("reference", expression.name)
        case Template():
            parts = (each if isinstance(each, str) else _meaning(each) for each in expression.parts)
            found = ("template", *parts)
        case Call():
            found = ("call", expression.function, *((name, _meaning(each)) for name, each in expression.arguments))
        case RowIdentity():
            found = ("row",)
    return (*found, "condition") if is_condition else found


def _shown(expression: Expression) -> str:
    """An expression for people."""
    match expression:
        case Constant():
            return expression.value
        case Reference():
            return f"$({expression.name})"
        case Template():
            return "".join(part if isinstance(part, str) else _shown(part) for part in expression.parts)
        case Call():
            name = expression.function.replace("#", "/").rpartition("/")[2].rpartition(":")[2]
            return f"{name}({', '.join(_shown(each) for _, each in expression.arguments)})"
        case RowIdentity():
            return "row number"


def _each_sheet(triples_map: TriplesMap, cubes: Cubes) -> Iterator[TriplesMap]:
    """A triples map of a cube's sheet, for each of its sheets."""
    content = triples_map.source.content
    part = content.part if isinstance(content, SliceRows) else content
    if not isinstance(part, Part):
        yield triples_map
        return
    for number, edition in enumerate(cubes.split(part.edition), start=1):
        if edition is part.edition:
            yield triples_map
            continue
        own = replace(part, edition=edition)
        source = replace(
            triples_map.source, content=replace(content, part=own) if isinstance(content, SliceRows) else own
        )
        name = triples_map.name if number == 1 else f"{triples_map.name} sheet {number}"
        yield replace(triples_map, name=name, source=source)
