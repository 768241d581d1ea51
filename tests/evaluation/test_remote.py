"""A remote store is asked what ours would be, and no more."""

from __future__ import annotations

from crosswalk.errors import CrosswalkError, QueryTimedOut
from crosswalk.evaluation.remote import RemoteEvaluation
from crosswalk.evaluation.wire import Question
from crosswalk.settings import Settings
from crosswalk.stores import QueryDataset
from tests.rsgi import run

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


class Elsewhere:
    """A store that says what it was asked, or fails."""

    def __init__(self, fault: CrosswalkError | None = None) -> None:
        self.fault, self.asked = fault, []

    def query(
        self, text: str, media_type: str, *, dataset: QueryDataset | None = None, base: str = ""
    ) -> bytes:
        """Remembers, and answers."""
        if self.fault:
            raise self.fault
        self.asked.append((text, media_type, dataset))
        return b"n\r\n1\r\n"


def test_a_remote_store_is_asked_behind_the_same_guard() -> None:
    store = Elsewhere()
    evaluation = RemoteEvaluation(store, Settings())
    ask = lambda question: run(evaluation.ask(question))  # noqa: E731
    reply = ask(Question(COUNT, table_type="text/csv"))
    assert (reply.fault, reply.body, reply.volatile) == ("", b"n\r\n1\r\n", True)
    assert ask(Question("DROP ALL", table_type="text/csv")).fault == "QueryRefused"
    assert ask(Question("ASK { SERVICE <urn:x> {} }", table_type="text/csv")).fault == "QueryRefused"
    assert ask(Question(COUNT, graph_type="text/turtle")).fault == "Unacceptable"
    assert store.asked == [(COUNT, "text/csv", None)]
    failing = RemoteEvaluation(Elsewhere(QueryTimedOut("slow")), Settings())
    assert run(failing.ask(Question(COUNT, table_type="text/csv"))).fault == "QueryTimedOut"
