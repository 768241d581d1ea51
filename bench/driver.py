"""Puts a server under load over connections that stay open, and holds each answer against what is right."""

from __future__ import annotations

import contextlib
import re
import select
import socket
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from bench.mix import CSV, Ask, lines

_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_TRIES = 20
PATIENCE = 30.0
"""How many seconds may go by without any answer."""

_CHUNKED = re.compile(rb"(?i)\r\ntransfer-encoding: *chunked")


class WrongAnswer(Exception):
    """A server gave another answer than it should: how fast it did no longer matters."""


@dataclass
class Load:
    """What a server did under load: how many answers in how many seconds, and how long each took."""

    seconds: float
    took: list[float] = field(repr=False)

    @property
    def rate(self) -> float:
        """Answers in a second."""
        return len(self.took) / self.seconds

    @property
    def median(self) -> float:
        """The median time of an answer, in seconds."""
        return statistics.median(self.took)

    @property
    def slowest(self) -> float:
        """The longest time of an answer, in seconds."""
        return max(self.took)


@dataclass
class Client:
    """One connection, on which one request is answered after the other."""

    socket: socket.socket
    ask: Ask | None = None
    began: float = 0.0
    tries: int = 0
    received: bytearray = field(default_factory=bytearray)


class Driver:
    """Some clients of one server; ``path`` is where it takes queries."""

    def __init__(self, port: int, path: str, clients: int, asks: Iterator[Ask], accept: str = CSV) -> None:
        self.asks = asks
        self.head = f"GET {path}?query=".encode() if "?" not in path else f"GET {path}".encode()
        self.tail = f" HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: {accept}\r\n\r\n".encode()
        self.port = port
        self.clients: dict[int, Client] = {}
        self.poll = select.epoll()
        for _ in range(clients):
            self._connect(Client(socket.socket()))

    def __enter__(self) -> Driver:
        return self

    def __exit__(self, *fault: object) -> None:
        self.poll.close()
        for client in self.clients.values():
            client.socket.close()

    def run(self, seconds: float, patience: float = PATIENCE) -> Load:
        """Asks for some seconds, or all there is to ask, and waits for what is then still open; once."""
        took: list[float] = []
        begin = time.perf_counter()
        end = begin + seconds
        open_now = sum(self._go_on(client, end) for client in self.clients.values())
        while open_now:
            ready = self.poll.poll(patience)
            if not ready:
                raise WrongAnswer(f"no answer for {patience:.0f} seconds")
            for descriptor, _ in ready:
                client = self.clients[descriptor]
                if not self._receive(client):
                    continue
                took.append(time.perf_counter() - client.began)
                if not self._go_on(client, end):
                    open_now -= 1
        return Load(time.perf_counter() - begin, took)

    def _connect(self, client: Client) -> None:
        client.socket.close()
        client.socket = socket.create_connection(("127.0.0.1", self.port), 10)
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.clients[client.socket.fileno()] = client
        self.poll.register(client.socket.fileno(), select.EPOLLIN)

    def _go_on(self, client: Client, end: float) -> bool:
        """Asks the next question; False where the time is over, or there is no other."""
        client.began = time.perf_counter()
        client.ask = next(self.asks, None) if client.began < end else None
        if client.ask is None:
            # A server may close what is idle, which is no answer.
            self.poll.unregister(client.socket.fileno())
            return False
        client.tries = 0
        client.received.clear()
        self._write(client, client.ask)
        return True

    def _write(self, client: Client, ask: Ask) -> None:
        with contextlib.suppress(ConnectionError):  # what is wrong shows when the answer is read
            client.socket.sendall(self.head + ask.encoded.encode() + self.tail)

    def _send_again(self, client: Client) -> None:
        """Some servers end a connection they were too busy to look at; that costs the client its time."""
        client.tries += 1
        if client.tries > _TRIES or client.received or client.ask is None:
            raise WrongAnswer("the server hung up")
        del self.clients[client.socket.fileno()]
        self._connect(client)
        self._write(client, client.ask)

    def _receive(self, client: Client) -> bool:
        """Takes in what has come; True when the answer is whole."""
        try:
            data = client.socket.recv(262144)
        except ConnectionResetError:
            data = b""
        if not data:
            self._send_again(client)
            return False
        client.received += data
        end = client.received.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = bytes(client.received[: end + 2])
        body = _body(head, bytes(client.received[end + 4 :]))
        if body is None:
            return False
        if not head.startswith(b"HTTP/1.1 200"):
            raise WrongAnswer(f"{head[:60]!r}: {body[:300]!r}")
        if client.ask is not None and client.ask.lines >= 0 and lines(body) != client.ask.lines:
            raise WrongAnswer(f"{lines(body)} lines instead of {client.ask.lines}: {client.ask.encoded}")
        return True


def _body(head: bytes, rest: bytes) -> bytes | None:
    """The body of an answer, or None while it has not come to its end."""
    length = _LENGTH.search(head)
    if length:
        return rest if len(rest) >= int(length[1]) else None
    if not _CHUNKED.search(head):
        raise WrongAnswer(f"an answer without a length: {head!r}")
    if not rest.endswith(b"0\r\n\r\n"):
        return None
    parts = []
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        parts.append(rest[: int(size, 16)])
        rest = rest[int(size, 16) + 2 :]
    return b"".join(parts)
