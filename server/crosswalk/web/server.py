"""Serve the pages and the query endpoint: fork the workers, watch them, and show new snapshots."""

from __future__ import annotations

import asyncio
import errno
import gc
import logging
import multiprocessing
import os
import resource
import socket
import stat
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Flask
from granian.constants import HTTPModes, Interfaces, RuntimeModes
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import MPServer

from crosswalk.errors import CrosswalkError, InputError
from crosswalk.evaluation import sandbox
from crosswalk.evaluation.client import EvaluatedStore, Evaluation
from crosswalk.evaluation.remote import RemoteEvaluation
from crosswalk.evaluation.shared_state import Counters
from crosswalk.evaluation.supervisor import SupervisorProcess
from crosswalk.evaluation.wire import Question
from crosswalk.settings import Settings
from crosswalk.stores import SPARQL_JSON
from crosswalk.stores.oxigraph import EmbeddedStore
from crosswalk.web import warmup
from crosswalk.web.app import create_app
from crosswalk.web.endpoint.application import HEADER_BYTES, Endpoint
from crosswalk.web.endpoint.queries import QueryHandler
from crosswalk.web.http.delivery import AnswerFiles
from crosswalk.web.http.log_lines import LineFormatter
from crosswalk.web.http.wsgi import ThreadedPages
from crosswalk.web.page_queries import PageQueries
from crosswalk.web.resources import check_resources
from crosswalk.web.served_dataset import ServedDataset, open_dataset, published_folder

_PAGE_THREADS, _OTHER_THREADS = 4, 32
_ANSWERS_ON_THEIR_WAY = 8  # of the largest size, in the files of one worker
_STALLED_MILLISECONDS = 30_000  # after which a reader is ended that takes nothing
_POLL_SECONDS = 1.0
_LOG_FORMATS = dict.fromkeys(
    ("generic", "access"),
    {"()": LineFormatter, "fmt": "[%(asctime)s] %(levelname)s in %(name)s: %(message)s"},
)
_log = logging.getLogger(__name__)


class WorkerServer(MPServer):
    """Granian, whose workers are forked from this process, and forked again however often they die.

    The one place that touches private parts of granian: ``_spawn_worker``, ``_respawn_workers`` and
    ``respawned_wrks``. ``tests/web/test_web_server.py`` tells what to do when they change.
    """

    def __init__(self, site: Site) -> None:
        settings = site.settings
        super().__init__(
            "crosswalk", address=settings.host, port=settings.port, interface=Interfaces.RSGI,
            workers=max(1, settings.workers), runtime_mode=RuntimeModes.mt, websockets=False,
            backlog=4096, backpressure=8192,
            http=HTTPModes.http1, http1_settings=HTTP1Settings(max_buffer_size=HEADER_BYTES),
            respawn_failed_workers=True, respawn_interval=0.5, workers_kill_timeout=3,
            log_level=LogLevels.error, log_dictconfig={"formatters": _LOG_FORMATS},
        )  # fmt: skip
        self.site = site

    def startup(self, spawn_target: Any, target_loader: Any) -> None:
        """Fork the workers, and only then let this process start threads."""
        super().startup(spawn_target, target_loader)
        self.site.started()

    def shutdown(self, exit_code: int = 0) -> None:
        """End the evaluators first, so that no request waits for one while the workers are ended."""
        self.site.close()
        super().shutdown(exit_code)

    def _spawn_worker(self, idx: int, target: Any, callback_loader: Any) -> Any:
        """Have each worker load its application by its number; granian's own loader knows no number."""
        return super()._spawn_worker(idx, target, partial(self.site.load, idx))

    def _respawn_workers(self, workers: Any, spawn_target: Any, target_loader: Any, delay: float = 0) -> None:
        """Forget when workers died: granian gives up when one dies twice within seconds."""
        super()._respawn_workers(workers, spawn_target, target_loader, delay)
        self.respawned_wrks.clear()


class WorkerEndpoint(Endpoint):
    """The application of one worker, which granian tells of its event loop before it listens."""

    def __init__(self, pages: ThreadedPages, queries: QueryHandler, evaluated: PageQueries | None) -> None:
        super().__init__(pages, queries)
        self.evaluated = evaluated

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Prepare the event loop; have the evaluators answer what pages ask of data that nobody knows."""
        if self.evaluated and isinstance(self.queries.evaluator, Evaluation):
            self.evaluated.store = EvaluatedStore(self.queries.evaluator, loop)
        loop.set_default_executor(ThreadPoolExecutor(_OTHER_THREADS, "answers"))
        loop.call_soon(end_stalled_readers, loop)


def end_stalled_readers(loop: asyncio.AbstractEventLoop) -> None:
    """Have the kernel end connections whose reader takes nothing for a while, once this process listens.

    Granian makes the listening socket in the worker, and shows it to nobody.
    """
    if not (listening := list(_listening_sockets())):
        loop.call_later(0.01, end_stalled_readers, loop)
    for descriptor in listening:
        with socket.socket(fileno=os.dup(descriptor)) as listener:
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _STALLED_MILLISECONDS)


def _listening_sockets() -> Iterator[int]:
    """Yield the descriptors of the sockets on which this process listens."""
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            if stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                with socket.socket(fileno=os.dup(int(name))) as opened:
                    if opened.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                        yield int(name)


class Site:
    """The processes of one server: this one, which holds the data, the workers, and the evaluators."""

    def __init__(self, settings: Settings, dataset: ServedDataset, graphs: Sequence[Path]) -> None:
        self.settings, self.dataset, self.graphs = settings, dataset, graphs
        self.folder = Path(dataset.snapshot.path).resolve() if dataset.snapshot else None
        self.counters = Counters(max(1, settings.workers))
        self.supervisor: SupervisorProcess | None = None
        if isinstance(dataset.store, EmbeddedStore):
            self.supervisor = SupervisorProcess(settings, dataset.store, dataset.edition, self.counters)
        self.answers = TemporaryDirectory(prefix="crosswalk-")
        self.pages = self._create_pages(dataset)
        self.server = WorkerServer(self)
        self._loading = threading.Lock()
        # No process is forked while this is held: what another thread has locked stays locked in a child.
        release = self._loading.release
        os.register_at_fork(before=self._loading.acquire, after_in_parent=release, after_in_child=release)

    def run(self) -> None:
        """Serve until a signal ends it."""
        if self.supervisor:
            self.supervisor.start()
        self.server.serve()

    def started(self) -> None:
        """Begin what needs threads, now that the first workers have been forked."""
        warmup.fill_answer_cache_beside(self.pages)
        threading.Thread(target=self._watch, name="watch", daemon=True).start()

    def close(self) -> None:
        """End the evaluators, and delete what is on its way."""
        if self.supervisor:
            self.supervisor.stop()
        self.answers.cleanup()

    def load(self, worker: int) -> WorkerEndpoint:
        """Return the application of one worker; called in the worker's own process."""
        sandbox.die_with_parent(os.getppid())
        sandbox.disable_core_dumps()
        sandbox.use_batch_scheduling()
        # What came with the fork is never collected: going through it takes longer than most requests.
        gc.freeze()
        files = self.pages.extensions["crosswalk-files"]
        evaluator = (
            Evaluation(self.supervisor.queue, files.unused)
            if self.supervisor
            else RemoteEvaluation(self.dataset.store, self.settings)
        )
        queries = QueryHandler(evaluator, self.settings, self.dataset.edition, self.counters, worker, files)
        pages = ThreadedPages(self.pages, files, ThreadPoolExecutor(_PAGE_THREADS, "pages"))
        warmup.warm_later(self.pages)
        warmup.return_memory_regularly()
        evaluated = self.pages.extensions["crosswalk-queries"] if self.graphs else None
        return WorkerEndpoint(pages, queries, evaluated)

    def _create_pages(self, dataset: ServedDataset) -> Flask:
        files = AnswerFiles(_ANSWERS_ON_THEIR_WAY * self.settings.result_bytes, Path(self.answers.name))
        return create_app(dataset.store, self.settings, dataset.snapshot, dataset.answer_cache, files)

    def _watch(self) -> None:
        """Say when the server answers, and show a new snapshot when one is published."""
        while not (_listens(self.settings) and self._evaluates()):
            time.sleep(0.02)
        host = f"[{self.settings.host}]" if ":" in self.settings.host else self.settings.host
        print(f"Serving on http://{host}:{self.settings.port}", file=sys.stderr, flush=True)
        while self.supervisor and not self.graphs:
            time.sleep(_POLL_SECONDS)
            folder = published_folder(self.settings)
            if folder is not None and folder != self.folder:
                self.folder = folder
                self._show_published()

    def _evaluates(self) -> bool:
        """Tell whether a query is answered."""
        question = Question("ASK { }", table_type=SPARQL_JSON)
        if self.supervisor is None:
            return True
        return not asyncio.run(Evaluation(self.supervisor.queue).ask(question)).fault

    def _show_published(self) -> None:
        """Load the snapshot that is published now, and have evaluators and workers replaced."""
        try:
            with self._loading:
                dataset = open_dataset(self.settings)
                if isinstance(dataset.store, EmbeddedStore):
                    # Here, while the earlier snapshot is served; its evaluators would let everybody wait.
                    dataset.store.set_apart()
                pages = self._create_pages(dataset)
        except CrosswalkError as fault:
            _log.error("the new snapshot is not shown: %s", fault)
            return
        self.dataset, self.pages = dataset, pages
        if self.supervisor and isinstance(dataset.store, EmbeddedStore):
            before = self.supervisor
            self.supervisor = SupervisorProcess(self.settings, dataset.store, dataset.edition, self.counters)
            # Before another supervisor is forked, which would hold the earlier queue open.
            before.retire()
            self.supervisor.start()
        self.server.signal_handler_reload()
        warmup.fill_answer_cache_beside(pages)


def serve(settings: Settings, dataset: ServedDataset, graphs: Sequence[Path] = ()) -> None:
    """Serve what was opened, and later snapshots unless RDF files were given, until TERM or INT.

    Raises InputError where the address of the settings cannot be listened on.
    """
    multiprocessing.set_start_method("fork", force=True)
    # A socket and a file for each reader of a large answer.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 2**16), most))
    check_resources(settings)
    Site(_bindable(settings), dataset, tuple(graphs)).run()


def _bindable(settings: Settings) -> Settings:
    """Return the settings with a port that is free, chosen here where they leave it open."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as fault:
            what = f"cannot listen on {settings.host}:{settings.port}: {fault.strerror}"
            wrong = "port" if fault.errno in (errno.EADDRINUSE, errno.EACCES) else "host"
            hint = f"Choose another {wrong} with --{wrong} or CROSSWALK_{wrong.upper()}."
            raise InputError(what, hint=hint) from fault
        return replace(settings, port=probe.getsockname()[1])


def _listens(settings: Settings) -> bool:
    """Tell whether the server accepts connections."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    try:
        with socket.create_connection((host, settings.port), 1.0):
            return True
    except OSError:
        return False
