"""Take a request by RSGI, and make the responses to it, with the headers that pages have too."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Any

from crosswalk.web.http.delivery import LARGE, Outgoing
from crosswalk.web.http.headers import Headers, compress, decide, pays_to_compress
from crosswalk.web.http.negotiation import ERRORS, PROBLEM, TEXT, Representation, by_accept
from crosswalk.web.http.status import STATUS, problem_document, problem_text, retry_headers

_MAX_AGE = 60


@dataclass
class StoredAnswer:
    """A body in its representation, in memory or in a file; an answer without a tag is stored nowhere."""

    body: bytes = field(repr=False)
    form: Representation
    tag: str | None = None
    file: str = ""
    compressed_file: str = ""

    @cached_property
    def compressed(self) -> bytes:
        """The body in gzip."""
        return compress(self.body)

    @property
    def size(self) -> int:
        """The bytes it takes in memory, plain and compressed."""
        return len(self.body) * 3 // 2 + 1024


class Request:
    """A request by RSGI, and the ways to answer it.

    ``protocol`` gives its body. ``client`` names who asks. ``log`` collects what the access log says of the
    request.
    """

    def __init__(self, scope: Any, protocol: Any, client: str) -> None:
        self.scope, self.protocol, self.client = scope, protocol, client
        self.method: str = scope.method
        self.log: dict[str, Any] = {}

    def header(self, name: str) -> str | None:
        """Return a header of the request, by its name in small letters; several of one name are a list."""
        values = self.scope.headers.get_all(name)
        return ", ".join(values) if values else None

    def compresses(self, answer: StoredAnswer) -> bool:
        """Tell whether an answer goes out compressed."""
        size = LARGE if answer.file else len(answer.body)
        return pays_to_compress(size, answer.form.media_type, self.header("accept-encoding"))

    def send(self, answer: StoredAnswer, headers: Headers) -> Outgoing:
        """Return the response with an answer, or 304 where the client holds it."""
        compressed = self.compresses(answer)
        status, common = decide(
            HTTPStatus.OK,
            tag=answer.tag,
            compressed=compressed,
            if_none_match=self.header("if-none-match"),
            max_age=_MAX_AGE if answer.tag else None,
        )
        if status is HTTPStatus.NOT_MODIFIED:
            return Outgoing(status, common + headers)
        if answer.file:
            file = answer.compressed_file if compressed else answer.file
            return self._respond(status, common + headers, answer.form, b"", file)
        body = answer.compressed if compressed else answer.body
        return self._respond(status, common + headers, answer.form, body)

    def send_not_modified(self, tag: str, headers: Headers) -> Outgoing:
        """Return 304 for a tag that the client holds."""
        held = self.header("if-none-match")
        status, common = decide(HTTPStatus.NOT_MODIFIED, tag=tag, if_none_match=held, max_age=_MAX_AGE)
        return Outgoing(status, common + headers)

    def send_nothing(self, headers: Headers) -> Outgoing:
        """Return a response of headers alone."""
        status, common = decide(HTTPStatus.NO_CONTENT)
        return Outgoing(status, common + headers)

    def send_problem(
        self, fault: str, what: str, headers: Headers, retry_after: int | None = None, **members: Any
    ) -> Outgoing:
        """Return a fault, as problem details with further members or as text, whichever the client reads.

        ``fault`` is a row of the table of statuses.
        """
        status, common = decide(STATUS[fault])
        form = by_accept(self.header("accept"), ERRORS) or PROBLEM
        body = (problem_text if form is TEXT else problem_document)(status, what, **members)
        return self._respond(status, common + retry_headers(fault, retry_after) + headers, form, body)

    def _respond(
        self, status: HTTPStatus, headers: Headers, form: Representation, body: bytes, file: str = ""
    ) -> Outgoing:
        size = os.stat(file).st_size if file else len(body)
        headers += [("Content-Type", form.content_type), ("Content-Length", str(size))]
        if self.method == "HEAD":
            return Outgoing(status, headers)
        return Outgoing(status, headers, body, file)
