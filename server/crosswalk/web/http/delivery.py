"""Deliver responses: small ones from memory, large ones from files that all their readers share."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from http import HTTPStatus
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from crosswalk.errors import Overloaded
from crosswalk.web.http.headers import Headers, decide
from crosswalk.web.http.negotiation import PROBLEM
from crosswalk.web.http.status import problem_document, retry_headers

LARGE = 2**16
"""The bytes beyond which a body goes out from a file: it holds no thread, and no copy for each reader."""

MOST_READERS = 1000
"""How many files one process sends at once; each takes some 0.3 MB while it is sent."""

_CHUNK = 2**18
_COUNTED_FOR = 0.5  # seconds for which a count of the readers is believed
LATER = "Ask again in a moment."
_YOUNG_SECONDS = 5.0  # a file so young may be about to be read


class Outgoing(NamedTuple):
    """A response as it goes out: its body is in memory, or in a file."""

    status: HTTPStatus
    headers: Headers
    body: bytes = b""
    file: str = ""


class AnswerFiles:
    """Files of the large bodies that one process sends, in a folder of its own.

    They have at most ``most_bytes`` together: a file that nobody reads goes for a new one.
    """

    def __init__(self, most_bytes: int, parent: Path | None = None) -> None:
        self.most_bytes, self._parent = most_bytes, parent
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._changing = threading.RLock()
        self._making: dict[str, threading.Lock] = {}
        self._numbers = count()
        self._readers, self._counted_at = 0, 0.0

    @property
    def folder(self) -> Path:
        """The folder, made when it is first needed; folders of processes that have died are deleted then."""
        with self._changing:
            if self._temporary is None:
                for path in self._parent.iterdir() if self._parent else ():
                    if not Path("/proc", path.name.partition("-")[0]).exists():
                        shutil.rmtree(path, ignore_errors=True)
                self._temporary = tempfile.TemporaryDirectory(prefix=f"{os.getpid()}-", dir=self._parent)
        return Path(self._temporary.name)

    def unused(self) -> Path:
        """Return the path of a file that is to be written, and then to be given to ``add``."""
        return self.folder / f"{next(self._numbers)}.part"

    def gather(self, body: Iterable[bytes]) -> tuple[bytes, str]:
        """Return a body in memory, or, where it is large, the file it was written to.

        Raises Overloaded where there is no room for another file.
        """
        parts, size, chunks = [], 0, iter(body)
        for chunk in chunks:
            parts.append(chunk)
            size += len(chunk)
            if size > LARGE:
                return b"", self._write([b"".join(parts)], chunks)
        return b"".join(parts), ""

    def keep(self, tag: str, make: Callable[[], Iterable[bytes]]) -> str:
        """Return the file of this tag, which is made once, whoever else may wait for it.

        Raises Overloaded where there is no room for it.
        """
        path = self.folder / tag
        with self._changing:
            making = self._making.setdefault(tag, threading.Lock())
        with making:
            return str(path) if self.use(str(path)) else self._write(make(), name=tag)

    def compress(self, file: str) -> str:
        """Return the file with the body of another in gzip, made once."""

        return self.keep(f"{Path(file).name}.gz", lambda: compress_chunks(read_chunks(file)))

    def add(self, written: Path, name: str) -> str:
        """Give a file that was written its place, and return its path; one of that name stays.

        Raises Overloaded, and deletes the file, where there is no room for it.
        """
        path = str(self.folder / name)
        with self._changing:
            try:
                if not self.use(path):
                    self._make_room(written.stat().st_size)
                    written.rename(path)
            finally:
                written.unlink(missing_ok=True)
        return path

    def _write(self, *bodies: Iterable[bytes], name: str = "") -> str:
        """Write a body to a file, of that name or else named by what is in it."""
        part, digest = self.unused(), hashlib.blake2b(digest_size=16)
        try:
            with open(part, "xb") as file:
                for body in bodies:
                    for chunk in body:
                        file.write(chunk)
                        digest.update(chunk)
        except BaseException:
            part.unlink()
            raise
        return self.add(part, name or digest.hexdigest())

    def use(self, file: str) -> bool:
        """Note that a file is about to be read; return False where it is gone."""
        try:
            os.utime(file)
        except FileNotFoundError:
            return False
        return True

    def admit(self) -> None:
        """Count another reader of a file; raise Overloaded where there are as many as may be.

        Nobody tells when a reader has done, so that the open files are counted now and then.
        """
        with self._changing:
            if self._readers >= MOST_READERS and time.monotonic() > self._counted_at + _COUNTED_FOR:
                self._counted_at = time.monotonic()
                self._readers = len(_open_files())
            if self._readers >= MOST_READERS:
                raise Overloaded("as many large answers are on their way as may be", hint=LATER)
            self._readers += 1

    def _make_room(self, size: int) -> None:
        """Delete the files used longest ago, of those that nobody reads."""
        known = [
            (entry.path, entry.stat()) for entry in os.scandir(self.folder) if entry.name[-5:] != ".part"
        ]
        over = sum(status.st_size for _, status in known) + size - self.most_bytes
        if over <= 0:
            return
        read, newest = set(_open_files()), time.time() - _YOUNG_SECONDS
        for path, status in sorted(known, key=lambda file: file[1].st_mtime):
            if over > 0 and status.st_mtime < newest and path not in read:
                os.unlink(path)
                over -= status.st_size
        if over > 0:
            raise Overloaded("too many large answers are on their way", hint=LATER)


def deliver(protocol: Any, response: Outgoing, files: AnswerFiles) -> None:
    """Hand a response to granian: https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md."""
    if response.file:
        try:
            files.admit()
        except Overloaded as fault:
            response = describe_overload(fault)
    status, headers, body, file = response
    if file:
        protocol.response_file(status.value, headers, file)
    elif body:
        protocol.response_bytes(status.value, headers, body)
    else:
        protocol.response_empty(status.value, headers)


def describe_overload(fault: Overloaded) -> Outgoing:
    """Return the response to whoever asks for a large answer when there is no room for another."""
    status, headers = decide(HTTPStatus.SERVICE_UNAVAILABLE)
    headers += [*retry_headers("Overloaded"), ("Content-Type", PROBLEM.media_type), ("Connection", "close")]
    return Outgoing(status, headers, problem_document(status, fault.what, hint=fault.hint))


def _open_files() -> list[str]:
    """Return the paths of the files this process has open, each as often as it has it open."""
    paths = []
    for descriptor in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            paths.append(os.readlink(f"/proc/self/fd/{descriptor}"))
    return [path for path in paths if path.startswith("/")]


def read_chunks(path: Path | str) -> Iterator[bytes]:
    """Read a file chunk by chunk."""
    with open(path, "rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def compress_chunks(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Compress chunks with gzip, each as it comes."""
    compressor = zlib.compressobj(1, wbits=31)
    for chunk in chunks:
        if compressed := compressor.compress(chunk):
            yield compressed
    yield compressor.flush()
