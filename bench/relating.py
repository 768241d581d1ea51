"""The relation algebra at size: deriving along chains, and the closure, over invented records."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

from pyoxigraph import NamedNode, Triple

from crosswalk.graph.derivation import chain_mappings
from crosswalk.namespaces import ID, XW
from crosswalk.relations.algebra import ANY, IRIS, RELATIONS, Candidates
from crosswalk.relations.consistency import close, find_conflicts
from crosswalk.relations.derivation import derive
from crosswalk.relations.model import MappingRecord

ELEMENTS, RECORDS, EDITIONS = 1_000, 10_000, 20
RATIONALES = (str(XW.Syntactic), str(XW.Semantic), str(XW.Functional))


def measure() -> dict[str, Any]:
    """The processor seconds of each step, over records of a true world in one respect and in three."""
    return {
        f"rationales {len(respects)}": _of(true_records(respects))
        for respects in (RATIONALES[:1], RATIONALES)
    }


def true_records(rationales: tuple[str, ...] = RATIONALES[:1], seed: int = 1) -> list[MappingRecord]:
    """Records that are true of invented sets: many certain, others leave several relations."""
    chance = random.Random(seed)
    demands = [frozenset(chance.sample(range(60), chance.choice((2, 3, 5, 8, 20)))) for _ in range(ELEMENTS)]
    names = [f"e{place % EDITIONS}/{place}" for place in range(ELEMENTS)]
    found: dict[tuple[int, int], MappingRecord] = {}
    while len(found) < RECORDS:
        one, other = chance.sample(range(ELEMENTS), 2)
        if one % EDITIONS == other % EDITIONS:
            continue
        left = _relation(demands[one], demands[other])
        for relation in RELATIONS:
            left |= relation if chance.random() < 0.2 else Candidates.NONE
        found[one, other] = MappingRecord(
            f"m/{one}-{other}", names[one], names[other], f"e{one % EDITIONS}", f"e{other % EDITIONS}",
            ANY & ~left, rationales[len(found) % len(rationales)],
        )  # fmt: skip
    return list(found.values())


def _of(records: list[MappingRecord]) -> dict[str, Any]:
    known = {(one.subject, one.object): one.candidates for one in records}
    two, short = _timed(lambda: derive(records, hops=2))
    three, long = _timed(lambda: derive(records, hops=3))
    writing, triples = _timed(lambda: chain_mappings(as_triples(records)))
    closing, _ = _timed(lambda: close(known))
    seeking, conflicts = _timed(lambda: find_conflicts(records))
    if conflicts.conflicts:
        raise AssertionError("records that are true contradict each other")
    return {
        "elements": ELEMENTS,
        "records": len(records),
        "derived over two": len(short),
        "seconds over two": two,
        "derived over three": len(long),
        "seconds over three": three,
        "seconds over three, as the build reads and writes them": writing,
        "triples written": len(triples),
        "seconds of the closure": closing,
        "seconds without contradiction": seeking,
    }


def as_triples(records: list[MappingRecord]) -> list[Triple]:
    """The records as a curated file would say them."""
    found = []
    for record in records:
        for end, edition in (
            (record.subject, record.subject_edition),
            (record.object, record.object_edition),
        ):
            found.append((end, XW.inEdition, edition))
        found.append((record.iri, XW.subject, record.subject))
        found.append((record.iri, XW.object, record.object))
        found.append((record.iri, XW.rationaleKind, record.rationale))
        found += [(record.iri, XW.excludesRelation, IRIS[one]) for one in RELATIONS if one & record.excluded]
    return [Triple(*map(node, triple)) for triple in found]


def node(term: object) -> NamedNode:
    """A term as the engine has it; what is no IRI yet becomes the address of a thing."""
    return NamedNode(str(term) if str(term).startswith("http") else f"{ID}{term}")


def _relation(one: frozenset[int], other: frozenset[int]) -> Candidates:
    if one == other:
        return Candidates.EQUAL
    if one < other:
        return Candidates.SUBSET
    if one > other:
        return Candidates.SUPERSET
    return Candidates.INTERSECTS if one & other else Candidates.DISJOINT


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.process_time()
    found = work()
    return time.process_time() - begin, found
