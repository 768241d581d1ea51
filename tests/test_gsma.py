"""The GSMA editions hold what the fact sheets confirm, and nothing that they only suppose."""

from __future__ import annotations

import csv
import os
import re
from collections import defaultdict
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, Store
from rdflib import DCTERMS, FOAF, PROV, RDF, SKOS, Namespace, URIRef

from crosswalk.namespaces import ID, XW

ROOT = Path(__file__).parents[1]
DATA = ROOT / "data"
FACTS = Path(os.environ.get("CROSSWALK_FACTS", ROOT.parent / "shared" / "facts"))
DCAT = Namespace("http://www.w3.org/ns/dcat#")
CERTAINTY = {"document": XW.ReadInDocument, "secondary": XW.ReadElsewhere}
PAPERS = ["CLP.11", "CLP.12", "CLP.13", "CLP.14"]
PASSING = [
    "nist-rmf/as-cited/component/monitor",
    "nist-rmf/as-cited/component/frame",
    "cert-octave/as-cited/step/1",
    "cert-octave/as-cited/step/4",
    "cert-octave/as-cited/step/5",
]

CITED = re.compile(r"^CLP\.?(\d\d)_([0-9.]+)$", re.MULTILINE)
needs_facts = pytest.mark.skipif(not FACTS.is_dir(), reason=f"fact sheets not found: {FACTS}")

Graph = dict[URIRef, dict[URIRef, list[str]]]


def read_files(*patterns: str) -> Graph:
    """Subject → predicate → values of the data files that match, in the order of the files."""
    store = Store()
    for path in sorted(path for pattern in patterns for path in DATA.glob(pattern)):
        store.load(path=path, format=RdfFormat.TURTLE)
    found: Graph = defaultdict(lambda: defaultdict(list))
    for quad in store:
        assert isinstance(quad.subject, NamedNode), f"a blank node: {quad}"
        value = quad.object.value
        found[URIRef(quad.subject.value)][URIRef(quad.predicate.value)].append(
            URIRef(value) if isinstance(quad.object, NamedNode) else value
        )
    return found


@pytest.fixture(scope="module")
def gsma() -> Graph:
    return read_files("gsma/*.ttl", "nist-rmf/*.ttl", "cert-octave/*.ttl", "onem2m/*.ttl", "topics.ttl")


@pytest.fixture(scope="module")
def pages() -> dict[str, URIRef]:
    """The source document's IRI by the address of its page."""
    sources = read_files("sources.ttl")
    return {str(page): iri for iri, facts in sources.items() for page in facts.get(FOAF.page, [])}


def thing(path: str) -> URIRef:
    return ID[path]


def section(edition: str, document: str, number: str) -> URIRef:
    return thing(f"gsma/{edition}/{document}/section/{number.removeprefix('Annex ')}")


def of_class(graph: Graph, name: str) -> dict[str, dict[str, list[str]]]:
    return {iri: facts for iri, facts in graph.items() if XW[name] in facts[RDF.type]}


NAMED_WHERE_CITED = {section("2.2", "CLP.14", "5.1.1.2")}
"""The mapping data gives this one a heading with its number."""


def sheet(name: str) -> list[dict[str, str]]:
    with (FACTS / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def contents(edition: str, *, confirmed: bool) -> list[dict[str, str]]:
    rows = [row for row in sheet("gsma_toc.csv") if row["toc_version"] == edition]
    return [row for row in rows if (row["sure"] != "general") == confirmed]


def cited_sections() -> set[tuple[str, str]]:
    rows = [row for row in sheet("seed_gsma_refs_check.csv") if row["doc_id"] in PAPERS]
    return {(row["doc_id"], row["cited_section"]) for row in rows if row["cited_section"]}


def cited_by_the_code_of_practice(edition: str) -> set[tuple[str, str]]:
    """What the mapping data of the Code of Practice cites from an edition, less its known slip."""
    references = {
        row["section_ref"]
        for row in sheet("xwalk_dcms_cop_v4.csv")
        if row["standard"].endswith(f"V{edition}")
    }
    cited = {(f"CLP.{paper}", number) for paper, number in CITED.findall("\n".join(references))}
    return cited - {("CLP.13", "5.8.3")}


@pytest.mark.parametrize(
    ("edition", "issued", "first", "last"),
    [
        ("1.0", "2016-02", "2016-02-01", "2016-02-29"),
        ("1.1", "2016-11", "2016-11-01", "2016-11-30"),
        ("2.0", "2017-09-29", "2017-09-29", "2017-09-29"),
    ],
)
def test_each_edition_carries_the_date_of_the_comparison(gsma, edition, issued, first, last):
    facts = gsma[thing(f"gsma/{edition}")]
    assert facts[DCTERMS.issued] == [issued]
    assert (facts[XW.issuedFrom], facts[XW.issuedUntil]) == ([first], [last])


def test_each_edition_follows_the_one_before(gsma):
    for newer, older in [("1.1", "1.0"), ("2.0", "1.1")]:
        assert gsma[thing(f"gsma/{newer}")][DCAT.previousVersion] == [thing(f"gsma/{older}")]
        for document in PAPERS:
            revised = gsma[thing(f"gsma/{newer}/{document}")][PROV.wasRevisionOf]
            assert revised == [thing(f"gsma/{older}/{document}")]


def test_a_section_continues_only_where_number_and_heading_or_passage_are_the_same(gsma):
    continued = {iri: facts for iri, facts in of_class(gsma, "Change").items() if XW.changeTo in facts}
    papers = {facts[XW.changeTo][0] for facts in continued.values()} & set(of_class(gsma, "Document"))
    assert sorted(paper.rpartition("/")[2] for paper in papers) == ["CLP.12", "CLP.13", "CLP.14"]
    assert len(continued) - len(papers) == 39
    for iri, facts in continued.items():
        (older,), (newer,) = facts[XW.changeFrom], facts[XW.changeTo]
        assert gsma[newer][PROV.wasRevisionOf] == [older]
        assert str(older).replace("/gsma/2.0/", "/gsma/2.2/") == str(newer)
        if SKOS.editorialNote not in facts:
            assert gsma[older][SKOS.prefLabel] == gsma[newer][SKOS.prefLabel], f"{iri}: on what ground?"
    revised = {iri for iri, facts in of_class(gsma, "Section").items() if PROV.wasRevisionOf in facts}
    assert revised == {facts[XW.changeTo][0] for facts in continued.values()} - papers


def test_each_edition_has_its_papers(gsma):
    papers = defaultdict(list)
    for iri, facts in of_class(gsma, "Document").items():
        papers[facts[XW.inEdition][0].rpartition("/")[2]].append(iri.rpartition("/")[2])
    assert sorted(papers["1.0"]) == sorted(papers["1.1"]) == PAPERS
    assert sorted(papers["2.0"]) == [*PAPERS, "CLP.17", "CLP.19"]
    assert (papers["2.1"], sorted(papers["2.2"])) == (["CLP.11"], PAPERS)


def test_page_counts_are_those_of_the_four_papers_and_the_two_of_the_checklist(gsma):
    counted = {
        path: gsma[thing(f"gsma/2.0{path}")][XW.pageCount] for path in ("", "/CLP.11", "/CLP.17", "/CLP.19")
    }
    assert counted == {"": ["217"], "/CLP.11": ["43"], "/CLP.17": ["39"], "/CLP.19": ["6"]}


def test_every_section_stands_in_its_parent_and_is_ordered_by_its_number(gsma):
    for iri, facts in of_class(gsma, "Section").items():
        document, _, number = iri.partition("/section/")
        above, _, last = number.rpartition(".")
        parent = URIRef(f"{document}/section/{above}" if above else document)
        assert facts[DCTERMS.isPartOf] == [parent], f"{iri} stands elsewhere"
        assert parent in gsma, f"{iri} has no parent"
        assert facts[SKOS.notation] == [number]
        assert facts[XW.ordinal] == [last if last.isdigit() else str(100 + ord(last) - ord("A") + 1)]


def test_every_heading_says_where_it_was_read_and_how_surely(gsma, pages):
    for iri, facts in of_class(gsma, "Section").items():
        headed = {name: len(facts.get(name, [])) for name in (SKOS.prefLabel, XW.titleSource, XW.certainty)}
        assert set(headed.values()) in ({0}, {1}), (
            f"{iri}: heading, source and certainty go together: {headed}"
        )
        assert facts[DCTERMS.source], f"{iri} has no source"
        assert set(facts.get(XW.titleSource, [])) <= set(pages.values()), (
            f"{iri}: the source is not described"
        )


def test_the_standards_cited_in_passing_are_things_without_a_date(gsma):
    for path in PASSING:
        facts = gsma[thing(path)]
        assert facts[RDF.type] == [XW.Provision]
        assert DCTERMS.issued not in gsma[facts[XW.inEdition][0]]
    assert set(gsma[thing("gsma/2.0")][DCTERMS.references]) == {thing("onem2m"), thing("topic/lpwa")}
    assert XW.Standard in gsma[thing("onem2m")][RDF.type]
    assert SKOS.Concept in gsma[thing("topic/lpwa")][RDF.type]


@needs_facts
@pytest.mark.parametrize("edition", ["1.1", "2.0", "2.2"])
def test_every_confirmed_heading_of_the_sheets_is_held(gsma, pages, edition):
    rows = contents(edition, confirmed=True)
    assert rows
    for row in rows:
        facts = gsma.get(section(edition, row["doc_id"], row["section_no"]))
        assert facts, f"{row['doc_id']} {edition} {row['section_no']} is missing"
        held = [facts[name] for name in (SKOS.prefLabel, XW.titleSource, XW.certainty)]
        assert held == [[row["heading"]], [pages[row["source_url"]]], [CERTAINTY[row["sure"]]]]


@needs_facts
@pytest.mark.parametrize("edition", ["1.1", "2.0", "2.2"])
def test_what_is_only_supposed_is_not_held(gsma, edition):
    held = {
        iri
        for iri, facts in of_class(gsma, "Section").items()
        if facts[XW.inEdition] == [thing(f"gsma/{edition}")]
    }
    confirmed = {
        section(edition, row["doc_id"], row["section_no"]) for row in contents(edition, confirmed=True)
    }
    references = cited_sections() if edition == "2.0" else cited_by_the_code_of_practice(edition)
    cited = {section(edition, *reference) for reference in references}
    for iri in held - confirmed - NAMED_WHERE_CITED:
        assert SKOS.prefLabel not in gsma[iri], f"{iri} has a heading that nobody confirmed"
        needed = iri in cited or any(other.startswith(f"{iri}.") for other in confirmed | cited)
        assert needed, f"{iri} is neither confirmed nor cited nor the parent of such a section"


@needs_facts
def test_every_cited_section_is_held(gsma):
    cited = cited_sections()
    assert len(cited) == 26
    assert not [reference for reference in cited if section("2.0", *reference) not in gsma]


@needs_facts
def test_every_section_that_the_code_of_practice_maps_to_is_held(gsma):
    cited = cited_by_the_code_of_practice("2.2")
    assert len(cited) == 59
    assert not [reference for reference in cited if section("2.2", *reference) not in gsma]


@needs_facts
def test_confirmed_page_counts_of_the_papers_are_held(gsma):
    checked = 0
    for row in sheet("gsma_publications.csv"):
        iri = thing(f"gsma/{row['version']}/{row['doc_id']}")
        if row["sure"] == "document" and row["pages"] and row["doc_id"] in PAPERS:
            assert gsma[iri].get(XW.pageCount) == [row["pages"]], (
                f"{iri}: the sheet says {row['pages']} pages"
            )
            checked += 1
    assert checked == 6
