"""Built catalogues of each size, made once and kept in the build folder."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bench.generator import Catalogue
from crosswalk.graph.build import CheckedGraph
from crosswalk.graph.inference import infer, make_store, read_rules
from crosswalk.graph.snapshot import Snapshot, drafting, publish, read_snapshot, write_dataset
from crosswalk.graph.sources import read_sources
from crosswalk.stores.oxigraph import EmbeddedStore

REPOSITORY = Path(__file__).resolve().parents[1]
FOLDER = REPOSITORY / "build" / "bench"


@dataclass(frozen=True)
class Built:
    """A catalogue of ``size`` units on disk: its content folder and its snapshot."""

    size: int
    folder: Path

    @property
    def content(self) -> Path:
        """The folder with its ontology, data, shapes and queries."""
        return self.folder / "content"

    @property
    def out(self) -> Path:
        """The folder its snapshots are in."""
        return self.folder / "built"

    @property
    def snapshot(self) -> Snapshot:
        """Its snapshot."""
        return read_snapshot((self.out / "current").resolve())


def built(size: int, folder: Path = FOLDER) -> Built:
    """The catalogue of a size, made anew where the generator, ontology or rules have changed since.

    Its facts are inferred and not validated here: that they conform is shown once, at small sizes.
    """
    made = Built(size, folder / f"k{size}")
    stamp = made.folder / "stamp"
    wanted = _fingerprint()
    if not (stamp.is_file() and stamp.read_text() == wanted and (made.out / "current").exists()):
        Catalogue(size).write(made.content, REPOSITORY)
        _publish(made)
        stamp.write_text(wanted)
    # Nothing that is kept depends on the shapes; what is held against them has to meet today's.
    shutil.rmtree(made.content / "shapes", ignore_errors=True)
    shutil.copytree(REPOSITORY / "shapes", made.content / "shapes")
    return made


@cache
def store(size: int) -> EmbeddedStore:
    """The catalogue of a size, loaded."""
    return EmbeddedStore.load(built(size).snapshot.dataset, trusted=True)


def _publish(made: Built) -> None:
    sources = read_sources(made.content)
    derived = infer(make_store(sources.facts()), sources.ontology(), read_rules(made.content))
    graph = CheckedGraph(sources, derived, [], {})
    graphs = [{"name": each.name, "iri": each.graph, "file": each.name, "triples": len(each.facts)}
              for each in sources]  # fmt: skip
    with drafting(made.out) as draft:
        written = write_dataset(draft, graph.quads())
        publish(made.out, draft, Snapshot(
            path=made.out, hash=written.hash, built_at="2026-11-22T00:00:00+00:00",
            triples=written.triples, graphs=graphs, seconds={}, version="0.1.0",
            findings={},
        ))  # fmt: skip


@cache
def _fingerprint() -> str:
    """What the catalogues depend on, as one hash."""
    digest = hashlib.sha256()
    parts = [REPOSITORY / "bench" / f"{name}.py" for name in ("generator", "units", "words")]
    parts += sorted((REPOSITORY / "ontology").glob("*.ttl"))
    parts += sorted((REPOSITORY / "queries" / "rules").glob("*.rq"))
    for path in parts:
        digest.update(path.read_bytes())
    return digest.hexdigest()
