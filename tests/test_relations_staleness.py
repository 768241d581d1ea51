"""What a new edition leaves of the mappings to the old one, with counts that add up."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from crosswalk.cli import main
from crosswalk.namespaces import XW
from crosswalk.relations import staleness
from crosswalk.relations.model import Change, Judgement, MappingRecord
from crosswalk.relations.staleness import CARRIED, MAPPED_ANEW, ORPHANED, REVIEW, STATES, UNMAPPED, judge
from crosswalk.relations.verdicts import ASSERTED_NONE

KINDS = [XW.Continued, XW.Renumbered, XW.Removed, XW.Merged, XW.Split]


def change(kind: str, earlier: list[str], later: list[str], **details: object) -> Change:
    return Change(f"change/{earlier}{later}", str(kind), tuple(earlier), tuple(later), **details)


def record(element: str, other: str = "b/1") -> MappingRecord:
    return MappingRecord(f"m/{element}", element, other, "a/1", "b")


@pytest.mark.parametrize(
    ("changes", "state", "why"),
    [
        ([], REVIEW, "not known"),
        ([change(XW.Continued, ["a/1/1"], ["a/2/1"])], REVIEW, "not known"),
        ([change(XW.Continued, ["a/1/1"], ["a/2/1"], unchanged=True)], CARRIED, "kept"),
        ([change(XW.Continued, ["a/1/1"], ["a/2/1"], unchanged=False)], REVIEW, "wording was changed"),
        ([change(XW.Continued, ["a/1/1"], ["a/2/1"], unchanged=True, approximate=True)], REVIEW, "approxim"),
        ([change(XW.Renumbered, ["a/1/1"], ["a/2/2"], unchanged=True)], REVIEW, "renumbered"),
        ([change(XW.Split, ["a/1/1"], ["a/2/1", "a/2/2"])], REVIEW, "split"),
        ([change(XW.Merged, ["a/1/1", "a/1/2"], ["a/2/1"])], REVIEW, "merged"),
        ([change(XW.Removed, ["a/1/1"], [])], ORPHANED, "removed"),
    ],
)
def test_only_what_is_known_to_be_kept_is_carried(changes, state, why) -> None:
    (held,) = judge([record("a/1/1")], changes, [], "a/1").claims
    assert held.state == state and why in held.why and held.other == "b/1"


def test_records_are_judged_from_either_end_and_rows_too() -> None:
    backwards = MappingRecord("m/back", "b/1", "a/1/1", "b", "a/1")
    row = Judgement("row", "a/1/2", "b", ASSERTED_NONE)
    changes = [change(XW.Removed, ["a/1/1"], []), change(XW.Removed, ["a/1/2"], [])]
    found = judge([backwards], changes, [row], "a/1")
    assert [(one.claim, one.state) for one in found.claims] == [("m/back", ORPHANED), ("row", ORPHANED)]


def test_what_was_derived_is_no_claim_about_the_old_edition(monkeypatch) -> None:
    claimed, derived = record("a/1/1"), replace(record("a/1/2"), derived=True)
    monkeypatch.setattr(
        staleness, "read_records", lambda ask, left="", right="": [claimed, derived] if left == "a/1" else []
    )
    for reader in ("read_changes", "read_judgements", "read_texts"):
        monkeypatch.setattr(staleness, reader, lambda ask, *query, **editions: [])
    found = staleness.review(lambda name: [], "a/1", "a/2")
    assert [claim.claim for claim in found.claims] == [claimed.iri]


def test_added_elements_are_unmapped_until_a_record_names_them() -> None:
    changes = [change(XW.Added, [], ["a/2/1"]), change(XW.Added, [], ["a/2/2"])]
    assert judge([], changes, [], "a/1", mapped={"a/2/2"}).added == (
        (UNMAPPED, "a/2/1"),
        (MAPPED_ANEW, "a/2/2"),
    )


def test_a_number_collides_where_lineage_gives_it_to_another_element() -> None:
    changes = [change(XW.Renumbered, ["a/1/1"], ["a/2/2"]), change(XW.Renumbered, ["a/1/2"], ["a/2/1"])]
    changes.append(change(XW.Continued, ["a/1/3"], ["a/2/3"]))
    numbers = [{str(n): f"a/{edition}/{n}" for n in (1, 2, 3, 4)} for edition in (1, 2)]
    assert [one.number for one in judge([], changes, [], "a/1", (), *numbers).collisions] == ["1", "2"]
    assert judge([], [], [], "a/1", (), *numbers).collisions == ()


elements = st.sampled_from([f"a/1/{n}" for n in range(5)])


@given(st.lists(elements), st.dictionaries(elements, st.sampled_from(KINDS)))
def test_every_claim_is_in_one_state_and_the_counts_add_up(touched, fates) -> None:
    changes = [change(kind, [old], [] if kind == XW.Removed else ["a/2/x"]) for old, kind in fates.items()]
    found = judge(map(record, touched), changes, [], "a/1")
    assert sum(found.counts()[state] for state in STATES) == len(touched) == len(found.claims)


@pytest.fixture
def run(snapshot, monkeypatch):
    monkeypatch.setenv("CROSSWALK_SNAPSHOTS", str(snapshot.path.parent.parent))

    def invoke(*args: str) -> dict:
        result = CliRunner().invoke(main, ["stale", *args, "--json"])
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    return invoke


def test_the_real_guidelines_renumber_ten(run) -> None:
    found = run("ipa/1.0", "ipa/2.0")
    assert [one["number"] for one in found["collisions"]] == [*"234567", "14", "15", "16", "17"]
    claims = {one["element"]: one["state"] for one in found["claims"] if one["claim"]}
    assert claims["ipa/1.0/guideline/15"] == "orphaned" and claims["ipa/1.0/guideline/1"] == "re-review"
    assert found["counts"]["orphaned"] == 7 and found["counts"]["re-review"] == 14
    assert found["counts"]["mapped anew"] == 3


def test_the_real_sections_are_all_to_be_reviewed_since_nobody_compared_wording(run) -> None:
    found = run("gsma/2.0", "gsma/2.2")
    counts = found["counts"]
    assert counts["carried"] == 0
    assert counts["re-review"] + counts["orphaned"] == sum(1 for one in found["claims"] if one["claim"])
    assert counts["re-review"] >= 34
    reasons = {claim["why"] for claim in found["claims"] if claim["state"] == "re-review"}
    assert "continued; whether its wording was kept is not known" in reasons
    assert not any("was changed" in reason for reason in reasons), "nobody says so"


def test_editions_without_lineage_are_refused(snapshot, monkeypatch) -> None:
    monkeypatch.setenv("CROSSWALK_SNAPSHOTS", str(snapshot.path.parent.parent))
    result = CliRunner().invoke(main, ["stale", "gsma/2.0", "ipa/2.0"])
    assert result.exit_code == 2 and "no lineage" in result.stderr


@pytest.mark.parametrize("pair", [("gsma/2.2", "gsma/2.0"), ("gsma/2.1", "gsma/2.0"), ("ipa/2.0", "ipa/1.0")])
def test_an_older_edition_makes_nothing_stale(snapshot, monkeypatch, pair) -> None:
    monkeypatch.setenv("CROSSWALK_SNAPSHOTS", str(snapshot.path.parent.parent))
    result = CliRunner().invoke(main, ["stale", *pair])
    assert result.exit_code == 2 and "no lineage" in result.stderr


@pytest.mark.parametrize(("pair", "claims"), [(("gsma/2.0", "gsma/2.1"), 55), (("gsma/2.1", "gsma/2.2"), 0)])
def test_where_no_source_tells_what_became_of_the_elements_all_is_to_be_reviewed(run, pair, claims) -> None:
    found = run(*pair)
    assert found["counts"]["re-review"] == len(found["claims"]) == claims
    assert {one["why"] for one in found["claims"]} <= {"what became of it is not known"}


def test_the_counts_of_every_recorded_lineage_add_up(run) -> None:
    for pair in (("ipa/1.0", "ipa/2.0"), ("gsma/2.0", "gsma/2.2"),
                 ("etsi-en-303-645/2.1.1", "etsi-en-303-645/3.1.3")):  # fmt: skip
        found = run(*pair)
        claims = [one for one in found["claims"] if one["claim"]]
        assert sum(found["counts"][state] for state in STATES) == len(claims) > 20
        assert len(found["claims"]) - len(claims) == found["counts"][UNMAPPED] + found["counts"][MAPPED_ANEW]
        assert len({(one["claim"], one["element"]) for one in claims}) == len(claims)
