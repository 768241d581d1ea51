"""Evaluate questions in a process that can be killed at any moment."""

from __future__ import annotations

import os
import resource
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import pairwise

import pyoxigraph
from pyoxigraph import NamedNode, Quad

from crosswalk.errors import CrosswalkError, InputError, QueryRefused, QuerySyntaxError
from crosswalk.evaluation import sandbox
from crosswalk.evaluation.inspection import inspect
from crosswalk.evaluation.shared_state import QuestionQueue, Slot
from crosswalk.evaluation.wire import Limit, Question, Reply, receive_question, send_reply
from crosswalk.settings import Settings
from crosswalk.stores import SPARQL_JSON, QueryDataset, named_queries
from crosswalk.stores.oxigraph import EmbeddedStore

MERGED = "urn:merged-default-graph"
"""The name of the merged graph in its store. No query can name it: the dataset lists only other graphs."""

_WORN_KILOBYTES, _WORN_QUESTIONS = 96 * 2**10, 4000
"""After so much growth, or so many questions, an evaluator ends, and a fresh one takes its place."""


def run(queue: QuestionQueue, slot: Slot, store: EmbeddedStore, snapshot: str) -> None:
    """Evaluate questions until no worker is left, or until this evaluator is worn or to leave.

    A thread evaluates. There the allocator starts afresh, instead of searching, and copying page by page,
    what loading the store has left behind.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    ThreadPoolExecutor(1).submit(_evaluate_all, queue, slot, store, snapshot).result()


def _evaluate_all(queue: QuestionQueue, slot: Slot, store: EmbeddedStore, snapshot: str) -> None:
    settings = queue.settings
    slot.thread = threading.get_native_id()
    _close_files_except(queue.receiver.fileno())
    sandbox.confine(settings.query_memory)
    worn = _peak_kilobytes() + _WORN_KILOBYTES
    for _ in range(_WORN_QUESTIONS):
        received = receive_question(queue.receiver)
        if received is None:
            return
        queued, pipe = received
        began, processor_time = time.monotonic(), time.process_time()
        slot.begin(queued.job, queued.client, began, processor_time)
        if began - queued.put_at > settings.waiting_time:
            reply = Limit.WAITING_TIME.reply(settings)
        else:
            reply = _reply(queued.question, store, settings)
        send_reply(pipe, reply._replace(snapshot=snapshot, seconds=time.monotonic() - began))
        if queued.client:
            queue.buckets.charge(queued.client, time.process_time() - processor_time)
        if not slot.finish() or _peak_kilobytes() > worn:
            return


def _close_files_except(kept: int) -> None:
    """Close all files but the standard ones and the one to keep."""
    for below, above in pairwise((2, kept, 2**16)):
        os.closerange(below + 1, above)


def _peak_kilobytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _reply(question: Question, store: EmbeddedStore, settings: Settings) -> Reply:
    try:
        return evaluate(store, question, settings)
    except CrosswalkError as error:
        return Reply.of(error)
    except RecursionError:
        return Reply.of(QueryRefused("the query is nested too deeply"))


def evaluate(store: EmbeddedStore, question: Question, settings: Settings) -> Reply:
    """Return the answer to a question.

    Raises QueryRefused, QuerySyntaxError, InputError, Unacceptable, ResultTooLarge or StoreFault.
    """
    inspection = inspect(question.text, settings, question.base)
    # A text without a form is put to the engine all the same, which says what is wrong with it.
    media_type = question.media_type(inspection.form) or SPARQL_JSON
    dataset = question.dataset or inspection.dataset
    if len(dataset.default_graphs) > 1:
        store, dataset = merge(store, dataset), QueryDataset((MERGED,), dataset.named_graphs)
    else:
        dataset = question.dataset  # the engine itself reads the dataset in the text
    body = store.query(question.text, media_type, dataset=dataset or None, base=question.base)
    return Reply.answer(body, media_type, settings, volatile=inspection.volatile)


def merge(store: EmbeddedStore, dataset: QueryDataset) -> EmbeddedStore:
    """Return a store with the default graphs of the dataset merged into MERGED, and with its named graphs.

    Oxigraph reads several default graphs one after the other, and counts twice what is in two of them.
    Raises InputError where a graph is not an absolute IRI.
    """
    engine, merged = pyoxigraph.Store(), NamedNode(MERGED)
    for graph in _nodes(dataset.default_graphs):
        quads = store.engine.quads_for_pattern(None, None, None, graph)
        engine.extend(Quad(*quad.triple, merged) for quad in quads)
    for graph in _nodes(dataset.named_graphs):
        engine.extend(store.engine.quads_for_pattern(None, None, None, graph))
    return EmbeddedStore(engine)


def _nodes(graphs: tuple[str, ...]) -> list[NamedNode]:
    try:
        return [NamedNode(iri) for iri in graphs]
    except ValueError as fault:
        raise InputError(f"a chosen graph is not an absolute IRI: {fault}") from fault


def warm_up() -> None:
    """Load all that evaluating may need from files, since an evaluator can open none."""
    empty, settings = EmbeddedStore(pyoxigraph.Store()), Settings()
    everything = named_queries.load("pages/whole-graph").text
    for graph_type in ("text/turtle", "application/ld+json", "application/rdf+xml"):
        evaluate(empty, Question(everything, graph_type=graph_type), settings)
    for broken in ("SELECT", "SELEKT"):
        with suppress(QuerySyntaxError):
            evaluate(empty, Question(broken, table_type="text/csv"), settings)
