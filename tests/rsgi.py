"""Stands in for granian: requests as an RSGI application gets them, and what it answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from crosswalk.web.endpoint.application import Endpoint
from crosswalk.web.http.delivery import Outgoing

T = TypeVar("T")


class Headers:
    """The headers of a request."""

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        self.fields = [(name.lower(), value) for name, value in fields]

    def get_all(self, name: str) -> list[str]:
        return [value for known, value in self.fields if known == name]

    def items(self) -> list[tuple[str, str]]:
        return self.fields

    def keys(self) -> list[str]:
        return [name for name, _ in self.fields]

    def values(self) -> list[str]:
        return [value for _, value in self.fields]


class Scope:
    """What RSGI says of a request."""

    http_version, scheme, server = "1.1", "http", "127.0.0.1:8000"

    def __init__(
        self,
        path: str = "/sparql",
        query_string: str = "",
        method: str = "GET",
        client: str = "192.0.2.1:5000",
        **headers: str,
    ) -> None:
        self.path, self.query_string, self.method, self.client = path, query_string, method, client
        self.headers = Headers([(name.replace("_", "-"), value) for name, value in headers.items()])


class Protocol:
    """Gives the body of a request in pieces."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            yield piece


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Return what a coroutine returns, run in a thread: tests of browsers leave a loop running in this."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


async def no_page(_scope: Any, _client: str, _path: str) -> Outgoing:
    raise AssertionError("no page is asked for")


def answer(endpoint: Endpoint, scope: Scope, *body: bytes) -> tuple[int, dict[str, str], bytes]:
    """Return the status, the headers by names in small letters, and the body of a response."""
    status, fields, sent, file = run(endpoint.answer(scope, Protocol(*body)))
    if file:
        with open(file, "rb") as opened:
            sent = opened.read()
    return status.value, {name.lower(): value for name, value in fields}, sent
