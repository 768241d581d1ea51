"""Choose the part of the graph that a drawing shows: things, and the links between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from textwrap import shorten
from typing import Any

from crosswalk.iris import compact
from crosswalk.stores.results import Row
from crosswalk.web.page_queries import ask
from crosswalk.web.tables import group_by, text
from crosswalk.web.urls import last_part, local

MOST_NODES = 200
"""How many things a drawing shows."""

MOST_WHOLE = 5000
"""How many it shows where the whole is asked for."""

DEEPEST = 3
"""How many links from its focus a drawing reaches."""

LONGEST = 48
"""How many characters the label of a node has."""

MAPPED = "mapped to"


@dataclass
class Subgraph:
    """A part of the graph while it grows: nodes in the order they are met, as many as there is room for."""

    room: int
    nodes: dict[str, None] = field(default_factory=dict)
    links: dict[tuple[str, str, str], Row] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)

    def add(self, rows: Iterable[Row]) -> list[str]:
        """Add links and the nodes at their ends, and return the nodes that are new."""
        links = {(text(row, "from"), text(row, "property"), text(row, "to")): row for row in rows}
        ends = dict.fromkeys(end for start, _, stop in links for end in (start, stop))
        fresh = [iri for iri in ends if iri not in self.nodes]
        added = fresh[: max(self.room - len(self.nodes), 0)]
        self.nodes |= dict.fromkeys(added)
        self.left_out |= set(fresh[len(added) :])
        self.links |= links
        return added

    def widen(self, things: Sequence[str]) -> list[str]:
        """Add what is linked to some things, and return the nodes that are new."""
        return self.add(ask("pages/subgraph-links", thing=tuple(things))) if things else []

    def widen_each(self, things: Iterable[str]) -> Subgraph:
        """Add what is linked to each thing in turn, unless it is not among the nodes by then."""
        for thing in things:
            if thing in self.nodes:
                self.widen((thing,))
        return self

    def describe(self, focus: str | None = None) -> dict[str, Any]:
        """Describe the part as a drawing needs it: every node with its name, and the links between nodes."""
        rows = group_by(ask("pages/subgraph-nodes", thing=tuple(self.nodes)), "thing") if self.nodes else {}
        return {
            "focus": focus,
            "nodes": [_node(iri, rows.get(iri, [])) for iri in self.nodes],
            "edges": [
                _edge(row) for ends, row in self.links.items() if {ends[0], ends[2]} <= self.nodes.keys()
            ],
            "left_out": len(self.left_out),
        }


def neighbourhood(focus: str, depth: int, also: Sequence[str] = ()) -> dict[str, Any]:
    """Describe the things up to ``depth`` links from ``focus``, nearest first, and those next to ``also``."""
    part = Subgraph(MOST_NODES, {focus: None})
    fresh = [focus]
    for _ in range(min(max(depth, 1), DEEPEST)):
        fresh = part.widen(fresh)
    return part.widen_each(also).describe(focus)


def overview(also: Sequence[str] = ()) -> dict[str, Any]:
    """Describe the standards and their editions, joined by how many mappings stand between them.

    Where there is no room for all, those that most mappings join come first.
    """
    rows: Sequence[Row] = ask("pages/edition-links").rows
    if len({text(row, end) for row in rows for end in ("from", "to")}) > MOST_NODES:
        rows = sorted(rows, key=lambda row: -int(text(row, "mappings") or 0))
    part = Subgraph(MOST_NODES)
    part.add(rows)
    return part.widen_each(also).describe()


def all_elements() -> dict[str, Any]:
    """Describe every element, up to `MOST_WHOLE`; only for those who ask for it."""
    part = Subgraph(MOST_WHOLE)
    part.add(ask("pages/element-links"))
    return part.describe()


def _edge(row: Row) -> dict[str, Any]:
    start, kind, end = text(row, "from"), compact(text(row, "property")), text(row, "to")
    count, words, alignment = row.get("mappings"), row.get("words"), row.get("alignment")
    name = words.value if words else MAPPED
    return {
        "id": f"{compact(start)} {kind} {compact(end)}",
        "from": start,
        "to": end,
        "kind": kind,
        "name": name,
        "label": f"{count.value} mapping{'s' if count.value != '1' else ''}" if count else name,
        "alignment": last_part(alignment.value).lower() if alignment else None,
    }


def _node(iri: str, rows: Sequence[Row]) -> dict[str, Any]:
    cells = {name: term.value for name, term in rows[0].items() if term} if rows else {}
    # A thing judged differently in several comparisons has no colour of its own.
    alignments = {text(row, "alignment") for row in rows} - {""}
    words = cells.get("label") or cells.get("text")
    title = " ".join(
        part for part in (cells.get("document"), cells.get("notation"), words) if part
    ) or compact(iri)
    return {
        "id": iri,
        "label": shorten(title, LONGEST, placeholder=" …"),
        "title": title,
        "kind": last_part(cells.get("kind", "Thing")),
        "edition": cells.get("edition"),
        "address": local(iri),
        "alignment": last_part(alignments.pop()).lower() if len(alignments) == 1 else None,
    }
