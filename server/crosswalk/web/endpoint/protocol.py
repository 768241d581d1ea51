"""Reads a request of the SPARQL 1.1 Protocol, and says by which rule one is refused."""

from __future__ import annotations

import re
from binascii import a2b_qp
from collections.abc import Callable, Iterable
from functools import lru_cache
from http import HTTPStatus
from threading import Semaphore
from typing import Any, NamedTuple, NoReturn
from urllib.parse import unquote_to_bytes

from werkzeug.http import parse_options_header

from crosswalk.settings import Settings
from crosswalk.stores import QueryDataset

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

METHODS = ("GET", "HEAD", "POST", "OPTIONS")
READING = ("GET", "HEAD", "OPTIONS")
FORM, QUERY, UPDATE = (
    "application/x-www-form-urlencoded",
    "application/sparql-query",
    "application/sparql-update",
)
_READ_ONLY = "updates are not answered: the graph is read-only"
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`]*")
_BROKEN_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")
READERS = 256
"""How many bodies one worker reads at once."""

_readers = Semaphore(READERS)
_MOST, _BRIEF = 5000, 4096
_DRAINED = 4 * 2**20
_UNCHOSEN = QueryDataset()
_ENCODED = 3
"""How many bytes one byte of text may take in a form."""


class ProtocolFault(Exception):
    """A request that breaks a rule: the status it gets, a sentence, and headers that belong to it."""

    def __init__(self, status: HTTPStatus, what: str, headers: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__(what)
        self.status, self.what, self.headers = status, what, list(headers)


class Operation(NamedTuple):
    """What a request asks for: ``text`` is None where it brings no query."""

    text: str | None
    dataset: QueryDataset = QueryDataset()
    wish: str | None = None


def refuse(status: HTTPStatus, what: str, headers: Iterable[tuple[str, str]] = ()) -> NoReturn:
    """Ends the reading of a request."""
    raise ProtocolFault(status, what, headers)


def allow_only(environ: Environ, methods: tuple[str, ...]) -> None:
    """Refuses every other method with 405, and names those there are."""
    if environ["REQUEST_METHOD"] not in methods:
        known = ", ".join(methods)
        what = f"{environ['REQUEST_METHOD']} is not answered here, only {known}"
        refuse(HTTPStatus.METHOD_NOT_ALLOWED, what, [("Allow", known)])


def read_operation(environ: Environ, parameters: dict[str, list[str]], settings: Settings) -> Operation:
    """The operation of a request to the query address; the parameters are those of the address."""
    allow_only(environ, METHODS)
    texts = list(parameters.get("query", ()))
    if environ["REQUEST_METHOD"] == "POST":
        texts += _posted(environ, parameters, settings)
    if "update" in parameters:
        refuse(HTTPStatus.FORBIDDEN, _READ_ONLY)
    if len(texts) > 1:
        refuse(HTTPStatus.BAD_REQUEST, "one request brings one query, not several")
    if not texts and environ["REQUEST_METHOD"] == "POST":
        refuse(HTTPStatus.BAD_REQUEST, "the request brings no query")
    text = texts[0] if texts else None
    if text is not None and len(text.encode()) > settings.query_bytes:
        _too_long(settings)
    return Operation(text, _dataset(parameters), wish(parameters))


def read_parameters(environ: Environ) -> dict[str, list[str]]:
    """The parameters of the address, by name; clients repeat theirs, so that short ones are remembered."""
    text = environ.get("QUERY_STRING", "")
    if environ["REQUEST_METHOD"] == "POST" or len(text) > _BRIEF:
        return _decode(text)
    return _remember(text)


@lru_cache(maxsize=1024)
def _remember(text: str) -> dict[str, list[str]]:
    return _decode(text)


def wish(parameters: dict[str, list[str]]) -> str | None:
    """The format asked for by parameter, if any is."""
    named = parameters.get("format") or parameters.get("output")
    return named[0] if named else None


def graph_names(parameters: dict[str, list[str]], name: str) -> tuple[str, ...]:
    """The graphs a parameter names, each once; a name that is no absolute IRI is refused."""
    names = tuple(dict.fromkeys(parameters.get(name, ())))
    for iri in names:
        if not _ABSOLUTE.fullmatch(iri):
            refuse(HTTPStatus.BAD_REQUEST, f"{name} is not an absolute IRI: {iri[:200]!r}")
    return names


def _dataset(parameters: dict[str, list[str]]) -> QueryDataset:
    if "default-graph-uri" not in parameters and "named-graph-uri" not in parameters:
        return _UNCHOSEN
    return QueryDataset(
        graph_names(parameters, "default-graph-uri"), graph_names(parameters, "named-graph-uri")
    )


def _posted(environ: Environ, parameters: dict[str, list[str]], settings: Settings) -> list[str]:
    """The queries of a body; the parameters of a form join those of the address."""
    kind, options = parse_options_header(environ.get("CONTENT_TYPE", ""))
    kind = kind.lower()
    if kind == UPDATE:
        refuse(HTTPStatus.FORBIDDEN, _READ_ONLY)
    if kind not in (FORM, QUERY):
        headers = [("Accept-Post", f"{FORM}, {QUERY}")]
        refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"a query is posted as {FORM} or as {QUERY}", headers)
    if options.get("charset", "utf-8").lower() not in ("utf-8", "utf8", "us-ascii"):
        refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "a query is posted in UTF-8")
    limit = settings.query_bytes * (_ENCODED if kind == FORM else 1) + (65536 if kind == FORM else 0)
    body = _read_body(environ, limit, settings)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        refuse(HTTPStatus.BAD_REQUEST, "the body is not UTF-8 text")
    if kind == QUERY:
        return [text]
    form = _decode(text)
    for name, values in form.items():
        if name != "query":
            parameters.setdefault(name, []).extend(values)
    return form.get("query", [])


def _read_body(environ: Environ, limit: int, settings: Settings) -> bytes:
    """A body up to a limit; of a longer one as much is read as lets most clients hear the refusal.

    Reading waits for the client. So that those who never send the rest leave threads to the others, only so
    many may be read at once.
    """
    if not _readers.acquire(blocking=False):
        what = f"{READERS} other requests are still being sent"
        refuse(HTTPStatus.SERVICE_UNAVAILABLE, what, [("Retry-After", "5"), ("Connection", "close")])
    parts, size = [], 0
    try:
        while size <= limit + _DRAINED and (part := environ["wsgi.input"].read(65536)):
            size += len(part)
            if size <= limit:
                parts.append(part)
    finally:
        _readers.release()
    if size > limit:
        _too_long(settings)
    return b"".join(parts)


def _too_long(settings: Settings) -> NoReturn:
    what = f"the query is longer than the {settings.query_bytes} bytes a query may have"
    refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, what, [("Connection", "close")])


def _decode(text: str) -> dict[str, list[str]]:
    """The parameters of an address or a form, in order, by name."""
    if text.count("&") > _MOST:
        refuse(HTTPStatus.BAD_REQUEST, "the request has too many parameters")
    found: dict[str, list[str]] = {}
    for pair in text.split("&"):
        name, _, value = pair.partition("=")
        if pair:
            found.setdefault(_unquote(name), []).append(_unquote(value))
    return found


def _unquote(text: str) -> str:
    """What percent-encoded text stands for.

    The decoder of the library holds up every thread for most of a second over one long query. Its decoder of
    quoted-printable, which differs in the sign alone where each escape is whole, takes milliseconds.
    """
    spaced = text.replace("+", " ")
    if "%" not in spaced:
        return spaced
    if _BROKEN_ESCAPE.search(spaced):
        decoded = unquote_to_bytes(spaced)
    else:
        decoded = a2b_qp(spaced.encode().replace(b"=", b"=3D").replace(b"%", b"="))
    try:
        return decoded.decode("utf-8")
    except UnicodeDecodeError:
        refuse(HTTPStatus.BAD_REQUEST, "the parameters are not UTF-8 text")
