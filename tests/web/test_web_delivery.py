"""Large bodies go out from files, which are made once and take no more room than they may."""

from __future__ import annotations

import gzip
import os
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from crosswalk.errors import Overloaded
from crosswalk.web.http import delivery
from crosswalk.web.http.delivery import LARGE, AnswerFiles, Outgoing, deliver

LONG_AGO = time.time() - 60


class Sent:
    """Notes what granian is handed."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments: self.calls.append((name, *arguments))


@pytest.fixture
def files(tmp_path: Path) -> AnswerFiles:
    return AnswerFiles(10 * LARGE, tmp_path)


def test_a_small_body_stays_in_memory_and_a_large_one_goes_to_a_file_named_by_what_it_holds(files) -> None:
    assert files.gather([b"a" * LARGE]) == (b"a" * LARGE, "")
    body, first = files.gather(iter([b"a" * LARGE, b"b", b"c" * 10]))
    assert (body, Path(first).read_bytes()) == (b"", b"a" * LARGE + b"b" + b"c" * 10)
    assert files.gather([b"a" * LARGE + b"b" + b"c" * 10])[1] == first
    assert files.gather([b"a" * LARGE + b"b" + b"d" * 10])[1] != first
    assert len(list(files.folder.iterdir())) == 2


def test_what_is_asked_for_by_many_at_once_is_made_once(files) -> None:
    made: list[int] = []

    def make() -> Iterable[bytes]:
        made.append(1)
        time.sleep(0.05)
        return [b"x" * LARGE]

    threads = [threading.Thread(target=files.keep, args=("tag", make)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1] and Path(files.keep("tag", make)).read_bytes() == b"x" * LARGE


def test_a_body_that_breaks_off_leaves_nothing(files) -> None:
    def broken() -> Iterator[bytes]:
        yield b"x" * LARGE
        yield b"x"
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        files.gather(broken())
    assert list(files.folder.iterdir()) == []


def test_the_file_used_longest_ago_goes_for_a_new_one_but_none_that_is_read_or_young(files) -> None:
    paths = [files.keep(name, lambda: [b"x" * 3 * LARGE]) for name in "abc"]
    for age, path in zip((0, 1, 2), paths, strict=True):
        os.utime(path, (LONG_AGO + age, LONG_AGO + age))
    assert files.use(paths[0])  # as by a reader that is about to open it
    with open(paths[1], "rb"):
        files.keep("d", lambda: [b"x" * 3 * LARGE])
        assert [Path(path).exists() for path in paths] == [True, True, False]
        with pytest.raises(Overloaded):
            files.keep("e", lambda: [b"x" * 3 * LARGE])
    assert not files.use(paths[2])
    files.keep("e", lambda: [b"x" * 3 * LARGE])
    assert not Path(paths[1]).exists() and not list(files.folder.glob("*.part"))


def test_the_compressed_form_of_a_file_is_made_once(files) -> None:
    plain = files.keep("a", lambda: [b"x" * LARGE])
    packed = files.compress(plain)
    assert gzip.decompress(Path(packed).read_bytes()) == b"x" * LARGE and files.compress(plain) == packed


def test_the_files_of_a_process_that_has_died_are_deleted(tmp_path: Path) -> None:
    with subprocess.Popen(["true"]) as dead:
        pass
    (tmp_path / f"{dead.pid}-x").mkdir()
    (tmp_path / f"{os.getpid()}-x").mkdir()
    files = AnswerFiles(1, tmp_path)
    assert {files.folder, tmp_path / f"{os.getpid()}-x"} == set(tmp_path.iterdir())


def test_no_more_read_at_once_than_may(files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "MOST_READERS", 3)
    reading = ["/a", "/b", "/c"]
    monkeypatch.setattr(delivery, "_open_files", lambda: reading)
    for _ in range(3):
        files.admit()
    with pytest.raises(Overloaded, match="on their way"):
        files.admit()
    reading.clear()
    with pytest.raises(Overloaded):
        files.admit()  # the count is believed for a moment
    files._counted_at -= 1
    files.admit()


def test_a_response_is_handed_over_from_memory_from_its_file_or_without_a_body(files, monkeypatch) -> None:
    sent = Sent()
    deliver(sent, Outgoing(HTTPStatus.OK, [("A", "b")], b"body"), files)
    deliver(sent, Outgoing(HTTPStatus.NO_CONTENT, []), files)
    deliver(sent, Outgoing(HTTPStatus.OK, [], b"", "/file"), files)
    assert sent.calls == [
        ("response_bytes", 200, [("A", "b")], b"body"),
        ("response_empty", 204, []),
        ("response_file", 200, [], "/file"),
    ]
    monkeypatch.setattr(delivery, "MOST_READERS", 0)
    deliver(sent, Outgoing(HTTPStatus.OK, [], b"", "/file"), files)
    name, status, headers, body = sent.calls[-1]
    assert (name, status) == ("response_bytes", 503) and b"on their way" in body
    assert {"Retry-After", "X-Content-Type-Options"} <= dict(headers).keys()
    assert dict(headers)["Connection"] == "close"
