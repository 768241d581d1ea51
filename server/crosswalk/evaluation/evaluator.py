"""The process in which a query is evaluated: it answers one after the other until it is ended."""

from __future__ import annotations

import os
import re
import signal
import socket
import time
from dataclasses import replace

import pyoxigraph
from pyoxigraph import QueryResultsFormat

from crosswalk import queries
from crosswalk.errors import CrosswalkError, QueryRefused, QuerySyntaxError
from crosswalk.evaluation import confinement
from crosswalk.evaluation.guard import inspect
from crosswalk.evaluation.merging import MERGED, merge
from crosswalk.evaluation.messages import (
    Question,
    Reply,
    ResultTooLarge,
    Unacceptable,
    read_question,
    write_reply,
)
from crosswalk.settings import Settings
from crosswalk.stores import QueryDataset
from crosswalk.stores.embedded import EmbeddedStore

CONTROL = 3
"""The descriptor on which orders come and news goes."""

BEGUN, WRITING, DONE = b"begun", b"writing", b"done"
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"')
_COUNTED = 2**18


def warm_up() -> None:
    """Loads what evaluating may need from files, since an evaluator can open none."""
    empty, settings = EmbeddedStore(pyoxigraph.Store()), Settings()
    everything = queries.load("pages/whole-graph").text
    for form in ("text/turtle", "application/ld+json", "application/rdf+xml"):
        evaluate(empty, Question(everything, graph_type=form), settings)
    try:
        evaluate(empty, Question(everything.rstrip().rstrip("}"), graph_type="text/turtle"), settings)
    except QuerySyntaxError:
        return


def run(control: socket.socket, store: EmbeddedStore, settings: Settings, snapshot: str, parent: int) -> None:
    """Answers each question whose connection the control socket brings, until that socket closes."""
    confinement.die_with_parent(parent)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.dup2(control.fileno(), CONTROL)
    os.closerange(CONTROL + 1, 2**16)
    confinement.write_no_core()
    confinement.prefer_as_victim()
    confinement.limit_memory(settings.query_memory)
    confinement.forbid_calls()
    orders = socket.socket(fileno=CONTROL)
    while True:
        order, descriptors, _, _ = socket.recv_fds(orders, 64, 1)
        if not order:
            return
        orders.send(BEGUN)
        with socket.socket(fileno=descriptors[0]) as connection:
            try:
                _serve(connection, orders, store, settings, snapshot)
            except (EOFError, ConnectionError):
                orders.send(DONE)


def _serve(
    connection: socket.socket, orders: socket.socket, store: EmbeddedStore, settings: Settings, snapshot: str
) -> None:
    question = read_question(connection)
    began = time.monotonic()
    try:
        reply = evaluate(store, question, settings)
    except CrosswalkError as error:
        reply = Reply.of(error)
    except RecursionError:
        reply = Reply.of(QueryRefused("the query is nested too deeply"))
    frame = write_reply(replace(reply, snapshot=snapshot, seconds=time.monotonic() - began))
    orders.send(WRITING + f" {reply.fault}".encode())
    connection.sendall(frame)
    orders.send(DONE)


def evaluate(store: EmbeddedStore, question: Question, settings: Settings) -> Reply:
    """The answer to a question; raises what the guard, the store or the size of the result objects to."""
    found = inspect(question.text, settings)
    media_type = question.graph_type if found.form in ("CONSTRUCT", "DESCRIBE") else question.table_type
    if media_type is None and found.form:
        raise Unacceptable(f"a {found.form} query has no answer in a form you accept")
    # A text without a form is put to the engine all the same, which says where it is wrong.
    wanted = media_type or QueryResultsFormat.JSON.media_type
    source, dataset = _source(store, question.dataset or found.dataset, bool(question.dataset))
    body = source.query(question.text, wanted, dataset=dataset)
    if len(body) > settings.result_bytes:
        raise ResultTooLarge(
            f"the result has {len(body)} bytes, more than the {settings.result_bytes} that are sent",
            hint="Ask for less: add a LIMIT, or fewer variables.",
        )
    return Reply(body, wanted, rows=count_rows(body, wanted), volatile=found.volatile)


def _source(
    store: EmbeddedStore, dataset: QueryDataset, stated: bool
) -> tuple[EmbeddedStore, QueryDataset | None]:
    """The store to ask and the dataset to tell it: a merged copy where several graphs make the default."""
    if len(dataset.default_graphs) < 2:
        return store, dataset if stated else None
    return merge(store, dataset), QueryDataset((MERGED,), dataset.named_graphs)


def count_rows(body: bytes, media_type: str) -> int | None:
    """How many rows or triples an answer has, where counting them costs next to nothing."""
    if media_type == "text/tab-separated-values" or (media_type == "text/csv" and b'"' not in body):
        return max(0, body.count(b"\n") - 1)
    if media_type in ("application/n-triples", "application/n-quads"):
        return body.count(b"\n")
    if media_type == "application/sparql-results+xml":
        return body.count(b"<result>")
    if media_type == "application/sparql-results+json" and len(body) < _COUNTED:
        bare = _STRING.sub(b"", body)
        start = bare.rfind(b":[")
        rows = bare[start + 2 :]
        return None if b":{:[" not in bare else 0 if rows[:1] == b"]" else rows.count(b"},{") + 1
    return None
