"""The pages run in threads, and are told of a request what WSGI tells."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from crosswalk.web.http import wsgi
from crosswalk.web.http.delivery import LARGE, AnswerFiles, Outgoing
from crosswalk.web.http.wsgi import ThreadedPages, make_environ
from tests.rsgi import Scope, run


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as threads:
        yield threads


def answer(threads: ThreadPoolExecutor, application: Any, files: AnswerFiles) -> Outgoing:
    return run(ThreadedPages(application, files, threads)(Scope("/a"), "192.0.2.1", "/a"))


def test_the_environment_says_what_the_request_says() -> None:
    scope = Scope("/é/x", "a=%C3%A9&b=é", accept="text/html", x_a="1")
    scope.headers.fields += [
        ("x-a", "2"),
        ("content_type", "x"),
        ("x_forwarded_for", "y"),
        ("content-type", "z"),
    ]
    environ = make_environ(scope, "192.0.2.1", scope.path)
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/é/x"
    assert environ["QUERY_STRING"].encode("latin-1").decode() == "a=%C3%A9&b=é"
    assert (environ["HTTP_ACCEPT"], environ["HTTP_X_A"], environ["CONTENT_TYPE"]) == ("text/html", "1,2", "z")
    assert (environ["REMOTE_ADDR"], environ["SERVER_NAME"], environ["SERVER_PORT"]) == (
        "192.0.2.1", "127.0.0.1", "8000")  # fmt: skip
    assert not {name for name in environ if "FORWARDED" in name}
    assert environ["wsgi.errors"] is sys.stderr and environ["wsgi.input"].read() == b""


def test_a_body_goes_out_from_memory_from_a_file_of_its_own_or_from_the_file_it_is(
    threads: ThreadPoolExecutor, tmp_path: Path
) -> None:
    files = AnswerFiles(2**20, tmp_path)
    closed: list[str] = []
    plain = tmp_path / "plain"
    plain.write_bytes(b"file")

    class Body(list[bytes]):
        def close(self) -> None:
            closed.append("closed")

    def small(environ: Any, start: Any) -> Any:
        start("404 Not Found", [("A", "b")])
        return Body([b"one ", b"two"])

    def large(environ: Any, start: Any) -> Any:
        start("200 OK", [])
        return Body([b"x" * LARGE, b"y"])

    def file(environ: Any, start: Any) -> Any:
        start("200 OK", [])
        return environ["wsgi.file_wrapper"](plain.open("rb"))

    assert answer(threads, small, files) == (404, [("A", "b")], b"one two", "")
    status, _, body, path = answer(threads, large, files)
    assert (status, body, Path(path).stat().st_size) == (200, b"", LARGE + 1)
    assert closed == ["closed"] * 2
    assert answer(threads, file, files) == (200, [], b"", str(plain))
    assert answer(threads, large, AnswerFiles(10, tmp_path)).status == 503


def test_no_more_pages_are_asked_for_at_once_than_may(threads, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(wsgi, "MOST_ASKED", 1)

    def page(environ: Any, start: Any) -> Any:
        start("200 OK", [])
        return io.BytesIO(b"page")

    async def ask() -> list[Outgoing]:
        pages = ThreadedPages(page, AnswerFiles(1, tmp_path), threads)
        both = list(await asyncio.gather(pages(Scope("/a"), "", "/a"), pages(Scope("/b"), "", "/b")))
        return [*both, await pages(Scope("/c"), "", "/c")]

    assert [response.status for response in run(ask())] == [200, 503, 200]
