"""What a process can no longer do from which all has been taken that evaluating does not need."""

from __future__ import annotations

import ctypes
import errno
import faulthandler
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pyoxigraph
import pytest

from crosswalk.errors import CrosswalkError
from crosswalk.evaluation import evaluator, sandbox
from crosswalk.evaluation.evaluator import evaluate
from crosswalk.evaluation.wire import Question
from crosswalk.settings import Settings
from crosswalk.stores.named_queries import bind, catalogue, read_term
from crosswalk.stores.oxigraph import EmbeddedStore
from crosswalk.web.http import negotiation


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
        if not sandbox.allow_calls():
            return 97
        act()
        return 0

    return in_child(run)


MACHINE = {"x86_64": 0, "aarch64": 1}.get(os.uname().machine)
CALLS = {
    "mmap": (9, 222), "mprotect": (10, 226), "ptrace": (101, 117), "tgkill": (234, 131), "clone": (56, 220),
    "prctl": (157, 167), "bpf": (321, 280), "keyctl": (250, 219), "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425), "perf_event_open": (298, 241), "pidfd_getfd": (438, 438),
}  # fmt: skip
LIBC = ctypes.CDLL(None, use_errno=True)
THREAD = 0x00010F00
"""CLONE_VM, CLONE_FS, CLONE_FILES, CLONE_SIGHAND and CLONE_THREAD."""


def call(name: str | int, *arguments: int) -> int:
    """Make a system call; raise OSError where it is refused."""
    number = name if isinstance(name, int) else CALLS[name][MACHINE or 0]
    result = LIBC.syscall(number, *map(ctypes.c_long, arguments))
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return int(result)


PAIR = socket.socketpair()
FORBIDDEN: dict[str, Callable[[], object]] = {
    "read a file": lambda: Path("/etc/hostname").read_bytes(),
    "write a file": lambda: Path("/dev/null").write_bytes(b""),
    "look whether there is a file": lambda: os.stat("/etc/hostname"),
    "list a folder": lambda: os.listdir("/"),
    "make a file in memory": lambda: os.memfd_create("x"),
    "open a connection": lambda: socket.socket(),
    "open a local connection": lambda: socket.socket(socket.AF_UNIX),
    "open a pair of connections": lambda: socket.socketpair(),
    "write into a connection it has": lambda: PAIR[0].sendmsg([b"x"]),
    "start a process": os.fork,
    "start a thread": lambda: call("clone", THREAD, 0, 0, 0, 0),
    "start a program": lambda: os.execv("/bin/true", ["true"]),
    "end a process": lambda: os.kill(os.getppid(), 0),
    "end another process by a thread": lambda: call("tgkill", os.getppid(), os.getppid(), 0),
    "look into a process": lambda: call("ptrace", 16, os.getppid(), 0, 0),
    "remove a file": lambda: os.unlink("/nowhere/at-all"),
    "make a folder": lambda: os.mkdir("/nowhere/at-all"),
    "make a folder beside a file": lambda: os.mkdir("at-all", dir_fd=2**15),
    "change who may read a file": lambda: os.chmod("/nowhere/at-all", 0),
    "change who may read an open file": lambda: os.fchmod(2**15, 0),
    "write a program into memory": lambda: call("mmap", 0, 4096, 7, 0x22, -1, 0),
    "turn memory into a program": lambda: call("mprotect", 0, 4096, 5),
    "loosen its bonds": lambda: call("prctl", 4, 1, 0, 0, 0),
    "run code in the kernel": lambda: call("bpf", 0, 0, 0),
    "read the keys of the kernel": lambda: call("keyctl", 0, 0, 0, 0, 0),
    "answer for the memory of others": lambda: call("userfaultfd", 0),
    "make calls by a queue": lambda: call("io_uring_setup", 1, 0),
    "measure the machine": lambda: call("perf_event_open", 0, 0, -1, -1, 0),
    "take an open file from others": lambda: call("pidfd_getfd", 0, 0, 0),
}


@pytest.mark.skipif(MACHINE is None, reason="no table of calls for this machine")
@pytest.mark.parametrize("name", FORBIDDEN)
def test_a_confined_process_cannot(name: str) -> None:
    assert confined(FORBIDDEN[name]) == errno.EPERM


NEEDED = {
    "brk", "clock_gettime", "close", "exit", "exit_group", "futex", "getpid", "getrandom", "getrusage",
    "gettid", "gettimeofday", "madvise", "mmap", "mprotect", "mremap", "munmap", "pread64", "recvmsg",
    "restart_syscall", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sched_getaffinity", "sched_yield",
    "tgkill", "write", "writev",
}  # fmt: skip
"""What evaluating needs. None of it opens anything, starts anything or reaches another process."""


def test_the_calls_allowed_are_those_needed_and_no_more() -> None:
    assert set(sandbox._ALLOWED) == NEEDED


PROBES = {335, 336} if MACHINE == 0 else set()
"""uretprobe and uprobe, which no filter sees: they do nothing but where the kernel has put a probe."""


@pytest.mark.skipif(MACHINE is None, reason="no table of calls for this machine")
def test_whatever_else_the_kernel_offers_is_refused() -> None:
    allowed = {numbers[MACHINE or 0] for numbers in sandbox._ALLOWED.values()}
    others = [number for number in range(1024) if number not in allowed | PROBES]
    x32 = [number | 0x40000000 for number in allowed]
    reading, writing = os.pipe()

    def act() -> None:
        for number in (*others, *x32):
            try:
                call(number, 0, 0, 0, 0, 0, 0)
            except OSError as fault:
                if fault.errno == errno.EPERM:
                    continue
            os.write(writing, f"{number} ".encode())

    assert confined(act) == 0
    os.close(writing)
    with open(reading, "rb") as pipe:
        assert pipe.read() == b""


def test_a_confined_process_may_end_itself_and_nobody_else() -> None:
    assert confined(lambda: call("tgkill", os.getpid(), threading.get_native_id(), 0)) == 0
    assert confine_and(os.abort)[0] == -signal.SIGABRT


def test_a_confined_process_gets_memory_that_is_no_program() -> None:
    assert confined(lambda: bytearray(2**28)) == 0
    assert confined(lambda: call("mmap", 0, 4096, 3, 0x22, -1, 0)) == 0


def test_the_filter_is_there_or_said_to_be_missing(monkeypatch) -> None:
    assert sandbox.can_refuse_calls() is (MACHINE is not None)
    monkeypatch.setattr(sandbox.platform, "machine", lambda: "riscv64")
    assert not sandbox.can_refuse_calls() and not sandbox.allow_calls()


def confine_and(act: Callable[[], object], memory: int = 2**28) -> tuple[int, bytes]:
    """What becomes of an act in a process restricted as an evaluator: its exit status, its last words."""
    errors = sandbox.error_file()

    def work() -> None:
        faulthandler.disable()
        evaluator.warm_up()
        sandbox.confine(memory)
        act()

    status = os.waitstatus_to_exitcode(os.waitpid(sandbox.fork(work, errors), 0)[1])
    with open(errors, "rb") as file:
        return status, os.pread(file.fileno(), sandbox.ERROR_BYTES, 0).rstrip(b"\0")


RDF_XML = "application/rdf+xml"
TABLES = [form.media_type for form in negotiation.RESULTS]
GRAPHS = [form.media_type for form in negotiation.GRAPHS]


def test_every_question_is_answered_in_every_format_by_a_confined_process(real_store) -> None:
    questions = [
        Question(
            "SELECT (RAND() AS ?r) (NOW() AS ?n) (UUID() AS ?u) (SHA512('a') AS ?h) {}", table_type=TABLES[0]
        ),
        Question(ALL_GRAPHS, table_type=TABLES[0]),
    ]
    for number, query in enumerate(catalogue()):
        examples = {name: read_term(text) for name, text in query.examples.items()}
        table, graph = TABLES[number % len(TABLES)], GRAPHS[number % len(GRAPHS)]
        questions.append(Question(bind(query, **examples), table_type=table, graph_type=graph))
    for graph in GRAPHS:
        describe = "DESCRIBE ?s { { SELECT ?s { ?s ?p ?o } LIMIT 300 } }"
        questions.append(Question(describe, graph_type=graph))

    settings = Settings()

    def act() -> None:
        for question in questions:
            assert evaluate(real_store, question, settings).body
        for text in WRONG:
            with pytest.raises(CrosswalkError):
                evaluate(real_store, Question(text, table_type="text/csv", graph_type=RDF_XML), settings)

    assert confine_and(act, 2**30) == (0, b"")


MIXED = "9 10 10 9 10 10 9 10 10 9 10 10 9 '10' '10' 10 '10' '10' 10 '10' '10'"
FATAL = f"SELECT * {{ VALUES ?x {{ {MIXED} }} }} ORDER BY ?x"
WRONG = (
    "SELECT", "ASK {", "INSERT DATA {}", "ASK { SERVICE <http://a/> {} }", "ASK { a:b ?p ?o }",
    "SELECT (<urn:f>(1) AS ?x) {}", "ASK { " * 200, "SELECT * { ?s ?p 'a\n' }",
    "CONSTRUCT { <urn:1> <urn:1> 1 } {}",
)  # fmt: skip
ALL_GRAPHS = "SELECT (COUNT(*) AS ?n) FROM <urn:a> FROM <urn:b> FROM NAMED <urn:c> { ?s ?p ?o }"
VALUES = " ".join(map(str, range(1000)))
CROSS = (
    f"SELECT * {{ VALUES ?a {{ {VALUES} }} VALUES ?b {{ {VALUES} }} VALUES ?c {{ {VALUES} }} }} ORDER BY ?a"
)
DEEP = "ASK { FILTER(" + "!" * 200_000 + "true) }"


@pytest.mark.parametrize(
    ("text", "status", "words"),
    [
        pytest.param(FATAL, -signal.SIGABRT, b"total order", id="panic"),
        pytest.param(CROSS, -signal.SIGABRT, b"memory allocation of", id="memory"),
        pytest.param(DEEP, -signal.SIGSEGV, b"", id="depth"),
    ],
)
def test_a_confined_process_dies_as_any_other_would(text: str, status: int, words: bytes) -> None:
    store = EmbeddedStore(pyoxigraph.Store())
    died, said = confine_and(lambda: store.query(text, "text/csv"))
    assert died == status and words in said


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
