"""Round numbers for axes and classes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from math import ceil, floor, log10


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers that enclose a range, evenly spaced: steps of 1, 2 or 5 times a power of ten."""
    if high <= low:
        high = low + (abs(low) or 1)
    rough = (high - low) / about
    power = 10.0 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.8)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return [round(step * place, 12) for place in range(first, last + 1)]


def tick_text(value: float) -> str:
    """A round number as text, thousands grouped."""
    return f"{value:,.15g}"


def classes(values: Sequence[float], most: int) -> list[float]:
    """The upper bounds of at most `most` classes with about as many values each: quantiles, rounded to two digits."""
    ordered = sorted(set(values))
    if len(ordered) <= 1:
        return ordered
    count = min(most, len(ordered))
    bounds = [rounded(ordered[min(len(ordered) * place // count, len(ordered) - 1)]) for place in range(1, count)]
    inner = sorted({bound for bound in bounds if ordered[0] < bound < ordered[-1]})
    return [*inner, ordered[-1]]


def class_of(value: float, bounds: Sequence[float]) -> int:
    """The class that a value falls into; a class begins at the bound of the one before it."""
    return min(bisect_right(bounds, value), len(bounds) - 1)


def rounded(value: float) -> float:
    """A number with two digits that count."""
    return float(f"{value:.2g}")
