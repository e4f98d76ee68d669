"""N-Quads parts → one file: each statement once, in the order of its bytes.

The same statements give the same bytes, whatever order the engine made them in, so their SHA-256 names the content.
All statements of a subject stand together, which dumps and counts build upon.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lod.lift.engines.session import open_session
from lod.lift.engines.sql import quoted

_LONGEST_LINE = 16 << 20  # bytes; a cell of a table is shorter


def merge(parts: Sequence[Path], target: Path, *, memory_limit: str, threads: int) -> int:
    """Write the union of N-Quads files, sorted; returns how many statements it has. Out of core.

    Raises:
        LiftError: LOD4008, the engine ran out of memory or disk.
    """
    filled = [part for part in parts if part.stat().st_size]
    if not filled:
        target.touch()
        return 0
    with open_session(memory_limit, threads, target.with_suffix(".spill")) as session:
        row = session.connection.execute(
            f"COPY (SELECT DISTINCT line FROM {lines_of(filled)} ORDER BY line) TO {quoted(str(target))} "
            "(FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER E'\\x01')"
        ).fetchone()
    return int(row[0]) if row else 0


def lines_of(files: Sequence[Path]) -> str:
    """The lines of text files as a relation with one column, `line`."""
    names = ", ".join(quoted(str(file)) for file in files)
    return (
        f"read_csv([{names}], columns = {{'line': 'VARCHAR'}}, auto_detect = false, header = false, delim = '', "
        f"quote = '', escape = '', new_line = '\\n', max_line_size = {_LONGEST_LINE}, "
        f"buffer_size = {2 * _LONGEST_LINE})"
    )
