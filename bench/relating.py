"""The relation algebra at size: deriving along chains, and the closure, over invented records."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

from pyoxigraph import NamedNode, Triple

from crosswalk.graph.derivation import chain_mappings
from crosswalk.namespaces import ID, XW
from crosswalk.relations.algebra import ANY, IRIS, RELATIONS, Candidates, members
from crosswalk.relations.consistency import close, find_conflicts
from crosswalk.relations.derivation import derive
from crosswalk.relations.model import MappingRecord

ELEMENTS, RECORDS, EDITIONS = 1_000, 10_000, 20
RATIONALES = (str(XW.Syntactic), str(XW.Semantic), str(XW.Functional))


def measure() -> dict[str, Any]:
    """Return the processor seconds of each step, over records of a true world in one respect and in three."""
    return {
        f"rationales {len(rationales)}": _measure_records(true_records(rationales))
        for rationales in (RATIONALES[:1], RATIONALES)
    }


def true_records(rationales: tuple[str, ...] = RATIONALES[:1], seed: int = 1) -> list[MappingRecord]:
    """Invent records that are true of invented sets: many certain, others leave several relations."""
    chance = random.Random(seed)
    demands = [frozenset(chance.sample(range(60), chance.choice((2, 3, 5, 8, 20)))) for _ in range(ELEMENTS)]
    names = [f"e{place % EDITIONS}/{place}" for place in range(ELEMENTS)]
    records: dict[tuple[int, int], MappingRecord] = {}
    while len(records) < RECORDS:
        left, right = chance.sample(range(ELEMENTS), 2)
        if left % EDITIONS == right % EDITIONS:
            continue
        candidates = _relation(demands[left], demands[right])
        for relation in RELATIONS:
            candidates |= relation if chance.random() < 0.2 else Candidates.NONE
        records[left, right] = MappingRecord(
            f"m/{left}-{right}", names[left], names[right], f"e{left % EDITIONS}", f"e{right % EDITIONS}",
            ANY & ~candidates, rationales[len(records) % len(rationales)],
        )  # fmt: skip
    return list(records.values())


def _measure_records(records: list[MappingRecord]) -> dict[str, Any]:
    known = {(record.subject, record.object): record.candidates for record in records}
    two, short = _timed(lambda: derive(records, hops=2))
    three, long = _timed(lambda: derive(records, hops=3))
    writing, triples = _timed(lambda: chain_mappings(as_triples(records)))
    closing, _ = _timed(lambda: close(known))
    searching, result = _timed(lambda: find_conflicts(records))
    if result.conflicts:
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
        "seconds without contradiction": searching,
    }


def as_triples(records: list[MappingRecord]) -> list[Triple]:
    """Return the records as a curated file would state them."""
    facts = []
    for record in records:
        facts += [
            (record.subject, XW.inEdition, record.subject_edition),
            (record.object, XW.inEdition, record.object_edition),
            (record.iri, XW.subject, record.subject),
            (record.iri, XW.object, record.object),
            (record.iri, XW.rationaleKind, record.rationale),
        ]
        facts += [(record.iri, XW.excludesRelation, IRIS[relation]) for relation in members(record.excluded)]
    return [Triple(*map(node, fact)) for fact in facts]


def node(term: object) -> NamedNode:
    """Return a term as the engine has it; what is no IRI yet becomes the address of a thing."""
    return NamedNode(str(term) if str(term).startswith("http") else f"{ID}{term}")


def _relation(left: frozenset[int], right: frozenset[int]) -> Candidates:
    if left == right:
        return Candidates.EQUAL
    if left < right:
        return Candidates.SUBSET
    if left > right:
        return Candidates.SUPERSET
    return Candidates.INTERSECTS if left & right else Candidates.DISJOINT


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.process_time()
    result = work()
    return time.process_time() - begin, result
