"""How the C library hands out memory in the processes of a server.

A look-up takes and frees hundreds of small blocks. glibc keeps seven of each size at hand and takes the others the
long way, which costs a tenth of the look-up; 128 of each are less than 10 MB. And a look-up touches memory here and
there: in pages of 2 MB, where the system gives them (`madvise`), a processor finds it sooner, on virtual machines by a
quarter of the time. glibc reads this when a process starts, and passes over what it does not know.

https://www.gnu.org/software/libc/manual/html_node/Memory-Allocation-Tunables.html
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

_NAME, _SETTING = "GLIBC_TUNABLES", "glibc.malloc.tcache_count=128:glibc.malloc.hugetlb=1"


def tuned(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for a process that answers; what an operator has set stays."""
    return {_NAME: _SETTING, **environment}


def start_tuned() -> None:
    """Let `lod` start anew with such an environment, where it has not; its process stays the same.

    Who calls a command from a program of their own goes on as they are.
    """
    is_ours = Path(sys.argv[0]).stem in ("lod", "__main__")
    if is_ours and sys.platform == "linux" and _NAME not in os.environ:
        os.execve(sys.executable, sys.orig_argv, tuned(os.environ))  # noqa: S606 - ourselves
