"""Tell the address a request is meant for, whatever proxies and clients make of it.

Readers may reach the site below a path, such as ``/xw`` of ``https://example.org/xw/``: the base IRI of the
settings says so, and no header does. Nothing that is sent out depends on the Host header either.
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from crosswalk.iris import BASE

HOST = "localhost"
"""What stands for the Host of every request; it is sent to nobody."""

ADDRESS_BYTES = 32768
"""How long the address of a request may be; the server itself refuses, without a word, twice as much."""

_SAFE = "/:@!$&'()*+,;=~.-_"


def prefix_of(base_iri: str) -> str:
    """Return the path below which readers reach the site, without a slash at its end; mostly nothing.

    >>> prefix_of("https://example.org/xw/"), prefix_of("https://example.org/"), prefix_of(BASE)
    ('/xw', '', '')
    """
    # The base of the data's own IRIs, which is the default, leads here from elsewhere.
    return "" if base_iri == BASE else urlsplit(base_iri).path.rstrip("/")


def path_within(path: str, prefix: str) -> str:
    """Return the path within the site; a proxy may have taken the prefix off, or not.

    >>> path_within("/xw/sparql", "/xw"), path_within("/sparql", "/xw"), path_within("/xw", "/xw")
    ('/sparql', '/sparql', '/')
    """
    if prefix and (path == prefix or path.startswith(prefix + "/")):
        return path[len(prefix) :] or "/"
    return path


def route_of(path: str, prefix: str) -> str:
    """Return the path that an address of a protocol is known by: slashes around it are no part of it.

    >>> route_of("/xw/sparql/", "/xw")
    '/sparql'
    """
    return "/" + path_within(path, prefix).strip("/")


def quote_path(path: str) -> str:
    """Return a path as it is written in an address; it names no host, however it begins.

    >>> quote_path("//evil.example/ü")
    '/evil.example/%C3%BC'
    """
    return quote("/" + path.lstrip("/"), safe=_SAFE)
