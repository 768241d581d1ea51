"""The named graphs as the page of downloads lists them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crosswalk.answers import Answer, Term
from crosswalk.names import GRAPH

KINDS = {"comparisons": "Comparisons", "mappings": "Mapping sets", "notes": "Curation notes"}
SHARED = {"bodies": "Shared by all", "sources": "Shared by all", "topics": "Shared by all",
          "graphs": "Shared by all", "ontology": "Vocabulary", "inferred": "Worked out, not curated",
          "derived": "Worked out, not curated", "links": "Worked out, not curated",
          "findings": "Worked out, not curated"}  # fmt: skip


def by_graph(answer: Answer) -> list[dict[str, object]]:
    """Each graph once, with all its holders and sources by their IRI."""
    found: dict[str, dict[str, object]] = {}
    for row in answer.rows:
        graph = found.setdefault(row["graph"].value, {**row, "holders": {}, "sources": {}})
        for column, gathered in (("holder", "holders"), ("source", "sources")):
            if row[column]:
                graph[gathered].setdefault(row[column].value, row[f"{column}Title"])
    return list(found.values())


def gathered(
    graphs: Iterable[dict[str, Any]], titles: dict[str, Term | None]
) -> list[tuple[str, list[dict[str, Any]]]]:
    """The graphs under what they are about: comparisons and mappings, then each standard, then the rest."""
    found: dict[tuple[int, str], list[dict[str, Any]]] = {}
    for graph in graphs:
        first = graph["graph"].value.removeprefix(GRAPH).partition("/")[0]
        if first in KINDS:
            place = (0, KINDS[first])
        elif first in SHARED:
            place = (2, SHARED[first])
        else:
            place = (1, str(titles.get(first) or first))
        found.setdefault(place, []).append(graph)
    return [(title, listed) for (_, title), listed in sorted(found.items(), key=lambda item: item[0])]
