"""The release that the site serves now: opened once, followed when the pointer moves.

A request takes the `ServedRelease` that is current when it arrives and finishes on it; the old one is closed when the
last request lets go of it.
"""

from __future__ import annotations

import ctypes
import gc
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

from lod.errors import LodError
from lod.release.release import current_name
from lod.server.search import prepare_search
from lod.server.served import ServedRelease, open_served
from lod.server.theme import Theme, own_theme
from lod.store.transport import Endpoint
from lod.wording import Wording, say

LOOK_EVERY = 1.0  # seconds between looks at the pointer


@dataclass(slots=True)
class CurrentRelease:
    """Follows the pointer of a releases folder, or stays on one release where `pinned`.

    A look costs one `stat` a second. While requests come, a new release is opened beside them, and they go on being
    answered from the old one; when it cannot be opened, the last good one goes on being served and `trouble` says why.
    """

    releases: Path
    pinned: str | None = None
    elsewhere: Endpoint | None = None  # the store that holds the releases' statements; else each has its own
    theme: Theme = field(default_factory=own_theme)
    served: ServedRelease | None = None
    trouble: LodError | None = None
    _looked: float = 0.0
    _seen: tuple[int, int] | None = None
    _opening: Thread | None = None

    def get(self) -> ServedRelease:
        """The release to answer from.

        Raises:
            LodError: nothing is published, or what is cannot be opened.
        """
        now = time.monotonic()
        if self.served is None or now - self._looked >= LOOK_EVERY:
            is_quiet = now - self._looked >= 2 * LOOK_EVERY  # nobody else waits, and who asks now gets what is new
            self._looked = now
            self._look(wait=is_quiet)
        if self.served is None:
            raise self.trouble or LodError(say("nothing is published"))
        return self.served

    @property
    def is_settled(self) -> bool:
        """Whether the pointer was looked at a moment ago, so that `served` is current."""
        return time.monotonic() - self._looked < LOOK_EVERY

    def _look(self, *, wait: bool) -> None:
        pointer = self.releases / (self.pinned or "current")
        try:
            state = pointer.stat()
        except OSError:
            seen = None
        else:
            seen = (state.st_mtime_ns, state.st_ino)
        if seen == self._seen and self.served is not None:
            return
        if self._opening is not None and self._opening.is_alive():
            return  # a look later
        self._seen = seen
        if self.served is None or wait:
            self._try()
        else:
            self._opening = Thread(target=self._try, name="opening a release", daemon=True)
            self._opening.start()

    def _try(self) -> None:
        try:
            self._open()
        except (LodError, OSError) as error:
            self.trouble = error if isinstance(error, LodError) else LodError(Wording(str(error)), code="LOD9001")
        else:
            self.trouble = None

    def _open(self) -> None:
        name = self.pinned or current_name(self.releases)
        if name is None:
            if self.served is None:
                raise LodError(
                    say("nothing is published in {releases}", releases=self.releases),
                    hint=say("lod build --publish"),
                    code="LOD8004",
                )
            return
        if self.served is None or self.served.release.manifest.name != name:
            self.served = open_served(self.releases / name, elsewhere=self.elsewhere, theme=self.theme)
            gc.collect()  # a release and its labels know each other, and a calm collector would keep them for long
            _give_back_memory()
            prepare_search(self.served)


def _give_back_memory() -> None:
    """Return to the system what the releases before took: glibc keeps it, and more with each release.

    https://man7.org/linux/man-pages/man3/malloc_trim.3.html
    """
    if sys.platform == "linux":
        with suppress(AttributeError):  # another C library
            ctypes.CDLL(None).malloc_trim(0)
