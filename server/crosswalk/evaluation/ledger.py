"""Numbers that all processes of the server count together, in memory they share."""

from __future__ import annotations

import mmap
import struct

OUTCOMES = ("", "InputError", "QueryRefused", "QuerySyntaxError", "QueryTimedOut", "ResourceLimit",
            "StoreFault", "Overloaded", "RateExceeded", "Unacceptable", "ResultTooLarge")  # fmt: skip
"""The names of the ways a query ends: a fault's name, or nothing for an answer."""

BOUNDS = (0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0)
"""The upper bounds, in seconds, of the classes that durations are counted in."""

COUNTS = ("requests", "cache_hits", "not_modified", "asked")
_CELL = struct.Struct("d")
_STANDING = ("running", "tree_bytes", "generation")
_ENDED = len(COUNTS)
_CLASSES = _ENDED + len(OUTCOMES)
_ROW = _CLASSES + len(BOUNDS) + 2


class Ledger:
    """Cells of shared memory: a row that the broker writes, and one for each worker that it alone writes."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._cells = mmap.mmap(-1, (len(_STANDING) + workers * _ROW) * _CELL.size)

    # By the broker

    def standing(self, running: int, tree: int) -> None:
        """Notes what is being evaluated, and how much memory the rest takes."""
        self._set(0, running)
        self._set(1, tree)

    def started(self) -> None:
        """Notes that a broker has begun to serve."""
        self._add(_STANDING.index("generation"), 1)

    # By a worker, one thread of it at a time

    def count(self, worker: int, name: str) -> None:
        """Counts one event."""
        self._add(self._row(worker) + COUNTS.index(name), 1)

    def finished(self, worker: int, fault: str, seconds: float) -> None:
        """Counts one query that has ended."""
        row = self._row(worker)
        self._add(row + _ENDED + OUTCOMES.index(fault if fault in OUTCOMES else "StoreFault"), 1)
        start = row + _CLASSES
        for place, bound in enumerate(BOUNDS):
            if seconds <= bound:
                self._add(start + place, 1)
        self._add(start + len(BOUNDS), 1)
        self._add(start + len(BOUNDS) + 1, seconds)

    def begin(self, worker: int) -> None:
        """Notes that a worker starts anew: what the one before had asked nobody waits for any more."""
        row = self._row(worker)
        self._set(row + COUNTS.index("asked"), self._get(row + _CLASSES + len(BOUNDS)))

    def read(self) -> dict[str, float]:
        """All numbers by name; outcomes are ``outcome:NAME`` there, durations ``le:BOUND``."""
        names = [*COUNTS, *(f"outcome:{name}" for name in OUTCOMES), *(f"le:{bound}" for bound in BOUNDS),
                 "le:+Inf", "seconds"]  # fmt: skip
        rows = [self._row(worker) for worker in range(self.workers)]
        numbers = {name: sum(self._get(row + place) for row in rows) for place, name in enumerate(names)}
        numbers |= {name: self._get(place) for place, name in enumerate(_STANDING)}
        numbers["waiting"] = max(0.0, numbers["asked"] - numbers["le:+Inf"] - numbers["running"])
        return numbers

    def _row(self, worker: int) -> int:
        return len(_STANDING) + worker * _ROW

    def _get(self, place: int) -> float:
        return float(_CELL.unpack_from(self._cells, place * _CELL.size)[0])

    def _set(self, place: int, value: float) -> None:
        _CELL.pack_into(self._cells, place * _CELL.size, value)

    def _add(self, place: int, value: float) -> None:
        self._set(place, self._get(place) + value)
