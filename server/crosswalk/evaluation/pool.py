"""The evaluators of a broker: forked ahead of need, watched while they work, ended when they overrun."""

from __future__ import annotations

import os
import select
import socket
import sys
import time
import traceback

from crosswalk.evaluation import evaluator, limits, watcher
from crosswalk.evaluation.jobs import Evaluator, Job
from crosswalk.settings import Settings
from crosswalk.stores.embedded import EmbeddedStore

READY = 3
"""How many idle evaluators are kept."""

YOUNG = 0.5
"""After how many seconds a query counts as a long one."""

_NICENESS = ((0.05, 10), (YOUNG, 19))
"""Below which priority an evaluator works after so many seconds of a processor."""

_STARVED = (0.15, 2.0)
"""Less than so much of a processor within so many seconds is a crowded machine's fault, and no overrun."""

_WEAR_BYTES, _WEAR_QUERIES = 96 * 2**20, 1000
_REMEASURE, _SPARED = 1.0, 5.0


class Pool:
    """Evaluators by the descriptor of their control socket, each either at work or idle."""

    def __init__(self, store: EmbeddedStore, settings: Settings, snapshot: str, poll: select.epoll) -> None:
        self.store, self.settings, self.snapshot, self.poll = store, settings, snapshot, poll
        self.working: dict[int, Evaluator] = {}
        self.idle: dict[int, Evaluator] = {}
        self.basis = watcher.resident("self")
        self.tree = 0
        self._measured = self._busy = 0.0

    # Their number

    @property
    def short(self) -> bool:
        """Whether fewer are ready than should be."""
        return sum(not each.worn for each in self.idle.values()) < READY

    @property
    def room(self) -> bool:
        """Whether one more query may begin."""
        young = sum(1 for each in self.working.values() if each.job and not each.job.long)
        return young < self.settings.young_queries

    def fork(self) -> int:
        """Adds an idle evaluator."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        broker = os.getpid()
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                evaluator.run(theirs, self.store, self.settings, self.snapshot, broker)
                status = 0
            except MemoryError:
                status = limits.OUT_OF_MEMORY
            except ConnectionError:
                status = 0  # the broker has hung up
            finally:
                if status == 1:
                    traceback.print_exc()
                sys.stderr.flush()
                os._exit(status)
        theirs.close()
        self.idle[ours.fileno()] = Evaluator(pid, ours)
        self.poll.register(ours.fileno(), select.EPOLLIN | select.EPOLLRDHUP)
        return ours.fileno()

    def take(self, job: Job) -> bool:
        """Gives a job to an evaluator; False where that one has just been ended by somebody."""
        ready = next((key for key, each in self.idle.items() if not each.worn), None)
        key = self.fork() if ready is None else ready
        each = self.idle.pop(key)
        self.working[key] = each
        try:
            each.take(job)
        except BrokenPipeError:
            each.worn = True
            self.idle[key] = self.working.pop(key)
            return False
        return True

    def settle(self, key: int) -> None:
        """Takes back an evaluator that has done its job; one that is worn out is ended."""
        each = self.working.pop(key)
        each.job = None
        self.idle[key] = each
        each.worn = each.worn or each.served >= _WEAR_QUERIES or self.own(each) > _WEAR_BYTES
        self._busy = time.monotonic()
        if each.worn:
            each.end()

    def bury(self, key: int) -> tuple[Evaluator, int]:
        """Forgets an evaluator that has ended, and gives it with its exit status."""
        each = self.working.pop(key, None) or self.idle.pop(key)
        self.poll.unregister(key)
        return each, each.reap()

    def close(self) -> None:
        """Ends all of them, and waits until they are gone."""
        everyone = [*self.working.values(), *self.idle.values()]
        for each in everyone:
            each.end()
        for each in everyone:
            each.reap()

    # Their time and their memory

    def patrol(self, crowded: bool) -> None:
        """Ends what has overrun; ``crowded`` says that others are waiting for its place."""
        self._trim()
        at_work = sorted(
            (each for each in self.working.values() if each.job and not each.verdict),
            key=lambda each: each.job.started if each.job else 0.0,
        )
        for each in at_work:
            assert each.job is not None
            self._judge(each, each.job, crowded)
        if at_work:
            self._weigh()

    def _trim(self) -> None:
        """Ends one evaluator that has had nothing to do for a while, where more are idle than are kept."""
        spare = [each for each in self.idle.values() if not each.worn]
        if len(spare) > READY and time.monotonic() - self._busy > _SPARED:
            spare[0].worn = True
            spare[0].end()

    def _judge(self, each: Evaluator, job: Job, crowded: bool) -> None:
        each.measure()
        effort = job.effort
        for seconds, niceness in _NICENESS:
            if effort > seconds:
                each.demote(niceness)
        if job.age > self.settings.query_timeout:
            each.end(limits.timed_out(self.settings))
        elif job.age > YOUNG and not job.long:
            long = sum(1 for one in self.working.values() if one.job and one.job.long and not one.verdict)
            starved = effort < _STARVED[0] and job.age < _STARVED[1]
            if long < self.settings.long_queries:
                job.long = True
            elif not starved or (crowded and (effort > _STARVED[0] / 3 or job.age > 2 * YOUNG)):
                each.end(limits.too_many_long(self.settings))

    def _weigh(self) -> None:
        """Ends the largest until each, and the whole tree of processes, keeps within its memory."""
        now = time.monotonic()
        if now - self._measured > _REMEASURE:
            family = dict.fromkeys([*watcher.family(os.getppid()), os.getpid()])
            self.tree, self._measured = sum(watcher.proportional(pid) for pid in family), now
        sizes = [(self.own(each), key) for key, each in self.working.items() if not each.verdict]
        total = self.tree + sum(size for size, _ in sizes)
        for size, key in sorted(sizes, reverse=True):
            if size > self.settings.query_memory:
                self.working[key].end(limits.out_of_memory(self.settings))
            elif total > self.settings.tree_memory * 0.95:
                self.working[key].end(limits.server_out_of_memory(self.settings))
            else:
                return
            total -= size

    def own(self, each: Evaluator) -> int:
        """The bytes an evaluator uses beyond what it shares with its broker."""
        return max(0, watcher.resident(each.pid) - self.basis)
