"""A process that ends with the one that has started it, however that ends.

https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html
"""

from __future__ import annotations

import ctypes
import signal
import sys

_PR_SET_PDEATHSIG = 1


def end_with_parent(by: signal.Signals = signal.SIGKILL) -> None:
    """Get a signal when the thread that has started this process ends. Linux alone can: elsewhere nothing happens.

    A thread that waits for the parent would do everywhere, but what it leaves at the end lets native modules complain.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, by)
