"""The process that holds the store, forks the evaluators and shares them among the queries.

It runs in one thread and evaluates nothing, so that it can always be forked, and always answer.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
import time
from collections import deque

from crosswalk.evaluation import confinement, evaluator, limits, watcher
from crosswalk.evaluation.allowance import Allowance
from crosswalk.evaluation.jobs import Evaluator, Job
from crosswalk.evaluation.ledger import Ledger
from crosswalk.settings import Settings
from crosswalk.stores.embedded import EmbeddedStore

READY = 3
"""How many idle evaluators are kept."""

YOUNG = 0.5
"""After how many seconds a query counts as a long one."""

_TICK = 0.05
_WORN_BYTES = 96 * 2**20
_WORN_QUERIES = 1000


class Broker:
    """Takes queries from the door, in order, and gives each to an evaluator as soon as there is room."""

    def __init__(
        self, door: socket.socket, store: EmbeddedStore, settings: Settings, snapshot: str, ledger: Ledger
    ) -> None:
        self.door, self.store, self.settings, self.snapshot, self.ledger = (
            door,
            store,
            settings,
            snapshot,
            ledger,
        )
        self.poll = select.epoll()
        self.poll.register(door.fileno(), select.EPOLLIN)
        self.waiting: deque[Job] = deque()
        self.running: dict[int, Evaluator] = {}
        self.idle: dict[int, Evaluator] = {}
        self.asking: dict[int, Job] = {}
        self.allowance = Allowance(settings.rate_limit)
        self.retiring = False
        self.basis = 0
        self.measured = 0.0
        self.tree = 0

    def run(self) -> None:
        """Serves until it is ended, or, once it is to retire, until nothing is left in hand."""
        gc.freeze()
        self.basis = watcher.resident("self")
        try:
            while not (self.retiring and not self.running and not self.waiting):
                self._stock()
                for descriptor, event in self.poll.poll(self._pause()):
                    self._handle(descriptor, event)
                self._patrol()
        finally:
            for each in (*self.running.values(), *self.idle.values()):
                each.end()
            for each in (*self.running.values(), *self.idle.values()):
                each.reap()

    def retire(self) -> None:
        """Takes nothing more from the door; another broker does."""
        if not self.retiring:
            self.retiring = True
            self.poll.unregister(self.door.fileno())

    # What comes in

    def _handle(self, descriptor: int, event: int) -> None:
        if descriptor == self.door.fileno():
            self._admit()
        elif descriptor in self.asking:
            self._abandon(self.asking[descriptor])
        elif descriptor in self.running or descriptor in self.idle:
            each = self.running.get(descriptor) or self.idle[descriptor]
            if event & select.EPOLLIN:
                self._hear(descriptor, each, each.control.recv(64))
            else:
                self._bury(descriptor, each)

    def _admit(self) -> None:
        try:
            announcement, descriptors, _, _ = socket.recv_fds(self.door, 4096, 1, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return  # another broker was quicker
        if not descriptors:
            return
        said = json.loads(announcement)
        job = Job(socket.socket(fileno=descriptors[0]), said["client"], said["arrived"])
        used = sum(
            each.job.age for each in self.running.values() if each.job and each.job.client == job.client
        )
        wait = self.allowance.wait(job.client, used)
        if wait:
            self._turn_away(job, limits.rate_exceeded(self.settings, wait))
        elif len(self.waiting) >= self.settings.waiting_queries:
            self._turn_away(job, limits.line_full(self.settings))
        else:
            self.asking[job.connection.fileno()] = job
            self.poll.register(job.connection.fileno(), select.EPOLLRDHUP)
            self.waiting.append(job)
            self._dispatch()

    def _turn_away(self, job: Job, reply: limits.Reply) -> None:
        job.refuse(reply)
        job.connection.close()
        self.ledger.finished(reply.fault, 0.0)

    def _abandon(self, job: Job) -> None:
        """Forgets a job whose asker has hung up."""
        if job in self.waiting:
            self.waiting.remove(job)
            self._release(job)
            return
        for each in self.running.values():
            if each.job is job and not job.answered:
                job.answered, job.fault = True, "Abandoned"
                each.end()
        # Its evaluator's end is what follows; until then the hang-up is not to be told again and again.
        self.poll.unregister(job.connection.fileno())
        del self.asking[job.connection.fileno()]

    def _hear(self, descriptor: int, each: Evaluator, news: bytes) -> None:
        if not news:
            self._bury(descriptor, each)
        elif each.job and news.startswith(evaluator.WRITING):
            each.job.answered = True
            each.job.fault = news.decode().partition(" ")[2]
        elif each.job and news == evaluator.DONE:
            self._conclude(each.job)
            each.job = None
            del self.running[descriptor]
            if each.served >= _WORN_QUERIES or self._own(each) > _WORN_BYTES:
                each.worn = True
            self.idle[descriptor] = each
            if each.worn or len(self.idle) > READY:
                each.end()
            self._dispatch()

    def _bury(self, descriptor: int, each: Evaluator) -> None:
        """Accounts for an evaluator that has ended, by our hand, by the kernel's or by its query's."""
        self.running.pop(descriptor, None)
        self.idle.pop(descriptor, None)
        self.poll.unregister(descriptor)
        status = each.reap()
        if each.job:
            if not each.job.answered:
                each.job.refuse(each.verdict or limits.died(self.settings, os.waitstatus_to_exitcode(status)))
            self._conclude(each.job)
        self._dispatch()

    def _conclude(self, job: Job) -> None:
        self.allowance.spend(job.client, job.age)
        self.ledger.finished(job.fault, job.age)
        self._release(job)

    def _release(self, job: Job) -> None:
        descriptor = job.connection.fileno()
        if self.asking.pop(descriptor, None):
            self.poll.unregister(descriptor)
        job.connection.close()

    # Who evaluates

    def _dispatch(self) -> None:
        while self.waiting and self._young() < self.settings.young_queries:
            ready = next((key for key, each in self.idle.items() if not each.worn), None)
            descriptor = self._fork() if ready is None else ready
            each = self.idle.pop(descriptor)
            self.running[descriptor] = each
            job = self.waiting.popleft()
            try:
                each.take(job)
            except BrokenPipeError:
                self.waiting.appendleft(job)
                self._bury(descriptor, each)
                return

    def _stock(self) -> None:
        """Forks ahead of need, one at a time, so that what is waiting is heard in between."""
        if not self.retiring and sum(not each.worn for each in self.idle.values()) < READY:
            self._fork()

    def _fork(self) -> int:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        broker = os.getpid()
        pid = os.fork()
        if pid == 0:
            try:
                evaluator.run(theirs, self.store, self.settings, self.snapshot, broker)
            except MemoryError:
                os._exit(limits.OUT_OF_MEMORY)
            finally:
                sys.stderr.flush()
                os._exit(0)
        theirs.close()
        self.idle[ours.fileno()] = Evaluator(pid, ours)
        self.poll.register(ours.fileno(), select.EPOLLIN | select.EPOLLRDHUP)
        return ours.fileno()

    # Who has had enough

    def _young(self) -> int:
        return sum(1 for each in self.running.values() if each.job and not each.job.long)

    def _pause(self) -> float:
        """How long to wait for news: not long while anything runs, and hardly at all while stock is short."""
        if sum(not each.worn for each in self.idle.values()) < READY and not self.retiring:
            return 0.0
        return _TICK if self.running or self.waiting else 1.0

    def _patrol(self) -> None:
        now = time.monotonic()
        while self.waiting and now - self.waiting[0].arrived > self.settings.waiting_time:
            job = self.waiting.popleft()
            job.refuse(limits.waited_too_long(self.settings))
            self.ledger.finished(job.fault, 0.0)
            self._release(job)
        for each in sorted(self.running.values(), key=lambda each: each.job.started if each.job else 0.0):
            if each.job and not each.verdict:
                self._judge(each, each.job)
        if self.running:
            self._weigh(now)
        self.ledger.standing(len(self.running), len(self.waiting), self.tree)

    def _judge(self, each: Evaluator, job: Job) -> None:
        if job.age > self.settings.query_timeout:
            each.end(limits.timed_out(self.settings))
        elif job.age > YOUNG and not job.long:
            if (
                sum(1 for one in self.running.values() if one.job and one.job.long)
                >= self.settings.long_queries
            ):
                each.end(limits.too_many_long(self.settings))
            else:
                job.long = True
                each.demote()

    def _weigh(self, now: float) -> None:
        """Ends the largest evaluators until each, and the whole tree of processes, keeps within its memory."""
        own = sorted(
            ((self._own(each), key) for key, each in self.running.items() if not each.verdict), reverse=True
        )
        if now - self.measured > 1.0:
            family = [*watcher.family(os.getppid()), os.getpid()]
            self.tree = sum(watcher.proportional(pid) for pid in dict.fromkeys(family))
            self.measured = now
        total = self.tree + sum(size for size, _ in own)
        for size, key in own:
            if size > self.settings.query_memory:
                self.running[key].end(limits.out_of_memory(self.settings))
            elif total > self.settings.tree_memory * 0.95:
                self.running[key].end(limits.server_out_of_memory(self.settings))
            else:
                return
            total -= size

    def _own(self, each: Evaluator) -> int:
        return max(0, watcher.resident(each.pid) - self.basis)


def serve(
    door: socket.socket, store: EmbeddedStore, settings: Settings, snapshot: str, ledger: Ledger, parent: int
) -> None:
    """The life of a broker process: it ends with its parent, on SIGTERM at once, on SIGUSR1 when idle."""
    confinement.die_with_parent(parent)
    broker = Broker(door, store, settings, snapshot, ledger)

    def end(_signal: int, _frame: object) -> None:
        raise SystemExit

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGUSR1, lambda _signal, _frame: broker.retire())
    confinement.leave_network()
    broker.run()
