"""The thread back to the row: which source rows and which triples map made a subject.

Lineage is kept out of band, columnar on disk, never as extra triples. A source table's lineage file holds its rows, in
their order, in the columns that the mappings need; a triples map's subject is an expression over them, so it costs no
second copy of a million IRIs. `lod.lift.lineage` writes and searches it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row of a source table that made a subject."""

    subject: str  # IRI, or `_:label`
    source: str  # the table's name, as people know it: a path relative to the project
    row: int  # 1-based; the header of a CSV is row 1
    triples_map: str


@dataclass(frozen=True, slots=True)
class Lineage:
    """A handle on the lineage of one lift: a folder with `lineage.json` and one Parquet file a source table."""

    folder: Path
