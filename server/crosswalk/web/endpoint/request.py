"""Take a request by WSGI, and send its answer with the headers that pages have too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Any

from crosswalk.web.http.headers import Headers, compress, decide, pays_to_compress
from crosswalk.web.http.negotiation import ERRORS, PROBLEM, TEXT, Representation, by_accept
from crosswalk.web.http.status import STATUS, problem_document, problem_text, retry_headers

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

_MAX_AGE = 60
_STATUS_LINES = {status: f"{status.value} {status.phrase}" for status in HTTPStatus}


@dataclass
class StoredAnswer:
    """A body in its representation; an answer without a tag is stored nowhere."""

    body: bytes = field(repr=False)
    form: Representation
    tag: str | None = None

    @cached_property
    def compressed(self) -> bytes:
        """The body in gzip."""
        return compress(self.body)

    @property
    def size(self) -> int:
        """The bytes it takes in memory, plain and compressed."""
        return len(self.body) * 3 // 2 + 1024


class Request:
    """One exchange by WSGI: what the client sent, and the ways to answer it.

    ``client`` names who asks. ``log`` collects what the access log says of the request. Once it is answered,
    ``status`` is the status, and ``sent`` the number of bytes of the body.
    """

    status: HTTPStatus
    sent: int

    def __init__(self, environ: Environ, start: StartResponse, client: str) -> None:
        self.environ, self.client = environ, client
        self.method: str = environ["REQUEST_METHOD"]
        self.log: dict[str, Any] = {}
        self._start = start

    def header(self, name: str) -> str | None:
        """Return a header of the request, named as WSGI names it."""
        return self.environ.get("HTTP_" + name)

    def send(self, answer: StoredAnswer, headers: Headers) -> list[bytes]:
        """Send an answer, or 304 where the client holds it."""
        accepted = self.header("ACCEPT_ENCODING")
        compressed = pays_to_compress(len(answer.body), answer.form.media_type, accepted)
        status, common = decide(
            HTTPStatus.OK,
            tag=answer.tag,
            compressed=compressed,
            if_none_match=self.header("IF_NONE_MATCH"),
            max_age=_MAX_AGE if answer.tag else None,
        )
        if status is HTTPStatus.NOT_MODIFIED:
            return self._begin(status, common + headers)
        body = answer.compressed if compressed else answer.body
        return self._begin(status, common + headers, body, answer.form)

    def send_not_modified(self, tag: str, headers: Headers) -> list[bytes]:
        """Send 304 for a tag that the client holds."""
        held = self.header("IF_NONE_MATCH")
        status, common = decide(HTTPStatus.NOT_MODIFIED, tag=tag, if_none_match=held, max_age=_MAX_AGE)
        return self._begin(status, common + headers)

    def send_nothing(self, headers: Headers) -> list[bytes]:
        """Send headers alone."""
        status, common = decide(HTTPStatus.NO_CONTENT)
        return self._begin(status, common + headers)

    def send_problem(
        self, fault: str, what: str, headers: Headers, retry_after: int | None = None, **members: Any
    ) -> list[bytes]:
        """Send a fault, as problem details with further members or as text, whichever the client reads.

        ``fault`` is a row of the table of statuses.
        """
        status, common = decide(STATUS[fault])
        form = by_accept(self.header("ACCEPT"), ERRORS) or PROBLEM
        body = (problem_text if form is TEXT else problem_document)(status, what, **members)
        return self._begin(status, common + retry_headers(fault, retry_after) + headers, body, form)

    def _begin(
        self, status: HTTPStatus, headers: Headers, body: bytes = b"", form: Representation | None = None
    ) -> list[bytes]:
        if form:
            headers += [("Content-Type", form.content_type), ("Content-Length", str(len(body)))]
        self._start(_STATUS_LINES[status], headers)
        body = b"" if self.method == "HEAD" else body
        self.status, self.sent = status, len(body)
        return [body]
