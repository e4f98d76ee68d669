"""The list of what a release describes: `uris.parquet`, every URI of ours that stands in its statements, sorted.

Parquet: https://parquet.apache.org/docs/file-format/ . DuckDB is imported when the list is asked and not before.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lod.store.columns import ColumnsError
from lod.wording import say

if TYPE_CHECKING:
    import duckdb

URIS = "uris.parquet"
_SMALL: dict[str, str | bool | int | float | list[str]] = {"threads": 1, "async_threads": 0, "memory_limit": "256MB"}


def count_uris(file: Path) -> int:
    """How many rows a list of URIs has (`uris.parquet` of a release): from its foot, without reading it.

    Raises:
        ColumnsError: LOD9202 it cannot be read.
    """
    ((count,),) = _ask_uris(file, "SELECT count(*) FROM read_parquet($file)")
    return int(count)


def read_uris(file: Path, start: int, most: int) -> list[str]:
    """A part of a list of URIs, in its order: at most `most` from row `start` on.

    Raises:
        ColumnsError: LOD9202 it cannot be read.
    """
    part = f"SELECT uri FROM read_parquet($file, file_row_number = true) WHERE file_row_number >= {start:d} "
    return [uri for (uri,) in _ask_uris(file, f"{part} ORDER BY file_row_number LIMIT {most:d}")]


@dataclass(frozen=True, slots=True)
class UriList:
    """`uris.parquet` of a release, which is sorted, open for many looks."""

    file: str
    database: duckdb.DuckDBPyConnection
    count: int

    @staticmethod
    def open(folder: Path) -> UriList | None:
        """The list in a release folder; None where there is none."""
        import duckdb

        file = folder / URIS
        if not file.is_file():
            return None
        return UriList(str(file), duckdb.connect(":memory:", config=_SMALL), count_uris(file))

    def beside(self, uri: str, beginning: str, most: int) -> list[str]:
        """URIs with a beginning around the place that `uri` has or would have: at most `most` on each side.

        Raises:
            ColumnsError: LOD9202 it cannot be read.
        """
        look = "(SELECT uri FROM read_parquet($file) WHERE uri {} ORDER BY uri {} LIMIT {:d})"
        before = look.format(">= $beginning AND uri < $uri", "DESC", most)
        behind = look.format(">= $uri AND uri < $ending", "", most)
        ending = beginning + "\U0010ffff"
        return self._ask(f"{before} UNION ALL {behind}", beginning=beginning, uri=uri, ending=ending)

    def before_hash(self, most: int) -> list[str]:
        """At most `most` of the documents whose IRI, `#` and a name are in the list.

        Raises:
            ColumnsError: LOD9202 it cannot be read.
        """
        look = "SELECT DISTINCT split_part(uri, '#', 1) FROM read_parquet($file) WHERE contains(uri, '#')"
        return self._ask(f"{look} LIMIT {most:d}")

    def not_normal(self, most: int) -> list[str]:
        """At most `most` of the URIs that are not in Unicode's normal form C, escaped or not.

        Raises:
            ColumnsError: LOD9202 it cannot be read.
        """
        look = "SELECT uri FROM (SELECT uri, try(url_decode(uri)) AS text FROM read_parquet($file)) "
        return self._ask(f"{look} WHERE text <> nfc_normalize(text) LIMIT {most:d}")

    def _ask(self, query: str, **asked: str) -> list[str]:
        import duckdb

        try:
            with self.database.cursor() as cursor:
                return [found for (found,) in cursor.execute(query, {"file": self.file, **asked}).fetchall()]
        except duckdb.Error as error:
            message = say("{file} cannot be read: {error}", file=self.file, error=error)
            raise ColumnsError(message, code="LOD9202") from error


def _ask_uris(file: Path, query: str) -> list[tuple[Any, ...]]:
    import duckdb

    try:
        with duckdb.connect(":memory:", config=_SMALL) as database:
            return database.execute(query, {"file": str(file)}).fetchall()
    except duckdb.Error as error:
        raise ColumnsError(say("{file} cannot be read: {error}", file=file, error=error), code="LOD9202") from error
