"""A user and a password, told to a server in the way it wants: Basic, until it asks for Digest."""

from __future__ import annotations

import base64
import http.client
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import BadStatusLine, HTTPConnection, HTTPResponse, HTTPSConnection, RemoteDisconnected
from urllib.parse import urlsplit
from urllib.request import (
    AbstractDigestAuthHandler,
    HTTPPasswordMgrWithDefaultRealm,
    Request,
    parse_http_list,
    parse_keqv_list,
)


class Credentials:
    """What goes into a request's Authorization; safe to use from several threads."""

    def __init__(self, url: str, user: str, password: str) -> None:
        known = HTTPPasswordMgrWithDefaultRealm()
        known.add_password(None, url, user, password)
        token = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._url, self._digest = url, AbstractDigestAuthHandler(known)
        self._basic = {"Authorization": f"Basic {token}"}
        self._silent = False
        self._challenge: dict[str, str] | None = None
        self._lock = threading.Lock()

    def headers(self, method: str, target: str) -> dict[str, str]:
        """The header for a request, or none where the server has yet to say what it wants."""
        with self._lock:
            if self._challenge is None:
                return {} if self._silent else self._basic
            request = Request(self._url, method=method)
            request.selector = target
            return {"Authorization": f"Digest {self._digest.get_authorization(request, self._challenge)}"}

    def answer(self, challenges: Sequence[str]) -> bool:
        """Whether it is worth asking again, now that a server has refused a request with these challenges.

        Some servers that want Digest give no challenge at all to a request with Basic: the next one is then
        sent without credentials, for the challenge.
        """
        wanted = next((each for each in challenges if each[:7].lower() == "digest "), None)
        with self._lock:
            if wanted is not None:
                challenge = parse_keqv_list(parse_http_list(wanted[7:]))
                known = challenge.get("algorithm", "MD5").upper() in ("MD5", "SHA")
                self._challenge = challenge if known and {"realm", "nonce"} <= challenge.keys() else None
                return self._challenge is not None
            self._silent = not (challenges or self._silent)
            return self._silent


_ASKED = 4
"""How often a request is sent at most, until its credentials are told in the way the server wants."""
# Some servers say back, in a header each, the graphs a query names; a hundred headers are not enough then.
# A connection has a limit of its own only from Python 3.15 on.
http.client._MAXHEADERS = 2000  # type: ignore[attr-defined]

MOST_IDLE = 16
"""How many connections are kept that nobody uses."""


class Connections:
    """The connections to one server; safe to use from several threads."""

    def __init__(self, url: str, user: str | None = None, password: str | None = None) -> None:
        parts = urlsplit(url)
        self.user = (user, password) if user and password else (None, None)
        self._credentials = Credentials(url, user, password) if user and password else None
        self._kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._host, self._port = parts.hostname or "", parts.port
        self._idle: list[HTTPConnection] = []
        self._lock = threading.Lock()

    @contextmanager
    def ask(
        self, method: str, target: str, body: bytes | None, headers: dict[str, str], timeout: float
    ) -> Iterator[HTTPResponse]:
        """The response to a request; its connection is kept where the response is read to its end.

        A kept connection that the server has closed meanwhile is replaced, once and silently, and a request
        is sent again where the server wants its credentials in another way.
        """
        credentials = self._credentials
        for attempt in range(_ASKED):
            told = credentials.headers(method, target) if credentials else {}
            with self._exchange(method, target, body, headers | told, timeout) as response:
                refused = response.status == 401 and attempt < _ASKED - 1
                challenges = response.headers.get_all("WWW-Authenticate", [])
                if not (credentials and refused and credentials.answer(challenges)):
                    yield response
                    return
                response.read()

    @contextmanager
    def _exchange(
        self, method: str, target: str, body: bytes | None, headers: dict[str, str], timeout: float
    ) -> Iterator[HTTPResponse]:
        connection = self._take(timeout)
        fresh = connection.sock is None
        try:
            try:
                connection.request(method, target, body, headers)
                response = connection.getresponse()
            except (RemoteDisconnected, BadStatusLine, ConnectionResetError, BrokenPipeError):
                connection.close()
                if fresh:
                    raise
                connection.request(method, target, body, headers)
                response = connection.getresponse()
            yield response
            if response.isclosed() and not response.will_close:
                self._keep(connection)
                connection = None  # type: ignore[assignment]
        finally:
            if connection is not None:
                connection.close()

    def _take(self, timeout: float) -> HTTPConnection:
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            return self._kind(self._host, self._port, timeout=timeout)
        connection.timeout = timeout
        if isinstance(connection.sock, socket.socket):
            connection.sock.settimeout(timeout)
        return connection

    def _keep(self, connection: HTTPConnection) -> None:
        with self._lock:
            if len(self._idle) < MOST_IDLE:
                self._idle.append(connection)
                return
        connection.close()
