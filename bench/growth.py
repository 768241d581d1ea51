"""How the time of each shipped query grows from the smallest catalogue to the largest: the exponent."""

from __future__ import annotations

import json
import math
import os
import pickle
import signal
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from bench import catalogues
from crosswalk.stores import SPARQL_JSON
from crosswalk.stores.named_queries import Query, bind, catalogue, read_term
from crosswalk.stores.oxigraph import EmbeddedStore

SIZES = (1, 10, 100)
LOCAL, WHOLE = 0.1, 1.25
"""The largest exponent of a query whose answer stays the same, and of one about the whole catalogue."""

_STAND_INS = {"edition": "ipa/2.0", "note": "note/guideline-6-empty-cell", "kind": "xw:EmptyCell"}
"""Terms for the examples of queries that speak of what a synthetic catalogue does not hold."""
_ENOUGH, _MOST = 0.15, 25
LATE = 10
"""After so many seconds a query is ended."""
_AGAIN = 2
"""How often a query over its limit is measured again."""
_FLOOR = 0.0004
"""Below so many seconds the time is the engine's own beginning and end."""


@dataclass(frozen=True)
class Growth:
    """One query: its seconds and rows at each size, and the exponent of its time."""

    kind: str
    name: str
    grows: bool
    seconds: tuple[float, ...]
    bytes: tuple[int, ...]

    @property
    def exponent(self) -> float:
        """The power of the catalogue's size by which the time grows, from the first size to the last."""
        first, last = (max(each, _FLOOR) for each in (self.seconds[0], self.seconds[-1]))
        return math.log(last / first) / math.log(SIZES[-1] / SIZES[0])

    @property
    def limit(self) -> float:
        """The exponent allowed."""
        return WHOLE if self.grows else LOCAL

    def at_best(self, other: Growth) -> Growth:
        """The least that either of two measurements found at each size."""
        return replace(self, seconds=tuple(map(min, self.seconds, other.seconds)))


def texts() -> Iterator[tuple[str, Query, str]]:
    """Every question and page query, bound to its examples."""
    smallest = catalogues.store(SIZES[0])
    for kind in ("questions", "pages"):
        for query in catalogue(kind):
            terms = {name: read_term(text) for name, text in query.examples.items()}
            bound = bind(query, **terms)
            if query.form == "SELECT" and rows(smallest.query(bound, SPARQL_JSON)) == 0:
                stand_ins = {name: read_term(_STAND_INS[name]) for name in terms if name in _STAND_INS}
                bound = bind(query, **terms | stand_ins)
            yield kind, query, bound


def measure(sizes: tuple[int, ...] = SIZES) -> list[Growth]:
    """The growth of every query, the fastest growing first."""
    stores = [catalogues.store(size) for size in sizes]
    found = []
    for kind, query, text in texts():
        media_type = "application/n-triples" if query.form in ("CONSTRUCT", "DESCRIBE") else SPARQL_JSON
        one = _measured(kind, query.name, stores, text, media_type)
        for _ in range(_AGAIN):
            # What a neighbour slowed is measured once more, at every size; what grows stays over its limit.
            if one.exponent > one.limit:
                one = one.at_best(_measured(kind, query.name, stores, text, media_type))
        found.append(one)
    return sorted(found, key=lambda each: each.limit - each.exponent)


def _measured(kind: str, name: str, stores: list[EmbeddedStore], text: str, media_type: str) -> Growth:
    """One query at each size; one that gave no answer in time is judged by the sizes at which it did."""
    timed = [_time(store, text, media_type) for store in stores]
    given = [sorted(answer) for _, answer in timed if answer]
    grows = len(given) > 1 and given[0] != given[-1]
    return Growth(kind, name, grows, tuple(s for s, _ in timed), tuple(len(answer) for _, answer in timed))


def rows(answer: bytes) -> int:
    """How many rows an answer in SPARQL JSON has."""
    document = json.loads(answer)
    return len(document["results"]["bindings"]) if "results" in document else 1


def describe(found: list[Growth]) -> dict[str, Any]:
    """What the report says of it."""
    return {
        "sizes": SIZES,
        "over": [each.name for each in found if each.exponent > each.limit],
        "queries": [asdict(each) | {"exponent": each.exponent, "limit": each.limit} for each in found],
    }


def _time(store: EmbeddedStore, text: str, media_type: str) -> tuple[float, bytes]:
    """The least processor time of a query, and its answer, found in a process that ends when it is late."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(LATE)
        with os.fdopen(theirs, "wb") as pipe:
            pickle.dump(_repeat(store, text, media_type), pipe)
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return pickle.loads(said) if said else (float(LATE), b"")


def _repeat(store: EmbeddedStore, text: str, media_type: str) -> tuple[float, bytes]:
    """A slow query is asked less often."""
    took: list[float] = []
    while not took or (sum(took) < _ENOUGH and len(took) < _MOST):
        begin = time.process_time()
        answer = store.query(text, media_type)
        took.append(time.process_time() - begin)
    return min(took), answer
