"""Put a query so that Oxigraph answers it as SPARQL says, or refuse it: no answer is better than a wrong one.

What cannot be told from the text of a query is answered as Oxigraph does; see docs/deviations.md.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from crosswalk.errors import QueryRefused, QuerySyntaxError
from crosswalk.sparql_tokens import position, tokens
from crosswalk.stores.graph_groups import QueryGroup, keyword, wrong_groups

PAGE = "docs/deviations.md"
"""What a refusal points to: each deviation with an example and a way round."""

LONGEST = 4 * 2**20
"""The most characters that the groups of a query may have when they are written out."""

_IRI = re.compile(r'<[^<>"{}|^`\\\x00-\x20]+>')
_AGGREGATES = frozenset(("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"))
_NO_GRAPH = "<urn:no-graph>"

# Of most queries these tell that there is nothing to do, without reading them token by token.
_AGGREGATE = re.compile("COUNT|SUM|MIN(?!U)|MAX|AVG|SAMPLE|GROUP_CONCAT")
_SIMPLE_ARGUMENT = re.compile(r"\s*+\((?:[^()\"'#<]++|\"[^\"\\\n]*+\"|\([^()\"'#<]*+\))*+\)")
_CALLED = re.compile(r"\s*+[(#]")
_GRAPH = re.compile(r"GRAPH(?<![?$]GRAPH)\s*+(?:#|[?$](?=\w))")
_PATTERNS_ALONE = re.compile(r"\w++\s*+\{[^{}\"'#]*+\}")
_SUSPECT = ("MINUS", "SELECT", "VALUES", "GRAPH")


def refuse_nested_aggregates(text: str) -> None:
    """Refuse an aggregate within an aggregate, which Oxigraph answers with nothing, or with 0.

    SPARQL 1.1 gives it no meaning, and for SPARQL 1.2 it is a mistake: see the notes to
    https://www.w3.org/TR/sparql12-query/#sparqlGrammar.
    """
    if not _may_nest(text.upper()):
        return
    brackets: list[str] = []  # the word before each bracket that is open; a brace stands for itself
    previous = ""
    for token in tokens(text):
        word = keyword(token)
        if word in ("(", "{"):
            brackets.append(previous if word == "(" else word)
        elif word in (")", "}") and brackets:
            brackets.pop()
        elif word in _AGGREGATES and not _AGGREGATES.isdisjoint(_behind_last_brace(brackets)):
            line, column = position(text, token.start)
            hint = f"A subselect can give the inner one a name: see {PAGE}#aggregates-within-aggregates."
            raise QuerySyntaxError(f"{word} stands within an aggregate", line=line, column=column, hint=hint)
        previous = word


def _may_nest(capitals: str) -> bool:
    """Return whether an aggregate may stand in the brackets of another; of most texts this is soon told."""
    for aggregate in _AGGREGATE.finditer(capitals):
        argument = _SIMPLE_ARGUMENT.match(capitals, aggregate.end())
        if argument is None:
            if _CALLED.match(capitals, aggregate.end()):
                return True
        elif _AGGREGATE.search(capitals, *argument.span()):
            return True
    return False


def _behind_last_brace(brackets: list[str]) -> list[str]:
    """Return the brackets of that query, or subselect, which is being read."""
    return brackets[len(brackets) - brackets[::-1].index("{") :] if "{" in brackets else brackets


def graph_by_graph(text: str, graphs: Callable[[], Iterable[object]]) -> str:
    """Return a query with those groups ``GRAPH ?g { … }`` written out that Oxigraph may answer wrongly.

    What is written is the definition in https://www.w3.org/TR/sparql11-query/#sparqlAlgebraEval: a union of
    the groups in each graph, joined with its name. ``graphs`` gives the names of the named graphs that the
    query is put to, as SPARQL writes them, when they are needed. Raises QueryRefused where the query would
    become too long, or a graph is named by a blank node.
    """
    capitals = text.upper()
    found = (graph.end() for graph in _GRAPH.finditer(capitals))
    first = next((place for place in found if not _PATTERNS_ALONE.match(capitals, place)), len(capitals))
    if not any(capitals.find(word, first) >= 0 for word in _SUSPECT):
        return text
    groups = wrong_groups(text)
    if not groups:
        return text
    names = [str(graph) for graph in graphs()]
    if not all(map(_IRI.fullmatch, names)):
        raise _refusal(text, groups[0], "one of them has no IRI as its name")
    return _written_out(text, 0, len(text), deque(groups), names)


def _written_out(text: str, start: int, end: int, groups: deque[QueryGroup], names: list[str]) -> str:
    """Return the part of a text between two offsets, with the groups in it, which are taken, written out."""
    parts: list[str] = []
    length = 0
    while groups and groups[0].start < end:
        group = groups.popleft()
        body = _written_out(text, group.opening + 1, group.end - 1, groups, names)
        length += len(body) * len(names)
        if length > LONGEST:
            raise _refusal(text, group, f"for {len(names)} graphs the query would become too long")
        parts += [text[start : group.start], _united(list(_in_each_graph(group.variable, body, names)))]
        start = group.end
    return "".join([*parts, text[start:end]])


def _in_each_graph(variable: str, body: str, names: list[str]) -> Iterator[str]:
    """Yield a group as it is in each graph; blank nodes have names of their own in each."""
    labels = [token for token in tokens(body) if token.kind == "blank"] if "_:" in body else []
    places = [0, *(label.start + len(label.text) for label in labels), len(body)]
    if not names:
        yield f"{{ VALUES ?{variable} {{ }} GRAPH {_NO_GRAPH} {{{body}}} }}"
    for number, name in enumerate(names):
        copy = (
            f"-of-graph-{number}".join(body[start:end] for start, end in pairwise(places)) if labels else body
        )
        yield f"{{ VALUES ?{variable} {{ {name} }} GRAPH {name} {{{copy}}} }}"


def _united(groups: list[str]) -> str:
    """Return the union of groups, in halves of halves: the engine dies of a chain of ten thousand."""
    if len(groups) == 1:
        return groups[0]
    middle = len(groups) // 2
    return f"{{ {_united(groups[:middle])} UNION {_united(groups[middle:])} }}"


def _refusal(text: str, group: QueryGroup, why: str) -> QueryRefused:
    line, column = position(text, group.start)
    what = f"GRAPH ?{group.variable} would be answered wrongly, and cannot be put to each graph alone: {why}"
    hint = f"Name the graph by its IRI; for other ways round see {PAGE}."
    return QueryRefused(what, line=line, column=column, hint=hint)
