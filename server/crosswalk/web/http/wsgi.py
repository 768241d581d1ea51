"""Run the pages, which are a WSGI application, in threads of an RSGI server."""

from __future__ import annotations

import asyncio
import io
import sys
from concurrent.futures import Executor
from http import HTTPStatus
from typing import Any

from werkzeug.wsgi import FileWrapper

from crosswalk.errors import Overloaded
from crosswalk.web.http.delivery import LATER, AnswerFiles, Outgoing, describe_overload

MOST_ASKED = 256
"""How many pages one process is asked for at once, those that wait for a thread among them."""

_UNPREFIXED = {"CONTENT_TYPE", "CONTENT_LENGTH"}


class ThreadedPages:
    """Answer requests by a WSGI application; it is given no body, since no page takes one."""

    def __init__(self, application: Any, files: AnswerFiles, threads: Executor) -> None:
        self.application, self.files, self.threads = application, files, threads
        self._asked = 0

    async def __call__(self, scope: Any, client: str, path: str) -> Outgoing:
        """Return the response of the application to one request, as if for ``path``."""
        if self._asked >= MOST_ASKED:
            return describe_overload(Overloaded(f"{MOST_ASKED} pages are asked for already", hint=LATER))
        self._asked += 1
        try:
            environ = make_environ(scope, client, path)
            return await asyncio.get_running_loop().run_in_executor(self.threads, self._answer, environ)
        finally:
            self._asked -= 1

    def _answer(self, environ: dict[str, Any]) -> Outgoing:
        started: list[Any] = []
        body = self.application(
            environ, lambda status, headers, fault=None: started.extend((status, headers))
        )
        try:
            if isinstance(body, FileWrapper):
                sent, file = b"", body.file.name
            else:
                sent, file = self.files.gather(body)
        except Overloaded as fault:
            return describe_overload(fault)
        finally:
            if hasattr(body, "close"):
                body.close()
        status, headers = started
        return Outgoing(HTTPStatus(int(status[:3])), headers, sent, file)


def make_environ(scope: Any, client: str, path: str) -> dict[str, Any]:
    """Return the environment of a request: https://peps.python.org/pep-3333/#environ-variables.

    A header with an underscore is left out: it would be taken for the one with a hyphen, which a proxy sets.
    """
    host, _, port = scope.server.rpartition(":")
    environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string.encode().decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": client,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": FileWrapper,
    }
    for name in dict.fromkeys(name for name, _ in scope.headers.items()):
        if "_" not in name:
            key = name.upper().replace("-", "_")
            environ[key if key in _UNPREFIXED else f"HTTP_{key}"] = ",".join(scope.headers.get_all(name))
    return environ
