"""The relation algebra at size: a thousand elements and ten thousand records, as the build meets them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from bench import relating
from crosswalk.graph.derivation import chain_mappings
from crosswalk.namespaces import SEMAPV
from crosswalk.relations.consistency import close, find_conflicts
from crosswalk.relations.derivation import derive
from crosswalk.relations.model import MappingRecord

SECONDS = 5.0
"""What the closure may take of one processor."""
BUSY = 2
"""How much slower a machine may be on which others work."""


@pytest.fixture(scope="module")
def records() -> list[MappingRecord]:
    return relating.true_records()


def spent(work: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.process_time()
    found = work()
    return time.process_time() - begin, found


def test_the_records_are_as_many_as_promised(records) -> None:
    ends = {end for one in records for end in one.ends}
    assert len(records) == 10_000 and len(ends) == 1_000
    assert sum(one.candidates.bit_count() > 1 for one in records) > 4_000, "many leave several relations"


def test_the_closure_keeps_its_time_and_finds_what_chains_find(records) -> None:
    took, closure = spent(lambda: close({(one.subject, one.object): one.candidates for one in records}))
    assert took < SECONDS * BUSY and not closure.contradictory
    for one in derive(records, hops=2)[::500]:
        assert not closure.candidates(one.subject, one.object) & ~one.candidates


def test_chains_of_three_are_derived_in_the_same_time(records) -> None:
    took, found = spent(lambda: derive(records))
    assert took < SECONDS * BUSY
    assert {len(one.premises) for one in found} == {2, 3} and len(found) > 40_000


def test_that_nothing_is_contradicted_is_found_in_the_same_time(records) -> None:
    took, found = spent(lambda: find_conflicts(records))
    assert took < SECONDS * BUSY and found.conflicts == ()


def test_the_build_writes_each_derived_mapping_once(records) -> None:
    some = records[:1500]
    written = chain_mappings(relating.as_triples(some))
    mappings = {
        each.subject.value for each in written if each.object == relating.node(SEMAPV.MappingChaining)
    }
    assert len(mappings) == len(derive(some)) > 100
