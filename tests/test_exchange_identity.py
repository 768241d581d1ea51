"""Records stay apart: two on one pair are two nodes, and the addresses that were are those that are."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pyoxigraph import RdfFormat, parse

from crosswalk.cli import main
from crosswalk.exchange import sssom_writing
from crosswalk.exchange.identifiers import Register, resolve
from crosswalk.exchange.records import MappingSet, Record
from crosswalk.exchange.triples import of_mapping_set
from crosswalk.graph.mappings import read_mappings
from crosswalk.namespaces import GRAPH, ID, XW
from crosswalk.relations.algebra import EQUAL, SUBSET

SUBJECT, OBJECT = str(ID["ipa/2.0/guideline/9"]), str(ID["gsma/2.0/CLP.12/section/5.7"])
EDITIONS = ("--from", "ipa/2.0", "--to", "gsma/2.0")
COLUMNS = "subject_id\tpredicate_id\tobject_id\tmapping_justification\tconfidence\n"
SSSOM = (
    f"#curie_map:\n#  i: {ID}\n#mapping_set_id: https://example.org/s\n#license: https://example.org/l\n"
    + COLUMNS
    + "i:ipa/2.0/guideline/9\tskos:closeMatch\ti:gsma/2.0/CLP.12/section/5.7\tsemapv:LexicalMatching\t0.9\n"
    "i:ipa/2.0/guideline/9\tskos:broadMatch\ti:gsma/2.0/CLP.12/section/5.7\tsemapv:ManualMappingCuration\t0.4\n"
)
CISO = """\
objects:
  requirement_mapping_sets:
    - name: n
      requirement_mappings:
        - {source_requirement_urn: "u:9", target_requirement_urn: "u:clp.12-5.7", relationship: intersect}
        - {source_requirement_urn: "u:9", target_requirement_urn: "u:clp.12-5.7", relationship: equal}
"""
OLIR = (
    "Focal Document Element,Rationale,Relationship,Reference Document Element\n"
    "9,semantic,equal,CLP.12-5.7\n9,functional,subset of,CLP.12-5.7\n"
)


def oscal() -> str:
    maps = [
        {
            "uuid": f"0bb36879-2a14-43e3-9ae3-cee6ca3669b{number}",
            "relationship": word,
            "sources": [{"type": "control", "id-ref": "guideline_9"}],
            "targets": [{"type": "control", "id-ref": "CLP.12_section_5.7"}],
        }
        for number, word in enumerate(("subset-of", "intersects-with"))
    ]
    ends = {
        f"{end}-resource": {"type": "catalog", "href": str(ID[edition])}
        for end, edition in (("source", "ipa/2.0"), ("target", "gsma/2.0"))
    }
    collection = {
        "uuid": "58c42607-d45a-4b71-b912-a29aab339b95",
        "metadata": {"title": "T", "last-modified": "2026-11-22T00:00:00Z", "version": "1"},
        "provenance": {
            "method": "human",
            "matching-rationale": "semantic",
            "status": "complete",
            "mapping-description": "Two on one pair.",
        },
        "mappings": [{"uuid": "43297838-aa2d-4c32-bbdf-f1c343f69ec0", **ends, "maps": maps}],
    }
    return json.dumps({"mapping-collection": collection})


SKOS = "http://www.w3.org/2004/02/skos/core#"
TURTLE = f"<{SUBJECT}> <{SKOS}closeMatch> <{OBJECT}> ; <{SKOS}broadMatch> <{OBJECT}> .\n"
JSONLD = json.dumps(
    {
        "@id": SUBJECT,
        f"{SKOS}closeMatch": {"@id": OBJECT},
        f"{SKOS}broadMatch": {"@id": OBJECT},
    }
)
TWICE = {
    "sssom": (SSSOM, ()),
    "ciso-assistant": (CISO, EDITIONS),
    "oscal-mapping": (oscal(), ()),
    "olir": (OLIR, (*EDITIONS, "--direction", "focal-to-reference")),
    "turtle": (TURTLE, ()),
    "jsonld": (JSONLD, ()),
}


@pytest.fixture
def run(snapshot, monkeypatch):
    monkeypatch.setenv("CROSSWALK_SNAPSHOTS", str(snapshot.path.parent.parent))

    def invoke(*args: object) -> Result:
        return CliRunner().invoke(main, [str(arg) for arg in args])

    return invoke


def excluded(triples) -> list[Counter[str]]:
    """What each record says of each property, how often, by record."""
    facts: dict[str, Counter[str]] = {}
    for triple in triples:
        facts.setdefault(triple.subject.value, Counter())[triple.predicate.value] += 1
    return [said for said in facts.values() if str(XW.subject) in said]


@pytest.mark.parametrize("form", TWICE)
@pytest.mark.parametrize("suffix", [".ttl", ".sssom.tsv"])
def test_two_records_on_one_pair_stay_two(run, tmp_path: Path, form: str, suffix: str) -> None:
    text, options = TWICE[form]
    file, out = tmp_path / "in", tmp_path / f"mine{suffix}"
    file.write_text(text, encoding="utf-8")
    licence = ("--license", "https://example.org/l", "--source", "source/ipa-gsma-comparison")
    result = run("import", form, file, "--out", out, *licence, *options)
    assert result.exit_code == 0, result.stderr
    if suffix == ".ttl":
        triples = [quad.triple for quad in parse(path=out, format=RdfFormat.TURTLE)]
    else:
        triples = read_mappings(out.read_text(encoding="utf-8"), "mine.sssom.tsv", str(GRAPH["mappings/m"]))
    records = excluded(triples)
    assert len(records) == 2
    for said in records:
        assert said[str(XW.predicate)] == said[str(XW.object)] == 1
        assert said[str(XW.excludesRelation)] in (0, 4)


def test_only_a_further_record_gets_a_suffix() -> None:
    records = [
        Record(SUBJECT, OBJECT, candidates=EQUAL),
        Record(SUBJECT, OBJECT, candidates=SUBSET),
        Record(SUBJECT, OBJECT),
        Record(SUBJECT, OBJECT, identifier=f"{ID}mapping/s/9--CLP.12-5.7--2"),
        Record(SUBJECT, None),
        Record(SUBJECT, None, comment="looked again"),
    ]
    ends = {"subject_source": str(ID["ipa/2.0"]), "object_source": str(ID["gsma/2.0"])}
    stated = of_mapping_set(MappingSet(f"{ID}mapping/s", records=tuple(records), **ends))
    named = [t.subject.value for t in stated if t.object in (term(XW.Mapping), term(XW.Comparison))]
    base = f"{ID}mapping/s/9--CLP.12-5.7"
    assert named == [
        *(base, f"{base}--3", f"{base}--4", f"{base}--2"),
        *(f"{ID}comparison/s/9", f"{ID}comparison/s/9--2"),
    ]


def term(iri: object):
    from pyoxigraph import NamedNode

    return NamedNode(str(iri))


def test_a_repetition_and_a_name_borne_twice_are_counted() -> None:
    register = Register([])
    register.editions |= {SUBJECT, OBJECT}
    first = Record(SUBJECT, OBJECT, identifier="https://example.org/r")
    same_name = Record(SUBJECT, OBJECT, identifier="https://example.org/r", comment="other words")
    repeated = Record(SUBJECT, OBJECT, identifier="https://example.org/r", place=7)
    resolved, _ = resolve(MappingSet("https://example.org/s", records=(first, same_name, repeated)), register)
    assert [record.identifier for record in resolved.records] == ["https://example.org/r", None]
    assert +resolved.losses == {
        "record that repeats another in every word": 1,
        "identifier of a record that another record bears": 1,
    }


def test_rows_that_the_curated_form_cannot_tell_apart_are_written_once_and_counted() -> None:
    records = tuple(Record(SUBJECT, OBJECT, date=f"2026-01-0{day}") for day in (1, 2))
    mapping_set = MappingSet("https://example.org/s", licence="https://example.org/l", records=records)
    data, losses = sssom_writing.write(mapping_set, {}, curated=True)
    assert data.count(b"mappingRelation") == 1
    assert losses["record that this form cannot tell from another"] == 1
    assert sssom_writing.write(mapping_set, {})[0].count(b"mappingRelation") == 2
