"""Asks another SPARQL endpoint on behalf of a thread that serves a request."""

from __future__ import annotations

import threading
import time

from crosswalk.errors import CrosswalkError
from crosswalk.evaluation.inspection import inspect
from crosswalk.evaluation.wire import Limit, Question, Reply, reply_at
from crosswalk.settings import Settings
from crosswalk.stores import SPARQL_JSON, Store


class RemoteEvaluation:
    """Inspects a query as ours are, and passes it on; as many at once as there may be evaluators."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self.store, self.settings = store, settings
        self.room = threading.BoundedSemaphore(max(1, settings.long_queries + settings.young_queries))

    def ask(self, question: Question, client: str = "") -> Reply:
        """The reply to a question; a fault is a reply too, and nothing is known of the data's edition."""
        began = time.monotonic()
        if not self.room.acquire(timeout=self.settings.waiting_time):
            return reply_at(Limit.WAITING_TIME, self.settings)
        try:
            reply = self._pass_on(question)
        except CrosswalkError as error:
            reply = Reply.of(error)
        finally:
            self.room.release()
        return reply._replace(seconds=time.monotonic() - began)

    def _pass_on(self, question: Question) -> Reply:
        found = inspect(question.text, self.settings)
        wanted = question.media_type(found.form) or SPARQL_JSON
        body = self.store.query(question.text, wanted, dataset=question.dataset or None)
        # The data may change at any time there, so that no answer is kept.
        return Reply.answer(body, wanted, self.settings, volatile=True)
