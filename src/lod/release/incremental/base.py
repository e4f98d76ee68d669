"""What a build keeps of its release, in the private work area, so that the next one can start from it.

The folder is thrown away when anything about it is in doubt: a build from nothing gives the same release.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lod.release.bulk.frames import Frames, Piece
from lod.release.bulk.statements import Statements
from lod.release.descriptions.breakdown import Partition, Statistics
from lod.release.release import Release
from lod.release.seal import SUMS, sha256

OTHERS, LINEAGE = "others.nq", "lineage"
OBJECTS, MEMBERS = "objects.parquet", "members.parquet"

_RECORD = "base.json"
_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Base:
    """A release, and what is known of it besides. `facts`: digests of what it depends on as a whole.

    `sealed` is SHA-256 of the release's `SHA256SUMS`; `frames` by dataset, '' is what is in none.
    """

    folder: Path
    release: str
    sealed: str
    facts: Mapping[str, str]
    statistics: Statistics
    is_named: bool
    frames: Mapping[str, Frames]

    @property
    def statements(self) -> Statements:
        """All statements, sorted."""
        return Statements(self.folder)

    @property
    def others(self) -> Path:
        """The statements that no table makes, sorted."""
        return self.folder / OTHERS

    @property
    def lineage(self) -> Path:
        """The tables as they were read."""
        return self.folder / LINEAGE

    @property
    def objects(self) -> Path:
        """How often each object occurs, by its hash."""
        return self.folder / OBJECTS

    @property
    def members(self) -> Path:
        """The subjects that are of a dataset without saying so themselves."""
        return self.folder / MEMBERS


def write_base(base: Base) -> None:
    """Write the record: from now on the folder is whole."""
    data = {"format": _FORMAT, **asdict(base)}
    del data["folder"]
    (base.folder / _RECORD).write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")


def read_base(folder: Path) -> Base | None:
    """The base in a folder; None if there is none that is whole."""
    try:
        data = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
        if data.pop("format") != _FORMAT:
            return None
        told: dict[str, Any] = data.pop("statistics")
        classes, properties = (tuple(Partition(**e) for e in told.pop(name)) for name in ("classes", "properties"))
        frames = {name: _frames(each) for name, each in data.pop("frames").items()}
        base = Base(
            folder=folder, statistics=Statistics(**told, classes=classes, properties=properties), frames=frames, **data
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    files = (base.others, base.objects, base.members)
    return base if base.statements.exist and all(path.is_file() for path in files) else None


def _frames(data: dict[str, Any]) -> Frames:
    pieces = (Piece(**{**piece, "bytes": tuple(piece["bytes"])}) for piece in data["pieces"])
    return Frames(tuple(data["head"]), tuple(pieces))


def is_of(base: Base, release: Release) -> bool:
    """Whether a base belongs to that release as it is on disk."""
    return base.release == release.manifest.name and base.sealed == sha256(release.folder / SUMS)


def drop_base(folder: Path) -> None:
    """Forget what was kept. The record goes first, so that a crash leaves no half of it that looks whole."""
    (folder / _RECORD).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
