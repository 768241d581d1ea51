"""CPRT, DCMS and CISO Assistant files, RDF of others, the context, and the limits on strangers' files."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace

import pytest
from pyoxigraph import RdfFormat, parse
from rdflib.namespace import SKOS

from crosswalk.errors import InputError, ResourceLimit
from crosswalk.exchange import ciso, cprt, dcms, isolated, rdf, rdf_writing, triples
from crosswalk.exchange.gathering import gather_register, gather_sets
from crosswalk.exchange.identifiers import KnownElement, Register, key, resolve, token
from crosswalk.exchange.records import Entry, MappingSet, Record
from crosswalk.graph.turtle import serialize
from crosswalk.namespaces import ID, XW
from crosswalk.relations.algebra import DISJOINT, EQUAL, INTERSECTS, SUBSET
from crosswalk.stores.oxigraph import EmbeddedStore


@pytest.fixture(scope="module")
def store(snapshot) -> EmbeddedStore:
    return EmbeddedStore.load(snapshot.dataset)


@pytest.fixture(scope="module")
def register(store) -> Register:
    return gather_register(store)


# Identifiers


@pytest.mark.parametrize(
    ("edition", "text", "path"),
    [
        ("gsma/2.2", "CLP12_6.11", "CLP.12/section/6.11"),
        ("gsma/2.0", "CLP.12-5.7", "CLP.12/section/5.7"),
        ("ipa/2.0", "9", "guideline/9"),
        ("etsi-en-303-645/3.1.3", "Provision 5.1-1", "provision/5.1-1"),
        ("nist-csf/2.0", "gv.oc-01", "provision/GV.OC-01"),
    ],
)
def test_an_identifier_is_found_however_it_is_written(register, edition, text, path) -> None:
    assert register.find(text, str(ID[edition])) == str(ID[f"{edition}/{path}"])


def test_an_unknown_identifier_has_near_misses(register) -> None:
    mapping_set = MappingSet(
        subject_source=str(ID["ipa/2.0"]),
        object_source=str(ID["gsma/2.0"]),
        records=(
            Record("9", "CLP.12-5.7"),
            Record("99", "CLP.12-5.7", place=4),
            Record("9", "CLP.12/section/5.77"),
        ),
    )
    resolved, unknown = resolve(mapping_set, register)
    assert len(resolved.records) == 1 and [(identifier.text, identifier.place) for identifier in unknown] == [
        ("99", 4),
        ("CLP.12/section/5.77", None),
    ]
    assert "CLP.12/section/5.7" in unknown[1].near and "did you mean" in str(unknown[1])


def test_what_several_elements_answer_to_is_unknown() -> None:
    known = [
        KnownElement("urn:e/section/5.1.1", "urn:e", "5.1.1"),
        KnownElement("urn:e/provision/5.1-1", "urn:e", "5.1-1"),
    ]
    register = Register(known)
    assert register.find("5.1-1", "urn:e") == "urn:e/provision/5.1-1"
    assert register.find("5_1_1", "urn:e") is None


def test_every_token_leads_back_to_its_element(register) -> None:
    for known in register.known.values():
        assert register.find(token(known), known.edition) == known.iri, known
    assert key("AC-2 (1)") == key("ac-2.1") != key("AC-21")


# CPRT

CPRT = {
    "documents": [{"doc_identifier": "D", "name": "Toy", "version": "2.0"}],
    "relationship_types": [],
    "elements": [
        {
            "element_identifier": "A",
            "title": "First",
            "text": "",
            "doc_identifier": "D",
            "element_type": "function",
        },
        {"element_identifier": "A.1", "title": "", "text": "Do it.", "doc_identifier": "D"},
        {"element_identifier": "X", "doc_identifier": "E"},
    ],
    "relationships": [
        {
            "source_element_identifier": "A",
            "dest_element_identifier": "A.1",
            "source_doc_identifier": "D",
            "dest_doc_identifier": "D",
            "relationship_identifier": "projection",
        }
    ],
}


@pytest.mark.parametrize("wrap", [lambda value: value, lambda value: {"response": {"elements": value}}])
def test_cprt_gives_elements_under_their_parents(wrap) -> None:
    catalogue = cprt.read(json.dumps(wrap(CPRT)).encode(), "c.json", with_text=True)
    assert [(entry.identifier, entry.title, entry.parent, entry.text) for entry in catalogue.entries] == [
        ("A", "First", None, None),
        ("A.1", None, "A", "Do it."),
    ]
    assert (catalogue.title, catalogue.version) == ("Toy", "2.0") and catalogue.losses[
        "element of another document"
    ] == 1


def test_the_words_of_a_publication_are_kept_only_when_asked_for() -> None:
    (_, entry) = cprt.read(json.dumps(CPRT).encode(), "c.json").entries
    assert entry.identifier == "A.1" and entry.text is None


def framework(identifier: str, kind: str, **more: str) -> dict[str, str]:
    return {"doc_identifier": "F", "element_identifier": identifier, "element_type": kind} | more


def joins(start: str, end: str, kind: str, doc: str = "F") -> dict[str, str]:
    return {
        "source_element_identifier": start,
        "source_doc_identifier": "F",
        "dest_element_identifier": end,
        "dest_doc_identifier": doc,
        "relationship_identifier": kind,
        "provenance_doc_identifier": "F",
    }


# As NIST's export of its framework is made: beside the elements, what only sorts, explains or withdraws them.
FRAMEWORK = {
    "documents": [{"doc_identifier": "F", "name": "Framework", "version": "Version  2.0"}],
    "relationship_types": [],
    "elements": [
        framework("ID", "function", title="IDENTIFY"),
        framework("ID-1", "category", title="Old"),
        framework("ID-2", "category", title="New"),
        framework("S-ID-2", "sort", title="00001"),
        framework("first", "party", title="1st"),
        framework("ID-2.001", "implementation_example", title="Ex1"),
        framework("WR-ID-1", "withdraw_reason", text="Moved"),
    ],
    "relationships": [
        joins("ID", "ID-1", "projection"),
        joins("ID", "ID-2", "projection"),
        joins("ID-1", "first", "projection"),
        joins("ID-2", "first", "projection"),
        joins("ID-2", "S-ID-2", "projection"),
        joins("ID-2", "ID-2.001", "projection"),
        joins("ID-1", "WR-ID-1", "projection"),
        joins("WR-ID-1", "ID-2", "moved_to"),
        joins("WR-ID-1", "ID-9", "incorporated_into"),
        joins("ID-2", "PT", "external_reference", "SP_800_53"),
    ],
}


def test_cprt_keeps_the_elements_and_says_what_replaces_the_withdrawn_ones() -> None:
    catalogue = cprt.read(json.dumps({"response": {"elements": FRAMEWORK}}).encode(), "c.json")
    assert [
        (entry.identifier, entry.parent, entry.withdrawn, entry.replaced_by) for entry in catalogue.entries
    ] == [
        ("ID", None, False, ()),
        ("ID-1", "ID", True, ("ID-2",)),
        ("ID-2", "ID", False, ()),
    ]
    assert catalogue.version == "Version 2.0"
    assert {what: count for what, count in (+catalogue.losses).items() if "type of" not in what} == {
        "element of type “sort”": 1,
        "element of type “party”": 1,
        "element of type “implementation_example”": 1,
        "replacement that the file does not hold": 1,
        "relationship “external_reference”": 1,
    }


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda c: c.pop("elements"), "no list “elements”"),
        (lambda c: c["elements"][0].pop("element_identifier"), "element_identifier"),
        (lambda c: c["elements"][1].update(element_identifier="A"), "given twice"),
        (lambda c: c["elements"][1].update(element_identifier=4), "missing or no text"),
        (lambda c: c["elements"][1].update(element_identifier="  A  "), "given twice"),
        (lambda c: c["relationships"][0].update(source_element_identifier="Z"), "does not hold"),
        (lambda c: c.update(documents=[]), "names no document"),
    ],
)
def test_a_wrong_cprt_file_is_refused(spoil, what) -> None:
    value = deepcopy(CPRT)
    spoil(value)
    with pytest.raises(InputError, match=what):
        cprt.read(json.dumps(value).encode(), "c.json")


def test_an_identifier_may_hold_a_blank_which_is_a_dash_in_its_address() -> None:
    value = deepcopy(CPRT)
    value["elements"][1]["element_identifier"] = "A  4.1"
    value["relationships"] = []
    catalogue = cprt.read(json.dumps(value).encode(), "c.json")
    assert "A 4.1" in [entry.identifier for entry in catalogue.entries]
    numbers = ("A 4.1", "A-4.1", "B 2", "D-1[01]", "AC-2(1)", "Ü.1")
    named = {
        triple.object.value: triple.subject.value.rpartition("/")[2]
        for triple in triples.of_catalogue(
            replace(catalogue, entries=tuple(map(Entry, numbers))), f"{ID}t/1", None, None
        )
        if triple.predicate.value == str(SKOS.notation)
    }
    assert list(named) == list(numbers)
    assert list(named.values()) == ["A%204.1", "A-4.1", "B-2", "D-1-01", "AC-2(1)", "Ü.1"]


def test_what_addresses_a_withdrawn_element_replaces_it() -> None:
    kinds = ("addressed_by", "incorporated_into", "moved_to")
    for kind in kinds:
        value = {
            "documents": [{"doc_identifier": "T", "name": "Toy"}],
            "relationship_types": [],
            "elements": [
                {"element_identifier": "1", "title": "Locks"},
                {"element_identifier": "2", "title": ""},
                {"element_identifier": "W", "element_type": "withdraw_reason"},
            ],
            "relationships": [
                {
                    "source_element_identifier": start,
                    "dest_element_identifier": end,
                    "relationship_identifier": relation,
                }
                for start, end, relation in (("2", "W", "projection"), ("W", "1", kind))
            ],
        }
        entry = cprt.read(json.dumps(value).encode(), "c.json").entries[1]
        assert (entry.withdrawn, entry.replaced_by) == (True, ("1",)), kind


# DCMS


def dcms_row(**more: str) -> dict[str, str]:
    return {
        "DCMS Code of Practice Guidelines Number": "1",
        "Organisation": "GSMA",
        "Standard / Recommendation Name": "Guidelines V2.2",
        "Recommendation Number / Section": "CLP12_6.11",
        "Recommendation Extracted from Linked Source": "words of theirs",
        "Web Link": "https://example.org",
        "Notes": "",
        "Added at Version": "1",
    } | more


def dcms_file(*rows: dict[str, str]) -> bytes:
    head = {"Disclaimer": ["No advice."], "Version": "4.0"}
    return json.dumps([head, *rows], indent=1).encode()


@pytest.mark.parametrize("section", ["", None])
def test_a_dcms_record_without_a_section_is_counted_and_left_out(section) -> None:
    bare = dcms_row(**{"Recommendation Number / Section": section})
    mapping_set = dcms.read(dcms_file(bare, dcms_row()), "d.json", "gsma")
    assert len(mapping_set.records) == 1 and mapping_set.losses["record that names no section"] == 1


def test_dcms_gives_identifiers_and_leaves_the_excerpts() -> None:
    other = dcms_row(Organisation="ENISA")
    mapping_set = dcms.read(dcms_file(dcms_row(), dcms_row(), other), "d.json", "gsma")
    (record,) = mapping_set.records
    assert (record.subject, record.object, record.candidates) == ("1", "CLP12_6.11", 31)
    assert "words of theirs" not in str(mapping_set) and mapping_set.version == "4.0"
    assert mapping_set.losses["record that repeats another"] == 1


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Provision 4.1-1", "4.1-1"),
        ("GP-TM-23", "GP-TM-23"),
        ("5.3.2 first bullet point", "5.3.2"),
        ("Key Concept 8", "8"),
    ],
)
def test_the_number_of_a_section_is_cut_out(text: str, number: str) -> None:
    rows = dcms_file(dcms_row(**{"Recommendation Number / Section": text}))
    assert dcms.read(rows, "d.json", "gsma").records[0].object == number


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"{}", "must be a list"),
        (json.dumps([dcms_row()]).encode(), "no disclaimer"),
        (dcms_file(dcms_row(**{"DCMS Code of Practice Guidelines Number": "one"})), "no number"),
        (
            dcms_file(dcms_row(**{"Recommendation Number / Section": ""})),
            "no record of “gsma” names a section",
        ),
        (dcms_file(dcms_row(Organisation="ENISA")), "no standard's name holds"),
    ],
)
def test_a_wrong_dcms_file_is_refused(data: bytes, what: str) -> None:
    with pytest.raises(InputError, match=what):
        dcms.read(data, "d.json", "gsma")


# CISO Assistant

CISO = """\
urn: urn:x:library:map
name: A map
version: 1
publication_date: 2026-01-02
objects:
  requirement_mapping_set:
    name: A to B
    source_framework_urn: urn:x:framework:a
    target_framework_urn: urn:x:framework:b
    requirement_mappings:
    - source_requirement_urn: urn:x:req_node:a:9
      target_requirement_urn: urn:x:req_node:b:clp.12-5.7
      relationship: intersect
      rationale: semantic
      annotation: why
    - source_requirement_urn: urn:x:req_node:a:10
      target_requirement_urn: urn:x:req_node:b:clp.13
      relationship: equal
      strength_of_relationship: 10
"""


def test_ciso_assistant_gives_records_with_their_lines() -> None:
    mapping_set = ciso.read(CISO.encode(), "m.yaml")
    first, second = mapping_set.records
    assert (first.subject, first.object, first.place) == ("9", "clp.12-5.7", 11)
    assert (first.candidates, second.candidates) == (INTERSECTS, EQUAL)
    assert (first.comment, first.strength) == ("why", None)
    assert (second.comment, second.strength) == (None, 10)
    assert (mapping_set.title, mapping_set.publication_date) == ("A to B", "2026-01-02")


MIRROR = """\
  - ref_id: b-to-a
    source_framework_urn: urn:x:framework:b
    target_framework_urn: urn:x:framework:a
    requirement_mappings:
    - source_requirement_urn: urn:x:req_node:b:4
      target_requirement_urn: urn:x:req_node:a:9
      relationship: superset
"""
TWICE = f"""\
name: A map
objects:
  requirement_mapping_sets:
  - ref_id: a-to-b
    source_framework_urn: urn:x:framework:a
    target_framework_urn: urn:x:framework:b
    requirement_mappings:
    - source_requirement_urn: urn:x:req_node:a:9
      target_requirement_urn: urn:x:req_node:b:4
      relationship: subset
      rationale: The first names less.
{MIRROR}"""


def test_a_library_that_holds_its_set_turned_round_as_well_gives_it_once() -> None:
    mapping_set = ciso.read(TWICE.encode(), "m.yaml")
    (record,) = mapping_set.records
    assert (record.subject, record.object, record.candidates) == ("9", "4", SUBSET)
    assert mapping_set.subject_source == "urn:x:framework:a"
    assert mapping_set.losses["mapping set that is another one turned round"] == 1


def test_a_library_tells_its_language_and_what_is_not_kept_of_it() -> None:
    told = CISO.replace("version: 1\n", "version: 1.10\nlocale: fr\ncopyright: ©\npackager:\nref_id: x\n")
    mapping_set = ciso.read(told.encode(), "m.yaml")
    assert (mapping_set.language, mapping_set.version) == ("fr", "1.10")
    assert mapping_set.losses.lines("m.yaml") == [
        "“copyright” of the library, 1 times, first at m.yaml:5",
        "“ref_id” of the library, 1 times, first at m.yaml:7",
        "“urn” of the library, 1 times, first at m.yaml:1",
    ]


def test_a_relationship_may_be_that_there_is_none() -> None:
    first, _ = ciso.read(CISO.replace("intersect", "not_related").encode(), "m.yaml").records
    assert first.candidates == DISJOINT


def test_a_reason_in_words_is_a_comment_and_no_kind_of_rationale() -> None:
    (record,) = ciso.read(TWICE.encode(), "m.yaml").records
    assert (record.comment, record.rationale_kind) == ("The first names less.", None)


def test_of_sets_that_differ_one_is_chosen_by_its_name() -> None:
    other = TWICE.replace("relationship: superset", "relationship: intersect").encode()
    with pytest.raises(InputError) as fault:
        ciso.read(other, "m.yaml")
    assert "there are 2 mapping sets" in str(fault.value) and "a-to-b, b-to-a" in str(fault.value.hint)
    (record,) = ciso.read(other, "m.yaml", "b-to-a").records
    assert (record.subject, record.object) == ("4", "9")
    with pytest.raises(InputError, match="no mapping set is called “c”"):
        ciso.read(other, "m.yaml", "c")


def test_a_library_in_the_old_words_is_told_the_new_ones() -> None:
    old = CISO.replace("source_requirement_urn", "reference_requirement_urn")
    with pytest.raises(InputError, match="m.yaml:11: the mapping has no source_requirement_urn") as fault:
        ciso.read(old.encode(), "m.yaml")
    assert "reference and focal" in str(fault.value.hint)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("intersect", "overlap", "m.yaml:11: “overlap” is no relationship"),
        ("rationale: semantic", "rationale: taste", "m.yaml:11: “taste”"),
        ("strength_of_relationship: 10", "strength_of_relationship: 11", "m.yaml:16: the strength “11”"),
        ("req_node:a:9", "req_node:a:9 b", "m.yaml:11: the identifier"),
        ("objects:", "things:", "no requirement mapping set"),
        ("name: A to B", "name: [A, map]", "m.yaml:7: the name is no text"),
        ("publication_date: 2026-01-02", "publication_date: next week", "m.yaml:4: the publication_date"),
        ("publication_date: 2026-01-02", "publication_date: 2026-02-30", "“2026-02-30” is no date"),
        ("version: 1", "version: {a: 1}", "m.yaml:3: the version is no text"),
        ("version: 1", "version: 1\nlocale: French!", "m.yaml:4: the locale “French!” is no tag"),
        ("annotation: why", "annotation: [why]", "m.yaml:15: the annotation is no text"),
        ("name: A map", "name: &n A map\nother: *n", "m.yaml:3: the YAML uses an alias"),
        ("name: A map", "name: !!python/object/apply:os.getcwd []", "no YAML"),
        ("version: 1", "version: 1\nversion: 2", "given twice"),
        ("urn: urn:x:library:map", "urn: [", "no YAML"),
    ],
)
def test_a_wrong_library_is_told_with_its_line(old: str, new: str, what: str) -> None:
    assert old in CISO
    with pytest.raises(InputError) as fault:
        ciso.read(CISO.replace(old, new, 1).encode(), "m.yaml")
    assert what in str(fault.value)


# RDF of others

PREFIXES = """\
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix sssom: <https://w3id.org/sssom/> .
@prefix semapv: <https://w3id.org/semapv/vocab/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix : <https://example.org/> .
"""
AXIOM = """\
:a skos:exactMatch :b .
[] a owl:Axiom ; owl:annotatedSource :a ; owl:annotatedProperty skos:exactMatch ; owl:annotatedTarget :b ;
   sssom:mapping_justification semapv:ManualMappingCuration ; sssom:confidence 0.5 .
"""


def turtle(text: str) -> MappingSet:
    return rdf.read((PREFIXES + text).encode(), "t.ttl", "turtle")


def test_the_three_ways_to_state_a_mapping_are_read() -> None:
    (axiom,) = turtle(AXIOM).records
    assert (axiom.confidence, axiom.predicate.rpartition("#")[2]) == ("0.5", "exactMatch")
    (plain,) = turtle(":a skos:closeMatch :b .").records
    assert plain.justification.endswith("UnspecifiedMatching") and plain.candidates == 31
    own = turtle(
        "[] a sssom:Mapping ; sssom:subject_id :a ; sssom:predicate_id skos:broadMatch ; sssom:object_id :b ;"
        " sssom:mapping_justification semapv:LexicalMatching ."
    )
    assert own.records[0].justification.endswith("LexicalMatching")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (
            AXIOM.replace("sssom:mapping_justification semapv:ManualMappingCuration ;", ""),
            "no sssom:mapping_justif",
        ),
        (":a skos:related :b .", "states no mapping"),
        (":a skos:exactMatch", "t.ttl:6"),
        (":x a sssom:MappingSet . :y a sssom:MappingSet . :a skos:exactMatch :b .", "2 mapping sets"),
    ],
)
def test_wrong_rdf_is_refused(text: str, what: str) -> None:
    with pytest.raises(InputError) as fault:
        turtle(text)
    assert what in str(fault.value)


def test_a_context_elsewhere_is_never_fetched() -> None:
    data = json.dumps({"@context": "http://127.0.0.1:9/c.jsonld", "@id": "urn:a"}).encode()
    with pytest.raises(InputError, match="nothing is fetched"):
        rdf.read(data, "x.jsonld", "jsonld")


def written(store: EmbeddedStore, mapping_set: str, form: str) -> bytes:
    """The export of a mapping set, as the command writes it."""
    if form == "turtle":
        return serialize(rdf_writing.triples(store, [mapping_set])).encode()
    return rdf_writing.write(store, [mapping_set], form)


@pytest.mark.parametrize("form", ["turtle", "jsonld"])
def test_the_graphs_own_records_come_back(store, register, form: str) -> None:
    for mapping_set in gather_sets(store, "all"):
        data = written(store, mapping_set.identifier, form)
        back, unknown = resolve(rdf.read(data, "x", form), register)
        want = {replace(record, alignment=None) for record in mapping_set.records}
        assert unknown == [] and set(back.records) == want, mapping_set.identifier


def test_the_three_syntaxes_say_the_same(store) -> None:
    (mapping_set,) = gather_sets(store, "ipa-2.0--gsma-2.0")
    stated = {
        form: {str(quad.triple) for quad in parse(written(store, mapping_set.identifier, form), syntax)}
        for form, syntax in (
            ("turtle", RdfFormat.TURTLE),
            ("jsonld", RdfFormat.JSON_LD),
            ("nquads", RdfFormat.N_QUADS),
        )
    }
    assert stated["turtle"] == stated["jsonld"] and stated["nquads"] <= stated["turtle"]
    quads = parse(rdf_writing.write(store, [mapping_set.identifier], "nquads"), RdfFormat.N_QUADS)
    assert {quad.graph_name.value for quad in quads} == {
        "https://w3id.org/iot-security-crosswalk/graph/comparisons/ipa-2.0--gsma-2.0"
    }


def test_the_triples_of_an_import_are_the_graphs_own(store) -> None:
    (mapping_set,) = gather_sets(store, "ipa-2.0--gsma-2.0")
    stated = {str(triple.triple) for triple in rdf_writing.triples(store, [mapping_set.identifier])}
    made = {
        str(triple) for triple in triples.of_mapping_set(mapping_set) if "/graph/" not in triple.subject.value
    }
    assert len(made) > 300 and made <= stated


# The context


def test_the_context_covers_every_property_of_the_ontology() -> None:
    terms = rdf_writing.make_context()["@context"]
    properties = {name for name in XW.__annotations__ if name[0].islower()}
    assert {name for name in properties if terms.get(name) not in (None, "")} == properties
    assert terms["subject"] == {"@id": "xw:subject", "@type": "@id"} and terms["Mapping"] == "xw:Mapping"


def test_the_context_makes_the_data_shorter(store) -> None:
    data = rdf_writing.write(store, [str(ID["mapping/ipa-2.0--gsma-2.0"])], "jsonld")
    things = {thing["@id"]: thing for thing in json.loads(data)["@graph"]}
    record = things["id:mapping/ipa-2.0--gsma-2.0/9-CLP.12-5.7"]
    assert record["subject"] == "id:ipa/2.0/guideline/9" and record["@type"] == "Mapping"


# The limits


def test_a_reader_runs_in_a_process_of_its_own() -> None:
    mapping_set = MappingSet("urn:x", records=(Record("a", "b", candidates=EQUAL, quotations=("q",)),))
    assert isolated.run_isolated(lambda: mapping_set, "f") == mapping_set


def test_a_reader_that_takes_too_much_memory_or_time_is_ended() -> None:
    def swell() -> MappingSet:
        return MappingSet(title="x" * (1 << 30))

    def spin() -> MappingSet:
        while True:
            pass

    with pytest.raises(ResourceLimit, match="more time or memory"):
        isolated.run_isolated(swell, "f", memory=128 << 20)
    with pytest.raises(ResourceLimit, match="more time or memory"):
        isolated.run_isolated(spin, "f", seconds=1)


def test_a_fault_keeps_its_place_across_the_process_and_a_wrong_shape_is_a_fault() -> None:
    def fail() -> MappingSet:
        raise InputError("wrong", file="f", line=3, hint="right it")

    with pytest.raises(InputError) as fault:
        isolated.run_isolated(fail, "f")
    assert (str(fault.value), fault.value.hint) == ("f:3: wrong", "right it")
    with pytest.raises(InputError, match="not built as its format is"):
        isolated.run_isolated(lambda: [][1], "f")


def test_a_reader_has_no_network() -> None:
    import socket

    from crosswalk.evaluation.sandbox import leave_network

    if isolated.run_isolated(lambda: MappingSet(title=str(leave_network())), "f").title == "False":
        pytest.skip("this system lets no process leave the network")

    def reach() -> MappingSet:
        interfaces = [name for _, name in socket.if_nameindex()]
        return MappingSet(title=",".join(interfaces))

    mapping_set = isolated.run_isolated(reach, "f")
    assert mapping_set.title in ("lo", "")
