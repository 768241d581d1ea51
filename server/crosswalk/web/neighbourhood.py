"""The part of the graph that a drawing shows: things, links between them, and how much was left out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crosswalk.answers import Row
from crosswalk.namespaces import compact
from crosswalk.web.desk import Desk
from crosswalk.web.links import last_part, local, name_of

MOST_NODES = 200
MOST_WHOLE = 5000
DEEPEST = 3
LONGEST = 60


def neighbourhood(desk: Desk, focus: str, depth: int) -> dict[str, Any]:
    """The things at most ``depth`` links from one, nearest first, at most `MOST_NODES` of them."""
    edges: dict[str, dict[str, Any]] = {}
    nodes, edge_of_knowledge, left_out = [focus], [focus], set()
    for _ in range(min(max(depth, 1), DEEPEST)):
        rows = desk.ask("pages/neighbours", thing=tuple(edge_of_knowledge)).rows
        found = dict.fromkeys(end for row in rows for end in (row["from"].value, row["to"].value))
        fresh = [iri for iri in found if iri not in set(nodes)]
        room = MOST_NODES - len(nodes)
        nodes += fresh[:room]
        left_out |= set(fresh[room:])
        edges |= _edges(rows)
        edge_of_knowledge = fresh[:room]
        if not edge_of_knowledge:
            break
    return _part(desk, nodes, edges, focus=focus, left_out=len(left_out))


def overview(desk: Desk) -> dict[str, Any]:
    """The standards and their editions, joined by how many mappings stand between them."""
    rows = desk.ask("pages/overview").rows
    return _part(desk, _ends(rows), _edges(rows))


def whole(desk: Desk) -> dict[str, Any]:
    """Every element, up to `MOST_WHOLE`; only for those who ask for it."""
    rows = desk.ask("pages/whole").rows
    nodes = _ends(rows)
    return _part(desk, nodes[:MOST_WHOLE], _edges(rows), left_out=max(len(nodes) - MOST_WHOLE, 0))


def _ends(rows: Iterable[Row]) -> list[str]:
    return list(dict.fromkeys(end for row in rows for end in (row["from"].value, row["to"].value)))


def _edges(rows: Iterable[Row]) -> dict[str, dict[str, Any]]:
    return {edge["id"]: edge for edge in map(_edge, rows)}


def _edge(row: Row) -> dict[str, Any]:
    start, kind, end = row["from"].value, row["property"].value, row["to"].value
    count, alignment = row.get("mappings"), row.get("alignment")
    return {
        "id": f"{name_of(start)} {compact(kind)} {name_of(end)}",
        "from": start,
        "to": end,
        "kind": compact(kind),
        "label": f"{count.value} mappings" if count else row["words"].value,
        "alignment": last_part(alignment.value).lower() if alignment else None,
    }


def _part(
    desk: Desk,
    nodes: list[str],
    edges: dict[str, dict[str, Any]],
    *,
    focus: str | None = None,
    left_out: int = 0,
) -> dict[str, Any]:
    described = (
        {row["thing"].value: row for row in desk.ask("pages/drawn", thing=tuple(nodes))} if nodes else {}
    )
    shown = set(nodes)
    return {
        "focus": focus,
        "nodes": [_node(iri, described.get(iri)) for iri in nodes],
        "edges": [edge for edge in edges.values() if edge["from"] in shown and edge["to"] in shown],
        "left_out": left_out,
    }


def _node(iri: str, row: Row | None) -> dict[str, Any]:
    row = row or {}
    kind, alignment = row.get("kind"), row.get("alignment")
    parts = (row.get("document"), row.get("notation"), row.get("label"))
    label = " ".join(part.value for part in parts if part) or name_of(iri)
    return {
        "id": iri,
        "label": label if len(label) <= LONGEST else label[: LONGEST - 1] + "…",
        "kind": last_part(kind.value) if kind else "Thing",
        "address": local(iri),
        "alignment": last_part(alignment.value).lower() if alignment else None,
    }
