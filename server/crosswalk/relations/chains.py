"""Chains of claims: what follows from records, lineage and parts in a row."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from crosswalk.relations.algebra import ANY, COMPOSITION, DISJOINT, EQUAL, NONE, Candidates
from crosswalk.relations.network import Claim, Network

# Bare numbers: the loops below run millions of times, and members of an enumeration are slow.
_COMPOSED = tuple(tuple(int(mask) for mask in row) for row in COMPOSITION)
_NOTHING = (int(ANY), int(NONE))
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
        shares = not self.candidates & DISJOINT or self.candidates == DISJOINT
        return self.rationale is not None and (shares or not any(claim.part for claim in self.claims))

    def ends_in(self, named: Container[str]) -> bool:
        """Whether both ends are named, unless a record or lineage leads to them."""
        first, last = self.claims[0], self.claims[-1]
        return not (first.part and first.start not in named) and not (last.part and last.end not in named)


class _Way(NamedTuple):
    """A claim as the search takes it; ``edition`` is a bit of its own."""

    claim: Claim
    mask: int
    edition: int
    rationale: str | None
    surety: Decimal


class _Walk(NamedTuple):
    """A chain as the search holds it, by its last claim and what came before.

    ``surety`` is the least confidence so far: above every one before the first record, and below every one
    where a record states none. ``editions`` are those it has been in.
    """

    element: str
    mask: int
    editions: int
    rationale: str | None
    surety: Decimal
    over_parts: bool
    before: _Walk | None
    claim: Claim | None

    def serves_for(self, other: _Walk) -> bool:
        """Whether it says as much as surely as one no shorter, and so do both made longer."""
        return (
            not self.mask & ~other.mask
            and not self.editions & ~other.editions
            and self.surety >= other.surety
            and self.over_parts <= other.over_parts
            and (self.rationale is None or self.rationale == other.rationale)
        )

    def claims(self) -> Iterator[Claim]:
        """The claims from the last to the first."""
        walk: _Walk | None = self
        while walk is not None and walk.claim is not None:
            yield walk.claim
            walk = walk.before


class Chains:
    """Seeks chains in a network; what is known of each element is read once."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._bits: dict[str, int] = {}
        self._ways: dict[str, list[_Way]] = {}

    def start_at(self, start: str, hops: int) -> Iterator[tuple[str, Iterator[Chain]]]:
        """Yields each end with its chains, shortest first, but for those that another serves for."""
        kept: dict[str, list[_Walk]] = {}
        level = [_Walk(start, int(EQUAL), self._bit(start), None, _CERTAIN, False, None, None)]
        for _ in range(hops):
            longer: dict[str, list[_Walk]] = {}
            for walk in level:
                for further in self._onward(walk):
                    longer.setdefault(further.element, []).append(further)
            level = []
            for element, walks in longer.items():
                same = kept.setdefault(element, [])
                walks.sort(key=lambda walk: -walk.surety)
                for walk in walks:
                    if not any(other.serves_for(walk) for other in same):
                        same.append(walk)
                        level.append(walk)
        for element, same in kept.items():
            yield element, map(_chain, same)

    def _onward(self, walk: _Walk) -> Iterator[_Walk]:
        """The chain with one claim more, wherever that still says something and does not lead back.

        An edition is entered once; within it, each part and whole is passed once.
        """
        composed, editions, rationale = _COMPOSED[walk.mask], walk.editions, walk.rationale
        for claim, mask, edition, respect, surety in self._ways_from(walk.element):
            known = composed[mask]
            if known in _NOTHING:
                continue
            if claim.part is not None:
                if any(claim.end == passed.start for passed in walk.claims()):
                    continue
            elif edition & editions or (respect and rationale and respect != rationale):
                continue
            yield _Walk(
                claim.end,
                known,
                editions | edition,
                rationale or respect,
                surety if surety < walk.surety else walk.surety,
                walk.over_parts or claim.part is not None,
                walk,
                claim,
            )

    def _ways_from(self, element: str) -> list[_Way]:
        if (known := self._ways.get(element)) is None:
            known = self._ways[element] = [
                _Way(one, int(one.candidates), self._bit(one.end), one.rationale, _surety(one))
                for one in self.network.claims_from(element)
                if not one.record or one.rationale
            ]
        return known

    def _bit(self, element: str) -> int:
        edition = self.network.edition(element)
        return self._bits.setdefault(edition, 1 << len(self._bits))


def _surety(claim: Claim) -> Decimal:
    if not claim.record:
        return _CERTAIN
    return _UNSTATED if claim.confidence is None else claim.confidence


def _chain(walk: _Walk) -> Chain:
    return Chain(tuple(reversed([*walk.claims()])), Candidates(walk.mask), walk.rationale)
