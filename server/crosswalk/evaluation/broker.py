"""The process that forks the evaluators and watches them.

It runs in one thread, evaluates nothing and passes nothing on, so that it can always fork and always look.
"""

from __future__ import annotations

import gc
import select
import signal
import time

from crosswalk.evaluation import confinement, evaluator
from crosswalk.evaluation.allowance import Allowance
from crosswalk.evaluation.board import PLACES
from crosswalk.evaluation.limits import Verdict
from crosswalk.evaluation.pool import Pool
from crosswalk.evaluation.premises import Premises
from crosswalk.evaluation.rationing import Spending, attend
from crosswalk.settings import Settings
from crosswalk.stores.embedded import EmbeddedStore

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
                board.judge(place, entry.job, Verdict.INTERRUPTED)
                board.clear(place)
        board.lose()

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
    confinement.die_with_parent(parent)
    confinement.write_no_core()

    def end(_signal: int, _frame: object) -> None:
        raise SystemExit

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, end)
    confinement.leave_network()
    # As long as nobody asks, the workers that are started beside this process have the processors.
    select.select([premises.door], [], [], _AFTER_WORKERS)
    evaluator.warm_up()
    # Before there is any evaluator: what has no order of its own comes in the same order from all of them.
    store.set_apart()
    gc.freeze()
    Broker(premises, store, settings, snapshot).run()
