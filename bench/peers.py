"""Servers started for a measurement and ended after it: this program, and those it is compared with."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph

from bench.catalogues import REPOSITORY, Built

PEERS = REPOSITORY / "build" / "bench" / "peers" / "bin"
"""Where `make bench` installs the peers."""
WORKERS = 2


class Missing(Exception):
    """A peer is not installed."""


@dataclass(frozen=True)
class Server:
    """A running server: its port, where it takes queries, its process, the seconds to its first answer."""

    name: str
    port: int
    path: str
    process: int
    seconds: float


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def program(name: str) -> str:
    """A peer's program: from the folder of the peers, else from where this Python is."""
    for folder in (PEERS, Path(sys.executable).parent):
        if (folder / name).exists():
            return str(folder / name)
    raise Missing(f"{name} is not installed: make bench installs it")


@contextmanager
def running(
    name: str,
    command: list[str],
    port: int,
    path: str,
    probe: str = "/",
    patience: float = 120,
    **environment: str,
) -> Iterator[Server]:
    """Starts a server, waits until it answers, and ends it in any case."""
    variables = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    variables |= {"PYTHONPATH": f"{REPOSITORY}:{REPOSITORY / 'server'}"} | environment
    with tempfile.TemporaryFile() as log:
        begin = time.perf_counter()
        process = subprocess.Popen(command, env=variables, stdout=log, stderr=log, start_new_session=True)
        try:
            while not _answers(port, probe):
                if process.poll() is not None or time.perf_counter() - begin > patience:
                    log.seek(0)
                    raise RuntimeError(f"{name} did not start: {log.read()[-2000:].decode(errors='replace')}")
                time.sleep(0.005)
            yield Server(name, port, path, process.pid, time.perf_counter() - begin)
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(5)
            # Some leave processes behind that had hardly begun.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def crosswalk(made: Built, **settings: str) -> Iterator[Server]:
    """This program over a catalogue, as it is shipped but for its access log."""
    port = free_port()
    variables = {"PORT": str(port), "SNAPSHOTS": str(made.out), "ACCESS_LOG": "no", "WORKERS": str(WORKERS)}
    variables |= {name.upper(): value for name, value in settings.items()}
    command = [sys.executable, "-m", "crosswalk", "serve"]
    environment = {f"CROSSWALK_{name}": value for name, value in variables.items()}
    with running("crosswalk", command, port, "/sparql", "/health", **environment) as server:
        yield server


@contextmanager
def oxigraph(made: Built, *, disk: bool) -> Iterator[Server]:
    """The native Oxigraph server, over a database on disk or in memory."""
    port, binary = free_port(), program("oxigraph")
    address = f"127.0.0.1:{port}"
    if not disk:
        with running("oxigraph in memory", [binary, "serve", "--bind", address], port, "/query") as server:
            dataset, form = everything(made).read_bytes(), {"Content-Type": "application/n-quads"}
            upload = urllib.request.Request(f"http://{address}/store", dataset, form, method="POST")
            with urllib.request.urlopen(upload, timeout=300):
                yield server
        return
    folder = Path(tempfile.mkdtemp(prefix="bench-oxigraph-"))
    try:
        load = [binary, "load", "--location", str(folder), "--file", str(everything(made))]
        subprocess.run(load, check=True, capture_output=True)
        command = [binary, "serve-read-only", "--location", str(folder), "--bind", address]
        with running("oxigraph on disk", command, port, "/query") as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def rdflib_endpoint(made: Built) -> Iterator[Server]:
    """rdflib-endpoint over the union of a catalogue's graphs."""
    port = free_port()
    command = [
        program("rdflib-endpoint"),
        "serve",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        str(union(made)),
    ]
    with running("rdflib-endpoint", command, port, "/", "/?query=ASK%7B%7D", 300) as server:
        yield server


@contextmanager
def flask(name: str, made: Built | None = None, workers: int = WORKERS) -> Iterator[Server]:
    """One of the small Flask applications under granian, the server this program runs under as well."""
    port = free_port()
    command = [str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--host", "127.0.0.1",
               "--port", str(port), "--workers", str(workers), "--blocking-threads", "16", "--no-ws",
               "--log-level", "error", "--factory", f"bench.servers:{name}"]  # fmt: skip
    environment = {"BENCH_FILE": str(union(made))} if made else {}
    with running(f"Flask, {name}", command, port, "/sparql", "/", 300, **environment) as server:
        yield server


def everything(made: Built) -> Path:
    """A file of the named graphs and the default graph, for engines that make no default graph themselves."""
    return _dumped(made, "everything.nq")


def union(made: Built) -> Path:
    """A file of the default graph alone, for engines that have no other."""
    return _dumped(made, "union.nt", from_graph=pyoxigraph.DefaultGraph())


def _dumped(made: Built, name: str, **choice: Any) -> Path:
    """What the index of a catalogue holds, in a file that is written once."""
    path = made.folder / name
    if not path.exists() or path.stat().st_mtime < made.snapshot.dataset.stat().st_mtime:
        pyoxigraph.Store.read_only(str(made.snapshot.index)).dump(str(path), **choice)
    return path


def _answers(port: int, probe: str) -> bool:
    """Whether a server gives any HTTP answer: some have nothing at their root."""
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as connection:
            connection.sendall(
                f"GET {probe} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
            )
            return connection.recv(12).startswith(b"HTTP/1.")
    except OSError:
        return False
