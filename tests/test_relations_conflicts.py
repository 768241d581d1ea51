"""Minimal conflicts: exactly the sets that conflict and stop conflicting without any one record."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crosswalk.namespaces import XW
from crosswalk.relations.algebra import (
    ANY,
    DISJOINT,
    EQUAL,
    INTERSECTS,
    NONE,
    SUBSET,
    SUPERSET,
    Candidates,
    is_tractable,
)
from crosswalk.relations.consistency import find_conflicts, is_consistent
from crosswalk.relations.model import MappingRecord

SEMANTIC, FUNCTIONAL = str(XW.Semantic), str(XW.Functional)


def says(iri: str, start: str, left: Candidates, end: str, rationale: str = SEMANTIC) -> MappingRecord:
    """A record that leaves these candidates."""
    return MappingRecord(iri, start, end, start[0], end[0], ANY & ~left, rationale)


def found(*records: MappingRecord) -> list[set[str]]:
    return [{record.iri for record in conflict.records} for conflict in find_conflicts(records).conflicts]


def test_two_records_on_a_pair_conflict_whichever_way_they_point() -> None:
    assert found(says("1", "a", SUBSET, "b"), says("2", "b", SUBSET, "a")) == [{"1", "2"}]
    assert found(says("1", "a", SUBSET, "b"), says("2", "b", SUPERSET, "a")) == []


def test_a_conflict_around_a_triangle_names_its_three_records_and_no_bystander() -> None:
    triangle = [says("1", "a", SUBSET, "b"), says("2", "b", SUBSET, "c"), says("3", "a", DISJOINT, "c")]
    others = [says("4", "c", SUBSET, "d"), says("5", "x", EQUAL, "y"), says("6", "a", SUBSET, "z")]
    assert found(*triangle, *others) == [{"1", "2", "3"}]


def test_a_long_way_round_is_found_too() -> None:
    names = "abcdefgh"
    chain = [says(one, one, SUBSET, other) for one, other in zip(names, names[1:], strict=False)]
    assert found(*chain, says("back", "h", SUBSET, "a")) == [{*names[:-1], "back"}]


def test_every_minimal_conflict_is_named() -> None:
    records = [says("1", "a", SUBSET, "b"), says("2", "a", DISJOINT, "b"), says("3", "a", EQUAL, "b")]
    assert sorted(map(sorted, found(*records))) == [["1", "2"], ["1", "3"], ["2", "3"]]


def test_rationales_are_never_mixed() -> None:
    assert found(says("1", "a", SUBSET, "b"), says("2", "a", DISJOINT, "b", FUNCTIONAL)) == []


def test_a_record_can_contradict_itself() -> None:
    assert found(says("1", "a", SUBSET, "a")) == [{"1"}] and found(says("1", "a", EQUAL, "a")) == []


def test_untyped_links_conflict_with_nothing() -> None:
    assert found(says("1", "a", ANY, "b"), says("2", "a", DISJOINT, "b")) == []


def test_records_that_path_consistency_does_not_decide_are_named() -> None:
    odd = says("1", "a", SUBSET | SUPERSET, "b")
    assert find_conflicts([odd]).undecided == (odd,)
    assert find_conflicts([says("1", "a", SUBSET | SUPERSET | INTERSECTS, "b")]).undecided == ()


def test_the_search_says_when_it_stops() -> None:
    records = [says(f"{n}", "a", relation, "b") for n, relation in enumerate((SUBSET, DISJOINT, EQUAL))]
    assert find_conflicts(records, most=2).more and not find_conflicts(records, most=3).more


tractable = st.integers(1, 31).map(Candidates).filter(is_tractable)
names = st.sampled_from("abcd")
drawn = st.lists(st.tuples(names, tractable, names).filter(lambda one: one[0] != one[2]), max_size=6)


@settings(max_examples=60, deadline=None)
@given(drawn)
def test_the_conflicts_are_exactly_the_minimal_inconsistent_sets(claims) -> None:
    records = [says(str(n), start, left, end) for n, (start, left, end) in enumerate(claims) if left != ANY]
    sets = [set(chosen) for size in range(len(records) + 1) for chosen in combinations(records, size)]
    wrong = [chosen for chosen in sets if not is_consistent(chosen)]
    minimal = [{one.iri for one in chosen} for chosen in wrong if not any(other < chosen for other in wrong)]
    assert sorted(map(sorted, found(*records))) == sorted(map(sorted, minimal))


@pytest.mark.parametrize("left", [SUBSET, NONE])
def test_consistency_is_that_of_a_pair(left: Candidates) -> None:
    assert is_consistent([says("1", "a", left, "b")]) == (left != NONE)
