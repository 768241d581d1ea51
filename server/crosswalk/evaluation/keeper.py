"""Keeps a broker running: starts it, another when it ends, and another when the graph has changed."""

from __future__ import annotations

import os
import select
import signal
import sys
import threading
import time
import traceback

from crosswalk.evaluation import broker
from crosswalk.evaluation.client import Evaluation
from crosswalk.evaluation.ledger import Ledger
from crosswalk.evaluation.premises import Premises
from crosswalk.settings import Settings
from crosswalk.stores.embedded import EmbeddedStore

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
                broker.serve(self.premises, self.store, self.settings, self.snapshot, parent)
                status = 0
            except SystemExit:
                status = 0
            finally:
                if status:
                    traceback.print_exc()
                sys.stderr.flush()
                os._exit(status)
        return pid
