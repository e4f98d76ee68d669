"""Stable URIs are a contract: what was ever published may only go with a tombstone (`retired.yml`).

- uri: id/office/A            # relative to base_iri, or absolute; * stands for any text
  date: 2026-03-01
  reason: { zh-Hant-TW: 併入乙機關, en: merged into B }
  replaced_by: id/office/B    # optional; several as a list; * as in uri
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from lod.diagnostics import Findings, FindingsError, TextOrigin, did_you_mean
from lod.errors import GateRefused
from lod.lift.engines.sql import quoted
from lod.mapping.document import Keyed, Listed, Node, Text, read_document
from lod.rdf.iris import illegal_character, is_absolute, resolve
from lod.release.release import ReleaseError
from lod.release.uris.tombstones import Tombstone
from lod.store.uris import URIS
from lod.wording import Wording, say

GONE = "gone.parquet"  # every URI that was published in some release before and is not described any more

_KEYS = ("uri", "date", "reason", "replaced_by")
_SHOWN = 3  # examples of a group
_GROUPS = 20


def read_retired(path: Path, shown: str, base_iri: str, findings: Findings) -> tuple[Tombstone, ...]:
    """The tombstones of a file; none if there is no such file.

    Findings: LOD3001, LOD3002 and LOD3004 of every YAML file; LOD8022 an entry that is not as it should be.
    """
    if not path.is_file():
        return ()
    root = read_document(path, shown, findings)
    if root is None:
        return ()
    if not isinstance(root, Listed):
        findings.error(
            "LOD8022", say("{file} is not a list", file=shown), root.origin, say("begin entries with '- uri:'")
        )
        return ()
    entries = (_entry(item, base_iri, findings) for item in root.items)
    return tuple(entry for entry in entries if entry)


def _entry(node: Node, base_iri: str, findings: Findings) -> Tombstone | None:
    before = sum(1 for _ in findings.errors)
    if not isinstance(node, Keyed):
        findings.error("LOD8022", say("an entry has to have keys"), node.origin, say("begin entries with '- uri:'"))
        return None
    for key, _ in node:
        if key.value not in _KEYS:
            message = say("unknown key '{key}' of a tombstone", key=key.value)
            findings.error("LOD8022", message, key.origin, did_you_mean(key.value, _KEYS))
    for name in ("uri", "date", "reason"):
        if name not in node.entries:
            findings.error("LOD8022", say("'{key}' is missing", key=name), node.origin)
    values = {key.value: value for key, value in node}
    uri = _iri(values.get("uri"), base_iri, findings)
    day = values.get("date")
    if day is not None and not (isinstance(day, Text) and _is_date(day.value)):
        findings.error("LOD8022", say("'date' is no day"), day.origin, say("write it as 2026-03-01"))
    replaced = values.get("replaced_by")
    targets = replaced.items if isinstance(replaced, Listed) else (replaced,) if replaced is not None else ()
    successors = tuple(_iri(target, base_iri, findings) for target in targets)
    if uri and uri in successors:
        message, hint = say("it is replaced by itself"), say("name what took its place, or leave 'replaced_by' out")
        findings.error("LOD8022", message, targets[successors.index(uri)].origin, hint)
    reason = _texts(values.get("reason"), findings)
    if sum(1 for _ in findings.errors) > before:
        return None
    assert isinstance(day, Text)
    return Tombstone(uri, day.value, reason, successors)


def _iri(node: Node | None, base_iri: str, findings: Findings) -> str:
    if node is None:
        return ""
    iri = resolve(base_iri, node.value) if isinstance(node, Text) and node.value else ""
    if not is_absolute(iri) or illegal_character(iri) is not None:
        findings.error("LOD8022", say("this is no IRI"), node.origin, say("write it as in 'id/office/A'"))
    return iri


def _is_date(text: str) -> bool:
    try:
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", text) and date.fromisoformat(text))
    except ValueError:
        return False


def _texts(node: Node | None, findings: Findings) -> dict[str, str]:
    if isinstance(node, Text):
        return {"": node.value}
    if isinstance(node, Keyed):
        return {key.value: value.value for key, value in node if isinstance(value, Text)}
    if node is not None:
        findings.error("LOD8022", say("'reason' has to be text"), node.origin)
    return {}


class UrisLost(FindingsError, GateRefused):
    """URIs that were published would be gone without a tombstone: nothing is released. Carries every finding."""


@dataclass(frozen=True, slots=True)
class Lost:
    """URIs with one beginning that a release would lose."""

    beginning: str
    count: int
    examples: tuple[str, ...]


def write_gone(staging: Path, before: Path | None, entries: Sequence[Tombstone]) -> list[Lost]:
    """Write `gone.parquet` of a release in the making beside its `uris.parquet`; what is lost without a tombstone.

    `before`: the folder of the release that is published now.

    Raises:
        ReleaseError: LOD8003 what it says of its URIs cannot be read.
    """
    database = duckdb.connect(":memory:", config={"autoinstall_known_extensions": False})
    database.execute("SET enable_progress_bar = false")
    try:
        known = [before / name for name in (URIS, GONE) if (before / name).is_file()] if before else []
        files = ", ".join(quoted(str(path)) for path in known)
        ever = f"SELECT DISTINCT uri FROM read_parquet([{files}])" if files else "SELECT '' AS uri WHERE false"
        database.execute(
            f"CREATE TABLE gone AS SELECT uri FROM ({ever}) ANTI JOIN "
            f"read_parquet({quoted(str(staging / URIS))}) USING (uri)"
        )
        database.execute(
            f"COPY (SELECT uri FROM gone ORDER BY uri) TO {quoted(str(staging / GONE))} "
            "(FORMAT parquet, COMPRESSION zstd)"
        )
        _take_declared(database, entries)
        return list(_groups(database))
    except (duckdb.IOException, duckdb.InvalidInputException) as error:
        reason = Wording(str(error).splitlines()[0])
        hint = say("go back to a release that is whole: lod rollback")
        raise ReleaseError(reason, hint=hint, code="LOD8003") from error
    finally:
        database.close()


def _take_declared(database: duckdb.DuckDBPyConnection, entries: Sequence[Tombstone]) -> None:
    exact = [[entry.uri] for entry in entries if not entry.is_pattern]
    if exact:
        database.execute("CREATE TABLE declared (uri VARCHAR)")
        database.executemany("INSERT INTO declared VALUES (?)", exact)
        database.execute("DELETE FROM gone WHERE uri IN (SELECT uri FROM declared)")
    for entry in entries:
        if entry.is_pattern:
            database.execute("DELETE FROM gone WHERE uri LIKE ? ESCAPE '!'", [_like(entry.uri)])


def _like(pattern: str) -> str:
    return re.sub(r"([!%_])", r"!\1", pattern).replace("*", "%")


def _groups(database: duckdb.DuckDBPyConnection) -> Iterator[Lost]:
    """By all but the last part of the path, the largest group first."""
    rows = database.execute(
        f"""SELECT regexp_extract(uri, '^(.*[/#])', 1) AS beginning, count(*), list(uri ORDER BY uri)[:{_SHOWN}]
        FROM gone GROUP BY beginning ORDER BY 2 DESC, 1"""
    ).fetchall()
    yield from (Lost(beginning, count, tuple(examples)) for beginning, count, examples in rows)


def astray(staging: Path, base_iri: str, entries: Sequence[Tombstone]) -> list[tuple[str, str]]:
    """(what is retired, what replaces it) where the second is an address of ours that nothing describes.

    What is retired itself is told of by its own tombstone.
    """
    named = [
        (entry.uri, target)
        for entry in entries
        for target in entry.replaced_by
        if "*" not in target and target.startswith(base_iri) and not any(other.match(target) for other in entries)
    ]
    if not named:
        return []
    with duckdb.connect(":memory:", config={"autoinstall_known_extensions": False}) as database:
        found = database.execute(
            f"SELECT uri FROM read_parquet({quoted(str(staging / URIS))}) WHERE uri IN (SELECT unnest(?))",
            [[target for _, target in named]],
        ).fetchall()
    known = {uri for (uri,) in found}
    return [(uri, target) for uri, target in named if target not in known]


def report_astray(entries: Sequence[tuple[str, str]], shown: str, findings: Findings) -> None:
    """Findings: LOD8022 for each that would be sent to where nothing is."""
    for uri, target in entries:
        message = say("{target}, which replaces {uri}, is described nowhere", target=target, uri=uri)
        hint = say("correct 'replaced_by', or leave it out")
        findings.error("LOD8022", message, TextOrigin(shown), hint)


def report_lost(lost: Sequence[Lost], shown: str, findings: Findings) -> None:
    """Findings: LOD8020 for each group of URIs that would be lost."""
    place = TextOrigin(shown)
    for group in lost[:_GROUPS]:
        message = say(
            "{n} {n:URI|URIs} below {beginning} would be lost, as {examples}",
            n=group.count,
            beginning=group.beginning,
            examples=", ".join(group.examples),
        )
        hint = say(
            "bring them back, or declare them: '- uri: {uri}' with date, reason and replaced_by", uri=_ask(group)
        )
        findings.error("LOD8020", message, place, hint)
    if len(lost) > _GROUPS:
        rest = sum(group.count for group in lost[_GROUPS:])
        findings.error("LOD8020", say("{n} more URIs would be lost", n=rest), place)


def _ask(group: Lost) -> str:
    return group.examples[0] if group.count == 1 else f"{group.beginning}*"
