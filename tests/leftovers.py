"""What a test starts, it ends, whether it succeeds or fails: no thread and no process outlives it."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

GRACE = 3.0
"""Seconds that what was told to end may still take."""
_told: set[threading.Thread] = set()
"""Threads that a test has failed for: they run on, and no other test is blamed."""
_ROOT = Path(__file__).resolve().parents[1]
_PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans() -> None:
    """Make orphaned processes children of this one, so that none is lost from sight (Linux only)."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


@dataclass(frozen=True)
class Running:
    """The threads that keep this process alive, and the processes that are its children."""

    threads: frozenset[threading.Thread]
    processes: frozenset[int]

    @classmethod
    def now(cls) -> Running:
        """Return what is running at this moment."""
        threads = (thread for thread in threading.enumerate() if not thread.daemon and thread.is_alive())
        return cls(frozenset(threads), frozenset(_children()))

    def since(self, before: Running) -> Running:
        """Return what is running now and was not before; the dead among the processes are buried."""
        added = self.processes - before.processes
        return Running(self.threads - before.threads - _told, frozenset(filter(_lives, added)))

    def __bool__(self) -> bool:
        return bool(self.threads or self.processes)

    def __str__(self) -> str:
        named = [f"the thread {_place(thread)}" for thread in self.threads]
        named += [f"the process {pid} ({_command(pid)})" for pid in sorted(self.processes)]
        return " and ".join(named)

    def end(self) -> None:
        """Kill the processes; a thread cannot be ended from outside."""
        for pid in self.processes:
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


def _children() -> Iterator[int]:
    for task in Path("/proc/self/task").glob("*/children"):
        with suppress(OSError):  # the thread has ended
            yield from map(int, task.read_text().split())


def _lives(pid: int) -> bool:
    """Whether a child has not ended; one that has, and that nobody waits for any more, is waited for."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == 0
    except ChildProcessError:
        return False


def _place(thread: threading.Thread) -> str:
    """Return the name of a thread and the line of ours, if any, that it stands at."""
    stack = traceback.walk_stack(sys._current_frames().get(thread.ident or 0))
    places = [f"{frame.f_code.co_filename}:{line}" for frame, line in stack if frame is not None]
    ours = [place for place in places if place.startswith(str(_ROOT)) and "site-packages" not in place]
    return ", at ".join([thread.name, *(ours or places)[:1]])


def _command(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return "ended meanwhile"
    return " ".join(words).strip()[:120]


@contextmanager
def leaving_nothing(what: str) -> Iterator[None]:
    """Fail where something that was begun inside the block is still running a while after it."""
    before = Running.now()
    yield
    deadline = time.monotonic() + GRACE
    while (left := Running.now().since(before)) and time.monotonic() < deadline:
        time.sleep(0.01)
    if left:
        sentence = f"{what} leaves {left} behind: the fixture or the with block that begins it has to end it"
        left.end()
        _told.update(left.threads)
        pytest.fail(sentence, pytrace=False)


def leave_though_threads_run(status: int) -> None:
    """End this process at once where threads would keep it alive; otherwise it ends by itself."""
    if any(not thread.daemon for thread in threading.enumerate() if thread is not threading.main_thread()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
