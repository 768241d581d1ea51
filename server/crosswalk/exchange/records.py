"""What passes between the formats: mapping sets with their records, catalogues with their entries, losses."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from rdflib.namespace import SKOS

from crosswalk.namespaces import SEMAPV
from crosswalk.relations.algebra import (
    ANY,
    DISJOINT,
    EQUAL,
    INTERSECTS,
    RELATIONS,
    SUBSET,
    SUPERSET,
    Candidates,
    members,
)

UNTYPED = str(SKOS.mappingRelation)
UNSPECIFIED = str(SEMAPV.UnspecifiedMatching)
MANUAL = str(SEMAPV.ManualMappingCuration)


@dataclass(frozen=True)
class Record:
    """One mapping; ``object`` is None where somebody looked and found no counterpart.

    ``subject`` and ``object`` are IRIs once they are resolved, and before that what the file says;
    ``strength`` is OLIR's, from 0 to 10; ``reviewers`` are IRIs, of whom some may be known by name only;
    ``candidates`` are the set relations still possible. ``place`` is the line or row of the file.
    """

    subject: str
    object: str | None
    predicate: str = UNTYPED
    justification: str = MANUAL
    identifier: str | None = None
    candidates: Candidates = ANY
    rationale_kind: str | None = None
    confidence: str | None = None
    comment: str | None = None
    as_cited: str | None = None
    authors: tuple[str, ...] = ()
    date: str | None = None
    comparison: str | None = None
    alignment: str | None = None
    quotations: tuple[str, ...] = ()
    strength: int | None = None
    reviewers: tuple[str, ...] = ()
    reviewer_names: tuple[str, ...] = ()
    review_date: str | None = None
    place: int | None = None

    def says(self, what: str) -> bool:
        """Whether it says anything in this respect; a strength of 0 is something."""
        return getattr(self, what) not in (None, "", ())


@dataclass(frozen=True)
class MappingSet:
    """A set of records with what is said of all of them; ``losses`` counts what its file could not keep."""

    identifier: str = ""
    title: str | None = None
    description: str | None = None
    licence: str | None = None
    version: str | None = None
    creators: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    provider: str | None = None
    subject_source: str | None = None
    subject_version: str | None = None
    object_source: str | None = None
    object_version: str | None = None
    mapping_date: str | None = None
    publication_date: str | None = None
    modified: str | None = None
    complete: bool = False
    records: tuple[Record, ...] = ()
    losses: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Entry:
    """One element of a catalogue: its identifier there, and how it stands to others."""

    identifier: str
    title: str | None = None
    parent: str | None = None
    text: str | None = None
    withdrawn: bool = False
    replaced_by: tuple[str, ...] = ()
    place: int | None = None


@dataclass(frozen=True)
class Catalogue:
    """The elements of one edition, in order; a ``selection`` only names elements of another catalogue."""

    title: str
    version: str | None = None
    entries: tuple[Entry, ...] = ()
    selection: bool = False
    losses: Counter[str] = field(default_factory=Counter)


def pack(result: MappingSet | Catalogue) -> dict[str, Any]:
    """The result as plain values that JSON can hold."""
    value = dict(vars(result))
    for many in ("records", "entries"):
        if many in value:
            value[many] = [asdict(each) for each in value[many]]
    return {"kind": type(result).__name__, "value": value}


def unpack(packed: dict[str, Any]) -> MappingSet | Catalogue:
    """The result that `pack` made plain."""
    value = packed["value"]
    value["losses"] = Counter(value["losses"])
    if packed["kind"] == "Catalogue":
        entries = tuple(Entry(**_tuples(each)) for each in value.pop("entries"))
        return Catalogue(**value, entries=entries)
    records = tuple(
        Record(**_tuples(each) | {"candidates": Candidates(each["candidates"])})
        for each in value.pop("records")
    )
    return MappingSet(**_tuples(value), records=records)


def _tuples(value: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(each) if isinstance(each, list) else each for key, each in value.items()}


NAMES = {
    EQUAL: "Equal",
    SUBSET: "Subset",
    SUPERSET: "Superset",
    INTERSECTS: "Intersects",
    DISJOINT: "Disjoint",
}
"""The local names of the relations in the ontology."""

OLIR = {
    EQUAL: "equal",
    SUBSET: "subset of",
    SUPERSET: "superset of",
    INTERSECTS: "intersects with",
    DISJOINT: "not related to",
}
OSCAL = {
    EQUAL: "equal-to",
    SUBSET: "subset-of",
    SUPERSET: "superset-of",
    INTERSECTS: "intersects-with",
    DISJOINT: "no-relationship",
}
CISO = {"equal": EQUAL, "subset": SUBSET, "superset": SUPERSET, "intersect": INTERSECTS}

PREDICATES = {
    EQUAL: str(SKOS.exactMatch),
    SUBSET: str(SKOS.broadMatch),
    SUPERSET: str(SKOS.narrowMatch),
    INTERSECTS: str(SKOS.relatedMatch),
    DISJOINT: str(SKOS.mappingRelation),
}
"""The mapping property of SKOS that stands for each relation; for disjointness there is none."""

MAPPING_PROPERTIES = frozenset(
    str(term)
    for term in (
        SKOS.mappingRelation,
        SKOS.exactMatch,
        SKOS.closeMatch,
        SKOS.broadMatch,
        SKOS.narrowMatch,
        SKOS.relatedMatch,
    )
)
RATIONALES = ("syntactic", "semantic", "functional")


def single(candidates: Candidates) -> Candidates | None:
    """The one relation left, or None."""
    return candidates if candidates in RELATIONS else None


def excluded(candidates: Candidates) -> list[str]:
    """The local names of the relations that are out."""
    return [NAMES[relation] for relation in members(ANY & ~candidates)]


def without(names: list[str]) -> Candidates:
    """The candidates left when the relations of these local names are out."""
    by_name = {name: relation for relation, name in NAMES.items()}
    left = ANY
    for name in names:
        left &= ~by_name[name]
    return left


def predicate(candidates: Candidates) -> str:
    """The mapping property that says no more than the candidates do."""
    one = single(candidates)
    return PREDICATES[one] if one else str(SKOS.mappingRelation)
