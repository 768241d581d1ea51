"""Put questions to another SPARQL endpoint on behalf of the event loop that serves requests."""

from __future__ import annotations

import asyncio
import logging
import time

from crosswalk.errors import CrosswalkError
from crosswalk.evaluation.inspection import inspect
from crosswalk.evaluation.wire import Limit, Question, Reply
from crosswalk.settings import Settings
from crosswalk.stores import SPARQL_JSON, Store

_log = logging.getLogger(__name__)


class RemoteEvaluation:
    """Ask a remote store, as many questions at once as there may be evaluators, after the same inspection."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self.store, self.settings = store, settings
        self._room = asyncio.Semaphore(max(1, settings.long_queries + settings.young_queries))

    async def ask(self, question: Question, client: str = "") -> Reply:
        """Return the reply to a question: its answer, its fault, or the limit it met."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(self.settings.waiting_time):
                await self._room.acquire()
        except TimeoutError:
            return Limit.WAITING_TIME.reply(self.settings)
        try:
            reply = await asyncio.to_thread(self._evaluate, question)
        except CrosswalkError as error:
            if error.public is not error:
                _log.error("%s", error)
            reply = Reply.of(error)
        finally:
            self._room.release()
        return reply._replace(seconds=time.monotonic() - began)

    def _evaluate(self, question: Question) -> Reply:
        inspection = inspect(question.text, self.settings, question.base)
        media_type = question.media_type(inspection.form) or SPARQL_JSON
        dataset = question.dataset or None
        body = self.store.query(question.text, media_type, dataset=dataset, base=question.base)
        # The data there may change at any time: no answer may be cached.
        return Reply.answer(body, media_type, self.settings, volatile=True)
