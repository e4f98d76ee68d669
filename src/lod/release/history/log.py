"""`log.jsonl`: every publication and rollback, one JSON object a line. From it follows what was published before."""

from __future__ import annotations

import getpass
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from lod.release.clock import wall_clock
from lod.release.durability import append_line

LOG = "log.jsonl"


@dataclass(frozen=True, slots=True)
class Record:
    """One move of the pointer."""

    event: Literal["publish", "rollback"]
    release: str
    previous: str | None
    time: str  # UTC, ISO 8601
    by: str  # account and process


def read_log(releases: Path) -> list[Record]:
    """All records, oldest first. A line that a crash cut short is passed over."""
    path = releases / LOG
    records = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        try:
            records.append(Record(**json.loads(line)))
        except (ValueError, TypeError):
            continue
    return records


def record(releases: Path, event: Literal["publish", "rollback"], release: str, previous: str | None) -> None:
    """Write down that the pointer moved."""
    entry = Record(event, release, previous, wall_clock(), f"{_account()}, process {os.getpid()}")
    append_line(releases / LOG, json.dumps(asdict(entry), ensure_ascii=False))


def history(records: list[Record]) -> list[str]:
    """The names that led to the one published now, oldest first: a rollback takes the later ones off."""
    stack: list[str] = []
    for entry in records:
        if entry.event == "rollback" and entry.release in stack:
            del stack[stack.index(entry.release) + 1 :]
        elif not stack or stack[-1] != entry.release:
            stack.append(entry.release)
    return stack


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without an entry for this user
        return str(os.getuid())
