"""A default graph made of several graphs, in which each triple stands once."""

from __future__ import annotations

import os
import resource
import signal
import socket
import sys
import threading
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn

import pyoxigraph
from pyoxigraph import NamedNode, Quad

from crosswalk.errors import CrosswalkError, InputError, QueryRefused, QuerySyntaxError
from crosswalk.evaluation import sandbox
from crosswalk.evaluation.inspection import inspect
from crosswalk.evaluation.rationing import tell_spent
from crosswalk.evaluation.shared_state import Board
from crosswalk.evaluation.wire import Limit, Question, Reply, receive_question, reply_at, send_reply
from crosswalk.settings import Settings
from crosswalk.stores import SPARQL_JSON, QueryDataset, named_queries
from crosswalk.stores.oxigraph import EmbeddedStore

MERGED = "urn:merged-default-graph"
"""What the merged graph is called in its store; no query can name it, since its dataset lists the others."""


def merge(store: EmbeddedStore, dataset: QueryDataset) -> EmbeddedStore:
    """A store that holds the merge of the dataset's default graphs as MERGED, with its named graphs beside.

    Oxigraph itself reads several default graphs one after the other, and counts twice what stands in two.
    """
    engine = pyoxigraph.Store()
    engine.extend(
        Quad(*quad.triple, NamedNode(MERGED))
        for graph in _nodes(dataset.default_graphs)
        for quad in store.engine.quads_for_pattern(None, None, None, graph)
    )
    engine.extend(
        quad
        for graph in _nodes(dataset.named_graphs)
        for quad in store.engine.quads_for_pattern(None, None, None, graph)
    )
    return EmbeddedStore(engine)


def _nodes(graphs: tuple[str, ...]) -> list[NamedNode]:
    try:
        return [NamedNode(iri) for iri in graphs]
    except ValueError as fault:
        raise InputError(f"a chosen graph is not an absolute IRI: {fault}") from fault


_DOOR, _COUNTER = 3, 4
"""The descriptors on which questions come in, and on which the broker is told what they cost."""

_WEAR_KILOBYTES, _WEAR_QUERIES = 96 * 2**10, 4000


def warm_up() -> None:
    """Loads what evaluating may need from files, since an evaluator can open none."""
    empty, settings = EmbeddedStore(pyoxigraph.Store()), Settings()
    everything = named_queries.load("pages/whole-graph").text
    for form in ("text/turtle", "application/ld+json", "application/rdf+xml"):
        evaluate(empty, Question(everything, graph_type=form), settings)
    for broken in ("SELECT", "SELEKT"):
        with suppress(QuerySyntaxError):
            evaluate(empty, Question(broken, table_type="text/csv"), settings)


@dataclass(frozen=True)
class Post:
    """Where an evaluator stands: its place on the board, the line it serves, the counter it reports to."""

    place: int
    board: Board
    door: socket.socket
    counter: socket.socket


def live(post: Post, store: EmbeddedStore, settings: Settings, snapshot: str, parent: int) -> NoReturn:
    """The life of an evaluating process.

    It evaluates in a thread of its own: there the allocator starts afresh, instead of searching, and copying
    page by page, what loading the store has left behind.
    """
    sandbox.die_with_parent(parent)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def evaluate_and_exit() -> None:
        status = 1
        try:
            _work(post, store, settings, snapshot)
            status = 0
        except MemoryError:
            status = sandbox.OUT_OF_MEMORY
        finally:
            if status == 1:
                traceback.print_exc()
            sys.stderr.flush()
            os._exit(status)

    threading.Thread(target=evaluate_and_exit).start()
    while True:
        signal.pause()


def _work(post: Post, store: EmbeddedStore, settings: Settings, snapshot: str) -> None:
    """Answers one question of the line after the other, until nobody can ask any more, or until worn out."""
    post.board.arrive(post.place, threading.get_native_id())
    door, counter = _keep_only(post)
    sandbox.confine(settings.query_memory)
    worn = _peak() + _WEAR_KILOBYTES
    for _ in range(_WEAR_QUERIES):
        received = receive_question(door)
        if received is None:
            return
        queued, pipe = received
        began, spent = time.monotonic(), time.process_time()
        post.board.begin(post.place, queued.job, began, spent, queued.client)
        if began - queued.put_at > settings.waiting_time:
            reply = reply_at(Limit.WAITING_TIME, settings)
        else:
            reply = _answer(queued.question, store, settings)
        send_reply(pipe, reply._replace(snapshot=snapshot, seconds=time.monotonic() - began))
        if queued.client:
            tell_spent(counter, queued.client, time.process_time() - spent)
        if not post.board.finish(post.place) or _peak() > worn:
            return


def _keep_only(post: Post) -> tuple[socket.socket, socket.socket]:
    """Closes every file but the standard ones, the line and the counter."""
    kept = [os.dup(each.fileno()) for each in (post.door, post.counter)]
    for place, descriptor in zip((_DOOR, _COUNTER), kept, strict=True):
        os.dup2(descriptor, place)
    os.closerange(_COUNTER + 1, 2**16)
    return socket.socket(fileno=_DOOR), socket.socket(fileno=_COUNTER)


def _peak() -> int:
    """The most kilobytes of memory this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _answer(question: Question, store: EmbeddedStore, settings: Settings) -> Reply:
    try:
        return evaluate(store, question, settings)
    except CrosswalkError as error:
        return Reply.of(error)
    except RecursionError:
        return Reply.of(QueryRefused("the query is nested too deeply"))


def evaluate(store: EmbeddedStore, question: Question, settings: Settings) -> Reply:
    """The answer to a question; raises what the guard, the store or the size of the result objects to."""
    found = inspect(question.text, settings)
    # A text without a form is put to the engine all the same, which says where it is wrong.
    wanted = question.media_type(found.form) or SPARQL_JSON
    source, dataset = _source(store, question.dataset or found.dataset, bool(question.dataset))
    body = source.query(question.text, wanted, dataset=dataset)
    return Reply.answer(body, wanted, settings, volatile=found.volatile)


def _source(
    store: EmbeddedStore, dataset: QueryDataset, stated: bool
) -> tuple[EmbeddedStore, QueryDataset | None]:
    """The store to ask and the dataset to tell it: a merged copy where several graphs make the default."""
    if len(dataset.default_graphs) < 2:
        return store, dataset if stated else None
    return merge(store, dataset), QueryDataset((MERGED,), dataset.named_graphs)
