"""Writes an OSCAL 1.2 mapping collection (JSON): the same graph gives the same bytes."""

from __future__ import annotations

import json
import re
import uuid
from collections import Counter
from decimal import Decimal
from typing import Any

from crosswalk.errors import InputError
from crosswalk.exchange.records import MANUAL, MappingSet, Record
from crosswalk.exchange.register import Register, token
from crosswalk.exchange.triples import record_iri
from crosswalk.exchange.words import OSCAL, single

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
