"""How much memory processes really use."""

from __future__ import annotations

import os
import resource
import select
import signal
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from crosswalk.evaluation import evaluator
from crosswalk.evaluation.evaluator import Post
from crosswalk.evaluation.sandbox import NICENESS, OUT_OF_MEMORY
from crosswalk.evaluation.shared_state import PLACES, Board, Entry
from crosswalk.evaluation.wire import Limit
from crosswalk.settings import Settings
from crosswalk.stores.oxigraph import EmbeddedStore

_PAGE = resource.getpagesize()


def resident(process: int | str) -> int:
    """The bytes of memory a process has mapped, shared ones included; 0 where it is gone."""
    try:
        with open(f"/proc/{process}/statm", "rb") as status:
            return int(status.read().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def proportional(process: int) -> int:
    """The bytes of memory of a process, each shared page divided among those that share it.

    Where the system does not tell, the pages mapped from no file count whole.
    """
    try:
        for line in Path(f"/proc/{process}/smaps_rollup").read_bytes().splitlines():
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        return resident(process)
    return 0


def family(process: int) -> list[int]:
    """A process and its children."""
    found = [process]
    try:
        tasks = os.listdir(f"/proc/{process}/task")
    except OSError:
        return []
    for task in tasks:
        try:
            found.extend(map(int, Path(f"/proc/{process}/task/{task}/children").read_text().split()))
        except OSError:
            continue
    return found


_DEATHS = {
    OUT_OF_MEMORY: Limit.QUERY_MEMORY,
    -signal.SIGABRT: Limit.QUERY_MEMORY,
    -signal.SIGSEGV: Limit.QUERY_DEPTH,
    -signal.SIGBUS: Limit.QUERY_DEPTH,
}
"""The limit a query has met whose evaluator ended by itself, by its exit status (below 0: a signal)."""


@dataclass
class Job:
    """One query in hand; ``effort`` are the seconds of a processor it has had."""

    entry: Entry
    effort: float = 0.0
    long: bool = False
    judged: bool = False

    @property
    def age(self) -> float:
        """The seconds since its evaluation began."""
        return time.monotonic() - self.entry.began


@dataclass(eq=False)
class Evaluator:
    """One evaluating process."""

    pid: int
    watch: int
    place: int
    board: Board
    job: Job | None = None
    niceness: int = NICENESS
    ended: bool = False

    def look(self) -> Job | None:
        """Reads from the board what it has in hand, and measures that."""
        entry = self.board.read(self.place)
        if entry is None:
            self.job = None
        elif self.job is None or self.job.entry.job != entry.job:
            self.job = Job(entry)
        if self.job:
            self.job.effort = max(self.job.effort, self._processor_time - self.job.entry.spent)
        return self.job

    @property
    def _processor_time(self) -> float:
        """The seconds of a processor this process has had altogether; 0 where it is gone."""
        try:
            # How Linux numbers the processor clock of another process.
            return time.clock_gettime((~self.pid << 3) | 2)
        except OSError:
            return 0.0

    def demote(self, niceness: int) -> None:
        """Lets others run before this process; there is no way back, so that it is not used again."""
        if niceness > self.niceness:
            self.niceness = niceness
            self.board.wear(self.place)
            with suppress(ProcessLookupError):  # it may have ended just now
                os.setpriority(os.PRIO_PROCESS, self.board.thread(self.place), niceness)

    def end(self, limit: Limit | None = None) -> None:
        """Kills the process; who waits for the reply to its job is told the limit."""
        self.ended = True
        if limit and self.job and not self.job.judged:
            self.job.judged = True
            self.board.judge(self.place, self.job.entry.job, limit)
        os.kill(self.pid, signal.SIGKILL)

    def reap(self) -> None:
        """Wait for the end of the process, which has come or is coming, and judge the job it has left.

        A job it had just taken when it was ended for another, or for having nothing to do, is not judged: it
        is put again.
        """
        os.close(self.watch)
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        left = self.board.read(self.place)
        if left is None:
            self.job = None
        else:
            if self.job is None or self.job.entry.job != left.job:
                self.job = Job(left)
            if not self.ended:
                self.board.judge(self.place, left.job, _DEATHS.get(status, Limit.INTERRUPTED))
        self.board.clear(self.place)


READY = max(2, os.cpu_count() or 1)
"""How many evaluators there are for the line, besides those that are stuck: as many as can work at once."""

YOUNG = 0.5
"""After how many seconds a query counts as a long one."""

_BRIEF = 0.1
"""An evaluator that has been at a query for so many seconds does not count as ready."""

_NICENESS = ((0.05, 10), (YOUNG, 19))
"""Below which priority an evaluator works after so many seconds of a processor."""

_STARVED = (0.15, 2.0)
"""Less than so much of a processor within so many seconds is a crowded machine's fault, and no overrun."""

_REMEASURE, _SPARED = 1.0, 5.0


class Pool:
    """Evaluators by the descriptor that tells of their end."""

    def __init__(self, door: socket.socket, counter: socket.socket, board: Board, settings: Settings) -> None:
        self.door, self.counter, self.board, self.settings = door, counter, board, settings
        self.evaluators: dict[int, Evaluator] = {}
        self.basis = resident("self")
        self.tree = 0
        self._place = 0
        self._measured = self._crowded = 0.0

    # Their number

    @property
    def at_work(self) -> list[Evaluator]:
        """Those that had a query in hand when they were last looked at."""
        return [each for each in self.evaluators.values() if each.job]

    @property
    def short(self) -> bool:
        """Whether fewer than there should be can take a question soon."""
        return len(self._ready) < READY and len(self.evaluators) < self.capacity

    @property
    def _ready(self) -> list[Evaluator]:
        return [each for each in self.evaluators.values() if not each.job or each.job.age < _BRIEF]

    @property
    def capacity(self) -> int:
        """How many evaluators there may be."""
        return self.settings.long_queries + self.settings.young_queries

    def fork(self, store: EmbeddedStore, snapshot: str, poll: select.epoll) -> None:
        """Adds an evaluator."""
        place = self._free_place()
        self.board.clear(place)
        broker = os.getpid()
        pid = os.fork()
        if pid == 0:
            post = Post(place, self.board, self.door, self.counter)
            evaluator.live(post, store, self.settings, snapshot, broker)
        watch = os.pidfd_open(pid)
        self.evaluators[watch] = Evaluator(pid, watch, place, self.board)
        poll.register(watch, select.EPOLLIN)

    def _free_place(self) -> int:
        taken = {each.place for each in self.evaluators.values()}
        places = (place % PLACES for place in range(self._place, self._place + PLACES))
        found = next(place for place in places if place not in taken)
        self._place = found + 1
        return found

    def bury(self, watch: int, poll: select.epoll) -> Job | None:
        """Forgets an evaluator that has ended, and gives the job it left."""
        # A child that was forked in between may hold the descriptor, so that closing it would not be enough.
        poll.unregister(watch)
        each = self.evaluators.pop(watch)
        each.reap()
        return each.job

    def close(self) -> None:
        """Ends all of them, and waits until they are gone."""
        for each in self.evaluators.values():
            each.end(Limit.INTERRUPTED)
        for each in self.evaluators.values():
            each.reap()
        self.evaluators.clear()

    # Their time and their memory

    def patrol(self) -> None:
        """Ends what has overrun."""
        for each in self.evaluators.values():
            each.look()
        at_work = [each for each in self.at_work if each.job and not each.job.judged]
        for each in sorted(at_work, key=lambda each: each.job.entry.began if each.job else 0.0):
            if each.job:
                self._judge(each, each.job)
        if at_work:
            self._weigh()
        self._trim()

    def _trim(self) -> None:
        """Parts with one evaluator where for a while more were ready than are kept."""
        ready, now = self._ready, time.monotonic()
        if len(ready) <= READY:
            self._crowded = now
        elif now - self._crowded > _SPARED:
            self._crowded = now
            idle = next((each for each in ready if not each.job), None)
            if idle:
                idle.end()
            else:
                self.board.wear(ready[0].place)

    def _judge(self, each: Evaluator, job: Job) -> None:
        for seconds, niceness in _NICENESS:
            if job.effort > seconds:
                each.demote(niceness)
        if job.age > self.settings.query_timeout:
            each.end(Limit.QUERY_TIMEOUT)
        elif job.age > YOUNG and not job.long:
            long = sum(1 for one in self.at_work if one.job and one.job.long and not one.job.judged)
            starved = job.effort < _STARVED[0] and job.age < _STARVED[1]
            # Where every place is taken somebody may be waiting for this one.
            crowded = len(self.evaluators) >= self.capacity
            if long < self.settings.long_queries:
                job.long = True
            elif not starved or (crowded and (job.effort > _STARVED[0] / 3 or job.age > 2 * YOUNG)):
                each.end(Limit.LONG_QUERIES)

    def _weigh(self) -> None:
        """Ends the largest until each, and the whole tree of processes, keeps within its memory."""
        now = time.monotonic()
        if now - self._measured > _REMEASURE:
            processes = dict.fromkeys([*family(os.getppid()), os.getpid()])
            self.tree, self._measured = sum(proportional(pid) for pid in processes), now
        at_work = [each for each in self.at_work if each.job and not each.job.judged]
        sizes = sorted(((self._own(each), each.pid, each) for each in at_work), reverse=True)
        total = self.tree + sum(size for size, _, _ in sizes)
        for size, _, each in sizes:
            if size > self.settings.query_memory:
                each.end(Limit.QUERY_MEMORY)
            elif total > self.settings.tree_memory * 0.95:
                each.end(Limit.TREE_MEMORY)
            else:
                return
            total -= size

    def _own(self, each: Evaluator) -> int:
        """The bytes an evaluator uses beyond what it shares with its broker."""
        return max(0, resident(each.pid) - self.basis)
