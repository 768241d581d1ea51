"""Where questions about one snapshot are put and taken: made once, before any process is forked."""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import sys
import threading
import time
import traceback

from crosswalk.evaluation import evaluator, sandbox
from crosswalk.evaluation.client import Evaluation
from crosswalk.evaluation.pool import Pool
from crosswalk.evaluation.rationing import Spending, attend
from crosswalk.evaluation.shared_state import PLACES, Allowance, Board, Ledger
from crosswalk.evaluation.wire import Limit
from crosswalk.settings import Settings
from crosswalk.stores.oxigraph import EmbeddedStore


class Premises:
    """The line of questions, the broker's counter, and the board.

    ``door`` and ``counter`` are the ends that questions come in at and that the broker listens to; ``report``
    is the counter's other end. Whoever can still put a question holds the other end of the door.
    """

    def __init__(self, settings: Settings, ledger: Ledger) -> None:
        self.door, self._outside = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.counter, self.report = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.board, self.ledger = Board(), ledger
        self.evaluation = Evaluation(self._outside, self.report, self.board, settings)

    def enter(self) -> None:
        """Makes this process one that puts no question, so that it hears when nobody does any more."""
        self._outside.close()

    def leave(self) -> None:
        """Makes this process one that has nothing to do here any more."""
        for each in (self.door, self._outside, self.counter, self.report):
            each.close()


_TICK, _REST, _CALM = 0.05, 0.25, 1.0
_AFTER_WORKERS = 0.2


class Broker:
    """Sees to it that somebody takes the next question, and that nobody takes too long over one."""

    def __init__(self, premises: Premises, store: EmbeddedStore, settings: Settings, snapshot: str) -> None:
        self.premises, self.store, self.settings, self.snapshot = premises, store, settings, snapshot
        self.poll = select.epoll()
        self.poll.register(premises.counter.fileno(), select.EPOLLIN)
        self.poll.register(premises.door.fileno(), select.EPOLLRDHUP)
        self.pool = Pool(premises.door, premises.report, premises.board, settings)
        self.allowance = Allowance(settings.rate_limit)
        self.deserted = False
        self._busy = time.monotonic()

    def run(self) -> None:
        """Serves until it is ended, or until nobody can ask any more and nothing is left in hand."""
        self._take_over()
        try:
            while not (self.deserted and not self.pool.evaluators):
                if self.pool.short and not self.deserted:
                    # One at a time, so that what is said is heard in between.
                    self.pool.fork(self.store, self.snapshot, self.poll)
                # One event at a time: to handle it may close a descriptor, and open another of its number.
                for descriptor, _ in self.poll.poll(self._pause(), 1):
                    self._handle(descriptor)
                self._patrol()
        finally:
            self.pool.close()

    def _take_over(self) -> None:
        """Tells those whose query a broker before this one has lost."""
        board = self.premises.board
        for place in range(PLACES):
            entry = board.read(place)
            if entry:
                board.judge(place, entry.job, Limit.INTERRUPTED)
                board.clear(place)

    def _pause(self) -> float:
        if self.pool.short and not self.deserted:
            return 0.0
        calm = time.monotonic() - self._busy > _CALM
        self.premises.board.rest(calm)
        return _REST if calm else _TICK

    def _handle(self, descriptor: int) -> None:
        if descriptor == self.premises.door.fileno():
            self.deserted = True
            self.poll.unregister(descriptor)
        elif descriptor == self.premises.counter.fileno():
            self._busy = time.monotonic()
            attend(self.premises.counter, self.allowance, self._spending())
        else:
            job = self.pool.bury(descriptor, self.poll)
            if job and job.entry.client:
                self.allowance.spend(job.entry.client, job.effort)

    def _spending(self) -> list[Spending]:
        if not self.settings.rate_limit:
            return []
        jobs = (each.look() for each in self.pool.evaluators.values())
        return [Spending(job.entry.client, job.effort) for job in jobs if job]

    def _patrol(self) -> None:
        self.pool.patrol()
        running = len(self.pool.at_work)
        if running:
            self._busy = time.monotonic()
        self.premises.ledger.standing(running, self.pool.tree)


def serve(premises: Premises, store: EmbeddedStore, settings: Settings, snapshot: str, parent: int) -> None:
    """The life of a broker process: it ends with its parent, on SIGTERM, or when nobody asks any more."""
    sandbox.die_with_parent(parent)
    sandbox.disable_core_dumps()

    def end(_signal: int, _frame: object) -> None:
        raise SystemExit

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, end)
    sandbox.leave_network()
    # As long as nobody asks, the workers that are started beside this process have the processors.
    select.select([premises.door], [], [], _AFTER_WORKERS)
    evaluator.warm_up()
    # Before there is any evaluator: what has no order of its own comes in the same order from all of them.
    store.set_apart()
    gc.freeze()
    Broker(premises, store, settings, snapshot).run()


_RESTED = 1.0


class Keeper(threading.Thread):
    """A thread of the main process; it lives as long as the server, and the brokers end with it."""

    def __init__(self, settings: Settings, store: EmbeddedStore, snapshot: str, ledger: Ledger) -> None:
        super().__init__(name="keeper", daemon=True)
        self.settings, self.store, self.snapshot = settings, store, snapshot
        self.ledger = ledger
        self.premises = Premises(settings, ledger)
        self._orders, self._bell = os.pipe()
        self._stopping = False
        self._pid = 0

    def start(self) -> None:
        """Forks the first broker, while the calling thread is the only one there is, and attends to it."""
        self._pid = self._fork()
        super().start()

    def run(self) -> None:
        """Sees to it that there is a broker until it is stopped."""
        while not self._stopping:
            born = time.monotonic()
            self._attend(self._pid)
            if self._stopping:
                return
            if time.monotonic() - born < _RESTED:
                time.sleep(0.2)
            self._pid = self._fork()

    def replace(self, store: EmbeddedStore, snapshot: str) -> None:
        """Serves another graph from now on; what the old broker has begun, it ends."""
        before = self.premises
        self.store, self.snapshot = store, snapshot
        self.premises = Premises(self.settings, self.ledger)
        # Before another broker is forked, which would hold the old door open.
        before.leave()
        os.write(self._bell, b"r")

    @property
    def evaluation(self) -> Evaluation:
        """The way to the evaluators of the present graph."""
        return self.premises.evaluation

    def stop(self) -> None:
        """Ends the broker and with it all evaluators; returns when they are gone."""
        self._stopping = True
        os.write(self._bell, b"s")
        self.join(5.0)

    def _attend(self, pid: int) -> None:
        """Returns when a broker has ended, was told to, or is left to finish alone."""
        watch = os.pidfd_open(pid)
        try:
            ready, _, _ = select.select([watch, self._orders], [], [])
            if self._orders in ready and os.read(self._orders, 1) == b"s":
                os.kill(pid, signal.SIGTERM)
                if not select.select([watch], [], [], 3.0)[0]:
                    os.kill(pid, signal.SIGKILL)
            elif watch not in ready:
                threading.Thread(target=os.waitpid, args=(pid, 0), daemon=True).start()
                return
            os.waitpid(pid, 0)
        finally:
            os.close(watch)

    def _fork(self) -> int:
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                self.ledger.started()
                self.premises.enter()
                serve(self.premises, self.store, self.settings, self.snapshot, parent)
                status = 0
            except SystemExit:
                status = 0
            finally:
                if status:
                    traceback.print_exc()
                sys.stderr.flush()
                os._exit(status)
        return pid
