"""Values that would make a wrong term: found by the engine in one aggregate, reported at their cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lod.diagnostics import CellOrigin, Origin
from lod.lift.engines import sql
from lod.lift.plan import Cell, Column, Emission, Encoding, Term, sides
from lod.mapping.ir import TermType
from lod.rdf.datatypes import LEXICAL_SPACES, LexicalSpace
from lod.rdf.iris import ABSOLUTE_IRI
from lod.rdf.languages import LANGUAGE_TAG
from lod.wording import Wording, say


@dataclass(frozen=True, slots=True)
class Check:
    """A condition under which a row's cell makes a wrong term."""

    code: str
    term: Term
    column: Column
    condition: str
    what: Wording  # the sentence about a value: it is …
    hint: Wording


def checks_of(emission: Emission) -> list[Check]:
    """The checks that the terms of an emission need."""
    terms = {emission.key: None, **{t: None for s in emission.statements for t in s.terms}}
    return [check for term in terms for check in _checks(term)]


def _checks(term: Term) -> list[Check]:
    found = []
    cells = [piece for piece in term.pieces if isinstance(piece, Cell)]
    raw = [cell for cell in cells if cell.encoding is Encoding.RAW]
    if term.kind is TermType.IRI and raw:
        hint = say("clean the cell, or make the IRI with a template, which encodes: https://…/$(column)")
        found.append(_check("LOD4004", term, raw[0].column, sql.value(term), ABSOLUTE_IRI, say("no legal IRI"), hint))
    languages = [piece for piece in term.language if isinstance(piece, Cell)]
    if languages:
        text = sql.concat(term.language)
        found.append(
            _check(
                "LOD4006", term, languages[0].column, text, LANGUAGE_TAG, say("no language tag"), say("as zh-Hant-TW")
            )
        )
    datatype = term.datatype[0] if len(term.datatype) == 1 else None
    space = LEXICAL_SPACES.get(datatype) if isinstance(datatype, str) else None
    if space and cells:
        assert isinstance(datatype, str)
        found.append(_typed(term, cells, datatype, space))
    return found


def _check(code: str, term: Term, column: Column, text: str, pattern: str, what: Wording, hint: Wording) -> Check:
    present = sql.present(term.columns)
    condition = sql.conjunction([*present, f"NOT regexp_full_match({text}, {sql.quoted(pattern)})"])
    return Check(code, term, column, condition, what, hint)


def _typed(term: Term, cells: list[Cell], datatype: str, space: LexicalSpace) -> Check:
    # what stands in the source, not its escaped form: a value with an escape never fits these patterns anyway
    text = sql.column(cells[0].column) if len(term.pieces) == 1 else sql.value(term)
    wrong = [f"NOT regexp_full_match({text}, {sql.quoted(space.pattern)})"]
    number = f"TRY_CAST({text} AS DECIMAL(38, 0))"
    if space.least is not None:
        wrong.append(f"coalesce({number} < {space.least}, left({text}, 1) = '-')")
    if space.most is not None:
        wrong.append(f"coalesce({number} > {space.most}, left({text}, 1) <> '-')")
    if space.has_day:
        wrong.append(
            f"left({text}, 1) <> '-' AND substr({text}, 5, 1) = '-' AND TRY_CAST(left({text}, 10) AS DATE) IS NULL"
        )
    name = "xsd:" + datatype.rpartition("#")[2]
    condition = sql.conjunction([*sql.present(term.columns), f"({' OR '.join(f'({each})' for each in wrong)})"])
    hint = say(
        "{name} is written like {example}; cells that mean «no value» are declared as the source's 'null'",
        name=name,
        example=space.example,
    )
    return Check("LOD4003", term, cells[0].column, condition, say("no {name}", name=name), hint)


def report_values(
    check: Check,
    count: int,
    values: int,
    cells: list[tuple[int, str]],
    emission: Emission,
    tell: Callable[[str, Wording, Origin, Wording, Iterable[Origin]], None],
) -> None:
    """One finding for all cells that a check refused: how many, and the first three."""
    table = sides(emission.relation)[0 if check.column.index < 0 else check.column.side]
    name = table.columns[check.column.index]
    origins = [CellOrigin(table.name, row, name, text) for row, text in cells]
    shown = ", ".join(f"'{text}'" for _, text in cells) + (", …" if count > len(cells) else "")
    message = say(
        "{count} of {values} values {count:is|are} {what}: {shown}",
        count=count,
        values=values,
        what=check.what,
        shown=shown,
    )
    tell(check.code, message, origins[0], check.hint, [*origins[1:], check.term.origin])
