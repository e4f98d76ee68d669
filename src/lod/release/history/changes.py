"""What a release says of itself beside those before it: `changes.json`, and the line of its predecessors."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHANGES = "changes.json"
MOST_VERSIONS = 20


@dataclass(frozen=True, slots=True)
class Changed:
    """How many of one kind were added, removed and changed since the release before, and a few of them."""

    kind: str  # datasets, triples, observations, codes, uris
    added: int
    removed: int
    changed: int
    examples: tuple[tuple[str, str], ...]  # (added, removed or changed, its text)


@dataclass(frozen=True, slots=True)
class Version:
    """A release that was before."""

    name: str
    created: str  # ISO 8601


def read_changes(folder: Path) -> tuple[str, tuple[Changed, ...]]:
    """The release that one was compared with, and what differs; ('', ()) for a first release or an older program's."""
    try:
        document = json.loads((folder / CHANGES).read_text(encoding="utf-8"))
        return str(document["before"]), tuple(_changed(kind, found) for kind, found in document["changes"].items())
    except (OSError, ValueError, KeyError, TypeError):
        return "", ()


def _changed(kind: str, found: dict[str, dict[str, Any]]) -> Changed:
    ways = ("added", "removed", "changed")
    examples = tuple((way, str(text)) for way in ways for text in found[way]["examples"])
    added, removed, changed = (int(found[way]["count"]) for way in ways)
    return Changed(kind, added, removed, changed, examples)


def earlier_versions(releases: Path, previous: str | None) -> tuple[Version, ...]:
    """The releases before one, the latest first, as long as each is still there."""
    found: list[Version] = []
    while previous and len(found) < MOST_VERSIONS:
        try:
            manifest = json.loads((releases / previous / "manifest.json").read_text(encoding="utf-8"))
            found.append(Version(previous, str(manifest["created"])))
            previous = manifest["previous"]
        except (OSError, ValueError, KeyError, TypeError):
            break
    return tuple(found)


def dataset_versions(folder: Path, dataset: str) -> tuple[Version | None, str]:
    """The release in which a dataset's content is first as it is now, and the one with the content before; None, ''."""
    try:
        record = json.loads((folder / "datasets.json").read_text(encoding="utf-8"))[dataset]
        return Version(str(record["version"]), str(record["modified"])), str(record["previous"] or "")
    except (OSError, ValueError, KeyError, TypeError):
        return None, ""
