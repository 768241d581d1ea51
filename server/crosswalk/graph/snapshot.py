"""Finds the built graph that is published, and reads what is said of it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import IO, Any

from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse, serialize

from crosswalk.errors import InputError
from crosswalk.graph.canonical import canonical_nquads, joined, sorted_runs
from crosswalk.iris import GRAPH, prefixes_in

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


FOLDER = "snapshots"
KEPT = 2
"""How many snapshots stay: the published one and the one before."""

_LINES = 10_000
_PIECE = 24 << 20
"""How many bytes are indexed at a time: the index takes some eight times as much memory meanwhile."""


@dataclass(frozen=True)
class Written:
    """What was written: the SHA-256 of the bytes, and how many lines there are."""

    hash: str
    lines: int


@contextmanager
def drafting(out: Path) -> Iterator[Path]:
    """A folder beside the snapshots for the next one; what is not published of it at the end is removed."""
    try:
        (out / FOLDER).mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".building-", dir=out / FOLDER))
        try:
            draft.chmod(0o755)
            yield draft
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as fault:
        raise unwritable(out, fault) from None


def write_dataset(draft: Path, quads: Iterable[Quad]) -> Written:
    """Writes quads as canonical N-Quads, with few of their lines in memory at any time."""
    digest, count = hashlib.sha256(), 0
    with ExitStack() as files, (draft / DATASET).open("wb") as file:
        # Files without names are gone with the process, however that ends.
        runs = [
            _filled(files.enter_context(tempfile.TemporaryFile(dir=draft)), run) for run in sorted_runs(quads)
        ]
        lines = joined(runs)
        while some := list(islice(lines, _LINES)):
            text = b"".join(some)
            digest.update(text)
            file.write(text)
            count += len(some)
        _make_durable(file)
    return Written(digest.hexdigest(), count)


def publish(out: Path, draft: Path, snapshot: Snapshot) -> Snapshot:
    """Adds index and description to the dataset in a draft, and makes it the current snapshot in one step.

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
            shutil.rmtree(target)
        draft.rename(target)
        _sync(target.parent)
    _switch(out / "current", target)
    _prune(target.parent, target)
    return replace(snapshot, path=target.resolve())


def unwritable(out: Path, fault: OSError) -> InputError:
    """The error of a folder that takes no snapshot."""
    hint = "Make room or give another folder (--out); what was published before is still there."
    return InputError(f"the snapshot cannot be written: {fault.strerror or fault}", file=out, hint=hint)


def _filled(file: IO[bytes], run: Iterable[bytes]) -> IO[bytes]:
    file.writelines(run)
    file.seek(0)
    return file


def _write_index(draft: Path) -> None:
    """Indexes the dataset, whose IRIs were examined when its files were read."""
    store = Store(str(draft / INDEX))
    dataset = draft / DATASET
    if dataset.stat().st_size <= _PIECE:
        store.bulk_load(path=str(dataset), format=RdfFormat.N_QUADS, lenient=True)
    else:
        for piece in _pieces(dataset):
            store.bulk_load(piece, format=RdfFormat.N_QUADS, lenient=True)
        # Each piece has indexes of its own, which every query would have to look into.
        store.optimize()
    store.flush()


def _pieces(dataset: Path) -> Iterator[bytes]:
    """The lines in parts, all with blank nodes in the last: each part is loaded with nodes of its own."""
    unnamed: list[bytes] = []
    with dataset.open("rb") as file:
        while lines := file.readlines(_PIECE):
            unnamed += (line for line in lines if b"_:" in line)
            yield b"".join(line for line in lines if b"_:" not in line)
    yield b"".join(unnamed)


def _describe(folder: Path, snapshot: Snapshot) -> None:
    temporary = folder / f".{METADATA}"
    described = {key: value for key, value in asdict(snapshot).items() if key != "path"}
    with temporary.open("wb") as file:
        file.write(json.dumps(described, indent=2, ensure_ascii=False).encode() + b"\n")
        _make_durable(file)
    temporary.replace(folder / METADATA)


def _make_durable(file: IO[bytes]) -> None:
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
    for remains in folder.glob(".building-*"):
        shutil.rmtree(remains, ignore_errors=True)
    others = [path for path in folder.iterdir() if path.is_dir() and path != published]
    others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in others[KEPT - 1 :]:
        shutil.rmtree(path, ignore_errors=True)


FORMATS = {
    "turtle": RdfFormat.TURTLE,
    "trig": RdfFormat.TRIG,
    "ntriples": RdfFormat.N_TRIPLES,
    "nquads": RdfFormat.N_QUADS,
    "jsonld": RdfFormat.JSON_LD,
    "rdfxml": RdfFormat.RDF_XML,
}
"""The syntaxes by the names people give them."""


def dump(snapshot: Snapshot, syntax: str, *, graph: str | None = None, inferred: bool = False) -> bytes:
    """The asserted facts of a snapshot, or one graph of it, in a syntax of FORMATS.

    ``graph`` is a name such as ``ipa/2.0`` or an IRI; ``inferred`` adds what follows from the facts.
    A syntax without named graphs holds each triple once. N-Quads and N-Triples are canonical: the same
    facts give the same bytes.
    """
    wanted = chosen_graphs(snapshot, graph, inferred)
    quads = [quad for quad in _quads_of(snapshot) if _name(quad) in wanted]
    form = FORMATS[syntax]
    if form == RdfFormat.N_QUADS:
        return canonical_nquads(quads)
    if not form.supports_datasets:
        quads = [Quad(*quad.triple) for quad in quads]
    plain = canonical_nquads(quads)
    if form == RdfFormat.N_TRIPLES:
        return plain
    ordered = parse(plain, RdfFormat.N_QUADS)
    items = ordered if form.supports_datasets else (quad.triple for quad in ordered)
    return serialize(items, format=form, prefixes=prefixes_in(plain))


def chosen_graphs(snapshot: Snapshot, graph: str | None, inferred: bool) -> set[str]:
    """The IRIs of the graphs meant; InputError with near names when there is no such graph."""
    if graph is None:
        return {one["iri"] for one in snapshot.graphs if one["file"] or inferred}
    found = {one["iri"] for one in snapshot.graphs if graph in (one["name"], one["iri"])}
    if found:
        return found
    from difflib import get_close_matches  # seldom needed

    names = [one["name"] for one in snapshot.graphs]
    near = get_close_matches(graph.removeprefix(GRAPH), names, n=3) or names
    raise InputError(f"no graph is called {graph!r}", hint=f"Graphs here: {', '.join(near)}.")


def _quads_of(snapshot: Snapshot) -> list[Quad]:
    try:
        return list(parse(path=str(snapshot.dataset), format=RdfFormat.N_QUADS))
    except (OSError, SyntaxError) as fault:
        hint = "Build it again: crosswalk build."
        raise InputError("the snapshot cannot be read", file=snapshot.dataset, hint=hint) from fault


def _name(quad: Quad) -> str | None:
    return quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else None
