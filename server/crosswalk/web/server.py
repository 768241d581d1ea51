"""What a server shows: a store, the edition of its data, and the way queries of strangers are put to it."""

from __future__ import annotations

import gc
import hashlib
import logging
import multiprocessing
import os
import socket
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import MPServer

from crosswalk.assemble import open_store, published
from crosswalk.errors import CrosswalkError, InputError
from crosswalk.evaluation import sandbox
from crosswalk.evaluation.remote import RemoteEvaluation
from crosswalk.evaluation.shared_state import Ledger
from crosswalk.evaluation.supervisor import Keeper
from crosswalk.evaluation.wire import Question
from crosswalk.settings import Settings
from crosswalk.stores import SPARQL_JSON, Store
from crosswalk.stores.oxigraph import EmbeddedStore
from crosswalk.web.answer_cache import AnswerCache, answer_cache_of
from crosswalk.web.app import create_app
from crosswalk.web.endpoint.application import HEADER_BYTES, Endpoint
from crosswalk.web.endpoint.queries import QueryHandler
from crosswalk.web.warmup import give_back_regularly, visit_beside, warm_later


@dataclass(frozen=True)
class ServedDataset:
    """A store and its edition; ``snapshot`` is None where the store is not built from the project's files."""

    store: Store
    edition: str
    snapshot: Any
    answer_cache: AnswerCache | None = None


def open_dataset(settings: Settings, graphs: Sequence[Path] = ()) -> ServedDataset:
    """The RDF files given, the endpoint set, or the published snapshot."""
    if graphs:
        digest = hashlib.sha256()
        for path in graphs:
            digest.update(hashlib.sha256(Path(path).read_bytes()).digest())
        return ServedDataset(open_store(settings, graphs), digest.hexdigest(), None)
    if settings.store is not None:
        return ServedDataset(open_store(settings), "", None)
    snapshot = published(settings)
    answer_cache = answer_cache_of(snapshot)
    with ThreadPoolExecutor(1) as beside:
        # The engine lets other threads run while it reads: what was kept costs the start no time.
        loading = beside.submit(EmbeddedStore.load, snapshot.dataset, trusted=True)
        answer_cache.read()
    return ServedDataset(loading.result(), snapshot.hash, snapshot, answer_cache)


def edition_on_disk(settings: Settings) -> Path | None:
    """The folder of the snapshot that is published now, before it is read."""
    link = settings.snapshots / "current"
    return link.resolve() if link.exists() else None


_SPARE_THREADS = 64
_LOOK = 1.0
_log = logging.getLogger(__name__)


class Server(MPServer):
    """Granian, whose workers are forked from this process, and forked again however often they die."""

    def __init__(self, site: Site) -> None:
        settings = site.settings
        threads = settings.long_queries + settings.young_queries + settings.waiting_queries + _SPARE_THREADS
        super().__init__(
            "crosswalk", address=settings.host, port=settings.port, interface=Interfaces.WSGI,
            workers=max(1, settings.workers), blocking_threads=threads, backlog=4096, backpressure=4096,
            http=HTTPModes.http1, http1_settings=HTTP1Settings(max_buffer_size=HEADER_BYTES),
            respawn_failed_workers=True, respawn_interval=0.5, workers_kill_timeout=3,
            log_level=LogLevels.error,
        )  # fmt: skip
        self.site = site

    def _spawn_worker(self, idx: int, target: Any, callback_loader: Any) -> Any:
        return super()._spawn_worker(idx, target, partial(self.site.load, idx))

    def _spawn_workers(self, spawn_target: Any, target_loader: Any) -> None:
        super()._spawn_workers(spawn_target, target_loader)
        self.site.opened()

    def _respawn_workers(self, workers: Any, spawn_target: Any, target_loader: Any, delay: float = 0) -> None:
        super()._respawn_workers(workers, spawn_target, target_loader, delay)
        # Granian gives up when a worker dies twice within seconds; nobody is to end the server that way.
        self.respawned_wrks.clear()

    def shutdown(self, exit_code: int = 0) -> None:
        """Ends the evaluators first, so that no request waits for one while the workers are ended."""
        self.site.close()
        super().shutdown(exit_code)


class Site:
    """The processes of one server: this one, which holds what is shown, the workers and the broker."""

    def __init__(self, settings: Settings, dataset: ServedDataset, graphs: Sequence[Path]) -> None:
        self.settings, self.dataset, self.graphs = settings, dataset, graphs
        self.folder = Path(dataset.snapshot.path).resolve() if dataset.snapshot else None
        self.ledger = Ledger(max(1, settings.workers))
        self.keeper: Keeper | None = None
        if isinstance(self.dataset.store, EmbeddedStore):
            self.keeper = Keeper(settings, self.dataset.store, self.dataset.edition, self.ledger)
        self.pages = self._pages(self.dataset)
        self.server = Server(self)
        self._still = threading.Lock()
        # No process is forked while this is held: what another thread has locked stays locked in a child.
        free = self._still.release
        os.register_at_fork(before=self._still.acquire, after_in_parent=free, after_in_child=free)

    def run(self) -> None:
        """Serves until a signal ends it."""
        if self.keeper:
            self.keeper.start()
        self.server.serve()

    def opened(self) -> None:
        """Called when the first workers have been forked."""
        visit_beside(self.pages)
        threading.Thread(target=self._watch, name="watch", daemon=True).start()

    def close(self) -> None:
        """Ends the evaluators."""
        if self.keeper:
            self.keeper.stop()

    def load(self, worker: int) -> Endpoint:
        """The application of one worker; called in the worker's own process."""
        sandbox.die_with_parent(os.getppid())
        sandbox.write_no_core()
        sandbox.take_turns()
        # What came with the fork is never collected: going through it takes longer than most requests.
        gc.freeze()
        evaluation = (
            self.keeper.evaluation if self.keeper else RemoteEvaluation(self.dataset.store, self.settings)
        )
        asking = QueryHandler(evaluation, self.settings, self.dataset.edition, self.ledger, worker)
        warm_later(self.pages)
        give_back_regularly()
        return Endpoint(self.pages, asking)

    def _pages(self, dataset: ServedDataset) -> Flask:
        return create_app(dataset.store, self.settings, dataset.snapshot, dataset.answer_cache)

    def _watch(self) -> None:
        """Says when the server answers, and shows a new snapshot when one is published."""
        while not (_listens(self.settings) and self._evaluates()):
            time.sleep(0.02)
        host = f"[{self.settings.host}]" if ":" in self.settings.host else self.settings.host
        print(f"Serving on http://{host}:{self.settings.port}", file=sys.stderr, flush=True)
        while self.keeper and not self.graphs:
            time.sleep(_LOOK)
            if edition_on_disk(self.settings) != self.folder:
                self._renew()

    def _evaluates(self) -> bool:
        """Whether a query is answered."""
        return (
            self.keeper is None
            or not self.keeper.evaluation.ask(Question("ASK { }", table_type=SPARQL_JSON)).fault
        )

    def _renew(self) -> None:
        """Loads the snapshot that is published now, and has the broker and the workers replaced."""
        folder = edition_on_disk(self.settings)
        if folder is None:
            return
        self.folder = folder
        try:
            with self._still:
                dataset = open_dataset(self.settings)
                if isinstance(dataset.store, EmbeddedStore):
                    # Here, while the earlier snapshot is still served; its broker would let everybody wait.
                    dataset.store.set_apart()
                pages = self._pages(dataset)
        except CrosswalkError as error:
            _log.error("the new snapshot is not shown: %s", error)
            return
        self.dataset, self.pages = dataset, pages
        if self.keeper and isinstance(dataset.store, EmbeddedStore):
            self.keeper.replace(dataset.store, dataset.edition)
        self.server.signal_handler_reload()
        visit_beside(pages)


def serve(settings: Settings, dataset: ServedDataset, graphs: Sequence[Path] = ()) -> None:
    """Serves what was opened, and later snapshots unless RDF files were given, until TERM or INT."""
    multiprocessing.set_start_method("fork", force=True)
    Site(_bindable(settings), dataset, tuple(graphs)).run()


def _bindable(settings: Settings) -> Settings:
    """The settings with a port that is free, chosen here where they leave it open."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as fault:
            what = f"cannot listen on {settings.host}:{settings.port}: {fault.strerror}"
            raise InputError(what, hint="Choose another port with --port or CROSSWALK_PORT.") from fault
        return replace(settings, port=probe.getsockname()[1])


def _listens(settings: Settings) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    try:
        with socket.create_connection((host, settings.port), 1.0):
            return True
    except OSError:
        return False
