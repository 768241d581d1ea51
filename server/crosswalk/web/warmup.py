"""Make a process ready before it is asked, and return the memory that it does not need any more."""

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
from crosswalk.folders import is_private
from crosswalk.stores.named_queries import catalogue
from crosswalk.web.page_queries import page_queries
from crosswalk.web.search_index import search_index

STORED = ("/", "/matrix", "/graph", "/gaps", "/lineage", "/stale", "/conflicts", "/agreement",
          "/completeness", "/notes", "/ontology", "/data/", "/id/ipa/2.0/guideline/9")  # fmt: skip
"""Pages that between them put every query whose answer is stored."""

TYPICAL = ("/id/ipa/2.0/guideline/9", "/id/gsma/2.0", "/compare/ipa/2.0/gsma/2.0",
           "/matrix/ipa/2.0/gsma/2.0")  # fmt: skip
"""Pages that between them use most of the code and of the store's memory that any page uses."""

_LIBC = ctypes.CDLL(None)
_MEMORY_SECONDS = 60.0
_WARM_AFTER_SECONDS = 1.0


class TemplateCache(FileSystemBytecodeCache):
    """Templates as bytecode in a folder, made when first used; compiling all of them takes most of a second.

    Bytecode of another text, or of another Python, is not used; nor is any where others could have put it,
    since it is run as it is found. A folder that cannot be written is left.
    """

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read the bytecode of one template."""
        if is_private(Path(self.directory)):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Store the bytecode of one template."""
        with suppress(OSError):
            Path(self.directory).mkdir(mode=0o700, parents=True, exist_ok=True)
            if is_private(Path(self.directory)):
                super().dump_bytecode(bucket)


def warm(app: Flask) -> None:
    """Make a process ready that has just been forked: it copies memory now that requests would have to.

    Typical pages are requested where the answers they need are stored; otherwise that takes too long.
    """
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)
    catalogue("pages")
    app.url_map.update()
    "localhost".encode("idna")  # loads the codec that the host of every request is read with
    if app.extensions["crosswalk-queries"].answer_cache.is_filled:
        _request(app, TYPICAL)


def warm_later(app: Flask) -> None:
    """Make a process ready when those have been answered who waited for the server to start."""
    # At the priority of all others: on a busy machine a thread that has to wait keeps Python's lock.
    thread = threading.Timer(_WARM_AFTER_SECONDS, warm, (app,))
    thread.daemon = True
    thread.start()


def fill_answer_cache(app: Flask) -> None:
    """Request the pages whose answers are stored, so that nobody else has to wait for them."""
    _request(app, STORED)


def fill_answer_cache_beside(app: Flask) -> None:
    """Start a process that fills the answer cache where nothing was read from it; nobody waits for it."""
    if app.extensions["crosswalk-queries"].answer_cache.is_unfilled:
        fork = multiprocessing.get_context("fork")
        process = fork.Process(target=_fill_answer_cache_alone, args=(app,), daemon=True)
        process.start()
        threading.Thread(target=process.join, name="filled", daemon=True).start()


def return_memory() -> None:
    """Return whole pages of memory that are free to the system; a C library that cannot is left alone.

    Answers that are stored lie between those that were only sent: left alone, the memory of each thread grows
    and grows by gaps that nothing fits.
    """
    if hasattr(_LIBC, "malloc_trim"):
        _LIBC.malloc_trim(0)


def return_memory_regularly() -> None:
    """Return free memory every minute from now on, in a thread of its own: it takes some milliseconds."""

    def run() -> None:
        while True:
            time.sleep(_MEMORY_SECONDS)
            return_memory()

    threading.Thread(target=run, name="memory", daemon=True).start()


def _request(app: Flask, addresses: tuple[str, ...]) -> None:
    """Read what many pages need, and request these pages."""
    with app.app_context():
        page_queries().network()
        search_index("")
    client = app.test_client()
    for address in addresses:
        client.get(address)


def _fill_answer_cache_alone(app: Flask) -> None:
    sandbox.die_with_parent(os.getppid())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    os.nice(10)
    fill_answer_cache(app)
