"""Chains of claims: what follows from records, lineage and parts in a row."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from decimal import Decimal

from crosswalk.relations.algebra import ANY, DISJOINT, EQUAL, NONE, Candidates, compose
from crosswalk.relations.network import Claim, Network

_UNSTATED = Decimal(-1)


@dataclass(frozen=True, slots=True)
class Chain:
    """Claims in a row, what follows from them, and the editions they have been in.

    ``rationale`` is that of its records, all judged in one; None before the first. ``surety`` is the least
    confidence so far: above every one before the first record, below every one where a record states none.
    """

    claims: tuple[Claim, ...]
    candidates: Candidates
    editions: frozenset[str]
    rationale: str | None = None
    surety: Decimal = Decimal("Infinity")
    over_parts: bool = False

    @property
    def is_worth_writing(self) -> bool:
        """Whether it is worth a mapping of its own.

        Over parts, what leaves open whether the two ends share anything would only repeat the structure.
        """
        shares = not self.candidates & DISJOINT or self.candidates == DISJOINT
        return shares or not self.over_parts

    def ends_in(self, named: Container[str]) -> bool:
        """Whether both ends are named, unless a record or lineage leads to them."""
        first, last = self.claims[0], self.claims[-1]
        return not (first.part and first.start not in named) and not (last.part and last.end not in named)

    def onward(self, claim: Claim, edition: str) -> Chain | None:
        """The chain with one claim more; None where nothing follows from it any longer."""
        rationale, surety = self.rationale, self.surety
        if claim.record:
            if not claim.rationale or rationale not in (None, claim.rationale):
                return None
            rationale = claim.rationale
            surety = min(surety, _UNSTATED if claim.confidence is None else claim.confidence)
        candidates = compose(self.candidates, claim.candidates)
        if candidates in (ANY, NONE):
            return None
        return Chain(
            (*self.claims, claim),
            candidates,
            self.editions | {edition},
            rationale,
            surety,
            self.over_parts or claim.part is not None,
        )

    def serves_for(self, other: Chain) -> bool:
        """Whether this one says as much as surely as a chain no shorter, and so do both made longer."""
        return (
            self.surety >= other.surety
            and not self.candidates & ~other.candidates
            and self.editions <= other.editions
            and self.over_parts <= other.over_parts
            and self.rationale in (None, other.rationale)
        )


def chains_from(network: Network, start: str, hops: int) -> dict[str, list[Chain]]:
    """The chains from an element by where they end, shortest first, but for those that another serves for."""
    kept: dict[str, list[Chain]] = {}
    level = [(start, Chain((), EQUAL, frozenset((network.edition(start),))))]
    for _ in range(hops):
        longer: dict[str, list[Chain]] = {}
        for element, chain in level:
            for claim in network.claims_from(element):
                lengthened = _lengthened(network, chain, claim)
                if lengthened is not None:
                    longer.setdefault(claim.end, []).append(lengthened)
        level = []
        for element, chains in longer.items():
            same = kept.setdefault(element, [])
            for chain in sorted(chains, key=_by_surety):
                if not any(other.serves_for(chain) for other in same):
                    same.append(chain)
                    level.append((element, chain))
    return kept


def _lengthened(network: Network, chain: Chain, claim: Claim) -> Chain | None:
    """The chain with one claim more, unless it leads back to an edition, or to a part or whole."""
    edition = network.edition(claim.end)
    if claim.part:
        led_back = any(claim.end == passed.start for passed in chain.claims)
    else:
        led_back = edition in chain.editions
    return None if led_back else chain.onward(claim, edition)


def _by_surety(chain: Chain) -> tuple[Decimal, list[tuple[str, bool]]]:
    return -chain.surety, [(claim.iri, claim.backwards) for claim in chain.claims]
