"""Fork the supervisor of the evaluators, again when it dies; have it fork and watch them."""

from __future__ import annotations

import gc
import os
import select
import signal
import threading
import time
from contextlib import suppress

from crosswalk.evaluation import evaluator, sandbox
from crosswalk.evaluation.client import Evaluation
from crosswalk.evaluation.pool import Pool
from crosswalk.evaluation.shared_state import Counters, QuestionQueue
from crosswalk.settings import Settings
from crosswalk.stores.oxigraph import EmbeddedStore

_TICK = 0.05
_AFTER_WORKERS = 0.2
_SOON, _PAUSE = 1.0, 0.2


class SupervisorProcess(threading.Thread):
    """The supervisor of one snapshot, as the main process sees it: forked, and forked again when it dies.

    A thread waits for its end, and lives as long: the kernel ends a process with the thread that forked it.
    """

    def __init__(self, settings: Settings, store: EmbeddedStore, snapshot: str, counters: Counters) -> None:
        super().__init__(name="supervisor", daemon=True)
        self.queue = QuestionQueue(settings)
        self.evaluation = Evaluation(self.queue)
        self.supervisor = Supervisor(self.queue, store, snapshot, counters)
        self.pid = 0
        self._ending = False

    def start(self) -> None:
        """Fork the supervisor, while the calling thread is the only one there is, and watch it in another."""
        self.pid = sandbox.fork(self.supervisor.serve)
        super().start()

    def run(self) -> None:
        """Fork the supervisor again whenever it dies, until it is to end."""
        while True:
            began = time.monotonic()
            os.waitpid(self.pid, 0)
            if self._ending:
                return
            if time.monotonic() - began < _SOON:
                time.sleep(_PAUSE)
            self.pid = sandbox.fork(self.supervisor.serve)

    def retire(self) -> None:
        """Let the supervisor end after the last worker that can put a question; until then it serves on."""
        self._ending = True
        self.queue.close()

    def stop(self) -> None:
        """End the supervisor and with it all evaluators; return when they have gone."""
        self._ending = True
        for number, seconds in ((signal.SIGTERM, 3.0), (signal.SIGKILL, 2.0)):
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)
            self.join(seconds)
            if not self.is_alive():
                return


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
            # What was in hand when a supervisor before this one died is put again.
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
