"""Write a built graph as a snapshot that never changes, publish it in one step, read it and dump it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

from pyoxigraph import Quad, RdfFormat, Store, parse

from crosswalk.errors import InputError
from crosswalk.folders import atomic_write, sync_folder
from crosswalk.graph.canonical import canonical_nquads, merge_runs, sorted_runs, union
from crosswalk.iris import GRAPH
from crosswalk.serialization import write_statements

DATASET = "dataset.nq"
METADATA = "snapshot.json"
INDEX = "index"
FOLDER = "snapshots"
CURRENT = "current"
"""The name of the link to the published snapshot."""

KEPT = 2
"""How many snapshots stay: the published one and the one before."""

_LINES = 10_000
_PIECE = 12 << 20
"""How many bytes are indexed at a time: meanwhile the index takes some sixteen times as much memory."""
_REBUILD = "Build it again: crosswalk build."


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
        """The file of N-Quads: each fact once, in its named graph."""
        return self.path / DATASET

    @property
    def index(self) -> Path:
        """The folder that holds the same quads indexed, and the default graph, for commands that ask once."""
        return self.path / INDEX


@dataclass(frozen=True)
class Written:
    """What was written: the SHA-256 of the bytes, and the number of triples in the default graph."""

    hash: str
    triples: int


def current(out: Path) -> Snapshot | None:
    """Return the snapshot published in a folder, or None before the first build."""
    link = out / CURRENT
    return read_snapshot(link.resolve()) if (link / METADATA).is_file() else None


def read_snapshot(path: Path) -> Snapshot:
    """Read the description of the snapshot in a folder; raises InputError where it cannot be read."""
    file = path / METADATA
    try:
        return Snapshot(path=path, **json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, TypeError, OSError):
        raise InputError("the snapshot's description cannot be read", file=file, hint=_REBUILD) from None


def is_whole(folder: Path, digest: str) -> bool:
    """Return whether a folder holds a snapshot with the content that its hash promises."""
    dataset = folder / DATASET
    if not ((folder / METADATA).is_file() and dataset.is_file()):
        return False
    with dataset.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == digest


@contextmanager
def drafting(out: Path) -> Iterator[Path]:
    """Make a folder beside the snapshots for the next one, and remove what is not published of it.

    Raises InputError where the folder cannot be written.
    """
    import tempfile  # slow to import, and not needed to read a snapshot

    try:
        (out / FOLDER).mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".building-", dir=out / FOLDER))
        try:
            draft.chmod(0o755)
            yield draft
        finally:
            _remove(draft)
    except OSError as fault:
        raise unwritable(out, fault) from None


def write_dataset(draft: Path, quads: Iterable[Quad]) -> Written:
    """Write quads as canonical N-Quads, with few of their lines in memory at any time."""
    import tempfile

    digest = hashlib.sha256()
    with ExitStack() as files, (draft / DATASET).open("wb") as dataset:
        # Files without names are gone with the process, however that ends.
        runs = [
            _fill(files.enter_context(tempfile.TemporaryFile(dir=draft)), lines)
            for lines in sorted_runs(quads)
        ]
        merged = merge_runs(runs)
        while batch := list(islice(merged, _LINES)):
            text = b"".join(batch)
            digest.update(text)
            dataset.write(text)
        dataset.flush()
        os.fsync(dataset.fileno())
    with (draft / DATASET).open("rb") as dataset:
        return Written(digest.hexdigest(), sum(1 for _ in union(dataset)))


def publish(out: Path, draft: Path, snapshot: Snapshot) -> Snapshot:
    """Add index and description to the dataset in a draft, and make it the current snapshot in one step.

    A snapshot of the same content stays as it is and only learns when, and by what, it was built again.
    """
    target = out / FOLDER / snapshot.hash[:16]
    if is_whole(target, snapshot.hash):
        _describe(target, snapshot)
    else:
        _write_index(draft)
        _describe(draft, snapshot)
        if target.exists():
            # Its content is not what its name says: an interrupted disk, or somebody's edit.
            _remove(target)
        draft.rename(target)
        sync_folder(target.parent)
    _switch(out / CURRENT, target)
    _prune(target.parent, target)
    return replace(snapshot, path=target.resolve())


def unwritable(out: Path, fault: OSError) -> InputError:
    """Return the error of a folder that takes no snapshot."""
    hint = "Make room or give another folder (--out); what was published before is still there."
    return InputError(f"the snapshot cannot be written: {fault.strerror or fault}", file=out, hint=hint)


def _fill(file: IO[bytes], lines: Iterable[bytes]) -> IO[bytes]:
    file.writelines(lines)
    file.seek(0)
    return file


def _write_index(draft: Path) -> None:
    """Index the dataset, and its union as the default graph; its IRIs were examined as files were read."""
    store = Store(str(draft / INDEX))
    dataset = draft / DATASET
    for lines in _pieces(dataset):
        piece = b"".join(chain(lines, union(lines)))
        store.bulk_load(piece, format=RdfFormat.N_QUADS, lenient=True)
    if dataset.stat().st_size > _PIECE:
        # Each piece has indexes of its own, which every query would have to look into.
        store.optimize()
    store.flush()


def _pieces(dataset: Path) -> Iterator[list[bytes]]:
    """Yield the lines in pieces, all with blank nodes in the last: each piece gets nodes of its own."""
    unnamed: list[bytes] = []
    with dataset.open("rb") as file:
        if dataset.stat().st_size <= _PIECE:
            yield file.readlines()
        while lines := file.readlines(_PIECE):
            unnamed += (line for line in lines if b"_:" in line)
            yield [line for line in lines if b"_:" not in line]
    yield unnamed


def _describe(folder: Path, snapshot: Snapshot) -> None:
    description = {key: value for key, value in asdict(snapshot).items() if key != "path"}
    atomic_write(folder / METADATA, json.dumps(description, indent=2, ensure_ascii=False) + "\n")


def _switch(link: Path, target: Path) -> None:
    temporary = link.with_name(f".{link.name}-{os.getpid()}")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(os.path.relpath(target, link.parent), target_is_directory=True)
    # Only now is the earlier snapshot no longer the published one.
    temporary.replace(link)
    sync_folder(link.parent)


def _prune(folder: Path, published: Path) -> None:
    """Remove all but the latest snapshots, and what a build that was killed left behind."""
    for remains in folder.glob(".building-*"):
        _remove(remains)
    others = [path for path in folder.iterdir() if path.is_dir() and path != published]
    others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in others[KEPT - 1 :]:
        _remove(path)


def _remove(folder: Path) -> None:
    """Remove a folder as far as possible; what stays is found when something takes its place."""
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


FORMATS = {
    "turtle": RdfFormat.TURTLE,
    "trig": RdfFormat.TRIG,
    "ntriples": RdfFormat.N_TRIPLES,
    "nquads": RdfFormat.N_QUADS,
    "jsonld": RdfFormat.JSON_LD,
    "rdfxml": RdfFormat.RDF_XML,
}
"""The syntaxes of a dump, by the names people give them."""


def dump(snapshot: Snapshot, syntax: str, *, graph: str | None = None, inferred: bool = False) -> bytes:
    """Write the asserted facts of a snapshot, or one graph of it, in a syntax of FORMATS.

    ``graph`` is a name such as ``ipa/2.0`` or an IRI; ``inferred`` adds what follows from the facts.
    A syntax without named graphs holds each triple once. N-Quads and N-Triples are canonical: the same
    facts give the same bytes. Raises InputError where there is no such graph, and Unacceptable where the
    syntax has no place for one of the terms.
    """
    wanted = _choose_graphs(snapshot, graph, inferred)
    quads = [quad for quad in _read_quads(snapshot) if quad.graph_name.value in wanted]
    form = FORMATS[syntax]
    if not form.supports_datasets:
        quads = [Quad(*quad.triple) for quad in quads]
    return write_statements(canonical_nquads(quads), form)


def _choose_graphs(snapshot: Snapshot, name: str | None, inferred: bool) -> set[str]:
    """Return the IRIs of the graphs meant; the InputError of an unknown name suggests similar ones."""
    if name is None:
        return {graph["iri"] for graph in snapshot.graphs if graph["file"] or inferred}
    chosen = {graph["iri"] for graph in snapshot.graphs if name in (graph["name"], graph["iri"])}
    if chosen:
        return chosen
    from difflib import get_close_matches  # seldom needed

    names = [graph["name"] for graph in snapshot.graphs]
    similar = get_close_matches(name.removeprefix(GRAPH), names, n=3) or names
    raise InputError(f"no graph is called {name!r}", hint=f"Graphs here: {', '.join(similar)}.")


def _read_quads(snapshot: Snapshot) -> Iterator[Quad]:
    """Read all quads; raises InputError where the dataset cannot be read."""
    try:
        yield from parse(path=str(snapshot.dataset), format=RdfFormat.N_QUADS)
    except (OSError, SyntaxError) as fault:
        raise InputError("the snapshot cannot be read", file=snapshot.dataset, hint=_REBUILD) from fault
