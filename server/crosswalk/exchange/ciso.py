"""Read the mapping libraries of CISO Assistant (YAML).

The format is that of the libraries in https://github.com/intuitem/ciso-assistant-community.
"""

from __future__ import annotations

from crosswalk.errors import InputError
from crosswalk.exchange.records import (
    CISO,
    RATIONALES,
    UNSPECIFIED,
    Losses,
    MappingSet,
    Record,
    read_strength,
)
from crosswalk.graph.mappings import PREDICATES
from crosswalk.relations.algebra import inverse
from crosswalk.structured_text import UNSPACED, LinedMapping, decode, has_space, read_yaml

_SHAPE = "It has objects: requirement_mapping_sets: with requirement_mappings in each."
_OLD = "Older libraries call the ends reference and focal: write source_… and target_… instead."
_ENDS = ("source_requirement_urn", "target_requirement_urn")
_READ = {*_ENDS, "relationship", "rationale", "annotation", "strength_of_relationship"}


def read(data: bytes, name: str, select: str | None = None) -> MappingSet:
    """Return the mapping set of a library.

    A library often holds each set a second time, turned round; such a mirror says nothing new and is left
    out. Of several sets that do differ, ``select`` is the ``ref_id`` of the one that is wanted. Raises
    InputError with the line that is wrong, and where there is not one set.
    """
    library = read_yaml(decode(data, name), name)
    if not isinstance(library, LinedMapping):
        raise InputError("the file is no library of CISO Assistant", file=name, hint=_SHAPE)
    sets = _sets(library, name)
    stated = [tuple(_record(mapping, name) for mapping in _mappings(described, name)) for described in sets]
    different = [
        (described, records)
        for index, (described, records) in enumerate(zip(sets, stated, strict=True))
        if not any(_are_mirrors(records, earlier) for earlier in stated[:index])
    ]
    chosen = [pair for pair in different if not select or _text(pair[0], "ref_id") == select]
    if len(chosen) != 1:
        what = f"there are {len(different)} mapping sets"
        names = ", ".join(str(_text(described, "ref_id")) for described, _ in different)
        hint = f"--select takes the ref_id of one of them: {names}."
        raise InputError(f"no mapping set is called “{select}”" if select else what, file=name, hint=hint)
    described, records = chosen[0]
    losses = Losses({key: 1 for key in ("copyright", "provider", "packager") if library.get(key)})
    losses["mapping set that is another one turned round"] = len(sets) - len(different)
    for mapping in _mappings(described, name):
        losses.update(f"{key} of a mapping" for key in mapping.keys() - _READ)
    return MappingSet(
        title=_text(described, "name") or _text(library, "name"),
        description=_text(described, "description") or _text(library, "description"),
        version=_text(library, "version"),
        publication_date=_text(library, "publication_date"),
        subject_source=_text(described, "source_framework_urn"),
        object_source=_text(described, "target_framework_urn"),
        records=records,
        losses=losses,
    )


def _sets(library: LinedMapping, name: str) -> list[LinedMapping]:
    objects = library.get("objects")
    objects = objects if isinstance(objects, LinedMapping) else {}
    sets = objects.get("requirement_mapping_sets", objects.get("requirement_mapping_set"))
    listed = sets if isinstance(sets, list) else [sets]
    if not listed or not all(isinstance(described, LinedMapping) for described in listed):
        raise InputError("the library holds no requirement mapping set", file=name, hint=_SHAPE)
    return listed


def _mappings(described: LinedMapping, name: str) -> list[LinedMapping]:
    mappings = described.get("requirement_mappings")
    if not isinstance(mappings, list) or not mappings:
        what = "the set has no requirement_mappings"
        raise InputError(what, file=name, line=described.line, hint=_SHAPE)
    if not all(isinstance(mapping, LinedMapping) for mapping in mappings):
        what = "each of requirement_mappings must be a mapping"
        raise InputError(what, file=name, line=described.line, hint=_SHAPE)
    return mappings


def _are_mirrors(records: tuple[Record, ...], others: tuple[Record, ...]) -> bool:
    """Say whether records state of the same pairs, turned round, the same as others."""
    turned = {(record.object, record.subject, inverse(record.candidates)) for record in records}
    return turned == {(record.subject, record.object, record.candidates) for record in others}


def _text(mapping: LinedMapping, key: str) -> str | None:
    value = mapping.get(key)
    return None if value in (None, "") else str(value)


def _record(mapping: LinedMapping, name: str) -> Record:
    def fault(what: str, hint: str) -> InputError:
        return InputError(what, file=name, line=mapping.line, hint=hint)

    ends = []
    for key in _ENDS:
        urn = _text(mapping, key)
        if urn is None:
            raise fault(f"the mapping has no {key}", _OLD)
        if has_space(urn):
            raise fault(f"the identifier “{urn}” holds a space", UNSPACED)
        ends.append(urn.rpartition(":")[2])
    word = _text(mapping, "relationship") or ""
    if word not in CISO:
        raise fault(f"“{word}” is no relationship", f"Known are {', '.join(CISO)}.")
    # The kind of rationale in one word, or, in newer libraries, the reason in a sentence.
    rationale = _text(mapping, "rationale")
    is_reason = rationale is not None and " " in rationale.strip()
    if rationale is not None and not is_reason and rationale not in RATIONALES:
        hint = f"Known are {', '.join(RATIONALES)}, or a reason in words."
        raise fault(f"“{rationale}” is no rationale", hint)
    strength = mapping.get("strength_of_relationship")
    notes = [rationale if is_reason else None, _text(mapping, "annotation")]
    return Record(
        *ends,
        predicate=PREDICATES[CISO[word]],
        justification=UNSPECIFIED,
        candidates=CISO[word],
        rationale_kind=None if is_reason else rationale,
        comment=" ".join(filter(None, notes)) or None,
        strength=read_strength(None if strength is None else str(strength), fault),
        place=mapping.line,
    )
