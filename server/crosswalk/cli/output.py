"""Results go to stdout as UTF-8 and to files in one step; everything else goes to stderr."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from crosswalk.errors import InputError


def write(result: str | bytes) -> None:
    """Writes a result to stdout, ended by a line break."""
    data = result.encode() if isinstance(result, str) else result
    rest = memoryview(data if data.endswith(b"\n") or not data else data + b"\n")
    while rest:
        # Where Python runs unbuffered, one call may write a part only.
        rest = rest[sys.stdout.buffer.write(rest) :]
    sys.stdout.buffer.flush()


def tell(message: str) -> None:
    """Says something about the work on stderr."""
    click.echo(message, err=True)


def write_file(path: Path, data: bytes) -> None:
    """Writes a file whole or not at all: what was there before stays until the new content is on the disk."""
    import tempfile  # it takes a tenth of a query's start

    target = path.resolve()
    if target.is_dir():
        raise InputError("this is a folder, not a file", file=path)
    if not target.parent.is_dir():
        raise InputError(
            "the folder does not exist", file=path, hint=f"Make it first: mkdir -p {path.parent}"
        )
    if target.exists() and not target.is_file():
        target.write_bytes(data)  # a device or a pipe, such as /dev/stdout
        return
    descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), _mode(target))
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    finally:
        Path(temporary).unlink(missing_ok=True)


def _mode(target: Path) -> int:
    """The permissions of the file there is, or those a new file gets."""
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


@contextmanager
def steps(label: str, count: int) -> Iterator[Callable[[str], None]]:
    """A bar on a terminal that moves one step at each call; elsewhere nothing is shown."""
    if not sys.stderr.isatty():
        yield lambda step: None
        return
    done: list[str] = []
    with click.progressbar(
        length=count, label=label, file=sys.stderr, show_eta=False, item_show_func=lambda step: step
    ) as bar:

        def begin(step: str) -> None:
            bar.update(1 if done else 0, step)
            done.append(step)

        yield begin
        bar.update(count)
