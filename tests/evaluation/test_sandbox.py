"""What a process can no longer do from which all has been taken that evaluating does not need."""

from __future__ import annotations

import errno
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyoxigraph
import pytest

from crosswalk.evaluation import sandbox
from crosswalk.evaluation.evaluator import evaluate
from crosswalk.evaluation.wire import Question
from crosswalk.settings import Settings
from crosswalk.stores.oxigraph import EmbeddedStore


def in_child(act: Callable[[], int]) -> int:
    """The exit status of a process that does something; a signal as a negative number."""
    child = os.fork()
    if child == 0:
        status = 99
        try:
            status = act()
        except OSError as fault:
            status = fault.errno or 98
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def confined(act: Callable[[], object]) -> int:
    """What becomes of an act in a confined process: 0, or the number of the error."""

    def run() -> int:
        if not sandbox.forbid_calls():
            return 97
        act()
        return 0

    return in_child(run)


FORBIDDEN: dict[str, Callable[[], object]] = {
    "read a file": lambda: Path("/etc/hostname").read_bytes(),
    "write a file": lambda: Path("/dev/null").write_bytes(b""),
    "open a connection": lambda: socket.socket(),
    "open a local connection": lambda: socket.socket(socket.AF_UNIX),
    "start a process": os.fork,
    "start a program": lambda: os.execv("/bin/true", ["true"]),
    "end a process": lambda: os.kill(os.getppid(), 0),
    "remove a file": lambda: os.unlink("/nowhere/at-all"),
    "make a folder": lambda: os.mkdir("/nowhere/at-all"),
    "make a folder beside a file": lambda: os.mkdir("at-all", dir_fd=2**15),
    "change who may read a file": lambda: os.chmod("/nowhere/at-all", 0),
    "change who may read an open file": lambda: os.fchmod(2**15, 0),
}


@pytest.mark.skipif(
    os.uname().machine not in ("x86_64", "aarch64"), reason="no table of calls for this machine"
)
@pytest.mark.parametrize("name", FORBIDDEN)
def test_a_confined_process_cannot(name: str) -> None:
    assert confined(FORBIDDEN[name]) == errno.EPERM


def test_a_confined_process_can_still_evaluate_and_answer() -> None:
    here, there = socket.socketpair()
    store = EmbeddedStore(pyoxigraph.Store())
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"

    def act() -> None:
        there.sendall(evaluate(store, Question(count, table_type="text/csv"), Settings()).body)

    assert confined(act) == 0
    assert here.recv(100) == b"n\r\n0\r\n"


def test_a_process_of_limited_memory_gets_no_more() -> None:
    def act() -> int:
        sandbox.limit_memory(50 * 2**20)
        bytearray(20 * 2**20)
        try:
            bytearray(100 * 2**20)
        except MemoryError:
            return 7
        return 0

    assert in_child(act) == 7


def test_a_process_that_left_the_network_reaches_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()

        def act() -> int:
            if not sandbox.leave_network():
                return 96
            socket.create_connection(address, 2)
            return 0

        status = in_child(act)
    if status == 96:
        pytest.skip("this system lets nobody make a network of its own")
    assert status in (errno.ENETUNREACH, errno.ENETDOWN, errno.ECONNREFUSED)


def test_a_process_dies_with_its_parent() -> None:
    reading, writing = os.pipe()

    def parent() -> int:
        me = os.getpid()
        child = os.fork()
        if child == 0:
            sandbox.die_with_parent(me)
            os.write(writing, str(os.getpid()).encode())
            signal.pause()
        os.read(reading, 0)
        time.sleep(0.2)
        return 0

    in_child(parent)
    orphan = int(os.read(reading, 100))
    end = time.monotonic() + 3
    while Path(f"/proc/{orphan}").exists() and time.monotonic() < end:
        time.sleep(0.02)
        if Path(f"/proc/{orphan}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return
    assert not Path(f"/proc/{orphan}").exists()


def fail() -> None:
    raise KeyError("no reason")


def exhaust() -> None:
    raise MemoryError


@pytest.mark.parametrize(
    ("work", "status"),
    [
        pytest.param(lambda: None, 0, id="done"),
        pytest.param(sys.exit, 0, id="left"),
        pytest.param(fail, 1, id="failed"),
        pytest.param(exhaust, sandbox.OUT_OF_MEMORY, id="out of memory"),
    ],
)
def test_a_forked_process_ends_with_its_work(work: Callable[[], None], status: int) -> None:
    assert os.waitstatus_to_exitcode(os.waitpid(sandbox.fork(work), 0)[1]) == status
