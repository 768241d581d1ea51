"""The relation algebra against brute force over real sets, and its laws."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosswalk.relations.algebra import (
    ANY,
    DISJOINT,
    EQUAL,
    INTERSECTS,
    NONE,
    RELATIONS,
    SUBSET,
    SUPERSET,
    Candidates,
    chain,
    compose,
    excluding,
    intersect,
    inverse,
    is_tractable,
)
from crosswalk.relations.consistency import close

candidate_sets = st.integers(0, 31).map(Candidates)
SETS = [frozenset(chosen) for size in range(1, 6) for chosen in combinations(range(5), size)]


def relation(left: frozenset, right: frozenset) -> Candidates:
    """The one relation that holds between two non-empty sets, by looking."""
    if left == right:
        return EQUAL
    if left < right:
        return SUBSET
    if left > right:
        return SUPERSET
    return INTERSECTS if left & right else DISJOINT


def test_composition_is_what_brute_force_over_sets_finds():
    found = {pair: NONE for pair in product(RELATIONS, RELATIONS)}
    for a, b, c in product(SETS, SETS, SETS):
        found[relation(a, b), relation(b, c)] |= relation(a, c)
    assert {pair: compose(*pair) for pair in found} == found


def test_subset_then_superset_says_nothing_about_the_ends():
    assert compose(SUBSET, SUPERSET) == ANY


@pytest.mark.parametrize("one", RELATIONS)
def test_equal_is_neutral(one):
    assert compose(EQUAL, one) == compose(one, EQUAL) == one


def test_composition_of_candidate_sets_is_associative():
    masks = [Candidates(mask) for mask in range(32)]
    wrong = [
        (a, b, c)
        for a, b, c in product(masks, repeat=3)
        if compose(compose(a, b), c) != compose(a, compose(b, c))
    ]
    assert wrong == []


@given(candidate_sets, candidate_sets)
def test_the_inverse_of_a_composition_composes_the_inverses_backwards(a, b):
    assert inverse(compose(a, b)) == compose(inverse(b), inverse(a))


@given(candidate_sets)
def test_the_inverse_of_the_inverse_is_where_we_began(a):
    assert inverse(inverse(a)) == a


@given(candidate_sets, candidate_sets, candidate_sets)
def test_composing_over_an_intersection_stays_inside_the_intersection_of_compositions(a, b, c):
    assert compose(a, b & c) & ~(compose(a, b) & compose(a, c)) == NONE


def test_composition_does_not_distribute_over_intersection():
    a, b, c = SUBSET, SUBSET | SUPERSET, SUBSET | DISJOINT
    assert compose(a, b & c) != compose(a, b) & compose(a, c)


def test_a_chain_composes_hop_by_hop_and_several_paths_intersect():
    assert chain([SUBSET, EQUAL, SUBSET]) == SUBSET
    assert intersect([SUBSET | INTERSECTS, SUBSET | DISJOINT]) == SUBSET
    assert intersect([SUBSET, DISJOINT]) == NONE


def test_exclusions_leave_the_others():
    assert excluding(DISJOINT, EQUAL) == SUBSET | SUPERSET | INTERSECTS


def test_sets_without_the_middle_between_inside_and_outside_are_not_decided():
    assert not is_tractable(SUBSET | SUPERSET)
    assert is_tractable(SUBSET | SUPERSET | INTERSECTS)


def test_closure_finds_what_a_path_implies():
    closure = close({("a", "b"): SUBSET, ("b", "c"): SUBSET, ("c", "d"): DISJOINT})
    assert closure.candidates("a", "c") == SUBSET
    assert closure.candidates("d", "a") == DISJOINT
    assert closure.contradictory == ()
    assert closure.decides


def test_closure_names_a_contradiction():
    closure = close({("a", "b"): SUBSET, ("b", "c"): SUBSET, ("a", "c"): DISJOINT})
    assert ("a", "c") in closure.contradictory


def test_elements_nobody_named_are_unknown_to_each_other():
    closure = close({("a", "b"): SUBSET})
    assert closure.candidates("a", "z") == ANY
    assert closure.candidates("z", "z") == EQUAL


chosen_sets = st.lists(st.sampled_from(SETS), min_size=2, max_size=7)


@given(chosen_sets, st.data())
def test_closure_never_excludes_what_really_holds(sets, data):
    places = range(len(sets))
    pairs = data.draw(st.lists(st.tuples(st.sampled_from(places), st.sampled_from(places)), max_size=10))
    known = {(i, j): relation(sets[i], sets[j]) | data.draw(candidate_sets) for i, j in pairs if i != j}
    closure = close(known)
    assert all(relation(sets[i], sets[j]) & closure.candidates(i, j) for i, j in product(places, places))


@given(chosen_sets, st.data())
def test_adding_a_record_never_widens_a_relation(sets, data):
    places = range(len(sets))
    pairs = [(i, j) for i in places for j in places if i < j]
    known = {pair: data.draw(candidate_sets.filter(bool)) for pair in pairs[:-1]} | {pairs[-1]: ANY}
    narrowed = {**known, pairs[-1]: data.draw(candidate_sets.filter(bool))}
    before, after = close(known), close(narrowed)
    assert all(after.candidates(i, j) & ~before.candidates(i, j) == NONE for i, j in product(places, places))
