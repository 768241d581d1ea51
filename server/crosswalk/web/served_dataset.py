"""Open what a server shows: a store, the edition of its data, and the answers stored beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crosswalk.assemble import open_store, published, refuse_changed
from crosswalk.settings import Settings
from crosswalk.stores import Store
from crosswalk.stores.oxigraph import EmbeddedStore
from crosswalk.web.answer_cache import AnswerCache, answer_cache_of


@dataclass(frozen=True)
class ServedDataset:
    """A store and the edition of its data: a hash, or nothing where the data may change at any time.

    ``snapshot`` is None where the store is not built from the project's files.
    """

    store: Store
    edition: str
    snapshot: Any = None
    answer_cache: AnswerCache | None = None


def open_dataset(settings: Settings, graphs: Sequence[Path] = ()) -> ServedDataset:
    """Open the RDF files given, the endpoint of the settings, or the published snapshot.

    Raises CrosswalkError where one of them cannot be read, or where the snapshot is not as it was built.
    """
    if graphs:
        digests = b"".join(hashlib.sha256(Path(path).read_bytes()).digest() for path in graphs)
        return ServedDataset(open_store(settings, graphs), hashlib.sha256(digests).hexdigest())
    if settings.store is not None:
        return ServedDataset(open_store(settings), "")
    snapshot = published(settings)
    answer_cache = answer_cache_of(snapshot)
    with ThreadPoolExecutor(2) as beside:
        # The engine lets other threads run while it reads: what else is read costs the start no time.
        loading = beside.submit(EmbeddedStore.load, snapshot.dataset, trusted=True)
        checking = beside.submit(refuse_changed, snapshot)
        answer_cache.read()
    checking.result()
    return ServedDataset(loading.result(), snapshot.hash, snapshot, answer_cache)


def published_folder(settings: Settings) -> Path | None:
    """Return the folder of the snapshot that is published now; nothing in it is read."""
    link = settings.snapshots / "current"
    return link.resolve() if link.exists() else None
