"""The standards beside the comparison hold what the fact sheets confirm, and nothing else."""

from __future__ import annotations

import csv
import os
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store
from rdflib import DCTERMS, PROV, SKOS, URIRef

from crosswalk.namespaces import ID, XW

ROOT = Path(__file__).parents[1]
DATA = ROOT / "data"
FACTS = Path(os.environ.get("CROSSWALK_FACTS", ROOT.parent / "shared" / "facts"))
ETSI = "etsi-en-303-645"
BASELINES = {
    "NISTIR 8259A": "nistir-8259a/2020",
    "NISTIR 8259B": "nistir-8259b/2021",
    "NIST IR 8425": "nist-ir-8425/2022",
}
UNSEEN = {("NIST IR 8425", "IA.2")}
"""The sheet says of the capability that its second item was not seen."""

needs_facts = pytest.mark.skipif(not FACTS.is_dir(), reason=f"fact sheets not found: {FACTS}")

Facts = dict[URIRef, dict[URIRef, list[str]]]


@pytest.fixture(scope="module")
def things() -> Facts:
    """Thing → property → values of all curated files."""
    store = Store()
    for path in sorted(DATA.rglob("*.ttl")):
        store.load(path=path, format=RdfFormat.TURTLE)
    found: Facts = defaultdict(lambda: defaultdict(list))
    for quad in store:
        value = URIRef(quad.object.value) if isinstance(quad.object, NamedNode) else quad.object.value
        found[URIRef(quad.subject.value)][URIRef(quad.predicate.value)].append(value)
    return found


def sheet(name: str, **where: str) -> list[dict[str, str]]:
    with (FACTS / name).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return [row for row in rows if all(row[column] == value for column, value in where.items())]


def held(things: Facts, edition: str, kind: str) -> dict[str, str | None]:
    """Address within the edition → title, of everything of one kind in it."""
    start = ID[f"{edition}/{kind}/"]
    return {
        iri.removeprefix(start): facts.get(SKOS.prefLabel, [None])[0]
        for iri, facts in things.items()
        if iri.startswith(start) and facts[XW.inEdition] == [ID[edition]]
    }


def titled(rows: list[dict[str, str]], number: str, title: str) -> dict[str, str | None]:
    return {row[number]: row[title] or None for row in rows}


def confirmed(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [row for row in rows if row["sure"] != "general"]


@needs_facts
@pytest.mark.parametrize(("version", "count", "mandatory"), [("2.1.1", 68, 33), ("3.1.3", 78, 36)])
def test_every_etsi_provision_has_its_clause_obligation_and_conditions(things, version, count, mandatory):
    rows = sheet("etsi_en_303645_provisions.csv", version=f"V{version}")
    edition = f"{ETSI}/{version}"
    assert held(things, edition, "provision") == dict.fromkeys((row["provision_id"] for row in rows), None)
    assert len(rows) == count
    obligations = Counter()
    for row in rows:
        facts = things[ID[f"{edition}/provision/{row['provision_id']}"]]
        assert facts[DCTERMS.isPartOf] == [ID[f"{edition}/section/{row['clause_no']}"]]
        conditions = {f"condition/{each}" for each in row["condition_nos"].split(";") if each}
        features = {f"feature/{each}" for each in row["feature_letters"].split(";") if each}
        assert set(facts[XW.appliesWhen]) == {ID[f"{edition}/{each}"] for each in conditions | features}
        assert facts[XW.obligation] == [row["obligation"]]
        obligations[row["obligation"]] += 1
    assert obligations["M"] == mandatory


@needs_facts
@pytest.mark.parametrize("version", ["2.1.1", "3.1.3"])
def test_etsi_clauses_bear_the_headings_of_the_sheet(things, version):
    rows = sheet("etsi_en_303645_provisions.csv", version=f"V{version}")
    headings = {row["clause_no"]: row["clause_heading"] for row in rows}
    assert held(things, f"{ETSI}/{version}", "section") == {"5": None} | headings


@needs_facts
def test_every_etsi_condition_is_one_that_a_provision_names(things):
    for row in sheet("etsi_en_303645_conditions.csv"):
        iri = ID[f"{ETSI}/{row['version'][1:]}/{row['kind']}/{row['key']}"]
        assert things[iri][SKOS.editorialNote] == [f"Own summary: {row['short_label']}."]
    named = {condition for facts in things.values() for condition in facts.get(XW.appliesWhen, [])}
    described = {iri for iri, facts in things.items() if SKOS.topConceptOf in facts and f"/{ETSI}/" in iri}
    assert named == described


@needs_facts
def test_every_etsi_provision_is_in_one_change_as_the_sheet_has_it(things):
    kinds = {"kept": "Continued", "moved": "Renumbered", "split": "Split", "added": "Added"}
    steps: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in sheet("etsi_en_303645_changes.csv"):
        earlier = row["v2_1_1_id"] or f"added {row['v3_1_3_id']}"
        steps[earlier, kinds[row["kind"]]].add(row["v3_1_3_id"])
    found = {}
    for iri, facts in things.items():
        if iri.startswith(ID[f"change/{ETSI}-"]) and XW.changeKind in facts:
            later = {each.rpartition("/")[2] for each in facts[XW.changeTo]}
            earlier = [each.rpartition("/")[2] for each in facts[XW.changeFrom]] or [f"added {min(later)}"]
            found[earlier[0], facts[XW.changeKind][0].rpartition("#")[2]] = later
            for each in facts[XW.changeTo]:
                assert things[each][PROV.wasRevisionOf] == facts[XW.changeFrom]
    assert found == steps
    assert Counter(kind for _, kind in found) == {"Continued": 61, "Split": 6, "Added": 4, "Renumbered": 1}


@needs_facts
@pytest.mark.parametrize("report", BASELINES)
def test_nist_capabilities_bear_their_names_and_elements_our_summaries(things, report):
    rows = [
        row
        for row in confirmed(sheet("nist_iot_baselines.csv", doc_id=report))
        if (report, row["local_id"]) not in UNSEEN
    ]
    names = {
        row["local_id"]: row["capability_title"] if row["row_kind"] == "capability" else None for row in rows
    }
    assert held(things, BASELINES[report], "provision") == names
    for row in rows:
        if row["row_kind"] == "element":
            facts = things[ID[f"{BASELINES[report]}/provision/{row['local_id']}"]]
            assert facts[SKOS.editorialNote] == [f"Own summary: {row['short_label']}."]


def test_what_is_missing_of_ir_8425_is_said(things):
    facts = things[ID["nist-ir-8425/2022"]]
    assert facts[XW.textCoverage] == [XW.Partial]
    assert "Software Update" in facts[SKOS.editorialNote][0]


@needs_facts
def test_csf_2_0_holds_its_own_items_and_none_of_1_1(things):
    rows = sheet("nist_csf20.csv", status="current")
    assert Counter(row["level"] for row in rows) == {"function": 6, "category": 22, "subcategory": 106}
    assert held(things, "nist-csf/2.0", "provision") == titled(rows, "id", "title")
    for row in rows:
        parent = f"nist-csf/2.0/provision/{row['parent']}" if row["parent"] else "nist-csf/2.0"
        assert things[ID[f"nist-csf/2.0/provision/{row['id']}"]][DCTERMS.isPartOf] == [ID[parent]]


@needs_facts
@pytest.mark.parametrize(
    ("edition", "name", "number", "title", "count"),
    [
        ("nist-sp-800-213a/2021", "nist_sp800_213a_catalog.csv", "id", "title", 65),
        ("uk-cop/2018", "uk_cop_2018.csv", "number", "title", 13),
        ("owasp-iot-top-10/2018", "owasp_iot_top10_2018.csv", "id", "title", 10),
    ],
)
def test_every_item_bears_the_title_of_its_sheet(things, edition, name, number, title, count):
    rows = confirmed(sheet(name))
    assert len(rows) == count
    assert held(things, edition, "provision") == titled(rows, number, title)


@needs_facts
def test_enisa_measures_stand_in_their_sections(things):
    rows = confirmed(sheet("enisa_baseline_2017.csv"))
    measures = dict.fromkeys((row["measure_id"] for row in rows), None)
    assert len(measures) == 83
    assert held(things, "enisa-baseline/2017", "provision") == measures
    sections = held(things, "enisa-baseline/2017", "section")
    for row in rows:
        facts = things[ID[f"enisa-baseline/2017/provision/{row['measure_id']}"]]
        assert facts[DCTERMS.isPartOf] == [ID[f"enisa-baseline/2017/section/{row['section_no']}"]]
        assert sections[row["section_no"]] == row["domain_title"]
        assert sections[row["section_no"].rpartition(".")[0]] == row["group"]


@needs_facts
def test_iso_27400_holds_the_headings_that_were_read(things):
    rows = confirmed(sheet("iso_27400_toc.csv"))
    assert len(rows) == 45
    assert held(things, "iso-iec-27400/2022", "section") == titled(rows, "section_no", "heading")


@needs_facts
def test_key_concepts_of_ver_1_0_bear_a_title_only_where_it_was_read(things):
    rows = sheet("itac_v1_key_concepts.csv")
    titles = {row["number"]: row["title_en"] if row["sure_en"] != "general" else None for row in rows}
    assert held(things, "itac/1.0", "provision/key-concept") == titles
    assert sum(title is not None for title in titles.values()) == 13
    for row in rows:
        facts = things[ID[f"itac/1.0/provision/key-concept/{row['number']}"]]
        assert facts[DCTERMS.isPartOf] == [ID[f"itac/1.0/provision/guideline/{row['guideline_no']}"]]


@needs_facts
def test_dates_that_are_general_knowledge_are_not_held(things):
    assert DCTERMS.issued not in things[ID["nist-csf/2.0"]]
    assert things[ID["nist-sp-800-213a/2021"]][DCTERMS.issued] == ["2021"]
    assert not [iri for iri in things if iri.startswith(ID["iso-iec-27402/"])]
