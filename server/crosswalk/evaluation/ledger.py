"""Numbers that all processes of the server count together, in memory they share."""

from __future__ import annotations

import mmap
import struct
from bisect import bisect_left
from itertools import pairwise

OUTCOMES = ("", "InputError", "QueryRefused", "QuerySyntaxError", "QueryTimedOut", "ResourceLimit",
            "StoreFault", "Overloaded", "RateExceeded", "Unacceptable", "ResultTooLarge")  # fmt: skip
"""The names of the ways a query ends: a fault's name, or nothing for an answer."""

BOUNDS = (0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0)
"""The upper bounds, in seconds, of the classes that durations are counted in."""

COUNTS = ("requests", "cache_hits", "not_modified", "asked")
_STANDING = ("running", "tree_bytes", "generation")
_PLACES = {name: place for place, name in enumerate((*COUNTS, *OUTCOMES))}
_ENDED = len(COUNTS)
_CLASSES = _ENDED + len(OUTCOMES)
_ROW = _CLASSES + len(BOUNDS) + 2


class Ledger:
    """Cells of shared memory: a row that the broker writes, and one for each worker that it alone writes."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        size = (len(_STANDING) + workers * _ROW) * struct.calcsize("d")
        self._cells = memoryview(mmap.mmap(-1, size)).cast("d")

    # By the broker

    def standing(self, running: int, tree: int) -> None:
        """Notes what is being evaluated, and how much memory the rest takes."""
        self._cells[0], self._cells[1] = running, tree

    def started(self) -> None:
        """Notes that a broker has begun to serve."""
        self._cells[_STANDING.index("generation")] += 1

    # By a worker, one thread of it at a time

    def count(self, worker: int, name: str) -> None:
        """Counts one event."""
        self._cells[self._row(worker) + _PLACES[name]] += 1

    def finished(self, worker: int, fault: str, seconds: float) -> None:
        """Counts one query that has ended."""
        row = self._row(worker)
        self._cells[row + _PLACES.get(fault, _PLACES["StoreFault"])] += 1
        start = row + _CLASSES
        self._cells[start + bisect_left(BOUNDS, seconds)] += 1
        self._cells[start + len(BOUNDS) + 1] += seconds

    def begin(self, worker: int) -> None:
        """Notes that a worker starts anew: what the one before had asked nobody waits for any more."""
        row = self._row(worker)
        self._cells[row + COUNTS.index("asked")] = sum(self._cells[row + _ENDED : row + _CLASSES])

    def read(self) -> dict[str, float]:
        """All numbers by name; outcomes are ``outcome:NAME`` there, durations ``le:BOUND``."""
        names = [*COUNTS, *(f"outcome:{name}" for name in OUTCOMES), *(f"le:{bound}" for bound in BOUNDS),
                 "le:+Inf", "seconds"]  # fmt: skip
        rows = [self._row(worker) for worker in range(self.workers)]
        numbers = {name: sum(self._cells[row + place] for row in rows) for place, name in enumerate(names)}
        classes = [f"le:{bound}" for bound in (*BOUNDS, "+Inf")]
        for smaller, larger in pairwise(classes):
            numbers[larger] += numbers[smaller]
        numbers |= dict(zip(_STANDING, self._cells, strict=False))
        numbers["waiting"] = max(0.0, numbers["asked"] - numbers["le:+Inf"] - numbers["running"])
        return numbers

    def _row(self, worker: int) -> int:
        return len(_STANDING) + worker * _ROW
