"""Writes synthetic catalogues of any size in the project's own vocabulary, the same ones each time.

A catalogue of size k has k units. A unit is a small world like the project's first one: two standards, two
editions of each, the lineage between them, a comparison of either pair, its mappings and their quotations.
The first unit bears the identifiers of the project's own example, so that every shipped query can be put to
it with its own example terms; it is the same in a catalogue of any size.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from random import Random

from bench.units import Unit

FOLDERS = ("ontology", "shapes", "queries")
"""What a content folder holds beside its data."""


@dataclass(frozen=True)
class Catalogue:
    """A catalogue of ``size`` units; another ``seed`` gives other words and other links."""

    size: int
    seed: int = 1

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """The units, each made from its own number alone."""
        return tuple(Unit(number, Random(f"{self.seed}/{number}")) for number in range(1, self.size + 1))

    def files(self) -> Iterator[tuple[str, str]]:
        """The path under ``data/`` and the Turtle text of each file."""
        for unit in self.units:
            yield from unit.files()

    def write(self, root: Path, repository: Path) -> Path:
        """Makes a content folder of it, with the ontology, the shapes and the queries of the repository."""
        for folder in FOLDERS:
            shutil.copytree(repository / folder, root / folder, dirs_exist_ok=True)
        shutil.rmtree(root / "data", ignore_errors=True)
        (root / "data").mkdir(parents=True)
        shutil.copy(repository / "data" / "graphs.ttl", root / "data" / "graphs.ttl")
        for name, text in self.files():
            path = root / "data" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return root
