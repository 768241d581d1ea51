"""Gives memory that is free in a long-lived process back to the system."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

from crosswalk.evaluation import sandbox
from crosswalk.stores.named_queries import catalogue
from crosswalk.web.page_queries import page_queries
from crosswalk.web.search_index import texts

_LIBC = ctypes.CDLL(None)
_EVERY = 60.0


def give_back() -> None:
    """Returns whole pages that are free, wherever they lie; does nothing with a C library that cannot.

    Answers that are remembered lie between those that were only sent: left alone, the heap of each thread
    grows and grows by gaps that nothing fits.
    """
    if hasattr(_LIBC, "malloc_trim"):
        _LIBC.malloc_trim(0)


def give_back_regularly() -> None:
    """Does so in this process from now on, in a thread of its own: it takes some milliseconds."""
    threading.Thread(target=_run, name="heap", daemon=True).start()


def _run() -> None:
    while True:
        time.sleep(_EVERY)
        give_back()


VISITED = ("/", "/matrix", "/graph", "/gaps", "/lineage", "/stale", "/conflicts", "/agreement",
           "/completeness", "/notes", "/ontology", "/data/", "/id/ipa/2.0/guideline/9")  # fmt: skip
"""Pages that between them put every question whose answer is kept."""

TYPICAL = ("/id/ipa/2.0/guideline/9", "/id/gsma/2.0", "/compare/ipa/2.0/gsma/2.0",
           "/matrix/ipa/2.0/gsma/2.0")  # fmt: skip
"""Pages that between them use most of the code and of the store's memory that any page uses."""

_SETTLED = 1.0


class Compiled(FileSystemBytecodeCache):
    """Templates as bytecode in a folder, made when first used; compiling all of them takes most of a second.

    Bytecode of another text, or of another Python, is not used. A folder that cannot be written is left.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(str(folder))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keeps one template's bytecode."""
        with suppress(OSError):
            Path(self.directory).mkdir(parents=True, exist_ok=True)
            super().dump_bytecode(bucket)


def prepare(app: Flask) -> None:
    """Reads what every page needs: templates, page queries, addresses, and what the answer_cache holds."""
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)
    catalogue("pages")
    app.url_map.update()
    "localhost".encode("idna")  # loads the codec that every request's host is read with
    with app.app_context():
        if page_queries().answer_cache.is_filled:
            page_queries().network()
            texts().read()


def warm(app: Flask) -> None:
    """Makes a process ready that has just been forked: it copies memory now that requests would have to.

    The typical pages are visited where what they need is on the answer_cache; otherwise that takes too long.
    """
    prepare(app)
    if app.extensions["crosswalk-queries"].answer_cache.is_filled:
        client = app.test_client()
        for address in TYPICAL:
            client.get(address)


def warm_later(app: Flask) -> None:
    """Makes a process ready when those have been answered who waited for the server to start."""
    # At the priority of all others: on a busy machine a thread that has to wait keeps Python's lock.
    thread = threading.Timer(_SETTLED, warm, (app,))
    thread.daemon = True
    thread.start()


def visit(app: Flask) -> None:
    """Asks for the pages whose answers the answer_cache keeps, so that nobody else has to wait for them."""
    with app.app_context():
        page_queries().network()
        texts().read()
    client = app.test_client()
    for address in VISITED:
        client.get(address)


def visit_beside(app: Flask) -> None:
    """Starts a process that fills the answer_cache where nothing was read from it; nobody waits for it."""
    if app.extensions["crosswalk-queries"].answer_cache.is_unfilled:
        process = multiprocessing.get_context("fork").Process(target=_visit_alone, args=(app,), daemon=True)
        process.start()
        threading.Thread(target=process.join, name="visited", daemon=True).start()


def _visit_alone(app: Flask) -> None:
    sandbox.die_with_parent(os.getppid())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    os.nice(10)
    visit(app)
