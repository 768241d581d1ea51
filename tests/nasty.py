"""A server that answers by a script, byte by byte if need be: what no honest store does."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

JSON = "application/sparql-results+json"
YES = b'{"head":{},"boolean":true}'
STEP = 0.05
"""The seconds between two pieces of what comes slowly."""

Script = Callable[["Exchange"], None]


@dataclass
class Exchange:
    """One request to the server, and its connection."""

    socket: socket.socket
    head: bytes

    def send(self, *pieces: bytes) -> None:
        """Sends the pieces at once."""
        self.socket.sendall(b"".join(pieces))

    def trickle(self, data: bytes, step: float = STEP) -> None:
        """Sends a byte at a time, for as long as somebody takes them."""
        for number in range(len(data)):
            self.socket.sendall(data[number : number + 1])
            time.sleep(step)

    def answer(self, body: bytes = YES, status: str = "200 OK", **headers: str) -> None:
        """Sends a whole response, and closes the connection."""
        given = {"Content_Type": JSON, "Content_Length": str(len(body)), "Connection": "close"} | headers
        lines = [f"{name.replace('_', '-')}: {value}\r\n" for name, value in given.items()]
        self.send(f"HTTP/1.1 {status}\r\n".encode(), "".join(lines).encode("latin-1"), b"\r\n", body)


@dataclass
class NastyServer:
    """The address of a server, what it does now, and how many connections it has had."""

    port: int
    script: Script = lambda exchange: exchange.answer()
    connections: int = 0
    heads: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it takes queries."""
        return f"http://127.0.0.1:{self.port}/secret-path/query"


@contextmanager
def nasty(script: Script | None = None, *, reads: bool = True) -> Iterator[NastyServer]:
    """A server on a free port; it reads the heads of requests, unless it is told not to read anything."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        listening.settimeout(0.1)
        server = NastyServer(listening.getsockname()[1])
        server.script = script or server.script

        def serve(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                head = b""
                while reads and b"\r\n\r\n" not in head:
                    piece = connection.recv(65536)
                    if not piece:
                        return
                    head += piece
                server.heads.append(head)
                server.script(Exchange(connection, head))

        def accept() -> None:
            while not ended.is_set():
                with suppress(TimeoutError):
                    connection = listening.accept()[0]
                    connection.settimeout(20)
                    server.connections += 1
                    threading.Thread(target=serve, args=(connection,), daemon=True).start()

        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        try:
            yield server
        finally:
            ended.set()
            accepting.join()
