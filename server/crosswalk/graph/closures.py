"""Keeps what follows from an ontology, named by what it follows from: unchanged, it is not closed again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

from pyoxigraph import RdfFormat, Triple, parse, serialize

FOLDER = "closures"
KEPT = 4
"""How many closures stay, the last ones used."""

Closing = Callable[[], set[Triple]]


class Closures:
    """A folder of closures, each in a file named by a digest of its axioms and of what closes them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def closure(self, axioms: Iterable[Triple], close: Closing) -> set[Triple]:
        """What follows from the axioms: as it was found before, or found now and kept."""
        path = self.folder / f"{_digest(axioms)}.nt"
        if (kept := _read(path)) is not None:
            return kept
        found = close()
        self._keep(path, found)
        return found

    def _keep(self, path: Path, found: set[Triple]) -> None:
        body = b"".join(_lines(found))
        temporary = path.with_suffix(f".{os.getpid()}")
        # A folder that cannot be written costs time and nothing else.
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            # The first line tells a whole file from one that a full disk or a crash cut short.
            temporary.write_bytes(f"# {hashlib.sha256(body).hexdigest()}\n".encode() + body)
            temporary.replace(path)
            for old in sorted(self.folder.iterdir(), key=lambda each: each.stat().st_mtime)[:-KEPT]:
                old.unlink(missing_ok=True)


def _digest(axioms: Iterable[Triple]) -> str:
    digest = hashlib.sha256(_closer())
    for line in _lines(axioms):
        digest.update(line)
    return digest.hexdigest()


@cache
def _closer() -> bytes:
    """What closes an ontology: the libraries, and the code that asks them."""
    libraries = f"owlrl {version('owlrl')}, rdflib {version('rdflib')}\n"
    return libraries.encode() + Path(__file__).with_name("hierarchy.py").read_bytes()


def _lines(triples: Iterable[Triple]) -> list[bytes]:
    return sorted(serialize(triples, format=RdfFormat.N_TRIPLES).splitlines(keepends=True))


def _read(path: Path) -> set[Triple] | None:
    """The triples of a file that is whole, else None."""
    try:
        first, _, body = path.read_bytes().partition(b"\n")
        if first != f"# {hashlib.sha256(body).hexdigest()}".encode():
            return None
        os.utime(path)
    except OSError:
        return None
    return {quad.triple for quad in parse(body, format=RdfFormat.N_TRIPLES)}
