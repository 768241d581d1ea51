"""Gives memory that is free in a long-lived process back to the system."""

from __future__ import annotations

import ctypes
import threading
import time

_LIBC = ctypes.CDLL(None)
_EVERY = 60.0


def give_back() -> None:
    """Returns whole pages that are free, wherever they lie; does nothing with a C library that cannot.

    Answers that are remembered lie between those that were only sent: left alone, the heap of each thread
    grows and grows by gaps that nothing fits.
    """
    if hasattr(_LIBC, "malloc_trim"):
        _LIBC.malloc_trim(0)


def give_back_regularly() -> None:
    """Does so in this process from now on, in a thread of its own: it takes some milliseconds."""
    threading.Thread(target=_run, name="heap", daemon=True).start()


def _run() -> None:
    while True:
        time.sleep(_EVERY)
        give_back()
