"""Finds the shortest paths between elements, within bounds."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import itemgetter

from crosswalk.relations.chains import Chains
from crosswalk.relations.network import Claim, Network
from crosswalk.relations.paths import Path, Step

MAX_HOPS = 6
PROOF = 3
"""How many steps a chain over parts may have, as many as the build derives mappings over."""
_WORK = 200_000
"""How many steps a search takes before it gives up; the answer then says that there may be more."""


@dataclass(frozen=True)
class Found:
    """The paths of a search, shortest first; ``more`` where it stopped before it had seen all."""

    paths: tuple[Path, ...]
    more: bool


def find_paths(
    network: Network, starts: Iterable[str], ends: Iterable[str], *, hops: int = 5, limit: int = 10
) -> Found:
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
    return Found(tuple(found[:limit]), len(found) > limit or any(search.tired for search in searches))


def _proofs(network: Network, starts: Iterable[str], ends: Iterable[str], hops: int) -> Iterator[Path]:
    """The chains that are no walk over neighbours, from which something follows."""
    ends, sought = set(ends), Chains(network)
    for start in starts:
        for end, chains in sorted(sought.start_at(start, hops), key=itemgetter(0)):
            for chain in chains if end in ends else ():
                if chain.rationale and not all(network.claims(one.start, one.end) for one in chain.claims):
                    yield Path(tuple(_step(network, claim) for claim in chain.claims))


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
