"""Takes from a process what evaluating a query does not need: the network, files, other programs, memory."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import signal
import struct
from contextlib import suppress

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_CALL_SECCOMP = {"x86_64": 317, "aarch64": 277}
_SET_FILTER, _ALL_THREADS = 1, 1
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_ALLOW, _DENY = 0x7FFF0000, 0x00050000 | errno.EPERM

# The audit number of each architecture, and its numbers of the calls that open a file, make or reach a
# socket, start a program or a process, or touch another process.
_CALLS: dict[str, tuple[int, tuple[int, ...]]] = {
    "x86_64": (0xC000003E, (2, 41, 42, 43, 49, 50, 56, 57, 58, 59, 62, 76, 82, 83, 85, 86, 87, 88, 90, 101,
                            165, 257, 263, 264, 265, 266, 288, 310, 311, 316, 322, 425, 434, 435, 437)),
    "aarch64": (0xC00000B7, (34, 35, 36, 37, 38, 40, 45, 52, 53, 56, 117, 129, 198, 200, 201, 202, 203, 220,
                             221, 242, 270, 271, 276, 281, 425, 434, 435, 437)),
}  # fmt: skip


NICENESS = 5
"""How far behind the server evaluators stand when there is too much to do."""


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def die_with_parent(parent: int) -> None:
    """Ends this process when the thread that forked it ends; at once where it has ended already."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)


def leave_network() -> bool:
    """Moves this process to a network of its own with nothing in it; False where the system forbids that."""
    spaces = _CLONE_NEWNET if os.geteuid() == 0 else _CLONE_NEWNET | _CLONE_NEWUSER
    return _LIBC.unshare(spaces) == 0


def limit_memory(more: int) -> None:
    """Lets this process map ``more`` bytes beyond what it has."""
    with open("/proc/self/statm", encoding="ascii") as status:
        mapped = int(status.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + more, mapped + more))


def write_no_core() -> None:
    """Has nothing written to disk when this process dies of a fault."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def prefer_as_victim() -> None:
    """Tells the kernel to end this process first when memory runs out, and to run it after the server."""
    with open("/proc/self/oom_score_adj", "w", encoding="ascii") as score:
        score.write("900")
    os.nice(NICENESS)


def take_turns() -> None:
    """Has this thread, and those it starts, wait for the end of another's slice when it wakes.

    Those who ask and those who evaluate would interrupt each other at every query; so each gets more done
    before the processor turns to somebody else.
    """
    with suppress(PermissionError):  # a container may forbid it, and all works as well, if more slowly
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def forbid_calls() -> bool:
    """Has the kernel refuse this process any new file, socket, program or process; False where it cannot.

    What is open stays open. Nothing brings the calls back, for this process or its children.
    """
    if platform.machine() not in _CALLS:
        return False
    audit, calls = _CALLS[platform.machine()]
    steps = [(0x20, 0, 0, 4), (0x15, 1, 0, audit), (0x06, 0, 0, _DENY), (0x20, 0, 0, 0)]
    steps.append((0x35, len(calls) + 1, 0, 0x40000000))  # numbers of a second table on the same machine
    steps.extend((0x15, len(calls) - place, 0, call) for place, call in enumerate(calls))
    steps.extend([(0x06, 0, 0, _ALLOW), (0x06, 0, 0, _DENY)])
    code = b"".join(struct.pack("HBBI", *step) for step in steps)
    program = _Program(len(steps), code)
    if _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    call = _CALL_SECCOMP[platform.machine()]
    return _LIBC.syscall(call, _SET_FILTER, _ALL_THREADS, ctypes.byref(program)) == 0
