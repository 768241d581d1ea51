"""The file of the whole dataset: sent as it lies on disk, and measured graph by graph."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from crosswalk.names import PREFIXES

_PIECE = 2**16
_PREFIX_LINES = re.compile(rb"\A(?:@prefix [^\n]*\n)+")


@dataclass(frozen=True)
class Measure:
    """How many bytes a graph has as N-Triples in the order of their lines, and their SHA-256."""

    size: int
    hash: str


def ordered(triples: bytes) -> bytes:
    """N-Triples with their lines in order, so that the same facts are the same bytes."""
    return b"".join(sorted(line + b"\n" for line in triples.split(b"\n") if line))


@lru_cache(maxsize=2)
def measure(dataset: Path) -> dict[str, Measure]:
    """Graph → measure, of a file of N-Quads whose lines stand in order; it is read line by line.

    A graph with blank nodes has none: their names change, and its bytes with them.
    """
    sizes: dict[bytes, int] = {}
    unnamed: set[bytes] = set()
    digests: dict[bytes, hashlib._Hash] = {}
    with dataset.open("rb") as file:
        for line in file:
            triple, name, _ = line.rsplit(b" ", 2)
            # Subject and predicate alone before an IRI, or the end of a literal: the line names no graph.
            if triple.count(b" ") == 1 or not name.startswith(b"<") or b'"' in name:
                continue
            if triple.startswith(b"_:") or triple.split(b" ", 2)[2].startswith(b"_:"):
                unnamed.add(name)
            said = triple + b" .\n"
            sizes[name] = sizes.get(name, 0) + len(said)
            digests.setdefault(name, hashlib.sha256()).update(said)
    return {
        name[1:-1].decode(): Measure(sizes[name], digest.hexdigest())
        for name, digest in digests.items()
        if name not in unnamed
    }


def pieces(path: Path) -> Iterator[bytes]:
    """The file, piece by piece."""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def compressed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces in gzip, each when it is there."""
    squeezing = zlib.compressobj(1, wbits=31)
    for piece in pieces:
        if done := squeezing.compress(piece):
            yield done
    yield squeezing.flush()


def trig(graphs: Iterable[str], turtle: Callable[[str], bytes]) -> Iterator[bytes]:
    """The named graphs as TriG, one after the other; ``turtle`` writes one with the project's prefixes."""
    yield "".join(f"@prefix {name}: <{base}> .\n" for name, base in PREFIXES.items()).encode()
    for iri in graphs:
        yield f"\n<{iri}> {{\n".encode() + _PREFIX_LINES.sub(b"", turtle(iri)) + b"}\n"


def in_words(size: int) -> str:
    """A number of bytes as people say it.

    >>> in_words(812), in_words(20_057_771), in_words(4_200)
    ('812 B', '20.1 MB', '4.2 kB')
    """
    if size < 1000:
        return f"{size} B"
    return f"{size / 1000:.1f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"
