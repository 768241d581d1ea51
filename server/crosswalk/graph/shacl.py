"""Applies shapes by pySHACL to an Oxigraph store."""

from __future__ import annotations

import re
from typing import Any

import pyshacl
from pyoxigraph import Store
from pyshacl.errors import ReportableRuntimeError
from pyshacl.graph_abstraction import OxigraphDataGraph
from rdflib import Graph


class InapplicableShape(Exception):
    """A shape that pySHACL cannot apply; the text says why."""


class _Data(OxigraphDataGraph):
    """A store that is there.

    pySHACL asks that of it three times for each result, and would have all its triples counted each time.
    """

    def __bool__(self) -> bool:
        return True


def report(store: Store, shapes: Graph, **options: Any) -> Graph:
    """The validation report of a store, which is the caller's to give away: it is worked on in place."""
    try:
        _, found, text = pyshacl.validate(_Data(store), shacl_graph=shapes, inplace=True, **options)
    except (ReportableRuntimeError, SyntaxError, re.error) as fault:
        raise InapplicableShape(str(fault.args[0] if fault.args else fault)) from None
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
