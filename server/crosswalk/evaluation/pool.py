"""Fork evaluators ahead of need, and end those that exceed a limit of time or memory."""

from __future__ import annotations

import logging
import os
import re
import resource
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from crosswalk.evaluation import evaluator, sandbox
from crosswalk.evaluation.sandbox import ERROR_BYTES, NICENESS, OUT_OF_MEMORY
from crosswalk.evaluation.shared_state import QuestionQueue, Slot
from crosswalk.evaluation.wire import Limit
from crosswalk.stores.oxigraph import EmbeddedStore

_log = logging.getLogger(__name__)

READY = max(2, os.cpu_count() or 1)  # how many evaluators are kept that can take a question
_STUCK_AFTER = 0.1  # seconds at one question, after which an evaluator no longer counts among these
_SURPLUS_AFTER = 5.0  # seconds of more evaluators than are kept, after which one is ended
_LONG_AFTER = 0.5  # seconds after which a question counts as a long one
_NICENESS = ((0.05, 10), (0.5, 19))  # seconds of processor time, after which an evaluator has this niceness
_MEASURE_EVERY = 1.0  # seconds between two measurements of the other processes' memory
_SENTENCE = 300  # characters of what is logged of an evaluator's end
_MEMORY_OF_A_WORKER = 64 * 2**20  # that it needs besides what it shares and the answers it stores
_USABLE = 0.95  # the share of tree_memory, beyond which the largest question is ended

_STARVED = {False: (0.15, 2.0), True: (0.05, 1.0)}
"""Seconds of processor time, and seconds since it began, up to which a question may last longer.

It is then not ended although there are as many long questions as may be: a busy machine has kept it waiting.
Less is allowed where the pool is full (True), since somebody may be waiting for the place.
"""

_DEATHS = {
    0: Limit.INTERRUPTED,
    OUT_OF_MEMORY: Limit.QUERY_MEMORY,
    -signal.SIGSEGV: Limit.QUERY_DEPTH,
    -signal.SIGBUS: Limit.QUERY_DEPTH,
    -signal.SIGKILL: Limit.INTERRUPTED,
    -signal.SIGTERM: Limit.INTERRUPTED,
}
"""The limits that end an evaluator, by its exit status; a signal is a negative status.

Any other end is a failure of the engine, or memory that it did not get.
"""

_PANIC = re.compile(r"panicked at .*(?:\n.*)?")
_NO_MEMORY = re.compile(r"memory allocation of|bad_alloc|capacity overflow|Cannot allocate memory")
"""What the engine's last words hold where it has ended for want of memory."""


def resident_bytes(process: int | str) -> int:
    """Return the memory a process has mapped, shared pages included; 0 where the process has gone."""
    try:
        with open(f"/proc/{process}/statm", "rb") as status:
            return int(status.read().split()[1]) * resource.getpagesize()
    except (OSError, IndexError):
        return 0


def proportional_bytes(process: int) -> int:
    """Return the memory of a process, each shared page divided by the number of processes that share it.

    Return all it has mapped where the system does not tell, and 0 where the process has gone.
    """
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_bytes().splitlines():
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        return resident_bytes(process)
    return 0


def server_bytes() -> int:
    """Return the memory of this process, its parent, and its siblings."""
    parent = os.getppid()
    processes = {parent, os.getpid()}
    for task in Path(f"/proc/{parent}/task").iterdir():
        with suppress(OSError):  # a thread may have ended
            processes.update(map(int, (task / "children").read_text().split()))
    return sum(map(proportional_bytes, processes))


def _sentence(words: str) -> str:
    """Return on one line what a process says of its end: the words of a panic, else the last line."""
    panic = _PANIC.search(words)
    last = panic[0] if panic else (words.strip().splitlines() or ["it has said nothing"])[-1]
    return ascii(" ".join(last.split())[:_SENTENCE])[1:-1]


@dataclass(eq=False)
class EvaluatorProcess:
    """An evaluator as its supervisor sees it.

    ``seen`` is a copy of its slot when last looked at, ``errors`` the file that holds what it writes to
    standard error.
    """

    pid: int
    pidfd: int
    slot: Slot
    seen: Slot = field(default_factory=Slot)
    errors: int | None = None
    niceness: int = NICENESS
    killed: bool = False

    def look(self) -> None:
        """Copy the slot, and measure the processor time of the job in it."""
        self.seen = Slot.from_buffer_copy(self.slot)
        if self.seen.job:
            with suppress(OSError):  # the process may have ended
                # The clock of another process, numbered as by Linux: clock_getcpuclockid(3).
                used = time.clock_gettime((~self.pid << 3) | 2) - self.seen.processor_time_before
                self.seen.processor_time = self.slot.processor_time = max(self.seen.processor_time, used)

    def demote(self, niceness: int) -> None:
        """Lower the priority of the evaluator for good, so that it is to leave after its job."""
        if niceness > self.niceness:
            self.niceness = niceness
            self.slot.leaving = True
            with suppress(ProcessLookupError):  # the process may have ended
                os.setpriority(os.PRIO_PROCESS, self.slot.thread, niceness)

    def kill(self, limit: Limit | None = None) -> None:
        """Kill the evaluator, and note the limit that its job has met."""
        self.killed = True
        if limit and self.seen.job:
            self.slot.end(self.seen.job, limit)
        os.kill(self.pid, signal.SIGKILL)

    def reap(self) -> None:
        """Wait for the end of the process, and note the limit its job has met where it ended by itself.

        A job without a limit is put again: one the evaluator took after the supervisor had last looked.
        """
        os.close(self.pidfd)
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        words = self._take_errors()
        self.look()
        if not self.killed:
            failed = Limit.QUERY_MEMORY if _NO_MEMORY.search(words) else Limit.ENGINE_FAULT
            limit = _DEATHS.get(status, failed)
            if limit is Limit.ENGINE_FAULT:
                _log.error("an evaluator has failed, with exit status %d: %s", status, _sentence(words))
            if self.seen.job:
                self.slot.end(self.seen.job, limit)
        self.slot.clear()

    def _take_errors(self) -> str:
        """Return what the process has written to standard error, and close the file."""
        if self.errors is None:
            return ""
        with open(self.errors, "rb") as file:
            return os.pread(file.fileno(), ERROR_BYTES, 0).rstrip(b"\0").decode(errors="replace")


class Pool:
    """The evaluators of one snapshot, by the descriptors that become readable when they end."""

    def __init__(self, queue: QuestionQueue) -> None:
        self.queue, self.settings = queue, queue.settings
        self.capacity = self.settings.long_queries + self.settings.young_queries
        self.evaluators: dict[int, EvaluatorProcess] = {}
        self.server_bytes = 0
        self._own_bytes = resident_bytes("self")
        self._most_of_server = self._own_bytes + self.settings.workers * (
            self.settings.cache_bytes + _MEMORY_OF_A_WORKER
        )
        self._slots = cycle(queue.slots)
        self._measured_at = self._no_surplus_at = 0.0

    @property
    def busy(self) -> list[EvaluatorProcess]:
        """The evaluators that had a question in hand when last looked at."""
        return [process for process in self._alive if process.seen.job]

    @property
    def ready(self) -> list[EvaluatorProcess]:
        """The evaluators that can take a question at once or soon."""
        return [process for process in self._alive if not process.seen.job or process.seen.age < _STUCK_AFTER]

    @property
    def short(self) -> bool:
        """Whether another evaluator is needed, and there may be another."""
        return len(self.ready) < READY and len(self.evaluators) < self.capacity

    @property
    def _alive(self) -> list[EvaluatorProcess]:
        return [process for process in self.evaluators.values() if not process.killed]

    def fork(self, store: EmbeddedStore, snapshot: str) -> int:
        """Fork an evaluator, with the slot that has been free for longest; return its descriptor."""
        taken = {id(process.slot) for process in self.evaluators.values()}
        slot = next(slot for slot in self._slots if id(slot) not in taken)
        errors = sandbox.error_file()
        pid = sandbox.fork(lambda: evaluator.run(self.queue, slot, store, snapshot), errors)
        pidfd = os.pidfd_open(pid)
        self.evaluators[pidfd] = EvaluatorProcess(pid, pidfd, slot, errors=errors)
        return pidfd

    def remove(self, pidfd: int) -> None:
        """Remove an evaluator that has ended, and charge the client for the job it had in hand."""
        process = self.evaluators.pop(pidfd)
        process.reap()
        if process.seen.job and process.seen.client:
            self.queue.buckets.charge(process.seen.client, process.seen.processor_time)

    def close(self) -> None:
        """Kill all evaluators, and wait for their ends."""
        for process in self.evaluators.values():
            process.kill(Limit.INTERRUPTED)
        for pidfd in list(self.evaluators):
            self.remove(pidfd)

    def enforce_limits(self) -> None:
        """Look at all evaluators, and end those that exceed a limit."""
        for process in self.evaluators.values():
            process.look()
        for process in sorted(self.busy, key=lambda process: process.seen.began):
            self._limit_time(process, process.seen)
        if self.busy:
            self._limit_memory()
        self._limit_number()

    def _limit_time(self, process: EvaluatorProcess, job: Slot) -> None:
        for seconds, niceness in _NICENESS:
            if job.processor_time > seconds:
                process.demote(niceness)
        if job.age > self.settings.query_timeout:
            process.kill(Limit.QUERY_TIMEOUT)
        elif job.age > _LONG_AFTER and not job.long:
            processor_time, age = _STARVED[len(self.evaluators) >= self.capacity]
            if sum(other.seen.long for other in self.busy) < self.settings.long_queries:
                job.long = process.slot.long = True
            elif job.processor_time > processor_time or job.age > age:
                process.kill(Limit.LONG_QUERIES)

    def _limit_memory(self) -> None:
        """Kill the largest evaluators until each, and all processes together, keep their limits."""
        now = time.monotonic()
        if now - self._measured_at > _MEASURE_EVERY:
            self.server_bytes, self._measured_at = server_bytes(), now
        # What an evaluator uses beyond what it shares with this process.
        sizes = {process: max(0, resident_bytes(process.pid) - self._own_bytes) for process in self.busy}
        # What the server uses beyond its share is for answers on their way, which is no fault of the queries.
        total = min(self.server_bytes, self._most_of_server) + sum(sizes.values())
        for process in sorted(sizes, key=sizes.__getitem__, reverse=True):
            if sizes[process] > self.settings.query_memory:
                process.kill(Limit.QUERY_MEMORY)
            elif total > self.settings.tree_memory * _USABLE:
                process.kill(Limit.TREE_MEMORY)
            else:
                return
            total -= sizes[process]

    def _limit_number(self) -> None:
        """End one evaluator, an idle one if possible, where there has been a surplus for a while."""
        ready, now = self.ready, time.monotonic()
        if len(ready) <= READY:
            self._no_surplus_at = now
        elif now - self._no_surplus_at > _SURPLUS_AFTER:
            self._no_surplus_at = now
            process = min(ready, key=lambda process: process.seen.job > 0)
            if process.seen.job:
                process.slot.leaving = True
            else:
                process.kill()
