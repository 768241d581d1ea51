"""Compresses answers for clients that take gzip, and keeps what is asked for again."""

from __future__ import annotations

import gzip
from collections import OrderedDict
from threading import Lock

from werkzeug.http import parse_accept_header

WORTH_COMPRESSING = 1024
"""How many bytes a body has, at least, that is compressed."""

ENDING = "-gzip"
"""What the tag of a compressed body ends with, after the tag of the same body as it is."""

_LARGE = 2**20
_TEXTUAL = {
    "application/javascript",
    "application/json",
    "application/n-quads",
    "application/n-triples",
    "application/trig",
    "application/xml",
}


def takes_gzip(header: str | None) -> bool:
    """Whether an Accept-Encoding header allows gzip; a client without the header is sent none.

    >>> takes_gzip("br, gzip;q=0.5"), takes_gzip("gzip;q=0"), takes_gzip(None)
    (True, False, False)
    """
    return bool(header) and parse_accept_header(header).quality("gzip") > 0


def compressible(media_type: str) -> bool:
    """Whether a media type is text of some kind.

    >>> compressible("text/css"), compressible("application/ld+json"), compressible("image/png")
    (True, True, False)
    """
    return media_type.startswith("text/") or media_type in _TEXTUAL or media_type.endswith(("+json", "+xml"))


def compress(body: bytes) -> bytes:
    """The body in gzip, the same bytes each time; fast rather than small where it is large."""
    return gzip.compress(body, 1 if len(body) > _LARGE else 6, mtime=0)


class Kept:
    """Compressed bodies by their tag, the latest used ones, up to a number of bytes."""

    def __init__(self, most: int) -> None:
        self.most, self.size = most, 0
        self._bodies: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def compressed(self, key: str | None, body: bytes) -> bytes:
        """The body in gzip; without a key it may change, so that it is not kept."""
        if key is None:
            return compress(body)
        with self._lock:
            if key in self._bodies:
                self._bodies.move_to_end(key)
                return self._bodies[key]
        done = compress(body)
        with self._lock:
            if key not in self._bodies and len(done) <= self.most:
                self._bodies[key] = done
                self.size += len(done)
                while self.size > self.most:
                    self.size -= len(self._bodies.popitem(last=False)[1])
        return done
