"""The server goes on whatever is killed, shows what is published, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from crosswalk.graph.snapshot import DATASET, Snapshot, drafting, publish

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n0 ?o }"
REPLACED = 3.0


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


@pytest.fixture(scope="module")
def sturdy(small: Path, start):
    """A server whose processes are killed."""
    with start("--graph", str(small)) as running:
        assert running.easy().status == 200
        yield running


def test_evaluators_that_are_killed_are_replaced(sturdy, eventually) -> None:
    assert eventually(lambda: len(sturdy.evaluators) >= 2)
    before = sturdy.evaluators
    for pid in before:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    assert sturdy.easy().status == 200
    assert eventually(lambda: len(set(sturdy.evaluators) - set(before)) >= 2, REPLACED)


def test_evaluators_may_be_killed_again_and_again_beside_long_queries(large, start, crowd) -> None:
    with start("--graph", str(large), query_timeout="3") as site:
        beside = crowd(site)
        for turn in range(12):
            beside.send(f"{ENDLESS} # {turn}")
            time.sleep(0.25)
            for pid in site.evaluators:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            answer = site.easy()
            assert answer.status in (200, 503) and answer.seconds < 3
        assert {(one.status, one.seconds < 7) for one in beside.results()} == {(503, True)}
        assert site.easy().status == 200


def test_evaluators_answer_one_query_after_the_other(sturdy, eventually) -> None:
    assert eventually(lambda: len(sturdy.evaluators) >= 2)
    before = set(sturdy.evaluators)
    assert {sturdy.easy().status for _ in range(100)} == {200}
    assert len(before & set(sturdy.evaluators)) >= 2


def policies(pid: int) -> set[int]:
    """How the kernel shares processors out among the threads of a process."""
    return {os.sched_getscheduler(int(task.name)) for task in Path(f"/proc/{pid}/task").iterdir()}


def test_workers_and_evaluators_take_turns_and_their_supervisor_comes_when_it_is_needed(
    sturdy, eventually
) -> None:
    assert eventually(lambda: len(sturdy.evaluators) >= 2)
    assert sturdy.easy().status == 200
    assert [policies(pid) for pid in sturdy.workers] == [{os.SCHED_BATCH}] * len(sturdy.workers)
    assert all(os.SCHED_BATCH in policies(pid) for pid in sturdy.evaluators)
    assert policies(sturdy.supervisor) == {os.SCHED_OTHER}


def test_a_query_whose_evaluator_is_killed_is_answered_with_503(sturdy, crowd, large, start) -> None:
    with start("--graph", str(large)) as site:
        beside = crowd(site)
        beside.send(ENDLESS)
        time.sleep(1.0)
        for pid in site.evaluators:
            os.kill(pid, signal.SIGKILL)
        (answer,) = beside.results()
        assert answer.status == 503 and answer.headers["retry-after"] and answer.seconds < 4


def test_a_supervisor_that_is_killed_is_replaced_with_its_evaluators(sturdy, eventually) -> None:
    supervisor, evaluators = sturdy.supervisor, sturdy.evaluators
    os.kill(supervisor, signal.SIGKILL)
    assert sturdy.easy().status == 200
    assert eventually(lambda: supervisor not in sturdy.family() and sturdy.easy().status == 200, REPLACED)
    assert eventually(lambda: len(sturdy.evaluators) >= 2) and sturdy.supervisor != supervisor
    assert eventually(lambda: not any(map(alive, evaluators)), REPLACED)


def test_workers_that_are_killed_are_replaced_however_often(sturdy, eventually) -> None:
    def whole() -> bool:
        return len(sturdy.workers) == 2

    for _ in range(3):
        before = sturdy.workers
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        assert eventually(lambda: whole() and not set(sturdy.workers) & set(before), REPLACED)  # noqa: B023
        assert eventually(lambda: answers(sturdy), REPLACED)
    assert sturdy.process.poll() is None


def answers(site) -> bool:
    try:
        return site.easy().status == 200
    except OSError:
        return False


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_everything_while_queries_run(large, start, crowd, eventually, sign) -> None:
    with start("--graph", str(large)) as site:
        beside = crowd(site)
        beside.send(*[f"{ENDLESS} # {i}" for i in range(3)])
        assert eventually(lambda: len(site.evaluators) >= 5)
        everyone = [pid for pids in site.family().values() for pid in pids]
        site.process.send_signal(sign)
        assert site.process.wait(8) == 0
        assert eventually(lambda: not any(map(alive, everyone)), 1.0)
        assert not any("Traceback" in line for line in site.log)


def test_nothing_outlives_a_main_process_that_is_killed(small, start, eventually) -> None:
    with start("--graph", str(small)) as site:
        assert eventually(lambda: len(site.evaluators) >= 2)
        everyone = [pid for pids in site.family().values() for pid in pids]
        site.process.kill()
        assert eventually(lambda: not any(map(alive, everyone)), REPLACED)


def put_up(out: Path, name: str) -> None:
    """Publishes a snapshot of one triple."""
    line = f'<urn:thing> <urn:called> "{name}" <urn:graph> .\n'.encode()
    digest = hashlib.sha256(line).hexdigest()
    told = Snapshot(
        path=out,
        hash=digest,
        built_at="2026-01-01T00:00:00+00:00",
        triples=1,
        graphs=[],
        seconds={},
        version=version("crosswalk"),
        findings={},
    )
    with drafting(out) as draft:
        (draft / DATASET).write_bytes(line)
        publish(out, draft, told)


def test_a_new_snapshot_is_shown_without_a_restart(
    tmp_path: Path, start, eventually: Callable[..., bool]
) -> None:
    query = "SELECT ?name { <urn:thing> <urn:called> ?name }"
    put_up(tmp_path, "first")
    with start(snapshots=str(tmp_path)) as site:
        first = site.get(query, "text/csv")
        assert first.text == "name\r\nfirst\r\n"
        put_up(tmp_path, "second")
        assert eventually(lambda: shown(site, query) == {"name\r\nsecond\r\n"}, 15)
        # Until the last of the old workers has gone, it may give the answer it remembers.
        assert eventually(lambda: len(site.family()[site.process.pid]) == 3, 10)
        fresh = site.get(query, "text/csv")
        assert fresh.text == "name\r\nsecond\r\n" and fresh.headers["etag"] != first.headers["etag"]


def test_snapshots_may_follow_one_another_at_once(tmp_path: Path, start, eventually) -> None:
    query = "SELECT ?name { <urn:thing> <urn:called> ?name }"
    put_up(tmp_path, "first")
    with start(snapshots=str(tmp_path)) as site:
        for name in ("second", "third", "fourth"):
            put_up(tmp_path, name)
            time.sleep(1.2)
        assert eventually(lambda: len(site.family()[site.process.pid]) == 3, 20)
        assert eventually(lambda: shown(site, query) == {"name\r\nfourth\r\n"}, 5)
        assert len(site.evaluators) <= 4


def shown(site, query: str) -> set[str]:
    found = set()
    for _ in range(6):
        try:
            found.add(site.get(query, "text/csv").text)
        except OSError:
            found.add("nothing")
    return found


def test_a_port_in_use_is_told_in_one_line(sturdy, small, tmp_path) -> None:
    import subprocess
    import sys

    command = [sys.executable, "-c", "from crosswalk.cli import main; main()", "serve", "--graph", str(small)]
    ended = subprocess.run(
        command, env=os.environ | {"CROSSWALK_PORT": str(sturdy.port)}, capture_output=True, timeout=60
    )
    assert ended.returncode == 2
    assert f"cannot listen on 127.0.0.1:{sturdy.port}" in ended.stderr.decode()
    assert "Traceback" not in ended.stderr.decode()
