"""What a server shows: a store, the edition of its data, and the way queries of strangers are put to it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crosswalk.assemble import open_store, published
from crosswalk.settings import Settings
from crosswalk.stores import Store
from crosswalk.stores.embedded import EmbeddedStore
from crosswalk.web.shelf import Shelf, shelf_of


@dataclass(frozen=True)
class Exhibit:
    """A store and its edition; ``snapshot`` is None where the store is not built from the project's files."""

    store: Store
    edition: str
    snapshot: Any
    shelf: Shelf | None = None


def open_exhibit(settings: Settings, graphs: Sequence[Path] = ()) -> Exhibit:
    """The RDF files given, the endpoint set, or the published snapshot."""
    if graphs:
        digest = hashlib.sha256()
        for path in graphs:
            digest.update(hashlib.sha256(Path(path).read_bytes()).digest())
        return Exhibit(open_store(settings, graphs), digest.hexdigest(), None)
    if settings.store is not None:
        return Exhibit(open_store(settings), "", None)
    snapshot = published(settings)
    shelf = shelf_of(snapshot)
    with ThreadPoolExecutor(1) as beside:
        # The engine lets other threads run while it reads: what was kept costs the start no time.
        loading = beside.submit(EmbeddedStore.load, snapshot.dataset, trusted=True)
        shelf.read()
    return Exhibit(loading.result(), snapshot.hash, snapshot, shelf)


def edition_on_disk(settings: Settings) -> Path | None:
    """The folder of the snapshot that is published now, before it is read."""
    link = settings.snapshots / "current"
    return link.resolve() if link.exists() else None
