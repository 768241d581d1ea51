"""Decide how an answer goes out: its headers, its tag, its compression, and 304 for clients that hold it.

Pages and query endpoint alike send what is decided here; nothing here knows Flask or WSGI.
"""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from http import HTTPStatus

from werkzeug.http import parse_accept_header, parse_etags

Headers = list[tuple[str, str]]

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
"""What a page may load and do: this site's own files, no inline script, no frame around it."""

DATA_POLICY = "default-src 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; sandbox"
"""Data loads nothing, even where a browser is talked into showing it as a page."""

VARY = "Accept, Accept-Encoding"
"""What answers are chosen by."""

WORTH_COMPRESSING = 1024
"""The least number of bytes that is compressed."""

_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "ETag, Link, Content-Disposition, Retry-After"),
)
_PAGE_HEADERS = (*_HEADERS, ("Cross-Origin-Resource-Policy", "same-origin"))
_DATA_HEADERS = (*_HEADERS, ("Cross-Origin-Resource-Policy", "cross-origin"))
_GZIP_SUFFIX = "-gzip"
_LARGE = 2**20
_TEXTUAL = {f"application/{name}" for name in ("javascript", "json", "n-quads", "n-triples", "trig", "xml")}


def tag_of(*parts: str) -> str:
    """Return the bare strong tag of an answer, from all that the answer depends on."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def held_tag(if_none_match: str | None, tag: str | None) -> str | None:
    """Return the tag by which a client holds an answer, plain or compressed; None where it does not.

    ``*`` is no tag: it stands for whatever exists, which ``decide`` knows and the tag alone does not.
    """
    if not if_none_match or tag is None or if_none_match.strip() == "*":
        return None
    known = parse_etags(if_none_match)
    return next((form for form in (tag, tag + _GZIP_SUFFIX) if known.contains_weak(form)), None)


def decide(
    status: HTTPStatus,
    *,
    tag: str | None = None,
    compressed: bool = False,
    if_none_match: str | None = None,
    max_age: int | None = None,
    page: bool = False,
    vary: str = VARY,
) -> tuple[HTTPStatus, Headers]:
    """Return the status an answer goes out with, 304 where the client holds it, and its common headers.

    ``tag`` is the bare tag of the plain answer; the compressed form has a tag of its own. ``max_age`` is in
    seconds; None, as for every error, forbids storing the answer. ``page`` tells HTML from data. ``vary``
    names what the answer was chosen by.
    """
    sent = tag and (tag + _GZIP_SUFFIX if compressed else tag)
    if if_none_match and tag and status in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED):
        held = held_tag(if_none_match, tag)
        if held or if_none_match.strip() == "*":
            status, sent = HTTPStatus.NOT_MODIFIED, held or sent
    headers = [
        *(_PAGE_HEADERS if page else _DATA_HEADERS),
        ("Cache-Control", "no-store" if max_age is None else f"public, max-age={max_age}"),
        ("Vary", vary),
    ]
    if status is not HTTPStatus.NOT_MODIFIED:
        headers.append(("Content-Security-Policy", PAGE_POLICY if page else DATA_POLICY))
        if compressed:
            headers.append(("Content-Encoding", "gzip"))
    if sent:
        headers.append(("ETag", f'"{sent}"'))
    return status, headers


@lru_cache(maxsize=128)
def takes_gzip(accept_encoding: str | None) -> bool:
    """Tell whether an Accept-Encoding header allows gzip; a client without the header is sent none.

    >>> takes_gzip("br, gzip;q=0.5"), takes_gzip("gzip;q=0"), takes_gzip(None)
    (True, False, False)
    """
    return bool(accept_encoding) and parse_accept_header(accept_encoding).quality("gzip") > 0


def is_compressible(media_type: str) -> bool:
    """Tell whether a media type is text of some kind.

    >>> is_compressible("text/css"), is_compressible("application/ld+json"), is_compressible("image/png")
    (True, True, False)
    """
    return media_type.startswith("text/") or media_type in _TEXTUAL or media_type.endswith(("+json", "+xml"))


def pays_to_compress(size: int, media_type: str, accept_encoding: str | None) -> bool:
    """Tell whether a body of ``size`` bytes goes out compressed."""
    return size >= WORTH_COMPRESSING and is_compressible(media_type) and takes_gzip(accept_encoding)


def compress(body: bytes) -> bytes:
    """Return the body in gzip, the same bytes each time; fast rather than small where it is large."""
    return gzip.compress(body, 1 if len(body) > _LARGE else 6, mtime=0)
