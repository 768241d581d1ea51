"""HTTP requests to other servers: credentials, redirects, second attempts, and one deadline for all of it.

httpx takes a while to import, so that only the stores of other servers import this module.
"""

from __future__ import annotations

import random
import re
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TypeVar

import httpcore
import httpx

from crosswalk.errors import InputError, QueryTimedOut, ResourceLimit, StoreFault
from crosswalk.stores.connections import ERROR_BYTES, Deadline, Transport, shown

_T = TypeVar("_T")
_REDIRECTS = 10
_PAUSES = (0.1, 0.4, 1.6)
"""The seconds between attempts at a request that found nobody."""
_BUSY = (429, 502, 503, 504)
_SHOWN = 300
_BEFORE_A_STATUS = (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError)
_BROKEN = (httpcore.ProtocolError, httpcore.NetworkError, httpcore.ProxyError, httpcore.UnsupportedProtocol,
           httpx.HTTPError, httpx.InvalidURL)  # fmt: skip
"""What ends an exchange: httpx follows redirects and answers challenges, httpcore does all else."""
_STEERING = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""Characters that end a line of a log, or steer a terminal."""


class Unavailable(StoreFault):
    """Nobody answers just now; the same request may find an answer in a moment."""


class _Credentials(httpx.Auth):
    """A user and a password, told to a server in the way it wants: Basic, until it asks for Digest.

    Some servers that want Digest give no challenge to a request with Basic: the next one is then sent without
    credentials, for the challenge.
    """

    def __init__(self, user: str, password: str) -> None:
        self._known, self._basic = (user, password), httpx.BasicAuth(user, password)
        # The count of requests that a challenge allows for is kept by each thread for itself.
        self._own = threading.local()

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        digest = getattr(self._own, "digest", None)
        if digest is None:
            response = yield next(self._basic.auth_flow(request))
            challenges = response.headers.get("WWW-Authenticate", "digest ").lower()
            if response.status_code != httpx.codes.UNAUTHORIZED or "digest " not in challenges:
                return
            del request.headers["Authorization"]
            digest = httpx.DigestAuth(*self._known)
        try:
            yield from digest.auth_flow(request)
        except (LookupError, ValueError, NotImplementedError):
            return  # a challenge that httpx cannot read, or does not know how to answer
        if "Authorization" in request.headers:
            self._own.digest = digest


class Client:
    """Connections to one server; safe to use from several threads."""

    def __init__(self, url: str, user: str | None = None, password: str | None = None) -> None:
        try:
            self._home = httpx.URL(url)
        except httpx.InvalidURL as fault:
            raise InputError(f"{shown(url)} is no web address: {fault}") from fault
        self._credentials = _Credentials(user, password) if user and password else None
        # Nobody needs a cookie of a query, and a server could send a new one with each answer.
        no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        self._client = httpx.Client(transport=Transport(), cookies=no_cookies)

    @contextmanager
    def send(
        self, request: httpx.Request, deadline: Deadline, *, repeatable: bool = True
    ) -> Iterator[httpx.Response]:
        """Send a request and give the response, of which the body is still to be read.

        What is ``repeatable`` follows redirects, and is sent once more at once where the connection ends
        before a status comes: a connection that was kept may have been closed meanwhile.

        Raises QueryTimedOut after the deadline, Unavailable where nobody answers, and StoreFault.
        """
        name = shown(str(request.url))
        request.extensions["timeout"] = deadline
        try:
            response = self._respond(request, repeatable)
            try:
                yield response
            finally:
                response.close()
        except httpcore.TimeoutException as fault:
            raise late(name, deadline) from fault
        except httpcore.ConnectError as fault:
            cause = _root(fault)
            kind = Unavailable if isinstance(cause, ConnectionError) else StoreFault
            why = getattr(cause, "strerror", None) or cause
            hint = "Is the address right, and is the server running?"
            raise kind(_plain(f"{name} cannot be reached: {why}"), hint=hint) from fault
        except _BROKEN as fault:
            kind = Unavailable if isinstance(fault, _BEFORE_A_STATUS) else StoreFault
            raise kind(_plain(f"{name} broke off: {str(fault) or type(fault).__name__}")) from fault

    def _respond(self, request: httpx.Request, repeatable: bool) -> httpx.Response:
        for _ in range(_REDIRECTS):
            try:
                response = self._send(request)
            except _BEFORE_A_STATUS:
                if not repeatable:
                    raise
                response = self._send(request)
            if not (repeatable and response.next_request):
                return response
            response.close()
            request = response.next_request
        raise httpx.TooManyRedirects("it redirects in a circle", request=request)

    def _send(self, request: httpx.Request) -> httpx.Response:
        """Send a request; the server's own host is told the credentials, and no other, nor less safely."""
        home, url = self._home, request.url
        trusted = url.host == home.host and (url.scheme == "https" or home.scheme == "http")
        auth = self._credentials if trusted else None
        return self._client.send(request, stream=True, auth=auth, follow_redirects=False)


def read_body(response: httpx.Response, most: int | None = None) -> bytes:
    """Return the body of a response; raise ResourceLimit for more than ``most`` bytes."""
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if most is not None and len(body) > most:
            hint = "Ask for less, with LIMIT for instance, or raise CROSSWALK_RESULT_BYTES."
            raise ResourceLimit(f"the result is larger than {most} bytes", hint=hint)
    return bytes(body)


def read_error(response: httpx.Response) -> str:
    """Return the beginning of a body that tells of an error, or of success where no answer is asked for."""
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if len(body) >= ERROR_BYTES:
            break
    return body[:ERROR_BYTES].decode(errors="replace")


def persist(attempt: Callable[[], _T], deadline: Deadline) -> _T:
    """Return what the first attempt returns that finds somebody; raise StoreFault where none does in time."""
    for pause in (*_PAUSES, None):
        try:
            return attempt()
        except Unavailable as fault:
            # No two wait the same, so that many who were turned away do not come back at once.
            wait = pause and pause * (0.5 + random.random())
            if wait is None or wait > deadline.left():
                raise StoreFault(fault.what, hint=fault.hint) from fault
            time.sleep(wait)
    raise AssertionError("the last attempt returns or raises")


def late(name: str, deadline: Deadline) -> QueryTimedOut:
    """Return the fault of a server that did not answer in time."""
    return QueryTimedOut(f"{name} gave no answer within {deadline.seconds:g} seconds")


def status_fault(status: int, body: str, name: str) -> StoreFault:
    """Return the fault for a status of 400 and above that says nothing about the request itself."""
    if status in (401, 403):
        hint = "Set CROSSWALK_STORE_USER and CROSSWALK_STORE_PASSWORD."
        return StoreFault(f"{name} wants other credentials (HTTP {status})", hint=hint)
    kind = Unavailable if status in _BUSY else StoreFault
    return kind(f"{name} failed (HTTP {status}): {first_words(body)}")


def first_words(body: str) -> str:
    """Return the first words of a body, without the marks of HTML and without the query said back."""
    words = " ".join(re.sub(r"<[^>]{1,200}>", " ", body).split()).partition(" SPARQL query: ")[0]
    return _plain(words[:_SHOWN]) or "it does not say why"


def _plain(text: str) -> str:
    """Return a text that another server may have had a hand in, without characters that steer a terminal."""
    return _STEERING.sub("\N{REPLACEMENT CHARACTER}", text)


def _root(fault: BaseException) -> BaseException:
    """Return the first cause of a fault."""
    while fault.__cause__ or fault.__context__:
        fault = fault.__cause__ or fault.__context__  # type: ignore[assignment]
    return fault
