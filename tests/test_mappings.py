"""The reading of mapping tables: what becomes of each slot, and every fault with its file and line."""

from __future__ import annotations

import re

import pytest
from pyoxigraph import Literal, NamedNode
from rdflib.namespace import DCTERMS, RDF, SKOS, VOID, XSD

from crosswalk.errors import InputError
from crosswalk.graph.build import check
from crosswalk.graph.mappings import locate_mappings, read_mappings
from crosswalk.graph.sssom import read_table
from crosswalk.namespaces import GRAPH, ID, SEMAPV, SSSOM, XW

NAME = "data/mappings/toy.sssom.tsv"
SET = ID + "mapping/toy"
ROWS = ID + "comparison/toy"
HEADER = f"""#curie_map:
#  a: {ID}a/1/guideline/
#  b: {ID}b/2/
#  id: {ID}
#  dcterms: http://purl.org/dc/terms/
#  linkml: https://w3id.org/linkml/
#  xw: {XW._NS}
#mapping_set_id: {SET}
#mapping_set_version: "4"
#mapping_set_source:
#- id:source/table
#mapping_set_title: "A toy: two words"
#mapping_set_description: "What it is."
#creator_id:
#- id:body/one
#- id:body/two
#license: https://creativecommons.org/licenses/by/4.0/
#subject_source: id:a/1
#subject_source_version: "1"
#object_source: id:b/2
#object_source_version: "2.0"
#mapping_date: "2026-11-22"
#extension_definitions:
#- slot_name: ext_cited
#  property: xw:asCited
#  type_hint: xsd:string
#- slot_name: ext_comparison
#  property: xw:inComparisonSet
#  type_hint: linkml:uriOrCurie
#- slot_name: ext_excluded
#  property: xw:excludesRelation
#  type_hint: linkml:uriOrCurie
#- slot_name: ext_rights
#  property: dcterms:rights
#  type_hint: xsd:string
#ext_comparison: id:comparison/toy
#ext_rights: "Held as facts."
"""
FIRST = len(HEADER.splitlines()) + 1
COLUMNS = (
    "subject_id\tpredicate_id\tobject_id\tmapping_justification\tauthor_id\tconfidence\tcomment"
    "\text_cited\text_excluded\n"
)
ROW = (
    "a:1\tskos:relatedMatch\tb:D.1/section/5.8\tsemapv:ManualMappingCuration\tid:body/one|id:body/two\t0.5"
    "\tA reason.\tChapter 5.8\txw:Equal|xw:Disjoint\n"
)
BODY = ROW + (
    "a:1\tskos:mappingRelation\tb:provision/5-1\tsemapv:ManualMappingCuration\t\t\t\t\t\n"
    "a:2\tskos:mappingRelation\tsssom:NoTermFound\tsemapv:ManualMappingCuration\t\t\tLooked for.\t\t\n"
)
TABLE = HEADER + COLUMNS + BODY


def facts(text: str = TABLE) -> set[tuple[str, str, object]]:
    """What a table says, with IRIs as texts and literals as themselves."""

    def plain(term: object) -> object:
        return term.value if isinstance(term, NamedNode) else term

    triples = read_mappings(text, NAME, GRAPH + "mappings/toy")
    return {(triple.subject.value, triple.predicate.value, plain(triple.object)) for triple in triples}


def of(subject: str, predicate: object, text: str = TABLE) -> set[object]:
    """The values of one property of one thing."""
    return {value for iri, about, value in facts(text) if (iri, about) == (subject, str(predicate))}


def fault(text: str) -> InputError:
    with pytest.raises(InputError) as caught:
        read_mappings(text, NAME, GRAPH + "mappings/toy")
    assert caught.value.file == NAME
    return caught.value


def test_a_record_says_what_its_row_says() -> None:
    record = SET + "/1--D.1-5.8"
    assert of(record, RDF.type) == {str(XW.Mapping)}
    assert of(record, XW.inMappingSet) == {SET}
    assert of(record, XW.subject) == {ID + "a/1/guideline/1"}
    assert of(record, XW.object) == {ID + "b/2/D.1/section/5.8"}
    assert of(record, XW.predicate) == {str(SKOS.relatedMatch)}
    assert of(record, SSSOM.mapping_justification) == {str(SEMAPV.ManualMappingCuration)}
    assert [value.value for value in of(record, SSSOM.confidence)] == ["0.5"]
    assert of(record, DCTERMS.creator) == {ID + "body/one", ID + "body/two"}
    assert of(record, DCTERMS.source) == {ID + "source/table"}
    assert of(record, SKOS.note) == {Literal("A reason.", language="en")}
    assert of(record, XW.asCited) == {Literal("Chapter 5.8", language="en")}
    assert of(record, XW.excludesRelation) == {str(XW.Equal), str(XW.Disjoint)}


def test_an_empty_cell_says_nothing() -> None:
    record = SET + "/1--5-1"
    assert of(record, XW.predicate) == {str(SKOS.mappingRelation)}
    for absent in (SSSOM.confidence, SKOS.note, DCTERMS.creator, XW.asCited, XW.excludesRelation):
        assert of(record, absent) == set()


def test_a_bar_in_a_value_stands_after_a_backslash() -> None:
    text = TABLE.replace("Chapter 5.8", r"Chapter 5 \| 8 | Chapter 9")
    cited = {Literal("Chapter 5 | 8", language="en"), Literal("Chapter 9", language="en")}
    assert of(SET + "/1--D.1-5.8", XW.asCited, text) == cited


def test_a_confidence_is_written_as_a_decimal() -> None:
    (value,) = of(SET + "/1--D.1-5.8", SSSOM.confidence, TABLE.replace("\t0.5\t", "\t5E-1\t"))
    assert value == Literal("0.5", datatype=NamedNode(str(XSD.decimal)))


def test_the_set_and_its_graph_are_described_by_the_header() -> None:
    graph = GRAPH + "mappings/toy"
    assert of(graph, RDF.type) == {str(VOID.Dataset)}
    assert of(graph, DCTERMS.title) == {Literal("A toy: two words", language="en")}
    assert of(graph, DCTERMS.rights) == {Literal("Held as facts.", language="en")}
    assert of(SET, DCTERMS.rights) == set()
    assert of(SET, SKOS.prefLabel) == {Literal("A toy: two words", language="en")}
    assert of(SET, DCTERMS.creator) == {ID + "body/one", ID + "body/two"}
    assert of(SET, SSSOM.mapping_set_version) == {Literal("4")}
    assert of(SET, SSSOM.object_source) == {ID + "b/2"}
    assert of(SET, SSSOM.object_source_version) == {Literal("2.0")}
    assert [value.value for value in of(SET, SSSOM.mapping_date)] == ["2026-11-22"]


def test_no_counterpart_is_a_row_of_the_comparison_and_no_record() -> None:
    records = {subject for subject, predicate, _ in facts() if predicate == str(XW.inMappingSet)}
    assert records == {SET + "/1--D.1-5.8", SET + "/1--5-1"}
    assert of(ROWS + "/2", XW.outcome) == {str(XW.AssertedNone)}
    assert of(ROWS + "/2", XW.focus) == {ID + "a/1/guideline/2"}
    assert of(ROWS + "/2", XW.against) == {ID + "b/2"}
    assert of(ROWS + "/2", SKOS.note) == {Literal("Looked for.", language="en")}
    assert of(ROWS + "/1", XW.outcome) == {str(XW.Mapped)}
    assert of(SET + "/1--5-1", XW.inComparison) == {ROWS + "/1"}
    assert SSSOM.NoTermFound not in {value for _, _, value in facts()}


def test_records_are_found_on_their_lines() -> None:
    locations = locate_mappings(TABLE, NAME)
    assert locations.line(SET + "/1--D.1-5.8") == FIRST + 1
    assert locations.line(SET + "/1--5-1", str(XW.predicate)) == FIRST + 2
    assert locations.line(ROWS + "/2") == FIRST + 3
    assert locations.line(SET) == 1


def test_a_finding_about_a_record_names_its_line(content) -> None:
    path = content.write(NAME, "")
    path.write_text(TABLE)
    content.write(
        "shapes/cited.ttl",
        """
        <../shape/Cited> a sh:PropertyShape ; sh:targetClass xw:Mapping ; sh:path xw:asCited ;
            sh:minCount 1 ; sh:severity sh:Violation ; sh:message "Say how it is cited."@en .
        """,
    )
    findings = [finding for finding in check(content.root).findings if finding.focus.startswith(SET)]
    assert [(finding.file, finding.line) for finding in findings] == [(NAME, FIRST + 2)]


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ("semapv:ManualMappingCuration\tid", "\tid", FIRST + 1, "no mapping_justification"),
        ("semapv:ManualMappingCuration\tid", "semapv:Guess\tid", FIRST + 1, "mapping_justification"),
        ("skos:relatedMatch", "skos:related", FIRST + 1, "“skos:related” is not allowed"),
        ("a:1\tskos:related", "a:1 2\tskos:related", FIRST + 1, "“a:1 2” in column subject_id holds a space"),
        ("b:provision/5-1", "c:provision/5-1", FIRST + 2, "“c:provision/5-1” in column object_id"),
        ("b:provision/5-1", "http://example.org/5", FIRST + 2, "no CURIE"),
        ("\t0.5\t", "\t1.5\t", FIRST + 1, "“1.5” is no number from 0 to 1"),
        ("\t0.5\t", "\tNaN\t", FIRST + 1, "“NaN” is no number from 0 to 1"),
        ("\t0.5\t", "\thalf\t", FIRST + 1, "“half”"),
        ("xw:Equal|", "Equal|", FIRST + 1, "“Equal” in slot ext_excluded"),
        (ROW, ROW + ROW, FIRST + 2, f"repeats that of line {FIRST + 1}"),
        ("a:2\t", "a:1\t", FIRST + 3, f"line {FIRST + 1} has answered"),
        ("b:D.1/section/5.8", "sssom:NoTermFound", FIRST + 2, f"line {FIRST + 1} has answered"),
        ("\tLooked for.\t\t\n", "\tLooked for.\t\t\t\n", FIRST + 3, "10 cells"),
        ("ext_cited\text_excluded", "ext_quoted\text_excluded", FIRST, "unknown column ext_quoted"),
        ("comment\t", "author_id\t", FIRST, "the column author_id twice"),
        ("object_id\t", "object\t", FIRST, "no column object_id"),
        ("#license", "#licence", 1, "no license"),
        ("#mapping_set_version", "#mapping_set_vision", 9, "unknown slot mapping_set_vision"),
        ("#- id:body/one", "#- body/one", 14, "“body/one”"),
        ("#- slot_name: ext_cited\n", "#- name: ext_cited\n", 23, "lacks its slot_name"),
        ('#mapping_set_title: "A toy', "#mapping_set_title: [A toy", 13, "no YAML"),
        ("#ext_comparison: id:comparison/toy\n", "", FIRST + 2, "outside of a comparison"),
        ("\tA reason.\t", '\t"A reason.\t', FIRST + 3, "no CSV"),
        ('#mapping_date: "2026-11-22"', "#license: id:other", 22, "given twice"),
        ("#mapping_set_version", "#mapping_tool", 9, "unknown slot mapping_tool"),
        ("author_id\t", "mapping_tool\t", FIRST, "unknown column mapping_tool"),
    ],
)
def test_a_fault_is_named_with_its_line(before: str, after: str, line: int, words: str) -> None:
    assert TABLE.count(before) >= 1
    error = fault(TABLE.replace(before, after, 1))
    assert (error.line, words in error.what) == (line, True), str(error)
    assert error.hint


def test_a_further_record_on_a_pair_is_a_record_of_its_own() -> None:
    text = TABLE.replace(ROW, ROW + ROW.replace("relatedMatch", "closeMatch"))
    said = {(subject, value) for subject, about, value in facts(text) if about == str(XW.predicate)}
    base = f"{SET}/1--D.1-5.8"
    assert {(base, str(SKOS.relatedMatch)), (f"{base}--2", str(SKOS.closeMatch))} < said
    locations = locate_mappings(text, NAME)
    assert (locations.line(base), locations.line(f"{base}--2")) == (FIRST + 1, FIRST + 2)


def test_an_alias_in_a_header_is_refused() -> None:
    error = fault(TABLE.replace('version: "4"', "version: &a 4", 1).replace('"2026-11-22"', "*a", 1))
    assert (error.line, "alias" in error.what) == (22, True)


def test_prefixes_that_are_no_mapping_are_refused() -> None:
    error = fault(re.sub(r"(?m)^#  \w+: http", "#- http", TABLE))
    assert (error.line, error.what) == (1, "the curie_map is no list of prefixes")


def test_a_lenient_reading_counts_what_a_strict_one_refuses() -> None:
    text = TABLE.replace("#mapping_set_version", "#mapping_tool").replace("author_id\t", "mapping_tool\t")
    table = read_table(text, NAME, strict=False)
    assert table.losses == {
        "slot mapping_tool of the set": 1,
        "slot ext_comparison of the set": 1,
        "slot ext_rights of the set": 1,
        "slot mapping_tool": 1,
    }
    assert [row.line for row in table.rows] == [FIRST + 1, FIRST + 2, FIRST + 3]
    assert read_table(TABLE, NAME).losses == {}


@pytest.mark.parametrize("text", ["", "#- a\n#- b\n", COLUMNS])
def test_what_is_no_table_is_refused(text: str) -> None:
    assert fault(text).line == 1
