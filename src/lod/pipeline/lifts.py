"""The last lift, kept in `.lod/lift/<digest>/`: who changes a shape or a vocabulary does not lift again.

Its parts are packed (zstd): statements of tables say the same again and again, and take a thirtieth. Who merges them
reads them as fast as plain ones.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import zstandard

from lod.diagnostics import Diagnostic
from lod.lift.result import LiftResult
from lod.lineage import Lineage
from lod.release.report.findings import from_json, to_json

_RESULT = "result.json"
_FINDINGS = "findings.json"


def kept_lift(folder: Path, digest: str) -> tuple[LiftResult, tuple[Diagnostic, ...]] | None:
    """The lift of that digest with what it found, or None if it is not there or not whole."""
    home = folder / digest
    try:
        record = json.loads((home / _RESULT).read_text(encoding="utf-8"))
        parts = {home / name: size for name, size in record["parts"].items()}
        if any(path.stat().st_size != size for path, size in parts.items()):
            return None
        lineage = Lineage(home / record["lineage"])
        result = LiftResult(tuple(parts), record["statements"], record["by_triples_map"], lineage)
        return result, from_json((home / _FINDINGS).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep_lift(
    folder: Path, digest: str, lift: Callable[[Path], tuple[LiftResult, tuple[Diagnostic, ...]]]
) -> LiftResult:
    """Lift into a fresh folder and keep it under its digest, in place of what was kept before."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    making = folder / "making"
    result, found = lift(making)
    parts = [_packed(path) for path in result.parts]
    record = {
        "parts": {path.relative_to(making).as_posix(): path.stat().st_size for path in parts},
        "statements": result.statements,
        "by_triples_map": dict(result.by_triples_map),
        "lineage": result.lineage.folder.relative_to(making).as_posix(),
    }
    (making / _FINDINGS).write_text(to_json(found), encoding="utf-8")
    (making / _RESULT).write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    making.rename(folder / digest)
    kept = kept_lift(folder, digest)
    assert kept is not None
    return kept[0]


def _packed(part: Path) -> Path:
    """The part as a packed file, in its place."""
    packed = part.with_name(f"{part.name}.zst")
    with part.open("rb") as plain, packed.open("wb") as out:
        zstandard.ZstdCompressor(level=1, write_checksum=True).copy_stream(plain, out, size=part.stat().st_size)
    part.unlink()
    return packed
