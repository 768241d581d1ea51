"""Answers to requests: the representation is chosen, tagged, and not sent again to whoever has it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlencode

from flask import Response, abort, current_app, g, render_template, request
from werkzeug.exceptions import NotAcceptable

from crosswalk.web.http.answers import answer_headers
from crosswalk.web.http.compression import ENDING, WORTH_COMPRESSING, compressible, takes_gzip
from crosswalk.web.http.negotiation import HTML, PAGE, Representation, by_accept, by_name, by_suffix
from crosswalk.web.tables import WRITERS, Row

PAGE_SECONDS = 300
STATIC_SECONDS = 365 * 24 * 3600
VARY = "Accept, Accept-Encoding"


def choose(offered: tuple[Representation, ...], suffix: Representation | None = None) -> Representation:
    """The representation this client gets; 406 where none fits, 304 at once where it holds it already."""
    wish = request.args.get("format")
    chosen = suffix or (by_name(wish, offered) if wish else by_accept(request.accept_mimetypes, offered))
    g.offered = offered
    if chosen is None:
        raise NotAcceptable("This is offered as " + ", ".join(one.media_type for one in offered) + ".")
    g.representation = chosen
    if not request.if_none_match.star_tag and held(etag()):
        abort(Response(status=304))
    return chosen


def page(template: str, **context: Any) -> Response:
    """A template filled in, for addresses that offer HTML alone."""
    choose(PAGE)
    return render(template, **context)


def render(template: str, **context: Any) -> Response:
    """A template filled in, with the links to its other representations."""
    g.representation = HTML
    return finish(render_template(template, alternates=alternates(), **context), HTML)


def table(chosen: Representation, columns: Sequence[str], rows: Sequence[Row], name: str) -> Response:
    """Rows as CSV, JSON or Markdown, with a file name for whoever saves them."""
    response = finish(WRITERS[chosen.name](columns, rows), chosen)
    response.headers["Content-Disposition"] = f'inline; filename="{name}.{chosen.name}"'
    return response


def finish(body: str | bytes, chosen: Representation) -> Response:
    """A body in its representation."""
    return Response(body, content_type=chosen.content_type)


def alternates() -> list[dict[str, str]]:
    """The other representations of what is asked for, each with its own address."""
    offered = getattr(g, "offered", PAGE)
    path = quote(by_suffix(request.path, offered)[0], safe="/:@!$&'()*+,;=~.-_")
    arguments = [(name, value) for name, value in request.args.items(multi=True) if name != "format"]
    return [
        {
            "href": f"{path}?{urlencode([*arguments, ('format', one.name)])}",
            "media_type": one.media_type,
            "title": one.title,
            "name": one.name,
        }
        for one in offered
        if one is not HTML
    ]


def etag() -> str | None:
    """The tag of this address in this representation over this snapshot; None where the data may change."""
    edition = current_app.extensions["crosswalk-edition"]
    chosen = getattr(g, "representation", None)
    if edition is None or chosen is None:
        return None
    identity = "\n".join((edition, request.full_path, chosen.media_type))
    return f"{hashlib.sha256(identity.encode()).hexdigest()[:24]}-{chosen.name}"


def held(tag: str | None) -> bool:
    """Whether the client has what bears this tag, as it is or compressed."""
    known = request.if_none_match
    return tag is not None and (known.contains_weak(tag) or known.contains_weak(tag + ENDING))


def dress(response: Response) -> Response:
    """Sets the headers of a finished response and compresses it; registered to run after every request."""
    static = request.endpoint == "static" and response.status_code in (200, 304)
    lasting = response.status_code in (200, 304)
    if static:
        headers = answer_headers(page=False, max_age=STATIC_SECONDS, vary="Accept-Encoding")
    else:
        is_page = response.mimetype == HTML.media_type
        lasting = lasting and "no-store" not in response.headers.get("Cache-Control", "")
        tag = etag() if lasting else None
        seconds = PAGE_SECONDS if tag else 0 if lasting else None
        headers = answer_headers(page=is_page, etag=tag, max_age=seconds, vary=VARY)
    for name, value in headers:
        response.headers[name] = value
    if response.status_code == 304:
        for name in ("Content-Type", "Content-Length", "Content-Security-Policy"):
            response.headers.pop(name, None)
    if lasting and not static:
        for one in alternates():
            response.headers.add("Link", f'<{one["href"]}>; rel="alternate"; type="{one["media_type"]}"')
    squeeze(response)
    return response.make_conditional(request) if response.status_code == 200 else response


def squeeze(response: Response) -> None:
    """Compresses a body that is worth it where the client takes gzip; the compressed form has its own tag."""
    tag = response.get_etag()[0]
    if response.status_code == 304:
        if tag and request.if_none_match.contains_weak(tag + ENDING):
            response.set_etag(tag + ENDING)
        return
    if "Content-Encoding" in response.headers:
        if tag:
            response.set_etag(tag + ENDING)
        return
    if not compressible(response.mimetype) or not takes_gzip(request.headers.get("Accept-Encoding")):
        return
    if response.is_streamed and request.endpoint != "static":
        return  # a file of any size is sent as it comes
    if response.status_code == 206 or (response.content_length or WORTH_COMPRESSING) < WORTH_COMPRESSING:
        return
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) >= WORTH_COMPRESSING:
        key = f"{request.path} {tag}" if tag else None
        response.set_data(current_app.extensions["crosswalk-compressed"].compressed(key, body))
        response.headers["Content-Encoding"] = "gzip"
        response.headers.pop("Accept-Ranges", None)
        if tag:
            response.set_etag(tag + ENDING)
