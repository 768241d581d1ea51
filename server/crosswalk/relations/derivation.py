"""Derives mappings along chains of records, as far as the relation algebra carries."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from crosswalk.namespaces import ID
from crosswalk.relations.algebra import ANY, EQUAL, NONE, Candidates, compose
from crosswalk.relations.network import Claim, Network
from crosswalk.relations.records import Record

MAX_HOPS = 3


@dataclass(frozen=True)
class Derived:
    """A mapping that follows from a chain of records, its premises in order."""

    subject: str
    object: str
    subject_edition: str
    object_edition: str
    candidates: Candidates
    rationale: str
    premises: tuple[Claim, ...]

    @property
    def confidence(self) -> Decimal | None:
        """The least confidence of the premises; None where one of them states none."""
        stated = [claim.confidence for claim in self.premises]
        return None if None in stated else min(each for each in stated if each is not None)

    @property
    def mapping_set(self) -> str:
        """The set of all that is derived from one edition to another."""
        ends = (self.subject_edition, self.object_edition)
        return f"{ID}mapping/derived/" + "--".join(end.removeprefix(ID).replace("/", "-") for end in ends)

    @property
    def iri(self) -> str:
        """An address that follows from the premises alone, so that deriving again gives the same."""
        said = "\n".join(f"{claim.iri} {claim.backwards}" for claim in self.premises)
        return f"{self.mapping_set}/{hashlib.sha256(said.encode()).hexdigest()[:16]}"

    @property
    def sources(self) -> tuple[str, ...]:
        """The source documents of all premises."""
        return tuple(sorted({source for claim in self.premises for source in claim.sources}))


def derive(records: Iterable[Record], *, hops: int = MAX_HOPS) -> list[Derived]:
    """What follows along chains of two records or more, in the order of addresses.

    Premises are records that exclude a relation, all judged in the same respect; derived records are none.
    A chain enters no edition twice. One is left out where another of no more hops says at least as much, as
    surely; each is given in one direction, from the lesser address to the greater.
    """
    fit = [one for one in records if one.assessed and one.rationale and not one.derived]
    found: dict[tuple[str, str, str], list[Derived]] = {}
    for rationale in sorted({one.rationale for one in fit if one.rationale}):
        network = Network(one for one in fit if one.rationale == rationale)
        for start in sorted(network.elements()):
            for chain, candidates in _chains(network, start, hops):
                end = chain[-1].end
                if start < end and len(chain) > 1:
                    derived = Derived(
                        start, end, network.edition(start), network.edition(end), candidates, rationale, chain
                    )
                    found.setdefault((start, end, rationale), []).append(derived)
    return sorted((one for same in found.values() for one in _undominated(same)), key=lambda one: one.iri)


def _chains(network: Network, start: str, hops: int) -> Iterator[tuple[tuple[Claim, ...], Candidates]]:
    """Every chain from an element that still says something; what says nothing never will again."""
    stack = [((), EQUAL, frozenset((network.edition(start),)), start)]
    while stack:
        chain, known, editions, element = stack.pop()
        if chain:
            yield chain, known
        if len(chain) == hops:
            continue
        for neighbour in network.neighbours(element):
            edition = network.edition(neighbour)
            if edition in editions:
                continue
            for claim in network.claims(element, neighbour):
                candidates = compose(known, claim.candidates)
                if candidates not in (ANY, NONE):
                    stack.append(((*chain, claim), candidates, editions | {edition}, neighbour))


def _undominated(same: list[Derived]) -> list[Derived]:
    """Of the chains between one pair, those of which none shorter or equal says as much as surely."""
    kept: list[Derived] = []
    for one in sorted(same, key=lambda each: (len(each.premises), -(each.confidence or 0), each.iri)):
        if not any(_says_as_much(other, one) for other in kept):
            kept.append(one)
    return kept


def _says_as_much(one: Derived, other: Derived) -> bool:
    surer = other.confidence is None or (one.confidence is not None and one.confidence >= other.confidence)
    return surer and not one.candidates & ~other.candidates
