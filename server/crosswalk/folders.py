"""The folders of the content and of what is built from it, and how a file is read and written in one step."""

from __future__ import annotations

import os
import select
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from crosswalk.errors import InputError

PATIENCE = 5.0
"""For how many seconds somebody is waited for who writes to a pipe."""

PACKAGE = Path(__file__).resolve().parent
"""The folder of this package."""


def repository_root() -> Path | None:
    """Return the repository this package runs from, or None where it is installed without one.

    An editable install may hold a second, older copy of the content; the repository goes before it.
    """
    root = PACKAGE.parents[1]
    parts = ("pyproject.toml", "ontology", "data", "shapes", "queries")
    return root if all((root / part).exists() for part in parts) else None


def content_root() -> Path:
    """Return the folder that holds ``ontology/``, ``data/``, ``shapes/`` and ``queries/``."""
    return repository_root() or PACKAGE / "content"


def content_files(root: Path) -> Iterator[Path]:
    """Yield the files under a content root that the graph is built from, in the order of their folders."""
    for folder in ("ontology", "data", "shapes", "queries/rules"):
        yield from (path for path in sorted((root / folder).rglob("*")) if path.is_file())


def default_output() -> Path:
    """Return the folder snapshots are built in: ``build/`` of the repository, or the user's cache."""
    repository = repository_root()
    if repository is not None:
        return repository / "build"
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "iot-security-crosswalk"


def read_bytes(path: Path, name: str | None = None, most: int = -1) -> bytes:
    """Return the bytes of a file, ``most`` of them at the most; ``name`` is its path as messages show it.

    Raises InputError where it cannot be read, and where it is a pipe that nobody begins to write to.
    """
    try:
        # Not waiting, since a named pipe would keep whoever opens it until somebody writes.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            begun = b""
            if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
                begun = _begin_pipe(descriptor, name or path)
            os.set_blocking(descriptor, True)
            return begun + file.read(most if most < 0 else max(most - len(begun), 0))
    except FileNotFoundError:
        raise InputError("there is no such file", file=name or path) from None
    except IsADirectoryError:
        raise InputError("this is a folder, not a file", file=name or path) from None
    except OSError as fault:
        raise InputError(f"the file cannot be read: {fault.strerror}", file=name or path) from None
    except ValueError as fault:
        raise InputError(f"this is no path: {fault}", file=repr(name or str(path))) from None


def _begin_pipe(descriptor: int, name: str | Path) -> bytes:
    """Return the first byte from a pipe, none where its writer left none; raise InputError for no writer."""
    end = time.monotonic() + PATIENCE
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    while (left := end - time.monotonic()) > 0:
        events = waiting.poll(left * 1000)
        if events:
            # A pipe that its writer has left holds what was written; POLLHUP alone says that this is nothing.
            return os.read(descriptor, 1) if events[0][1] & select.POLLIN else b""
    hint = "Start what writes to it first, or give a file."
    raise InputError("nobody writes to this pipe", file=name, hint=hint)


def decode(data: bytes, name: str | Path) -> str:
    """Return the text of UTF-8 data without its byte order mark; raises InputError where it is none."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise InputError(
            f"the file is not UTF-8: byte {fault.start} (0x{data[fault.start]:02x}) fits no character",
            file=name,
            line=data.count(b"\n", 0, fault.start) + 1,
            hint="Save the file as UTF-8 in your editor, or convert it: iconv -f LATIN1 -t UTF-8.",
        ) from None


def read_text(path: Path, name: str | None = None) -> str:
    """Return the text of a file; see read_bytes and decode."""
    return decode(read_bytes(path, name), name or path)


def atomic_write(
    path: str | os.PathLike[str], data: bytes | str, *, mode: int | None = None, durable: bool = True
) -> None:
    """Replace the content of a file in one step: readers find the old content or the new, never a part.

    Text is encoded as UTF-8. A symbolic link stays, and its target is written. A file that exists keeps its
    permissions and a new one gets those of any new file (0o644 under the usual umask), unless ``mode`` says
    otherwise. With ``durable`` the content survives a loss of power once this returns; without, it is written
    several times faster, which suits what can be computed again.

    Raises OSError where the folder is missing or takes no file; the old content is then still there, and
    nothing else.
    """
    target = Path(os.path.realpath(path))
    content = data.encode() if isinstance(data, str) else data
    # Not by tempfile, whose import takes as long as a tenth of a query; the kernel applies the umask.
    temporary = target.with_name(f".{target.name[:200]}-{os.urandom(6).hex()}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        with open(descriptor, "wb") as file:
            if mode is None and target.exists():
                mode = stat.S_IMODE(target.stat().st_mode)
            if mode is not None:
                os.fchmod(descriptor, mode)
            file.write(content)
            if durable:
                file.flush()
                os.fsync(descriptor)
        os.replace(temporary, target)
        if durable:
            sync_folder(target.parent)
    finally:
        temporary.unlink(missing_ok=True)


def is_private(folder: Path) -> bool:
    """Return whether there is a folder in which this user and root alone can put files, or replace them.

    It and the folder that it lies in belong to one of them, and nobody else may write there. A group that has
    the user's own number is the user alone, as systems with private groups have it.
    """
    try:
        inner, outer = os.lstat(folder), os.stat(folder.parent)
    except OSError:
        return False
    return stat.S_ISDIR(inner.st_mode) and all(map(_is_private, (inner, outer)))


def _is_private(status: os.stat_result) -> bool:
    others = stat.S_IWOTH if status.st_gid == status.st_uid else stat.S_IWOTH | stat.S_IWGRP
    return status.st_uid in (0, os.geteuid()) and not status.st_mode & others


def sync_folder(folder: Path) -> None:
    """Write the names of a folder's files to the disk, as after a file in it was made or renamed."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
