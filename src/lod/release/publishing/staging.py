"""Where a release is made before it has a name: `releases/staging/<uuid>/`, on the same file system.

Used under the lock of the releases folder, so whatever already lies in `staging/` was left by a process that died.
"""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lod.diagnostics import Findings, TextOrigin
from lod.wording import say

STAGING = "staging"
PAUSES = (0.01, 0.03, 0.1, 0.3, 1.0)  # seconds


@contextmanager
def staging(releases: Path) -> Iterator[Path]:
    """A fresh folder to make a release in. What is still there at the end is removed."""
    folder = releases / STAGING / uuid.uuid4().hex
    try:
        folder.mkdir(parents=True)
        yield folder
    finally:
        try:
            _remove(folder)
        except KeyboardInterrupt:  # who interrupts the removal wants to leave, not to leave something behind
            _remove(folder)
            raise


def clean_staging(releases: Path, findings: Findings) -> None:
    """Remove what dead builds left behind. Findings: LOD8008 (warning) for each."""
    folder = releases / STAGING
    for left in sorted(folder.iterdir()) if folder.is_dir() else ():
        _remove(left)
        message = say("an earlier build was interrupted; what it left behind was removed")
        findings.warning("LOD8008", message, TextOrigin(str(left)), say("what is published was not touched"))


def _remove(folder: Path) -> None:
    """Remove a folder into which the threads of an interrupted store may still write for a moment."""
    for pause in PAUSES:
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:
            if not folder.exists():
                return
        except OSError:
            time.sleep(pause)
        else:
            return
    shutil.rmtree(folder, ignore_errors=True)  # the next build removes what is left, and says so
