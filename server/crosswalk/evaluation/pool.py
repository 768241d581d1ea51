"""Fork evaluators ahead of need, and end those that overrun their time or their memory."""

from __future__ import annotations

import os
import resource
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from crosswalk.evaluation import evaluator, sandbox
from crosswalk.evaluation.sandbox import NICENESS, OUT_OF_MEMORY
from crosswalk.evaluation.shared_state import QuestionQueue, Slot
from crosswalk.evaluation.wire import Limit
from crosswalk.stores.oxigraph import EmbeddedStore

READY = max(2, os.cpu_count() or 1)
"""How many evaluators are kept for new questions, beside those that are stuck: one for each processor."""

_BRIEF = 0.1
"""An evaluator that has been at a question for so many seconds is stuck, and does not count as ready."""

LONG = 0.5
"""After how many seconds a question counts as a long one."""

_NICENESS = ((0.05, 10), (LONG, 19))
"""After how many seconds of a processor an evaluator works at which niceness."""

_STARVED = {False: (0.15, 2.0), True: (0.05, 1.0)}
"""Seconds of a processor, and seconds since it began, up to which a question may outlast `LONG`.

It is then not ended although the places for long ones are taken: a crowded machine has kept it waiting. Less
is allowed where the pool is full (True), since somebody may be waiting for the place.
"""

_CROWDED = 5.0
"""For how many seconds there have to be more evaluators than are needed before one is ended."""

_MEASURED = 1.0
"""After how many seconds the memory of the other processes is measured again."""

_SPARE = 0.95
"""The share of ``tree_memory``; where all processes together use more, the largest question is ended."""

_PAGE = resource.getpagesize()
_DEATHS = {
    OUT_OF_MEMORY: Limit.QUERY_MEMORY,
    -signal.SIGABRT: Limit.QUERY_MEMORY,
    -signal.SIGSEGV: Limit.QUERY_DEPTH,
    -signal.SIGBUS: Limit.QUERY_DEPTH,
}
"""The limit a question has met whose evaluator ended by itself, by its exit status (below 0: a signal)."""


def resident_bytes(process: int | str) -> int:
    """Return the memory a process has mapped, shared pages included; 0 where it has gone."""
    try:
        with open(f"/proc/{process}/statm", "rb") as status:
            return int(status.read().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def proportional_bytes(process: int) -> int:
    """Return the memory of a process, a shared page divided among those that share it; 0 where it has gone.

    Where the system does not tell, the pages that are mapped count whole.
    """
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_bytes().splitlines():
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        return resident_bytes(process)
    return 0


def server_bytes() -> int:
    """Return the memory of this process, the one that forked it, and all that one has forked."""
    server = os.getppid()
    processes = {server, os.getpid()}
    for task in Path(f"/proc/{server}/task").iterdir():
        with suppress(OSError):  # a thread may end meanwhile
            processes.update(map(int, (task / "children").read_text().split()))
    return sum(map(proportional_bytes, processes))


@dataclass(eq=False)
class EvaluatorProcess:
    """An evaluator as its supervisor sees it: its slot, and what stood there when last looked at.

    ``pidfd`` can be read from when the process has ended.
    """

    pid: int
    pidfd: int
    slot: Slot
    seen: Slot = field(default_factory=Slot)
    niceness: int = NICENESS
    killed: bool = False

    def look(self) -> None:
        """Read the slot, and measure the processor time of the job in hand."""
        self.seen = Slot.from_buffer_copy(self.slot)
        if self.seen.job:
            with suppress(OSError):  # it may have ended just now
                # How Linux numbers the processor clock of another process: clock_getcpuclockid(3).
                used = time.clock_gettime((~self.pid << 3) | 2) - self.seen.processor_time_before
                self.seen.processor_time = self.slot.processor_time = max(self.seen.processor_time, used)

    def demote(self, niceness: int) -> None:
        """Let others run before this process; there is no way back, so that it leaves after its question."""
        if niceness > self.niceness:
            self.niceness = niceness
            self.slot.leaving = True
            with suppress(ProcessLookupError):  # it may have ended just now
                os.setpriority(os.PRIO_PROCESS, self.slot.thread, niceness)

    def kill(self, limit: Limit | None = None) -> None:
        """Kill the process; who waits for its job is told the limit."""
        self.killed = True
        if limit and self.seen.job:
            self.slot.end(self.seen.job, limit)
        os.kill(self.pid, signal.SIGKILL)

    def reap(self) -> None:
        """Wait for the end of the process, which has come or is coming, and say what became of its job.

        A job it had just taken when it was killed for another, or for having nothing to do, is put again.
        """
        os.close(self.pidfd)
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        self.look()
        if self.seen.job and not self.killed:
            self.slot.end(self.seen.job, _DEATHS.get(status, Limit.INTERRUPTED))
        self.slot.clear()


class Pool:
    """The evaluators of one snapshot, by the descriptor that tells of their end."""

    def __init__(self, queue: QuestionQueue) -> None:
        self.queue, self.settings = queue, queue.settings
        self.capacity = self.settings.long_queries + self.settings.young_queries
        self.evaluators: dict[int, EvaluatorProcess] = {}
        self.server_bytes = 0
        self._basis = resident_bytes("self")
        self._slots = cycle(queue.slots)
        self._measured_at = self._enough_at = 0.0

    @property
    def busy(self) -> list[EvaluatorProcess]:
        """The evaluators that had a question in hand when last looked at."""
        return [each for each in self.evaluators.values() if each.seen.job and not each.killed]

    @property
    def ready(self) -> list[EvaluatorProcess]:
        """The evaluators that can take a question soon."""
        alive = (each for each in self.evaluators.values() if not each.killed)
        return [each for each in alive if not each.seen.job or each.seen.age < _BRIEF]

    @property
    def short(self) -> bool:
        """Whether another evaluator is needed, and there is room for it."""
        return len(self.ready) < READY and len(self.evaluators) < self.capacity

    def fork(self, store: EmbeddedStore, snapshot: str) -> int:
        """Add an evaluator, in the slot that was left longest ago; return its descriptor."""
        taken = {id(each.slot) for each in self.evaluators.values()}
        slot = next(slot for slot in self._slots if id(slot) not in taken)
        pid = sandbox.fork(lambda: evaluator.run(self.queue, slot, store, snapshot))
        process = EvaluatorProcess(pid, os.pidfd_open(pid), slot)
        self.evaluators[process.pidfd] = process
        return process.pidfd

    def bury(self, pidfd: int) -> None:
        """Forget an evaluator that has ended, and charge the client for the job it has left."""
        each = self.evaluators.pop(pidfd)
        each.reap()
        if each.seen.client and each.seen.job:
            self.queue.buckets.charge(each.seen.client, each.seen.processor_time)

    def close(self) -> None:
        """Kill all evaluators, and wait until they have gone."""
        for each in self.evaluators.values():
            each.kill(Limit.INTERRUPTED)
        for pidfd in list(self.evaluators):
            self.bury(pidfd)

    def patrol(self) -> None:
        """Look at every evaluator; end what has overrun, and one evaluator where there have been too many."""
        for each in self.evaluators.values():
            each.look()
        for each in sorted(self.busy, key=lambda each: each.seen.began):
            self._limit_time(each, each.seen)
        if self.busy:
            self._limit_memory()
        self._limit_number()

    def _limit_time(self, each: EvaluatorProcess, seen: Slot) -> None:
        for seconds, niceness in _NICENESS:
            if seen.processor_time > seconds:
                each.demote(niceness)
        if seen.age > self.settings.query_timeout:
            each.kill(Limit.QUERY_TIMEOUT)
        elif seen.age > LONG and not seen.long:
            processor_time, age = _STARVED[len(self.evaluators) >= self.capacity]
            if sum(other.seen.long for other in self.busy) < self.settings.long_queries:
                seen.long = each.slot.long = True
            elif seen.processor_time > processor_time or seen.age > age:
                each.kill(Limit.LONG_QUERIES)

    def _limit_memory(self) -> None:
        """Kill the largest until each, and all processes together, keep within their memory."""
        now = time.monotonic()
        if now - self._measured_at > _MEASURED:
            self.server_bytes, self._measured_at = server_bytes(), now
        # What an evaluator uses beyond what it shares with this process.
        sizes = {each: max(0, resident_bytes(each.pid) - self._basis) for each in self.busy}
        total = self.server_bytes + sum(sizes.values())
        for each in sorted(sizes, key=sizes.__getitem__, reverse=True):
            if sizes[each] > self.settings.query_memory:
                each.kill(Limit.QUERY_MEMORY)
            elif total > self.settings.tree_memory * _SPARE:
                each.kill(Limit.TREE_MEMORY)
            else:
                return
            total -= sizes[each]

    def _limit_number(self) -> None:
        """Part with one evaluator, idle if possible, where more have been ready for a while than are kept."""
        ready, now = self.ready, time.monotonic()
        if len(ready) <= READY:
            self._enough_at = now
        elif now - self._enough_at > _CROWDED:
            self._enough_at = now
            each = min(ready, key=lambda each: each.seen.job > 0)
            if each.seen.job:
                each.slot.leaving = True
            else:
                each.kill()
