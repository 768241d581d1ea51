"""Chains of claims: what follows from records, lineage and parts in a row."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from crosswalk.relations.algebra import ANY, COMPOSITION, DISJOINT, EQUAL, NONE, Candidates
from crosswalk.relations.network import Claim, Network

# Plain integers: the loops below run millions of times, and members of an enumeration are slow.
_UNINFORMATIVE = (int(ANY), int(NONE))
_CERTAIN, _UNSTATED = Decimal("Infinity"), Decimal(-1)


@dataclass(frozen=True, slots=True)
class Chain:
    """Claims in a row and what follows from them; ``rationale`` is that of its records, all judged in one."""

    claims: tuple[Claim, ...]
    candidates: Candidates
    rationale: str | None

    @property
    def is_worth_writing(self) -> bool:
        """Whether it is worth a mapping of its own: it has a record, and says something of the ends.

        Over parts, what leaves open whether the two share anything would only repeat the structure.
        """
        tells_sharing = not self.candidates & DISJOINT or self.candidates == DISJOINT
        return self.rationale is not None and (tells_sharing or not any(claim.part for claim in self.claims))

    def ends_in(self, named: Container[str]) -> bool:
        """Return whether both ends are named, unless a record or lineage leads to them."""
        first, last = self.claims[0], self.claims[-1]
        return not (first.part and first.start not in named) and not (last.part and last.end not in named)


class _Link(NamedTuple):
    """A claim with what the search needs of it; ``edition`` is the bit of the edition that it leads to."""

    claim: Claim
    mask: int
    edition: int
    rationale: str | None
    confidence: Decimal


class _PartialChain(NamedTuple):
    """A chain during the search: its last claim and the chain before it.

    ``mask`` are the candidates from its start to ``element``, and ``editions`` the bits of those it has been
    in. ``confidence`` is the least so far: above every stated one before the first record, and below every
    stated one where a record states none.
    """

    element: str
    mask: int
    editions: int
    rationale: str | None
    confidence: Decimal
    over_parts: bool
    before: _PartialChain | None
    claim: Claim | None

    def replaces(self, other: _PartialChain) -> bool:
        """Return whether it says as much as another that is no shorter, as surely, however both go on."""
        return (
            not self.mask & ~other.mask
            and not self.editions & ~other.editions
            and self.confidence >= other.confidence
            and self.over_parts <= other.over_parts
            and (self.rationale is None or self.rationale == other.rationale)
        )

    def claims(self) -> Iterator[Claim]:
        """Yield the claims from the last to the first."""
        chain: _PartialChain | None = self
        while chain is not None and chain.claim is not None:
            yield chain.claim
            chain = chain.before

    def finished(self) -> Chain:
        """Return the chain as a value of its own."""
        return Chain(tuple(reversed([*self.claims()])), Candidates(self.mask), self.rationale)


class ChainSearch:
    """Find the chains of a network, reading the claims of each element once."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._bits: dict[str, int] = {}
        self._links: dict[str, list[_Link]] = {}

    def chains_from(self, start: str, hops: int) -> Iterator[tuple[str, Iterator[Chain]]]:
        """Yield each end with its chains of at most ``hops`` claims, shortest first.

        A chain is left out where one that is no longer replaces it.
        """
        kept: dict[str, list[_PartialChain]] = {}
        level = [_PartialChain(start, int(EQUAL), self._bit(start), None, _CERTAIN, False, None, None)]
        for _ in range(hops):
            longer: dict[str, list[_PartialChain]] = {}
            for chain in level:
                for extended in self._extensions(chain):
                    longer.setdefault(extended.element, []).append(extended)
            level = []
            for element, chains in longer.items():
                known = kept.setdefault(element, [])
                chains.sort(key=lambda chain: -chain.confidence)
                for chain in chains:
                    if not any(other.replaces(chain) for other in known):
                        known.append(chain)
                        level.append(chain)
        for element, known in kept.items():
            yield element, map(_PartialChain.finished, known)

    def _extensions(self, chain: _PartialChain) -> Iterator[_PartialChain]:
        """Yield the chain with one claim more, wherever that still says something and does not lead back.

        An edition is entered once; within it, each part and whole is passed once.
        """
        composed, editions, rationale = COMPOSITION[chain.mask], chain.editions, chain.rationale
        for claim, mask, edition, respect, confidence in self._links_from(chain.element):
            known = composed[mask]
            if known in _UNINFORMATIVE:
                continue
            if claim.part is not None:
                if any(claim.end == passed.start for passed in chain.claims()):
                    continue
            elif edition & editions or (respect and rationale and respect != rationale):
                continue
            yield _PartialChain(
                claim.end,
                known,
                editions | edition,
                rationale or respect,
                confidence if confidence < chain.confidence else chain.confidence,
                chain.over_parts or claim.part is not None,
                chain,
                claim,
            )

    def _links_from(self, element: str) -> list[_Link]:
        if (links := self._links.get(element)) is None:
            links = self._links[element] = [
                _Link(claim, int(claim.candidates), self._bit(claim.end), claim.rationale, _confidence(claim))
                for claim in self.network.claims_from(element)
                if not claim.record or claim.rationale
            ]
        return links

    def _bit(self, element: str) -> int:
        edition = self.network.edition(element)
        return self._bits.setdefault(edition, 1 << len(self._bits))


def _confidence(claim: Claim) -> Decimal:
    if not claim.record:
        return _CERTAIN
    return _UNSTATED if claim.confidence is None else claim.confidence
