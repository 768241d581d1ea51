"""Parts and wholes: what follows from the one for the other, what does not, and that it is said as such."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from itertools import combinations

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from crosswalk.cli import main
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
    compose,
)
from crosswalk.relations.consistency import find_conflicts
from crosswalk.relations.derivation import derive
from crosswalk.relations.gaps import read_levels
from crosswalk.relations.model import Change, Judgement, MappingRecord, Part
from crosswalk.relations.network import Network, PartHierarchy
from crosswalk.relations.paths import find_paths
from crosswalk.relations.reading import read_network, read_parts, read_records
from crosswalk.relations.verdicts import (
    ASSERTED_NONE,
    CONTRADICTORY,
    MAPPED,
    NOT_ASSESSED,
    NOT_NAMED,
    SILENT,
    ElementVerdict,
    coverage,
    judge_elements,
)
from crosswalk.stores.oxigraph import EmbeddedStore
from crosswalk.stores.results import Term, ask

SEMANTIC = str(XW.Semantic)
CLAUSE, FIRST, SECOND = "a/5", "a/5-1", "a/5-2"
PARTS = [Part(FIRST, CLAUSE, "a"), Part(SECOND, CLAUSE, "a")]
ELEMENTS = (CLAUSE, FIRST, SECOND)


def says(start: str, left: Candidates, end: str, **details: object) -> MappingRecord:
    """A record that leaves these candidates; elements stand in editions named by their first letter."""
    details = {"rationale": SEMANTIC, **details}
    return MappingRecord(f"{start}>{end}{int(left)}", start, end, start[0], end[0], ANY & ~left, **details)


def row(element: str, outcome: str) -> Judgement:
    return Judgement(f"row/{element}", element, "b", outcome)


def answer(element: str, *claims: MappingRecord | Judgement) -> ElementVerdict:
    records = [claim for claim in claims if isinstance(claim, MappingRecord)]
    rows = [claim for claim in claims if isinstance(claim, Judgement)]
    return judge_elements([element], "b", records, rows, PARTS)[0]


def derived(*records: MappingRecord, changes: list[Change] = (), parts: list[Part] = PARTS) -> dict:
    return {(one.subject, one.object): one.candidates for one in derive(records, changes, parts)}


@pytest.mark.parametrize(
    ("element", "claim", "outcome"),
    [
        (CLAUSE, says(FIRST, ANY, "b1"), MAPPED),
        (CLAUSE, says(FIRST, INTERSECTS, "b1"), MAPPED),
        (CLAUSE, says(FIRST, DISJOINT, "b1"), NOT_ASSESSED),
        (CLAUSE, row(FIRST, MAPPED), MAPPED),
        (CLAUSE, row(FIRST, NOT_NAMED), NOT_NAMED),
        (CLAUSE, row(FIRST, ASSERTED_NONE), NOT_ASSESSED),
        (CLAUSE, row(FIRST, SILENT), NOT_ASSESSED),
        (FIRST, says(CLAUSE, ANY, "b1"), NOT_ASSESSED),
        (FIRST, says(CLAUSE, INTERSECTS, "b1"), NOT_ASSESSED),
        (FIRST, says(CLAUSE, SUPERSET, "b1"), NOT_ASSESSED),
        (FIRST, says(CLAUSE, SUBSET, "b1"), MAPPED),
        (FIRST, says("b1", SUPERSET, CLAUSE), MAPPED),
        (FIRST, says(CLAUSE, DISJOINT, "b1"), NOT_ASSESSED),
        (FIRST, row(CLAUSE, MAPPED), NOT_ASSESSED),
        (FIRST, row(CLAUSE, NOT_NAMED), NOT_ASSESSED),
        (FIRST, row(CLAUSE, ASSERTED_NONE), ASSERTED_NONE),
        (FIRST, says(SECOND, EQUAL, "b1"), NOT_ASSESSED),
    ],
)
def test_what_a_claim_about_one_says_of_the_other(element, claim, outcome) -> None:
    found = answer(element, claim)
    assert found.outcome == outcome
    assert found.derived == (outcome != NOT_ASSESSED)
    near = claim.focus if isinstance(claim, Judgement) else next(e for e in ELEMENTS if e in claim.ends)
    assert found.through == ((near,) if found.derived else ())


def test_a_part_whose_whole_was_assessed_says_so_beside_its_answer() -> None:
    assert answer(FIRST, says(CLAUSE, INTERSECTS, "b1")).beside == (CLAUSE,)
    assert answer(FIRST, says(CLAUSE, INTERSECTS, "b1"), says(FIRST, ANY, "b1")).beside == ()
    assert answer(FIRST, says(CLAUSE, DISJOINT, "b1")).beside == ()


def test_what_lies_in_a_covered_whole_is_covered_and_a_covered_part_covers_no_whole() -> None:
    assert answer(FIRST, says(CLAUSE, SUBSET, "b1")).covered
    assert not answer(FIRST, says(CLAUSE, SUBSET | INTERSECTS, "b1")).covered
    assert not answer(CLAUSE, says(FIRST, EQUAL, "b1")).covered


def test_records_on_a_whole_narrow_each_other_before_they_reach_the_part() -> None:
    claims = [says(CLAUSE, SUBSET | INTERSECTS, "b1"), says(CLAUSE, SUBSET | SUPERSET, "b1")]
    assert answer(FIRST, *claims).outcome == MAPPED and answer(FIRST, *claims).covered
    other = says(CLAUSE, SUBSET | SUPERSET, "b1", rationale=str(XW.Functional))
    assert answer(FIRST, claims[0], other).outcome == NOT_ASSESSED, "rationales are never mixed"


def test_who_asserts_none_for_a_whole_contradicts_who_mapped_a_part() -> None:
    claims = [row(CLAUSE, ASSERTED_NONE), says(FIRST, ANY, "b1")]
    assert {element: answer(element, *claims).outcome for element in ELEMENTS} == {
        CLAUSE: CONTRADICTORY,
        FIRST: CONTRADICTORY,
        SECOND: ASSERTED_NONE,
    }


def test_an_answer_of_its_own_is_not_called_derived() -> None:
    found = answer(CLAUSE, says(FIRST, ANY, "b1"), says(CLAUSE, ANY, "b2"))
    assert not found.derived and found.through == () and [one.object for one in found.records] == ["b2"]


def test_parts_lie_within_wholes_at_any_depth_and_a_circle_ends() -> None:
    chain = [Part("3", "2"), Part("2", "1"), Part("1", "0")]
    assert PartHierarchy(chain).wholes("3") == ["2", "1", "0"] and PartHierarchy(chain).parts("0") == [
        "1",
        "2",
        "3",
    ]
    assert PartHierarchy([*chain, Part("0", "3")]).wholes("3") == ["2", "1", "0"]


def test_what_overlaps_a_part_overlaps_the_whole_or_lies_in_it() -> None:
    named = says(CLAUSE, ANY, "c1", rationale=None)
    assert derived(says("b1", INTERSECTS, FIRST), named) == {(CLAUSE, "b1"): SUPERSET | INTERSECTS}
    (one,) = derive([says("b1", INTERSECTS, FIRST, confidence=Decimal("0.4")), named], (), PARTS)
    assert [claim.part is not None for claim in one.premises] == [True, False]
    assert one.confidence == Decimal("0.4"), "that a part is part of its whole is certain"


def test_what_holds_a_whole_holds_its_parts() -> None:
    named = [says(FIRST, ANY, "c1", rationale=None)]
    assert derived(says(CLAUSE, SUBSET, "b1"), *named) == {(FIRST, "b1"): SUBSET}
    assert derived(says(CLAUSE, DISJOINT, "b1"), *named) == {(FIRST, "b1"): DISJOINT}


@pytest.mark.parametrize("left", [INTERSECTS, SUPERSET, SUBSET | INTERSECTS])
def test_what_leaves_open_whether_a_part_is_touched_at_all_is_not_written(left) -> None:
    named = says(FIRST, ANY, "c1", rationale=None)
    assert derived(says(CLAUSE, left, "b1"), named) == {}


def test_a_whole_that_no_record_names_gets_no_mapping() -> None:
    assert derived(says(FIRST, EQUAL, "b1")) == {}


def test_no_chain_goes_from_one_part_to_another() -> None:
    named = [says(each, ANY, "c1", rationale=None) for each in ELEMENTS]
    assert (SECOND, "b1") not in derived(says(FIRST, EQUAL, "b1"), *named)


def kept(old: str, new: str, **details: object) -> Change:
    return Change(f"{old}-{new}", str(XW.Continued), (old,), (new,), **{"unchanged": True, **details})


def test_a_mapping_goes_on_to_what_was_taken_over_word_for_word() -> None:
    change = kept("a1", "c1")
    assert derived(says("a1", SUBSET, "b1"), changes=[change]) == {("b1", "c1"): SUPERSET}
    (one,) = derive([says("a1", SUBSET, "b1", confidence=Decimal("0.7"))], [change])
    assert one.confidence == Decimal("0.7")


@pytest.mark.parametrize(
    "change",
    [
        kept("a1", "c1", unchanged=None),
        kept("a1", "c1", unchanged=False),
        kept("a1", "c1", approximate=True),
        Change("split", str(XW.Split), ("a1",), ("c1", "c2"), unchanged=True),
    ],
)
def test_lineage_whose_wording_nobody_compared_is_no_premise(change) -> None:
    assert derived(says("a1", SUBSET, "b1"), changes=[change]) == {}


def test_records_contradict_each_other_by_part_and_whole() -> None:
    records = [says(CLAUSE, SUBSET, "b1"), says(FIRST, DISJOINT, "b1"), says(SECOND, SUBSET, "b1")]
    assert find_conflicts(records).conflicts == ()
    (conflict,) = find_conflicts(records, PARTS).conflicts
    assert {one.iri for one in conflict.records} == {records[0].iri, records[1].iri}


def relation(left: frozenset, right: frozenset) -> Candidates:
    if left == right:
        return EQUAL
    if left < right:
        return SUBSET
    if left > right:
        return SUPERSET
    return INTERSECTS if left & right else DISJOINT


demands = st.frozensets(st.integers(0, 4), min_size=1)
others = ("b1", "b2")


@st.composite
def worlds(draw) -> tuple[dict[str, frozenset], list[MappingRecord]]:
    """Real sets, where the clause holds all that its parts hold, and records that are true of them."""
    real = {FIRST: draw(demands), SECOND: draw(demands)}
    real[CLAUSE] = real[FIRST] | real[SECOND] | draw(st.frozensets(st.integers(0, 4)))
    real |= {other: draw(demands) for other in others}
    pairs = draw(
        st.lists(st.tuples(st.sampled_from(ELEMENTS), st.sampled_from(others)), max_size=5, unique=True)
    )
    masks = st.integers(0, 31).map(Candidates)
    return real, [says(one, relation(real[one], real[other]) | draw(masks), other) for one, other in pairs]


@settings(deadline=None, max_examples=300)
@given(worlds())
def test_no_derivation_over_parts_excludes_what_really_holds(world) -> None:
    real, records = world
    named = [says(each, ANY, "c1", rationale=None) for each in ELEMENTS]
    for one in derive([*records, *named], (), PARTS):
        assert relation(real[one.subject], real[one.object]) & one.candidates
    assert find_conflicts(records, PARTS).conflicts == ()


@settings(deadline=None, max_examples=300)
@given(worlds())
def test_no_answer_over_parts_says_more_than_is_true(world) -> None:
    real, records = world
    assessed = [one for one in records if one.assessed]
    for one in judge_elements(ELEMENTS, "b", assessed, [], PARTS):
        if one.outcome == MAPPED:
            assert any(real[one.element] & real[other] for other in others)
        if one.covered:
            assert any(real[one.element] <= real[other] for other in others)


@settings(deadline=None)
@given(worlds(), st.data())
def test_another_true_record_never_widens_a_share(world, data) -> None:
    _, records = world
    before = coverage(judge_elements(ELEMENTS, "b", records[:-1], [], PARTS), 3)
    after = coverage(judge_elements(ELEMENTS, "b", records, [], PARTS), 3)
    assert after.touched in before.touched and after.covered in before.covered


@pytest.fixture(scope="module")
def asked(snapshot):
    store = EmbeddedStore.load(snapshot.path / "dataset.nq")
    return lambda name, **terms: ask(store, name, **terms)


def test_in_the_real_graph_no_two_records_alone_say_anything(asked) -> None:
    """Whatever is larger than a guideline or overlaps it may or may not share anything with another such."""
    network = Network(
        one for one in read_records(asked) if one.assessed and one.rationale and not one.derived
    )
    composed = Counter(
        compose(first.candidates, second.candidates)
        for middle in network.elements()
        for start, end in combinations(network.neighbours(middle), 2)
        for first in network.claims(start, middle)
        for second in network.claims(middle, end)
        if first.rationale == second.rationale
    )
    assert set(composed) == {ANY} and composed[ANY] >= 35


def test_in_the_real_graph_derived_mappings_rest_on_a_record_and_a_part(asked) -> None:
    records = read_records(asked)
    found = derive(records, (), read_parts(asked))
    assert {one.iri for one in found} == {one.iri for one in records if one.derived} and len(found) == 10
    assert all(sum(claim.part is not None for claim in one.premises) == 1 for one in found)
    assert all(not one.candidates & DISJOINT and one.candidates != NONE for one in found)


@pytest.fixture
def gaps(snapshot, monkeypatch):
    monkeypatch.setenv("CROSSWALK_SNAPSHOTS", str(snapshot.path.parent.parent))

    def invoke(*args: str) -> dict:
        result = CliRunner().invoke(main, ["gaps", *args, "--json"])
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    return invoke


def test_the_real_provisions_say_that_only_their_clauses_were_assessed(gaps) -> None:
    found = gaps("etsi-en-303-645/3.1.3", "ipa/2.0")
    provisions, clauses = found["levels"]
    assert (provisions["counted"], provisions["total"], provisions["touched"]) == (
        "provisions",
        78,
        ["1/26", "1"],
    )
    assert provisions["sources"] == ["source/etsi-en-303-645-v3-1-3"]
    assert clauses["reason"] == "no source says how many sections there are"
    by_number = {one["number"]: one for one in found["elements"]}
    assert by_number["5.5-1"]["outcome"] == "NotAssessed"
    assert by_number["5.5-1"]["only within"] == ["etsi-en-303-645/3.1.3/section/5.5"]
    assert by_number["5.5"]["outcome"] == "Mapped" and not by_number["5.5"]["derived"]
    assert by_number["5.8-1"]["only within"] == [], "nobody looked at clause 5.8 either"


def test_a_real_capability_is_mapped_through_its_elements(gaps) -> None:
    found = gaps("nistir-8259a/2020", "ipa/2.0")
    assert [(one["counted"], one["touched"]) for one in found["levels"]] == [
        ("capabilities", ["5/6", "1"]),
        ("elements", ["9/22", "1"]),
    ]
    configuration = next(one for one in found["elements"] if one["number"] == "DC")
    assert (configuration["outcome"], configuration["derived"]) == ("Mapped", "yes")
    assert configuration["through"] == [f"nistir-8259a/2020/provision/DC.{n}" for n in (2, 3)]
    assert configuration["counterparts"] == ["ipa/2.0/guideline/3"]


@pytest.mark.parametrize(
    ("edition", "levels"),
    [
        ("uk-cop/2018", {"guidelines": 13}),
        ("nist-csf/2.0", {"functions": 6, "categories": 22, "subcategories": 106}),
        ("etsi-en-303-645/2.1.1", {"provisions": 68}),
        ("itac/1.0", {"guidelines": 5, "key concepts": 21}),
        ("ipa/2.0", {"guidelines": 17}),
    ],
)
def test_editions_are_counted_in_the_levels_that_their_sources_count(gaps, edition, levels) -> None:
    found = gaps(edition, "gsma/1.1")
    assert {one["counted"]: one["total"] for one in found["levels"]} == levels
    assert all(one["touched"] == ["0", "1"] for one in found["levels"]), "nobody looked"


@pytest.mark.parametrize(
    ("claimed", "levels"), [((), ["sections"]), (("a/p1",), ["provisions"]), (("a/s1",), ["sections"])]
)
def test_an_edition_without_counted_levels_has_those_that_claims_are_about_or_the_largest(
    claimed, levels
) -> None:
    def listed(name: str, **terms: object) -> list[dict]:
        kinds = {"a/p1": "Provision", "a/s1": "Section", "a/s2": "Section"}
        empty = dict.fromkeys(("number", "title", "declared"))
        rows = [
            {"element": Term("uri", iri), "kind": Term("uri", str(XW[kind])), **empty}
            for iri, kind in kinds.items()
        ]
        return rows if name == "pages/gaps-elements" else []

    assert [level.name for level in read_levels(listed, "a", PartHierarchy(), claimed)] == levels


def test_an_edition_that_is_not_wholly_here_has_no_share(gaps) -> None:
    found = gaps("nist-ir-8425/2022", "ipa/2.0")["coverage"]
    assert found["touched"] is None
    assert found["reason"] == "its source says that there are 10 capabilities, and 4 are here"


def test_as_of_a_day_what_followed_from_later_records_had_not_followed_yet(gaps) -> None:
    found = gaps("nistir-8259a", "ipa", "--as-of", "2021-01-15")
    assert found["coverage"]["outcomes"]["NotAssessed"] == 6
    later = gaps("nistir-8259a", "ipa", "--as-of", "2026-11-23")
    assert later["coverage"]["outcomes"]["Mapped"] == 5


def test_a_path_goes_over_a_part_only_where_something_follows() -> None:
    def between(record: MappingRecord) -> list[str]:
        found = find_paths(Network([record], (), {}, PARTS), ["b1"], [FIRST]).paths
        return [one.verdict() for one in found]

    assert between(says("b1", INTERSECTS, CLAUSE)) == [
        "semantic: is a superset of or intersects with or is disjoint from ({⊃ ∩ ∅})"
    ]
    assert between(says("b1", ANY, CLAUSE)) == [] and between(says("b1", SUBSET, CLAUSE)) == []


def test_the_weakest_step_of_a_proof_is_one_that_somebody_judged() -> None:
    record = says("b1", SUPERSET, CLAUSE, confidence=Decimal("0.4"))
    (path,) = find_paths(Network([record], (), {}, PARTS), [FIRST], ["b1"]).paths
    assert path.weakest() == (2, "confidence 0.4")
    assert [step.words() for step in path.steps] == ["is part of", "is a subset of (semantic)"]


def test_what_tells_two_apart_is_a_step_where_something_follows_and_leads_nowhere_else() -> None:
    apart, inside = says("c1", DISJOINT, "b1"), says(CLAUSE, SUBSET, "c1")
    network = Network([inside], (), {}, (), [apart])
    (path,) = find_paths(network, [CLAUSE], ["b1"]).paths
    assert path.relations() == {SEMANTIC: DISJOINT}
    linked = Network([says(CLAUSE, ANY, "c1")], (), {}, (), [apart])
    assert find_paths(linked, [CLAUSE], ["b1"]).paths == ()


def test_every_real_derived_mapping_has_its_proof_as_a_path(asked) -> None:
    network = read_network(asked)
    derived_ones = [one for one in read_records(asked) if one.derived]
    for one in derived_ones:
        found = find_paths(network, [one.subject], [one.object]).paths
        said = [path.relations().get(one.rationale) for path in found]
        assert one.candidates in said, one.iri
        assert all(claim.sources for path in found for step in path.steps for claim in step.claims)
    assert len(derived_ones) == 10
