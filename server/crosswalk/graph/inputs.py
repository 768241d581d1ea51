"""Tells whether anything that a build depends on has changed since the published snapshot was built."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from .rules import RULES
from .snapshot import Snapshot, current, is_whole

FOLDERS = (Path("ontology"), Path("data"), Path("shapes"), RULES)
LIBRARIES = ("crosswalk", "pyoxigraph", "pyshacl", "owlrl", "rdflib")
PACKAGE = Path(__file__).resolve().parents[1]
"""The program's own code, which changes in a checkout while its version does not."""


def digest_of_inputs(root: Path) -> str:
    """One name for everything that a build reads: the content, the program and the libraries it uses."""
    digest = hashlib.sha256()
    for library in LIBRARIES:
        digest.update(f"{library} {version(library)}\n".encode())
    for name, path in _files(root):
        digest.update(f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def unchanged(root: Path, out: Path) -> Snapshot | None:
    """The published snapshot where a new build could only give the same, else None."""
    published = current(out)
    if published is None or published.inputs != digest_of_inputs(root):
        return None
    return published if is_whole(published.path, published.hash) else None


def _files(root: Path) -> Iterator[tuple[str, Path]]:
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file():
                yield path.relative_to(root).as_posix(), path
    code = (PACKAGE.glob("*.py"), (PACKAGE / "graph").rglob("*.py"), (PACKAGE / "relations").rglob("*.py"))
    for path in sorted(path for paths in code for path in paths):
        yield path.relative_to(PACKAGE.parent).as_posix(), path
