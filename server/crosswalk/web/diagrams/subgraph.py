"""The part of the graph that a drawing shows: things, links between them, and how much was left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from textwrap import shorten
from typing import Any

from crosswalk.iris import compact
from crosswalk.stores.results import Row
from crosswalk.web.page_queries import PageQueries
from crosswalk.web.urls import last_part, local, name_of

MOST_NODES = 200
MOST_WHOLE = 5000
DEEPEST = 3
LONGEST = 48
MAPPED = "mapped to"


@dataclass
class Growth:
    """A part of the graph while it grows: things in the order they are met, as many as there is room for."""

    room: int
    nodes: dict[str, None] = field(default_factory=dict)
    links: dict[tuple[str, str, str], Row] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)

    def take(self, rows: Iterable[Row]) -> list[str]:
        """Adds links and the things at their ends; the things that are new."""
        links = {(row["from"].value, row["property"].value, row["to"].value): row for row in rows}
        ends = dict.fromkeys(end for start, _, stop in links for end in (start, stop))
        fresh = [iri for iri in ends if iri not in self.nodes]
        taken = fresh[: max(self.room - len(self.nodes), 0)]
        self.nodes |= dict.fromkeys(taken)
        self.left_out |= set(fresh[len(taken) :])
        self.links |= links
        return taken

    def widen(self, queries: PageQueries, things: Sequence[str]) -> list[str]:
        """Adds what stands beside some things; the things that are new."""
        return self.take(queries.ask("pages/subgraph-links", thing=tuple(things)).rows) if things else []

    def describe(self, queries: PageQueries, focus: str | None = None) -> dict[str, Any]:
        """The part as a drawing needs it: every thing with its name, and the links between things shown."""
        rows: dict[str, list[Row]] = {}
        if self.nodes:
            for row in queries.ask("pages/subgraph-nodes", thing=tuple(self.nodes)).rows:
                rows.setdefault(row["thing"].value, []).append(row)
        shown = [
            _edge(row)
            for (start, _, stop), row in self.links.items()
            if start in self.nodes and stop in self.nodes
        ]
        return {
            "focus": focus,
            "nodes": [_node(iri, rows.get(iri, [])) for iri in self.nodes],
            "edges": shown,
            "left_out": len(self.left_out),
        }


def neighbourhood(queries: PageQueries, focus: str, depth: int, also: Sequence[str] = ()) -> dict[str, Any]:
    """The things at most ``depth`` links from one, nearest first, and those beside the things of ``also``."""
    part = Growth(MOST_NODES, {focus: None})
    fresh = [focus]
    for _ in range(min(max(depth, 1), DEEPEST)):
        fresh = part.widen(queries, fresh)
    return _expanded(queries, part, also).describe(queries, focus)


def overview(queries: PageQueries, also: Sequence[str] = ()) -> dict[str, Any]:
    """The standards and their editions, joined by how many mappings stand between them."""
    part = Growth(MOST_NODES)
    part.take(_weightiest_first(queries.ask("pages/edition-links").rows))
    return _expanded(queries, part, also).describe(queries)


def _weightiest_first(rows: Sequence[Row]) -> Sequence[Row]:
    """The links in the order of the query; where there is no room for all, those of most mappings first."""
    if len({row[end].value for row in rows for end in ("from", "to")}) <= MOST_NODES:
        return rows
    return sorted(rows, key=lambda row: -int(row["mappings"].value) if row["mappings"] else 0)


def whole(queries: PageQueries) -> dict[str, Any]:
    """Every element, up to `MOST_WHOLE`; only for those who ask for it."""
    part = Growth(MOST_WHOLE)
    part.take(queries.ask("pages/element-links").rows)
    return part.describe(queries)


def _expanded(queries: PageQueries, part: Growth, also: Sequence[str]) -> Growth:
    """Widened around each of some things in turn; what is not in the drawing by then is passed over."""
    for thing in also:
        if thing in part.nodes:
            part.widen(queries, (thing,))
    return part


def _edge(row: Row) -> dict[str, Any]:
    start, kind, end = row["from"].value, row["property"].value, row["to"].value
    count, words, alignment = row.get("mappings"), row.get("words"), row.get("alignment")
    name = words.value if words else MAPPED
    return {
        "id": f"{name_of(start)} {compact(kind)} {name_of(end)}",
        "from": start,
        "to": end,
        "kind": compact(kind),
        "name": name,
        "label": f"{count.value} mapping{'s' if count.value != '1' else ''}" if count else name,
        "alignment": last_part(alignment.value).lower() if alignment else None,
    }


def _node(iri: str, rows: Sequence[Row]) -> dict[str, Any]:
    row: Row = rows[0] if rows else {}
    said = {name: term.value for name, term in row.items() if term}
    # A thing judged differently in several comparisons has no colour of its own.
    alignments = {one["alignment"].value for one in rows if one.get("alignment")}
    words = said.get("label") or said.get("text")
    title = " ".join(part for part in (said.get("document"), said.get("notation"), words) if part)
    title = title or name_of(iri)
    return {
        "id": iri,
        "label": shorten(title, LONGEST, placeholder=" …"),
        "title": title,
        "kind": last_part(said["kind"]) if "kind" in said else "Thing",
        "edition": said.get("edition"),
        "address": local(iri),
        "alignment": last_part(alignments.pop()).lower() if len(alignments) == 1 else None,
    }
