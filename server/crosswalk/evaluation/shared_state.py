"""How many seconds of evaluation each client may still use."""

from __future__ import annotations

import math
import mmap
import struct
import time
from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise

_REMEMBERED = 10_000


class Allowance:
    """A bucket for each client: it holds ``per_minute`` seconds of evaluation, and fills up in a minute."""

    def __init__(self, per_minute: float) -> None:
        self.per_minute = per_minute
        self._spent: dict[int, tuple[float, float]] = {}
        self._full = _REMEMBERED

    def wait(self, client: int, running: float = 0.0) -> int:
        """The whole seconds a client has to wait before its next query; 0 where it may ask now.

        ``running`` is what its queries that are still evaluated have used.
        """
        if not self.per_minute:
            return 0
        over = self._level(client) + running - self.per_minute
        return math.ceil(max(over, 0.001) * 60 / self.per_minute) if over >= 0 else 0

    def spend(self, client: int, seconds: float) -> None:
        """Charges a client for an evaluation."""
        if not self.per_minute:
            return
        if len(self._spent) >= self._full:
            self._spent = {name: entry for name, entry in self._spent.items() if self._level(name) > 0}
            # Looked through again after as many more: of very many clients at once each would cost as much.
            self._full = max(_REMEMBERED, 2 * len(self._spent))
        self._spent[client] = (self._level(client) + seconds, time.monotonic())

    def _level(self, client: int) -> float:
        spent, at = self._spent.get(client, (0.0, 0.0))
        return max(0.0, spent - (time.monotonic() - at) * self.per_minute / 60)


PLACES = 256
"""How many evaluators there is room for; a place is taken anew only after all the others."""

_SIZE = 64
_JOB, _WHEN, _WORN, _VERDICT = (
    struct.Struct("Q"),
    struct.Struct("ddQ"),
    struct.Struct("B"),
    struct.Struct("QQ"),
)
_JOB_AT, _WHEN_AT, _WORN_AT, _THREAD_AT, _VERDICT_AT = 0, 8, 32, 36, 40
_THREAD = struct.Struct("I")
_RESTING_AT = PLACES * _SIZE


@dataclass(frozen=True)
class Entry:
    """What an evaluator is doing: the number of a query, when it began, and who asked.

    ``began`` is in seconds of the monotonic clock; ``spent`` are the seconds of a processor the process had
    used by then; ``client`` is the number its client goes by.
    """

    job: int
    began: float
    spent: float
    client: int


class Board:
    """A place for each evaluator, which alone writes to it; verdict and wear are written by the broker.

    Nobody locks: each number is written in one step, and whoever reads a job twice sees whether it changed.
    """

    def __init__(self) -> None:
        self._cells = mmap.mmap(-1, PLACES * _SIZE + 1)

    # By an evaluator

    def arrive(self, place: int, thread: int) -> None:
        """Notes which thread evaluates, by the kernel's number."""
        _THREAD.pack_into(self._cells, place * _SIZE + _THREAD_AT, thread)

    def begin(self, place: int, job: int, began: float, spent: float, client: int) -> None:
        """Notes that a query is in hand."""
        _WHEN.pack_into(self._cells, place * _SIZE + _WHEN_AT, began, spent, client)
        _JOB.pack_into(self._cells, place * _SIZE + _JOB_AT, job)

    def finish(self, place: int) -> bool:
        """Notes that there is none any more; False where the evaluator is worn out and is to leave."""
        _JOB.pack_into(self._cells, place * _SIZE + _JOB_AT, 0)
        return not self._cells[place * _SIZE + _WORN_AT]

    # By the broker

    def clear(self, place: int) -> None:
        """Makes a place ready for another evaluator; the last verdict stays, until there is another."""
        start = place * _SIZE
        self._cells[start : start + _VERDICT_AT] = bytes(_VERDICT_AT)

    def read(self, place: int) -> Entry | None:
        """What an evaluator has in hand, if it has anything."""
        (job,) = _JOB.unpack_from(self._cells, place * _SIZE + _JOB_AT)
        return Entry(job, *_WHEN.unpack_from(self._cells, place * _SIZE + _WHEN_AT)) if job else None

    def thread(self, place: int) -> int:
        """The thread that evaluates; 0 before it has arrived."""
        return int(_THREAD.unpack_from(self._cells, place * _SIZE + _THREAD_AT)[0])

    def wear(self, place: int) -> None:
        """Has an evaluator leave after what it has in hand."""
        _WORN.pack_into(self._cells, place * _SIZE + _WORN_AT, 1)

    def judge(self, place: int, job: int, verdict: int) -> None:
        """Says what has become of a query that its evaluator will not answer."""
        _VERDICT.pack_into(self._cells, place * _SIZE + _VERDICT_AT, job, verdict)

    def rest(self, resting: bool) -> None:
        """Says whether the broker has to be woken."""
        self._cells[_RESTING_AT] = resting

    # By whoever asks

    @property
    def resting(self) -> bool:
        """Whether the broker has to be woken."""
        return bool(self._cells[_RESTING_AT])

    def verdict(self, job: int) -> int:
        """What has been said of a query: a verdict, or 0."""
        for start in range(_VERDICT_AT, PLACES * _SIZE, _SIZE):
            judged, verdict = _VERDICT.unpack_from(self._cells, start)
            if judged == job:
                return int(verdict)
        return 0

    def in_hand(self, job: int) -> bool:
        """Whether an evaluator has a query in hand."""
        return any(
            _JOB.unpack_from(self._cells, start)[0] == job for start in range(0, PLACES * _SIZE, _SIZE)
        )


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
