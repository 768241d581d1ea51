"""What does not fit is told with its severity, its shape, its place and what to do."""

from __future__ import annotations

import pytest
from pyoxigraph import BlankNode, NamedNode, Triple
from rdflib.namespace import RDF, SH

from crosswalk.errors import InputError
from crosswalk.graph.build import check
from crosswalk.graph.validation import FINDINGS, Finding, findings_graph, read_shapes, validate
from crosswalk.namespaces import ID, SHAPE, XW

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
    found = validate([lone], read_shapes(content.root))
    assert {(each.focus, each.file, each.line) for each in found} == {(guideline.value, None, None)}
    assert len(found) == 2
