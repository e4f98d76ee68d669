"""Printed figures as numbers and states. What is not declared is not a number."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from lod.tables.workbooks.sheets import Value
from lod.wording import NOTHING, Wording, say

EMPTY = "empty"  # how a declaration names the empty cell

_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_SPACED = re.compile(r"[+-]?\d{1,3}(?: \d{3})+(?:\.\d+)?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")

_WITH_MARK = re.compile(r"(?:([^\d\s()+-]{1,3}|\([a-z]\))\s*)?[+-]?\d[\d,]*(?:\.\d+)?%?\s*([^\d\s,.%]{1,3})?")
_MINUSES = ("\u2212", "\u2013")  # minus sign, en dash
_TRIANGLES = ("▲", "△", "▼", "▽")


class State(StrEnum):
    """What a figure's cell says. All but the first are not an ordinary figure, and none of them is another."""

    REPORTED = "reported"
    ZERO = "zero"  # a mark that stands for 0
    MISSING = "missing"  # there is a figure, nobody knows it
    NOT_APPLICABLE = "not applicable"  # there cannot be a figure
    SUPPRESSED = "suppressed"  # there is a figure, it is kept back
    ROUNDED = "rounded"  # a figure that was changed before it was printed
    PROVISIONAL = "provisional"  # a figure that is not final


class Form(StrEnum):
    """How a figure may be written that is stored as text."""

    TEXT = "text"  # digits, stored as text in a workbook
    PADDED = "padded"  # spaces around it
    FULL_WIDTH = "full-width"  # １２３
    THOUSANDS = "thousands"  # 1,234
    SPACED = "spaced"  # 1 234
    PERCENT_SIGN = "percent-sign"  # 56.01%
    PARENTHESES = "parentheses"  # (12) is -12
    TRIANGLE = "triangle"  # ▲12 is -12


class Marks(Protocol):
    """What is declared about the figures of a table: signs that are states, and the forms of text that are figures."""

    @property
    def zero(self) -> tuple[str, ...]: ...
    @property
    def missing(self) -> tuple[str, ...]: ...
    @property
    def not_applicable(self) -> tuple[str, ...]: ...
    @property
    def suppressed(self) -> tuple[str, ...]: ...
    @property
    def rounded(self) -> tuple[str, ...]: ...
    @property
    def provisional(self) -> tuple[str, ...]: ...
    @property
    def revised(self) -> tuple[str, ...]: ...
    @property
    def numbers(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Figure:
    """A state and, if it has one, a number."""

    state: State
    number: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a cell is no figure, and which declaration would make it one."""

    reason: Wording
    hint: Wording


def read_figure(value: Value | None, is_typed: bool, marks: Marks) -> Figure | Unreadable:
    """The figure in a cell. `is_typed`: numbers are stored as numbers, so that text needs a declaration."""
    if isinstance(value, bool):
        return Unreadable(say("a truth value is no figure"), NOTHING)
    if isinstance(value, (int, float)):
        return Figure(State.REPORTED, _decimal(value))
    text = value or ""
    plain = unicodedata.normalize("NFKC", text).strip()
    marked = _marked(plain, marks)
    if marked:
        return Figure(marked, Decimal(0) if marked is State.ZERO else None)
    if not plain:
        hint = say("say what an empty cell means: values: {not-applicable: [empty]}, or missing, or zero")
        return Unreadable(say("the cell is empty"), hint)
    return _from_text(text, plain, is_typed, marks)


def _unmarked(plain: str, marks: Marks) -> tuple[str, State, bool]:
    """A text without the mark behind or before its figure, what the mark says, and whether there is one."""
    states = ((State.ROUNDED, marks.rounded), (State.PROVISIONAL, marks.provisional), (State.REPORTED, marks.revised))
    for state, signs in states:
        for sign in (unicodedata.normalize("NFKC", each).strip() for each in signs):
            if sign and plain.endswith(sign):
                return plain.removesuffix(sign).strip(), state, True
            if sign and plain.startswith(sign):
                return plain.removeprefix(sign).strip(), state, True
    return plain, State.REPORTED, False


def _advice(plain: str) -> Wording:
    """What to declare about a text that is no figure."""
    match = _WITH_MARK.fullmatch(plain)
    mark = match and (match[1] or match[2])
    if mark:
        return say("is '{mark}' a mark? values: {{provisional: ['{mark}']}}, revised or rounded", mark=mark)
    return say("say what it means: values: {{missing: ['{plain}']}}, or zero …", plain=plain)


def _decimal(value: float) -> Decimal:
    number = Decimal(repr(value))
    return Decimal(int(number)) if number == number.to_integral_value() else number


def _marked(plain: str, marks: Marks) -> State | None:
    declared = (
        (State.ZERO, marks.zero),
        (State.MISSING, marks.missing),
        (State.NOT_APPLICABLE, marks.not_applicable),
        (State.SUPPRESSED, marks.suppressed),
    )
    for state, signs in declared:
        for sign in signs:
            if plain == ("" if sign == EMPTY else unicodedata.normalize("NFKC", sign).strip()):
                return state
    return None


def _from_text(text: str, plain: str, is_typed: bool, marks: Marks) -> Figure | Unreadable:
    forms: set[str] = {Form.TEXT} if is_typed else set()
    if text != text.strip():
        forms |= {Form.PADDED}
    if unicodedata.normalize("NFKC", text.strip()) != text.strip():
        forms |= {Form.FULL_WIDTH}
    body, state, is_marked = _unmarked(plain, marks)
    if body[:1] in _MINUSES:
        forms |= {Form.FULL_WIDTH}
        body = "-" + body[1:].strip()
    if body[:1] in _TRIANGLES:
        forms |= {Form.TRIANGLE}
        body = "-" + body[1:].strip()
    if body.endswith("%"):
        forms |= {Form.PERCENT_SIGN}
        body = body[:-1].strip()
    if body.startswith("(") and body.endswith(")"):
        forms |= {Form.PARENTHESES}
        body = "-" + body[1:-1].strip()
    if _THOUSANDS.fullmatch(body):
        forms |= {Form.THOUSANDS}
        body = body.replace(",", "")
    if _SPACED.fullmatch(body):
        forms |= {Form.SPACED}
        body = body.replace(" ", "")
    if not _NUMBER.fullmatch(body):
        return Unreadable(say("'{plain}' is no figure", plain=plain), _advice(plain))
    if len(forms) > 1 or is_marked:
        forms -= {Form.TEXT}  # any other form, and the mark, say it too
    undeclared = sorted(forms - set(marks.numbers))
    if undeclared:
        wanted = ", ".join(sorted({*marks.numbers, *undeclared}))
        return Unreadable(
            say("'{text}' is text, not a number", text=text),
            say("if it is meant as one: values: {{numbers: [{wanted}]}}", wanted=wanted),
        )
    return Figure(state, Decimal(body))
