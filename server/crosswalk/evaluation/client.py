"""Asks the broker on behalf of a thread that serves a request."""

from __future__ import annotations

import json
import socket
import time

from crosswalk.errors import CrosswalkError, StoreFault
from crosswalk.evaluation.messages import Overloaded, Question, Reply, read_reply, write_question
from crosswalk.settings import Settings
from crosswalk.stores import QueryDataset

_GRACE = 8.0
_AGAIN = 0.5


class Evaluation:
    """The way to the evaluators; ``door`` is the socket every worker shares and the broker reads from."""

    def __init__(self, door: socket.socket, settings: Settings) -> None:
        self.door = door
        self.patience = settings.waiting_time + settings.query_timeout + _GRACE
        door.settimeout(settings.waiting_time)

    def ask(self, question: Question, client: str = "") -> Reply:
        """The reply to a question; a fault is a reply too."""
        began = time.monotonic()
        while True:
            try:
                return self._ask(question, client)
            except TimeoutError:
                error: CrosswalkError = Overloaded(
                    "the query engine does not answer", hint="Ask again later."
                )
            except (EOFError, ConnectionError):
                if time.monotonic() - began < _AGAIN:
                    continue  # a broker that had just been ended took the question with it
                error = StoreFault("the evaluation was interrupted", hint="Ask again.")
            return Reply.of(error, retry_after=2)

    def _ask(self, question: Question, client: str) -> Reply:
        ours, theirs = socket.socketpair()
        with ours:
            ours.settimeout(self.patience)
            with theirs:
                announcement = json.dumps({"client": client[:200], "arrived": time.monotonic()}).encode()
                socket.send_fds(self.door, [announcement], [theirs.fileno()])
            _send(ours, write_question(question))
            return read_reply(ours)


def _send(connection: socket.socket, frame: bytes) -> None:
    """Sends a question; where the other side has hung up already, its reply is there to be read."""
    try:
        connection.sendall(frame)
    except (BrokenPipeError, ConnectionResetError):
        return


class GuardedStore:
    """A store for queries of strangers: each is inspected, and evaluated within the limits."""

    def __init__(self, evaluation: Evaluation, client: str = "") -> None:
        self.evaluation = evaluation
        self.client = client

    def query(self, text: str, media_type: str, *, dataset: QueryDataset | None = None) -> bytes:
        """The answer in ``media_type``; besides what every store raises, QueryTimedOut and ResourceLimit."""
        question = Question(text, dataset or QueryDataset(), media_type, media_type)
        reply = self.evaluation.ask(question, self.client)
        if reply.fault:
            raise reply.error()
        return reply.body
