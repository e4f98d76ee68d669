"""What a build leaves in the staging folder: nothing, whoever still writes there."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

import pytest

from lod.release.publishing.staging import STAGING, staging


def test_a_thread_that_still_writes(tmp_path: Path) -> None:
    """As a store's threads do for a moment after an interrupt."""
    begun, stopped = threading.Event(), threading.Event()

    def write(folder: Path) -> None:
        for number in range(1000):
            with contextlib.suppress(FileNotFoundError):
                (folder / "store" / f"{number}.sst").write_text("")
            begun.set()
        stopped.set()

    def interrupted() -> None:
        with staging(tmp_path) as folder:
            (folder / "store").mkdir()
            threading.Thread(target=write, args=(folder,)).start()
            begun.wait()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    stopped.wait()
    assert list((tmp_path / STAGING).iterdir()) == []
