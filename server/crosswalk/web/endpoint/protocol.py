"""Read the requests of the SPARQL 1.1 Protocol, and refuse those that break one of its rules.

https://www.w3.org/TR/sparql11-protocol/#query-operation
"""

from __future__ import annotations

import asyncio
import re
from binascii import a2b_qp
from functools import lru_cache
from threading import Semaphore
from typing import NoReturn
from urllib.parse import unquote_to_bytes

from werkzeug.http import parse_options_header

from crosswalk.settings import Settings
from crosswalk.stores import QueryDataset
from crosswalk.web.endpoint.request import Request
from crosswalk.web.http.headers import Headers

Parameters = dict[str, list[str]]

READERS = 256
"""How many bodies a worker reads at once."""

_FORM = "application/x-www-form-urlencoded"
_QUERY, _UPDATE = "application/sparql-query", "application/sparql-update"
_READ_ONLY = "updates are not answered: the graph is read-only"
_ABSOLUTE_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`]*")
_BROKEN_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")
_MAX_PARAMETERS = 5000
_CACHED_LENGTH = 4096
_FORM_BYTES = 65536  # for the other parameters of a form
_ESCAPED_BYTES = 3  # of a byte of text in a form
_DRAINED_BYTES = 4 * 2**20
_BODY_SECONDS = 60.0
_readers = Semaphore(READERS)


class ProtocolFault(Exception):
    """A request that cannot be answered; ``kind`` is its row in the table of statuses."""

    def __init__(self, kind: str, what: str, headers: Headers, retry_after: int | None) -> None:
        super().__init__(what)
        self.kind, self.what, self.headers, self.retry_after = kind, what, headers, retry_after


def refuse(kind: str, what: str, *headers: tuple[str, str], retry_after: int | None = None) -> NoReturn:
    """Raise ProtocolFault."""
    raise ProtocolFault(kind, what, list(headers), retry_after)


def read_parameters(request: Request) -> Parameters:
    """Return the parameters of the address; clients repeat theirs, so short ones are cached."""
    text = request.scope.query_string
    if request.method == "POST" or len(text) > _CACHED_LENGTH:  # those of a form are added to a posted one's
        return _decode.__wrapped__(text)
    return _decode(text)


async def read_query(
    request: Request, parameters: Parameters, settings: Settings
) -> tuple[str | None, QueryDataset]:
    """Return the query of a request, None where it brings none, and the dataset it is put to.

    The parameters of a form are added to those of the address.

    Raises ProtocolFault where the request breaks a rule of the protocol.
    """
    texts = list(parameters.get("query", ()))
    if request.method == "POST":
        texts += await _posted_queries(request, parameters, settings)
    if "update" in parameters:
        refuse("QueryRefused", _READ_ONLY)
    if len(texts) > 1:
        refuse("MalformedRequest", "one request brings one query, not several")
    if not texts and request.method == "POST":
        refuse("MalformedRequest", "the request brings no query")
    text = texts[0].removeprefix("\ufeff") if texts else None
    if text is not None and len(text.encode()) > settings.query_bytes:
        _refuse_length(settings)
    return text, _dataset(parameters)


def wanted_format(parameters: Parameters) -> str | None:
    """Return the format asked for by parameter, if any is."""
    formats = parameters.get("format") or parameters.get("output")
    return formats[0] if formats else None


def graph_names(parameters: Parameters, name: str) -> tuple[str, ...]:
    """Return the graphs that a parameter names, each once.

    Raises ProtocolFault where a name is no absolute IRI.
    """
    graphs = tuple(dict.fromkeys(parameters.get(name, ())))
    for iri in graphs:
        if not _ABSOLUTE_IRI.fullmatch(iri):
            refuse("MalformedRequest", f"{name} is not an absolute IRI: {iri[:200]!r}")
    return graphs


def _dataset(parameters: Parameters) -> QueryDataset:
    return QueryDataset(
        graph_names(parameters, "default-graph-uri"), graph_names(parameters, "named-graph-uri")
    )


async def _posted_queries(request: Request, parameters: Parameters, settings: Settings) -> list[str]:
    """Return the queries of a body; add the other parameters of a form to those of the address."""
    encoding = (request.header("content-encoding") or "identity").strip().lower()
    if encoding != "identity":
        what = f"a body is read as it is, not with Content-Encoding: {encoding[:40]}"
        refuse("UnsupportedMediaType", what, ("Accept-Encoding", "identity"))
    media_type, options = parse_options_header(request.header("content-type"))
    media_type = media_type.lower()
    if media_type == _UPDATE:
        refuse("QueryRefused", _READ_ONLY)
    if media_type not in (_FORM, _QUERY):
        accepted = ("Accept-Post", f"{_FORM}, {_QUERY}")
        refuse("UnsupportedMediaType", f"a query is posted as {_FORM} or as {_QUERY}", accepted)
    if options.get("charset", "utf-8").lower() not in ("utf-8", "utf8", "us-ascii"):
        refuse("UnsupportedMediaType", "a query is posted in UTF-8")
    limit = settings.query_bytes
    if media_type == _FORM:
        limit = limit * _ESCAPED_BYTES + _FORM_BYTES
    body = await _read_body(request, limit, settings)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        refuse("MalformedRequest", "the body is not UTF-8 text")
    if media_type == _QUERY:
        return [text]
    form = _decode.__wrapped__(text)
    for name, values in form.items():
        if name != "query":
            parameters.setdefault(name, []).extend(values)
    return form.get("query", [])


async def _read_body(request: Request, limit: int, settings: Settings) -> bytes:
    """Read a body up to a limit; read so much of a longer one that most clients hear the refusal.

    So that those who send slowly leave room to the others, only so many bodies are read at once, and each
    for so long.
    """
    if not _readers.acquire(blocking=False):
        refuse("Overloaded", f"{READERS} other requests are still being sent", ("Connection", "close"))
    parts, size = [], 0
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for part in request.protocol:
                size += len(part)
                if size <= limit:
                    parts.append(part)
                elif size > limit + _DRAINED_BYTES:
                    break
    except TimeoutError:
        what = f"the request did not come within {_BODY_SECONDS:g} seconds"
        refuse("RequestTimeout", what, ("Connection", "close"))
    finally:
        _readers.release()
    if size > limit:
        _refuse_length(settings)
    return b"".join(parts)


def _refuse_length(settings: Settings) -> NoReturn:
    what = f"the query is longer than the {settings.query_bytes} bytes a query may have"
    refuse("QueryTooLong", what, ("Connection", "close"))


@lru_cache(maxsize=1024)
def _decode(text: str) -> Parameters:
    """Decode the parameters of an address or a form, in order, by name."""
    if text.count("&") > _MAX_PARAMETERS:
        refuse("MalformedRequest", "the request has too many parameters")
    parameters: Parameters = {}
    for pair in text.split("&"):
        name, _, value = pair.partition("=")
        if pair:
            parameters.setdefault(_unquote(name), []).append(_unquote(value))
    return parameters


def _unquote(text: str) -> str:
    """Decode percent-encoded text.

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
        refuse("MalformedRequest", "the parameters are not UTF-8 text")
