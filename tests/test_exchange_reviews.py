"""Reviewers of a record and the strength of its relation: kept by the formats that can, else counted."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from pyoxigraph import Literal, NamedNode
from rdflib import XSD

from crosswalk.errors import InputError
from crosswalk.exchange import olir, oscal_mapping, rdf, spreadsheet, sssom, sssom_writing, triples
from crosswalk.exchange.gathering import gather_sets
from crosswalk.exchange.identifiers import KnownElement, Register
from crosswalk.exchange.records import PREDICATES, MappingSet, Record
from crosswalk.graph.mappings import read_mappings
from crosswalk.graph.turtle import serialize
from crosswalk.namespaces import GRAPH, ID, SSSOM, XW
from crosswalk.relations.algebra import DISJOINT, INTERSECTS
from crosswalk.stores.oxigraph import EmbeddedStore

SET = str(ID["mapping/t"])
FOCUS, TARGET = str(ID["ipa/2.0/guideline/9"]), str(ID["gsma/2.0/CLP.12/section/5.7"])
REVIEWED = Record(
    FOCUS,
    TARGET,
    PREDICATES[INTERSECTS],
    identifier=f"{SET}/9-CLP.12-5.7",
    candidates=INTERSECTS,
    rationale_kind="semantic",
    strength=4,
    reviewers=(str(ID["body/gsma"]), str(ID["body/ipa"])),
    reviewer_names=("A | B", "Somebody Else"),
    review_date="2026-11-20",
)
UNRELATED = Record(
    str(ID["ipa/2.0/guideline/1"]),
    TARGET,
    identifier=f"{SET}/1-CLP.12-5.7",
    candidates=DISJOINT,
    rationale_kind="semantic",
    strength=0,
)
FOUND = MappingSet(
    SET,
    "T",
    licence="https://example.org/l",
    subject_source=str(ID["ipa/2.0"]),
    object_source=str(ID["gsma/2.0"]),
    records=(REVIEWED, UNRELATED),
)
REGISTER = Register(
    [
        KnownElement(FOCUS, str(ID["ipa/2.0"]), "9"),
        KnownElement(str(ID["ipa/2.0/guideline/1"]), str(ID["ipa/2.0"]), "1"),
        KnownElement(TARGET, str(ID["gsma/2.0"]), "5.7"),
    ]
)
MORE = ("strength", "reviewers", "reviewer_names", "review_date")


def review_of(mapping_set: MappingSet) -> set[tuple[object, ...]]:
    """What is said of strength and review, by subject; the order of reviewers says nothing."""
    return {
        (
            record.subject,
            record.strength,
            frozenset(record.reviewers),
            frozenset(record.reviewer_names),
            record.review_date,
        )
        for record in mapping_set.records
    }


def test_sssom_brings_it_back() -> None:
    data, losses = sssom_writing.write(FOUND, {})
    back = sssom.read(data, "t.sssom.tsv")
    assert review_of(back) == review_of(FOUND) and not +losses and not +back.losses
    assert rb"A \| B|Somebody Else" in data and b"\treviewer_id\treviewer_label\t" in data


def test_rdf_brings_it_back() -> None:
    written = serialize(triples.of_mapping_set(FOUND)).encode()
    back = rdf.read(written, "t.ttl", "turtle")
    assert review_of(back) == review_of(FOUND) and not +back.losses


def test_the_graph_brings_it_back(tmp_path) -> None:
    elements = "".join(f"<{iri}> <{XW.inEdition}> <{ID}x/1> .\n" for iri in (FOCUS, TARGET))
    path = tmp_path / "t.ttl"
    path.write_text(serialize(triples.of_mapping_set(FOUND)) + elements, encoding="utf-8")
    (back,) = gather_sets(EmbeddedStore.load(path), SET)
    assert review_of(back) == review_of(FOUND)
    assert not [what for what in +back.losses if "review" in what or "strength" in what]


def test_the_table_of_a_curator_says_it_in_the_graph() -> None:
    data, losses = sssom_writing.write(replace(FOUND, records=(REVIEWED,)), {}, curated=True)
    assert not [what for what in MORE if losses[f"{what} of a record"]]
    facts = {
        (quad.predicate.value, quad.object)
        for quad in read_mappings(data.decode(), "t.sssom.tsv", str(GRAPH["mappings/t"]))
        if quad.predicate.value.startswith((str(SSSOM) + "review", str(XW.strength)))
    }
    assert facts >= {
        (str(XW.strength), Literal("4", datatype=NamedNode(str(XSD.integer)))),
        (str(SSSOM.reviewer_id), NamedNode(str(ID["body/ipa"]))),
        (str(SSSOM.reviewer_label), Literal("A | B")),
        (str(SSSOM.reviewer_label), Literal("Somebody Else")),
        (str(SSSOM.review_date), Literal("2026-11-20", datatype=NamedNode(str(XSD.date)))),
    }


def test_a_finding_of_no_counterpart_can_be_reviewed_as_well(tmp_path) -> None:
    none = Record(FOCUS, None, reviewers=REVIEWED.reviewers, reviewer_names=("Somebody",))
    path = tmp_path / "t.ttl"
    mapping_set = replace(FOUND, records=(REVIEWED, none))
    row = triples.of_mapping_set(
        replace(mapping_set, records=(replace(REVIEWED, comparison=f"{ID}comparison/t/9"), none))
    )
    joined = f"<{ID}comparison/t/9> <{XW.inComparisonSet}> <{ID}comparison/t> .\n"
    path.write_text(serialize(row) + joined, encoding="utf-8")
    (back,) = gather_sets(EmbeddedStore.load(path), SET)
    (again,) = (record for record in back.records if record.object is None)
    assert set(again.reviewers) == set(none.reviewers) and again.reviewer_names == ("Somebody",)


def test_what_oscal_and_olir_have_no_place_for_is_counted() -> None:
    _, losses = oscal_mapping.write([FOUND], REGISTER)
    assert [losses[f"{what} of a record"] for what in MORE] == [2, 1, 1, 1]
    _, losses = olir.write([FOUND], REGISTER)
    assert [losses[f"{what} of a record"] for what in MORE] == [0, 1, 1, 1]


def test_a_spreadsheet_shows_it() -> None:
    data, _ = spreadsheet.write([FOUND], REGISTER)
    rows = {row["subject"]: row for row in csv.DictReader(io.StringIO(data.decode("utf-8-sig")))}
    reviewed = rows["ipa/2.0/guideline/9"]
    assert (reviewed["strength"], reviewed["review_date"]) == ("4", "2026-11-20")
    assert reviewed["reviewers"] == "body/gsma; body/ipa; A | B; Somebody Else"
    assert rows["ipa/2.0/guideline/1"]["strength"] == "0"


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (b"\t4\n", b"\t11\n", "the strength “11” is no whole number from 0 to 10"),
        (b"id:body/gsma|id:body/ipa", b"nobody", "“nobody” in reviewer_id is no CURIE"),
        (b"2026-11-20", b"last week", "“last week” is no date"),
    ],
)
def test_a_wrong_review_or_strength_is_told_with_its_line(old: bytes, new: bytes, what: str) -> None:
    data, _ = sssom_writing.write(replace(FOUND, records=(REVIEWED,)), {})
    assert old in data
    with pytest.raises(InputError) as fault:
        sssom.read(data.replace(old, new), "t.sssom.tsv")
    lines = data.count(b"\n")
    assert f"t.sssom.tsv:{lines}: " in str(fault.value) and what in str(fault.value)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (b"2026-11-20", b"last week", "“last week” in column review_date is no date"),
        (b"id:body/gsma|id:body/ipa", b"nobody", "“nobody”"),
        (b"reviewer_label", b"subject_labels", "unknown column"),
    ],
)
def test_a_wrong_review_in_a_table_of_a_curator_is_told_with_its_line(
    old: bytes, new: bytes, what: str
) -> None:
    data, _ = sssom_writing.write(replace(FOUND, records=(REVIEWED,)), {}, curated=True)
    assert old in data
    with pytest.raises(InputError) as fault:
        read_mappings(data.replace(old, new).decode(), "t.sssom.tsv", str(GRAPH["mappings/t"]))
    assert what in str(fault.value) and "t.sssom.tsv:" in str(fault.value)


def test_a_day_of_review_needs_a_reviewer() -> None:
    alone = replace(REVIEWED, reviewers=(), reviewer_names=())
    data, _ = sssom_writing.write(replace(FOUND, records=(alone,)), {}, curated=True)
    with pytest.raises(InputError, match="a review_date is given without a reviewer"):
        read_mappings(data.decode(), "t.sssom.tsv", str(GRAPH["mappings/t"]))


@pytest.mark.parametrize("wrong", ["11", "-1", "4.5", "much"])
def test_a_wrong_strength_in_rdf_is_refused(wrong: str) -> None:
    written = serialize(triples.of_mapping_set(replace(FOUND, records=(REVIEWED,))))
    assert "xw:strength 4" in written
    spoilt = written.replace("xw:strength 4", f'xw:strength "{wrong}"')
    with pytest.raises(InputError, match="is no whole number from 0 to 10"):
        rdf.read(spoilt.encode(), "t.ttl", "turtle")
