"""Looks up where the files speak of a thing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rdflib.namespace import RDF

from .locations import Locations
from .sources import Source


@dataclass(frozen=True)
class Place:
    """A line of a file, or the file alone, and whether the file is somebody else's."""

    file: str | None = None
    line: int | None = None
    foreign: bool = False


class Places:
    """The places of one set of files."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self.sources = tuple(sources)
        self._mentions: dict[str, Place] | None = None

    def is_described(self, thing: str) -> bool:
        """Whether any file says something about a thing."""
        return any(thing in source.subjects for source in self.sources)

    def find(self, thing: str, path: str | None = None, value: str | None = None) -> Place:
        """The line of the fact given, or as near to it as the files come.

        Of several files somebody else's goes first, then the one that comes nearest. A thing that no file
        describes is looked for where it is mentioned.
        """
        describing = [source for source in self.sources if thing in source.subjects]
        if not describing:
            return self._mentioned().get(thing, Place())
        best = max(describing, key=lambda each: (_is_foreign(each), _nearness(each, thing, path, value)))
        line = best.locations.line(thing, path, value if path else None)
        return Place(best.name, line, _is_foreign(best))

    def _mentioned(self) -> dict[str, Place]:
        """The first mention of everything that is pointed to, read when first asked for."""
        if self._mentions is None:
            self._mentions = {}
            for source in sorted(self.sources, key=_is_foreign, reverse=True):
                for key, line in source.locations.lines.items():
                    if len(key) == 3:
                        self._mentions.setdefault(key[2], Place(source.name, line, _is_foreign(source)))
        return self._mentions


def line_of_value(locations: Locations, predicate: str, value: str) -> int | None:
    """The first line on which a file gives a value, whatever it gives it to (it may have no name)."""
    return next((line for key, line in locations.lines.items() if key[1:] == (predicate, value)), None)


def _is_foreign(source: Source) -> bool:
    return source.graph is None


def _nearness(source: Source, thing: str, path: str | None, value: str | None) -> int:
    lines = source.locations.lines
    keys = [(thing, path, value), (thing, path), (thing, str(RDF.type))]
    return next((len(keys) - rank for rank, key in enumerate(keys) if key in lines), 0)
