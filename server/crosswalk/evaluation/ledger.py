"""Numbers that all processes of the server count together, in memory they share."""

from __future__ import annotations

import mmap
import struct

OUTCOMES = ("", "InputError", "QueryRefused", "QuerySyntaxError", "QueryTimedOut", "ResourceLimit",
            "StoreFault", "Overloaded", "RateExceeded", "Unacceptable", "ResultTooLarge",
            "Abandoned")  # fmt: skip
"""The names of the ways a query ends: a fault's name, or nothing for an answer."""

BOUNDS = (0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0)
"""The upper bounds, in seconds, of the classes that durations are counted in."""

WORKER_COUNTS = ("requests", "cache_hits", "not_modified")
_CELL = struct.Struct("d")
_STANDING = ("running", "waiting", "tree_bytes", "generation")
_BROKER = len(_STANDING) + len(OUTCOMES) + len(BOUNDS) + 2


class Ledger:
    """Cells of shared memory: a row that the broker writes, and one for each worker that it alone writes."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._cells = mmap.mmap(-1, (_BROKER + workers * len(WORKER_COUNTS)) * _CELL.size)

    def standing(self, running: int, waiting: int, tree: int) -> None:
        """Notes what the broker has in hand."""
        for place, value in enumerate((running, waiting, tree)):
            self._set(place, value)

    def finished(self, fault: str, seconds: float) -> None:
        """Counts one query that has ended."""
        start = len(_STANDING)
        self._add(start + OUTCOMES.index(fault if fault in OUTCOMES else "StoreFault"), 1)
        start += len(OUTCOMES)
        for place, bound in enumerate(BOUNDS):
            if seconds <= bound:
                self._add(start + place, 1)
        self._add(start + len(BOUNDS), 1)
        self._add(start + len(BOUNDS) + 1, seconds)

    def count(self, worker: int, name: str) -> None:
        """Counts one event in a worker; called by one thread of it at a time."""
        self._add(_BROKER + worker * len(WORKER_COUNTS) + WORKER_COUNTS.index(name), 1)

    def started(self) -> None:
        """Notes that a broker has begun to serve."""
        self._add(_STANDING.index("generation"), 1)

    def read(self) -> dict[str, float]:
        """All numbers by name; outcomes are ``outcome:NAME`` there, durations ``le:BOUND``."""
        names = [*_STANDING, *(f"outcome:{name}" for name in OUTCOMES), *(f"le:{bound}" for bound in BOUNDS),
                 "le:+Inf", "seconds"]  # fmt: skip
        numbers = {name: self._get(place) for place, name in enumerate(names)}
        for place, name in enumerate(WORKER_COUNTS):
            numbers[name] = sum(
                self._get(_BROKER + worker * len(WORKER_COUNTS) + place) for worker in range(self.workers)
            )
        return numbers

    def _get(self, place: int) -> float:
        return float(_CELL.unpack_from(self._cells, place * _CELL.size)[0])

    def _set(self, place: int, value: float) -> None:
        _CELL.pack_into(self._cells, place * _CELL.size, value)

    def _add(self, place: int, value: float) -> None:
        self._set(place, self._get(place) + value)
