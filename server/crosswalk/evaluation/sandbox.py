"""Restrict what a process can do: no network, no files, no other programs, and limited memory."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import platform
import resource
import signal
import struct
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress

NICENESS = 5
"""The niceness of evaluators: on a busy machine the server itself goes first."""

ERROR_BYTES = 2**14
"""How much a process can say to a file of errors."""

OUT_OF_MEMORY = 71
"""The exit status of a process that could get no more memory."""

_STDERR = 2
_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000

_MACHINES = {"x86_64": 0, "aarch64": 1}
_ARCHITECTURE, _SECCOMP = (0xC000003E, 0xC00000B7), (317, 277)
_FORBIDDEN = {
    "open": (2, None), "openat": (257, 56), "openat2": (437, 437), "creat": (85, None),
    "truncate": (76, 45), "rename": (82, None), "renameat": (264, 38), "renameat2": (316, 276),
    "mkdir": (83, None), "mkdirat": (258, 34), "unlink": (87, None), "unlinkat": (263, 35),
    "link": (86, None), "linkat": (265, 37), "symlink": (88, None), "symlinkat": (266, 36),
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "mount": (165, 40),
    "socket": (41, 198), "connect": (42, 203), "accept": (43, 202), "accept4": (288, 242),
    "bind": (49, 200), "listen": (50, 201), "io_uring_setup": (425, 425),
    "fork": (57, None), "vfork": (58, None), "clone": (56, 220), "clone3": (435, 435),
    "execve": (59, 221), "execveat": (322, 281), "kill": (62, 129), "ptrace": (101, 117),
    "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "pidfd_open": (434, 434),
}  # fmt: skip
"""The system calls that open files or sockets, start programs or processes, or touch other processes.

With their numbers on each of the machines: https://docs.kernel.org/userspace-api/seccomp_filter.html.
"""

_SET_MODE_FILTER, _ALL_THREADS = 1, 1
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_CALL_AT, _ARCHITECTURE_AT = 0, 4
_X32_CALLS = 0x40000000
_ALLOW, _DENY = 0x7FFF0000, 0x00050000 | errno.EPERM


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def error_file() -> int:
    """Return the descriptor of a file in memory that takes the last words of a process, up to ERROR_BYTES."""
    file = os.memfd_create("errors", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(file, ERROR_BYTES)
    fcntl.fcntl(file, fcntl.F_ADD_SEALS, fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_SEAL)
    return file


def fork(work: Callable[[], None], errors: int | None = None) -> int:
    """Fork a process that does some work, and that ends no later than the calling thread; return its pid.

    What it writes to standard error goes to the file ``errors``, where one is given.
    """
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        if errors is not None:
            os.dup2(errors, _STDERR)
        die_with_parent(parent)
        work()
        status = 0
    except SystemExit:
        status = 0
    except MemoryError:
        status = OUT_OF_MEMORY
    finally:
        if status == 1:
            traceback.print_exc()
        sys.stderr.flush()
        os._exit(status)


def confine(memory: int) -> None:
    """Restrict an evaluator to what it needs; ``memory`` is the bytes it may map beyond those it has."""
    disable_core_dumps()
    with open("/proc/self/oom_score_adj", "w", encoding="ascii") as score:
        score.write("900")  # the first process for the kernel to end when memory runs out
    os.nice(NICENESS)
    use_batch_scheduling()
    limit_memory(memory)
    forbid_calls()


def die_with_parent(parent: int) -> None:
    """End this process with the thread that forked it, or now where its parent has ended already."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)


def leave_network() -> bool:
    """Move this process to an empty network of its own; return False where the system forbids that."""
    spaces = _CLONE_NEWNET if os.geteuid() == 0 else _CLONE_NEWNET | _CLONE_NEWUSER
    return _LIBC.unshare(spaces) == 0


def limit_memory(more: int) -> None:
    """Let this process map no more than ``more`` bytes beyond those it has."""
    with open("/proc/self/statm", encoding="ascii") as status:
        mapped = int(status.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + more, mapped + more))


def disable_core_dumps() -> None:
    """Write no core file when this process crashes."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def use_batch_scheduling() -> None:
    """Let this thread, and those it starts, not interrupt others when it wakes.

    Workers and evaluators would otherwise interrupt each other at every question.
    """
    with suppress(PermissionError):  # a container may forbid it; everything works, if more slowly
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


def forbid_calls() -> bool:
    """Have the kernel refuse the forbidden calls, for good, in all threads and children of this process.

    Return False where that is not possible. What is open stays open.
    """
    column = _MACHINES.get(platform.machine())
    if column is None:
        return False
    calls = [numbers[column] for numbers in _FORBIDDEN.values() if numbers[column] is not None]
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_IF_EQUAL, 1, 0, _ARCHITECTURE[column]),
        (_RETURN, 0, 0, _DENY),
        (_LOAD, 0, 0, _CALL_AT),
        (_IF_AT_LEAST, len(calls) + 1, 0, _X32_CALLS),
        *((_IF_EQUAL, len(calls) - place, 0, call) for place, call in enumerate(calls)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _DENY),
    ]
    program = _Program(len(steps), b"".join(struct.pack("HBBI", *step) for step in steps))
    if _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return _LIBC.syscall(_SECCOMP[column], _SET_MODE_FILTER, _ALL_THREADS, ctypes.byref(program)) == 0
