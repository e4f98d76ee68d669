"""What a lift leaves behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lod.lineage import Lineage


@dataclass(frozen=True, slots=True)
class LiftResult:
    """N-Quads parts and counts. The set of statements is the parts' union; see `statements` for how many lines."""

    parts: tuple[Path, ...]
    statements: int  # lines in all parts
    by_triples_map: Mapping[str, int]  # triples map → lines
    lineage: Lineage
