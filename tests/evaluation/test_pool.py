"""How many evaluators a broker keeps: processes without a query in them stand for evaluators."""

from __future__ import annotations

import os
import select
import socket
import subprocess
import time
from collections.abc import Iterator

import pytest

from crosswalk.evaluation import pool
from crosswalk.evaluation.pool import READY, Evaluator, Pool
from crosswalk.evaluation.shared_state import Board
from crosswalk.settings import Settings

CROWD = READY + 2


@pytest.fixture
def crowded(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    """A pool with two evaluators more than it keeps, that parts with one as soon as it may."""
    monkeypatch.setattr(pool, "_SPARED", -1.0)
    door, counter = socket.socketpair()
    found = Pool(door, counter, Board(), Settings())
    with door, counter:
        processes = [subprocess.Popen(["sleep", "60"]) for _ in range(CROWD)]
        for place, process in enumerate(processes):
            watch = os.pidfd_open(process.pid)
            found.evaluators[watch] = Evaluator(process.pid, watch, place, found.board)
        yield found
        for process in processes:
            process.kill()
            process.wait()


def occupy(crowded: Pool, ago: float = 0.0) -> None:
    """Puts a query of its own into every evaluator's hand, begun some seconds ago."""
    for each in crowded.evaluators.values():
        crowded.board.begin(each.place, 100 + each.place, time.monotonic() - ago, 0.0, 0)


def ended(crowded: Pool) -> int:
    """How many evaluators have been killed, or are a moment later."""
    return len(select.select(list(crowded.evaluators), [], [], 0.5)[0])


def leaving(crowded: Pool) -> int:
    """How many evaluators leave when they have finished what they have in hand."""
    return sum(not crowded.board.finish(each.place) for each in crowded.evaluators.values())


def test_an_idle_evaluator_too_many_is_ended(crowded) -> None:
    crowded.patrol()
    assert (ended(crowded), leaving(crowded)) == (1, 0)


def test_under_load_one_too_many_leaves_after_its_query(crowded) -> None:
    occupy(crowded)
    crowded.patrol()
    assert (ended(crowded), leaving(crowded)) == (0, 1)


def test_those_at_long_queries_are_not_too_many(crowded) -> None:
    occupy(crowded, ago=0.4)
    crowded.patrol()
    assert (ended(crowded), leaving(crowded)) == (0, 0)
    assert crowded.short
