"""Finds the built graph that is published, and reads what is said of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import InputError

DATASET = "dataset.nq"
METADATA = "snapshot.json"
INDEX = "index"


@dataclass(frozen=True)
class Snapshot:
    """A published graph.

    ``hash`` is the SHA-256 of its canonical N-Quads, ``built_at`` a UTC time, ``triples`` the size of the
    default graph, ``graphs`` a list of ``{name, iri, file, triples}``, ``seconds`` the time of each step, and
    ``findings`` the number of warnings and infos. ``inputs`` is the digest of all that it was built from.
    """

    path: Path
    hash: str
    built_at: str
    triples: int
    graphs: list[dict[str, Any]]
    seconds: dict[str, float]
    version: str
    findings: dict[str, int]
    inputs: str = ""

    @property
    def dataset(self) -> Path:
        """The file of N-Quads: the named graphs, and their union as the default graph."""
        return self.path / DATASET

    @property
    def index(self) -> Path:
        """The folder that holds the same quads indexed, for commands that ask once and end."""
        return self.path / INDEX


def current(out: Path) -> Snapshot | None:
    """The snapshot published in a folder, or None before the first build."""
    link = out / "current"
    return read_snapshot(link.resolve()) if (link / METADATA).is_file() else None


def read_snapshot(path: Path) -> Snapshot:
    """The snapshot in the folder given."""
    file = path / METADATA
    try:
        return Snapshot(path=path, **json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, TypeError, OSError):
        hint = "Build it again: crosswalk build."
        raise InputError("the snapshot's description cannot be read", file=file, hint=hint) from None


def is_whole(target: Path, digest: str) -> bool:
    """Whether a folder holds a snapshot with the content that its hash promises."""
    import hashlib  # to read a snapshot's description it is not needed

    dataset = target / DATASET
    if not ((target / METADATA).is_file() and dataset.is_file()):
        return False
    with dataset.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == digest
