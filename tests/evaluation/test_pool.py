"""How a pool keeps its evaluators in number and within their limits: sleeping processes stand for them."""

from __future__ import annotations

import ctypes
import faulthandler
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
from pyoxigraph import Store as Engine

from crosswalk.evaluation import pool, sandbox
from crosswalk.evaluation.pool import READY, EvaluatorProcess, Pool
from crosswalk.evaluation.shared_state import QuestionQueue
from crosswalk.evaluation.wire import Limit
from crosswalk.settings import Settings
from crosswalk.stores.oxigraph import EmbeddedStore

CROWD = READY + 2


@contextmanager
def pool_of(number: int, settings: Settings) -> Iterator[Pool]:
    """Fill a pool with processes that sleep."""
    queue = QuestionQueue(settings)
    filled = Pool(queue)
    processes = [subprocess.Popen(["sleep", "60"]) for _ in range(number)]
    try:
        for slot, process in zip(queue.slots, processes, strict=False):
            pidfd = os.pidfd_open(process.pid)
            filled.evaluators[pidfd] = EvaluatorProcess(process.pid, pidfd, slot)
        yield filled
    finally:
        for process in processes:
            process.kill()
            process.wait()
        queue.close()


def occupy(filled: Pool, *ages: float, processor_time: float = 0.0) -> None:
    """Put a question of its own into each evaluator's hand, begun some seconds ago, of jobs 1 and on."""
    for job, (evaluator, age) in enumerate(zip(filled.evaluators.values(), ages, strict=True), 1):
        evaluator.slot.begin(job, 0, time.monotonic() - age, 0.0)
        evaluator.slot.processor_time = processor_time
        evaluator.slot.thread = evaluator.pid


def limits(filled: Pool) -> list[Limit | None]:
    """Enforce the limits once; return the one that each job has met, if any."""
    filled.enforce_limits()
    return [filled.queue.limit(job) for job in range(1, len(filled.evaluators) + 1)]


def ended(filled: Pool) -> int:
    """Return how many evaluators have been killed, or are a moment later."""
    return len(select.select(list(filled.evaluators), [], [], 0.5)[0])


def leaving(filled: Pool) -> int:
    """Return how many evaluators leave when they have finished what they have in hand."""
    return sum(not evaluator.slot.finish() for evaluator in filled.evaluators.values())


@pytest.fixture
def crowded(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pool]:
    """A pool with two evaluators more than it keeps, that parts with one as soon as it may."""
    monkeypatch.setattr(pool, "_SURPLUS_AFTER", -1.0)
    with pool_of(CROWD, Settings()) as filled:
        yield filled


def test_an_idle_evaluator_too_many_is_ended(crowded) -> None:
    crowded.enforce_limits()
    assert (ended(crowded), leaving(crowded)) == (1, 0)


def test_under_load_one_too_many_leaves_after_its_question(crowded) -> None:
    occupy(crowded, *[0.0] * CROWD)
    crowded.enforce_limits()
    assert (ended(crowded), leaving(crowded)) == (0, 1)


def test_those_at_long_questions_are_not_too_many(crowded) -> None:
    occupy(crowded, *[0.4] * CROWD)
    crowded.enforce_limits()
    assert (ended(crowded), leaving(crowded)) == (0, 0)
    assert crowded.short


def test_evaluators_too_many_are_kept_for_a_while() -> None:
    with pool_of(CROWD, Settings()) as filled:
        filled._no_surplus_at = time.monotonic()
        filled.enforce_limits()
        assert (ended(filled), leaving(filled)) == (0, 0)


def test_what_has_run_too_long_is_ended_and_nothing_else() -> None:
    with pool_of(3, Settings(query_timeout=3)) as filled:
        occupy(filled, 2.9, 3.1, 0.1)
        assert limits(filled) == [None, Limit.QUERY_TIMEOUT, None]
        assert ended(filled) == 1


def test_of_more_long_questions_than_may_be_the_newest_are_ended() -> None:
    with pool_of(4, Settings(long_queries=2, young_queries=8)) as filled:
        occupy(filled, 0.6, 0.9, 0.8, 0.4, processor_time=0.3)
        assert limits(filled) == [Limit.LONG_QUERIES, None, None, None]


@pytest.mark.parametrize(
    ("young", "age", "processor_time", "is_ended"),
    [
        pytest.param(8, 0.6, 0.1, False, id="starved"),
        pytest.param(8, 1.9, 0.1, False, id="starved for long"),
        pytest.param(8, 2.1, 0.1, True, id="starved for too long"),
        pytest.param(8, 0.6, 0.2, True, id="not starved"),
        pytest.param(0, 0.6, 0.04, False, id="starved in a full pool"),
        pytest.param(0, 1.1, 0.04, True, id="starved for long in a full pool"),
        pytest.param(0, 0.6, 0.1, True, id="hardly starved in a full pool"),
    ],
)
def test_a_question_that_got_no_processor_is_no_long_one(
    young: int, age: float, processor_time: float, is_ended: bool
) -> None:
    with pool_of(2, Settings(long_queries=1 if young else 2, young_queries=young)) as filled:
        filled.settings = Settings(long_queries=1, young_queries=young)
        occupy(filled, 5.0, age, processor_time=processor_time)
        assert limits(filled) == [None, Limit.LONG_QUERIES if is_ended else None]


@pytest.mark.parametrize(("processor_time", "niceness"), [(0.04, 0), (0.06, 10), (0.6, 19)])
def test_others_run_before_what_has_had_its_share(processor_time: float, niceness: int) -> None:
    with pool_of(2, Settings()) as filled:
        before = os.getpriority(os.PRIO_PROCESS, 0)
        occupy(filled, 0.2, 0.2, processor_time=processor_time)
        filled.enforce_limits()
        for evaluator in filled.evaluators.values():
            assert os.getpriority(os.PRIO_PROCESS, evaluator.pid) == max(before, niceness)
        assert leaving(filled) == (2 if niceness else 0)


def test_what_takes_more_memory_than_a_question_may_is_ended() -> None:
    with pool_of(2, Settings(query_memory=1)) as filled:
        occupy(filled, 0.1, 0.1)
        assert limits(filled) == [None, None]
        filled._own_bytes = 0
        assert limits(filled) == [Limit.QUERY_MEMORY] * 2


@pytest.mark.parametrize("over", [True, False])
def test_the_largest_is_ended_where_all_take_more_memory_than_they_may(
    monkeypatch: pytest.MonkeyPatch, over: bool
) -> None:
    with pool_of(3, Settings()) as filled:
        sizes = {
            evaluator.pid: 100 * number for number, evaluator in enumerate(filled.evaluators.values(), 1)
        }
        monkeypatch.setattr(pool, "resident_bytes", sizes.__getitem__)
        monkeypatch.setattr(pool, "server_bytes", lambda: 1000)
        filled._own_bytes = 0
        filled.settings = Settings(tree_memory=int((1600 - (1 if over else -1)) / 0.95))
        occupy(filled, 0.1, 0.1, 0.1)
        assert limits(filled) == [None, None, Limit.TREE_MEMORY if over else None]


def test_answers_on_their_way_are_not_charged_to_queries(monkeypatch: pytest.MonkeyPatch) -> None:
    with pool_of(1, Settings(workers=1, cache_bytes=2**20, tree_memory=2**30)) as filled:
        monkeypatch.setattr(pool, "server_bytes", lambda: 2**34)
        occupy(filled, 0.1)
        assert limits(filled) == [None]


def test_who_asked_for_what_was_killed_is_charged() -> None:
    with pool_of(1, Settings(rate_limit=2)) as filled:
        (evaluator,) = filled.evaluators.values()
        evaluator.slot.begin(1, 5, time.monotonic(), 0.0)
        evaluator.slot.processor_time = 3.0
        evaluator.look()
        evaluator.kill(Limit.QUERY_TIMEOUT)
        filled.remove(evaluator.pidfd)
        assert filled.queue.buckets.wait(5) == 30 and not filled.evaluators


def test_a_slot_is_given_anew_after_all_others(monkeypatch: pytest.MonkeyPatch) -> None:
    with pool_of(0, Settings(long_queries=1, young_queries=1)) as filled:
        processes: list[subprocess.Popen[bytes]] = []

        def fork(_work: Callable[[], None], _errors: int) -> int:
            processes.append(subprocess.Popen(["sleep", "60"]))
            return processes[-1].pid

        monkeypatch.setattr(sandbox, "fork", fork)
        slots = list(filled.queue.slots)
        kept = filled.fork(EmbeddedStore(Engine()), "s")
        order = []
        for _ in range(2 * len(slots)):
            pidfd = filled.fork(EmbeddedStore(Engine()), "s")
            order.append(ctypes.addressof(filled.evaluators[pidfd].slot))
            filled.evaluators[pidfd].kill()
            filled.remove(pidfd)
        addresses = [ctypes.addressof(slot) for slot in slots]
        assert ctypes.addressof(filled.evaluators[kept].slot) == addresses[0]
        assert order == [*addresses[1:], *addresses[1:], *addresses[1:3]]
        filled.close()


def test_who_is_killed_while_taking_another_question_has_it_put_again() -> None:
    queue = QuestionQueue(Settings())
    slot = queue.slots[0]
    process = subprocess.Popen(["sleep", "60"])
    evaluator = EvaluatorProcess(process.pid, os.pidfd_open(process.pid), slot)
    slot.begin(1, 0, time.monotonic(), 0.0)
    evaluator.look()
    slot.begin(2, 0, time.monotonic(), 0.0)
    evaluator.kill(Limit.QUERY_TIMEOUT)
    evaluator.reap()
    assert queue.limit(1) == Limit.QUERY_TIMEOUT
    assert evaluator.seen.job == 2 and not queue.limit(2) and not queue.in_hand(2)


def kill_self(number: int, words: str = "") -> Callable[[], None]:
    """Return what ends the calling process by a signal, after its last words."""

    def act() -> None:
        os.write(2, words.encode())
        os.kill(os.getpid(), number)

    return act


def fail() -> None:
    os.write(2, b"Traceback (most recent call last):\n  File, line 1\nValueError: \x1b[1mno\n")
    os._exit(1)


PANIC = (
    "\nthread '<unnamed>' (7) panicked at library/core/smallsort.rs:854:5:\nno total \x1b[31morder\n"
    "stack backtrace:\n   0: rust_begin_unwind\n"
)
NO_MEMORY = "memory allocation of 8589934592 bytes failed\nnote: run with `RUST_BACKTRACE=1`\n"
DEATHS = {
    "out of memory": (lambda: os._exit(sandbox.OUT_OF_MEMORY), "MiB of memory a query may use", None),
    "aborted for memory": (kill_self(signal.SIGABRT, NO_MEMORY), "MiB of memory a query may use", None),
    "thrown for memory": (
        kill_self(signal.SIGABRT, "terminate called after throwing an instance of 'std::bad_alloc'\n"),
        "MiB of memory a query may use", None),
    "panicked": (
        kill_self(signal.SIGABRT, PANIC), "the engine failed on this query",
        "an evaluator has failed, with exit status -6: panicked at library/core/smallsort.rs:854:5: "
        "no total \\x1b[31morder"),
    "aborted": (kill_self(signal.SIGABRT), "the engine failed on this query", "it has said nothing"),
    "trapped": (kill_self(signal.SIGILL, "x" * 2**20), "the engine failed on this query", "status -4: xxx"),
    "overflowed": (kill_self(signal.SIGSEGV), "too deep or too long", None),
    "overflowed into a file": (kill_self(signal.SIGBUS), "too deep or too long", None),
    "killed": (kill_self(signal.SIGKILL), "was interrupted", None),
    "failed": (fail, "the engine failed on this query", "status 1: ValueError: \\x1b[1mno"),
}  # fmt: skip
"""How an evaluator ends, what the client is told, and what is logged."""


@pytest.mark.parametrize("death", DEATHS)
def test_how_an_evaluator_ended_is_told(death: str, caplog, capfd) -> None:
    act, what, logged = DEATHS[death]
    queue = QuestionQueue(Settings())
    slot = queue.slots[0]
    errors = sandbox.error_file()

    def work() -> None:
        faulthandler.disable()
        sandbox.disable_core_dumps()
        with suppress(PermissionError):  # there is an end to what it can say
            act()
        kill_self(signal.SIGILL)()

    child = sandbox.fork(work, errors)
    slot.begin(1, 0, time.monotonic(), 0.0)
    EvaluatorProcess(child, os.pidfd_open(child), slot, errors=errors).reap()
    assert what in queue.limit(1).reply(Settings()).what
    assert [logged in line and len(line) < 400 for line in caplog.messages] == ([True] if logged else [])
    assert capfd.readouterr().err == ""
    with pytest.raises(OSError):
        os.fstat(errors)


def test_one_who_is_killed_is_not_said_to_have_failed(caplog) -> None:
    queue = QuestionQueue(Settings())
    child = sandbox.fork(signal.pause)
    evaluator = EvaluatorProcess(child, os.pidfd_open(child), queue.slots[0])
    evaluator.slot.begin(1, 0, time.monotonic(), 0.0)
    evaluator.look()
    evaluator.kill(Limit.QUERY_TIMEOUT)
    evaluator.reap()
    assert queue.limit(1) is Limit.QUERY_TIMEOUT and not caplog.messages


def test_memory_is_read_from_the_kernel() -> None:
    before = pool.resident_bytes("self")
    held = bytearray(os.urandom(1)) * (64 * 2**20)
    assert pool.resident_bytes("self") - before > 50 * 2**20
    assert pool.proportional_bytes(os.getpid()) > len(held)
    assert pool.resident_bytes(2**22 + 1) == pool.proportional_bytes(2**22 + 1) == 0
    assert pool.server_bytes() > len(held)
