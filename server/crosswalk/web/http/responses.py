"""Answer the requests for pages: choose a representation, render it, set its headers, describe faults."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from flask import Blueprint, Response, abort, current_app, g, render_template, request
from werkzeug.exceptions import HTTPException, NotAcceptable

from crosswalk.errors import CrosswalkError
from crosswalk.stores.results import Answer
from crosswalk.web.http.addresses import HOST, quote_path
from crosswalk.web.http.headers import VARY, compress, decide, held_tag, pays_to_compress, tag_of
from crosswalk.web.http.negotiation import (
    HTML,
    PAGE,
    PROBLEM,
    TABLE,
    Representation,
    by_accept,
    by_name,
    by_suffix,
)
from crosswalk.web.http.status import (
    HEADINGS,
    SENTENCES,
    close_names,
    problem_document,
    retry_headers,
    row_of,
    status_of,
)
from crosswalk.web.page_queries import ask
from crosswalk.web.tables import WRITERS, Row
from crosswalk.web.urls import to

errors = Blueprint("errors", __name__)

_NO_HTML = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_PAGE_SECONDS = 300
_STATIC_SECONDS = 365 * 24 * 3600


def choose(offered: tuple[Representation, ...], suffix: Representation | None = None) -> Representation:
    """Return the representation this client gets; end the request with 304 where it holds that already.

    Raises NotAcceptable where none of those offered fits.
    """
    name = request.args.get("format")
    chosen = suffix or (by_name(name, offered) if name else by_accept(request.headers.get("Accept"), offered))
    g.offered = offered
    if chosen is None:
        raise NotAcceptable("This is offered as " + ", ".join(form.media_type for form in offered) + ".")
    g.representation = chosen
    if held_tag(request.headers.get("If-None-Match"), page_tag()):
        abort(Response(status=HTTPStatus.NOT_MODIFIED))
    return chosen


def page(template: str, **context: Any) -> Response:
    """Fill in a template, for addresses that offer HTML alone."""
    choose(PAGE)
    return render(template, **context)


def render(template: str, **context: Any) -> Response:
    """Fill in a template, with the links to the other representations of the page."""
    g.representation = HTML
    return finish(fill_in(template, alternates=alternates(), **context), HTML)


def fill_in(template: str, **context: Any) -> str:
    """Fill in a template; of characters that no page may hold, such as NUL, it shows that one was there.

    https://html.spec.whatwg.org/#preprocessing-the-input-stream
    """
    return _NO_HTML.sub("\N{REPLACEMENT CHARACTER}", render_template(template, **context))


def table(chosen: Representation, columns: Sequence[str], rows: Sequence[Row], name: str) -> Response:
    """Write rows as CSV, JSON or Markdown, with a file name for whoever saves them."""
    response = finish(WRITERS[chosen.name](columns, rows), chosen)
    response.headers["Content-Disposition"] = f'inline; filename="{name}.{chosen.name}"'
    return response


def rows_or_page(
    query: str, name: str, context: Callable[[Answer], dict[str, Any]] = lambda _: {}
) -> Response:
    """Answer with the rows of a page query, as a file or as a page, both of that name.

    The template gets the ``rows``, and what ``context`` makes of the answer.
    """
    chosen = choose(TABLE)
    answer = ask(query)
    if chosen is not HTML:
        return table(chosen, answer.columns, answer.rows, name)
    return render(f"{name}.html", rows=answer.rows, **context(answer))


def finish(body: str | bytes, chosen: Representation) -> Response:
    """Return a body in its representation."""
    return Response(body, content_type=chosen.content_type)


def alternates() -> list[dict[str, str]]:
    """Return the other representations of what is asked for, each with its own address."""
    offered = getattr(g, "offered", PAGE)
    path = to(quote_path(by_suffix(request.path, offered)[0]))
    arguments = [(name, value) for name, value in request.args.items(multi=True) if name != "format"]
    return [
        {
            "href": f"{path}?{urlencode([*arguments, ('format', form.name)])}",
            "media_type": form.media_type,
            "title": form.title,
        }
        for form in offered
        if form is not HTML and len(offered) > 1
    ]


def page_tag() -> str | None:
    """Return the tag of this address in this representation; None where the data may change."""
    edition = current_app.extensions["crosswalk-edition"]
    chosen = getattr(g, "representation", None)
    return tag_of(edition, to(request.full_path), chosen.media_type) if edition and chosen else None


def complete(response: Response) -> Response:
    """Give a response its headers, compress it, or turn it into 304; run after every request."""
    status = HTTPStatus(response.status_code)
    lasting = status in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED) and not response.cache_control.no_store
    static = lasting and request.endpoint == "static"
    tag = response.get_etag()[0] if static else page_tag() if lasting else None
    encoded = "Content-Encoding" in response.headers
    compressed = encoded or _goes_compressed(response, static=static)
    status, headers = decide(
        status,
        tag=tag,
        compressed=compressed,
        if_none_match=request.headers.get("If-None-Match"),
        max_age=_STATIC_SECONDS if static else _PAGE_SECONDS if tag else 0 if lasting else None,
        page=response.mimetype == HTML.media_type,
        vary="Accept-Encoding" if static else VARY,
    )
    response.status_code = status.value
    response.headers.update(headers)
    if location := response.headers.get("Location"):
        response.headers["Location"] = _without_host(location)
    if lasting and not static:
        for form in alternates():
            response.headers.add("Link", f'<{form["href"]}>; rel="alternate"; type="{form["media_type"]}"')
    if compressed and not encoded and status is not HTTPStatus.NOT_MODIFIED:
        response.direct_passthrough = False
        response.set_data(compress(response.get_data()))
        response.headers.pop("Accept-Ranges", None)
    return response


def _without_host(location: str) -> str:
    """Return where a redirect leads without the host that Flask has put there where it merged slashes."""
    _, host, *rest = urlsplit(location)
    return urlunsplit(("", "", *rest)) if host == HOST else location


def _goes_compressed(response: Response, *, static: bool) -> bool:
    """Tell whether a body is to be compressed; parts, and files of any size sent as they come, are not."""
    if response.status_code == HTTPStatus.PARTIAL_CONTENT or (response.is_streamed and not static):
        return False
    accepted = request.headers.get("Accept-Encoding")
    return pays_to_compress(response.content_length or 0, response.mimetype, accepted)


@errors.app_errorhandler(HTTPException)
def http_fault(fault: HTTPException) -> Response:
    """Answer what Flask or a view refused, keeping headers such as Allow."""
    if fault.code is None or fault.code < 400:
        return fault.get_response()
    own = fault.description if type(fault).description != fault.description else None
    detail = own or SENTENCES.get(fault.code) or fault.description or ""
    suggestions = getattr(fault, "suggestions", [])
    if fault.code == HTTPStatus.NOT_FOUND and not suggestions:
        rules = (rule for rule in current_app.url_map.iter_rules() if "GET" in rule.methods)
        pages = [rule.rule for rule in rules if not rule.arguments]
        suggestions = close_names(request.path.lower().rstrip("/"), pages, to(""), cutoff=0.6)
    response = _describe(HTTPStatus(fault.code), detail, suggestions=suggestions)
    for name, value in fault.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    return response


@errors.app_errorhandler(CrosswalkError)
def crosswalk_fault(fault: CrosswalkError) -> Response:
    """Answer a fault of the store or of an input, in its own words."""
    refused_elsewhere = fault.public is not fault  # by another store: the questions of pages have no mistake
    status = HTTPStatus.SERVICE_UNAVAILABLE if refused_elsewhere else status_of(fault)
    if status >= 500:
        current_app.logger.error("%s", fault)
    response = _describe(status, str(fault.public), hint=fault.public.hint)
    response.headers.extend(retry_headers(row_of(fault)))
    return response


def _describe(
    status: HTTPStatus, detail: str, *, hint: str | None = None, suggestions: Sequence[tuple[str, str]] = ()
) -> Response:
    """Describe a fault as a page or as a problem document, as the client prefers; a page when in doubt."""
    g.offered = PAGE
    accepted = by_accept(request.headers.get("Accept"), (HTML, PROBLEM))
    if request.args.get("format") in (None, HTML.name) and accepted is HTML:
        body = fill_in("error.html", status=status.value, title=HEADINGS.get(status, status.phrase),
                               detail=detail, hint=hint, suggestions=suggestions)  # fmt: skip
        return Response(body, status, content_type=HTML.content_type)
    links = [address for address, _ in suggestions]
    return Response(problem_document(status, detail, hint=hint, suggestions=links), status,
                    content_type=PROBLEM.media_type)  # fmt: skip
