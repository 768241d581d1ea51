"""What does not fit is told with its severity, its shape, its place and what to do."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple
from rdflib.namespace import RDF, SH

from bench.generator import Catalogue
from crosswalk.errors import InputError
from crosswalk.graph.build import check
from crosswalk.graph.findings import FINDINGS, Finding, Places, findings_graph, merge
from crosswalk.graph.inference import make_store
from crosswalk.graph.line_index import Locations
from crosswalk.graph.shapes import Shapes, read_shapes, write_out_queries
from crosswalk.graph.sources import read_file, read_sources
from crosswalk.graph.validation import validate
from crosswalk.iris import compact
from crosswalk.namespaces import ID, ONTOLOGY, SHAPE, XW

BROKEN = """
<toy/2/guideline/1>
    a xw:Guideline ;
    skos:prefLabel "No category"@en ;
    dcterms:source <source/x> .

<toy/2/guideline/2>
    a xw:Guideline ;
    dcterms:source <source/x> ;
    xw:inCategory
        <toy/1/category/a> ,
        "a text" .
"""
COUNT = """
<../shape/CountFits>
    a sh:NodeShape ;
    sh:targetClass xw:Edition ;
    sh:severity sh:Info ;
    sh:sparql [
        sh:prefixes <../ontology> ;
        sh:message "The edition has {?value} guidelines and says nothing of their number."@en ;
        sh:select '''
            SELECT $this (COUNT(?guideline) AS ?value) WHERE {
              ?guideline a xw:Guideline ; xw:inEdition $this .
              FILTER NOT EXISTS { $this xw:declaredCount ?count }
            } GROUP BY $this'''
    ] .
"""


@pytest.fixture
def findings(content) -> list[Finding]:
    content.write("data/toy/2.ttl", BROKEN)
    content.write("shapes/count.ttl", COUNT)
    return check(content.root).findings


def test_findings_come_by_file_and_line(findings: list[Finding]) -> None:
    # Each file begins with five lines of prefixes and a blank one.
    assert [(each.file, each.line, each.severity) for each in findings] == [
        ("data/toy/1.ttl", 7, "info"),
        ("data/toy/1.ttl", 16, "warning"),
        ("data/toy/2.ttl", 7, "violation"),
        ("data/toy/2.ttl", 17, "violation"),
    ]


def test_a_finding_names_shape_focus_path_and_value(findings: list[Finding]) -> None:
    missing, wrong = (each for each in findings if each.severity == "violation")
    assert missing.shape == wrong.shape == str(SHAPE.GuidelineHasCategory)
    assert (missing.focus, missing.value) == (ID + "toy/2/guideline/1", None)
    assert (wrong.focus, wrong.value) == (ID + "toy/2/guideline/2", "a text")
    assert missing.path == wrong.path == str(XW.inCategory)
    assert (missing.component, wrong.component) == ("MinCount", "Class")
    assert missing.message == "A guideline stands in a category: add xw:inCategory."


def test_a_sparql_constraint_fills_its_message(findings: list[Finding]) -> None:
    (info,) = (each for each in findings if each.severity == "info")
    assert info.message == "The edition has 1 guidelines and says nothing of their number."
    assert info.shape == str(SHAPE.CountFits)


def test_the_report_has_names_only_and_stays_the_same(findings: list[Finding]) -> None:
    triples = list(findings_graph(findings))
    assert not any(isinstance(term, BlankNode) for triple in triples for term in triple)
    assert set(triples) == set(findings_graph(reversed(findings)))
    results = {triple.object.value for triple in triples if triple.predicate.value == str(SH.result)}
    assert len(results) == len(findings)
    assert all(result.startswith(FINDINGS + "#") for result in results)


@pytest.mark.parametrize(
    ("severity", "conforms"), [("violation", "false"), ("warning", "true"), ("info", "true")]
)
def test_only_violations_make_a_report_that_does_not_conform(severity: str, conforms: str) -> None:
    finding = Finding(severity, "urn:shape", "urn:focus", None, "1", "what", None, None)
    found = [each for each in findings_graph([finding]) if each.predicate.value == str(SH.conforms)]
    assert [each.object.value for each in found] == [conforms]


def test_data_that_fits_has_no_finding(content) -> None:
    (content.root / "shapes" / "toy.ttl").unlink()
    content.write("shapes/none.ttl", "<../shape/None> a sh:NodeShape ; sh:targetClass <nothing> .")
    assert check(content.root).findings == []


def test_a_folder_without_shapes_is_refused(content) -> None:
    (content.root / "shapes" / "toy.ttl").unlink()
    with pytest.raises(InputError, match="there is no shape"):
        read_shapes(content.root)


WRONG_SHAPES = [
    "<../shape/X> a sh:NodeShape ; sh:targetClass xw:Edition ; sh:property [ sh:minCount 1 ] .",
    "<../shape/X> a sh:NodeShape ; sh:targetClass xw:Edition ; sh:pattern '(' .",
    "<../shape/X> a sh:NodeShape ; sh:targetClass xw:Edition ;\n"
    " sh:sparql [ sh:message 'm' ; sh:select 'SELECT $this WHERE { $this a ' ] .",
    "<../shape/X> a sh:NodeShape ; sh:targetClass xw:Edition ;\n"
    " sh:sparql [ sh:message 'm' ; sh:select 'SELECT $this WHERE { $this a nix:x }' ] .",
]


@pytest.mark.parametrize("shape", WRONG_SHAPES)
def test_a_shape_that_cannot_be_applied_is_the_callers_fault(shape: str, content) -> None:
    content.write("shapes/wrong.ttl", shape)
    with pytest.raises(InputError, match="shapes") as caught:
        check(content.root)
    assert caught.value.hint


def test_shapes_are_applied_to_triples_without_files(content) -> None:
    guideline = NamedNode(ID["lone"])
    lone = Triple(guideline, NamedNode(str(RDF.type)), NamedNode(str(XW.Guideline)))
    found = validate(make_store([lone]), read_shapes(content.root))
    assert {(each.focus, each.file, each.line) for each in found} == {(guideline.value, None, None)}
    assert len(found) == 2


MISTAKES = """
@prefix ex: <https://example.org/std/> .

ex:acme-1 a xw:Edition ; a xw:Standard .

ex:m1 a xw:Mapping ;
    xw:subject ex:acme-2 ;
    xw:objekt <toy/1/guideline/1> .

ex:acme-2 a xw:Edition .
"""


@pytest.fixture
def use_of_terms(content, repository):
    """The small content with the real shapes of how terms are used, beside its own."""
    shutil.copy(repository / "shapes" / "use.ttl", content.root / "shapes")
    return content


def checked(content, path) -> list[tuple[str, int | None, str, str]]:
    """File, line, thing and shape of each finding."""
    found = check(content.root, [read_file(path)]).findings
    return [(Path(one.file or "").name, one.line, compact(one.thing), compact(one.shape)) for one in found]


def test_a_mistake_is_told_where_it_stands_and_of_the_thing_to_repair(use_of_terms) -> None:
    path = use_of_terms.write("elsewhere/acme.ttl", MISTAKES)
    std = "https://example.org/std/"
    found = checked(use_of_terms, path)
    assert found[:3] == [
        ("acme.ttl", 9, f"{std}acme-1", "shape:ThingIsOfOneKind"),
        ("acme.ttl", 12, f"{std}m1", "shape:PropertyLeadsToItsKind"),
        ("acme.ttl", 13, f"{std}m1", "shape:PropertyIsDefined"),
    ]
    # The project's own findings come after whatever is somebody's own.
    assert len(found) > 3 and not [one for one in found[3:] if one[0] == "acme.ttl"]


def test_what_is_described_nowhere_is_told_where_it_is_mentioned(use_of_terms) -> None:
    path = use_of_terms.write(
        "elsewhere/lost.ttl", "<https://example.org/m>\n  xw:subject <https://example.org/lost> .\n"
    )
    found = [one for one in checked(use_of_terms, path) if one[0] == "lost.ttl"]
    assert found == [("lost.ttl", 7, "https://example.org/m", "shape:ReferenceIsDescribed")]


def test_a_thing_without_a_place_of_its_own_is_told_where_it_is_mentioned(content) -> None:
    path = content.write(
        "elsewhere/mention.ttl", "<https://example.org/m>\n  dcterms:source <https://example.org/lost> .\n"
    )
    place = Places([read_file(path)]).find("https://example.org/lost")
    assert (place.line, place.foreign) == (7, True)
    assert Places([]).find("https://example.org/lost").file is None


def test_one_demand_broken_twice_by_one_thing_is_one_finding() -> None:
    def found(focus: str, component: str, value: str | None = "urn:thing") -> Finding:
        return Finding("violation", "urn:shape", focus, None, value, "Mend it.", "a.ttl", 3, component)

    assert len(merge([found("urn:set/1", "SPARQL"), found("urn:set/2", "SPARQL")])) == 1
    assert len(merge([found("urn:f", "Datatype", "x"), found("urn:f", "MinInclusive", "x")])) == 1
    assert len(merge([found("urn:f", "Datatype", "x"), found("urn:f", "Datatype", "y")])) == 2
    assert len(merge([found("urn:f", "Class"), found("urn:g", "Class")])) == 2


def test_somebody_elses_file_adds_data_and_never_a_shape(content) -> None:
    path = content.write(
        "elsewhere/shapes.ttl",
        "<https://example.org/Trap> a sh:NodeShape ; sh:targetClass xw:Edition ;\n"
        "  sh:sparql <https://example.org/query> ; sh:property <https://example.org/part> .\n"
        "<https://example.org/query> sh:select 'SELECT nothing' .\n"
        "<https://example.org/part> sh:path skos:prefLabel ; sh:pattern '^(([a-zA-Z ,0-9]+)+)+!$' .\n",
    )
    begin = time.perf_counter()
    found = check(content.root, [read_file(path)]).findings
    assert {one.shape for one in found} == {str(SHAPE.GuidelineHasSource)}
    assert time.perf_counter() - begin < 30


WRONG_LINES = [
    ("<../shape/X> a sh:NodeShape ;\n sh:targetClass xw:Edition ; sh:property [ sh:minCount 1 ] .", 6),
    ("<../shape/X> a sh:PropertyShape ; sh:path skos:notation ;\n sh:pattern '(' .", 7),
    (
        "<../shape/X> a sh:NodeShape ;\n sh:sparql [\n sh:select '''\nSELECT $this\nWHERE { $this a }''' ] .",
        10,
    ),
    (
        "<../shape/X> a sh:NodeShape ;\n sh:sparql [ sh:prefixes <../ontology> ;\n sh:select "
        "'''SELECT $this\nWHERE { $this a xw:Edition ;\n ?p xxw:Edition }''' ] .",
        10,
    ),
    ("<../shape/X> a sh:NodeShape ; sh:targetClass xw:Edition\n sh:minCount 1 .", 7),
]


@pytest.mark.parametrize(("shape", "line"), WRONG_LINES)
def test_a_wrong_shape_is_told_with_its_file_and_line(shape: str, line: int, content) -> None:
    content.write("shapes/wrong.ttl", shape)
    with pytest.raises(InputError) as caught:
        check(content.root)
    assert (caught.value.file, caught.value.line) == ("shapes/wrong.ttl", line)


def test_a_query_keeps_its_strings_and_loses_its_comments() -> None:
    text = "SELECT $this # all\nWHERE {\n  $this skos:notation 'a # b\\' c' ; a <urn:x#y> .\n FILTER(1 <2) }"
    node = BlankNode()
    facts = [
        Quad(node, NamedNode(str(SH.prefixes)), NamedNode(str(ONTOLOGY))),
        Quad(node, NamedNode(str(SH.select)), Literal(text)),
    ]
    (quad,) = write_out_queries(facts, "x.ttl", Locations())
    heading, query = quad.object.value.split("\n")
    assert heading == "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>"
    assert query == "SELECT $this WHERE { $this skos:notation 'a # b\\' c' ; a <urn:x#y> . FILTER(1 <2) }"


def test_a_query_gets_no_prefixes_but_those_of_the_ontology() -> None:
    node = BlankNode()
    facts = [
        Quad(node, NamedNode(str(SH.prefixes)), NamedNode(ID["ontology"])),
        Quad(node, NamedNode(str(SH.select)), Literal("SELECT $this WHERE { $this skos:notation 1 }")),
    ]
    with pytest.raises(InputError, match="a prefix is not declared"):
        list(write_out_queries(facts, "x.ttl", Locations()))


def test_an_address_without_edition_is_told_of_each_mapping_that_has_one(tmp_path, repository) -> None:
    """Of all standards at once: ends that lose their edition, each at its mapping, and no other."""
    sources = read_sources(Catalogue(2).write(tmp_path, repository))
    store = make_store(sources.facts())

    def said(name: str) -> list[Quad]:
        return list(store.quads_for_pattern(None, NamedNode(str(XW[name])), None))

    ends = [*said("subject"), *said("object")]
    edition_of = {quad.subject.value: quad.object.value for quad in said("editionOf")}
    of = {quad.subject.value: quad.object.value for quad in said("inEdition")}
    changed = set()
    for quad in sorted(ends, key=str)[::5]:
        edition = of[quad.object.value]
        bare = NamedNode(quad.object.value.replace(edition, edition_of[edition], 1))
        store.remove(quad)
        store.add(Quad(quad.subject, quad.predicate, bare))
        changed.add(quad.subject.value)
    shapes = read_shapes(repository)
    part = shapes.part(SHAPE.MappingNamesTheEdition)
    assert len(changed) > 5
    assert {one.thing for one in validate(store, Shapes(part))} == changed
