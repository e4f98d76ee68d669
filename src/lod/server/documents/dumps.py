"""Bulk files of the releases: `/dump/{release}/{file}`, with Range, by look-up in the manifest.

Range requests: https://www.rfc-editor.org/rfc/rfc9110 §14
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import anyio.to_thread
from starlette.responses import FileResponse
from starlette.types import Receive, Scope, Send

from lod.errors import LodError
from lod.rdf import iris
from lod.rdf.formats import GRAPH_FORMATS, by_suffix
from lod.release.publishing.candidates import published_folders
from lod.release.release import Release, open_release
from lod.server import answers
from lod.server.answers import request_header
from lod.server.current import CurrentRelease
from lod.server.documents.signposts import LINKSET, LINKSET_JSON, files_datasets
from lod.server.refusals import not_found, unavailable
from lod.server.sending import send_answer
from lod.server.served import ServedRelease, dump_files

MOST_RANGES = 8  # in one request; more are answered with the whole file
_MOST_COLLECTIONS = 3  # a file of more datasets is the catalogue's
_MEDIA_TYPES = {
    "gz": "application/gzip",
    "zst": "application/zstd",
    "json": "application/json",
    "csv": "text/csv",
    "html": "text/html",  # the validation report, which is one page without a script
}
_PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(slots=True)
class Dumps:
    """ASGI endpoint for the files of every release in the folder.

    A path is looked up: first the release among the folders that are there, then the file among those that its
    manifest lists. No text of the request is ever joined to a path.
    """

    current: CurrentRelease
    _opened: dict[str, Release] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in answers.METHODS:
            refused = answers.options() if scope["method"] == "OPTIONS" else answers.method_not_allowed()
            await send_answer(refused, scope, send)
            return
        served = self.current.get()
        name, slash, file = iris.canonical(scope["path"].removeprefix("/dump/")).partition("/")
        if not file and (name == served.release.manifest.name or self._release(name) is not None):
            root = served.space.root  # a release's IRI leads to its notes
            about = (303, f"{root}/release/{name}/release") if slash else (308, f"{root}/dump/{name}/")
            await send_answer(answers.redirect(*about), scope, send)
            return
        found = self._find(served, name, file)
        if found is None:
            accept, languages = request_header(scope, b"accept"), request_header(scope, b"accept-language")
            try:
                refusal = await anyio.to_thread.run_sync(not_found, served, scope["path"], accept, languages)
            except LodError as error:  # a store elsewhere is gone, so that what is near cannot be looked up
                refusal = unavailable(error, accept, languages, served.theme)
            await send_answer(refusal, scope, send)
            return
        path, digest, created = found
        validator, modified = f'"{digest}"', answers.http_date(created)
        known = request_header(scope, b"if-none-match")
        is_known = answers.is_fresh(known, validator) or known.strip() == "*"
        if is_known or (not known and modified and request_header(scope, b"if-modified-since") == modified.decode()):
            await send_answer(answers.not_modified(validator, answers.IMMUTABLE), scope, send)
            return
        asked = request_header(scope, b"range") if scope["method"] == "GET" else ""
        rest = [(name, value) for name, value in scope["headers"] if name != b"range"]
        ranges = [(b"range", within(asked, path.stat().st_size).encode())] if is_range(asked) else []
        scope = {**scope, "headers": rest + ranges}
        headers = {"etag": validator, "cache-control": answers.IMMUTABLE, "link": _links(served, name, file)}
        if modified:  # the release's, not the file's: the same on every machine that has a copy
            headers["last-modified"] = modified.decode()
        if media_type(file) == "text/html":
            headers["content-security-policy"] = _PAGE_POLICY
        await FileResponse(path, headers=headers, media_type=media_type(file))(scope, receive, send)

    def _find(self, served: ServedRelease, name: str, file: str) -> tuple[Path, str, str] | None:
        """The file, its digest, and when its release was made."""
        release = served.release if name == served.release.manifest.name else self._release(name)
        entry = dump_files(release).get(file) if release else None
        if release is None or entry is None:
            return None
        path = release.folder / entry.path
        found = path.is_file() and not path.is_symlink()
        return (path, entry.sha256, release.manifest.created) if found else None

    def _release(self, name: str) -> Release | None:
        """An older release, opened once."""
        if name not in self._opened:
            folder = published_folders(self.current.releases).get(name)
            if folder is None:
                return None
            try:
                self._opened[name] = open_release(folder)
            except LodError:
                return None
        return self._opened[name]


def _links(served: ServedRelease, name: str, file: str) -> str:
    """What describes a file, which datasets it is of, its terms of use (FAIR Signposting of content)."""
    iri = f"{served.space.base}dump/{name}/{file}"
    sets = tuple(islice(files_datasets(served, iri), _MOST_COLLECTIONS + 1))
    whole = (f"{served.space.base}catalog",) if len(sets) > _MOST_COLLECTIONS else sets
    return ", ".join(
        [
            answers.link(f"{served.space.prefix}/catalog.ttl", "describedby", type="text/turtle"),
            answers.link(served.site.licence_iri, "license"),
            *(answers.link(each, "collection", type="text/html") for each in whole),
            *(
                answers.link(f"{served.space.prefix}{LINKSET}{stem}", "linkset", type=LINKSET_JSON.media_type)
                for each in whole
                if (stem := served.space.document_of(each))
            ),
        ]
    )


_RANGES = re.compile(r"bytes=(?:\d{0,20}-\d{0,20})(?:[ \t]*,[ \t]*\d{0,20}-\d{0,20})*", re.IGNORECASE)


def is_range(field: str) -> bool:
    """Whether a Range field asks for few parts of a file in bytes; of any other the whole file is sent (§14.2)."""
    if _RANGES.fullmatch(field) is None or field.count(",") >= MOST_RANGES:
        return False
    parts = (part.strip().partition("-") for part in field.partition("=")[2].split(","))
    return all((first or last) and (not first or not last or int(first) <= int(last)) for first, _, last in parts)


def within(field: str, size: int) -> str:
    """A Range field without the parts that a file of `size` bytes has not, unless it has none of them (§14.1.2)."""
    parts = [part.strip() for part in field.partition("=")[2].split(",")]
    there = [part for part in parts if (int(part[1:]) > 0 if part[0] == "-" else int(part.split("-")[0]) < size)]
    return f"bytes={','.join(there or parts)}"


def media_type(file: str) -> str:
    """What a file is, by its suffix."""
    suffix = file.rpartition(".")[2]
    known = by_suffix(suffix, GRAPH_FORMATS)
    return known.media_type if known else _MEDIA_TYPES.get(suffix, "application/octet-stream")
