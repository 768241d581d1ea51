"""The queries a catalogue is put under load with: fourteen shapes, each about a few elements of one unit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random
from urllib.parse import quote_plus

from bench.generator import Catalogue
from bench.units import CATEGORIES, PAPERS, Unit
from crosswalk.names import ID
from crosswalk.queries import bind, read
from crosswalk.stores.embedded import EmbeddedStore

SHAPES = tuple(read(path) for path in sorted((Path(__file__).parent / "mix").glob("*.rq")))
CSV = "text/csv"


@dataclass(frozen=True)
class Ask:
    """One query, encoded for an address, and how many lines its answer has."""

    encoded: str
    lines: int


def lines(body: bytes) -> int:
    """The lines of a CSV answer: one server ends the last, another does not."""
    return body.strip().count(b"\n")


def choose(size: int, store: EmbeddedStore, many: int = 420, seed: int = 7) -> list[Ask]:
    """Queries about elements of a whole catalogue, each shape as often; the store says what is right."""
    random = Random(seed)
    units = Catalogue(size).units
    asks = []
    for number in range(many):
        shape = SHAPES[number % len(SHAPES)]
        terms = _terms(random.choice(units), random)
        text = bind(shape, **{name: ID + terms[name] for name in shape.parameters})
        plain = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
        asks.append(Ask(quote_plus(plain), lines(store.query(plain, CSV))))
    return asks


def uncached(asks: list[Ask], seed: int = 11) -> Iterator[Ask]:
    """The queries in random order for ever, none with the same text twice."""
    random = Random(seed)
    for number in count():
        ask = random.choice(asks)
        yield Ask(f"{ask.encoded}%0A%23{seed}-{number}", ask.lines)


def repeated(asks: list[Ask], seed: int = 13) -> Iterator[Ask]:
    """The queries in random order for ever, as they are."""
    random = Random(seed)
    while True:
        yield random.choice(asks)


def _terms(unit: Unit, random: Random) -> dict[str, str]:
    pair = f"{unit.left}-2.0--{unit.right}-2.0"
    return {
        "guideline": f"{unit.left}/2.0/guideline/{random.randint(1, 17)}",
        "category": f"{unit.left}/2.0/category/{random.choice(CATEGORIES)}",
        "set": f"comparison/{pair}",
        "change": f"change/{unit.left}-1.0--{unit.left}-2.0",
        "paper": f"{unit.right}/2.0/{random.choice(PAPERS)}",
        "edition": f"{unit.right}/2.0",
    }
