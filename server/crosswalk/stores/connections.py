"""Connections on which every step ends at one deadline, however slow the other side is.

A timeout of httpx begins anew with each piece that arrives, so that a server which sends its headers letter
by letter is waited for as long as it likes. Here each step asks the deadline for what is left of it.
https://www.encode.io/httpcore/network-backends/
"""

from __future__ import annotations

import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from crosswalk.errors import InputError, StoreFault

ERROR_BYTES = 2**16
"""How much of a body is read that tells of an error."""
_CONNECTIONS = 64
_IDLE_CONNECTIONS = 16
_LAST_PORT = 65535


class Deadline(dict[str, float]):
    """The end of an exchange, as httpx takes it: a timeout for each step, which is what is left by then."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds, self._end = seconds, time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds until the end, negative after it."""
        return self._end - time.monotonic()

    def get(self, step: str, default: Any = None) -> float:
        """Return the timeout of a step that begins now."""
        return SecondsLeft(self)


class SecondsLeft(float):
    """The seconds that were left when a step began, and the deadline that they are counted to."""

    def __new__(cls, deadline: Deadline) -> SecondsLeft:
        """Return what is left, or as good as nothing: no timeout may be negative or 0."""
        seconds = super().__new__(cls, max(0.001, deadline.left()))
        seconds.deadline = deadline
        return seconds

    deadline: Deadline


def _left(timeout: float | None, late: type[httpcore.TimeoutException]) -> float | None:
    """Return the seconds that a step still has; raise ``late`` where it has none."""
    left = timeout.deadline.left() if isinstance(timeout, SecondsLeft) else timeout
    if left is not None and left <= 0:
        raise late("the deadline has passed")
    return left


class DeadlineStream(httpcore.NetworkStream):
    """A connection, plain or by TLS, of which each step looks at the deadline for itself."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream
        self._socket: socket.socket = stream.get_extra_info("socket")

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return the bytes that are there, once there are any."""
        return self._stream.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all the bytes: piece by piece, as a server takes them."""
        rest = memoryview(buffer)
        while rest:
            self._socket.settimeout(_left(timeout, httpcore.WriteTimeout))
            try:
                rest = rest[self._socket.send(rest) :]
            except TimeoutError as fault:
                raise httpcore.WriteTimeout(str(fault)) from fault
            except OSError as fault:
                raise httpcore.WriteError(str(fault)) from fault

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> DeadlineStream:
        """Return this connection once both sides have agreed on TLS."""
        left = _left(timeout, httpcore.ConnectTimeout)
        return DeadlineStream(self._stream.start_tls(ssl_context, server_hostname, left))

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        """Return what httpcore asks of its own streams."""
        return self._stream.get_extra_info(info)


class DeadlineBackend(httpcore.NetworkBackend):
    """Open connections: to the first address of a host that answers, each tried for its share of the time."""

    def __init__(self) -> None:
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, **options: Any
    ) -> DeadlineStream:
        """Return a connection to a host."""
        if port > _LAST_PORT:
            raise httpcore.ConnectError(f"there is no port {port}")
        addresses = _addresses(host, port, _left(timeout, httpcore.ConnectTimeout))
        for ahead in range(len(addresses) - 1, -1, -1):
            left = _left(timeout, httpcore.ConnectTimeout)
            share = left and left / (ahead + 1)
            try:
                return DeadlineStream(self._plain.connect_tcp(addresses[-ahead - 1], port, share, **options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if not ahead:
                    raise
        raise AssertionError("the last address connects or raises")


def _addresses(host: str, port: int, seconds: float | None) -> list[str]:
    """Return the addresses of a host; they are looked up beside, since nothing can stop a look-up."""
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        pass  # a name
    answers: queue.SimpleQueue[list[Any] | Exception] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, ValueError) as fault:  # ValueError: no name can be so long, or hold such a sign
            answers.put(fault)

    threading.Thread(target=look_up, name="look-up", daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty as fault:
        raise httpcore.ConnectTimeout("the name of the host is not found in time") from fault
    if isinstance(answer, Exception):
        raise httpcore.ConnectError(str(answer)) from answer
    return list(dict.fromkeys(str(address[0]) for *_, address in answer))


class Transport(httpx.BaseTransport):
    """Sends requests over connections that are kept, directly or by the proxies of the environment."""

    def __init__(self) -> None:
        self._context = ssl.create_default_context()
        given = getproxies()
        self._proxies = {
            name: _read_proxy(given[name]) for name in ("http", "https", "all") if given.get(name)
        }
        self._pools: dict[httpx.Proxy | None, httpcore.ConnectionPool] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the response to a request, of which the body is still to be read.

        Raises exceptions of httpcore, and StoreFault for a body that is packed: it was asked for as it is.
        """
        url = request.url
        core = httpcore.Request(
            request.method,
            httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        response = self._pool(url).handle_request(core)
        headers = httpx.Headers(response.headers)
        if headers.get("Content-Encoding", "identity").strip().lower() not in ("", "identity"):
            response.close()
            raise StoreFault(f"{shown(str(url))} compresses its answer, which was asked for as it is")
        return httpx.Response(
            response.status,
            headers=headers,
            stream=_Body(response, ERROR_BYTES if response.status >= 300 else None),
            extensions=response.extensions,
        )

    def _pool(self, url: httpx.URL) -> httpcore.ConnectionPool:
        """Return the connections that lead to an address."""
        proxy = self._proxies.get(url.scheme) or self._proxies.get("all")
        if proxy is not None and proxy_bypass(url.host):
            proxy = None
        if proxy is not None and proxy.url.scheme == url.scheme == "https":
            hint = "Name the proxy by http://, or leave it out with NO_PROXY."
            raise InputError("a proxy that is reached by https leads to no server by https", hint=hint)
        if proxy not in self._pools:
            self._pools[proxy] = self._open_pool(proxy)
        return self._pools[proxy]

    def _open_pool(self, proxy: httpx.Proxy | None) -> httpcore.ConnectionPool:
        return httpcore.ConnectionPool(
            ssl_context=self._context,
            proxy=proxy and httpcore.Proxy(str(proxy.url), proxy.raw_auth),
            max_connections=_CONNECTIONS,
            max_keepalive_connections=_IDLE_CONNECTIONS,
            network_backend=DeadlineBackend(),
        )


class _Body(httpx.SyncByteStream):
    """The bytes of a response as they come; where ``most`` is given, no more than those."""

    def __init__(self, response: httpcore.Response, most: int | None) -> None:
        self._response, self._most = response, most

    def __iter__(self) -> Iterator[bytes]:
        sent = 0
        for chunk in self._response.iter_stream():
            yield chunk
            sent += len(chunk)
            if self._most is not None and sent >= self._most:
                return

    def close(self) -> None:
        self._response.close()


def _read_proxy(address: str) -> httpx.Proxy:
    """Return the proxy at an address of the environment; raise InputError where it cannot be used."""
    try:
        proxy = httpx.Proxy(address if "://" in address else f"http://{address}")
        if (proxy.url.port or 0) > _LAST_PORT:
            raise ValueError(f"there is no port {proxy.url.port}")
    except (ValueError, httpx.InvalidURL) as fault:
        hint = "Set HTTP_PROXY, HTTPS_PROXY and ALL_PROXY to an address such as http://proxy:3128."
        what = f"the environment names a proxy that is none: {shown(address)}"
        raise InputError(what, hint=hint) from fault
    if proxy.url.scheme.startswith("socks") and find_spec("socksio") is None:
        hint = "Install the Python package socksio, or name a proxy by http://."
        raise InputError(f"the proxy {shown(address)} of the environment speaks SOCKS", hint=hint)
    return proxy


def shown(url: str) -> str:
    """Return an address without a user, a password or a query in it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "an address that is none"
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
