"""Applies shapes by pySHACL to an Oxigraph store."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain
from typing import Any

import pyshacl
from pyoxigraph import Store
from pyshacl.errors import ReportableRuntimeError, ValidationFailure
from pyshacl.graph_abstraction import OxigraphDataGraph
from rdflib import Graph, Literal

NODES = 1000
"""How many nodes are held against a shape at a time."""
_INAPPLICABLE = (ReportableRuntimeError, ValidationFailure, SyntaxError, re.error)


class InapplicableShape(Exception):
    """A shape that pySHACL cannot apply; the text says why."""


class _Data(OxigraphDataGraph):
    """A store that is there, and in which a text has no properties.

    pySHACL asks the first of it three times for each result, and would have all its triples counted each
    time. Of the second it asks where a text stands in place of a thing, and the store would refuse to answer.
    """

    def __bool__(self) -> bool:
        return True

    def objects(self, subject: Any, predicate: Any, unique: bool = False) -> Iterator[Any]:
        return iter(()) if isinstance(subject, Literal) else super().objects(subject, predicate, unique)


def reports(store: Store, shapes: Graph) -> Iterator[Graph]:
    """The validation reports of a store, each of one shape and as many nodes as it finds things about.

    Whether a node fits a shape depends on no other node that is looked at, so that the parts together say
    what one report says; what a part needs in memory is free before the next.
    """
    return chain.from_iterable(find() for _, find in applications(store, shapes))


def applications(store: Store, shapes: Graph) -> Iterator[tuple[Any, Callable[[], Iterator[Graph]]]]:
    """Each shape with what applies it to a store and gives its reports."""
    validator = pyshacl.Validator(_Data(store), shacl_graph=shapes, options={"inplace": True})
    graph, executor = validator.data_graph, validator.make_executor()

    def find(shape: Any) -> Iterator[Graph]:
        with _understood():
            targets = () if shape.deactivated else list(shape.focus_nodes(graph))
            for first in range(0, len(targets), NODES):
                _, results = shape.validate(executor, graph, focus=targets[first : first + NODES])
                if results:
                    yield validator.create_validation_report(validator.shacl_graph, False, results)[0]

    with _understood():
        known = validator.shacl_graph.shapes
    return ((shape.node, partial(find, shape)) for shape in known)


@contextmanager
def _understood() -> Iterator[None]:
    try:
        yield
    except _INAPPLICABLE as fault:
        raise InapplicableShape(str(fault.args[0] if fault.args else fault)) from None


def report(store: Store, shapes: Graph, **options: Any) -> Graph:
    """The validation report of a store, which is the caller's to give away: it is worked on in place."""
    with _understood():
        _, found, text = pyshacl.validate(_Data(store), shacl_graph=shapes, inplace=True, **options)
    if not isinstance(found, Graph):
        raise InapplicableShape(text)
    return found


def why_inapplicable(name: str, shape: Graph) -> str | None:
    """Why a shape cannot be applied to anything at all, or None where it can."""
    try:
        report(Store(), shape, use_shapes=[name], focus_nodes=["urn:nothing"])
    except InapplicableShape as fault:
        return str(fault)
    return None
