"""The mapping sets that others published, and the project's own, against the fact sheets they came from."""

from __future__ import annotations

import csv
import json
import os
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Store
from rdflib.namespace import DCTERMS, RDF, SKOS

from crosswalk.graph.sources import read_sources
from crosswalk.namespaces import ID, SEMAPV, SSSOM, XW

BY = "https://creativecommons.org/licenses/by/4.0/"
BY_SA = "https://creativecommons.org/licenses/by-sa/4.0/"
PUBLIC_DOMAIN = "https://creativecommons.org/publicdomain/mark/1.0/"
NOT_NAMED = "https://w3id.org/sssom/license/unspecified"
SIZES = {
    "uk-cop-2018--gsma-2.2-dcms": 64,
    "uk-cop-2018--gsma-2.0-dcms": 6,
    "uk-cop-2018--etsi-ts-103-645-1.1.1-dcms": 50,
    "uk-cop-2018--etsi-en-303-645-2.1.1-dcms": 76,
    "uk-cop-2018--enisa-baseline-2017-dcms": 66,
    "uk-cop-2018--nistir-8259a-2020-dcms": 7,
    "uk-cop-2018--itac-1.0-dcms": 7,
    "nistir-8259a-2020--gsma-2.0-nist": 15,
    "nistir-8259a-2020--etsi-ts-103-645-1.1.1-nist": 12,
    "nistir-8259a-2020--enisa-baseline-2017-nist": 24,
    "nistir-8259b-2021--etsi-en-303-645-2.1.0-nist": 10,
    "nist-iot-catalog-draft--nist-sp-800-53-5.0.1-nist": 239,
    "nist-iot-catalog-draft--nist-csf-1.1-nist": 220,
    "owasp-isvs-2026-06--nist-sp-800-213a-2021-owasp": 224,
    "owasp-isvs-2026-06--etsi-en-303-645-2.1.1-owasp": 114,
    "ipa-2.0--etsi-en-303-645-3.1.3-crosswalk": 29,
    "ipa-2.0--nistir-8259a-2020-crosswalk": 14,
}
OWN = {name for name in SIZES if name.endswith("-crosswalk")}
PUBLISHED = set(SIZES) - OWN
CANDIDATES = {str(XW[name]) for name in ("Equal", "Subset", "Superset", "Intersects", "Disjoint")}
PREDICATES = {
    frozenset({str(XW.Equal)}): SKOS.exactMatch,
    frozenset({str(XW.Subset)}): SKOS.broadMatch,
    frozenset({str(XW.Superset)}): SKOS.narrowMatch,
    frozenset({str(XW.Intersects)}): SKOS.relatedMatch,
}

Facts = dict[str, dict[str, list]]


@pytest.fixture(scope="module")
def graph(repository: Path) -> Facts:
    """Every asserted fact: subject, predicate, values (IRIs as texts, literals by their words)."""
    found: Facts = defaultdict(lambda: defaultdict(list))
    for quad in read_sources(repository).quads():
        found[quad.subject.value][quad.predicate.value].append(quad.object.value)
    # Plain dictionaries: asking for what is missing must fail, and must not add it.
    return {subject: dict(about) for subject, about in found.items()}


@pytest.fixture(scope="module")
def records(graph: Facts) -> dict[str, list[str]]:
    """The records of every mapping set read from a table, by the name of the set."""
    found = defaultdict(list)
    for subject, about in graph.items():
        for mapping_set in about.get(str(XW.inMappingSet), ()):
            found[mapping_set.removeprefix(ID + "mapping/")].append(subject)
    return {name: sorted(found[name]) for name in SIZES}


def sheet(repository: Path, name: str) -> list[dict[str, str]]:
    """The rows of a fact sheet; skips the test where the sheets are not at hand."""
    folder = Path(os.environ.get("CROSSWALK_FACTS") or repository.parent / "shared" / "facts")
    if not (folder / name).is_file():
        pytest.skip(f"the fact sheet {name} is not at hand: set CROSSWALK_FACTS")
    with (folder / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def pairs(graph: Facts, records: dict[str, list[str]], name: str) -> Counter:
    """The ends of the records of a set, by their numbers (or the end of the identifier)."""

    def end(iri: str) -> str:
        return re.sub(r"^.*/(provision|section|guideline|key-concept)/", "", iri)

    return Counter(
        (end(graph[each][str(XW.subject)][0]), end(graph[each][str(XW.object)][0])) for each in records[name]
    )


def test_each_set_has_as_many_records_as_it_should(records) -> None:
    assert {name: len(found) for name, found in records.items()} == SIZES


def test_no_table_is_left_untested(repository: Path) -> None:
    tables = (repository / "data" / "mappings").glob("*.sssom.tsv")
    assert {path.name.removesuffix(".sssom.tsv") for path in tables} == set(SIZES)


def test_both_ends_of_every_record_are_elements_of_the_editions_named(graph, records) -> None:
    wrong = []
    for name, found in records.items():
        about = graph[ID + "mapping/" + name]
        for record in found:
            for end, source in ((XW.subject, SSSOM.subject_source), (XW.object, SSSOM.object_source)):
                (element,) = graph[record][str(end)]
                if graph[element][str(XW.inEdition)] != about[str(source)]:
                    wrong.append((record, element))
    assert wrong == []


def test_nothing_referred_to_is_missing(graph, records) -> None:
    described = set(graph)
    referred = {
        value
        for name, found in records.items()
        for subject in (ID + "mapping/" + name, *found)
        for values in list(graph[subject].values())
        for value in values
        if value.startswith(ID)
    }
    assert referred - described == set()


def test_the_versions_named_are_those_of_the_editions(graph) -> None:
    version = "http://www.w3.org/ns/dcat#version"
    for name in SIZES:
        about = graph[ID + "mapping/" + name]
        for side in ("subject", "object"):
            (edition,) = about[str(SSSOM[f"{side}_source"])]
            assert about[str(SSSOM[f"{side}_source_version"])] == graph[edition][version], name


def test_published_associations_stay_untyped(graph, records) -> None:
    for name in PUBLISHED:
        for record in records[name]:
            about = graph[record]
            assert about[str(XW.predicate)] == [str(SKOS.mappingRelation)]
            for word in (XW.excludesRelation, XW.setRelation, XW.rationaleKind, SSSOM.confidence):
                assert str(word) not in about, record


def test_every_set_and_its_graph_state_the_licence_and_who_made_it(graph) -> None:
    base = ID.replace("/id/", "/graph/mappings/")
    for name in SIZES:
        about, held = graph[ID + "mapping/" + name], graph[base + name]
        # What a publisher says of his set is one thing, on what terms the file made here is offered another.
        published = {"owasp": BY_SA, "nist": PUBLIC_DOMAIN, "dcms": NOT_NAMED}
        assert about[str(DCTERMS.license)] == [published.get(name.rpartition("-")[2], BY)], name
        assert held[str(DCTERMS.license)] == [BY_SA if name.endswith("owasp") else BY], name
        if name.endswith("dcms"):
            assert "no named open licence" in held[str(DCTERMS.rights)][0]
        assert about[str(DCTERMS.creator)] and held[str(DCTERMS.rights)] and held[str(DCTERMS.source)]
        assert (ID + "body/crosswalk" in about[str(DCTERMS.creator)]) == (name in OWN)


def test_the_licence_of_owasp_isvs_is_on_every_file_of_its_data(repository: Path, graph) -> None:
    held = {each for each, about in graph.items() if "owasp-isvs" in each and about.get(str(DCTERMS.license))}
    assert len(held) == 6
    assert {licence for each in held for licence in graph[each][str(DCTERMS.license)]} == {BY_SA}


def test_the_gpl_mapping_of_owasp_is_left_out_and_said_to_be(graph, records) -> None:
    top_ten = ID + "owasp-iot-top-10/2018/"
    ends = {
        graph[each][str(end)][0]
        for found in records.values()
        for each in found
        for end in (XW.subject, XW.object)
    }
    assert not {end for end in ends if end.startswith(top_ten)}
    note = graph[ID + "note/owasp-iot-top-10-mapping-licence"]
    assert note[str(XW.irregularity)] == [str(XW.LicenceInDoubt)]


def dcms(rows: list[dict[str, str]], *standards: str) -> Counter:
    return Counter(
        (row["cop_number"], row["section_ref"]) for row in rows if row["standard"].startswith(standards)
    )


def test_the_code_of_practice_mapping_is_whole(repository, graph, records) -> None:
    rows = sheet(repository, "xwalk_dcms_cop_v4.csv")
    of = lambda name: pairs(graph, records, f"uk-cop-2018--{name}-dcms")  # noqa: E731
    assert of("enisa-baseline-2017") == dcms(rows, "Baseline Security Recommendations")
    concepts = {
        (number, re.findall(r"\d+", cited)[0])
        for number, cited in dcms(rows, "IoT Security Guidelines Ver. 1.0")
    }
    assert set(of("itac-1.0")) == concepts
    papers = dcms(rows, "IoT Security Guidelines Endpoint", "IoT Security Guidelines for")
    assert set(of("gsma-2.2")) == {
        (number, cited.split("_")[1]) for number, cited in papers if cited != "CLP13_5.8.3"
    }
    assert dcms(rows, "GSMA IoT Security Assessment") + Counter({("10", "5.8.2"): 1}) == of("gsma-2.0")
    specification = dcms(rows, "Cyber Security for Consumer Internet of Things")
    shortened = {("10", "4.1"): ("10", "4.10")}
    assert set(of("etsi-ts-103-645-1.1.1")) == {
        shortened.get(pair, (pair[0], pair[1].removeprefix("Provision "))) for pair in specification
    }
    standard = {(number, cited.removeprefix("Provision ")) for number, cited in dcms(rows, "ETSI EN 303")}
    assert standard - set(of("etsi-en-303-645-2.1.1")) == {("3", "Provisions 5.3-3 to 5.3-12")}
    assert set(of("etsi-en-303-645-2.1.1")) - standard == {("3", f"5.3-{n}") for n in range(3, 13)}


def test_capabilities_are_cited_by_their_titles(repository, graph, records) -> None:
    rows = sheet(repository, "xwalk_dcms_cop_v4.csv")
    cited = dcms(rows, "NISTIR 8259A")
    found = Counter(
        (
            graph[each][str(XW.subject)][0].rsplit("/", 1)[1],
            graph[graph[each][str(XW.object)][0]][str(SKOS.prefLabel)][0],
        )
        for each in records["uk-cop-2018--nistir-8259a-2020-dcms"]
    )
    assert found == cited


def test_every_pair_of_the_code_of_practice_mapping_is_a_record_or_counted_in_a_note(
    repository, graph
) -> None:
    rows = sheet(repository, "xwalk_dcms_cop_v4.csv")
    note = graph[ID + "note/dcms-v4-documents-not-held"]
    counted = 0
    for reading in note[str(XW.hasReading)]:
        organisation, number = re.match(r"\[(.*): (\d+) reference", graph[reading][str(XW.text)][0]).groups()
        assert organisation in {row["organisation"] for row in rows}
        counted += int(number)
    one_range_of_ten, one_not_entered = 9, 1
    entered = sum(size for name, size in SIZES.items() if name.endswith("-dcms")) - one_range_of_ten
    assert counted + entered + one_not_entered == len(rows)
    assert (
        f"{counted} lead to documents of {len(note[str(XW.hasReading)])} organisations"
        in note[str(XW.reason)][0]
    )


def test_who_mapped_what_is_kept(repository, graph, records) -> None:
    rows = sheet(repository, "xwalk_dcms_cop_v4.csv")
    by_gsma = sum(row["mapped_by"] == "GSMA" for row in rows if row["section_ref"])
    found = [
        each
        for name in PUBLISHED
        for each in records[name]
        if graph[each].get(str(DCTERMS.creator)) == [ID + "body/gsma"]
    ]
    assert len(found) == by_gsma == 11


@pytest.mark.parametrize(
    ("report", "names"),
    [
        (
            "8259a",
            {
                "GSMA": "gsma-2.0",
                "ETSI TS 103 645 V1.1.1": "etsi-ts-103-645-1.1.1",
                "ENISA": "enisa-baseline-2017",
            },
        ),
        ("8259b", {"ETSI EN 303 645 V2.1.0": "etsi-en-303-645-2.1.0"}),
    ],
)
def test_no_cut_identifier_entered(report: str, names: dict[str, str], repository, graph, records) -> None:
    rows = sheet(repository, f"xwalk_nistir{report}_table1.csv")
    year = {"8259a": "2020", "8259b": "2021"}[report]
    for document, short in names.items():
        whole = Counter(
            (row["capability_code"], row["target_id"])
            for row in rows
            if row["target_document"] == document and row["complete"] == "yes"
        )
        assert pairs(graph, records, f"nistir-{report}-{year}--{short}-nist") == whole
    cut = [row for row in rows if row["complete"] != "yes"]
    note = graph[ID + f"note/nistir-{report}-identifiers-cut"]
    assert cut and f"{len(cut)} references of {len(rows)}" in note[str(XW.reason)][0]


def test_what_is_held_for_a_cut_identifier_is_cited_whole_elsewhere(repository, graph) -> None:
    rows = sheet(repository, "xwalk_nistir8259a_table1.csv")
    whole = {row["target_id"] for row in rows if row["complete"] == "yes"}
    cut = {row["target_id"] for row in rows if row["complete"] != "yes"} - whole
    assert cut and not {each for each in cut if graph.get(ID + f"gsma/2.0/CLP.17/provision/{each}")}


@pytest.mark.parametrize(
    ("name", "document"),
    [("nist-sp-800-53-5.0.1", "SP 800-53 Rev. 5"), ("nist-csf-1.1", "CSF 1.1")],
)
def test_the_draft_catalogues_are_whole(name: str, document: str, repository, graph, records) -> None:
    rows = [
        row
        for row in sheet(repository, "xwalk_nist_iot_catalog_draft.csv")
        if row["target_document"] == document
    ]
    found = Counter()
    for each in records[f"nist-iot-catalog-draft--{name}-nist"]:
        about = graph[each]
        (part,) = about[str(XW.subject)]
        (whole,) = graph[part][str(DCTERMS.isPartOf)]
        title = (graph[part].get(str(SKOS.prefLabel)) or graph[part][str(SKOS.notation)])[0]
        (count,) = re.findall(r"^(One|\d+) ", about[str(SKOS.note)][0])
        target = about[str(XW.object)][0].rsplit("/", 1)[1]
        found[graph[whole][str(SKOS.prefLabel)][0], title, target, count.replace("One", "1")] += 1
    expected = Counter(
        (
            re.sub(r"^[A-D]\. ", "", row["capability"]),
            row["sub_capability"],
            row["target_id"],
            row["element_count"],
        )
        for row in rows
    )
    assert found == expected


@pytest.mark.parametrize(
    ("name", "document"),
    [("nist-sp-800-213a-2021", "NIST SP 800-213A"), ("etsi-en-303-645-2.1.1", "ETSI EN 303 645 V2.1.1")],
)
def test_owasp_isvs_is_whole_but_for_what_no_edition_has(
    name: str, document: str, repository, graph, records
) -> None:
    rows = [row for row in sheet(repository, "xwalk_owasp_isvs.csv") if row["target_document"] == document]
    unknown = Counter(row["target_id"] for row in rows if row["target_id"].startswith("NT-"))
    expected = Counter(
        (row["isvs_requirement"], row["target_id"]) for row in rows if row["target_id"] not in unknown
    )
    assert pairs(graph, records, f"owasp-isvs-2026-06--{name}-owasp") == expected
    if unknown:
        note = graph[ID + "note/owasp-isvs-213a-codes"]
        said = {graph[each][str(XW.text)][0].split(" ")[0] for each in note[str(XW.hasReading)]}
        assert said == {f"[{code}:" for code in unknown}


def test_titles_of_controls_are_those_of_the_catalogue(repository, graph) -> None:
    rows = sheet(repository, "xwalk_nist_iot_catalog_draft.csv")
    folder = Path(os.environ.get("CROSSWALK_FACTS") or repository.parent / "shared" / "facts")
    catalogue = json.loads((folder / "oscal" / "NIST_SP-800-53_rev5_catalog-min_v5.0.1.json").read_text())
    titles = {}
    for group in catalogue["catalog"]["groups"]:
        titles[group["id"].upper()] = group["title"]
        for control in (each for one in group["controls"] for each in (one, *one.get("controls", ()))):
            label = next(each["value"] for each in control["props"] if each["name"] == "label")
            titles[label] = control["title"]
    prefix = ID + "nist-sp-800-53/5.0.1/provision/"
    held = {
        each.removeprefix(prefix): about[str(SKOS.prefLabel)][0]
        for each, about in graph.items()
        if each.startswith(prefix)
    }
    cited = {row["target_id"] for row in rows if row["target_document"].startswith("SP 800-53")}
    controls = {each.partition("(")[0] for each in cited}
    assert set(held) == cited | controls | {each.partition("-")[0] for each in controls}
    assert held == {label: titles[label] for label in held}


@pytest.mark.parametrize(
    ("name", "none"),
    [
        ("ipa-2.0--etsi-en-303-645-3.1.3-crosswalk", {"1", "2", "4", "10", "12"}),
        ("ipa-2.0--nistir-8259a-2020-crosswalk", {"1", "2", "4", "6", "10", "12", "15", "16", "17"}),
    ],
)
def test_an_assessment_answers_once_for_every_guideline(name: str, none: set[str], graph) -> None:
    comparison = ID + "comparison/" + name
    assert graph[comparison][str(XW.declaresComplete)] == [ID + "ipa/2.0"]
    rows = {
        each: about for each, about in graph.items() if about.get(str(XW.inComparisonSet)) == [comparison]
    }
    focus = {ID + f"ipa/2.0/guideline/{number}" for number in range(1, 18)}
    assert {about[str(XW.focus)][0] for about in rows.values()} == focus and len(rows) == 17
    answered = {each.rsplit("/", 1)[1]: about[str(XW.outcome)] for each, about in rows.items()}
    assert {number for number, outcome in answered.items() if outcome == [str(XW.AssertedNone)]} == none
    assert all(outcome == [str(XW.Mapped)] for number, outcome in answered.items() if number not in none)
    assert all(about[str(SKOS.note)] for each, about in rows.items() if each.rsplit("/", 1)[1] in none)
    assert not any(str(XW.alignment) in about for about in rows.values())


@pytest.mark.parametrize("name", sorted(OWN))
def test_each_judgement_can_be_disputed(name: str, graph, records) -> None:
    """Reason, kind of rationale, confidence of our own, and a relation that is not disjointness."""
    for record in records[name]:
        about = graph[record]
        assert about[str(SSSOM.mapping_justification)] == [str(SEMAPV.ManualMappingCuration)]
        assert len(about[str(SKOS.note)][0]) > 60
        assert about[str(XW.rationaleKind)][0] in {str(XW.Semantic), str(XW.Functional)}
        assert 0 < float(about[str(SSSOM.confidence)][0]) < 1
        left = frozenset(CANDIDATES - set(about[str(XW.excludesRelation)]))
        assert left and str(XW.Disjoint) not in left and str(XW.Equal) not in left
        assert left != {str(XW.Subset), str(XW.Superset)}
        assert about[str(XW.predicate)] == [str(PREDICATES.get(left, SKOS.mappingRelation))]
    assert "not reviewed" in graph[ID + "mapping/" + name][str(DCTERMS.description)][0]


@pytest.mark.parametrize("name", sorted(OWN))
def test_labels_in_a_table_are_those_of_the_graph(name: str, repository: Path, graph) -> None:
    path = repository / "data" / "mappings" / f"{name}.sssom.tsv"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    prefixes = dict(re.findall(r"^#  (\w+): (\S+)$", path.read_text(encoding="utf-8"), re.MULTILINE))
    for row in csv.DictReader(lines, delimiter="\t"):
        for side in ("subject", "object"):
            prefix, _, local = row[f"{side}_id"].partition(":")
            titles = graph.get(prefixes[prefix] + local, {}).get(str(SKOS.prefLabel), [""])
            assert row[f"{side}_label"] in titles


def test_own_and_published_records_are_never_in_one_file(repository: Path) -> None:
    makers = defaultdict(set)
    creator, kind = NamedNode(str(DCTERMS.creator)), NamedNode(str(RDF.type))
    store = Store()
    store.bulk_extend(read_sources(repository).quads())
    for quad in store.quads_for_pattern(None, kind, NamedNode(str(XW.MappingSet)), None):
        for made in store.quads_for_pattern(quad.subject, creator, None, quad.graph_name):
            makers[quad.graph_name.value].add(made.object.value)
    own = {graph for graph, names in makers.items() if ID + "body/crosswalk" in names}
    assert len(own) == 2
    assert all(makers[graph] == {ID + "body/crosswalk"} for graph in own)
