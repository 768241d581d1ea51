"""What every reply of the server must be, whatever was asked: well-formed, guarded, no fault of its own."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from xml.parsers import expat

import pyoxigraph
from html5lib import HTMLParser

GUARDS = {"x-content-type-options": "nosniff", "referrer-policy": "same-origin"}
GRAPHS = ("text/turtle", "application/ld+json", "application/n-triples", "application/rdf+xml",
          "application/trig", "application/n-quads")  # fmt: skip
UNESCAPED = ("<script>alert(1)", "<img src=x", "${49}")
"""What stands in an address and may not come back as markup."""


@dataclass
class Reply:
    """A reply, read to its end; headers by their names in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """The media type, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip()


def faults(method: str, reply: Reply, forged_host: str = "evil.example") -> list[str]:
    """Return what is wrong with a reply; nothing, as a rule."""
    found = [f"{name} is not {value}" for name, value in GUARDS.items() if reply.headers.get(name) != value]
    if reply.status >= 500 and reply.status != 503:
        found.append(f"status {reply.status}")
    if reply.status >= 400 and "max-age" in reply.headers.get("cache-control", ""):
        found.append("a fault may be kept")
    for name, value in reply.headers.items():
        if not value.isprintable() or name.startswith("x-injected"):
            found.append(f"the header {name} holds what steers")
        if forged_host and forged_host in value and name in ("location", "content-location", "link"):
            found.append(f"the header {name} leads to {forged_host}")
    if reply.headers.get("location", "/").startswith(("//", "/\\")):
        found.append("a redirect leaves the site")
    if b"Traceback (most recent" in reply.body or b"werkzeug" in reply.body:
        found.append("a traceback")
    if method == "HEAD" or reply.status in (204, 304):
        return found + (["a body where none may be"] if reply.body else [])
    has_body = reply.body or (reply.status < 300 and method != "OPTIONS")
    return found + (_malformed(reply) if has_body else [])


def _malformed(reply: Reply) -> list[str]:
    """Return what is wrong with a body for its media type."""
    kind, body = reply.media_type, reply.body
    try:
        if kind == "text/html":
            return _wrong_page(reply)
        if kind.endswith("json") and kind != "application/ld+json":
            json.loads(body)
        elif kind == "text/csv":
            widths = {
                len(row) for row in csv.reader(io.StringIO(body.decode(), newline=""), strict=True) if row
            }
            return ["rows of unequal length"] if len(widths) > 1 else []
        elif kind in (
            "application/xml",
            "image/svg+xml",
            "application/sparql-results+xml",
            "application/rdf+xml",
        ):
            expat.ParserCreate(namespace_separator=" ").Parse(body, True)
        if kind in GRAPHS:
            for _ in pyoxigraph.parse(body, pyoxigraph.RdfFormat.from_media_type(kind)):
                pass
        elif kind.startswith("text/"):
            body.decode()
    except (ValueError, SyntaxError, expat.ExpatError, csv.Error) as fault:
        return [f"no {kind}: {fault}"]
    if not kind and body:
        return ["a body of no kind"]
    return []


def _wrong_page(reply: Reply) -> list[str]:
    policy = reply.headers.get("content-security-policy", "")
    found = [f"no {rule}" for rule in ("object-src", "base-uri", "frame-ancestors") if rule not in policy]
    text = reply.body.decode()
    found += [f"{marks} comes back" for marks in UNESCAPED if marks in text]
    if len(text) < 20_000:  # to read a page as a browser does takes a while
        parser = HTMLParser(strict=False)
        parser.parse(text)
        found += [f"no HTML: {name}" for _, name, _ in parser.errors]
    elif not text.rstrip().endswith("</html>"):
        found.append("the page is cut")
    return found
