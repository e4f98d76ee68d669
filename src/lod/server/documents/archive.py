"""The releases that were published before, each as a whole frozen site under `/release/{name}/…`, found by time.

Memento (RFC 7089): a document is its own TimeGate (§4.1, pattern 1.1): `Accept-Datetime` leads to the document as it
was then, by 302. `/timemap/…` lists all its versions (§5) in link format (RFC 6690 §2).
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from threading import Lock

from lod.errors import LodError
from lod.release.history.log import read_log
from lod.release.publishing.candidates import published_folders
from lod.server import answers
from lod.server.addresses import Address, has_page, parse_address
from lod.server.answers import Answer, header
from lod.server.ask import Ask
from lod.server.current import CurrentRelease
from lod.server.documents.context import respond_to_context, split_context
from lod.server.documents.describe import exists, exists_otherwise, is_in
from lod.server.documents.feed import Edition, feed
from lod.server.documents.gone import retired
from lod.server.memo import Memo
from lod.server.refusals import not_found
from lod.server.served import ServedRelease, open_served
from lod.store.snapshot import open_snapshot

RELEASE, TIMEMAP, FEED = "/release/", "/timemap/", "/feed."
LINK_FORMAT = "application/link-format"

_IN_ALL = (
    "/void",
    "/api/",
    "/tpf",
    "/linkset/",
    "/search",
    "/codes",
    "/links",
    "/datasets",
    "/sitemap",
    "/robots.txt",
    "/.well-known/",
)
_THINGS = ("/id/", "/def/", "/doc/", "/data/")
_OF_DATASET = re.compile(r"(/data/.+?)(?:/slice(?:\.[\w.-]+)?|/cite\.[\w.-]+|\.(?:csv|parquet|xlsx))\Z")
_FROZEN_DATASET = re.compile(r"(/data/[^/]+)/release/([^/]+)\Z")

_OPEN_AT_ONCE = 4  # older releases kept open, some 30 MB each
_MOST_VERSIONS = 1_000  # in a time map: the newest


@dataclass(slots=True)
class Archive:
    """The published releases of a folder, oldest first, opened when they are asked for."""

    current: CurrentRelease
    _opened: OrderedDict[str, ServedRelease] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)
    _known: Memo = field(default_factory=lambda: Memo(capacity=10_000))  # which release has which address

    def editions(self) -> list[Edition]:
        """The releases that were published and are still there, by the time of their first publication."""
        since: dict[str, datetime] = {}
        for name, time in self.history():
            since.setdefault(name, time)
        found = [Edition(name, time) for name, time in since.items()]
        return sorted(found, key=lambda edition: edition.since)[-_MOST_VERSIONS:]

    def whole_name(self, said: str) -> str | None:
        """The name of the release that is said by its name or its number; None when there is none."""
        names = (edition.name for edition in self.editions())
        return next((name for name in names if said in (name, name.partition("-")[0])), None)

    def history(self) -> list[tuple[str, datetime]]:
        """Which release became the current one when, oldest first: one may come back. Of those that are still there.

        A replica that was handed one release without a log knows that one, since it was made.
        """
        there = self._folders()
        log = [(entry.release, entry.time) for entry in read_log(self.current.releases) if entry.release in there]
        if not log and self.current.served is not None:
            manifest = self.current.served.release.manifest
            log = [(manifest.name, manifest.created)]
        return [(name, datetime.fromisoformat(time).astimezone(UTC)) for name, time in log]

    def _folders(self) -> dict[str, Path]:
        """The folders of published releases by name; the one that is served is public, whoever says so."""
        found = published_folders(self.current.releases)
        if self.current.served is not None:
            found.setdefault(self.current.served.release.manifest.name, self.current.served.release.folder)
        return found

    def having(self, inside: str) -> list[Edition]:
        """The releases that have something at an address."""
        folders = self._folders()
        return [edition for edition in self.editions() if self.has(edition.name, inside, folders.get(edition.name))]

    def has(self, name: str, inside: str, folder: Path | None = None) -> bool:
        """Whether a published release has something at an address. A release never changes, so that is kept.

        `folder`: where it is, if that is known: its store alone is looked into first, which is sooner open.
        """
        known = self._known.peek((name, inside))
        if known is None and folder is not None and self._is_in_store(folder, inside):
            known = self._known.get((name, inside), lambda: True)
        if known is None and (opened := self.open(name)) is not None:
            known = self._known.get((name, inside), lambda: _has(opened, inside))
        return bool(known)

    def _is_in_store(self, folder: Path, inside: str) -> bool:
        served = self.current.served
        if served is None or self.current.elsewhere is not None or not (things := _things(served, inside)):
            return False
        try:
            store = open_snapshot(folder / "store")
        except LodError:
            return False
        return any(is_in(store, iri) for iri in things)

    def open(self, name: str) -> ServedRelease | None:
        """A published release as a frozen site; None when there is none of that name or it is damaged."""
        with self._lock:
            if name in self._opened:
                self._opened.move_to_end(name)
                return self._opened[name]
        folder = self._folders().get(name)
        if folder is None:
            return None
        try:
            served = open_served(
                folder, under=f"{RELEASE}{name}", elsewhere=self.current.elsewhere, theme=self.current.theme
            )
        except (LodError, OSError):
            return None
        with self._lock:
            self._opened[name] = served
            while len(self._opened) > _OPEN_AT_ONCE:
                self._opened.popitem(last=False)
        return served


def split_release(inside: str) -> tuple[str, str]:
    """`/release/{name}/doc/…` as the name and the path in that release."""
    name, slash, rest = inside.removeprefix(RELEASE).partition("/")
    return name, slash + rest


def is_archived(ask: Ask) -> bool:
    """Whether what is asked for is told by the archive."""
    if ask.path.startswith((TIMEMAP, FEED)) or split_context(ask.path) is not None:
        return True
    return "/release/" in ask.path and _FROZEN_DATASET.match(ask.path) is not None


def respond_from_archive(archive: Archive, served: ServedRelease, ask: Ask) -> Answer | None:
    """The feed, a time map, a context, the way to a frozen dataset by version; None where that leads to nothing."""
    inside = ask.path
    if (name := split_context(inside)) is not None:
        known = not name or name == served.release.manifest.name
        of = served if known else archive.open(name)
        return respond_to_context(of, ask.if_none_match, current=not name) if of else None
    if inside.startswith(FEED):
        tag = inside.removeprefix(FEED).removesuffix("atom").strip(".") or served.site.languages[0]
        return feed(served, archive.editions(), ask, tag) if tag in served.site.languages else None
    if inside.startswith(TIMEMAP):
        told = time_map(archive, served, "/" + inside.removeprefix(TIMEMAP), ask.query)
        return told and answers.validated(told, ask.if_none_match)
    address = parse_address(inside, served.site.languages)
    found = _FROZEN_DATASET.match(address.stem)
    if found is None:
        return None
    dataset, said = found.groups()
    path = Address(dataset, address.format, address.language).path
    whole = archive.whole_name(said)
    return answers.redirect(308, memento_path(served, whole, path), cache=answers.LONG) if whole else None


def was_ever(served: ServedRelease, inside: str) -> bool:
    """Whether any release had something at an address: what was published is still there, or is listed as retired."""
    return _has(served, inside) or retired(served, inside) is not None


def _has(served: ServedRelease, inside: str) -> bool:
    """Whether a release has something at an address, as far as one look tells; all have the same pages of the site."""
    things = _things(served, inside)
    if not things:
        return has_page(parse_address(inside, served.site.languages).stem) or inside.startswith(_IN_ALL)
    return any(exists(served, iri) or exists_otherwise(served, iri) for iri in things)


def _things(served: ServedRelease, inside: str) -> list[str]:
    """The IRIs that a document's address may be about; none where it is no thing's."""
    found = _OF_DATASET.match(inside)
    stem = found[1] if found else parse_address(inside, served.site.languages).stem
    if not stem.startswith(_THINGS):
        return []
    return [served.space.described_by(each) for each in dict.fromkeys((stem, inside))]


def time_gate(archive: Archive, served: ServedRelease, ask: Ask) -> Answer:
    """Where a document was at a time (§4.2): in the release that was published then."""
    try:
        moment = parsedate_to_datetime(ask.accept_datetime)
    except ValueError:
        detail = "Accept-Datetime is no HTTP date, as 'Thu, 31 May 2012 20:35:00 GMT' is one."
        return answers.problem(400, "Bad Request", detail)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    stays = archive.history()
    before = [name for name, since in stays if since <= moment]
    after = [name for name, since in stays if since > moment]  # of what was not there yet, the first (§4.1)
    near = (*reversed(before), *after) if was_ever(served, ask.path) else ()
    chosen = next((name for name in near if archive.has(name, ask.path) and archive.open(name)), None)
    if chosen is None:
        return not_found(served, ask.path, ask.accept, ask.accept_language)
    there = memento_path(served, chosen, ask.path) + (f"?{ask.query}" if ask.query else "")
    answer = answers.redirect(302, there, cache=answers.NO_STORE)
    return replace(answer, headers=(*answer.headers, header("vary", "Accept-Datetime"), _links(served, ask)))


_VARY, _DATED = header("vary", "Accept-Datetime"), b"Accept-Datetime"


def varied(answer: Answer, served: ServedRelease) -> Answer:
    """The answer of an address that is its own TimeGate: with Accept-Datetime it would be another (§4.1.1).

    What has a validator says since when it is as it is, too: since its release was made.
    """
    if answer.status not in {200, 303, 304}:
        return answer
    headers, vary = list(answer.headers), None
    for place, (name, _) in enumerate(answer.headers):
        if name == b"vary":
            vary = place
        elif name == b"etag" and answer.status != 303 and served.last_modified:
            headers.append((b"last-modified", served.last_modified))
    if vary is None:
        headers.append(_VARY)
    else:
        headers[vary] = (b"vary", headers[vary][1] + b", " + _DATED)
    return Answer(answer.status, tuple(headers), answer.body)


def memento_path(served: ServedRelease, name: str, inside: str) -> str:
    """The path of a document in a frozen release."""
    return f"{served.space.root}{RELEASE}{name}{inside}"


def as_memento(answer: Answer, archive: Archive, served: ServedRelease, name: str, ask: Ask) -> Answer:
    """An answer from a frozen release, a redirection too: dated, with the way to the original, and kept for ever."""
    since = next((edition.since for edition in archive.editions() if edition.name == name), None)
    if since is None or answer.status not in {200, 303, 304}:
        return answer
    headers = [each for each in answer.headers if each[0] != b"cache-control"]
    dated = header("memento-datetime", format_datetime(since, usegmt=True))
    kept = header("cache-control", answers.IMMUTABLE)
    return replace(answer, headers=(*headers, dated, kept, _links(served, ask)))


def _links(served: ServedRelease, ask: Ask) -> tuple[bytes, bytes]:
    query = f"?{ask.query}" if ask.query else ""
    here = answers.safe_target(f"{served.space.root}{ask.path}{query}")
    timemap = answers.safe_target(f"{served.space.root}{TIMEMAP}{ask.path[1:]}{query}")
    return header("link", f'<{here}>; rel="original timegate", <{timemap}>; rel="timemap"; type="{LINK_FORMAT}"')


def time_map(archive: Archive, served: ServedRelease, inside: str, query: str) -> Answer | None:
    """All versions of the document at `inside` (§5); None when no release has it."""
    if not was_ever(served, inside):
        return None
    versions = archive.having(inside)
    if not versions:
        return None
    base, inside = served.space.base.removesuffix("/"), inside + (f"?{query}" if query else "")
    lines = [
        f'<{answers.safe_target(base + inside)}>; rel="original timegate"',
        f'<{answers.safe_target(base + TIMEMAP + inside[1:])}>; rel="self"; type="{LINK_FORMAT}"; '
        f'from="{format_datetime(versions[0].since, usegmt=True)}"; '
        f'until="{format_datetime(versions[-1].since, usegmt=True)}"',
    ]
    for place, edition in enumerate(versions):
        ends = [word for word, there in (("first", place == 0), ("last", place == len(versions) - 1)) if there]
        target = answers.safe_target(f"{base}{RELEASE}{edition.name}{inside}")
        date = format_datetime(edition.since, usegmt=True)
        lines.append(f'<{target}>; rel="{" ".join([*ends, "memento"])}"; datetime="{date}"')
    headers = (header("content-type", LINK_FORMAT), header("cache-control", answers.SHORT))
    return Answer(200, headers, ",\n".join(lines).encode() + b"\n")
