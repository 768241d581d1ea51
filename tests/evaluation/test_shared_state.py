"""What processes tell each other by shared memory."""

from __future__ import annotations

import os
import time

import pytest

from crosswalk.evaluation.shared_state import Counters, QuestionQueue, TokenBuckets
from crosswalk.evaluation.wire import Limit
from crosswalk.settings import Settings


def test_counters_add_up_over_processes() -> None:
    counters = Counters(2)
    child = os.fork()
    if child == 0:
        counters.count(1, "requests")
        counters.count(1, "asked")
        counters.finish(1, "QueryTimedOut", 10.2)
        counters.count(1, "asked")
        os._exit(0)
    os.waitpid(child, 0)
    counters.count(0, "requests")
    counters.finish(0, "", 0.02)
    counters.finish(0, "NeverHeardOf", 0.0)
    for _ in range(4):
        counters.count(0, "asked")
    counters.gauges.running, counters.gauges.tree_bytes = 1, 4096
    numbers = counters.read()
    assert numbers["requests"] == 2
    assert (numbers["outcome:"], numbers["outcome:QueryTimedOut"], numbers["outcome:StoreFault"]) == (1, 1, 1)
    assert (numbers["le:0.005"], numbers["le:0.05"], numbers["le:10.0"], numbers["le:+Inf"]) == (1, 2, 2, 3)
    assert numbers["seconds"] == pytest.approx(10.22)
    assert (numbers["running"], numbers["waiting"], numbers["tree_bytes"]) == (1, 2, 4096)
    counters.restart(1)
    assert counters.read()["waiting"] == 1


def test_slots_tell_what_is_in_hand_and_at_which_limit_it_was_ended() -> None:
    queue = QuestionQueue(Settings(rate_limit=1))
    slot = queue.slots[3]
    child = os.fork()
    if child == 0:
        slot.begin(77, 9, 1.5, 0.25)
        os._exit(0)
    os.waitpid(child, 0)
    assert (slot.job, slot.client, slot.began, slot.processor_time_before) == (77, 9, 1.5, 0.25)
    assert queue.in_hand(77) and not queue.in_hand(78) and queue.limit(77) is None
    slot.processor_time = 4.0
    assert (queue.wait(9), queue.wait(8)) == (180, 0)
    slot.end(77, Limit.QUERY_TIMEOUT)
    slot.clear()
    assert queue.limit(77) == Limit.QUERY_TIMEOUT and not queue.in_hand(77)
    assert queue.wait(9) == 0
    assert slot.finish()
    slot.leaving = slot.long = True
    assert not slot.finish()
    slot.clear()
    slot.processor_time = 4.0
    slot.begin(78, 9, 2.5, 0.5)
    assert (slot.long, slot.processor_time) == (False, 0.0) and slot.finish()


def test_a_token_bucket_is_emptied_and_fills_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    buckets = TokenBuckets(6)
    for _ in range(200):
        assert buckets.wait(1) == 0
        buckets.charge(1, 0.01)
    buckets.charge(2, 9.0)
    assert 30 <= buckets.wait(2) <= 31
    assert buckets.wait(2, running=3.0) > buckets.wait(2)
    assert buckets.wait(3) == 0 and buckets.wait(3, running=6.0) > 0
    now[0] += 31
    assert buckets.wait(2) == 0


@pytest.mark.parametrize("per_minute", [1, 6, 90])
@pytest.mark.parametrize("seconds", [1, 5, 30, 59])
def test_a_token_bucket_fills_up_in_a_minute_and_no_sooner(
    monkeypatch: pytest.MonkeyPatch, per_minute: int, seconds: int
) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    buckets = TokenBuckets(per_minute)
    buckets.charge(7, per_minute * (1 + seconds / 60))
    assert buckets.wait(7) in (seconds, seconds + 1)
    now[0] += seconds - 0.5
    assert buckets.wait(7) == 1
    now[0] += 1
    assert buckets.wait(7) == 0
    # The bucket holds what half a second has brought back; a whole second of it is too much.
    buckets.charge(7, per_minute / 60)
    assert buckets.wait(7) == 1


def test_without_a_limit_nobody_waits() -> None:
    buckets = TokenBuckets(0)
    buckets.charge(4, 1e9)
    assert buckets.wait(4, 1e9) == 0


def test_very_many_clients_take_no_more_memory_and_forget_whom_they_owe_least(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(time, "monotonic", lambda: 1000.0)
    buckets = TokenBuckets(6)
    near = [1 + turn * TokenBuckets.NUMBER for turn in range(TokenBuckets.NEAR + 1)]
    for client in near[:-1]:
        buckets.charge(client, 12.0 if client == near[2] else 18.0)
    buckets.charge(near[-1], 6.0)
    assert [buckets.wait(client) for client in near] == [120, 120, 0, *[120] * (len(near) - 4), 1]
