"""The agreement of two assessors: kappa per label, over what both judged and nothing else."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from crosswalk.errors import InputError
from crosswalk.relations import agreement
from crosswalk.relations.algebra import DISJOINT
from crosswalk.relations.model import MappingRecord


def lines(one: str, other: str) -> dict[str, agreement.AgreementRow]:
    found = agreement.measure("colour", dict(enumerate(one)), dict(enumerate(other)))
    return {line.label: line for line in found}


def test_kappa_is_that_of_the_textbook() -> None:
    # 20 yes alike, 15 no alike, 5 and 10 differ: observed 0.7, by chance 0.5.
    both = lines("y" * 25 + "n" * 25, "y" * 20 + "n" * 5 + "y" * 10 + "n" * 15)
    assert both["all"].items == 50 and both["all"].same == 35
    assert both["all"].kappa == pytest.approx(0.4)


def test_chance_is_that_of_both_assessors_together() -> None:
    # The one says y in three of four, the other in one: alike by chance in 2 * 3/16, not in 10/16.
    assert lines("yyyn", "ynnn")["all"].kappa == pytest.approx(0.2)


def test_each_label_is_held_against_the_rest() -> None:
    both = lines("ggyyrr", "ggyryr")
    assert both["g"].kappa == pytest.approx(1) and both["g"].same == 6
    assert both["y"].kappa < 1 and both["y"].same == 4


def test_without_a_second_label_kappa_is_not_defined() -> None:
    assert lines("ggg", "ggg")["all"].kappa is None


def test_only_what_both_judged_counts() -> None:
    (line, *_) = agreement.measure("colour", {1: "g", 2: "r", 3: "g"}, {2: "r", 3: "y", 4: "g"})
    assert (line.items, line.same) == (2, 1)
    assert agreement.measure("colour", {1: "g"}, {2: "g"}) == []


def test_sets_without_a_common_judgement_are_refused() -> None:
    ask = lambda name, **terms: []  # noqa: E731
    with pytest.raises(InputError, match="nothing in common"):
        agreement.compare_sets(ask, "comparison/one", "comparison/other")


def test_relations_are_compared_in_one_direction() -> None:
    def term(value: str) -> SimpleNamespace:
        return SimpleNamespace(value=value)

    def row(name: str, mapping_set: str, subject: str, end: str, excluded: str) -> dict:
        ontology = "https://w3id.org/iot-security-crosswalk/ontology#"
        values = {"mapping": name, "subject": subject, "object": end, "left": subject[0], "right": end[0],
                  "exclusions": " ".join(ontology + one for one in excluded.split()),
                  "rationale": ontology + "Semantic", "set": mapping_set,
                  "sources": "", "derived": "false"}  # fmt: skip
        return {key: term(values[key]) if key in values else None
                for key in (*values, "confidence", "words", "dated")}  # fmt: skip

    inside, around = "Equal Superset Intersects Disjoint", "Equal Subset Intersects Disjoint"
    rows = [row("m1", "urn:one", "a", "b", inside), row("m2", "urn:other", "b", "a", around)]
    rows += [row("m3", "urn:one", "a", "c", inside), row("m4", "urn:other", "a", "c", around)]
    asked = lambda name, **terms: rows if name == "pages/relations-records" else []  # noqa: E731
    first, *_ = agreement.compare_sets(asked, "urn:one", "urn:other")
    assert (first.kind, first.items, first.same) == ("relation", 2, 1)


def test_what_was_derived_is_nobodys_judgement(monkeypatch) -> None:
    records = [
        MappingRecord(f"m/{name}", "a", "b", excluded=DISJOINT, mapping_set=name, derived=name == "urn:other")
        for name in ("urn:one", "urn:other")
    ]
    monkeypatch.setattr(agreement, "read_records", lambda ask: records)
    monkeypatch.setattr(agreement, "read_judgements", lambda ask: [])
    with pytest.raises(InputError, match="nothing in common"):
        agreement.compare_sets(lambda name: [], "urn:one", "urn:other")
