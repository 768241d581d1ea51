"""A native Oxigraph server of a test's own: started on a free port, ended in any case."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OLDEST = "0.4.10"
"""The oldest version that the package index has; `make test` installs it, see locks/oxigraph-oldest.lock."""


def oldest_binary() -> str | None:
    """The program of the oldest version: installed by the Makefile, or named by a variable."""
    installed = Path(__file__).resolve().parents[1] / "build" / "oxigraph-oldest" / "bin" / "oxigraph"
    return str(installed) if installed.exists() else os.environ.get("CROSSWALK_OLDEST_OXIGRAPH")


def binary() -> str | None:
    """The server's program: beside this Python, or on the path."""
    beside = Path(sys.executable).parent / "oxigraph"
    return str(beside) if beside.exists() else shutil.which("oxigraph")


@contextmanager
def oxigraph(folder: Path, program: str | None = None) -> Iterator[str]:
    """The address of an empty server that keeps its data in a folder."""
    program = program or binary()
    assert program is not None, "the development dependencies hold oxigraph"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [program, "serve", "--location", str(folder), "--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}/query?query=ASK%7B%7D", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    """Waits until a server that was just started answers."""
    for _ in range(1200):
        assert process.poll() is None, "the server did not start"
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the server does not answer")
