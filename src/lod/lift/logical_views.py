"""Tables that are logical views: which names their rows have, and which tables they are made of.

RML-LV, https://w3id.org/rml/lv/spec. A field is called by its name behind those of the fields around it, with dots; a
name and `.#` is the place (0, 1, …) of a value or record among its like, `#` that of the row's record in the source.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lod.diagnostics import CellOrigin, Findings, did_you_mean
from lod.mapping.ir import Call, Expression, ExpressionField, Field, Formulation, LogicalView, Reference, references
from lod.tables.documents.jsonpath import JsonPathError, parse_jsonpath
from lod.tables.table import Table
from lod.tables.typed import TypedTable
from lod.wording import say

INDEX = "#"


@dataclass(frozen=True, slots=True)
class LogicalViewTable(Table):
    """A view over the rows of `base`, joined with the views `joined` (in the order of the view's joins)."""

    view: LogicalView | None = None
    base: Table | None = None
    joined: tuple[Table, ...] = ()


def names_of(view: LogicalView) -> list[str]:
    """What references can say on a view's rows."""
    joined = [field for join in view.joins for field in join.fields]
    return [INDEX, *_names([*view.fields, *joined], "")]


def _names(fields: Sequence[Field], around: str) -> Iterator[str]:
    for field in fields:
        name = around + field.name
        if isinstance(field, ExpressionField):
            yield name
        yield f"{name}.{INDEX}"
        yield from _names(field.fields, f"{name}.")


def records_of(table: Table) -> Table:
    """The table whose records the rows of a view are made of; of other tables themselves."""
    while isinstance(table, LogicalViewTable) and table.base:
        table = table.base
    return table


def references_of(table: Table) -> tuple[str, ...]:
    """What references can say on a table's rows."""
    if isinstance(table, LogicalViewTable) and table.view:
        return tuple(names_of(table.view))
    if isinstance(table, TypedTable):
        return tuple(each.name for each in table.cells)
    return table.columns[: table.stored]


def check_view(view: LogicalView, base: Table, joined: Sequence[Table], findings: Findings) -> None:
    """Findings for fields that name what is not there, and for queries that are none."""
    if base.json and base.json.is_xml:
        findings.error(
            "LOD3012", say("logical views of XML are not supported"), view.origin, say("map its rows directly")
        )
        return
    _check_fields(view.fields, _formulation(base), base, findings)
    own = [*names_of(view)]
    for join, parent in zip(view.joins, joined, strict=True):
        for condition in join.conditions:
            _check_names(condition.child, own, view.on.access, findings)
            _check_names(condition.parent, references_of(parent), parent.name, findings)
        for field in join.fields:
            _check_names(field.expression, references_of(parent), parent.name, findings)


def _formulation(table: Table) -> Formulation:
    if isinstance(table, LogicalViewTable):
        return Formulation.VIEW
    if isinstance(table, TypedTable):
        return Formulation.CSV
    return Formulation.JSONPATH if table.json else Formulation.CSV


def _check_fields(fields: Sequence[Field], around: Formulation, table: Table | None, findings: Findings) -> None:
    """`table`: whose columns the references name, None where only the records themselves can tell."""
    for field in fields:
        if not isinstance(field, ExpressionField):
            inner = field.formulation or around
            if inner is Formulation.JSONPATH and field.iterator:
                _check_query(field.iterator, field, findings)
            _check_fields(field.fields, inner, None, findings)
            continue
        if around is Formulation.JSONPATH:
            for each in references(field.expression):
                _check_query(each.name, each, findings)
        elif table is not None:
            _check_names(field.expression, references_of(table), table.name, findings)
        if isinstance(field.expression, Call):
            findings.error("LOD3012", say("functions in fields of views are not supported yet"), field.origin)
        _check_fields(field.fields, around, None, findings)


def _check_query(written: str, where: Reference | Field, findings: Findings) -> None:
    try:
        path = parse_jsonpath(written)
    except JsonPathError as error:
        hint = say("as in $.students[*] or $['a b']")
        findings.error(
            "LOD2009", say("'{written}' is no JSONPath: {error}", written=written, error=error), where.origin, hint
        )
        return
    if not path.columnar:
        hint = say("names, [0] and [*] are")
        findings.error("LOD3012", say("'{written}' is not supported in a view", written=written), where.origin, hint)


def _check_names(expression: Expression, known: Sequence[str], name: str, findings: Findings) -> None:
    for each in references(expression):
        if each.name not in known:
            hint = did_you_mean(each.name, known)
            message = say("{name} has no column '{each}'", name=name, each=each.name)
            findings.error("LOD4001", message, each.origin, hint, [CellOrigin(name, 1)])
