"""The queries a catalogue is put under load with, each about a few elements of one unit.

There are two mixes: the shipped questions that speak of such elements, and fourteen small look-ups.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random
from time import monotonic
from urllib.parse import quote_plus

from bench.generator import Catalogue
from bench.units import CATEGORIES, PAPERS, Unit
from crosswalk.iris import ID
from crosswalk.stores.named_queries import Query, bind, catalogue, read, read_term
from crosswalk.stores.oxigraph import EmbeddedStore

LOOKUPS = tuple(read(path) for path in sorted((Path(__file__).parent / "mix").glob("*.rq")))
CSV = "text/csv"
_OF_UNIT = re.compile("(?<=[/-])(ipa|gsma)(?=[/>-])")


@dataclass(frozen=True)
class Ask:
    """One query, encoded for an address, and how many lines its answer has."""

    encoded: str
    lines: int


def lines(body: bytes) -> int:
    """The lines of a CSV answer: one server ends the last, another does not."""
    return body.strip().count(b"\n")


def choose(
    size: int, store: EmbeddedStore, many: int = 420, seed: int = 7, mix: str = "questions"
) -> list[Ask]:
    """Queries about elements of a whole catalogue, each shape as often; the store says what is right."""
    random = Random(seed)
    units = Catalogue(size).units
    shapes = LOOKUPS if mix == "lookups" else questions(units[0], store)
    asks = []
    for number in range(many):
        text = _text(shapes[number % len(shapes)], random.choice(units), random)
        asks.append(Ask(quote_plus(text), lines(store.query(text, CSV))))
    return asks


def questions(unit: Unit, store: EmbeddedStore) -> tuple[Query, ...]:
    """The shipped questions that speak of a unit's standards alone, and have an answer there."""
    random = Random(0)
    selects = (each for each in catalogue("questions") if each.form == "SELECT" and each.examples)
    asked = (each for each in selects if all(map(_OF_UNIT.search, each.examples.values())))
    return tuple(each for each in asked if lines(store.query(_text(each, unit, random), CSV)))


def _text(shape: Query, unit: Unit, random: Random) -> str:
    """A query about elements of a unit, without its comments."""
    if shape in LOOKUPS:
        terms = {name: ID + path for name, path in _terms(unit, random).items() if name in shape.parameters}
    else:
        terms = {name: read_term(_elsewhere(text, unit, random)) for name, text in shape.examples.items()}
    lines_of_text = bind(shape, **terms).splitlines()
    return "\n".join(line for line in lines_of_text if not line.startswith("#"))


def _elsewhere(example: str, unit: Unit, random: Random) -> str:
    """The term of an example, said of another unit's standards, and of any of its guidelines."""
    moved = _OF_UNIT.sub(lambda name: unit.name(name[0]), example)
    moved = moved.replace("source/" + unit.left + "-" + unit.right + "-comparison", unit.source)
    return re.sub(r"(?<=/2.0/guideline/)\d+", lambda _: str(random.randint(1, 17)), moved)


def uncached(asks: list[Ask], seed: int = 11) -> Iterator[Ask]:
    """The queries in random order for ever, none with the same text twice."""
    random = Random(seed)
    for number in count():
        ask = random.choice(asks)
        yield Ask(f"{ask.encoded}%0A%23{seed}-{number}", ask.lines)


def passes(asks: list[Ask], shapes: int, seconds: float, seed: int = 17) -> Iterator[Ask]:
    """Whole passes for some seconds, in each of which every shape comes once; none with the same text twice.

    ``asks`` go through their ``shapes`` in turn. For servers that take so long over some that a few more or
    fewer of these would decide.
    """
    random = Random(seed)
    by_shape = [asks[place::shapes] for place in range(shapes)]
    end = monotonic() + seconds
    for number in count():
        if number and monotonic() > end:
            return
        one_of_each = [random.choice(each) for each in by_shape]
        random.shuffle(one_of_each)
        for place, ask in enumerate(one_of_each):
            yield Ask(f"{ask.encoded}%0A%23{seed}-{number}-{place}", ask.lines)


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
