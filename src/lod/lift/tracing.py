"""From many statements back to the cells and the mapping rules that made them, all in one go.

`lod.lift.lineage.find_cells` answers for one subject; a validation report asks for thousands. Here each table is read
once for a batch of them, and the value of a statement tells which of several rules of one predicate has made it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lod.diagnostics import CellOrigin, TextOrigin
from lod.lift.lineage import Key, SubjectRecord, Value, key_of, origins_of, read_lineage
from lod.lift.plan import Cell, Term
from lod.lineage import Lineage
from lod.mapping.ir import TermType

if TYPE_CHECKING:  # loaded by those who have a lineage to ask
    from lod.lift.engines.duckdb.search import Hit

_BATCH = 20_000  # questions that are asked together: they and their answers are held in memory
_ROWS = 20  # of one subject that say different things


@dataclass(frozen=True, slots=True)
class Question:
    """A statement, or what is known of it. Without a predicate: the value wherever it is said of the subject."""

    subject: str
    predicate: str | None
    value: str | None = None  # an IRI, or the text of a literal
    is_literal: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The cells that a statement comes from, and the rule that made it of them; none where no table made it."""

    cells: tuple[CellOrigin, ...] = ()
    rule: TextOrigin | None = None


@dataclass(slots=True)
class _Candidates:
    """Rules that may have made a statement, with cells; the surer ones count."""

    sure: list[tuple[TextOrigin, list[CellOrigin]]]
    likely: list[tuple[TextOrigin, list[CellOrigin]]]


def answers(lineage: Lineage, questions: Sequence[Question]) -> Iterator[Answer]:
    """The answer to each question, in their order.

    The cells are those of the value; where there is none, the empty cells that would have held one; where the predicate
    comes from no cell, those of the subject.
    """
    records = read_lineage(lineage)
    for start in range(0, len(questions), _BATCH):
        batch = questions[start : start + _BATCH]
        found = _ask(records, batch)
        without = [number for number, answer in enumerate(found) if not answer.cells]
        subjects = _ask(records, [Question(batch[number].subject, None) for number in without])
        for number, of_subject in zip(without, subjects, strict=True):
            found[number] = Answer(of_subject.cells, found[number].rule or of_subject.rule)
        yield from found


def _ask(records: Sequence[SubjectRecord], questions: Sequence[Question]) -> list[Answer]:
    from lod.lift.engines.duckdb import search

    found = [_Candidates([], []) for _ in questions]
    for record in records:
        keys = {q.subject: key for q in questions if (key := key_of(record.term, q.subject)) is not None}
        asked: dict[tuple[Value, ...] | None, list[int]] = {}
        rules: dict[tuple[str | None, bool], tuple[Value, ...] | None] = {}
        for number, question in enumerate(questions):
            if question.subject in keys:
                kind = (question.predicate, question.value is None)
                if kind not in rules:
                    rules[kind] = _values(record, question)
                values = rules[kind]
                if values is None or values:
                    asked.setdefault(values, []).append(number)
        wanted = [(values, numbers, _columns(record, values)) for values, numbers in asked.items()]
        read = [each for each in wanted if each[2]]
        for values, numbers, columns in wanted:
            if not columns and values:  # what no cell changes
                for number in numbers:
                    _judge(record, values, columns, [(0, ())], questions[number], found[number])
        if not read:
            continue
        hits = search.cells_of_many(
            record, keys, [([questions[n].subject for n in numbers], columns) for _, numbers, columns in read], _ROWS
        )
        for (values, numbers, columns), rows in zip(read, hits, strict=True):
            for number in numbers:
                _judge(record, values, columns, rows.get(questions[number].subject, []), questions[number],
                       found[number])  # fmt: skip
    return [_answer(each) for each in found]


def _values(record: SubjectRecord, question: Question) -> tuple[Value, ...] | None:
    """The rules that may have made a statement; None for the subject's own."""
    if question.predicate is None:
        return record.values if question.value is not None else None
    return tuple(value for value in record.values if key_of(value.predicate, question.predicate) is not None)


def _columns(record: SubjectRecord, values: tuple[Value, ...] | None) -> list[int]:
    """The columns to read for rules, those with the names of cells behind."""
    if values is None:
        columns = {c.index for c in record.term.columns if c.index >= 0}
    else:
        columns = {column for value in values for column in value.columns}
    places = {record.table.cells[column] for column in columns if column in record.table.cells}
    return [*sorted(columns), *sorted(places - columns)]


def _judge(
    record: SubjectRecord,
    values: tuple[Value, ...] | None,
    columns: Sequence[int],
    rows: Sequence[Hit],
    question: Question,
    found: _Candidates,
) -> None:
    """Take note of what a subject's rows say to a question."""
    for row, texts in rows:
        read = dict(zip(columns, texts, strict=True))
        if values is None:
            own = sorted(c.index for c in record.term.columns if c.index >= 0)
            found.likely.append((record.rule, _cells(record, row, own, read)))
        for value in values or ():
            cells = _cells(record, row, value.columns, read)
            made = None if question.value is None else _makes(value.object, question, read)
            if made:
                found.sure.append((value.rule, cells))
            elif made is None and (question.value is None or question.predicate is not None):
                found.likely.append((value.rule, cells))


def _cells(record: SubjectRecord, row: int, columns: Sequence[int], read: dict[int, str | None]) -> list[CellOrigin]:
    table, cells = record.table, list[CellOrigin]()
    for column in columns:
        place = table.cells.get(column)
        cells += origins_of(table, row, column, read[column], read[place] if place is not None else None)
    return cells


def _makes(term: Term, question: Question, read: dict[int, str | None]) -> bool | None:
    """Whether a row's cells make the value of a question by a term; None where that cannot be told."""
    assert question.value is not None
    if term.is_spelled:
        return None
    if question.is_literal is not (term.kind is TermType.LITERAL):
        return False
    cells = [piece for piece in term.pieces if isinstance(piece, Cell)]
    key = _literal_key(term, question.value) if question.is_literal else key_of(term, question.value)
    if key is None or not cells:
        return key is not None
    if len(key) != len(cells):
        return None
    same = all(read.get(cell.column.index) == text for cell, text in zip(cells, key, strict=True))
    return True if same else None  # the lift may have cleaned the cell's text


def _literal_key(term: Term, text: str) -> Key | None:
    """The cells of which a literal can have become `text`; () where several ways lead there, None where none does."""
    if not any(isinstance(piece, Cell) for piece in term.pieces):
        return () if "".join(map(str, term.pieces)) == text else None
    pattern = "".join(re.escape(piece) if isinstance(piece, str) else "(.+)" for piece in term.pieces)
    match = re.fullmatch(pattern, text, re.DOTALL)
    if match is None:
        return None
    return match.groups() if len(match.groups()) == 1 else ()


def _answer(found: _Candidates) -> Answer:
    """The surest rule and its cells; of those that are only likely, the cells with something in them."""
    best = found.sure or found.likely
    cells = list(dict.fromkeys(cell for _, each in best for cell in each))
    full = [cell for cell in cells if cell.text]
    rule = next((rule for rule, each in best if not full or any(cell.text for cell in each)), None)
    return Answer(tuple(full or cells), rule if rule is not None and rule.path else None)
