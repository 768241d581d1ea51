"""Keeps what was found by each shape, named by all that can make a difference to it.

A shape whose text, whose facts and whose validator are the same finds the same again, and is not asked. Which
facts those are is told by ``reads``; a shape that is not understood there is asked every time. Kept are
findings without their places: on which line a file speaks of a thing may change while the facts do not.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode, RdfFormat, Store, serialize
from rdflib import URIRef
from rdflib.namespace import RDF, RDFS

from .findings import Finding
from .reads import reads
from .shapes import Shapes

FILE = "reports.json"
_LIBRARIES = ("crosswalk", "pyshacl", "rdflib", "oxrdflib", "pyoxigraph")


class Reports:
    """A file with the findings of the shapes at the last validation."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._before = _read(path)
        self._now: dict[str, list[Finding]] = {}

    def findings(self, key: str | None, find: Callable[[], list[Finding]]) -> list[Finding]:
        """What a shape with this key found before, or finds now; without a key it finds it every time."""
        if key is None:
            return find()
        if key not in self._now:
            self._now[key] = self._before[key] if key in self._before else find()
        return self._now[key]

    def keep(self) -> None:
        """Writes what was asked for since; what was not is forgotten."""
        told = {key: [asdict(finding) for finding in found] for key, found in self._now.items()}
        body = json.dumps(told).encode()
        temporary = self.path.with_suffix(".new")
        # A folder that cannot be written costs time and nothing else.
        with suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(_mark(body) + body)
            temporary.replace(self.path)


class Keys:
    """Names each shape by its text, by the facts of one store that it reads, and by what applies it."""

    def __init__(self, store: Store, shapes: Shapes) -> None:
        self._store, self._shapes = store, shapes
        self._base = hashlib.sha256(_validator() + shapes.digest.encode()).digest()
        self._facts: dict[str, bytes] = {}
        self._types: dict[str, Any] = {}

    def key(self, shape: Any) -> str | None:
        """The name of a shape; None where it has no IRI, or may read any fact."""
        found = reads(self._shapes.part(shape)) if isinstance(shape, URIRef) else None
        if found is None:
            return None
        digest = hashlib.sha256(self._base + str(shape).encode())
        for name in sorted(found.properties | {str(RDFS.subClassOf)}):
            digest.update(name.encode() + self._of_property(name))
        digest.update(b"types" + self._of_classes(found.classes))
        return digest.hexdigest()

    def _of_property(self, name: str) -> bytes:
        if name not in self._facts:
            self._facts[name] = _digest(self._lines(name)) if _is_iri(name) else b""
        return self._facts[name]

    def _of_classes(self, classes: Iterable[str] | None) -> bytes:
        """A digest of who is of which of these classes, or of those below them."""
        if not self._types:
            for line in self._lines(str(RDF.type)):
                kind = line.rsplit(b" ", 2)[1].decode()
                self._types.setdefault(kind, hashlib.sha256()).update(line)
        below = None if classes is None else self._below(classes)
        chosen = sorted(kind for kind in self._types if below is None or kind[1:-1] in below)
        return _digest(kind.encode() + self._types[kind].digest() for kind in chosen)

    def _below(self, classes: Iterable[str]) -> set[str]:
        found, ahead = set(classes), list(classes)
        while ahead:
            above = ahead.pop()
            if _is_iri(above):
                steps = self._store.quads_for_pattern(None, NamedNode(str(RDFS.subClassOf)), NamedNode(above))
                new = {quad.subject.value for quad in steps} - found
                found |= new
                ahead += new
        return found

    def _lines(self, name: str) -> list[bytes]:
        facts = self._store.quads_for_pattern(None, NamedNode(name), None)
        return sorted(serialize(facts, format=RdfFormat.N_QUADS).splitlines(keepends=True))


def _is_iri(text: str) -> bool:
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True


def _digest(parts: Iterable[bytes]) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.digest()


@cache
def _validator() -> bytes:
    """What applies shapes: the libraries, and the code of this package that asks them."""
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    code = sorted(Path(__file__).parent.glob("*.py"))
    return libraries.encode() + b"".join(hashlib.sha256(path.read_bytes()).digest() for path in code)


def _mark(body: bytes) -> bytes:
    """A first line that tells a file of this program from any other, and from one that was cut short."""
    return hashlib.sha256(_validator() + body).hexdigest().encode() + b"\n"


def _read(path: Path) -> dict[str, list[Finding]]:
    """What a file has kept, or nothing where it is not whole or of another version of the program."""
    try:
        first, newline, body = path.read_bytes().partition(b"\n")
    except OSError:
        return {}
    if first + newline != _mark(body):
        return {}
    return {key: [Finding(**each) for each in found] for key, found in json.loads(body).items()}
