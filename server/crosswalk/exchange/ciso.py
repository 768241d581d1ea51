"""Read the mapping libraries of CISO Assistant (YAML).

The format is that of the libraries in https://github.com/intuitem/ciso-assistant-community.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from crosswalk.errors import InputError
from crosswalk.exchange.records import (
    CISO,
    RATIONALES,
    UNSPECIFIED,
    Losses,
    MappingSet,
    Record,
    is_day,
    read_strength,
)
from crosswalk.graph.mappings import PREDICATES
from crosswalk.iris import is_language
from crosswalk.relations.algebra import inverse
from crosswalk.structured_text import UNSPACED, LinedMapping, decode, has_space, read_yaml

_SHAPE = "It has objects: requirement_mapping_sets: with requirement_mappings in each."
_OLD = "Older libraries call the ends reference and focal: write source_… and target_… instead."
_ENDS = ("source_requirement_urn", "target_requirement_urn")
_READ = {*_ENDS, "relationship", "rationale", "annotation", "strength_of_relationship"}
_READ_OF_SET = {
    *("name", "description", "ref_id", "source_framework_urn", "target_framework_urn"),
    "requirement_mappings",
}
_READ_OF_LIBRARY = {"name", "description", "version", "publication_date", "locale", "objects"}
_SETS = ("requirement_mapping_sets", "requirement_mapping_set")


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
    chosen = [pair for pair in different if not select or _text(pair[0], "ref_id", name) == select]
    if len(chosen) != 1:
        what = f"there are {len(different)} mapping sets"
        names = ", ".join(str(_text(described, "ref_id", name)) for described, _ in different)
        hint = f"--select takes the ref_id of one of them: {names}."
        raise InputError(f"no mapping set is called “{select}”" if select else what, file=name, hint=hint)
    described, records = chosen[0]
    losses = Losses()
    for other in sets:
        if not any(other is kept for kept, _ in different):
            losses.note("mapping set that is another one turned round", other.line)
        elif other is not described:
            losses.note("mapping set that was not selected", other.line)
    _note_unread(losses, library, _READ_OF_LIBRARY, "the library")
    _note_unread(losses, library["objects"], _SETS, "objects")
    _note_unread(losses, described, _READ_OF_SET, "the set")
    for mapping in _mappings(described, name):
        _note_unread(losses, mapping, _READ, "a mapping")
    return MappingSet(
        title=_text(described, "name", name) or _text(library, "name", name),
        description=_text(described, "description", name) or _text(library, "description", name),
        version=_text(library, "version", name),
        publication_date=_text(library, "publication_date", name, is_day, "date such as 2026-01-31"),
        subject_source=_text(described, "source_framework_urn", name),
        object_source=_text(described, "target_framework_urn", name),
        language=_text(library, "locale", name, is_language, "tag of a language, such as en"),
        records=records,
        losses=losses,
    )


def _note_unread(losses: Losses, mapping: LinedMapping, read_keys: Collection[str], around: str) -> None:
    """Count the keys of a mapping that are not read and say something."""
    for key, value in mapping.items():
        if key not in read_keys and value not in (None, "", [], {}):
            losses.note(f"“{key}” of {around}", mapping.lines[key])


def _sets(library: LinedMapping, name: str) -> list[LinedMapping]:
    objects = library.get("objects")
    objects = objects if isinstance(objects, LinedMapping) else {}
    sets = next((objects[key] for key in _SETS if key in objects), None)
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


def _text(
    mapping: LinedMapping,
    key: str,
    name: str,
    holds: Callable[[str], bool] | None = None,
    noun: str = "text",
) -> str | None:
    """Return the text of a key, None where there is none; raises InputError for anything else.

    ``holds`` says whether a text is what it should be, ``noun`` what that is called.
    """
    value = mapping.get(key)
    if value in (None, ""):
        return None
    if not isinstance(value, str) or (holds and not holds(value)):
        what = f"the {key} “{value}” is no {noun}" if isinstance(value, str) else f"the {key} is no text"
        hint = f"Write one {noun} there, or leave it out."
        raise InputError(what, file=name, line=mapping.lines[key], hint=hint)
    return value.strip() or None


def _record(mapping: LinedMapping, name: str) -> Record:
    def fault(what: str, hint: str) -> InputError:
        return InputError(what, file=name, line=mapping.line, hint=hint)

    ends = []
    for key in _ENDS:
        urn = _text(mapping, key, name)
        if urn is None:
            raise fault(f"the mapping has no {key}", _OLD)
        if has_space(urn):
            raise fault(f"the identifier “{urn}” holds a space", UNSPACED)
        ends.append(urn.rpartition(":")[2])
    word = _text(mapping, "relationship", name) or ""
    if word not in CISO:
        raise fault(f"“{word}” is no relationship", f"Known are {', '.join(CISO)}.")
    # The kind of rationale in one word, or, in newer libraries, the reason in a sentence.
    rationale = _text(mapping, "rationale", name)
    is_reason = rationale is not None and " " in rationale
    if rationale is not None and not is_reason and rationale not in RATIONALES:
        hint = f"Known are {', '.join(RATIONALES)}, or a reason in words."
        raise fault(f"“{rationale}” is no rationale", hint)
    strength = _text(mapping, "strength_of_relationship", name)
    notes = [rationale if is_reason else None, _text(mapping, "annotation", name)]
    return Record(
        *ends,
        predicate=PREDICATES[CISO[word]],
        justification=UNSPECIFIED,
        candidates=CISO[word],
        rationale_kind=None if is_reason else rationale,
        comment=" ".join(filter(None, notes)) or None,
        strength=read_strength(strength, fault),
        place=mapping.line,
    )
