"""Reads the mapping libraries of CISO Assistant (YAML)."""

from __future__ import annotations

from collections import Counter
from typing import Any

from crosswalk.errors import InputError
from crosswalk.exchange.lined_yaml import Lined, read_yaml
from crosswalk.exchange.records import UNSPECIFIED, MappingSet, Record
from crosswalk.exchange.words import CISO, PREDICATES, RATIONALES

_KEPT = {"source_requirement_urn", "target_requirement_urn", "relationship", "rationale", "annotation"}


def read(data: bytes, name: str) -> MappingSet:
    """The one mapping set of a library; an InputError names the line that is wrong."""
    library = read_yaml(data, name)
    objects = library.get("objects") if isinstance(library, dict) else None
    found = objects.get("requirement_mapping_set") if isinstance(objects, dict) else None
    several = objects.get("requirement_mapping_sets") if isinstance(objects, dict) else None
    if found is None and isinstance(several, list) and len(several) == 1:
        found = several[0]
    if not isinstance(found, dict):
        hint = "It has objects: requirement_mapping_set: …, one to a file."
        raise InputError("the library holds no single requirement mapping set", file=name, hint=hint)
    mappings = found.get("requirement_mappings")
    if not isinstance(mappings, list) or not mappings:
        raise InputError("the set has no requirement_mappings", file=name, line=found.line)
    losses: Counter[str] = Counter(
        {key: 1 for key in ("copyright", "provider", "packager") if library.get(key)}
    )
    records = tuple(_record(each, found, name, losses) for each in mappings)
    published = library.get("publication_date")
    return MappingSet(
        title=_text(found, "name") or _text(library, "name"),
        description=_text(found, "description") or _text(library, "description"),
        version=_text(library, "version"),
        publication_date=str(published) if published else None,
        subject_source=_text(found, "source_framework_urn"),
        object_source=_text(found, "target_framework_urn"),
        records=records,
        losses=losses,
    )


def _text(within: dict[str, Any], key: str) -> str | None:
    value = within.get(key)
    return None if value in (None, "") else str(value)


def _record(each: Any, found: Lined, name: str, losses: Counter[str]) -> Record:
    if not isinstance(each, Lined):
        raise InputError("each of requirement_mappings must be a mapping", file=name, line=found.line)

    def fault(what: str, hint: str | None = None) -> InputError:
        return InputError(what, file=name, line=each.line, hint=hint)

    ends = []
    for key in ("source_requirement_urn", "target_requirement_urn"):
        urn = _text(each, key)
        if urn is None:
            raise fault(f"the mapping has no {key}")
        if any(mark.isspace() for mark in urn):
            raise fault(f"the identifier “{urn}” holds a space")
        ends.append(urn.rpartition(":")[2])
    word = _text(each, "relationship") or ""
    if word not in CISO:
        raise fault(f"“{word}” is no relationship", f"Known are {', '.join(CISO)}.")
    rationale = _text(each, "rationale")
    if rationale is not None and rationale not in RATIONALES:
        raise fault(f"“{rationale}” is no rationale", f"Known are {', '.join(RATIONALES)}.")
    strength = each.get("strength_of_relationship")
    if strength is not None and (not isinstance(strength, int) or not 0 <= strength <= 10):
        raise fault(f"the strength “{strength}” is no whole number from 0 to 10")
    for key in set(each) - _KEPT - {"strength_of_relationship"}:
        losses[f"{key} of a mapping"] += 1
    notes = [_text(each, "annotation")]
    notes += [f"Strength of relationship: {strength} of 10."] if strength is not None else []
    return Record(
        *ends,
        predicate=PREDICATES[CISO[word]],
        justification=UNSPECIFIED,
        candidates=CISO[word],
        rationale_kind=rationale,
        comment=" ".join(filter(None, notes)) or None,
        place=each.line,
    )
