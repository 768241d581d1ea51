"""The words of each format for the five set relations and for the kinds of rationale."""

from __future__ import annotations

from rdflib.namespace import SKOS

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
