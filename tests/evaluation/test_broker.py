"""A broker of its own, as the server starts it, and what its evaluators answer from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pyoxigraph import Literal, NamedNode, Quad
from pyoxigraph import Store as Engine

from crosswalk.evaluation.shared_state import Counters
from crosswalk.evaluation.supervisor import Keeper
from crosswalk.evaluation.wire import Question
from crosswalk.settings import Settings
from crosswalk.stores.oxigraph import EmbeddedStore

DEFAULT = "SELECT ?o { <urn:s> ?p ?o }"
EVERYWHERE = "SELECT ?o { { <urn:s> ?p ?o } UNION { GRAPH <urn:g> { <urn:s> ?p ?o } } } ORDER BY ?o"


def quad(value: str, *graph: NamedNode) -> Quad:
    """What a thing is said to be worth, in a graph or in the default graph."""
    return Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal(value), *graph)


class Late(EmbeddedStore):
    """A store that gains a triple when its default graph has been set apart, so that both can be told."""

    def set_apart(self) -> None:
        super().set_apart()
        self.engine.add(quad("late"))


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    """Keeps a broker over two graphs, and one triple that comes late."""
    engine = Engine()
    engine.extend([quad("early"), quad("named", NamedNode("urn:g"))])
    keeper = Keeper(Settings(), Late(engine), "s", Counters(1))
    keeper.start()
    yield keeper
    keeper.stop()


@pytest.mark.parametrize(
    ("text", "values"),
    [
        pytest.param(DEFAULT, ["early"], id="the default graph alone"),
        pytest.param(EVERYWHERE, ["early", "late", "named"], id="other graphs too"),
    ],
)
def test_evaluators_ask_the_default_graph_alone_where_a_query_reaches_no_other(
    keeper: Keeper, text: str, values: list[str]
) -> None:
    reply = keeper.evaluation.ask(Question(text, table_type="text/csv"))
    assert reply.body.decode().split() == ["o", *values]
