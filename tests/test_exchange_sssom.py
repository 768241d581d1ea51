"""SSSOM tables are read strictly, written canonically, and come back as they went."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crosswalk.errors import InputError
from crosswalk.exchange import sssom, sssom_writing
from crosswalk.exchange.gathering import gather_register, gather_sets
from crosswalk.exchange.identifiers import resolve
from crosswalk.exchange.records import MANUAL, PREDICATES, MappingSet, Record
from crosswalk.namespaces import ID, XW
from crosswalk.relations.algebra import DISJOINT, EQUAL, INTERSECTS, SUBSET, SUPERSET
from crosswalk.stores.oxigraph import EmbeddedStore

HEADER = """\
#curie_map:
#  id: "https://w3id.org/iot-security-crosswalk/id/"
#  xw: "https://w3id.org/iot-security-crosswalk/ontology#"
#mapping_set_id: https://example.org/set
#license: https://creativecommons.org/licenses/by/4.0/
#extension_definitions:
#  - slot_name: ext_excluded
#    property: xw:excludesRelation
#    type_hint: linkml:uriOrCurie
#  - slot_name: ext_set_relation
#    property: xw:setRelation
"""
COLUMNS = ("subject_id", "predicate_id", "object_id", "mapping_justification")
GOOD = {
    "subject_id": "id:ipa/2.0/guideline/9",
    "predicate_id": "skos:mappingRelation",
    "object_id": "id:gsma/2.0/CLP.12/section/5.7",
    "mapping_justification": "semapv:ManualMappingCuration",
}


def table(header: str = HEADER, **cells: str) -> bytes:
    row = {key: value for key, value in (GOOD | cells).items() if value is not None}
    return f"{header}{chr(9).join(row)}\n{chr(9).join(row.values())}\n".encode()


def only(**cells: str) -> Record:
    return sssom.read(table(**cells), "a.tsv").records[0]


@pytest.fixture(scope="module")
def store(snapshot) -> EmbeddedStore:
    return EmbeddedStore.load(snapshot.dataset)


def bare(records) -> list[Record]:
    flat = (
        replace(record, place=None, quotations=tuple(map(spaced, record.quotations))) for record in records
    )
    return sorted(flat, key=lambda record: (record.subject, record.object or "", record.identifier or ""))


def spaced(text: str) -> str:
    return " ".join(text.split())


def test_a_row_becomes_a_record_with_its_line() -> None:
    record = only(confidence="0.8", comment="why", author_id="id:body/crosswalk|id:body/ipa")
    assert record.subject == str(ID["ipa/2.0/guideline/9"]) and record.justification == MANUAL
    assert (record.confidence, record.comment, record.place) == ("0.8", "why", HEADER.count("\n") + 2)
    assert record.authors == (str(ID["body/crosswalk"]), str(ID["body/ipa"]))


def test_a_predicate_alone_says_nothing_of_set_relations() -> None:
    assert only(predicate_id="skos:exactMatch").candidates == only().candidates == 31


def test_exclusions_and_the_negated_predicate_narrow_the_candidates() -> None:
    assert only(ext_excluded="xw:Disjoint|xw:Equal").candidates == SUBSET | SUPERSET | INTERSECTS
    assert only(ext_set_relation="xw:Subset").candidates == SUBSET
    negated = only(predicate_id="skos:exactMatch", predicate_modifier="Not")
    assert negated.candidates == 31 & ~EQUAL and negated.predicate == PREDICATES[DISJOINT]
    assert only(predicate_modifier="Not", ext_set_relation="xw:Disjoint").candidates == DISJOINT


def test_no_term_found_is_a_record_without_an_object() -> None:
    assert only(object_id="sssom:NoTermFound").object is None


@pytest.mark.parametrize(
    ("cells", "what"),
    [
        ({"mapping_justification": ""}, "gives no mapping_justification"),
        ({"subject_id": "id:ipa/2.0/guideline 9"}, "holds a space"),
        ({"subject_id": "zz:9"}, "no CURIE with a known prefix"),
        ({"subject_id": "https://example.org/a"}, "no CURIE with a known prefix"),
        ({"predicate_id": "owl:sameAs"}, "no mapping property of SKOS"),
        ({"confidence": "1.1"}, "no number from 0 to 1"),
        ({"confidence": "NaN"}, "no number from 0 to 1"),
        ({"predicate_modifier": "Maybe"}, "predicate_modifier “Maybe” is unknown"),
        ({"predicate_modifier": "Not"}, "says of no set relation that it is out"),
        ({"review_date": "2026-01-01"}, "without a reviewer"),
        ({"mapping_date": "1/2/2026"}, "no date"),
        ({"ext_excluded": "xw:Green"}, "none of the five"),
        ({"ext_excluded": "xw:Equal|xw:Subset|xw:Superset|xw:Intersects|xw:Disjoint"}, "one must hold"),
        ({"subject_id": "sssom:NoTermFound"}, "without a subject"),
    ],
)
def test_a_wrong_cell_is_told_with_its_line(cells: dict[str, str], what: str) -> None:
    with pytest.raises(InputError, match=what) as fault:
        only(**cells)
    assert (fault.value.file, fault.value.line) == ("a.tsv", HEADER.count("\n") + 2)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "empty"),
        (b"\xff\xfe", "not UTF-8"),
        (table("#license: x\n"), "no mapping_set_id"),
        (table("#mapping_set_id: x\n"), "no license"),
        (table(HEADER + "#colour: red\n"), "unknown slot colour"),
        (table(HEADER + "#a: [\n"), "no YAML"),
        (table("#a: &a [1]\n#b: *a\n"), "alias"),
        (table(colour="red"), "unknown column colour"),
        (table(mapping_justification=None), "no column mapping_justification"),
        (HEADER.encode(), "no table"),
        (table() + b"one cell\n", "1 cells"),
    ],
)
def test_a_wrong_file_is_refused(data: bytes, what: str) -> None:
    with pytest.raises(InputError, match=what):
        sssom.read(data, "a.tsv")


def test_slots_without_a_place_in_the_graph_are_counted() -> None:
    losses = sssom.read(table(mapping_tool="x", other="y"), "a.tsv").losses
    assert losses == {"slot mapping_tool": 1, "slot other": 1}


def test_what_is_written_comes_back(store: EmbeddedStore) -> None:
    register = gather_register(store)
    for mapping_set in gather_sets(store, "all"):
        data, losses = sssom_writing.write(mapping_set, {})
        back, unknown = resolve(sssom.read(data, "back"), register)
        assert unknown == [] and bare(back.records) == bare(mapping_set.records)
        assert set(+losses) <= {
            "line break in a text, written as a space",
            "predicate skos:mappingRelation, written as the set relation's own",
        }
        same = ("identifier", "title", "licence", "sources", "subject_source", "object_source")
        assert [getattr(back, name) for name in same] == [getattr(mapping_set, name) for name in same]


@pytest.mark.parametrize("relation", [EQUAL, SUBSET, SUPERSET, INTERSECTS, DISJOINT, EQUAL | SUPERSET])
def test_every_relation_comes_back(relation) -> None:
    record = Record(
        str(ID["ipa/2.0/guideline/9"]),
        str(ID["gsma/2.0/CLP.12"]),
        PREDICATES.get(relation, PREDICATES[DISJOINT]),
        candidates=relation,
        rationale_kind="semantic",
        comment="a | b",
        quotations=("one | two", "three"),
    )
    mapping_set = MappingSet("https://example.org/s", licence="https://example.org/l", records=(record,))
    data, losses = sssom_writing.write(mapping_set, {})
    assert bare(sssom.read(data, "x").records) == [record] and not +losses
    assert (b"Not" in data) == (relation == DISJOINT)


def test_a_record_without_an_object_is_written_as_no_term_found() -> None:
    mapping_set = MappingSet(
        "https://example.org/s", licence="https://x.org/l", records=(Record(ID["ipa/2.0/guideline/9"], None),)
    )
    data, _ = sssom_writing.write(mapping_set, {})
    assert b"sssom:NoTermFound" in data and sssom.read(data, "x").records[0].object is None


def test_the_form_is_canonical(store: EmbeddedStore) -> None:
    (mapping_set,) = gather_sets(store, "ipa-2.0--gsma-2.0")
    shuffled = replace(mapping_set, records=tuple(reversed(mapping_set.records)))
    data, _ = sssom_writing.write(mapping_set, {})
    assert sssom_writing.write(shuffled, {})[0] == data
    lines = data.decode().splitlines()
    assert [line for line in lines if line.startswith("#  ") and ": " in line and "-" not in line[:5]][
        :2
    ] == [
        f'#  id: "{ID}"',
        f'#  xw: "{XW._NS}"',
    ]
    rows = [line for line in lines if not line.startswith("#")][1:]
    assert rows == sorted(rows)


def test_sssom_py_accepts_what_is_written(store: EmbeddedStore, tmp_path) -> None:
    parsers = pytest.importorskip("sssom.parsers", reason="sssom-py is not among the locked packages")
    (mapping_set,) = gather_sets(store, "ipa-2.0--gsma-2.0")
    path = tmp_path / "x.sssom.tsv"
    path.write_bytes(sssom_writing.write(mapping_set, {})[0])
    assert len(parsers.parse_sssom_table(path).df) == len(mapping_set.records)
