"""Fork the supervisor of the evaluators, again when it dies; have it fork and watch them."""

from __future__ import annotations

import gc
import os
import select
import signal
import threading
import time

from crosswalk.evaluation import evaluator, sandbox
from crosswalk.evaluation.client import Evaluation
from crosswalk.evaluation.pool import Pool
from crosswalk.evaluation.shared_state import Counters, QuestionQueue
from crosswalk.evaluation.wire import Limit
from crosswalk.settings import Settings
from crosswalk.stores.oxigraph import EmbeddedStore

_TICK = 0.05
_AFTER_WORKERS = 0.2


class Supervisor:
    """Keep evaluators ready for the questions of a queue, and within their limits."""

    def __init__(self, queue: QuestionQueue, store: EmbeddedStore, snapshot: str, counters: Counters) -> None:
        self.queue, self.store, self.snapshot, self.counters = queue, store, snapshot, counters

    def serve(self) -> None:
        """Supervise, in a process of its own, until SIGTERM or until nobody can ask any more."""
        sandbox.disable_core_dumps()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, _exit)
        sandbox.leave_network()
        # Whoever can put a question holds this end: the other one tells when nobody can any more.
        self.queue.sender.close()
        self.counters.gauges.generation += 1
        for slot in self.queue.slots:
            if slot.job:  # a supervisor before this one has lost it
                slot.end(slot.job, Limit.INTERRUPTED)
                slot.clear()
        # As long as nobody asks, the workers that are started beside this process have the processors.
        select.select([self.queue.receiver], [], [], _AFTER_WORKERS)
        evaluator.warm_up()
        # Before any evaluator: what has no order of its own comes in the same order from all of them.
        self.store.set_apart()
        gc.freeze()
        self._watch(Pool(self.queue), select.epoll())

    def _watch(self, pool: Pool, events: select.epoll) -> None:
        events.register(self.queue.receiver.fileno(), select.EPOLLRDHUP)
        deserted = False
        try:
            while pool.evaluators or not deserted:
                short = pool.short and not deserted
                if short:
                    # One at a time, so that deaths are noticed in between.
                    events.register(pool.fork(self.store, self.snapshot), select.EPOLLIN)
                # One event at a time: to handle it closes a descriptor, and another may get its number.
                for descriptor, _ in events.poll(0 if short else _TICK, 1):
                    # To close it would not do: an evaluator that was forked meanwhile may hold it too.
                    events.unregister(descriptor)
                    if descriptor in pool.evaluators:
                        pool.bury(descriptor)
                    else:
                        deserted = True
                pool.patrol()
                self.counters.gauges.running = len(pool.busy)
                self.counters.gauges.tree_bytes = pool.server_bytes
        finally:
            pool.close()


def _exit(_signal: int, _frame: object) -> None:
    raise SystemExit


_RESTED = 1.0


class Keeper(threading.Thread):
    """A thread of the main process; it lives as long as the server, and the supervisors end with it."""

    def __init__(self, settings: Settings, store: EmbeddedStore, snapshot: str, counters: Counters) -> None:
        super().__init__(name="keeper", daemon=True)
        self.settings, self.store, self.snapshot = settings, store, snapshot
        self.counters = counters
        self.queue = QuestionQueue(settings)
        self.evaluation = Evaluation(self.queue)
        self._orders, self._bell = os.pipe()
        self._stopping = False
        self._pid = 0

    def start(self) -> None:
        """Forks the first supervisor, while the calling thread is the only one there is; attends to it."""
        self._pid = self._fork()
        super().start()

    def run(self) -> None:
        """Sees to it that there is a supervisor until it is stopped."""
        while not self._stopping:
            born = time.monotonic()
            self._attend(self._pid)
            if self._stopping:
                return
            if time.monotonic() - born < _RESTED:
                time.sleep(0.2)
            self._pid = self._fork()

    def replace(self, store: EmbeddedStore, snapshot: str) -> None:
        """Serves another graph from now on; what the old supervisor has begun, it ends."""
        before = self.queue
        self.store, self.snapshot = store, snapshot
        self.queue = QuestionQueue(self.settings)
        self.evaluation = Evaluation(self.queue)
        # Before another supervisor is forked, which would hold the earlier queue open.
        before.close()
        os.write(self._bell, b"r")

    def stop(self) -> None:
        """Ends the supervisor and with it all evaluators; returns when they are gone."""
        self._stopping = True
        os.write(self._bell, b"s")
        self.join(5.0)

    def _attend(self, pid: int) -> None:
        """Returns when a supervisor has ended, was told to, or is left to finish alone."""
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
        return sandbox.fork(Supervisor(self.queue, self.store, self.snapshot, self.counters).serve)
