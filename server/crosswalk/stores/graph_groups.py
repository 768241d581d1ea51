"""Find the groups ``GRAPH ?g { … }`` that Oxigraph answers otherwise than SPARQL says.

Oxigraph evaluates such a group for all graphs at once, with ``?g`` as the graph of each pattern inside.
SPARQL evaluates it in each graph alone, and adds ``?g`` afterwards, says
https://www.w3.org/TR/sparql11-query/#sparqlAlgebraEval. The two differ where

- a subselect does not hand ``?g`` on, or counts, or cuts off, over all graphs together;
- the sides of a MINUS have no variable in common, so that nothing is removed, but for ``?g``;
- nothing inside names the graph: where there are VALUES, or other graphs, and no pattern.

What is certain on the tokens alone counts; a group that is found may be answered rightly all the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from crosswalk.sparql_tokens import Token, tokens

_CLAUSES = frozenset(("GROUP", "HAVING", "LIMIT", "OFFSET", "ORDER", "SELECT", "VALUES", "WHERE"))
_LEADING = frozenset(("BIND", "EXISTS", "FILTER", "GRAPH", "LATERAL", "MINUS", "OPTIONAL", "UNION", "VALUES"))
"""Words that say what the next group, or the next expression in brackets, is."""

_TERMS = frozenset(("blank", "iri", "name", "number", "string", "variable"))
_NOTHING = Token("mark", "", 0)


@dataclass
class _Clauses:
    """What the clauses of a SELECT, but for WHERE, do with the variable of a graph."""

    current: str = "SELECT"
    projected: set[str] = field(default_factory=set)
    cut_off: bool = False

    def read(self, token: Token) -> None:
        """Take note of a token of a clause, outside of brackets."""
        word = keyword(token)
        self.cut_off |= word in ("LIMIT", "OFFSET")
        if word in _CLAUSES:
            self.current = word
        elif token.kind == "variable" and self.current == "SELECT":
            self.projected.add(token.text[1:])

    def hand_on(self, variable: str) -> bool:
        """Return whether what is selected of all graphs together is what is selected of each.

        Where solutions are grouped, a variable that is selected is one that they are grouped by.
        """
        return variable in self.projected and not self.cut_off


@dataclass
class QueryGroup:
    """A group of a query, or an expression in brackets; ``role`` is the word it stands behind, if any.

    ``variable`` is that of ``GRAPH ?g``. ``certain`` are the variables that every solution so far binds. Of
    what has been joined, some ``names``, and some ``lacks``, the graph that Oxigraph found it in; an EXISTS
    ``tests`` it.
    """

    role: str = ""
    start: int = 0
    opening: int = 0
    end: int = 0
    variable: str = ""
    wrong: bool = False
    leading: Token = _NOTHING
    clauses: _Clauses | None = None
    certain: set[str] = field(default_factory=set)
    names: bool = False
    lacks: bool = False
    tests: bool = False
    branches: list[QueryGroup] = field(default_factory=list)

    @property
    def unnamed(self) -> bool:
        """Whether a solution may not know its graph; that of an empty group, alone, does."""
        return self.lacks and not self.names

    def join(self, certain: set[str], *, names: bool = False, lacks: bool = False) -> None:
        """Take note of solutions that are joined to those so far."""
        self.certain |= certain
        self.names |= names
        self.lacks |= lacks


def keyword(token: Token) -> str:
    """Return a word in capitals, or a mark; nothing for a token that only looks like one."""
    return token.text.upper() if token.kind in ("word", "mark") else ""


def wrong_groups(text: str) -> list[QueryGroup]:
    """Return the groups ``GRAPH ?g { … }`` that Oxigraph may answer wrongly, in their order.

    None where brackets do not match: then the engine says what is wrong.
    """
    reader = _GroupReader()
    read = list(tokens(text))
    for before, token, after in zip([_NOTHING, *read], read, [*read[1:], _NOTHING], strict=False):
        if not reader.take(before, token, keyword(after)):
            return []
    return [group for group in reader.graphs if group.wrong] if len(reader.open) == 1 else []


class _GroupReader:
    """Reads a query token by token; ``open`` are the groups it is in, the outermost first."""

    def __init__(self) -> None:
        self.open = [QueryGroup()]
        self.graphs: list[QueryGroup] = []

    def take(self, before: Token, token: Token, after: str) -> bool:
        """Take note of a token between two others; return False where it closes what is not open."""
        group, word, leading = self.open[-1], keyword(token), keyword(self.open[-1].leading)
        if word == "{" or (word == "(" and _opens_expression(group, leading)):
            self._open(group, before, token)
        elif word == "}" or (word == ")" and group.role == "("):
            if len(self.open) < 2 or (word == "}") != (group.role != "("):
                return False
            group.end = token.start + 1
            self._close(after)
        elif group.clauses is not None and group.role != "(":
            group.clauses.read(token)
        elif word == "SELECT":
            group.clauses = _Clauses()
        elif word in _LEADING:
            group.leading = token
            if word in ("LATERAL", "MINUS", "OPTIONAL") and group.unnamed:
                self._doubt()
        elif (token.kind in _TERMS or word == "[") and not leading:
            group.join({token.text[1:]} if token.kind == "variable" else set(), names=True)
        return True

    def _open(self, group: QueryGroup, before: Token, token: Token) -> None:
        leading = _NOTHING
        if token.text == "(":
            role = "("
        elif group.role == "(":
            role = "EXISTS"
        elif group.clauses is not None:
            role = {"SELECT": "SELECT", "WHERE": "SELECT", "VALUES": "VALUES"}.get(
                group.clauses.current, "EXISTS"
            )
        else:
            leading, group.leading = group.leading, _NOTHING
            role = keyword(leading)
        opened = QueryGroup(role, leading.start, token.start)
        if role == "GRAPH" and before.kind == "variable":
            opened.variable = before.text[1:]
            self.graphs.append(opened)
        self.open.append(opened)

    def _close(self, after: str) -> None:
        """Take note, in the group outside, of the innermost group, which ends."""
        group, outer = self.open[-1], self.open[-2]
        if group.clauses is not None:
            variable = self._graph_variable()
            if variable and (group.unnamed or not group.clauses.hand_on(variable)):
                self._doubt()
            group.certain &= group.clauses.projected
        if group.tests and group.unnamed:
            self._doubt()
        self.open.pop()
        if group.role == "(":
            if outer.role != "(" and keyword(outer.leading) != "VALUES":
                outer.leading = _NOTHING
        elif group.role == "EXISTS":
            self._outside_brackets().tests = True
        elif group.role == "MINUS":
            if not group.certain & outer.certain:
                self._doubt()
        elif group.role == "VALUES":
            outer.join(set(), lacks=True)
        elif group.role == "GRAPH":
            group.wrong |= group.unnamed
            outer.join(group.certain | {group.variable} - {""}, lacks=True)
        elif group.role == "UNION" or (group.role == "" and after == "UNION"):
            outer.branches = [*(outer.branches if group.role else ()), group]
            if after != "UNION":
                certain = set.intersection(*(branch.certain for branch in outer.branches))
                names = all(branch.names for branch in outer.branches)
                outer.join(certain, names=names, lacks=any(branch.unnamed for branch in outer.branches))
        elif group.role in ("", "SELECT"):
            outer.join(group.certain, names=group.names, lacks=group.unnamed)

    def _outside_brackets(self) -> QueryGroup:
        """Return the innermost group that is no expression."""
        return next(group for group in reversed(self.open) if group.role != "(")

    def _graph_variable(self) -> str:
        """Return the variable of the innermost GRAPH; empty where that names its graph by an IRI."""
        return next((group.variable for group in reversed(self.open) if group.role == "GRAPH"), "")

    def _doubt(self) -> None:
        """Mark the innermost GRAPH as one that may be answered wrongly."""
        for group in reversed(self.open):
            if group.role == "GRAPH":
                group.wrong = True
                return


def _opens_expression(group: QueryGroup, leading: str) -> bool:
    """Return whether a round bracket is one of an expression, and not of a path, a list or a triple."""
    return group.role == "(" or group.clauses is not None or leading in ("BIND", "FILTER", "VALUES")
