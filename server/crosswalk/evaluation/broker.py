"""The process that holds the store, forks the evaluators and shares them among the queries.

It runs in one thread and evaluates nothing, so that it can always be forked, and always answer.
"""

from __future__ import annotations

import gc
import json
import select
import signal
import socket
import time
from collections import deque

from crosswalk.evaluation import confinement, evaluator, limits
from crosswalk.evaluation.allowance import Allowance
from crosswalk.evaluation.jobs import Job
from crosswalk.evaluation.ledger import Ledger
from crosswalk.evaluation.messages import Reply
from crosswalk.evaluation.pool import Pool
from crosswalk.settings import Settings
from crosswalk.stores.embedded import EmbeddedStore

_TICK, _REST = 0.05, 1.0
_AT_A_TIME = 16
_TRIES = 3


class Broker:
    """Takes queries from the door, in order, and gives each to an evaluator as soon as there is room."""

    def __init__(
        self, door: socket.socket, store: EmbeddedStore, settings: Settings, snapshot: str, ledger: Ledger
    ) -> None:
        door.setblocking(False)
        self.door, self.settings, self.ledger = door, settings, ledger
        self.poll = select.epoll()
        self.poll.register(door.fileno(), select.EPOLLIN)
        self.pool = Pool(store, settings, snapshot, self.poll)
        self.waiting: deque[Job] = deque()
        self.asking: dict[int, Job] = {}
        self.allowance = Allowance(settings.rate_limit)
        self.retiring = False
        self._patrolled = 0.0

    def run(self) -> None:
        """Serves until it is ended, or, once it is to retire, until nothing is left in hand."""
        try:
            while not (self.retiring and not self.pool.working and not self.waiting):
                if self.pool.short and not self.retiring:
                    # One at a time, so that what comes in is heard in between.
                    self.pool.fork()
                # One event at a time: to handle it may close a descriptor, and open another of its number.
                for descriptor, event in self.poll.poll(self._pause(), 1):
                    self._handle(descriptor, event)
                self._patrol()
        finally:
            self.pool.close()

    def retire(self) -> None:
        """Takes nothing more from the door: another broker does."""
        if not self.retiring:
            self.retiring = True
            self.poll.unregister(self.door.fileno())

    def _pause(self) -> float:
        if self.pool.short and not self.retiring:
            return 0.0
        return _TICK if self.pool.working or self.waiting else _REST

    def _handle(self, descriptor: int, event: int) -> None:
        if descriptor == self.door.fileno():
            self._admit()
        elif descriptor in self.asking:
            self._abandon(descriptor)
        elif event & select.EPOLLIN and descriptor in self.pool.working:
            self._hear(descriptor)
        elif descriptor in self.pool.working or descriptor in self.pool.idle:
            self._bury(descriptor)

    # From those who ask

    def _admit(self) -> None:
        for _ in range(_AT_A_TIME):
            if not self._admit_one():
                return

    def _admit_one(self) -> bool:
        try:
            announcement, descriptors, _, _ = socket.recv_fds(self.door, 4096, 1)
        except BlockingIOError:
            return False
        if not descriptors:
            return True
        said = json.loads(announcement)
        job = Job(socket.socket(fileno=descriptors[0]), said["client"], said["arrived"])
        at_work = (each.job for each in self.pool.working.values() if each.job)
        used = sum(one.effort for one in at_work if one.client == job.client)
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
        return True

    def _turn_away(self, job: Job, reply: Reply) -> None:
        job.refuse(reply)
        self.ledger.finished(job.fault, 0.0)
        self._release(job)

    def _abandon(self, descriptor: int) -> None:
        """Gives up a job whose asker has hung up."""
        job = self.asking[descriptor]
        if job in self.waiting:
            self.waiting.remove(job)
            self._release(job)
            return
        working = self.pool.working
        key, each = next(((key, each) for key, each in working.items() if each.job is job), (-1, None))
        # Who has its answer hangs up too, and that may be heard before the news of the answer.
        while each and working.get(key) is each and each.job is job and self._hear(key):
            pass
        if each and working.get(key) is each and each.job is job and not job.answered:
            job.answered, job.fault = True, "Abandoned"
            each.end()
        # The end of its evaluator comes next; until then the hang-up is not to be told again and again.
        if self.asking.get(descriptor) is job:
            del self.asking[descriptor]
            self.poll.unregister(descriptor)

    # From those who evaluate

    def _hear(self, descriptor: int) -> bool:
        """Takes one piece of news from an evaluator; False where there is none."""
        each = self.pool.working[descriptor]
        try:
            news = each.control.recv(64, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except ConnectionResetError:
            news = b""  # it ended before it had read its order
        if not news:
            self._bury(descriptor)
        elif each.job and news == evaluator.BEGUN:
            each.job.begun = True
        elif each.job and news.startswith(evaluator.WRITING):
            each.job.answered = True
            each.job.fault = news.decode().partition(" ")[2]
        elif each.job and news == evaluator.DONE:
            each.measure()
            self._conclude(each.job)
            self.pool.settle(descriptor)
            self._dispatch()
        return True

    def _bury(self, descriptor: int) -> None:
        """Accounts for an evaluator that has ended, by our hand, by the kernel's or by its query's."""
        each, status = self.pool.bury(descriptor)
        fresh = each.job and not (each.job.begun or each.job.answered or each.verdict)
        if fresh and each.job and each.job.tries < _TRIES:
            # Its question has not been read yet: another evaluator can have it.
            self.waiting.appendleft(each.job)
        elif each.job:
            if not each.job.answered:
                each.job.refuse(each.verdict or limits.died(self.settings, status))
            self._conclude(each.job)
        self._dispatch()

    def _conclude(self, job: Job) -> None:
        self.allowance.spend(job.client, job.effort)
        self.ledger.finished(job.fault, job.age)
        self._release(job)

    def _release(self, job: Job) -> None:
        if self.asking.pop(job.connection.fileno(), None):
            self.poll.unregister(job.connection.fileno())
        job.connection.close()

    # Whose turn it is

    def _dispatch(self) -> None:
        while self.waiting and self.pool.room:
            if self.pool.take(self.waiting[0]):
                self.waiting.popleft()

    def _patrol(self) -> None:
        now = time.monotonic()
        if now - self._patrolled < _TICK:
            return
        self._patrolled = now
        while self.waiting and now - self.waiting[0].arrived > self.settings.waiting_time:
            self._turn_away(self.waiting.popleft(), limits.waited_too_long(self.settings))
        self.pool.patrol(crowded=bool(self.waiting))
        self.ledger.standing(len(self.pool.working), len(self.waiting), self.pool.tree)


def serve(
    door: socket.socket, store: EmbeddedStore, settings: Settings, snapshot: str, ledger: Ledger, parent: int
) -> None:
    """The life of a broker process: it ends with its parent, on SIGTERM at once, on SIGUSR1 when idle."""
    confinement.die_with_parent(parent)
    confinement.write_no_core()

    def end(_signal: int, _frame: object) -> None:
        raise SystemExit

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, end)
    confinement.leave_network()
    gc.freeze()
    broker = Broker(door, store, settings, snapshot, ledger)
    signal.signal(signal.SIGUSR1, lambda _signal, _frame: broker.retire())
    broker.run()
