"""Reads the mapping libraries of CISO Assistant (YAML)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from crosswalk.errors import InputError
from crosswalk.exchange.records import CISO, PREDICATES, RATIONALES, UNSPECIFIED, MappingSet, Record
from crosswalk.located import Lined, read_yaml
from crosswalk.relations.algebra import inverse

_SHAPE = "It has objects: requirement_mapping_sets: with requirement_mappings in each."
_OLD = "Older libraries call the ends reference and focal: write source_… and target_… instead."
_KEPT = {"source_requirement_urn", "target_requirement_urn", "relationship", "rationale", "annotation"}


@dataclass(frozen=True)
class _Set:
    """A mapping set of a library: what is said of it as a whole, its records, and what they lose."""

    said: Lined
    records: tuple[Record, ...]
    losses: Counter[str]


def read(data: bytes, name: str, select: str = "") -> MappingSet:
    """The mapping set of a library; an InputError names the line that is wrong.

    A library often holds each set a second time, turned round; such a mirror says nothing new and is left
    out. Of several sets that do differ, ``select`` is the ``ref_id`` of the one that is wanted.
    """
    library = read_yaml(data, name)
    if not isinstance(library, dict):
        raise InputError("the file is no library of CISO Assistant", file=name, hint=_SHAPE)
    sets = [_set(each, name) for each in _sets(library, name)]
    kept = [one for at, one in enumerate(sets) if not any(_is_mirror(one, other) for other in sets[:at])]
    chosen = [one for one in kept if select in ("", _text(one.said, "ref_id"))]
    if len(chosen) != 1:
        names = ", ".join(str(_text(each.said, "ref_id")) for each in kept)
        what = f"no mapping set is called “{select}”" if select else f"there are {len(kept)} mapping sets"
        raise InputError(what, file=name, hint=f"--select takes the ref_id of one of them: {names}.")
    found, records, losses = chosen[0].said, chosen[0].records, chosen[0].losses
    losses.update({key: 1 for key in ("copyright", "provider", "packager") if library.get(key)})
    losses["mapping set that is another one turned round"] += len(sets) - len(kept)
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


def _sets(library: dict[str, Any], name: str) -> list[Lined]:
    objects = library.get("objects")
    objects = objects if isinstance(objects, dict) else {}
    found = objects.get("requirement_mapping_sets", objects.get("requirement_mapping_set"))
    listed = found if isinstance(found, list) else [found]
    if not listed or not all(isinstance(each, Lined) for each in listed):
        raise InputError("the library holds no requirement mapping set", file=name, hint=_SHAPE)
    return listed


def _is_mirror(one: _Set, other: _Set) -> bool:
    """Whether a set says of the same pairs, turned round, the same as another."""
    turned = {(each.object, each.subject, inverse(each.candidates)) for each in one.records}
    return turned == {(each.subject, each.object, each.candidates) for each in other.records}


def _set(said: Lined, name: str) -> _Set:
    mappings = said.get("requirement_mappings")
    if not isinstance(mappings, list) or not mappings:
        raise InputError("the set has no requirement_mappings", file=name, line=said.line, hint=_SHAPE)
    losses: Counter[str] = Counter()
    return _Set(said, tuple(_record(each, said, name, losses) for each in mappings), losses)


def _text(within: dict[str, Any], key: str) -> str | None:
    value = within.get(key)
    return None if value in (None, "") else str(value)


def _record(each: Any, found: Lined, name: str, losses: Counter[str]) -> Record:
    if not isinstance(each, Lined):
        raise InputError(
            "each of requirement_mappings must be a mapping", file=name, line=found.line, hint=_SHAPE
        )

    def fault(what: str, hint: str | None = None) -> InputError:
        return InputError(what, file=name, line=each.line, hint=hint)

    ends = []
    for key in ("source_requirement_urn", "target_requirement_urn"):
        urn = _text(each, key)
        if urn is None:
            raise fault(f"the mapping has no {key}", _OLD)
        if any(mark.isspace() for mark in urn):
            raise fault(f"the identifier “{urn}” holds a space", "Write identifiers without spaces.")
        ends.append(urn.rpartition(":")[2])
    word = _text(each, "relationship") or ""
    if word not in CISO:
        raise fault(f"“{word}” is no relationship", f"Known are {', '.join(CISO)}.")
    # The kind of rationale in one word, or, in newer libraries, the reason in a sentence.
    rationale = _text(each, "rationale")
    reason = rationale if rationale is not None and " " in rationale.strip() else None
    kind = None if reason else rationale
    if kind is not None and kind not in RATIONALES:
        raise fault(f"“{kind}” is no rationale", f"Known are {', '.join(RATIONALES)}, or a reason in words.")
    strength = each.get("strength_of_relationship")
    if strength is not None and (not isinstance(strength, int) or not 0 <= strength <= 10):
        raise fault(f"the strength “{strength}” is no whole number from 0 to 10", "Mend it or leave it out.")
    for key in set(each) - _KEPT - {"strength_of_relationship"}:
        losses[f"{key} of a mapping"] += 1
    notes = [reason, _text(each, "annotation")]
    return Record(
        *ends,
        predicate=PREDICATES[CISO[word]],
        justification=UNSPECIFIED,
        candidates=CISO[word],
        rationale_kind=kind,
        comment=" ".join(filter(None, notes)) or None,
        strength=strength,
        place=each.line,
    )
