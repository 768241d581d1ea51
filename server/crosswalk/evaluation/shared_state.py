"""Keep in shared memory what the processes of a server tell each other without a message.

The memory is mapped before the processes that use it are forked. Nobody locks it: each number is written in
one step, and nearly all of them by one process alone.
"""

from __future__ import annotations

import ctypes
import math
import mmap
import socket
import time
from bisect import bisect_left
from collections.abc import Iterator
from ctypes import c_bool, c_double, c_uint32, c_uint64
from itertools import accumulate
from typing import Any

from crosswalk.evaluation.wire import FAULTS
from crosswalk.settings import Settings


def _share(kind: Any) -> Any:
    """Return an instance of a ctypes structure or array in memory that forked processes share."""
    return kind.from_buffer(mmap.mmap(-1, ctypes.sizeof(kind)))


class Slot(ctypes.Structure):
    """What one evaluator has in hand, and what its supervisor says of it."""

    _fields_ = (
        # Written by the evaluator. A job of 0 is none; times are in seconds of the monotonic clock.
        ("job", c_uint64),
        ("client", c_uint64),
        ("began", c_double),
        ("processor_time_before", c_double),
        ("thread", c_uint32),
        # Written by the supervisor: the seconds of a processor the job has had, whether it counts as a long
        # one, whether the evaluator is to leave after it, and the last job that was ended at a limit.
        ("processor_time", c_double),
        ("long", c_bool),
        ("leaving", c_bool),
        ("ended_job", c_uint64),
        ("limit", c_uint32),
    )

    def begin(self, job: int, client: int, began: float, processor_time: float) -> None:
        """Note that a job is in hand, and how much processor time the process had used before."""
        self.client, self.began, self.processor_time_before = client, began, processor_time
        self.processor_time, self.long = 0.0, False
        self.job = job

    @property
    def age(self) -> float:
        """The seconds since the evaluation of the job began."""
        return time.monotonic() - self.began

    def finish(self) -> bool:
        """Note that no job is in hand any more; return whether the evaluator is to take another."""
        self.job = 0
        return not self.leaving

    def end(self, job: int, limit: int) -> None:
        """Note the limit at which a job was ended."""
        self.limit = limit
        self.ended_job = job

    def clear(self) -> None:
        """Make the slot ready for another evaluator; what was ended in it stays known."""
        self.job = self.thread = 0
        self.leaving = False


class Slots:
    """A slot for each evaluator there may be, several times over.

    An evaluator takes the slot that was left longest ago, so that workers have time to read how a job ended.
    """

    def __init__(self, evaluators: int) -> None:
        self._slots = _share(Slot * (4 * max(1, evaluators)))

    def __iter__(self) -> Iterator[Slot]:
        return iter(self._slots)

    def has(self, job: int) -> bool:
        """Return whether an evaluator has a job in hand."""
        return any(slot.job == job for slot in self)

    def limit(self, job: int) -> int:
        """Return the limit at which a job was ended, 0 where it was not."""
        return next((slot.limit for slot in self if slot.ended_job == job), 0)

    def processor_time(self, client: int) -> float:
        """Return the seconds of a processor that a client's jobs in hand have had so far."""
        return sum(slot.processor_time for slot in self if slot.job and slot.client == client)


class _Bucket(ctypes.Structure):
    _fields_ = (("client", c_uint64), ("full_at", c_double))


class TokenBuckets:
    """A bucket for each client: it holds ``per_minute`` seconds of evaluation, and fills up in a minute.

    All that is kept of a bucket is when it will be full again, a single number, so that nobody need lock it:
    https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm. Where two evaluators charge one client within
    the same microsecond, one of the charges may be lost.
    """

    NUMBER, NEAR = 2**14, 8

    def __init__(self, per_minute: float) -> None:
        self._refill = 60 / per_minute if per_minute else 0.0
        self._buckets = _share(_Bucket * self.NUMBER)

    def wait(self, client: int, running: float = 0.0) -> int:
        """Return the whole seconds a client has to wait before its next question; 0 where it may ask now.

        ``running`` are the seconds of evaluation that its questions in hand have used.
        """
        bucket = self._find(client)
        now = time.monotonic()
        full_at = max(now, bucket.full_at) if bucket.client == client else now
        over = full_at + running * self._refill - now - 60
        return max(1, math.ceil(over)) if over >= 0 else 0

    def charge(self, client: int, seconds: float) -> None:
        """Take some seconds of evaluation out of a client's bucket."""
        bucket = self._find(client)
        if bucket.client != client:
            bucket.client, bucket.full_at = client, 0.0
        bucket.full_at = max(time.monotonic(), bucket.full_at) + seconds * self._refill

    def _find(self, client: int) -> _Bucket:
        """Return the client's bucket, else the one near its place that it may take: the first to be full."""
        near = [self._buckets[(client + step) % self.NUMBER] for step in range(self.NEAR)]
        return min(near, key=lambda bucket: (bucket.client != client, bucket.full_at))


class QuestionQueue:
    """The queue of questions about one snapshot, with the slots of its evaluators and its token buckets.

    Workers write to ``sender``, evaluators read from ``receiver``: whoever is free takes the next question.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.receiver, self.sender = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.slots = Slots(settings.long_queries + settings.young_queries)
        self.buckets = TokenBuckets(settings.rate_limit)

    def close(self) -> None:
        """Close both ends, in a process that has nothing to do with these questions any more."""
        self.receiver.close()
        self.sender.close()


EVENTS = ("requests", "cache_hits", "not_modified", "asked")
OUTCOMES = ("", *FAULTS)
"""The ways a question ends: by an answer, or by a fault of that name."""

BOUNDS = (0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0)
"""The upper bounds, in seconds, of the bins that durations are counted in."""

_ENDS = tuple(f"outcome:{outcome}" for outcome in OUTCOMES)
_BINS = tuple(f"le:{bound}" for bound in (*BOUNDS, "+Inf"))


class _Gauges(ctypes.Structure):
    _fields_ = tuple((name, c_double) for name in ("running", "tree_bytes", "generation"))


class _Counts(ctypes.Structure):
    _fields_ = tuple((name, c_double) for name in (*EVENTS, *_ENDS, *_BINS, "seconds"))


class Counters:
    """What the server counts: ``gauges`` that the supervisor sets, and counts each worker has for itself."""

    def __init__(self, workers: int) -> None:
        self.gauges, self._workers = _share(_Gauges), _share(_Counts * workers)

    def count(self, worker: int, name: str, amount: float = 1) -> None:
        """Count an event; of one worker by one thread at a time."""
        setattr(self._workers[worker], name, getattr(self._workers[worker], name) + amount)

    def finish(self, worker: int, fault: str, seconds: float) -> None:
        """Count a question that has ended, by its outcome and by how long it was evaluated."""
        self.count(worker, f"outcome:{fault if fault in OUTCOMES else 'StoreFault'}")
        self.count(worker, _BINS[bisect_left(BOUNDS, seconds)])
        self.count(worker, "seconds", seconds)

    def restart(self, worker: int) -> None:
        """Forget what a worker waited for that has died, now that another takes its place."""
        counts = self._workers[worker]
        counts.asked = sum(getattr(counts, name) for name in _ENDS)

    def read(self) -> dict[str, float]:
        """Return all numbers by name: ``outcome:NAME``; ``le:BOUND``, of what took no longer than that"""
        names = [name for name, _ in _Counts._fields_]
        numbers = {name: sum(getattr(counts, name) for counts in self._workers) for name in names}
        numbers |= zip(_BINS, accumulate(numbers[name] for name in _BINS), strict=True)
        numbers |= {name: getattr(self.gauges, name) for name, _ in _Gauges._fields_}
        numbers["waiting"] = max(0.0, numbers["asked"] - numbers["le:+Inf"] - numbers["running"])
        return numbers
