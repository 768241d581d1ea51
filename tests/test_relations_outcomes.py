"""Six answers for an element against an edition, and shares that say no more than is known."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from crosswalk.cli import main
from crosswalk.namespaces import XW
from crosswalk.relations.algebra import (
    DISJOINT,
    EQUAL,
    INTERSECTS,
    NONE,
    SUBSET,
    SUPERSET,
    Candidates,
    excluded_by,
    in_signs,
)
from crosswalk.relations.model import Judgement, MappingRecord
from crosswalk.relations.verdicts import (
    ASSERTED_NONE,
    CONTRADICTORY,
    MAPPED,
    NOT_ASSESSED,
    NOT_NAMED,
    SILENT,
    coverage,
    judge_elements,
)

ELEMENTS = tuple(f"a/{number}" for number in range(4))


def record(
    element: str, excluded: Candidates = NONE, *, other: str = "b/1", **details: object
) -> MappingRecord:
    return MappingRecord(
        f"m/{element}-{other}-{int(excluded)}", element, other, "a", "b", excluded, **details
    )


def row(element: str, outcome: str, comparison_set: str = "c") -> Judgement:
    return Judgement(f"{comparison_set}/{element}", element, "b", outcome, comparison_set)


def outcome(*claims: MappingRecord | Judgement, element: str = "a/0") -> str:
    records = [claim for claim in claims if isinstance(claim, MappingRecord)]
    rows = [claim for claim in claims if isinstance(claim, Judgement)]
    return judge_elements([element], "b", records, rows)[0].outcome


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ([], NOT_ASSESSED),
        ([record("a/0")], MAPPED),
        ([record("a/0", DISJOINT)], MAPPED),
        ([record("a/0", EQUAL | SUBSET | SUPERSET | INTERSECTS)], NOT_ASSESSED),
        ([row("a/0", ASSERTED_NONE)], ASSERTED_NONE),
        ([row("a/0", NOT_NAMED)], NOT_NAMED),
        ([row("a/0", SILENT)], SILENT),
        ([row("a/0", SILENT), record("a/0")], MAPPED),
        ([row("a/0", ASSERTED_NONE), row("a/0", MAPPED, "d")], CONTRADICTORY),
        ([row("a/0", ASSERTED_NONE), row("a/0", NOT_NAMED, "d")], CONTRADICTORY),
        ([row("a/0", ASSERTED_NONE), record("a/0")], CONTRADICTORY),
    ],
)
def test_the_six_answers(claims, expected) -> None:
    assert outcome(*claims) == expected


def test_records_and_rows_about_another_edition_answer_nothing() -> None:
    elsewhere = MappingRecord("m", "a/0", "c/1", "a", "c")
    assert outcome(elsewhere, Judgement("r", "a/0", "c", MAPPED)) == NOT_ASSESSED


def test_a_record_counts_from_its_object_too() -> None:
    backwards = MappingRecord("m", "b/1", "a/0", "b", "a", DISJOINT)
    assert outcome(backwards) == MAPPED


def covered(*records: MappingRecord) -> bool:
    return judge_elements(["a/0"], "b", records, [])[0].covered


def test_covered_means_that_a_counterpart_holds_all_of_it() -> None:
    inside = DISJOINT | INTERSECTS | SUPERSET
    assert covered(record("a/0", inside))
    assert not covered(record("a/0", DISJOINT)) and not covered(record("a/0"))
    assert not covered(record("a/0", DISJOINT | INTERSECTS | SUBSET | EQUAL))
    from_the_other_side = MappingRecord("m", "b/1", "a/0", "b", "a", DISJOINT | INTERSECTS | SUBSET)
    assert covered(from_the_other_side)


def test_records_narrow_each_other_within_one_rationale_only() -> None:
    first = record("a/0", DISJOINT | SUPERSET, rationale="semantic")
    assert covered(first, record("a/0", INTERSECTS, rationale="semantic"))
    assert not covered(first, record("a/0", INTERSECTS, rationale="syntactic"))


def test_shares_need_the_number_of_all_elements() -> None:
    given_answers = judge_elements(ELEMENTS, "b", [], [])
    assert coverage(given_answers, None).touched is None
    assert "5" in coverage(given_answers, 5).reason and coverage(given_answers, 5).touched is None
    everything = coverage(given_answers, 4).touched
    assert everything is not None and (everything.low, everything.high) == (0, 1)


def test_contradictory_elements_are_left_out_of_the_shares() -> None:
    claims = [row("a/0", ASSERTED_NONE), row("a/1", ASSERTED_NONE)]
    found = coverage(judge_elements(ELEMENTS, "b", [record("a/0"), record("a/2")], claims), 4)
    assert found.counts[CONTRADICTORY] == 1
    assert (found.touched.low * 3, found.touched.high * 3) == (1, 2)


masks = st.integers(0, 30).map(Candidates)
records = st.lists(st.builds(record, st.sampled_from(ELEMENTS), masks, other=st.sampled_from(["b/1", "b/2"])))
rows = st.lists(
    st.builds(row, st.sampled_from(ELEMENTS), st.sampled_from([ASSERTED_NONE, NOT_NAMED, SILENT]))
)


@given(records, rows, st.one_of(records, rows))
def test_another_claim_never_widens_a_share_unless_it_contradicts(known, judged, more) -> None:
    more_records = [claim for claim in more if isinstance(claim, MappingRecord)]
    more_rows = [claim for claim in more if isinstance(claim, Judgement)]
    before = coverage(judge_elements(ELEMENTS, "b", known, judged), len(ELEMENTS))
    given_answers = judge_elements(ELEMENTS, "b", known + more_records, judged + more_rows)
    after = coverage(given_answers, len(ELEMENTS))
    if after.counts[CONTRADICTORY] or _contradicts(known + more_records):
        return
    assert after.touched in before.touched and after.covered in before.covered


def _contradicts(claims: list[MappingRecord]) -> bool:
    pairs: dict[tuple[str, str], Candidates] = {}
    for one in claims:
        pair = (one.subject, one.object)
        pairs[pair] = pairs.get(pair, Candidates.ANY) & one.candidates
    return any(mask == NONE for mask in pairs.values())


def test_concepts_are_read_as_relations_and_written_in_signs() -> None:
    assert excluded_by([str(XW.Equal), str(XW.Disjoint)]) == EQUAL | DISJOINT
    assert in_signs(SUBSET | INTERSECTS) == "{⊂ ∩}" and in_signs(SUPERSET) == "⊃"


@pytest.fixture
def run(snapshot, monkeypatch):
    monkeypatch.setenv("CROSSWALK_SNAPSHOTS", str(snapshot.path.parent.parent))
    return lambda *args: CliRunner().invoke(main, [str(arg) for arg in args])


def gaps(run, *args: str) -> dict:
    result = run("gaps", *args, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def test_the_real_graph_tells_the_one_without_counterpart_from_the_other_twenty(run) -> None:
    found = gaps(run, "ipa/1.0", "gsma/1.0")
    by_number = {one["number"]: one["outcome"] for one in found["elements"]}
    assert by_number.pop("15") == "AssertedNone"
    assert len(by_number) == 20 and set(by_number.values()) == {"CounterpartNotNamed"}
    assert found["coverage"]["touched"] == ["0", "20/21"]


def test_the_real_graph_says_where_nobody_looked(run) -> None:
    found = gaps(run, "ipa/2.0", "gsma/1.1")
    assert {one["outcome"] for one in found["elements"]} == {"NotAssessed"}
    assert found["coverage"]["touched"] == ["0", "1"]


def test_the_real_graph_shows_both_readings_of_the_empty_cell(run) -> None:
    sixth = gaps(run, "ipa/2.0", "gsma/2.0")["elements"][5]
    assert (sixth["outcome"], sixth["printed"]) == ("Mapped", "SourceSilent")
    assert "note/guideline-6-empty-cell" in sixth["notes"]


def test_a_standard_stands_for_its_edition_on_a_day(run) -> None:
    found = gaps(run, "ipa", "gsma", "--as-of", "2017-10-15")["coverage"]
    assert found["left"].endswith("/ipa/2.0") and found["outcomes"]["Mapped"] == found["total"] == 17


def test_an_edition_of_another_time_is_refused_in_one_line(run) -> None:
    result = run("gaps", "ipa/2.0", "gsma/2.0", "--as-of", "2017-01-15")
    assert result.exit_code == 2 and result.stdout == ""
    assert "ipa/2.0 is not known to have been in force" in result.stderr and "ipa/1.0" in result.stderr


def test_an_unknown_edition_gets_near_ones(run) -> None:
    result = run("gaps", "ipa/2.9", "gsma/2.0")
    assert result.exit_code == 2 and "ipa/2.0" in result.stderr
