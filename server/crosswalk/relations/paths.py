"""Paths between elements over records and lineage, each with what follows from it and what does not."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from crosswalk.iris import compact
from crosswalk.relations.algebra import ANY, Candidates, chain, intersect
from crosswalk.relations.chains import Chains
from crosswalk.relations.model import in_signs, in_words
from crosswalk.relations.network import Claim, Network

NOT_ASSESSED = "linked, relation not assessed"


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
    def is_certain(self) -> bool:
        """Whether it needs nobody's judgement: a part and its whole, or lineage that kept the wording."""
        return any(claim.assessed and not claim.record for claim in self.claims)

    def rationales(self) -> set[str]:
        """The respects in which some record of this hop was judged."""
        return {claim.rationale for claim in self.claims if claim.assessed and claim.rationale}

    def candidates(self, rationale: str) -> Candidates | None:
        """What may hold in one respect; None where no claim says. Parts and kept wording hold in all."""
        fitting = [
            claim.candidates
            for claim in self.claims
            if claim.assessed and (not claim.record or claim.rationale == rationale)
        ]
        return intersect(fitting) if fitting else None


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
        """What follows for the two ends, by rationale; nothing where some hop was assessed in none."""
        common: set[str] = set().union(*(step.rationales() for step in self.steps))
        found = {}
        for rationale in sorted(common):
            hops = [step.candidates(rationale) for step in self.steps]
            if None not in hops:
                found[rationale] = chain(hop for hop in hops if hop is not None)
        return found

    def verdict(self) -> str:
        """What follows, in words."""
        relations = self.relations()
        if not relations:
            return NOT_ASSESSED
        return "; ".join(
            f"{bare(rationale)}: every relation remains possible"
            if mask == ANY
            else f"{bare(rationale)}: {in_words(mask)} ({in_signs(mask)})"
            for rationale, mask in relations.items()
        )

    def weakest(self) -> tuple[int, str]:
        """The number of the weakest hop, from 1, and why: nobody assessed it, or its confidence is least."""
        for number, step in enumerate(self.steps, 1):
            if not any(claim.assessed for claim in step.claims):
                why = "lineage, wording not compared" if step.is_lineage else "relation not assessed"
                return number, why
        judged = [(number, step) for number, step in enumerate(self.steps, 1) if not step.is_certain]
        if not judged:
            return 1, "certain"
        stated = [
            (max(confidences), number)
            for number, step in judged
            if (confidences := [c.confidence for c in step.claims if c.confidence is not None])
        ]
        if len(stated) < len(judged):
            said = {number for _, number in stated}
            return next(number for number, _ in judged if number not in said), "no confidence stated"
        least, number = min(stated)
        return number, f"confidence {least}"


def in_words_of(step: Step) -> str:
    """How the two ends of a hop are joined, as a phrase to stand between their names.

    Lineage is told from mapping, and a relation named with the respect in which it was assessed.
    """
    if (claim := step.claims[0]).part:
        return "contains" if claim.backwards else "is part of"
    if step.is_lineage:
        change = step.claims[0].change
        word = "was continued as" if not step.claims[0].backwards else "continues"
        kept = change is not None and change.unchanged
        return f"{word}{'' if kept else ' (wording not compared)'}"
    known = {rationale: step.candidates(rationale) for rationale in sorted(step.rationales())}
    words = [f"{in_words(mask)} ({bare(rationale)})" for rationale, mask in known.items() if mask is not None]
    return "; ".join(words) or in_words(ANY)


def bare(concept: str) -> str:
    """The bare word for a concept, as in ``semantic``."""
    return concept.rpartition("#")[2].lower()


MAX_HOPS = 6
PROOF = 3
"""How many steps a chain over parts may have, as many as the build derives mappings over."""
_WORK = 200_000
"""How many steps a search takes before it gives up; the answer then says that there may be more."""


@dataclass(frozen=True)
class FoundPaths:
    """The paths of a search, shortest first; ``more`` where it stopped before it had seen all."""

    paths: tuple[Path, ...]
    more: bool


def find_paths(
    network: Network, starts: Iterable[str], ends: Iterable[str], *, hops: int = 5, limit: int = 10
) -> FoundPaths:
    """The shortest paths from any start to any end, of at most ``hops`` steps.

    Between one pair every path counts; from or to several elements each pair gives its shortest one. A path
    goes over parts and wholes, or over what tells two elements apart, only where something follows from it.
    """
    starts, ends = sorted(set(starts)), sorted(set(ends))
    single = len(starts) == len(ends) == 1
    searches = [_Search(network, end, min(hops, MAX_HOPS)) for end in ends]
    found: list[Path] = []
    done: set[tuple[str, str]] = set()
    for length in range(1, min(hops, MAX_HOPS) + 1):
        for search in searches:
            for start in starts:
                if (start, search.end) in done:
                    continue
                for nodes in search.walks(start, length):
                    found.append(path_over(network, nodes))
                    if not single:
                        done.add((start, search.end))
                        break
                    if len(found) > limit:
                        break
        if len(found) > limit:
            break
    joined = {(path.start, path.end) for path in found}
    found += (one for one in _proofs(network, starts, ends, min(hops, PROOF))
              if single or (one.start, one.end) not in joined)  # fmt: skip
    found.sort(key=lambda one: len(one.steps))
    return FoundPaths(tuple(found[:limit]), len(found) > limit or any(search.tired for search in searches))


def _proofs(network: Network, starts: Iterable[str], ends: Iterable[str], hops: int) -> Iterator[Path]:
    """The chains that are no walk over neighbours, from which something follows."""
    ends, sought = set(ends), Chains(network)
    for start in starts:
        for end, chains in sorted(sought.start_at(start, hops), key=itemgetter(0)):
            for way in chains if end in ends else ():
                if way.rationale and not all(network.claims(one.start, one.end) for one in way.claims):
                    yield Path(tuple(_step(network, claim) for claim in way.claims))


def _step(network: Network, claim: Claim) -> Step:
    """A claim as a step, with all others that join the same two elements."""
    return Step(claim.start, claim.end, network.claims(claim.start, claim.end) or (claim,))


class _Search:
    """Walks towards one end; the distance to it prunes what cannot arrive."""

    def __init__(self, network: Network, end: str, hops: int) -> None:
        self.network, self.end = network, end
        self.work = _WORK
        self.distances = {end: 0}
        queue = deque([end])
        while queue:
            element = queue.popleft()
            if self.distances[element] < hops:
                for neighbour in network.neighbours(element):
                    if neighbour not in self.distances:
                        self.distances[neighbour] = self.distances[element] + 1
                        queue.append(neighbour)

    @property
    def tired(self) -> bool:
        """Whether the search gave up."""
        return self.work <= 0

    def walks(self, start: str, length: int) -> Iterator[tuple[str, ...]]:
        """Every way of exactly this length, in the order of names."""
        if start != self.end:
            yield from self._go((start,), {self.network.edition(start)}, length)

    def _go(self, nodes: tuple[str, ...], editions: set[str], left: int) -> Iterator[tuple[str, ...]]:
        self.work -= 1
        if self.tired or self.distances.get(nodes[-1], left + 1) > left:
            return
        if nodes[-1] == self.end:
            if not left:
                yield nodes
            return
        for neighbour in self.network.neighbours(nodes[-1]):
            edition = self.network.edition(neighbour)
            if edition not in editions:
                yield from self._go((*nodes, neighbour), editions | {edition}, left - 1)


def path_over(network: Network, nodes: tuple[str, ...]) -> Path:
    """The path over these elements, with every claim that joins each two neighbours."""
    pairs = zip(nodes, nodes[1:], strict=False)
    return Path(tuple(Step(start, end, network.claims(start, end)) for start, end in pairs))


COLUMNS = (
    "path", "follows", "step", "from", "relation", "to", "claim", "kind", "set", "rationale", "confidence",
    "cited", "backwards", "sources",
)  # fmt: skip


def rows(number: int, one: Path) -> Iterator[dict[str, Any]]:
    """A path as rows of a table, one for each claim of each hop."""
    for place, step in enumerate(one.steps, 1):
        for row in evidence(step):
            yield {
                "path": number,
                "follows": one.verdict(),
                "step": place,
                "from": compact(step.start),
                "relation": in_words_of(step),
                "to": compact(step.end),
                **row,
            }


def evidence(step: Step) -> Iterator[dict[str, Any]]:
    """What a hop rests on: every record and change, with set, confidence, words and sources."""
    for claim in step.claims:
        record, change = claim.record, claim.change
        yield {
            "claim": compact(claim.iri),
            "kind": bare(change.kind) if change else "part" if claim.part else "record",
            "set": compact(record.mapping_set) if record else "",
            "rationale": bare(claim.rationale) if claim.rationale else "",
            "confidence": "" if claim.confidence is None else str(claim.confidence),
            "cited": record.words or "" if record else "",
            "backwards": claim.backwards,
            "sources": [compact(source) for source in claim.sources],
        }


HOPS = 4
"""Guideline to section, section to later section, section to code of practice, code to provision."""


@dataclass(frozen=True)
class ShortestPath:
    """The first of the shortest paths to an element, and how many are as short."""

    path: Path
    ties: int


def shortest_paths(network: Network, start: str, *, hops: int = HOPS) -> list[ShortestPath]:
    """A shortest path to every element that lies two to ``hops`` steps away, by the name of that element.

    As with every path, no edition is entered twice.
    """
    first: dict[str, tuple[str, ...]] = {}
    counts: dict[str, int] = {}
    level = [((start,), frozenset([network.edition(start)]))]
    for _ in range(hops):
        longer = []
        for nodes, editions in level:
            for neighbour in network.neighbours(nodes[-1]):
                edition = network.edition(neighbour)
                if edition in editions:
                    continue
                walk = (*nodes, neighbour)
                if len(first.setdefault(neighbour, walk)) == len(walk):
                    counts[neighbour] = counts.get(neighbour, 0) + 1
                longer.append((walk, editions | {edition}))
        level = longer
    return [
        ShortestPath(path_over(network, walk), counts[end])
        for end, walk in sorted(first.items())
        if len(walk) > 2
    ]
