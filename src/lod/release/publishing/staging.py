"""Where a release is made before it has a name: `releases/staging/<uuid>/`, on the same file system.

Used under the lock of the releases folder, so whatever already lies in `staging/` was left by a process that died.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lod.diagnostics import Findings, TextOrigin
from lod.wording import say

STAGING = "staging"


@contextmanager
def staging(releases: Path) -> Iterator[Path]:
    """A fresh folder to make a release in. What is still there at the end is removed."""
    folder = releases / STAGING / uuid.uuid4().hex
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def clean_staging(releases: Path, findings: Findings) -> None:
    """Remove what dead builds left behind. Findings: LOD8008 (warning) for each."""
    folder = releases / STAGING
    for left in sorted(folder.iterdir()) if folder.is_dir() else ():
        shutil.rmtree(left, ignore_errors=True)
        message = say("an earlier build was interrupted; what it left behind was removed")
        findings.warning("LOD8008", message, TextOrigin(str(left)), say("what is published was not touched"))
