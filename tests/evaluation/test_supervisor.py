"""A supervisor of its own, as the server starts it, and what its evaluators answer from."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad
from pyoxigraph import Store as Engine

from crosswalk.evaluation.client import Evaluation
from crosswalk.evaluation.shared_state import Counters
from crosswalk.evaluation.supervisor import SupervisorProcess
from crosswalk.evaluation.wire import Question
from crosswalk.settings import Settings
from crosswalk.stores.oxigraph import EmbeddedStore
from tests.rsgi import run

DEFAULT = "SELECT ?o { <urn:s> ?p ?o }"
EVERYWHERE = "SELECT ?o { { <urn:s> ?p ?o } UNION { GRAPH <urn:g> { <urn:s> ?p ?o } } } ORDER BY ?o"

VALUES = " ".join(f"VALUES ?v{number} {{ 1 2 3 4 5 6 7 8 9 }}" for number in range(20))
ENDLESS = f"SELECT (COUNT(*) AS ?n) {{ {VALUES} }}"


def quad(value: str, *graph: NamedNode) -> Quad:
    """What a thing is said to be worth, in a graph or in the default graph."""
    return Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal(value), *graph)


class Late(EmbeddedStore):
    """A store that gains a triple when its default graph has been set apart, so that both can be told."""

    def set_apart(self) -> None:
        super().set_apart()
        self.engine.add(quad("late"))


def start(value: str = "early") -> SupervisorProcess:
    """Start a supervisor over two graphs, and one triple that comes late."""
    engine = Engine()
    engine.extend([quad(value), quad("named", NamedNode("urn:g"))])
    process = SupervisorProcess(Settings(query_timeout=0.6), Late(engine), "s", Counters(1))
    process.start()
    return process


@pytest.fixture
def supervisor() -> Iterator[SupervisorProcess]:
    """A supervisor, stopped after the test."""
    process = start()
    yield process
    process.stop()


def ask(process: SupervisorProcess, text: str = DEFAULT) -> list[str]:
    """The lines of an answer."""
    question = Question(text, table_type="text/csv")
    return run(Evaluation(process.queue).ask(question)).body.decode().split()


def jobs_in_hand(process: SupervisorProcess) -> set[int]:
    """The jobs that are being evaluated."""
    return {slot.job for slot in process.queue.slots if slot.job}


def children(pid: int) -> list[int]:
    """The processes a process has forked; none where it has gone."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def alive(pid: int) -> bool:
    """Whether a process runs: one that has ended may remain until somebody asks how."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def eventually(happens: Callable[[], object], seconds: float = 3.0) -> bool:
    """Whether something comes true in time."""
    end = time.monotonic() + seconds
    while not happens() and time.monotonic() < end:
        time.sleep(0.01)
    return bool(happens())


def gone(pids: list[int], seconds: float = 3.0) -> bool:
    """Whether processes end in time."""
    return eventually(lambda: not any(map(alive, pids)), seconds)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        pytest.param(DEFAULT, ["early"], id="the default graph alone"),
        pytest.param(EVERYWHERE, ["early", "late", "named"], id="other graphs too"),
    ],
)
def test_evaluators_ask_the_default_graph_alone_where_a_query_reaches_no_other(
    supervisor: SupervisorProcess, text: str, values: list[str]
) -> None:
    assert ask(supervisor, text) == ["o", *values]


def test_a_supervisor_that_dies_is_started_again(supervisor: SupervisorProcess) -> None:
    assert ask(supervisor) == ["o", "early"]
    before = supervisor.pid
    evaluators = children(before)
    assert evaluators
    os.kill(before, signal.SIGKILL)
    assert eventually(lambda: supervisor.pid != before) and gone([before, *evaluators])
    assert ask(supervisor) == ["o", "early"]
    assert supervisor.supervisor.counters.read()["generation"] == 2


def test_what_was_in_hand_when_a_supervisor_died_is_put_again(supervisor: SupervisorProcess) -> None:
    """It then meets a limit of its own, and nobody is told that it was interrupted."""
    with ThreadPoolExecutor(1) as beside:
        question = Question(ENDLESS, table_type="text/csv")
        asked = beside.submit(lambda: run(Evaluation(supervisor.queue).ask(question)))
        assert eventually(lambda: jobs_in_hand(supervisor))
        before = jobs_in_hand(supervisor)
        os.kill(supervisor.pid, signal.SIGKILL)
        assert eventually(lambda: jobs_in_hand(supervisor) - before)
        assert asked.result().fault == "QueryTimedOut"


def test_a_supervisor_that_is_stopped_leaves_nobody_behind(supervisor: SupervisorProcess) -> None:
    assert ask(supervisor) == ["o", "early"]
    processes = [supervisor.pid, *children(supervisor.pid)]
    supervisor.stop()
    assert gone(processes, 0.5) and not supervisor.is_alive()


def test_a_supervisor_that_is_retired_answers_what_is_in_hand_and_ends_with_the_last_who_can_ask(
    supervisor: SupervisorProcess,
) -> None:
    reading, writing = os.pipe()
    pause = os.pipe()
    worker = os.fork()
    if worker == 0:  # a worker of the earlier snapshot, which goes on asking
        os.read(pause[0], 1)
        os.write(writing, " ".join(ask(supervisor)).encode())
        os._exit(0)
    processes = [supervisor.pid, *children(supervisor.pid)]
    supervisor.retire()
    later = start("later")
    try:
        assert ask(later) == ["o", "later"]
        os.write(pause[1], b"x")
        assert os.read(reading, 100) == b"o early"
        os.waitpid(worker, 0)
        assert gone(processes)
    finally:
        later.stop()
