"""Evaluate a query in a process of its own: where the engine fails, it ends the process that it runs in."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

from crosswalk.errors import CrosswalkError, EngineFault, QueryRefused, ResourceLimit

_FAULT = 3
"""The exit status of a process that has met an error that is told in a sentence."""

_STDERR = 2
_NO_MEMORY = (b"memory allocation of", b"bad_alloc", b"capacity overflow", b"temporarily unavailable")
"""What is said by a process that gets no more memory, or no more threads."""

_NO_ORDER = b"total order"
"""What is said by an engine that fails on values of several kinds, whatever else it then lacks."""


def in_fork(work: Callable[[], bytes], memory: int) -> bytes:
    """Return what ``work`` returns, done in a process of its own, which ends no later than this one.

    It may map ``memory`` bytes more than this one: over an index that is damaged the engine counts on without
    end. Raises the CrosswalkError that ``work`` raises, and EngineFault, QueryRefused or ResourceLimit where
    the engine has ended the process.
    """
    answers, answer = os.pipe()
    errors, error = os.pipe()
    living, life = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(life)
        _work(work, memory, living, answer, error)
    for end in (answer, error, living):
        os.close(end)
    with open(answers, "rb") as pipe, open(errors, "rb") as said, open(life, "wb"):
        data = pipe.read()
        status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        words = said.read()
    if status == 0:
        return data
    raise _fault(status, data, words)


def _work(work: Callable[[], bytes], memory: int, living: int, answer: int, error: int) -> NoReturn:
    import resource

    status = 1
    try:
        _end_with(living)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        _limit_memory(memory)
        os.environ["RUST_BACKTRACE"] = "0"
        os.set_blocking(error, False)  # who says more than fits into a pipe is not waited for
        os.dup2(error, _STDERR)
        with open(answer, "wb") as pipe:
            try:
                pipe.write(work())
                status = 0
            except CrosswalkError as fault:
                import pickle  # needed for a fault alone

                pipe.write(pickle.dumps(fault))
                status = _FAULT
    finally:
        if status == 1:
            traceback.print_exc()
            sys.stderr.flush()
        os._exit(status)


def _limit_memory(more: int) -> None:
    """Let this process map ``more`` bytes beyond those it has; it may have a lower limit already."""
    import resource

    with suppress(OSError, ValueError), open("/proc/self/statm", encoding="ascii") as status:
        mapped = int(status.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (mapped + more, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _end_with(living: int) -> None:
    """End this process when the other end of a pipe is closed, as it is when the process that holds it ends.

    The kernel tells so by SIGIO. What would do the same by ``prctl`` takes longer to import than to ask.
    """
    import fcntl

    fcntl.fcntl(living, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(living, fcntl.F_SETFL, fcntl.fcntl(living, fcntl.F_GETFL) | os.O_ASYNC | os.O_NONBLOCK)
    with suppress(BlockingIOError):  # it is open, as it should be
        os.read(living, 1)
        os._exit(0)


def _fault(status: int, data: bytes, words: bytes) -> CrosswalkError | SystemExit:
    """Return the fault that has ended the process; a signal is a negative status."""
    if status == _FAULT:
        import pickle

        fault: CrosswalkError = pickle.loads(data)
        return fault
    if status in (-signal.SIGSEGV, -signal.SIGBUS):
        return QueryRefused("the query is too deep or too long for the engine", hint="Make it smaller.")
    if _NO_ORDER not in words and (status == -signal.SIGKILL or any(part in words for part in _NO_MEMORY)):
        hint = "Ask for less, with LIMIT, or raise CROSSWALK_QUERY_MEMORY."
        return ResourceLimit("the query needs more memory than it may use", hint=hint)
    if status == 1:
        sys.stderr.write(words.decode(errors="replace"))
        return SystemExit(1)
    return EngineFault(EngineFault.WHAT, hint=EngineFault.HINT)
