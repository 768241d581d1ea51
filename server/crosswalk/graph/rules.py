"""Reads the rules of inference: CONSTRUCT queries whose headers tell when it is no use to ask them again."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from pyoxigraph import NamedNode, Store

from ..errors import InputError
from ..namespaces import PREFIXES
from .reading import read_text

RULES = Path("queries") / "rules"
INFERRED = "inferred"


@dataclass(frozen=True)
class Rule:
    """One entailment: a CONSTRUCT query, and the name of the graph its results stand in.

    ``reads`` names the properties whose facts can make a difference to it, None where any can; ``reads_with``
    adds all properties that have one of these properties themselves. ``repeats`` is whether a rule's own
    results can give it more.
    """

    name: str
    title: str
    graph: str
    text: str
    reads: frozenset[str] | None = None
    reads_with: tuple[str, ...] = ()
    repeats: bool = True
    after: tuple[str, ...] = ()

    def is_touched(self, properties: Collection[str], store: Store) -> bool:
        """Whether new facts of these properties can make a difference to the rule."""
        if self.reads is None or not self.reads.isdisjoint(properties):
            return bool(properties)
        described = (
            store.quads_for_pattern(NamedNode(each), NamedNode(marker), None)
            for marker in self.reads_with
            for each in properties
        )
        return any(next(found, None) for found in described)


def read_rules(root: Path) -> list[Rule]:
    """The rules of ``queries/rules/*.rq`` by name, each after those that it says it comes after."""
    paths = sorted((root / RULES).glob("*.rq"))
    if not paths:
        raise InputError("there is no inference rule", file=root / RULES)
    rules = {path.stem: _read_rule(path, path.relative_to(root).as_posix()) for path in paths}
    sorter = TopologicalSorter(
        {name: [each for each in rule.after if each in rules] for name, rule in rules.items()}
    )
    try:
        return [rules[name] for name in sorter.static_order()]
    except CycleError as fault:
        names = " and ".join(dict.fromkeys(fault.args[1]))
        raise InputError(f"the rules {names} come after each other", file=RULES.as_posix()) from None


def _read_rule(path: Path, name: str) -> Rule:
    text = read_text(path, name)
    header = dict(re.findall(r"^#\+ (\w+): *(.*?) *$", text, re.MULTILINE))
    if not header.get("title"):
        raise InputError("the rule has no title", file=name, line=1, hint="Begin with a line “#+ title: …”.")
    named, marked = None, ()
    if "reads" in header:
        said = _listed(header["reads"])
        marked = tuple(_iri(each.removeprefix(_ANY), name) for each in said if each.startswith(_ANY))
        named = frozenset(_iri(each, name) for each in said if not each.startswith(_ANY))
    return Rule(
        path.stem,
        header["title"],
        header.get("graph", INFERRED),
        text,
        named,
        marked,
        header.get("repeats") != "no",
        tuple(_listed(header.get("after", ""))),
    )


_ANY = "any with "


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


def _iri(curie: str, name: str) -> str:
    prefix, colon, local = curie.partition(":")
    if not colon or prefix not in PREFIXES:
        raise InputError(
            f"the rule reads {curie!r}, which is no property",
            file=name,
            hint="Name properties by the prefixes of ontology/prefixes.ttl: #+ reads: xw:object, xw:within.",
        )
    return PREFIXES[prefix] + local
