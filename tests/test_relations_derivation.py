"""Derivation along chains: sound, bounded, within one respect, and the same however often it is done."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from crosswalk.errors import NonconformingData
from crosswalk.graph.build import build, check
from crosswalk.graph.derivation import DERIVED, chain_mappings
from crosswalk.namespaces import GRAPH, ID, SEMAPV, SSSOM, XW
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
    inverse,
)
from crosswalk.relations.derivation import derive
from crosswalk.relations.model import MappingRecord

SEMANTIC, FUNCTIONAL = str(XW.Semantic), str(XW.Functional)


def says(
    start: str, left: Candidates, end: str, rationale: str | None = SEMANTIC, **details: object
) -> MappingRecord:
    """A record that leaves these candidates; elements stand in editions named by their first letter."""
    return MappingRecord(
        f"{start}>{end}{rationale}", start, end, start[0], end[0], ANY & ~left, rationale, **details
    )


def pairs(records: list[MappingRecord], **bounds: int) -> dict[tuple[str, str], Candidates]:
    return {(one.subject, one.object): one.candidates for one in derive(records, **bounds)}


def test_what_lies_inside_what_lies_inside_lies_inside() -> None:
    assert pairs([says("a1", SUBSET, "b1"), says("b1", SUBSET, "c1")]) == {("a1", "c1"): SUBSET}


def test_a_record_read_backwards_is_a_premise_too() -> None:
    (one,) = derive([says("b1", SUPERSET, "a1"), says("b1", SUBSET, "c1")])
    assert one.candidates == SUBSET
    assert [claim.backwards for claim in one.premises] == [True, False]


@pytest.mark.parametrize(
    ("left", "right"), [(SUBSET, SUPERSET), (INTERSECTS, INTERSECTS), (SUBSET, ANY), (ANY, ANY)]
)
def test_where_nothing_follows_nothing_is_derived(left: Candidates, right: Candidates) -> None:
    assert derive([says("a1", left, "b1"), says("b1", right, "c1")]) == []


@pytest.mark.parametrize("other", [FUNCTIONAL, None])
def test_respects_are_never_mixed(other: str | None) -> None:
    assert derive([says("a1", SUBSET, "b1"), says("b1", SUBSET, "c1", other)]) == []


def test_records_without_a_rationale_derive_nothing() -> None:
    assert derive([says("a1", SUBSET, "b1", None), says("b1", SUBSET, "c1", None)]) == []


def test_chains_are_bounded_and_enter_no_edition_twice() -> None:
    chain = [says(f"{one}1", SUBSET, f"{other}1") for one, other in zip("abcd", "bcde", strict=True)]
    assert ("a1", "d1") in pairs(chain) and ("a1", "e1") not in pairs(chain)
    assert ("a1", "e1") in pairs(chain, hops=4)
    assert pairs([says("a1", SUBSET, "b1"), says("b1", SUBSET, "a2")]) == {}


@pytest.mark.parametrize(("first", "second", "least"), [("0.9", "0.4", "0.4"), ("0.9", None, None)])
def test_confidence_is_that_of_the_least_premise_or_none(first, second, least) -> None:
    stated = [Decimal(each) if each else None for each in (first, second)]
    records = [says("a1", SUBSET, "b1", confidence=stated[0]), says("b1", SUBSET, "c1", confidence=stated[1])]
    assert derive(records)[0].confidence == (Decimal(least) if least else None)


def test_a_longer_chain_that_says_no_more_is_left_out() -> None:
    short = [says("a1", SUBSET, "b1"), says("b1", SUBSET, "d1")]
    long = [says("b1", SUBSET, "c1"), says("c1", SUBSET, "d1")]
    assert [
        len(one.premises) for one in derive(short + long) if (one.subject, one.object) == ("a1", "d1")
    ] == [2]


def test_derived_records_are_no_premises() -> None:
    derived = MappingRecord("d", "a1", "b1", "a", "b", ANY & ~SUBSET, SEMANTIC, derived=True)
    assert derive([derived, says("b1", SUBSET, "c1")]) == []


masks = st.integers(1, 30).map(Candidates)
elements = st.sampled_from([f"{edition}{n}" for edition in "abcd" for n in (1, 2)])
claims = st.lists(
    st.builds(says, elements, masks, elements).filter(lambda r: r.subject_edition != r.object_edition),
    max_size=8,
    unique_by=lambda record: record.iri,
)


def holds(one: MappingRecord) -> Candidates:
    """The composition of the premises, worked out again."""
    known = EQUAL
    for claim in one.premises:
        known = compose(known, claim.candidates)
    return known


@settings(deadline=None)
@given(claims)
def test_every_derived_mapping_is_the_composition_of_a_chain_from_end_to_end(records) -> None:
    for one in derive(records):
        assert one.candidates == holds(one) not in (ANY, NONE)
        assert [one.subject, *(claim.end for claim in one.premises)][-1] == one.object
        joints = [claim.start for claim in one.premises[1:]]
        assert joints == [claim.end for claim in one.premises[:-1]]
        assert 2 <= len(one.premises) <= 3


@settings(deadline=None)
@given(claims, st.randoms())
def test_deriving_again_and_in_another_order_changes_nothing(records, random) -> None:
    shuffled = list(records)
    random.shuffle(shuffled)
    assert derive(records) == derive(shuffled) == derive(records)


@settings(deadline=None)
@given(claims, claims)
def test_another_record_never_widens_what_follows_for_a_pair(records, more) -> None:
    def known(given_records: list[MappingRecord]) -> dict[tuple[str, str], Candidates]:
        # A record that says as much itself takes the place of the chain.
        left: dict[tuple[str, str], Candidates] = {}
        for one in (*given_records, *derive(given_records)):
            pair = (min(one.subject, one.object), max(one.subject, one.object))
            forward = one.subject == pair[0]
            left[pair] = left.get(pair, ANY) & (one.candidates if forward else inverse(one.candidates))
        return left

    new = [record for record in more if record.iri not in {one.iri for one in records}]
    before, after = known(records), known(records + new)
    assert all(after.get(pair, ANY) & ~mask == NONE for pair, mask in before.items())


sure = st.sampled_from([None, Decimal("0.3"), Decimal("0.8")])
respects = st.sampled_from([SEMANTIC, FUNCTIONAL])
sure_claims = st.lists(
    st.builds(says, elements, masks, elements, respects, confidence=sure).filter(
        lambda record: record.subject_edition != record.object_edition
    ),
    min_size=2,
    max_size=9,
    unique_by=lambda record: record.iri,
)


def every_chain(records: list[MappingRecord]) -> list[tuple[str, str, str, Candidates, Decimal]]:
    """All chains of one to three records in one respect, tried one by one: ends, what follows, how surely."""
    found = []
    for length in (1, 2, 3):
        for chosen in permutations(records, length):
            for start in (chosen[0].subject, chosen[0].object):
                ends, known = [start], EQUAL
                for record in chosen:
                    if ends[-1] not in record.ends:
                        break
                    known = compose(known, record.seen_from(ends[-1]))
                    ends.append(record.other_end(ends[-1]))
                whole = len(ends) == length + 1 == len({end[0] for end in ends})
                if whole and known not in (ANY, NONE) and len({one.rationale for one in chosen}) == 1:
                    least = min(Decimal(-1) if one.confidence is None else one.confidence for one in chosen)
                    found.append((start, ends[-1], chosen[0].rationale, known, least))
    return found


@settings(deadline=None, max_examples=150)
@given(sure_claims)
def test_whatever_any_chain_says_is_said_as_surely(records) -> None:
    told = [
        (
            one.subject,
            one.object,
            one.rationale,
            one.candidates,
            Decimal(-1) if one.confidence is None else one.confidence,
        )
        for one in derive(records)
    ]
    told += [chain for chain in every_chain(records) if any({*chain[:2]} == one.ends for one in records)]
    for start, end, rationale, known, least in every_chain(records):
        if start < end:
            assert any(
                (start, end, rationale) == one[:3] and not one[3] & ~known and one[4] >= least for one in told
            )


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ({"confidence": Decimal("0.3")}, {"confidence": Decimal("0.8")}),
        ({"confidence": None}, {"confidence": Decimal("0.1")}),
        ({"rationale": SEMANTIC}, {"rationale": FUNCTIONAL}),
    ],
)
def test_a_longer_chain_stands_beside_a_shorter_that_is_less_sure_or_of_another_respect(short, long) -> None:
    records = [
        says("a1", SUBSET, "b1", **short),
        says("b1", SUBSET, "d1", **short),
        says("a1", SUBSET, "b2", **long),
        says("b2", SUBSET, "c1", **long),
        says("c1", SUBSET, "d1", **long),
    ]
    found = [one for one in derive(records) if (one.subject, one.object) == ("a1", "d1")]
    assert sorted(len(one.premises) for one in found) == [2, 3]


def test_a_chain_through_fewer_editions_does_not_hide_one_that_can_go_on() -> None:
    """The surer chain has been in edition d, so that only the other one reaches it."""
    records = [
        says("a1", SUBSET, "d2", confidence=Decimal("0.9")),
        says("d2", SUBSET, "c1", confidence=Decimal("0.9")),
        says("a1", SUBSET, "b1", confidence=Decimal("0.4")),
        says("b1", SUBSET, "c1", confidence=Decimal("0.4")),
        says("c1", SUBSET, "d1", confidence=Decimal("0.9")),
    ]
    assert pairs(records)["a1", "d1"] == SUBSET


def relation(left: frozenset, right: frozenset) -> Candidates:
    if left == right:
        return EQUAL
    if left < right:
        return SUBSET
    if left > right:
        return SUPERSET
    return INTERSECTS if left & right else DISJOINT


@settings(deadline=None)
@given(st.lists(st.frozensets(st.integers(0, 4), min_size=1), min_size=4, max_size=4))
def test_no_derivation_excludes_what_really_holds(sets) -> None:
    real = dict(zip(("a1", "b1", "c1", "d1"), sets, strict=True))
    records = [
        says(one, relation(real[one], real[other]), other)
        for one, other in product(real, real)
        if one < other
    ]
    for one in derive(records):
        assert relation(real[one.subject], real[one.object]) & one.candidates


DATA = """
@prefix sssom: <https://w3id.org/sssom/> .
@prefix semapv: <https://w3id.org/semapv/vocab/> .
<a/1/guideline/1> xw:inEdition <a/1> .
<b/1/guideline/1> xw:inEdition <b/1> .
<c/1/guideline/1> xw:inEdition <c/1> .
<mapping/ab> dcterms:license <https://creativecommons.org/licenses/by/4.0/> .
<mapping/bc> dcterms:license <https://creativecommons.org/licenses/by-sa/4.0/> .
<mapping/ab/1> a xw:Mapping ; xw:subject <a/1/guideline/1> ; xw:object <b/1/guideline/1> ;
    xw:inMappingSet <mapping/ab> ;
    xw:excludesRelation xw:Equal , xw:Superset , xw:Intersects , xw:Disjoint ; xw:rationaleKind xw:Semantic ;
    sssom:confidence 0.8 ; dcterms:source <source/s> .
<mapping/bc/1> a xw:Mapping ; xw:subject <b/1/guideline/1> ; xw:object <c/1/guideline/1> ;
    xw:inMappingSet <mapping/bc> ;
    xw:excludesRelation xw:Equal , xw:Superset , xw:Intersects , xw:Disjoint ; xw:rationaleKind xw:Semantic ;
    sssom:confidence 0.6 ; dcterms:source <source/t> .
"""


def values(triples, predicate: str) -> set[str]:
    return {triple.object.value for triple in triples if triple.predicate.value == str(predicate)}


def test_the_build_writes_the_proof_into_its_own_graph(content) -> None:
    content.write("data/toy/mapping.ttl", DATA)
    graph = check(content.root)
    derived = graph.derived[DERIVED]
    (chained,) = {t.subject.value for t in derived if t.object.value == str(SEMAPV.MappingChaining)}
    assert chained.startswith(f"{ID}mapping/derived/a-1--c-1/")
    of_record = [triple for triple in derived if triple.subject.value == chained]
    assert values(of_record, XW.setRelation) == {str(XW.Subset)}
    assert values(of_record, SSSOM.confidence) == {"0.6"}
    premises = {t.subject.value: t for t in derived if t.predicate.value == str(XW.restsOn)}
    assert {iri.removeprefix(chained): t.object.value.removeprefix(ID) for iri, t in premises.items()} == {
        "/premise/1": "mapping/ab/1",
        "/premise/2": "mapping/bc/1",
    }
    licences = values([t for t in derived if t.subject.value == f"{ID}mapping/derived/a-1--c-1"],
                      "http://purl.org/dc/terms/license")  # fmt: skip
    assert len(licences) == 2, "what is derived from share-alike records keeps that licence"
    assert not any("BlankNode" in type(term).__name__ for t in derived for term in (t.subject, t.object))
    in_graph = {q.triple for q in graph.quads() if q.graph_name == NamedNode(GRAPH + DERIVED)}
    assert in_graph == derived


def test_set_relations_of_asserted_records_are_computed_too(content) -> None:
    content.write("data/toy/mapping.ttl", DATA)
    derived = check(content.root).derived[DERIVED]
    assert {t.subject.value for t in derived if t.predicate.value == str(XW.setRelation)} >= {
        f"{ID}mapping/ab/1",
        f"{ID}mapping/bc/1",
    }


def test_deriving_from_what_was_derived_changes_nothing(content) -> None:
    content.write("data/toy/mapping.ttl", DATA)
    asserted = {quad.triple for quad in check(content.root).sources.quads()}
    once = chain_mappings(asserted)
    assert once and chain_mappings(asserted | once) == once


def test_a_set_relation_written_by_hand_stops_the_build(content, repository) -> None:
    shape = (repository / "shapes" / "derived.ttl").read_text(encoding="utf-8")
    (content.root / "shapes" / "derived.ttl").write_text(shape, encoding="utf-8")
    content.write("data/toy/mapping.ttl", DATA)
    build(content.root, content.out)
    content.write("data/toy/mapping.ttl", DATA + "<mapping/ab/1> xw:setRelation xw:Subset .")
    with pytest.raises(NonconformingData) as caught:
        build(content.root, content.out)
    (finding,) = [one for one in caught.value.findings if one.severity == "violation"]
    assert finding.shape.endswith("SetRelationIsComputed") and finding.file == "data/toy/mapping.ttl"


NARROWED = """
<a/1/guideline/1> xw:inEdition <a/1> .
<b/1/guideline/1> xw:inEdition <b/1> .
<mapping/ab/1> a xw:Mapping ; xw:subject <a/1/guideline/1> ; xw:object <b/1/guideline/1> ;
    xw:excludesRelation xw:Equal , xw:Disjoint ; xw:rationaleKind xw:Semantic ; dcterms:source <source/s> .
"""
MORE = """
<mapping/ab/1> xw:excludesRelation xw:Superset , xw:Intersects ; dcterms:source <source/t> .
"""


def test_merging_a_graph_that_rules_out_more_leaves_one_relation(content) -> None:
    """What may be inside, around or overlapping is inside, once another source has ruled out the others."""
    content.write("data/toy/mapping.ttl", NARROWED)
    before = check(content.root).derived.get(DERIVED, set())
    assert values(before, XW.setRelation) == set()
    content.write("data/toy/more.ttl", MORE)
    after = check(content.root).derived[DERIVED]
    assert values(after, XW.setRelation) == {str(XW.Subset)}
