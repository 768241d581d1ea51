"""Reads OSCAL 1.2 mapping collections (JSON)."""

from __future__ import annotations

import json
import re
import uuid
from collections import Counter
from decimal import Decimal
from typing import Any

from rdflib.namespace import SKOS

from crosswalk.errors import InputError
from crosswalk.exchange.identifiers import Register, token
from crosswalk.exchange.records import (
    MANUAL,
    OSCAL,
    PREDICATES,
    RATIONALES,
    UNSPECIFIED,
    MappingSet,
    Record,
    single,
)
from crosswalk.exchange.triples import record_iri
from crosswalk.located import Document
from crosswalk.relations.algebra import EQUAL

RELATIONS = {word: relation for relation, word in OSCAL.items()} | {"equivalent-to": EQUAL}
METHODS = {"human": MANUAL, "automation": UNSPECIFIED, "hybrid": UNSPECIFIED}
STATUSES = ("complete", "not-complete", "draft", "deprecated", "superseded")

Place = list[str | int]
_BEGINS = 'It begins with {"mapping-collection": …}.'
_KEPT = {"uuid", "relationship", "sources", "targets", "matching-rationale", "confidence-score", "remarks"}


def read(data: bytes, name: str) -> MappingSet:
    """The mappings of a collection as one set; both ends of all of them must be of the same two resources."""
    document = Document(data, name)
    root = document.value.get("mapping-collection") if isinstance(document.value, dict) else None
    if not isinstance(root, dict):
        raise document.fault("the file holds no OSCAL mapping-collection", hint=_BEGINS)
    top: Place = ["mapping-collection"]
    metadata = _object(document, root, "metadata", top)
    provenance = _object(document, root, "provenance", top)
    place = [*top, "provenance"]
    method = _one_of(document, provenance, "method", tuple(METHODS), place)
    rationale = _one_of(document, provenance, "matching-rationale", RATIONALES, place)
    _one_of(document, provenance, "status", STATUSES, place)
    losses: Counter[str] = Counter({"status of the collection": 1})
    records: list[Record] = []
    resources: set[tuple[str, str]] = set()
    mappings = root.get("mappings")
    listed = [mappings] if isinstance(mappings, dict) else mappings
    for number, (each, inner) in enumerate(document.items(listed, [*top, "mappings"], "mappings")):
        inner = [*top, "mappings"] if isinstance(mappings, dict) else inner
        resources.add(tuple(_resource(document, each, key, inner, root) for key in ("source", "target")))
        if len(resources) > 1:
            hint = "Divide the file: one mapping set is between two editions."
            raise document.fault(f"mapping {number + 1} is between two other resources", inner, hint)
        for one, deepest in document.items(each.get("maps"), [*inner, "maps"], "maps"):
            records += _records(document, one, deepest, METHODS[method], rationale, losses)
        records += _gaps(document, each, inner, losses)
    if not resources:
        raise document.fault("the collection has no mappings", top, "Add them under “mappings”.")
    source, target = resources.pop()
    return MappingSet(
        title=document.wanted(metadata, "title", [*top, "metadata"]),
        version=document.wanted(metadata, "version", [*top, "metadata"]),
        description=document.wanted(provenance, "mapping-description", place),
        mapping_date=document.wanted(metadata, "last-modified", [*top, "metadata"])[:10],
        subject_source=source,
        object_source=target,
        records=tuple(records),
        losses=losses,
    )


def _object(document: Document, within: dict[str, Any], key: str, place: Place) -> dict[str, Any]:
    found = within.get(key)
    if not isinstance(found, dict):
        raise document.fault(f"“{key}” is missing", place, f'Add "{key}": {{…}}.')
    return found


def _one_of(
    document: Document, within: dict[str, Any], key: str, words: tuple[str, ...], place: Place
) -> str:
    word = document.wanted(within, key, place)
    if word not in words:
        raise document.fault(f"“{word}” is no {key}", [*place, key], f"Known are {', '.join(words)}.")
    return word


def _resource(document: Document, each: dict[str, Any], end: str, place: Place, root: dict[str, Any]) -> str:
    """The address of a catalogue or profile, looked up in the back matter where it is a reference."""
    resource = _object(document, each, f"{end}-resource", place)
    href = document.wanted(resource, "href", [*place, f"{end}-resource"])
    _one_of(document, resource, "type", ("catalog", "profile"), [*place, f"{end}-resource"])
    for known in (root.get("back-matter") or {}).get("resources", ()):
        if href == f"#{known.get('uuid')}":
            return next((link["href"] for link in known.get("rlinks", ())), href)
    return href


def _records(
    document: Document,
    one: dict[str, Any],
    place: Place,
    justification: str,
    rationale: str,
    losses: Counter[str],
) -> list[Record]:
    word = document.wanted(one, "relationship", place)
    if word not in RELATIONS:
        hint = f"Known are {', '.join(RELATIONS)}."
        raise document.fault(f"“{word}” is no relationship", [*place, "relationship"], hint)
    for key in set(one) - _KEPT:
        losses[f"{key} of a map"] += 1
    losses["equivalent-to, kept as equal-to"] += word == "equivalent-to"
    own = one.get("matching-rationale")
    if own is not None:
        rationale = _one_of(document, one, "matching-rationale", RATIONALES, place)
    ends = [_items(document, one, key, place) for key in ("sources", "targets")]
    if len(ends[0]) * len(ends[1]) > 1:
        # The relation holds of all of them together, and of no single pair.
        losses["map of several controls, kept as links without a relation"] += 1
    single = len(ends[0]) * len(ends[1]) == 1
    relation = RELATIONS[word]
    return [
        Record(
            subject,
            target,
            predicate=PREDICATES[relation] if single else str(SKOS.mappingRelation),
            justification=justification,
            **({"candidates": relation, "rationale_kind": rationale} if single else {}),
            confidence=_confidence(document, one, place),
            comment=document.optional(one, "remarks", place),
            place=document.line(place),
        )
        for subject in ends[0]
        for target in ends[1]
    ]


def _items(document: Document, one: dict[str, Any], key: str, place: Place) -> list[str]:
    found = []
    for item, inner in document.items(one.get(key), [*place, key], key):
        _one_of(document, item, "type", ("control", "statement"), inner)
        identifier = document.wanted(item, "id-ref", inner).removeprefix("#")
        if any(mark.isspace() for mark in identifier):
            raise document.fault(
                f"the id-ref “{identifier}” holds a space", inner, "Write identifiers without spaces."
            )
        found.append(identifier)
    if not found:
        raise document.fault(f"the map has no {key}", place, "Name at least one control.")
    return found


def _confidence(document: Document, one: dict[str, Any], place: Place) -> str | None:
    score = one.get("confidence-score")
    if score is None:
        return None
    given = [key for key in ("category", "percentage") if key in score]
    if len(given) != 1:
        raise document.fault(
            "a confidence-score has either a category or a percentage", place, "Leave one out."
        )
    percentage = score.get("percentage")
    if percentage is None:
        return None
    if isinstance(percentage, bool) or not isinstance(percentage, int | float) or not 0 <= percentage <= 1:
        hint = "OSCAL writes 80 per cent as 0.8."
        raise document.fault(
            f"the percentage {percentage} is not from 0 to 1", [*place, "confidence-score"], hint
        )
    return str(percentage)


def _gaps(document: Document, each: dict[str, Any], place: Place, losses: Counter[str]) -> list[Record]:
    losses["target-gap-summary"] += "target-gap-summary" in each
    summary = each.get("source-gap-summary")
    if summary is None:
        return []
    found = []
    key = "unmapped-controls"
    inner = [*place, "source-gap-summary", key]
    for choice, deepest in document.items(summary.get(key), inner, key):
        for identifier in choice.get("with-ids", ()):
            found.append(Record(identifier, None, place=document.line(deepest)))
    return found


VERSION = "1.2.0"
NOT_KEPT = (
    *("authors", "date", "as_cited", "quotations", "comparison", "alignment"),
    *("strength", "reviewers", "reviewer_names", "review_date"),
)
"""What OSCAL has no place for."""


def write(sets: list[MappingSet], register: Register) -> tuple[bytes, Counter[str]]:
    """The collection of the sets that have something to say in OSCAL, and what it could not hold."""
    losses: Counter[str] = Counter()
    mappings, used = [], []
    for found in sets:
        mapping = _mapping(found, register, losses)
        if mapping["maps"]:
            mappings.append(mapping)
            used.append(found)
        else:
            losses["mapping set none of whose records states a single relation"] += 1
    if not mappings:
        what = "no record states a single set relation with its rationale, and OSCAL has no word for less"
        raise InputError(what, hint="Records that are “linked, relation not assessed” fit SSSOM and CSV.")
    collection = {
        "uuid": _uuid("collection", *(found.identifier for found in used)),
        "metadata": {
            "title": used[0].title if len(used) == 1 and used[0].title else "IoT Security Crosswalk mappings",
            "last-modified": f"{max(found.modified or '1970-01-01' for found in used)}T00:00:00Z",
            "version": used[0].version if len(used) == 1 and used[0].version else "1",
            "oscal-version": VERSION,
        },
        "provenance": _provenance(used),
        "mappings": mappings,
    }
    text = json.dumps({"mapping-collection": collection}, ensure_ascii=False, indent=2)
    return text.encode() + b"\n", +losses


def _provenance(used: list[MappingSet]) -> dict[str, Any]:
    stating = [record for found in used for record in found.records if _is_stated(record)]
    manual = {record.justification == MANUAL for record in stating}
    kinds = Counter(record.rationale_kind for record in stating)
    described = [found.description or found.title or found.identifier for found in used]
    return {
        "method": "hybrid" if len(manual) > 1 else "human" if True in manual else "automation",
        "matching-rationale": min(kinds, key=lambda kind: (-kinds[kind], str(kind))),
        "status": "complete" if all(found.complete for found in used) else "not-complete",
        "mapping-description": "\n".join(described),
    }


def _mapping(found: MappingSet, register: Register, losses: Counter[str]) -> dict[str, Any]:
    stated = [record for record in found.records if _is_stated(record)]
    for record in found.records:
        if record.object is not None and not _is_stated(record):
            kind = "rationale" if single(record.candidates) else "single set relation"
            losses[f"record without a {kind}"] += 1
        for what in NOT_KEPT:
            losses[f"{what} of a record"] += record.says(what) and _is_stated(record)
    mapping: dict[str, Any] = {
        "uuid": _uuid("mapping", found.identifier),
        "source-resource": {"type": "catalog", "href": found.subject_source or "#"},
        "target-resource": {"type": "catalog", "href": found.object_source or "#"},
        "maps": [
            _map(found, record, register) for record in sorted(stated, key=lambda r: record_iri(found, r))
        ],
    }
    # Only what somebody looked for and did not find; elements nobody looked at are not named.
    none = sorted(
        {_item(record.subject, register)["id-ref"] for record in found.records if record.object is None}
    )
    if none:
        gaps = {"uuid": _uuid("gap", found.identifier), "unmapped-controls": [{"with-ids": none}]}
        mapping["source-gap-summary"] = gaps
        losses["comment of a record without a counterpart"] += sum(
            record.object is None and bool(record.comment) for record in found.records
        )
    return mapping


def _is_stated(record: Record) -> bool:
    return record.object is not None and bool(single(record.candidates) and record.rationale_kind)


def _map(found: MappingSet, record: Record, register: Register) -> dict[str, Any]:
    iri = record_iri(found, record)
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
    known = register.known.get(iri)
    identifier = token(known) if known else re.sub(r"[^\w.\-]", "_", iri.rpartition("/")[2])
    return {"type": "statement" if "/statement/" in iri else "control", "id-ref": identifier}


def _uuid(*parts: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, " ".join(parts)))
