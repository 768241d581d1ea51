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
_ALLOWED = {
    "mprotect": (10, 226), "recvmsg": (47, 212), "write": (1, 64), "writev": (20, 66), "close": (3, 57),
    "clock_gettime": (228, 113), "gettimeofday": (96, 169), "getrusage": (98, 165), "futex": (202, 98),
    "mmap": (9, 222), "munmap": (11, 215), "mremap": (25, 216), "madvise": (28, 233), "brk": (12, 214),
    "pread64": (17, 67), "getrandom": (318, 278), "sched_getaffinity": (204, 123), "sched_yield": (24, 124),
    "getpid": (39, 172), "gettid": (186, 178), "tgkill": (234, 131), "restart_syscall": (219, 128),
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139),
    "exit": (60, 93), "exit_group": (231, 94),
}  # fmt: skip
"""The system calls that evaluating needs, frequent ones first, with their numbers on each of the machines.

Observed on x86-64 with the C library of GNU while every question was asked in every format, and while queries
ended by each limit and failure; those for ARM64 are the same calls, and untested. On the filter, see
https://docs.kernel.org/userspace-api/seccomp_filter.html.
"""

_SET_MODE_FILTER, _GET_ACTION_AVAILABLE, _ALL_THREADS = 1, 2, 1
_LOAD, _IF_EQUAL, _IF_ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
_CALL_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT, _THIRD_ARGUMENT_AT = 0, 4, 16, 32
_PROT_EXEC = 4
_ACTION = 0xFFFF0000
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
    allow_calls()


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


def can_refuse_calls() -> bool:
    """Return whether the kernel can refuse calls here, and their numbers are known."""
    column = _MACHINES.get(platform.machine())
    action = ctypes.c_uint32(_DENY & _ACTION)
    return (
        column is not None
        and _LIBC.syscall(_SECCOMP[column], _GET_ACTION_AVAILABLE, 0, ctypes.byref(action)) == 0
    )


def allow_calls() -> bool:
    """Have the kernel refuse all calls but those allowed, for good, in all threads of this process.

    Memory can be made no program, and signals can be sent to this process alone. What is open stays open; a
    call that is refused gives EPERM. Return False where that is not possible.
    """
    column = _MACHINES.get(platform.machine())
    if column is None:
        return False
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_IF_EQUAL, 1, 0, _ARCHITECTURE[column]),
        (_RETURN, 0, 0, _DENY),
        (_LOAD, 0, 0, _CALL_AT),
        *(step for name, numbers in _ALLOWED.items() for step in _allowing(name, numbers[column])),
        (_RETURN, 0, 0, _DENY),
    ]
    program = _Program(len(steps), b"".join(struct.pack("HBBI", *step) for step in steps))
    if _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return _LIBC.syscall(_SECCOMP[column], _SET_MODE_FILTER, _ALL_THREADS, ctypes.byref(program)) == 0


def _allowing(name: str, number: int) -> tuple[tuple[int, int, int, int], ...]:
    """Return the steps of the filter that allow one call, and go on behind themselves at any other."""
    if name in ("mmap", "mprotect"):
        return (
            (_IF_EQUAL, 0, 4, number),
            (_LOAD, 0, 0, _THIRD_ARGUMENT_AT),
            (_IF_ANY_BIT, 0, 1, _PROT_EXEC),
            (_RETURN, 0, 0, _DENY),
            (_RETURN, 0, 0, _ALLOW),
        )
    if name == "tgkill":
        return (
            (_IF_EQUAL, 0, 4, number),
            (_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
            (_IF_EQUAL, 0, 1, os.getpid()),
            (_RETURN, 0, 0, _ALLOW),
            (_RETURN, 0, 0, _DENY),
        )
    return ((_IF_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ALLOW))
