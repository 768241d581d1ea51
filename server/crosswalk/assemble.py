"""The one module that joins the graph built from files with the stores that answer queries."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from crosswalk import __version__
from crosswalk.errors import InputError
from crosswalk.folders import content_files, content_root
from crosswalk.graph.snapshot import Snapshot, current, is_whole
from crosswalk.settings import Settings
from crosswalk.stores import Store
from crosswalk.stores.oxigraph import EmbeddedStore, kept_otherwise

if TYPE_CHECKING:
    from crosswalk.graph.sources import Source, Sources

Progress = Callable[[str], None]


def published(settings: Settings, progress: Progress = lambda step: None) -> Snapshot:
    """Return the published snapshot; build it first where there is none, or only one of another version."""
    snapshot = current(settings.snapshots)
    if snapshot is not None and snapshot.version == __version__:
        return snapshot
    from crosswalk.graph.build import build  # validation is slow to import, and seldom needed here

    return build(content_root(), settings.snapshots, progress)


def refuse_changed(snapshot: Snapshot) -> None:
    """Raise InputError where the dataset of a snapshot is not, byte for byte, what was built."""
    if not is_whole(snapshot.path, snapshot.hash):
        what = "the snapshot has changed since it was built"
        raise InputError(what, file=snapshot.dataset, hint="Build it again: crosswalk build.")


def open_store(
    settings: Settings,
    graphs: Iterable[Path] = (),
    progress: Progress = lambda step: None,
    tell: Progress = lambda message: None,
) -> Store:
    """Return the store that answers: of the RDF files given, of the settings, or of the built graph."""
    if files := tuple(graphs):
        return EmbeddedStore.holding(quad for path in files for quad in read_graph(path, tell).quads)
    if settings.store is not None:
        return open_endpoint(settings.store, settings)
    snapshot = published(settings, progress)
    if snapshot.index.is_dir():
        return EmbeddedStore.open(snapshot.index)
    return EmbeddedStore.load(snapshot.dataset, trusted=True)


def read_graph(path: Path, tell: Progress = lambda message: None) -> Source:
    """Return an RDF file, and ``tell`` of literals in it that the store will keep in another form."""
    from crosswalk.graph.sources import read_file  # what it needs is slow to import

    source = read_file(path)
    if changed := kept_otherwise(source.quads):
        literal, form = min(changed.items(), key=str)
        tell(f"{path}: {len(changed)} literals are kept in another form, such as {literal} as {form}; "
             "see docs/deviations.md")  # fmt: skip
    return source


def open_endpoint(url: str, settings: Settings) -> Store:
    """Return the store behind a SPARQL endpoint, with the credentials and limits of the settings."""
    from crosswalk.stores.remote import RemoteStore  # SPARQLWrapper is slow to import

    return RemoteStore(
        url,
        timeout=settings.query_timeout,
        result_bytes=settings.result_bytes,
        user=settings.store_user,
        password=settings.store_password,
        depth=settings.query_depth,
        length=settings.query_tokens,
    )


def changed_since(snapshot: Snapshot) -> list[Path]:
    """Return the files of the content that are newer than a snapshot, sorted."""
    built = datetime.fromisoformat(snapshot.built_at).timestamp()
    return sorted(path for path in content_files(content_root()) if path.stat().st_mtime > built + 1)


def open_content() -> tuple[Sources, EmbeddedStore]:
    """Return the curated files as they are now, unchecked, and a store of what they say."""
    from crosswalk.graph.sources import read_sources

    sources = read_sources(content_root())
    return sources, EmbeddedStore.holding(sources.quads())
