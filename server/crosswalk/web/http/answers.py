"""The headers of every answer, for the pages and for the query endpoint alike."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import NamedTuple

from werkzeug.http import parse_etags

from crosswalk.stores import QueryDataset
from crosswalk.web.endpoint.protocol import Environ, StartResponse
from crosswalk.web.http.compression import ENDING, WORTH_COMPRESSING, compress, takes_gzip
from crosswalk.web.http.negotiation import ERRORS, PROBLEM, TEXT, Representation, choose, read_accept

PAGE_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
    )
)
"""What a page may load and do: this site's own files, no inline script, no frame around it."""

DATA_POLICY = "default-src 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; sandbox"
"""Data loads nothing, even where a browser is talked into showing it as a page."""

EXPOSED = "ETag, Link, Content-Disposition, Retry-After"


def answer_headers(
    *,
    page: bool,
    etag: str | None = None,
    max_age: int | None = None,
    vary: str | None = "Accept",
) -> list[tuple[str, str]]:
    """The security, sharing and caching headers of one answer.

    ``page`` tells HTML from data. ``etag`` is the bare tag, sent as a strong one. ``max_age`` is in seconds;
    None, as for every error, forbids keeping the answer. ``vary`` names what the answer was chosen by.
    """
    headers = [
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Content-Security-Policy", PAGE_POLICY if page else DATA_POLICY),
        ("Cross-Origin-Resource-Policy", "same-origin" if page else "cross-origin"),
        ("Access-Control-Allow-Origin", "*"),
        ("Access-Control-Expose-Headers", EXPOSED),
        ("Cache-Control", "no-store" if max_age is None else f"public, max-age={max_age}"),
    ]
    if vary:
        headers.append(("Vary", vary))
    if etag:
        headers.append(("ETag", f'"{etag}"'))
    return headers


Headers = list[tuple[str, str]]

VARY = "Accept, Accept-Encoding"
MAX_AGE = 60
_LINES = {status: f"{status.value} {status.phrase}" for status in HTTPStatus}


@dataclass
class Answer:
    """A body in its representation; without a tag nobody keeps it."""

    body: bytes = field(repr=False)
    form: Representation
    etag: str | None = None

    @cached_property
    def compressed(self) -> bytes:
        """The body in gzip, the same bytes each time."""
        return compress(self.body)

    @property
    def size(self) -> int:
        """The bytes it takes when kept, compressed and not."""
        return len(self.body) * 3 // 2 + 1024


class Outcome(NamedTuple):
    """What was sent, for the access log."""

    status: HTTPStatus
    sent: int


Sent = tuple[Outcome, list[bytes]]
"""What a request has come to, and the body WSGI is given."""


def tag(snapshot: str, text: str, dataset: QueryDataset, *types: str | None) -> str:
    """The strong tag of the answer to a query, put to a snapshot and written in one of some media types."""
    chosen = repr(dataset) if dataset else ""
    return hashlib.sha256(f"{snapshot}\0{types}\0{chosen}\0{text}".encode()).hexdigest()[:32]


def held(environ: Environ, etag: str | None) -> bool:
    """Whether the client says it has what bears this tag, plain or compressed."""
    header = environ.get("HTTP_IF_NONE_MATCH")
    if not header or etag is None:
        return False
    known = parse_etags(header)
    return known.contains_weak(etag) or known.contains_weak(f"{etag}{ENDING}")


def send(
    environ: Environ, start: StartResponse, answer: Answer, more: Iterable[tuple[str, str]] = ()
) -> Sent:
    """Sends an answer, or 304 to whoever has it."""
    squeezed = len(answer.body) >= WORTH_COMPRESSING and takes_gzip(environ.get("HTTP_ACCEPT_ENCODING"))
    etag = f"{answer.etag}{ENDING}" if answer.etag and squeezed else answer.etag
    max_age = MAX_AGE if answer.etag else None
    headers = [*answer_headers(page=False, etag=etag, max_age=max_age, vary=VARY), *more]
    star = environ.get("HTTP_IF_NONE_MATCH", "").strip() == "*"
    if held(environ, answer.etag) or (star and answer.etag):
        return _begin(start, HTTPStatus.NOT_MODIFIED, headers, b"", environ)
    headers.append(("Content-Type", answer.form.content_type))
    if squeezed:
        headers.append(("Content-Encoding", "gzip"))
    return _begin(start, HTTPStatus.OK, headers, answer.compressed if squeezed else answer.body, environ)


def not_modified(
    environ: Environ, start: StartResponse, etag: str, more: Iterable[tuple[str, str]] = ()
) -> Sent:
    """Sends 304 for a tag the client holds."""
    sent = etag + ENDING if f'"{etag}{ENDING}"' in environ["HTTP_IF_NONE_MATCH"] else etag
    headers = [*answer_headers(page=False, etag=sent, max_age=MAX_AGE, vary=VARY), *more]
    return _begin(start, HTTPStatus.NOT_MODIFIED, headers, b"", environ)


def problem(
    environ: Environ,
    start: StartResponse,
    status: HTTPStatus,
    what: str,
    more: Iterable[tuple[str, str]] = (),
    **details: object,
) -> Sent:
    """Sends a fault, as problem details or as sentences, whichever the client reads."""
    form = choose(ERRORS, read_accept(environ.get("HTTP_ACCEPT"))) or PROBLEM
    known = {name: value for name, value in details.items() if value is not None}
    if form is TEXT:
        place = f" (line {known['line']}, column {known['column']})" if "line" in known else ""
        hint = f"{known['hint']}\n" if "hint" in known else ""
        body = f"{status.value} {status.phrase}\n\n{what}{place}\n{hint}".encode()
    else:
        details = {
            "type": "about:blank",
            "title": status.phrase,
            "status": status.value,
            "detail": what,
        } | known
        body = json.dumps(details, ensure_ascii=False).encode()
    headers = [*answer_headers(page=False, vary=VARY), ("Content-Type", form.content_type), *more]
    return _begin(start, status, headers, body, environ)


def nothing(environ: Environ, start: StartResponse, more: Iterable[tuple[str, str]]) -> Sent:
    """Sends headers alone."""
    headers = [*answer_headers(page=False, vary=VARY), *more]
    return _begin(start, HTTPStatus.NO_CONTENT, headers, b"", environ)


def _begin(start: StartResponse, status: HTTPStatus, headers: Headers, body: bytes, environ: Environ) -> Sent:
    if status not in (HTTPStatus.NOT_MODIFIED, HTTPStatus.NO_CONTENT):
        headers.append(("Content-Length", str(len(body))))
    start(_LINES[status], headers)
    sent = b"" if environ["REQUEST_METHOD"] == "HEAD" else body
    return Outcome(status, len(sent)), [sent]
