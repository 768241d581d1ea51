"""Read and write OSCAL 1.2 mapping collections (JSON).

The model: https://pages.nist.gov/OSCAL-Reference/models/
"""

from __future__ import annotations

import json
import re
import uuid
from collections import Counter
from decimal import Decimal
from typing import Any

from crosswalk.errors import InputError
from crosswalk.exchange.identifiers import Register, token
from crosswalk.exchange.oscal_catalog import read_root
from crosswalk.exchange.records import MANUAL, OSCAL, RATIONALES, UNSPECIFIED, Losses, MappingSet, Record
from crosswalk.exchange.triples import record_iri
from crosswalk.graph.mappings import PREDICATES
from crosswalk.json_document import JsonObject
from crosswalk.relations.algebra import EQUAL

RELATIONS = {word: relation for relation, word in OSCAL.items()} | {"equivalent-to": EQUAL}
METHODS = {"human": MANUAL, "automation": UNSPECIFIED, "hybrid": UNSPECIFIED}
STATUSES = ("complete", "not-complete", "draft", "deprecated", "superseded")

_READ = {"uuid", "relationship", "sources", "targets", "matching-rationale", "confidence-score", "remarks"}


def read(data: bytes, name: str) -> MappingSet:
    """Return the mappings of a collection as one set.

    Raises InputError with the line that is wrong, and where they are not all of the same two resources.
    """
    root = read_root(data, name, "mapping-collection")
    metadata, provenance = root.member("metadata"), root.member("provenance")
    method = provenance.word("method", METHODS)
    rationale = provenance.word("matching-rationale", RATIONALES)
    provenance.word("status", STATUSES)
    losses = Losses({"status of the collection": 1})
    records: list[Record] = []
    resources: set[tuple[str, ...]] = set()
    for number, mapping in enumerate(_mappings(root), start=1):
        resources.add(tuple(_resource(root, mapping, f"{end}-resource") for end in ("source", "target")))
        if len(resources) > 1:
            hint = "Divide the file: one mapping set is between two editions."
            raise mapping.fault(f"mapping {number} is between two other resources", hint)
        for map_ in mapping.members("maps"):
            records += _records(map_, METHODS[method], rationale, losses)
        records += _gaps(mapping, losses)
    if not resources:
        raise root.fault("the collection has no mappings", "Add them under “mappings”.")
    source, target = resources.pop()
    return MappingSet(
        title=metadata.text("title"),
        version=metadata.text("version"),
        description=provenance.text("mapping-description"),
        mapping_date=metadata.text("last-modified")[:10],
        subject_source=source,
        object_source=target,
        records=tuple(records),
        losses=losses,
    )


def _mappings(root: JsonObject) -> list[JsonObject]:
    """Return the mappings of a collection; a single one may stand without a list."""
    is_single = isinstance(root.get("mappings"), dict)
    return [root.member("mappings")] if is_single else list(root.members("mappings"))


def _resource(root: JsonObject, mapping: JsonObject, key: str) -> str:
    """Return the address of a catalogue or profile, looked up in the back matter where it is a reference."""
    resource = mapping.member(key)
    href = resource.text("href")
    resource.word("type", ("catalog", "profile"))
    for known in (root.get("back-matter") or {}).get("resources", ()):
        if href == f"#{known.get('uuid')}":
            return next((link["href"] for link in known.get("rlinks", ())), href)
    return href


def _records(map_: JsonObject, justification: str, rationale: str, losses: Losses) -> list[Record]:
    """Return a record for each pair of the controls of a map."""
    word = map_.word("relationship", RELATIONS)
    losses.update(f"{key} of a map" for key in map_.value.keys() - _READ)
    losses["equivalent-to, kept as equal-to"] += word == "equivalent-to"
    if map_.get("matching-rationale") is not None:
        rationale = map_.word("matching-rationale", RATIONALES)
    sources, targets = _controls(map_, "sources"), _controls(map_, "targets")
    shared: dict[str, Any] = {
        "justification": justification,
        "confidence": _confidence(map_),
        "comment": map_.optional_text("remarks"),
        "place": map_.line,
    }
    if len(sources) == len(targets) == 1:
        relation = RELATIONS[word]
        shared |= {
            "predicate": PREDICATES[relation],
            "candidates": relation,
            "rationale_kind": rationale,
        }
    else:
        # The relation holds of all of them together, and of no single pair.
        losses["map of several controls, kept as links without a relation"] += 1
    return [Record(source, target, **shared) for source in sources for target in targets]


def _controls(map_: JsonObject, key: str) -> list[str]:
    """Return the identifiers of the controls and statements at one end of a map."""
    identifiers = []
    for item in map_.members(key):
        item.word("type", ("control", "statement"))
        identifiers.append(item.identifier("id-ref", "id-ref").removeprefix("#"))
    if not identifiers:
        raise map_.fault(f"the map has no {key}", "Name at least one control.")
    return identifiers


def _confidence(map_: JsonObject) -> str | None:
    """Return the percentage of a score as a fraction; a category has no place in the graph."""
    score = map_.get("confidence-score")
    if score is None:
        return None
    if sum(key in score for key in ("category", "percentage")) != 1:
        what = "a confidence-score has either a category or a percentage"
        raise map_.fault(what, "Leave one out.")
    percentage = score.get("percentage")
    if percentage is None:
        return None
    if isinstance(percentage, bool) or not isinstance(percentage, int | float) or not 0 <= percentage <= 1:
        hint = "OSCAL writes 80 per cent as 0.8."
        raise map_.fault(f"the percentage {percentage} is not from 0 to 1", hint, "confidence-score")
    return f"{Decimal(str(percentage)):f}"


def _gaps(mapping: JsonObject, losses: Losses) -> list[Record]:
    """Return a record without an object for each control that has no counterpart."""
    losses["target-gap-summary"] += "target-gap-summary" in mapping
    if mapping.get("source-gap-summary") is None:
        return []
    return [
        Record(identifier, None, place=choice.line)
        for choice in mapping.member("source-gap-summary").members("unmapped-controls")
        for identifier in choice.get("with-ids", ())
    ]


VERSION = "1.2.0"
NOT_KEPT = (
    *("authors", "date", "as_cited", "quotations", "comparison", "alignment"),
    *("strength", "reviewers", "reviewer_names", "review_date"),
)
"""What OSCAL has no place for."""


def write(sets: list[MappingSet], register: Register) -> tuple[bytes, Counter[str]]:
    """Return the collection of the sets that have something to say in OSCAL, and what it cannot hold.

    Raises InputError where there is nothing to say.
    """
    losses: Counter[str] = Counter()
    mappings, used = [], []
    for mapping_set in sets:
        mapping = _mapping(mapping_set, register, losses)
        if mapping["maps"]:
            mappings.append(mapping)
            used.append(mapping_set)
        else:
            losses["mapping set none of whose records states a single relation"] += 1
    if not mappings:
        what = "no record states a single set relation with its rationale, and OSCAL has no word for less"
        raise InputError(what, hint="Records that are “linked, relation not assessed” fit SSSOM and CSV.")
    only = used[0] if len(used) == 1 else MappingSet()
    collection = {
        "uuid": _uuid("collection", *(mapping_set.identifier for mapping_set in used)),
        "metadata": {
            "title": only.title or "IoT Security Crosswalk mappings",
            "last-modified": f"{max(mapping_set.modified or '1970-01-01' for mapping_set in used)}T00:00:00Z",
            "version": only.version or "1",
            "oscal-version": VERSION,
        },
        "provenance": _provenance(used),
        "mappings": mappings,
    }
    text = json.dumps({"mapping-collection": collection}, ensure_ascii=False, indent=2)
    return text.encode() + b"\n", +losses


def _provenance(used: list[MappingSet]) -> dict[str, Any]:
    stating = [record for mapping_set in used for record in mapping_set.records if _is_stated(record)]
    manual = {record.justification == MANUAL for record in stating}
    kinds = Counter(record.rationale_kind for record in stating)
    return {
        "method": "hybrid" if len(manual) > 1 else "human" if True in manual else "automation",
        "matching-rationale": min(kinds, key=lambda kind: (-kinds[kind], str(kind))),
        "status": "complete" if all(mapping_set.complete for mapping_set in used) else "not-complete",
        "mapping-description": "\n".join(
            mapping_set.description or mapping_set.title or mapping_set.identifier for mapping_set in used
        ),
    }


def _mapping(mapping_set: MappingSet, register: Register, losses: Counter[str]) -> dict[str, Any]:
    stated = [record for record in mapping_set.records if _is_stated(record)]
    for record in stated:
        losses.update(f"{name} of a record" for name in NOT_KEPT if record.gives(name))
    missing = [record for record in mapping_set.records if record.object is None]
    for record in mapping_set.records:
        if record.object is not None and not _is_stated(record):
            losses[f"record without a {'rationale' if record.relation else 'single set relation'}"] += 1
    stated.sort(key=lambda record: record_iri(mapping_set, record))
    mapping: dict[str, Any] = {
        "uuid": _uuid("mapping", mapping_set.identifier),
        "source-resource": {"type": "catalog", "href": mapping_set.subject_source or "#"},
        "target-resource": {"type": "catalog", "href": mapping_set.object_source or "#"},
        "maps": [_map(record_iri(mapping_set, record), record, register) for record in stated],
    }
    # Only what somebody looked for and did not find; elements nobody looked at are not named.
    if missing:
        controls = sorted({_item(record.subject, register)["id-ref"] for record in missing})
        gaps = {"uuid": _uuid("gap", mapping_set.identifier), "unmapped-controls": [{"with-ids": controls}]}
        mapping["source-gap-summary"] = gaps
        losses["comment of a record without a counterpart"] += sum(bool(record.comment) for record in missing)
    return mapping


def _is_stated(record: Record) -> bool:
    """Say whether a record states all that OSCAL demands of a map."""
    return record.object is not None and bool(record.relation and record.rationale_kind)


def _map(iri: str, record: Record, register: Register) -> dict[str, Any]:
    result: dict[str, Any] = {
        "uuid": _uuid("map", iri),
        "relationship": OSCAL[record.candidates],
        "sources": [_item(record.subject, register)],
        "targets": [_item(record.object or "", register)],
        "matching-rationale": record.rationale_kind,
    }
    if record.confidence:
        result["confidence-score"] = {"percentage": float(Decimal(record.confidence))}
    if record.comment:
        result["remarks"] = record.comment
    return result


def _item(iri: str, register: Register) -> dict[str, str]:
    """Return the reference to a control or statement."""
    known = register.known.get(iri)
    identifier = token(known) if known else re.sub(r"[^\w.\-]", "_", iri.rpartition("/")[2])
    return {"type": "statement" if "/statement/" in iri else "control", "id-ref": identifier}


def _uuid(*parts: str) -> str:
    """Return a UUID (version 5, RFC 9562) that follows from its parts."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, " ".join(parts)))
