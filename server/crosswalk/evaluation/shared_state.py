"""Share state between the processes of a server: slots of evaluators, token buckets, counters, the queue.

The memory is mapped before the processes that use it are forked. It has no locks: each number is written in
one step, and nearly all of them by a single process.
"""

from __future__ import annotations

import ctypes
import math
import mmap
import socket
import time
from bisect import bisect_left
from ctypes import c_bool, c_double, c_uint32, c_uint64
from itertools import accumulate
from typing import Any

from crosswalk.evaluation.wire import FAULTS, Limit
from crosswalk.settings import Settings


def _share(kind: Any) -> Any:
    """Return an instance of a ctypes structure or array in memory that forked processes share."""
    return kind.from_buffer(mmap.mmap(-1, ctypes.sizeof(kind)))


class Slot(ctypes.Structure):
    """The job an evaluator has in hand, and what its supervisor notes about it.

    Times are in seconds: ``began`` of the monotonic clock, the others of processor time.
    """

    _fields_ = (
        # Written by the evaluator.
        ("job", c_uint64),  # 0 for none
        ("client", c_uint64),
        ("began", c_double),
        ("processor_time_before", c_double),  # of the process, when the job began
        ("thread", c_uint32),  # the thread that evaluates
        # Written by the supervisor.
        ("processor_time", c_double),  # of the job, when last looked at
        ("long", c_bool),
        ("leaving", c_bool),  # the evaluator is to end after this job
        ("ended_job", c_uint64),  # the last job that was ended at a limit
        ("limit", c_uint32),  # the number of that limit
    )

    def begin(self, job: int, client: int, began: float, processor_time: float) -> None:
        """Note a job that an evaluator begins."""
        self.client, self.began, self.processor_time_before = client, began, processor_time
        self.processor_time, self.long = 0.0, False
        self.job = job

    def finish(self) -> bool:
        """Note that the job is done; return whether the evaluator is to take another."""
        self.job = 0
        return not self.leaving

    @property
    def age(self) -> float:
        """The seconds since the job began."""
        return time.monotonic() - self.began

    def end(self, job: int, limit: Limit) -> None:
        """Note that a job was ended at a limit."""
        self.limit = limit.number
        self.ended_job = job

    def clear(self) -> None:
        """Prepare the slot for another evaluator, except that the job that was ended last stays known."""
        self.job = self.thread = 0
        self.leaving = False


class _Bucket(ctypes.Structure):
    _fields_ = (("client", c_uint64), ("full_at", c_double))


class TokenBuckets:
    """A bucket of ``per_minute`` seconds of evaluation for each client, which refills within a minute.

    A bucket is stored as the time at which it will be full again, one number that needs no lock
    (https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm). Of two charges to one client within the same
    microsecond, one may be lost.
    """

    NUMBER, NEAR = 2**14, 8

    def __init__(self, per_minute: float) -> None:
        self._refill = 60 / per_minute if per_minute else 0.0
        self._buckets = _share(_Bucket * self.NUMBER)

    def wait(self, client: int, running: float = 0.0) -> int:
        """Return the whole seconds until the client may ask again; 0 where it may ask now.

        ``running`` is the seconds of evaluation its questions in hand have used.
        """
        bucket = self._find(client)
        full_in = max(0.0, bucket.full_at - time.monotonic()) if bucket.client == client else 0.0
        over = full_in + running * self._refill - 60
        return max(1, math.ceil(over)) if over >= 0 else 0

    def charge(self, client: int, seconds: float) -> None:
        """Take seconds of evaluation out of the client's bucket."""
        bucket = self._find(client)
        if bucket.client != client:
            bucket.client, bucket.full_at = client, 0.0
        bucket.full_at = max(time.monotonic(), bucket.full_at) + seconds * self._refill

    def _find(self, client: int) -> _Bucket:
        """Return the client's bucket, else the nearby bucket to give to it: the one that is full first."""
        near = [self._buckets[(client + step) % self.NUMBER] for step in range(self.NEAR)]
        return min(near, key=lambda bucket: (bucket.client != client, bucket.full_at))


class QuestionQueue:
    """The questions about one snapshot: workers write to ``sender``, evaluators read from ``receiver``.

    Whichever evaluator is free takes the next question. With the queue go the token buckets and the slots,
    four times as many as there may be evaluators, so that the limit a job has met stays readable for a while.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.receiver, self.sender = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.sender.setblocking(False)
        self.slots = _share(Slot * (4 * max(1, settings.long_queries + settings.young_queries)))
        self.buckets = TokenBuckets(settings.rate_limit)

    def close(self) -> None:
        """Close both ends in a process that no longer uses the queue."""
        self.receiver.close()
        self.sender.close()

    def in_hand(self, job: int) -> bool:
        """Return whether an evaluator has the job in hand."""
        return any(slot.job == job for slot in self.slots)

    def limit(self, job: int) -> Limit | None:
        """Return the limit at which the job was ended, if it was."""
        number = next((slot.limit for slot in self.slots if slot.ended_job == job), 0)
        return list(Limit)[number - 1] if number else None

    def wait(self, client: int) -> int:
        """Return the whole seconds until the client may ask again, with what its jobs in hand have used."""
        jobs = (slot for slot in self.slots if slot.job and slot.client == client)
        return self.buckets.wait(client, sum(slot.processor_time for slot in jobs))


EVENTS = ("requests", "cache_hits", "not_modified", "asked")
OUTCOMES = ("", *FAULTS)
"""How a question ends: with an answer (empty), or with a fault."""

BOUNDS = (0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0)
"""The upper bounds, in seconds, of the bins of the histogram of durations."""

_ENDS = tuple(f"outcome:{outcome}" for outcome in OUTCOMES)
_BINS = tuple(f"le:{bound}" for bound in (*BOUNDS, "+Inf"))


class _Gauges(ctypes.Structure):
    _fields_ = tuple((name, c_double) for name in ("running", "tree_bytes", "generation"))


class _Counts(ctypes.Structure):
    _fields_ = tuple((name, c_double) for name in (*EVENTS, *_ENDS, *_BINS, "seconds"))


class Counters:
    """The numbers of the server: gauges, which the supervisor sets, and counts, which each worker adds to."""

    def __init__(self, workers: int) -> None:
        self.gauges, self._workers = _share(_Gauges), _share(_Counts * workers)

    def count(self, worker: int, name: str, amount: float = 1) -> None:
        """Add to a count of a worker; one thread of it at a time."""
        setattr(self._workers[worker], name, getattr(self._workers[worker], name) + amount)

    def finish(self, worker: int, fault: str, seconds: float) -> None:
        """Count a question that has ended, by its outcome and its duration."""
        self.count(worker, f"outcome:{fault if fault in OUTCOMES else 'StoreFault'}")
        self.count(worker, _BINS[bisect_left(BOUNDS, seconds)])
        self.count(worker, "seconds", seconds)

    def restart(self, worker: int) -> None:
        """Count as ended what a worker was waiting for when it died, now that another takes its place."""
        counts = self._workers[worker]
        counts.asked = sum(getattr(counts, name) for name in _ENDS)

    def read(self) -> dict[str, float]:
        """Return all numbers by name, ``outcome:NAME`` and the cumulative ``le:BOUND`` among them."""
        names = [name for name, _ in _Counts._fields_]
        numbers = {name: sum(getattr(counts, name) for counts in self._workers) for name in names}
        numbers |= zip(_BINS, accumulate(numbers[name] for name in _BINS), strict=True)
        numbers |= {name: getattr(self.gauges, name) for name, _ in _Gauges._fields_}
        numbers["waiting"] = max(0.0, numbers["asked"] - numbers["le:+Inf"] - numbers["running"])
        return numbers
