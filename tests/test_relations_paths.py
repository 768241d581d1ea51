"""Paths over records and lineage: shortest first, with evidence, and honest about what follows."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from crosswalk.cli import main
from crosswalk.namespaces import XW
from crosswalk.relations import paths as search
from crosswalk.relations.algebra import (
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
from crosswalk.relations.model import Change, MappingRecord, Part
from crosswalk.relations.network import Network
from crosswalk.relations.paths import NOT_ASSESSED, find_paths

SEMANTIC, FUNCTIONAL = str(XW.Semantic), str(XW.Functional)
INSIDE = EQUAL | SUPERSET | INTERSECTS | DISJOINT  # what a record of a subset excludes


def record(start: str, end: str, excluded: Candidates = NONE, **details: object) -> MappingRecord:
    """A record whose elements stand in editions named by their first letter."""
    return MappingRecord(f"{start}>{end}", start, end, start[0], end[0], excluded, **details)


def paths(records: list[MappingRecord], start: str, end: str, *, changes: list[Change] = (), **bounds: int):
    editions = {name: name[0] for change in changes for name in (*change.earlier, *change.later)}
    return find_paths(Network(records, changes, editions), [start], [end], **bounds)


def nodes(path) -> list[str]:
    return [path.start, *(step.end for step in path.steps)]


def test_paths_come_shortest_first_and_run_against_records_too() -> None:
    records = [record("a1", "b1"), record("c1", "b1"), record("c1", "d1"), record("a1", "d1")]
    found = paths(records, "a1", "d1")
    assert [nodes(path) for path in found.paths] == [["a1", "d1"], ["a1", "b1", "c1", "d1"]]
    assert [claim.backwards for step in found.paths[1].steps for claim in step.claims] == [False, True, False]
    assert not found.more


def test_a_path_over_a_whole_stands_before_a_longer_one() -> None:
    records = [record("a0", "d1", INSIDE, rationale=SEMANTIC)]
    records += [record("a1", "b1"), record("b1", "c1"), record("c1", "d1")]
    network = Network(records, (), {"a0": "a", "a1": "a"}, [Part("a1", "a0", "a")])
    found = find_paths(network, ["a1"], ["d1"]).paths
    assert [nodes(path) for path in found] == [["a1", "a0", "d1"], ["a1", "b1", "c1", "d1"]]


def test_no_path_enters_an_edition_twice() -> None:
    records = [record("a1", "b1"), record("a2", "b1"), record("a2", "c1")]
    assert paths(records, "a1", "c1").paths == ()


def test_bounds_hold_and_are_told() -> None:
    records = [record("a1", f"b{n}") for n in range(4)] + [record(f"b{n}", "c1") for n in range(4)]
    assert len(paths(records, "a1", "c1", limit=2).paths) == 2
    assert paths(records, "a1", "c1", limit=2).more and not paths(records, "a1", "c1", limit=4).more
    assert paths(records, "a1", "c1", hops=1).paths == ()


def test_a_search_that_gives_up_says_that_there_may_be_more(monkeypatch) -> None:
    records = [record("a1", f"b{n}") for n in range(4)] + [record(f"b{n}", "c1") for n in range(4)]
    monkeypatch.setattr(search, "_BUDGET", 6)
    found = paths(records, "a1", "c1")
    assert 0 < len(found.paths) < 4 and found.more


def test_several_ends_get_their_shortest_path_each() -> None:
    records = [record("a1", "b1"), record("a1", "c1"), record("b1", "c1"), record("b1", "c2")]
    found = find_paths(Network(records), ["a1"], ["c1", "c2"])
    assert [nodes(path) for path in found.paths] == [["a1", "c1"], ["a1", "b1", "c2"]]


def test_what_is_not_linked_has_no_path() -> None:
    assert paths([record("a1", "b1")], "a1", "z9").paths == ()
    assert paths([record("a1", "b1")], "a1", "a1").paths == ()


def test_a_relation_follows_where_every_hop_was_assessed_in_one_respect() -> None:
    records = [
        record("a1", "b1", INSIDE, rationale=SEMANTIC, confidence=Decimal("0.9")),
        record("c1", "b1", INSIDE, rationale=SEMANTIC),
    ]
    (path,) = paths(records, "a1", "c1").paths
    assert path.relations() == {SEMANTIC: Candidates.ANY}, "both inside b1: nothing follows"
    inside = [records[0], record("b1", "c1", INSIDE, rationale=SEMANTIC, confidence=Decimal("0.4"))]
    (path,) = paths(inside, "a1", "c1").paths
    assert path.relations() == {SEMANTIC: SUBSET}
    assert path.verdict() == "semantic: is a subset of (⊂)"
    assert path.weakest() == (2, "confidence 0.4")


@pytest.mark.parametrize("second", [NONE, INSIDE])
def test_untyped_links_and_mixed_rationales_give_no_relation(second: Candidates) -> None:
    records = [
        record("a1", "b1", INSIDE, rationale=SEMANTIC),
        record("b1", "c1", second, rationale=FUNCTIONAL if second else None),
    ]
    (path,) = paths(records, "a1", "c1").paths
    assert path.verdict() == NOT_ASSESSED


def test_lineage_is_a_hop_of_its_own_and_assumes_nothing() -> None:
    change = Change("change", str(XW.Continued), ("b1",), ("c1",))
    records = [record("a1", "b1", INSIDE, rationale=SEMANTIC)]
    (path,) = paths(records, "a1", "c1", changes=[change]).paths
    assert [step.is_lineage for step in path.steps] == [False, True]
    assert path.verdict() == NOT_ASSESSED and path.weakest() == (2, "lineage, wording not compared")
    kept = Change("change", str(XW.Continued), ("b1",), ("c1",), unchanged=True)
    (path,) = paths(records, "a1", "c1", changes=[kept]).paths
    assert path.relations() == {SEMANTIC: SUBSET}
    (path,) = paths(records, "a1", "c1", changes=[replace(kept, approximate=True)]).paths
    assert path.verdict() == NOT_ASSESSED, "what was kept only approximately may say something else"


def test_parallel_records_narrow_a_hop_and_all_are_shown() -> None:
    first = record("a1", "b1", DISJOINT | SUPERSET | EQUAL, rationale=SEMANTIC)
    second = MappingRecord("other", "b1", "a1", "b", "a", INTERSECTS, SEMANTIC)
    (path,) = paths([first, second], "a1", "b1").paths
    assert len(path.steps[0].claims) == 2 and path.relations() == {SEMANTIC: SUBSET}


masks = st.integers(1, 30).map(Candidates)


@given(st.lists(masks, min_size=1, max_size=4))
def test_the_way_back_says_the_inverse(excluded: list[Candidates]) -> None:
    names = "abcdef"
    records = [
        record(f"{names[n]}1", f"{names[n + 1]}1", mask, rationale=SEMANTIC)
        for n, mask in enumerate(excluded)
    ]
    end = f"{names[len(excluded)]}1"
    (there,), (back,) = paths(records, "a1", end).paths, paths(records, end, "a1").paths
    assert back.relations()[SEMANTIC] == inverse(there.relations()[SEMANTIC])


@given(st.lists(masks, min_size=2, max_size=3), masks)
def test_another_record_on_a_hop_never_widens_what_follows(
    excluded: list[Candidates], more: Candidates
) -> None:
    records = [
        record(f"{'abcd'[n]}1", f"{'abcd'[n + 1]}1", mask, rationale=SEMANTIC)
        for n, mask in enumerate(excluded)
    ]
    end = f"{'abcd'[len(excluded)]}1"
    (before,) = paths(records, "a1", end).paths
    (after,) = paths([*records, MappingRecord("x", "a1", "b1", "a", "b", more, SEMANTIC)], "a1", end).paths
    assert after.relations()[SEMANTIC] & ~before.relations()[SEMANTIC] == NONE


def test_a_path_of_two_hops_composes_them() -> None:
    for left in range(1, 31):
        for right in range(1, 31):
            records = [
                record("a1", "b1", Candidates(left), rationale=SEMANTIC),
                record("b1", "c1", Candidates(right), rationale=SEMANTIC),
            ]
            (path,) = paths(records, "a1", "c1").paths
            expected = compose(records[0].candidates, records[1].candidates)
            assert path.relations()[SEMANTIC] == expected


@pytest.fixture
def run(snapshot, monkeypatch):
    monkeypatch.setenv("CROSSWALK_SNAPSHOTS", str(snapshot.path.parent.parent))
    return lambda *args: CliRunner().invoke(main, [str(arg) for arg in args])


def test_the_real_graph_leads_from_a_guideline_over_lineage_to_a_provision(run) -> None:
    result = run("path", "ipa/2.0/guideline/9", "etsi-en-303-645/2.1.1/provision/5.10-1", "--json")
    rows = json.loads(result.stdout)
    first = [row for row in rows if row["path"] == 1]
    assert [row["to"] for row in first] == [
        "gsma/2.0/CLP.12/section/5.7",
        "gsma/2.2/CLP.12/section/5.7",
        "uk-cop/2018/provision/10",
        "etsi-en-303-645/2.1.1/provision/5.10-1",
    ]
    assert [row["kind"] for row in first] == ["record", "continued", "record", "record"]
    assert {row["follows"] for row in first} == {NOT_ASSESSED}
    assert all(row["sources"] for row in first)


def test_a_number_without_edition_is_refused_where_editions_number_differently(run) -> None:
    result = run("path", "ipa/guideline/5", "etsi-en-303-645/2.1.1")
    assert result.exit_code == 2 and result.stdout == ""
    assert "ipa/1.0/guideline/5" in result.stderr and "ipa/2.0/guideline/5" in result.stderr


def test_no_path_is_said_and_is_no_failure(run) -> None:
    result = run("path", "ipa/1.0/guideline/15", "nist-csf/2.0", "--hops", 1)
    assert result.exit_code == 0 and result.stdout.strip() == "" and "No path" in result.stderr


@pytest.mark.parametrize(
    "command",
    re.findall(
        r"(?m)^crosswalk (?!agreement|query)(.+)$",
        (Path(__file__).parents[1] / "docs" / "relations.md").read_text(encoding="utf-8"),
    ),
)
def test_the_commands_of_the_guide_run(run, command: str) -> None:
    result = run(*command.split())
    assert result.exit_code == 0, result.stderr
