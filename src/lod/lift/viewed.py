"""Tables that are views of files: what a mapping language made of the records (`lod.mapping.view`)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from lod.diagnostics import Findings
from lod.mapping.view import (
    FIRST,
    ITEM,
    NEXT,
    ROW,
    ROW_NUMBER,
    SOURCE_NUMBER,
    SOURCE_ROW,
    Derivation,
    Texts,
    View,
)
from lod.tables.table import Dialect, Table


@dataclass(frozen=True, slots=True)
class ViewTable(Table):
    """A table whose columns a view makes, and of which every row carries its number."""

    view: View | None = None

    @property
    def is_numbered(self) -> bool:
        """Several rows may be of one record, and comments count as records."""
        return True


def view_table(view: View, name: str) -> ViewTable:
    """The table that a view is, under the name of its file; the digest is the file's, too."""
    if view.records is None:
        return ViewTable(name, Path(), (), Dialect(), hashlib.sha256().hexdigest(), 0, view=view)
    path = view.records.path
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return ViewTable(name, path, view.columns, Dialect(), digest, path.stat().st_size, view=view)


def first_view_rows(table: ViewTable, rows: int) -> Iterator[tuple[int, tuple[str | None, ...]]]:
    """The number and the cells of a view's rows that are made of the first `rows` records."""
    view = table.view
    if view is None or view.records is None:
        yield 0, ()
        return
    for number, (source, texts) in enumerate(islice(view.records.read(Findings()), rows), start=1):
        numbers = {ROW: str(number), SOURCE_ROW: str(source)}
        found: dict[str, str | None] = {ROW_NUMBER: str(number), SOURCE_NUMBER: str(source)}
        for derivation in view.derivations:
            found |= zip(derivation.outputs, _made(derivation, texts, numbers)[0], strict=True)
        items = _made(view.unnested, texts, numbers) if view.unnested else ((),)
        for item, outputs in enumerate(items, start=1):
            own = f"{number}.{item}"
            following = f"{number}.{item + 1}" if item < len(items) else None
            made = zip(view.unnested.outputs if view.unnested else (), outputs, strict=True)
            cells = found | dict(made) | {ITEM: own, NEXT: following, FIRST: own if item == 1 else None}
            yield source, tuple(cells[name] for name in view.columns)


def _made(derivation: Derivation, texts: Texts, numbers: Mapping[int, str]) -> tuple[tuple[str | None, ...], ...]:
    return derivation.compute(tuple(numbers[n] if n < 0 else texts[n] for n in derivation.inputs)).rows
