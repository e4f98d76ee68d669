"""A reader's sign that it has a release open: a shared lock on its manifest, which ends with the process."""

from __future__ import annotations

import fcntl
import os
import weakref
from pathlib import Path

from lod.release.seal import MANIFEST


def hold(folder: Path, holder: object) -> None:
    """Mark a release as open for as long as `holder` lives. Where locks are not to be had, nothing happens."""
    try:
        descriptor = os.open(folder / MANIFEST, os.O_RDONLY)
    except OSError:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return
    weakref.finalize(holder, os.close, descriptor)
