"""A folder on disk that stands for a place on the Web: URLs become files, and nothing is fetched.

A metadata document at a URL lies in a file; what it refers to lies beside it, at the same distance.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urljoin, urlsplit

from lod.mapping.csvw.syntax.urls import file_url, local_path, normalize_url
from lod.rdf.iris import resolve


def shown_path(path: Path) -> str:
    """A path as a person would type it from here."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else Path(relative).as_posix()


@dataclass(frozen=True, slots=True)
class Site:
    """The document that everything starts with: its URL and its file; `tables` is a folder to look in first.

    `shown` says what a file is called in findings.
    """

    url: str
    path: Path
    tables: Path | None = None
    shown: Callable[[Path], str] = shown_path

    def table(self, url: str) -> Path | None:
        """The file of a tabular data file's URL; None if there is none here."""
        return next((path for path in self._candidates(url) if path.is_file()), None)

    def document(self, url: str) -> tuple[str, str] | None:
        """The text and the path of a document's URL (Metadata §6); None if there is none here."""
        if urlsplit(url).query:
            return None  # on disk, x?a-metadata.json is not x
        path = self.table(url)
        return None if path is None else (path.read_text(encoding="utf-8", errors="replace"), self.shown(path))

    def url_of(self, path: Path) -> str:
        """The URL of another file, by where it lies beside the site's own."""
        relative = os.path.relpath(path.resolve(), self.path.resolve().parent)
        return urljoin(self.url.partition("#")[0].partition("?")[0], quote(Path(relative).as_posix()))

    def name(self, path: Path) -> str:
        """What a table's file is called in findings: its path from the document that everything starts with."""
        relative = os.path.relpath(path, self.path.parent)
        return self.shown(path) if relative.startswith("..") else Path(relative).as_posix()

    def _candidates(self, url: str) -> list[Path]:
        beside = local_path(url, self.url, self.path)
        name = unquote(urlsplit(url).path.rpartition("/")[2])
        found = []
        if self.tables is not None:
            if beside is not None and beside.is_relative_to(self.path.parent):
                found.append(self.tables / beside.relative_to(self.path.parent))
            found.append(self.tables / name)
        if beside is not None:
            found.append(beside)
        elif name:
            found.append(self.path.parent / name)  # a copy of what lies elsewhere on the Web
        return found


def site_of(path: Path, base: str = "", tables: Path | None = None, shown: Callable[[Path], str] = shown_path) -> Site:
    """The site of a metadata document or tabular data file. `base` is its URL or its folder's; else its file URL."""
    is_its_own = unquote(urlsplit(base).path.rpartition("/")[2]) == path.name  # and may have a query
    url = base if is_its_own else resolve(base, path.name) if base else file_url(path)
    return Site(normalize_url(url), path, tables, shown)
