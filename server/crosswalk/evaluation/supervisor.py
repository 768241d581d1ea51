"""Fork the supervisor, and in it fork and watch the evaluators."""

from __future__ import annotations

import gc
import logging
import os
import select
import signal
import threading
import time
from contextlib import suppress

from crosswalk.evaluation import evaluator, sandbox
from crosswalk.evaluation.pool import Pool
from crosswalk.evaluation.shared_state import Counters, QuestionQueue
from crosswalk.settings import Settings
from crosswalk.stores.oxigraph import EmbeddedStore

_log = logging.getLogger(__name__)

_TICK = 0.05  # seconds between two looks at the evaluators
_HEAD_START = 0.2  # seconds that workers have the processors for themselves when the server starts
_QUICK_DEATH, _PAUSE = 1.0, 0.2  # seconds: a supervisor that dies so soon is forked again after a pause


class SupervisorProcess(threading.Thread):
    """Keep a supervisor of one snapshot running: fork it, and fork it again when it dies.

    The kernel ends a process with the thread that forked it. So this thread lives as long as its process.
    """

    def __init__(self, settings: Settings, store: EmbeddedStore, snapshot: str, counters: Counters) -> None:
        super().__init__(name="supervisor", daemon=True)
        self.queue = QuestionQueue(settings)
        self.supervisor = Supervisor(self.queue, store, snapshot, counters)
        self.pid = 0
        self._ending = False

    def start(self) -> None:
        """Fork the supervisor in the calling thread, before there is another, and start the thread."""
        self.pid = sandbox.fork(self.supervisor.serve)
        super().start()

    def run(self) -> None:
        """Fork the supervisor again whenever it dies, until it is retired or stopped."""
        while True:
            began = time.monotonic()
            os.waitpid(self.pid, 0)
            if self._ending:
                return
            if time.monotonic() - began < _QUICK_DEATH:
                time.sleep(_PAUSE)
            self.pid = sandbox.fork(self.supervisor.serve)

    def retire(self) -> None:
        """Let the supervisor serve the workers there are, and end with the last of them."""
        self._ending = True
        self.queue.close()

    def stop(self) -> None:
        """End the supervisor and all evaluators, and wait for their ends."""
        self._ending = True
        for number, seconds in ((signal.SIGTERM, 3.0), (signal.SIGKILL, 2.0)):
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)
            self.join(seconds)
            if not self.is_alive():
                return


class Supervisor:
    """Fork and watch the evaluators of one snapshot, in a process of its own."""

    def __init__(self, queue: QuestionQueue, store: EmbeddedStore, snapshot: str, counters: Counters) -> None:
        self.queue, self.store, self.snapshot, self.counters = queue, store, snapshot, counters

    def serve(self) -> None:
        """Prepare this process, and watch evaluators until SIGTERM or until no worker is left."""
        sandbox.disable_core_dumps()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, _exit)
        # An evaluator that gathers one reads files, which it may not, and takes memory that it may not have.
        os.environ["RUST_BACKTRACE"] = "0"
        sandbox.leave_network()
        if not sandbox.can_refuse_calls():
            _log.warning("evaluators can open files and start programs: this system has no filter of calls")
        # When all that hold this end have closed it, no worker is left, and the other end tells so.
        self.queue.sender.close()
        self.counters.gauges.generation += 1
        for slot in self.queue.slots:
            slot.clear()  # jobs that an earlier supervisor has lost are put again
        select.select([self.queue.receiver], [], [], _HEAD_START)
        evaluator.warm_up()
        # Before any evaluator is forked, so that all of them give unordered rows in the same order.
        self.store.set_apart()
        gc.freeze()
        self._watch(Pool(self.queue), select.epoll())

    def _watch(self, pool: Pool, events: select.epoll) -> None:
        events.register(self.queue.receiver.fileno(), select.EPOLLRDHUP)
        workers_left = True
        try:
            while workers_left or pool.evaluators:
                forking = workers_left and pool.short
                if forking:
                    # One at a time, so that deaths are noticed in between.
                    events.register(pool.fork(self.store, self.snapshot), select.EPOLLIN)
                # One event at a time: handling it closes a descriptor, whose number another may get.
                for descriptor, _ in events.poll(0 if forking else _TICK, 1):
                    # Closing does not unregister it while an evaluator that was forked since holds a copy.
                    events.unregister(descriptor)
                    if descriptor in pool.evaluators:
                        pool.remove(descriptor)
                    else:
                        workers_left = False
                pool.enforce_limits()
                self.counters.gauges.running = len(pool.busy)
                self.counters.gauges.tree_bytes = pool.server_bytes
        finally:
            pool.close()


def _exit(_signal: int, _frame: object) -> None:
    raise SystemExit
