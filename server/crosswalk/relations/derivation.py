"""Derives mappings along chains of records, as far as the relation algebra carries."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from crosswalk.namespaces import ID
from crosswalk.relations.algebra import ANY, DISJOINT, EQUAL, NONE, Candidates, compose
from crosswalk.relations.network import Claim, Network
from crosswalk.relations.records import Change, Part, Record

MAX_HOPS = 3


@dataclass(frozen=True)
class Derived:
    """A mapping that follows from a chain of premises, in order."""

    subject: str
    object: str
    subject_edition: str
    object_edition: str
    candidates: Candidates
    rationale: str
    premises: tuple[Claim, ...]

    @property
    def confidence(self) -> Decimal | None:
        """The least confidence of the records; None where one of them states none."""
        stated = [claim.confidence for claim in self.premises if claim.record]
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

    def as_record(self) -> Record:
        """The mapping as the analyses read it."""
        return Record(
            self.iri,
            self.subject,
            self.object,
            self.subject_edition,
            self.object_edition,
            ANY & ~self.candidates,
            self.rationale,
            self.confidence,
            self.mapping_set,
            self.sources,
            derived=True,
        )


def derive(
    records: Iterable[Record],
    changes: Iterable[Change] = (),
    parts: Iterable[Part] = (),
    editions: Mapping[str, str] | None = None,
    *,
    hops: int = MAX_HOPS,
) -> list[Derived]:
    """What follows along chains of two premises or more, in the order of addresses.

    Premises are records that exclude a relation, all judged in the same respect, changes known to keep the
    wording, and that one element is part of another; derived records are none. A chain enters no edition
    twice. One is left out where another of no more hops, or a record itself, says at least as much, as
    surely; each is given in one direction, from the lesser address to the greater. A chain that begins or
    ends with part and whole must lead to what some record names: a chapter or category that nobody ever
    mapped would get a mapping for each of its parts.
    """
    records = [one for one in records if not one.derived]
    named = frozenset(end for one in records for end in one.ends)
    fit = [one for one in records if one.assessed and one.rationale]
    kept, parts = [one for one in changes if one.keeps_all], list(parts)
    found: list[Derived] = []
    for rationale in sorted({one.rationale for one in fit if one.rationale}):
        network = Network((one for one in fit if one.rationale == rationale), kept, editions, parts)
        for start in sorted(network.elements()):
            for end, chains in chains_from(network, start, hops).items():
                if start < end:
                    between = (network.edition(start), network.edition(end))
                    found += (
                        Derived(start, end, *between, one.candidates, rationale, one.claims)
                        for one in chains
                        if len(one.claims) > 1 and one.says_something and one.ends_in(named)
                    )
    return sorted(found, key=lambda one: one.iri)


@dataclass(frozen=True, slots=True)
class Chain:
    """Claims in a row, what follows from them, and the editions they have been in.

    ``surety`` is the least confidence so far: above every one before the first record, and below every
    one where a record states none.
    """

    claims: tuple[Claim, ...]
    candidates: Candidates
    editions: frozenset[str]
    surety: Decimal = Decimal("Infinity")

    @property
    def over_parts(self) -> bool:
        """Whether it goes from a part to its whole, or back."""
        return any(claim.part for claim in self.claims)

    @property
    def says_something(self) -> bool:
        """Whether it is worth a mapping of its own: not where it has no record.

        Over parts, what leaves open whether the two ends share anything would only repeat the structure.
        """
        if not self.surety.is_finite():
            return False
        shares = not self.candidates & DISJOINT or self.candidates == DISJOINT
        return shares or not self.over_parts

    def ends_in(self, named: Container[str]) -> bool:
        """Whether both ends are named, unless a record or lineage leads to them."""
        first, last = self.claims[0], self.claims[-1]
        return not (first.part and first.start not in named) and not (last.part and last.end not in named)

    def onward(self, claim: Claim, edition: str) -> Chain | None:
        """The chain with one claim more; None where nothing follows from it any longer."""
        candidates = compose(self.candidates, claim.candidates)
        if candidates in (ANY, NONE):
            return None
        surety = self.surety
        if claim.record:
            surety = min(surety, _UNSTATED if claim.confidence is None else claim.confidence)
        return Chain((*self.claims, claim), candidates, self.editions | {edition}, surety)

    def serves_for(self, other: Chain) -> bool:
        """Whether this one says as much as surely as a chain no shorter, and so do both made longer."""
        return (
            self.surety >= other.surety
            and not self.candidates & ~other.candidates
            and self.editions <= other.editions
            and self.over_parts <= other.over_parts
        )


_UNSTATED = Decimal(-1)


def chains_from(network: Network, start: str, hops: int) -> dict[str, list[Chain]]:
    """The chains from an element by where they end, shortest first, but for those that another serves for."""
    kept: dict[str, list[Chain]] = {}
    level = [(start, Chain((), EQUAL, frozenset((network.edition(start),))))]
    for _ in range(hops):
        longer: dict[str, list[Chain]] = {}
        for element, chain in level:
            for claim in _claims_onward(network, element, chain):
                if (lengthened := chain.onward(claim, network.edition(claim.end))) is not None:
                    longer.setdefault(claim.end, []).append(lengthened)
        level = []
        for element, chains in longer.items():
            same = kept.setdefault(element, [])
            for chain in sorted(chains, key=_by_surety):
                if not any(other.serves_for(chain) for other in same):
                    same.append(chain)
                    level.append((element, chain))
    return kept


def _claims_onward(network: Network, element: str, chain: Chain) -> Iterator[Claim]:
    """The claims that lead to an edition not entered yet, and to wholes and parts not passed yet."""
    for neighbour in network.neighbours(element):
        if network.edition(neighbour) not in chain.editions:
            yield from network.claims(element, neighbour)
    passed = {claim.start for claim in chain.claims}
    yield from (claim for claim in network.nested(element) if claim.end not in passed)


def _by_surety(chain: Chain) -> tuple[Decimal, list[tuple[str, bool]]]:
    return -chain.surety, [(claim.iri, claim.backwards) for claim in chain.claims]
