"""`datasets.json`: what each dataset of a release holds, since when, and when it last changed.

Dates follow content, not builds: a dataset whose statements are those of the release before keeps its date and version.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

DATASETS = "datasets.json"
VERSION = "/release/"
"""Between the IRI of a dataset and the release, in the IRI of a version of it."""


def version_iri(dataset: str, release: str) -> str:
    """A dataset as it is in a release: a page of its own, and a graph that queries may name."""
    return f"{dataset}{VERSION}{release}"


@dataclass(frozen=True, slots=True)
class DatasetContent:
    """What a dataset says itself: how many statements, SHA-256 over the pieces of its sorted N-Quads (`frames`)."""

    statements: int
    sha256: str


@dataclass(frozen=True, slots=True)
class DatasetRecord:
    """One dataset: its content by digest, dates as ISO 8601, and the releases in which it changed last and before."""

    statements: int
    sha256: str
    issued: str
    modified: str
    version: str  # the release in which its content is first as it is now
    previous: str | None = None  # the release in which its content before that was new


def date_datasets(
    contents: Mapping[str, DatasetContent], before: Mapping[str, DatasetRecord], release: str, now: str
) -> dict[str, DatasetRecord]:
    """The records of a release, given those of the one before."""
    return {iri: _dated(content, before.get(iri), release, now) for iri, content in contents.items()}


def _dated(content: DatasetContent, old: DatasetRecord | None, release: str, now: str) -> DatasetRecord:
    if old is None:
        return DatasetRecord(content.statements, content.sha256, now, now, release)
    if old.sha256 == content.sha256:
        return old
    return DatasetRecord(content.statements, content.sha256, old.issued, max(now, old.modified), release, old.version)


def write_datasets(folder: Path, records: Mapping[str, DatasetRecord]) -> None:
    """Write `datasets.json` of a release folder."""
    data = {iri: asdict(record) for iri, record in records.items()}
    (folder / DATASETS).write_text(json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")


def read_datasets(folder: Path) -> dict[str, DatasetRecord]:
    """The records of a release; none for a release of an older version of this program."""
    try:
        data = json.loads((folder / DATASETS).read_text(encoding="utf-8"))
        return {iri: DatasetRecord(**record) for iri, record in data.items()}
    except (OSError, ValueError, TypeError):
        return {}
