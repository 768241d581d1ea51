"""Where records and lineage lead from one element, beyond those that a record joins it to directly."""

from __future__ import annotations

from dataclasses import dataclass

from crosswalk.relations.network import Network
from crosswalk.relations.paths import Path
from crosswalk.relations.search import path_over

HOPS = 4
"""Guideline to section, section to later section, section to code of practice, code to provision."""


@dataclass(frozen=True)
class Way:
    """The first of the shortest paths to an element, and how many are as short."""

    path: Path
    equals: int


def ways_onward(network: Network, start: str, *, hops: int = HOPS) -> list[Way]:
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
        Way(path_over(network, walk), counts[end]) for end, walk in sorted(first.items()) if len(walk) > 2
    ]
