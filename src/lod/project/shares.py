"""Shares as people write them: in the project file and on the command line."""

from __future__ import annotations


def parse_share(text: str) -> float | None:
    """`1%`, `0.5 %` or `0.01` as a share; None if it is none."""
    number = text.strip().removesuffix("%").strip()
    try:
        share = float(number) / (100 if text.strip().endswith("%") else 1)
    except ValueError:
        return None
    return share if 0 <= share <= 1 else None
