"""What query workers give up before they run: memory without end, the network, what the server has open.

Two walls stand before the network, since each is forbidden somewhere: a network namespace with nothing in it, which
containers and hardened units do not let a process make, and a filter of system calls, by which it opens no socket.
https://docs.kernel.org/userspace-api/seccomp_filter.html
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import resource
import struct
import sys
from pathlib import Path

from lod.server.parent import end_with_parent

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _MODE_FILTER = 38, 22, 2
_SOCKET = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}  # machine → its AUDIT_ARCH, the call's number
_IO_URING_SETUP = 425  # by which sockets come without the call
_OTHER_ABI = 0x40000000  # of x86_64: numbers from here on are another way to say the same
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER, _ARCHITECTURE = 0, 4  # where they stand in what the filter is shown
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EACCES


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def confine(memory_bytes: int, descriptor: int, *, has_network: bool = False) -> None:
    """Limit the address space of this process and those that it forks, and cut them off from the network.

    Of the files that it was left, it keeps the standard ones and `descriptor` alone. It ends with its parent. That and
    the network are Linux's.
    """
    end_with_parent()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    os.closerange(3, descriptor)  # the socket of the site among them, which it would keep open
    os.closerange(descriptor + 1, most)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux" and not has_network:
        ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
        refuse_sockets()


def go_first() -> None:
    """Let this process end with its parent, and before others where the machine runs out of memory. Linux's, too."""
    end_with_parent()
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def refuse_sockets() -> bool:
    """Let this thread, and those that it starts, open no socket any more. Whether the system took the filter."""
    if sys.platform != "linux" or os.uname().machine not in _SOCKET:
        return False
    architecture, number = _SOCKET[os.uname().machine]
    instructions = [  # code, how many to skip where it holds, where it does not, operand
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 0, 5, architecture),
        (_LOAD, 0, 0, _NUMBER),
        (_EQUAL, 3, 0, number),
        (_EQUAL, 2, 0, _IO_URING_SETUP),
        (_AT_LEAST, 1, 0, _OTHER_ABI),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    program = _Program(len(instructions), b"".join(struct.pack("=HBBI", *each) for each in instructions))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return bool(prctl(_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program), 0, 0) == 0)
