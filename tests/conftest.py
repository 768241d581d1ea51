"""What the tests share: the repository, and the real graph, built once for a whole run."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from crosswalk.graph.build import build
from crosswalk.graph.snapshot import Snapshot, current


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def snapshot(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The real graph, built and published once, however many workers run the tests."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    with (shared / "snapshot.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return current(shared / "built") or build(repository, shared / "built")
