"""What a server opens is what was built, or it says what has become of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from crosswalk.errors import InputError
from crosswalk.graph.snapshot import Snapshot
from crosswalk.settings import Settings
from crosswalk.web.served_dataset import open_dataset


@pytest.fixture
def copied(snapshot: Snapshot, tmp_path: Path) -> Settings:
    """The settings of a server over a copy of the snapshot."""
    shutil.copytree(snapshot.path.parent.parent, tmp_path / "built", symlinks=True)
    return Settings(snapshots=tmp_path / "built")


def test_a_snapshot_as_it_was_built_is_opened(copied: Settings, snapshot: Snapshot) -> None:
    dataset = open_dataset(copied)
    assert (dataset.edition, dataset.snapshot.hash) == (snapshot.hash, snapshot.hash)


def flipped(data: bytes) -> bytes:
    """One letter of one title is another."""
    return data.replace(b"guideline", b"Guideline", 1)


CHANGES = {
    "a letter": flipped,
    "a line less": lambda data: data[data.index(b"\n") + 1 :],
    "the lines in another order": lambda data: b"\n".join(data.split(b"\n")[::-1]).lstrip() + b"\n",
    "the end is missing": lambda data: data[: len(data) // 2],
    "a line too many": lambda data: data + b"<urn:a> <urn:b> <urn:c> .\n",
    "no RDF": lambda data: b"\x00" * len(data),
    "nothing": lambda data: b"",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_snapshot_whose_bytes_have_changed_is_not_served(copied: Settings, change: str) -> None:
    dataset = open_dataset(copied).snapshot.dataset
    dataset.write_bytes(CHANGES[change](dataset.read_bytes()))
    with pytest.raises(InputError, match="has changed since it was built") as fault:
        open_dataset(copied)
    assert fault.value.file == str(dataset) and "crosswalk build" in fault.value.hint
