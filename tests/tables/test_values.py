"""Figures: numbers and the five states that are none of each other."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lod.mapping.cube.model import Marks
from lod.tables.printed.values import Figure, State, Unreadable, read_figure

ALL = ("text", "padded", "full-width", "thousands", "spaced", "percent-sign", "parentheses")


PLAIN = Marks()


def figure(value: str | float | None, marks: Marks = PLAIN, *, is_typed: bool = True) -> Figure:
    read = read_figure(value, is_typed, marks)
    assert isinstance(read, Figure), read
    return read


def test_stored_numbers_are_themselves() -> None:
    assert figure(343861.0) == Figure(State.REPORTED, Decimal(343861))
    assert figure(66.7) == Figure(State.REPORTED, Decimal("66.7"))
    assert figure(0.0) == Figure(State.REPORTED, Decimal(0))


def test_five_states_are_five() -> None:
    marks = Marks(("－",), ("…",), ("empty",), ("X",), ("r",), ("text",))
    assert figure("－", marks) == Figure(State.ZERO, Decimal(0))
    assert figure("…", marks) == Figure(State.MISSING)
    assert figure(None, marks) == Figure(State.NOT_APPLICABLE)
    assert figure(" X ", marks) == Figure(State.SUPPRESSED)
    assert figure("120r", marks) == Figure(State.ROUNDED, Decimal(120))


@pytest.mark.parametrize(
    ("text", "number", "form"),
    [
        ("  19234 ", "19234", "padded"),
        ("１９２３４", "19234", "full-width"),
        ("19,234", "19234", "thousands"),
        ("1 019 234", "1019234", "spaced"),
        ("56.01%", "56.01", "percent-sign"),
        ("(12)", "-12", "parentheses"),
        ("19234", "19234", "text"),
    ],
)
def test_text_is_a_figure_only_if_its_form_is_declared(text: str, number: str, form: str) -> None:
    assert figure(text, Marks(numbers=(form,))).number == Decimal(number)
    refused = read_figure(text, True, Marks(numbers=tuple(each for each in ALL if each != form)))
    assert isinstance(refused, Unreadable)
    assert form in refused.hint


def test_a_csv_knows_no_numbers_so_plain_digits_are_figures() -> None:
    assert figure("2457", is_typed=False).number == 2457
    assert isinstance(read_figure("2,457", False, Marks()), Unreadable)


@pytest.mark.parametrize("value", ["－", "n/a", "1,23", "12a", None, " ", True])
def test_nothing_is_guessed(value: str | bool | None) -> None:
    assert isinstance(read_figure(value, True, Marks(numbers=ALL)), Unreadable)
