"""Paths between elements over records and lineage, each with what follows from it and what does not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice, product
from operator import itemgetter
from typing import Any

from crosswalk.iris import compact
from crosswalk.relations.algebra import ANY, Candidates, chain, in_signs, in_words, intersect
from crosswalk.relations.chains import ChainSearch
from crosswalk.relations.model import Claim, local_name
from crosswalk.relations.network import Network, distances

NOT_ASSESSED = "linked, relation not assessed"
MAX_HOPS = 6
CHAIN_HOPS = 3
"""How many steps a chain over parts may have, as many as the build derives mappings over."""
NEAR_HOPS = 4
"""Guideline to section, section to later section, section to code of practice, code to provision."""
_BUDGET = 200_000
"""How many steps the search for one end takes before it gives up, and says that there may be more."""


@dataclass(frozen=True)
class Step:
    """One hop: two neighbours and every claim that joins them, read in the direction of the path."""

    start: str
    end: str
    claims: tuple[Claim, ...]

    @property
    def is_lineage(self) -> bool:
        """Whether nothing but lineage joins the two."""
        return all(claim.change for claim in self.claims)

    @property
    def is_assessed(self) -> bool:
        """Whether some claim says how the two relate."""
        return any(claim.assessed for claim in self.claims)

    @property
    def is_certain(self) -> bool:
        """Whether it needs nobody's judgement: a part and its whole, or lineage that kept the wording."""
        return any(claim.assessed and not claim.record for claim in self.claims)

    @property
    def confidence(self) -> Decimal | None:
        """The greatest confidence that a source of the hop states."""
        stated = (claim.confidence for claim in self.claims)
        return max((confidence for confidence in stated if confidence is not None), default=None)

    def rationales(self) -> set[str]:
        """Return the respects in which some record of this hop was judged."""
        return {claim.rationale for claim in self.claims if claim.assessed and claim.rationale}

    def candidates(self, rationale: str) -> Candidates | None:
        """Return what may hold in one respect, or None where no claim says.

        Parts and kept wording hold in every respect.
        """
        fitting = [
            claim.candidates
            for claim in self.claims
            if claim.assessed and (not claim.record or claim.rationale == rationale)
        ]
        return intersect(fitting) if fitting else None

    def words(self) -> str:
        """Write how the two ends are joined, as a phrase to stand between their names.

        Lineage is told from mapping, and a relation named with the respect in which it was assessed.
        """
        claim = self.claims[0]
        if claim.part:
            return "contains" if claim.backwards else "is part of"
        if self.is_lineage and claim.change:
            phrase = "continues" if claim.backwards else "was continued as"
            return phrase if claim.change.unchanged else f"{phrase} (wording not compared)"
        known = ((name, self.candidates(name)) for name in sorted(self.rationales()))
        phrases = (f"{in_words(mask)} ({local_name(name)})" for name, mask in known if mask is not None)
        return "; ".join(phrases) or in_words(ANY)

    def evidence(self) -> Iterator[dict[str, Any]]:
        """Yield what the hop rests on: every record and change, with set, confidence, words and sources."""
        for claim in self.claims:
            record, change = claim.record, claim.change
            yield {
                "claim": compact(claim.iri),
                "kind": local_name(change.kind) if change else "part" if claim.part else "record",
                "set": compact(record.mapping_set) if record else "",
                "rationale": local_name(claim.rationale or ""),
                "confidence": "" if claim.confidence is None else str(claim.confidence),
                "cited": (record and record.words) or "",
                "backwards": claim.backwards,
                "sources": [compact(source) for source in claim.sources],
            }


@dataclass(frozen=True)
class Path:
    """A path from one element to another that enters no edition twice."""

    steps: tuple[Step, ...]

    @property
    def start(self) -> str:
        """Where it begins."""
        return self.steps[0].start

    @property
    def end(self) -> str:
        """Where it leads."""
        return self.steps[-1].end

    def relations(self) -> dict[str, Candidates]:
        """Return what follows for the two ends, by rationale; nothing where some hop was assessed in none."""
        relations = {}
        for rationale in sorted(set().union(*(step.rationales() for step in self.steps))):
            hops = [mask for step in self.steps if (mask := step.candidates(rationale)) is not None]
            if len(hops) == len(self.steps):
                relations[rationale] = chain(hops)
        return relations

    def verdict(self) -> str:
        """Write what follows for the two ends."""
        phrases = (
            f"{local_name(rationale)}: every relation remains possible"
            if mask == ANY
            else f"{local_name(rationale)}: {in_words(mask)} ({in_signs(mask)})"
            for rationale, mask in self.relations().items()
        )
        return "; ".join(phrases) or NOT_ASSESSED

    def weakest(self) -> tuple[int, str]:
        """Return the number of the weakest hop, from 1, and why.

        It is one that nobody assessed, else one without a stated confidence, else the least confident.
        """
        for number, step in enumerate(self.steps, 1):
            if not step.is_assessed:
                return number, "lineage, wording not compared" if step.is_lineage else "relation not assessed"
        judged = [
            (-1 if step.confidence is None else step.confidence, number)
            for number, step in enumerate(self.steps, 1)
            if not step.is_certain
        ]
        if not judged:
            return 1, "certain"
        least, number = min(judged)
        return number, "no confidence stated" if least == -1 else f"confidence {least}"

    def rows(self, number: int) -> Iterator[dict[str, Any]]:
        """Yield one row of a table for each claim of each hop; ``number`` is that of the path."""
        for place, step in enumerate(self.steps, 1):
            for row in step.evidence():
                yield {
                    "path": number,
                    "follows": self.verdict(),
                    "step": place,
                    "from": compact(step.start),
                    "relation": step.words(),
                    "to": compact(step.end),
                    **row,
                }


COLUMNS = (
    "path", "follows", "step", "from", "relation", "to", "claim", "kind", "set", "rationale", "confidence",
    "cited", "backwards", "sources",
)  # fmt: skip
"""The columns of a path's rows."""


@dataclass(frozen=True)
class FoundPaths:
    """The paths of a search, shortest first; ``more`` where it stopped before it had seen all."""

    paths: tuple[Path, ...]
    more: bool


@dataclass(frozen=True)
class ShortestPath:
    """The first of the shortest paths to an element, and how many are as short, with this one."""

    path: Path
    ties: int


def find_paths(
    network: Network, starts: Iterable[str], ends: Iterable[str], *, hops: int = 5, limit: int = 10
) -> FoundPaths:
    """Find the shortest paths from any start to any end, of at most ``hops`` steps.

    Between one pair every path counts; from or to several elements each pair gives its shortest one. A path
    goes over parts and wholes, or over what tells two elements apart, only where something follows from it.
    """
    starts, ends, hops = sorted(set(starts)), sorted(set(ends)), min(hops, MAX_HOPS)
    single = len(starts) == len(ends) == 1
    wanted = limit + 1 if single else 1
    to_end = {end: distances(end, network.neighbours, hops) for end in ends}
    budgets = {end: iter(range(_BUDGET)) for end in ends}
    paths: list[Path] = []
    counts: Counter[tuple[str, str]] = Counter()
    for length in range(1, hops + 1):
        for end, start in product(ends, starts):
            if 0 < to_end[end].get(start, 0) <= length and counts[start, end] < wanted:
                walks = _walks(network, (start,), length, to_end[end], budgets[end])
                for walk in islice(walks, wanted - counts[start, end]):
                    paths.append(_path_over(network, walk))
                    counts[start, end] += 1
        if len(paths) > limit:
            break
    proofs = _chains_over_parts(network, starts, set(ends), min(hops, CHAIN_HOPS))
    paths += [path for path in proofs if single or not counts[path.start, path.end]]
    paths.sort(key=lambda path: len(path.steps))
    gave_up = any(next(budget, None) is None for budget in budgets.values())
    return FoundPaths(tuple(paths[:limit]), len(paths) > limit or gave_up)


def shortest_paths(network: Network, start: str, *, hops: int = NEAR_HOPS) -> list[ShortestPath]:
    """Find a shortest path to every element two to ``hops`` steps away, by the name of that element."""
    first: dict[str, tuple[str, ...]] = {}
    ties: Counter[str] = Counter()
    for length in range(1, hops + 1):
        for walk in _walks(network, (start,), length):
            if len(first.setdefault(walk[-1], walk)) == len(walk):
                ties[walk[-1]] += 1
    return [
        ShortestPath(_path_over(network, walk), ties[end])
        for end, walk in sorted(first.items())
        if len(walk) > 2
    ]


def _walks(
    network: Network,
    walk: tuple[str, ...],
    left: int,
    to_end: Mapping[str, int] | None = None,
    budget: Iterator[int] | None = None,
) -> Iterator[tuple[str, ...]]:
    """Yield what continues a walk by ``left`` more neighbours and enters no edition twice, by name.

    With the distances ``to_end``, only those that lead to an end. Each step takes one from the ``budget``;
    where it is used up there are no more.
    """
    if budget is not None and next(budget, None) is None:
        return
    if not left:
        yield walk
        return
    editions = {network.edition(element) for element in walk}
    for neighbour in network.neighbours(walk[-1]):
        if network.edition(neighbour) in editions:
            continue
        # The end, at distance 0, is entered by the last step alone.
        if to_end is None or min(left - 1, 1) <= to_end.get(neighbour, left) < left:
            yield from _walks(network, (*walk, neighbour), left - 1, to_end, budget)


def _chains_over_parts(network: Network, starts: Iterable[str], ends: set[str], hops: int) -> Iterator[Path]:
    """Yield the chains from which something follows and that are no walk over neighbours."""
    search = ChainSearch(network)
    for start in starts:
        for end, chains in sorted(search.chains_from(start, hops), key=itemgetter(0)):
            for proof in chains if end in ends else ():
                steps = [(claim, network.claims(claim.start, claim.end)) for claim in proof.claims]
                if proof.rationale and not all(claims for _, claims in steps):
                    yield Path(
                        tuple(Step(claim.start, claim.end, claims or (claim,)) for claim, claims in steps)
                    )


def _path_over(network: Network, walk: tuple[str, ...]) -> Path:
    """Return the path over these elements, with every claim that joins each two neighbours."""
    pairs = zip(walk, walk[1:], strict=False)
    return Path(tuple(Step(start, end, network.claims(start, end)) for start, end in pairs))
