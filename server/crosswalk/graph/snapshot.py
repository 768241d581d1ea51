"""Publishes a built graph as an immutable folder, and finds the one that is published."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pyoxigraph import RdfFormat, Store

from ..errors import InputError

DATASET = "dataset.nq"
METADATA = "snapshot.json"
INDEX = "index"
KEPT = 2
"""How many snapshots stay: the published one and the one before."""


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


def publish(out: Path, dataset: bytes, snapshot: Snapshot) -> Snapshot:
    """Writes a snapshot beside the others and makes it the current one, in one step each.

    A snapshot of the same content stays as it is and only learns when, and by what, it was built again.
    """
    folder = out / "snapshots"
    target = folder / snapshot.hash[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if is_whole(target, snapshot.hash):
            _describe_anew(target, snapshot)
        else:
            _write(folder, target, dataset, snapshot)
        _switch(out / "current", target)
        _prune(folder, target)
    except OSError as fault:
        raise unwritable(out, fault) from None
    return replace(snapshot, path=target.resolve())


def unwritable(out: Path, fault: OSError) -> InputError:
    """The error of a folder that takes no snapshot."""
    hint = "Make room or give another folder (--out); what was published before is still there."
    return InputError(f"the snapshot cannot be written: {fault.strerror or fault}", file=out, hint=hint)


def is_whole(target: Path, digest: str) -> bool:
    """Whether a folder holds a snapshot with the content that its hash promises."""
    import hashlib  # as below: to read a snapshot's description nothing of this is needed

    dataset = target / DATASET
    return (
        (target / METADATA).is_file()
        and dataset.is_file()
        and hashlib.sha256(dataset.read_bytes()).hexdigest() == digest
    )


def _write(folder: Path, target: Path, dataset: bytes, snapshot: Snapshot) -> None:
    import shutil
    import tempfile

    temporary = Path(tempfile.mkdtemp(prefix=".building-", dir=folder))
    try:
        temporary.chmod(0o755)
        _write_durably(temporary / DATASET, dataset)
        _write_index(temporary / INDEX, dataset)
        _write_durably(temporary / METADATA, _description(snapshot))
        if target.exists():
            # Its content is not what its name says: an interrupted disk, or somebody's edit.
            shutil.rmtree(target)
        temporary.rename(target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    _sync(folder)


def _write_index(folder: Path, dataset: bytes) -> None:
    store = Store(str(folder))
    store.bulk_load(dataset, format=RdfFormat.N_QUADS)
    store.flush()


def _describe_anew(target: Path, snapshot: Snapshot) -> None:
    temporary = target / f".{METADATA}"
    _write_durably(temporary, _description(snapshot))
    temporary.replace(target / METADATA)


def _description(snapshot: Snapshot) -> bytes:
    described = {key: value for key, value in asdict(snapshot).items() if key != "path"}
    return json.dumps(described, indent=2, ensure_ascii=False).encode() + b"\n"


def _write_durably(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _switch(link: Path, target: Path) -> None:
    temporary = link.with_name(f".current-{os.getpid()}")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(os.path.relpath(target, link.parent), target_is_directory=True)
    # Only now is the earlier snapshot no longer the published one.
    temporary.replace(link)
    _sync(link.parent)


def _prune(folder: Path, published: Path) -> None:
    """Removes all but the latest snapshots, and what a build that was killed left behind."""
    import shutil

    for remains in folder.glob(".building-*"):
        shutil.rmtree(remains, ignore_errors=True)
    others = [path for path in folder.iterdir() if path.is_dir() and path != published]
    others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in others[KEPT - 1 :]:
        shutil.rmtree(path, ignore_errors=True)
