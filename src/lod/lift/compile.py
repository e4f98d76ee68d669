"""IR → Plan: sources are opened, references bound to columns, terms spelled, then the passes run.

A misspelt column fails here, at its place in the mapping, before any row is read.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from lod.diagnostics import CellOrigin, Findings, Origin
from lod.lift.gatherings import Bind, Bound, GatheredTable, gathered_emissions, unnamed_head
from lod.lift.held import HeldTable
from lod.lift.passes.distinct import find_twins, share_coinciding
from lod.lift.passes.folding import fold_constants
from lod.lift.passes.joins import eliminate_self_joins, look_up_parents
from lod.lift.passes.merging import merge_emissions
from lod.lift.passes.repeats import drop_repeats
from lod.lift.plan import (
    ROW,
    Cell,
    Column,
    Emission,
    Encoding,
    Joined,
    Piece,
    Plan,
    Relation,
    Scan,
    Statement,
    Subject,
    Term,
    sides,
)
from lod.lift.sources import Sources
from lod.lift.viewed import ViewTable
from lod.mapping.ir import (
    Call,
    Constant,
    Expression,
    GatherMap,
    Mapping,
    PredicateObjectMap,
    Reference,
    ReferencingObjectMap,
    RowIdentity,
    Safety,
    Template,
    TermMap,
    TermType,
    TriplesMap,
    references,
)
from lod.mapping.read import Shown, shown_path
from lod.rdf.iris import is_absolute
from lod.rdf.namespaces import XSD
from lod.rdf.nquads import escape, label
from lod.tables.table import Aspect, Table
from lod.tables.typed import TypedTable
from lod.wording import joined, say

PASSES = (
    fold_constants,
    look_up_parents,
    eliminate_self_joins,
    merge_emissions,
    drop_repeats,
    share_coinciding,
    find_twins,
)


def compile_plan(
    mapping: Mapping, *, folders: Sequence[Path], base_iri: str, findings: Findings, shown: Shown = shown_path
) -> Plan:
    """Bind a mapping to its tables, and improve the plan (`bind_plan`)."""
    return improve(bind_plan(mapping, folders=folders, base_iri=base_iri, findings=findings, shown=shown))


def bind_plan(
    mapping: Mapping, *, folders: Sequence[Path], base_iri: str, findings: Findings, shown: Shown = shown_path
) -> Plan:
    """Bind a mapping to its tables.

    Sources are looked up in `folders`, in their order; tables are called by their path relative to the last of them,
    those that lie elsewhere as `shown` has it.
    What is wrong is in `findings`: no such table or column, a header that cannot be used, a relative IRI without base.
    Triples maps in which something is wrong are left out of the plan.
    """
    sources = Sources(mapping, tuple(folders), findings, shown)
    mapping = sources.mapping
    compiler = _Compiler(mapping, sources, base_iri, findings)
    compiled = [found for each in mapping.triples_maps if (found := compiler.triples_map(each))]
    emissions = tuple(emission for _, emissions in compiled for emission in emissions)
    read = [*(s.table for s, _ in compiled), *(table for e in emissions for table in sides(e.relation))]
    read += [sources.viewed(view) for view in mapping.views]
    read = [each for table in read for each in (*table.inputs, table)]
    plan = Plan(
        tables=tuple(dict.fromkeys(read)),
        emissions=emissions,
        shared=(),
        subjects=tuple(s for s, _ in compiled),
        constraints=mapping.constraints,
    )
    _warn_of_unused(plan, mapping, sources)
    return plan


def improve(plan: Plan) -> Plan:
    """A plan that makes the same statements with less work."""
    for each in PASSES:
        plan = each(plan)
    return plan


def _tell_written(unused: Collection[str], table: Table, mapping: Mapping, sources: Sources) -> None:
    """A text that is an unused column's name in other signs than those of a reference: $name, {name}, ${name}."""
    for triples_map in mapping.triples_maps:
        if sources.table(triples_map.source) is not table:
            continue
        for rule in triples_map.predicate_object_maps:
            said = rule.object.expression if isinstance(rule.object, TermMap) else None
            name = said.value.strip("${}()") if isinstance(said, Constant) else ""
            if (
                isinstance(said, Constant)
                and name in unused
                and said.value in (f"${name}", f"{{{name}}}", f"${{{name}}}")
            ):
                message = say("'{text}' is text, the same in every row", text=said.value)
                hint = say("the cell of the column is $({name}), in RML rml:reference", name=name)
                sources.findings.warning("LOD4061", message, said.origin, hint, [CellOrigin(table.name, 1, name)])


def _warn_of_unused(plan: Plan, mapping: Mapping, sources: Sources) -> None:
    """A column that no rule uses is often a rule forgotten."""
    if sources.findings.errors:
        return
    for table in plan.tables:
        names_nothing = table.json and not isinstance(table, TypedTable)  # only the mapping names values of JSON
        if names_nothing or table.exploded or isinstance(table, ViewTable | HeldTable | GatheredTable):
            continue
        same = [each for each in plan.tables if each.exploded and replace(each, exploded=()) == table]
        used = {column for each in (table, *same) for column in plan.columns_of(each)}
        used.update(n for each in table.computed for a in each.arguments for n in a or () if isinstance(n, int))
        unused = [name for n, name in enumerate(table.columns) if n not in used]
        if isinstance(table, TypedTable):
            unused = table.without(used)
        if unused:
            _tell_written(unused, table, mapping, sources)
            names = joined([say("'{name}'", name=name) for name in unused], say(", "))
            origin = next(t.source.origin for t in mapping.triples_maps if sources.table(t.source) is table)
            message = say(
                "no rule uses {n:column|columns} {names} of {table}",
                n=len(unused),
                names=names,
                table=table.name,
            )
            where = [CellOrigin(table.name, 1, unused[0])]
            sources.findings.warning("LOD4002", message, origin, say("fine if that is meant"), where)


@dataclass(frozen=True, slots=True)
class _Compiler:
    mapping: Mapping
    sources: Sources
    base_iri: str
    findings: Findings
    terms: dict[tuple[TermMap, Table, str, int], Term] = field(default_factory=dict)
    relative: set[Origin | None] = field(default_factory=set)  # where relative IRIs without a base were found

    def say_no_base(self, expression: Expression) -> None:
        """LOD4010, once at each place."""
        is_broken = isinstance(expression, Constant) and not expression.value and self.findings.errors
        if expression.origin not in self.relative and not is_broken:
            self.relative.add(expression.origin)
            hint = say("declare 'base', or write the IRI in full")
            self.findings.error("LOD4010", say("a relative IRI, and no base"), expression.origin, hint)

    def triples_map(self, triples_map: TriplesMap) -> tuple[Subject, list[Emission]] | None:
        """The plan of one triples map: an emission for each relation that its statements read."""
        before = len(self.findings.errors)
        base = triples_map.base or self.base_iri or triples_map.document_base
        rows = self.sources.table(triples_map.source)
        needed = list(triples_map.subject.references())
        table = self.sources.table_for(triples_map.source, needed, [triples_map.subject])
        if rows is None or table is None:
            return None
        subject = self._subject(triples_map, table, base)
        found: dict[Relation, list[Statement]] = {}
        keys: dict[Relation, Term] = {}
        for pom in triples_map.predicate_object_maps:
            if triples_map.gathered or isinstance(pom.object, GatherMap):
                continue
            made = self._statement(pom, triples_map, base)
            if made:
                relation, statement = made
                found.setdefault(relation, []).append(statement)
                keys.setdefault(relation, statement.subject)
        gathered = gathered_emissions(triples_map, rows, self._bind(triples_map, base))
        if len(self.findings.errors) > before:
            return None
        own = tuple(found.get(Scan(table), ()))
        emissions = [Emission(triples_map.name, r, keys[r], tuple(statements)) for r, statements in found.items()]
        return Subject(triples_map.name, table, subject, own, triples_map.origin), [*emissions, *gathered]

    def _subject(self, triples_map: TriplesMap, table: Table, base: str, side: int = 0) -> Term:
        gathered = triples_map.gathered
        if gathered is None or gathered.head:
            return self._term(triples_map.subject, table, base, side)
        return unnamed_head(gathered, table, side)

    def _bind(self, triples_map: TriplesMap, base: str) -> Bind:
        """How the terms of lists and containers are bound: each over rows of its own, if it has several values."""

        def bind(made: TermMap | ReferencingObjectMap) -> Bound | None:
            needed = list(made.references()) if isinstance(made, TermMap) else self._child_references(made)
            table = self.sources.table_for(triples_map.source, needed, [made] if isinstance(made, TermMap) else ())
            assert table is not None, "the triples map has a table"
            if isinstance(made, TermMap):
                return Bound(Scan(table), self._term(made, table, base))
            parent = self._parent(made, table, triples_map)
            return Bound(*parent) if parent else None

        return bind

    def _statement(
        self, pom: PredicateObjectMap, triples_map: TriplesMap, base: str
    ) -> tuple[Relation, Statement] | None:
        """A statement, and the relation whose rows make it."""
        terms = [triples_map.subject, pom.predicate, *([pom.graph] if pom.graph else [])]
        needed = [each for term in terms for each in term.references()]
        if isinstance(pom.object, TermMap):
            needed += pom.object.references()
            terms.append(pom.object)
        else:
            assert not isinstance(pom.object, GatherMap), "those are emissions of their own"
            needed += self._child_references(pom.object)
        table = self.sources.table_for(triples_map.source, needed, terms)
        assert table is not None, "the triples map has a table"
        subject, predicate = self._term(triples_map.subject, table, base), self._term(pom.predicate, table, base)
        graph = self._term(pom.graph, table, base) if pom.graph else None
        if isinstance(pom.object, TermMap):
            made: tuple[Relation, Term] | None = Scan(table), self._term(pom.object, table, base)
        else:
            made = self._parent(pom.object, table, triples_map)
        if made is None:
            return None
        return made[0], Statement(subject, predicate, made[1], graph, pom.origin, pom.targets)

    def _parent(
        self, referencing: ReferencingObjectMap, child: Table, triples_map: TriplesMap
    ) -> tuple[Relation, Term] | None:
        """The relation that a referencing object map reads, and the parent's subject over it."""
        parent = self.mapping.named(referencing.parent)
        if parent is None:
            return None  # it was left out, and the parser has said why
        needed = [*parent.subject.references(), *(r for join in referencing.joins for r in references(join.parent))]
        table = self.sources.table_for(parent.source, needed, [parent.subject])
        if table is None:
            return None
        base = parent.base or self.base_iri or parent.document_base
        if not referencing.joins:
            if self.sources.table(parent.source) != self.sources.table(triples_map.source):
                message = say(
                    "'{triples_map}' and '{parent}' read different tables, so the join needs a condition",
                    triples_map=triples_map.name,
                    parent=parent.name,
                )
                is_rml = referencing.origin.path.lower().endswith((".ttl", ".rml", ".nt"))
                in_rml = say("add a joinCondition with its child and parent")
                hint = in_rml if is_rml else say("condition: {function: equal, …}")
                self.findings.error("LOD4009", message, referencing.origin, hint)
                return None
            return Scan(child), self._subject(parent, child, base)
        subject = self._subject(parent, table, base, side=1)
        pairs = [(self._key(join.child, child), self._key(join.parent, table)) for join in referencing.joins]
        return Joined(child, table, tuple((a, b) for a, b in pairs if a is not None and b is not None)), subject

    def _child_references(self, referencing: ReferencingObjectMap) -> list[Reference]:
        """What a join, or a parent's subject without one, needs of the child's own row."""
        if referencing.joins:
            return [each for join in referencing.joins for each in references(join.child)]
        parent = self.mapping.named(referencing.parent)
        return list(parent.subject.references()) if parent else []

    def _key(self, side: Expression, table: Table) -> int | None:
        """The column that a join compares."""
        if isinstance(side, Reference):
            return self.sources.column(side, table)
        return self.sources.computed_column(side, table)

    def _term(self, term_map: TermMap, table: Table, base: str, side: int = 0) -> Term:
        """A term over a table; what is wrong with it is found once."""
        key = (term_map, table, base, side)
        if key not in self.terms:
            self.terms[key] = self._bound(term_map, table, base, side)
        return self.terms[key]

    def _bound(self, term_map: TermMap, table: Table, base: str, side: int) -> Term:
        kind, origin = term_map.term_type, term_map.origin
        bind = _Binder(self, table, side)
        expression = term_map.expression
        requires = bind.condition(term_map.condition)
        if kind is TermType.LITERAL:
            pieces, datatype = bind.literal(term_map, base)
            language = bind.pieces(term_map.language, Encoding.RAW) if term_map.language else ()
            return Term(kind, pieces, origin, datatype, language, requires=requires)
        if kind is TermType.BLANK_NODE:
            begin = () if isinstance(expression, RowIdentity) else ("b",)  # a label is never empty
            return Term(kind, (*begin, *bind.pieces(expression, Encoding.LABEL)), origin, requires=requires)
        pieces, prefix = bind.iri(expression, base, term_map.safety)
        return Term(kind, pieces, origin, base=prefix, requires=requires)


@dataclass(frozen=True, slots=True)
class _Binder:
    """Expressions → pieces over one table, on one side of a relation."""

    compiler: _Compiler
    table: Table
    side: int

    def pieces(self, expression: Expression, encoding: Encoding) -> tuple[Piece, ...]:
        """An expression's pieces; a cell that has no column is left out, its finding is made."""
        sources = self.compiler.sources
        match expression:
            case RowIdentity():
                return (f"r{self.table.digest[:8]}-", Cell(Column(ROW, self.side), encoding))
            case Constant():
                return (_text(expression.value, encoding),)
            case Call():
                return self._cell(sources.computed_column(expression, self.table), encoding)
            case Reference():
                return self._cell(sources.column(expression, self.table), encoding)
            case Template():
                found: list[Piece] = []
                for part in expression.parts:
                    if isinstance(part, str):
                        found.append(_text(part, encoding))
                    else:
                        found += self._cell(sources.column(part, self.table), encoding)
                return tuple(found)

    def _cell(self, index: int | None, encoding: Encoding) -> tuple[Cell, ...]:
        return () if index is None else (Cell(Column(index, self.side), encoding),)

    def condition(self, expression: Expression | None) -> frozenset[Column]:
        """The column that must have a value for a condition to hold."""
        if expression is None:
            return frozenset()
        index = self.compiler.sources.computed_column(expression, self.table, is_condition=True)
        return frozenset() if index is None else frozenset({Column(index, self.side)})

    def literal(self, term_map: TermMap, base: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
        """A literal's pieces and its datatype's. Values of JSON keep their kind unless the mapping says another."""
        expression, datatype = term_map.expression, term_map.datatype
        if not isinstance(expression, Reference) or not self.table.json or term_map.language:
            return self.pieces(expression, Encoding.ESCAPED), self.datatype(datatype, base)
        column = self.compiler.sources.column
        if column(expression, self.table) is None:
            return (), ()
        if datatype is None:
            natural = column(expression, self.table, Aspect.NATURAL)
            kind = column(expression, self.table, Aspect.DATATYPE)
            return self._cell(natural, Encoding.ESCAPED), self._cell(kind, Encoding.RAW)
        is_double = isinstance(datatype, Constant) and datatype.value in (XSD + "double", XSD + "float")
        text = column(expression, self.table, Aspect.DOUBLE if is_double else Aspect.TEXT)
        return self._cell(text, Encoding.ESCAPED), self.datatype(datatype, base)

    def iri(self, expression: Expression, base: str, safety: Safety = Safety.IRI) -> tuple[tuple[Piece, ...], str]:
        """An IRI's pieces, and the base if it is up to the cell whether it is needed.

        A relative value is put behind the base (R2RML §11.2); a lone reference is taken as it stands.
        """
        if isinstance(expression, Reference | Call):
            encoding = Encoding.UNCHECKED if safety is Safety.UNSAFE else Encoding.RAW
            return self.pieces(expression, encoding), base
        pieces = self.pieces(expression, _ENCODINGS[safety])
        head = pieces[0] if pieces and isinstance(pieces[0], str) else ""
        if is_absolute(head):
            return pieces, ""
        if not base:
            self.compiler.say_no_base(expression)
        return (base + head, *(pieces[1:] if head else pieces)), ""

    def datatype(self, expression: Expression | None, base: str) -> tuple[Piece, ...]:
        """A datatype's pieces, () for a plain string: RDF 1.1 says that xsd:string and no datatype are the same."""
        if expression is None or (isinstance(expression, Constant) and expression.value == XSD + "string"):
            return ()
        return self.iri(expression, base)[0]


def _text(text: str, encoding: Encoding) -> str:
    """What a mapping writes itself, as it enters a term; in IRIs it is as it is meant."""
    match encoding:
        case Encoding.ESCAPED:
            return escape(text)
        case Encoding.LABEL:
            return label(text)
        case _:
            return text


_ENCODINGS = {Safety.IRI: Encoding.IRI_SAFE, Safety.URI: Encoding.URI_SAFE, Safety.UNSAFE: Encoding.UNCHECKED}
