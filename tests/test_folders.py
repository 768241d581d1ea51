"""A file is written whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from crosswalk.folders import atomic_write


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("durable", [True, False])
def test_a_file_is_made_and_replaced(tmp_path: Path, durable: bool) -> None:
    path = tmp_path / "own.txt"
    atomic_write(path, "ä\n", durable=durable)
    assert path.read_bytes() == "ä\n".encode()
    atomic_write(path, b"\xff", durable=durable)
    assert path.read_bytes() == b"\xff" and names(tmp_path) == ["own.txt"]


def test_readers_of_the_old_file_keep_it(tmp_path: Path) -> None:
    path = tmp_path / "own.txt"
    path.write_text("old")
    with path.open() as file:
        atomic_write(path, "new")
        assert file.read() == "old" and path.read_text() == "new"


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600)])
def test_a_new_file_has_the_permissions_of_any_new_file(tmp_path: Path, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        atomic_write(tmp_path / "own.txt", "x")
        atomic_write(tmp_path / "given.txt", "x", mode=0o640)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "own.txt").stat().st_mode) == mode
    assert stat.S_IMODE((tmp_path / "given.txt").stat().st_mode) == 0o640


def test_a_file_keeps_its_permissions_and_a_link_its_target(tmp_path: Path) -> None:
    path, link = tmp_path / "own.txt", tmp_path / "link.txt"
    path.write_text("old")
    path.chmod(0o604)
    link.symlink_to("own.txt")
    atomic_write(link, "new")
    assert link.is_symlink() and path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


@pytest.mark.parametrize("step", ["fsync", "fchmod", "replace"])
def test_a_fault_leaves_the_old_content_and_nothing_else(tmp_path: Path, monkeypatch, step: str) -> None:
    path = tmp_path / "own.txt"
    path.write_text("old")

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, full)
    with pytest.raises(OSError, match="No space left"):
        atomic_write(path, "new")
    assert path.read_text() == "old" and names(tmp_path) == ["own.txt"]


def test_a_missing_folder_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        atomic_write(tmp_path / "none" / "own.txt", "new")
    assert names(tmp_path) == []
