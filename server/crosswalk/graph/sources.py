"""Read the curated files into named graphs, one graph for each file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyoxigraph import NamedNode, Quad

from crosswalk.errors import InputError
from crosswalk.folders import read_text
from crosswalk.graph.canonical import has_blank_node, in_default_graph
from crosswalk.graph.line_index import Locations, locate_file, turtle_tokens
from crosswalk.graph.mappings import locate_mappings, read_mappings
from crosswalk.graph.rdf_files import read_rdf
from crosswalk.namespaces import GRAPH, ID

MAPPINGS_SUFFIX = ".sssom.tsv"
UNREAD_SUFFIXES = {".md"}
"""Files that may lie among the data without being data."""


@dataclass(frozen=True)
class Source:
    """One file with its facts in their order; ``name`` is its path as messages show it.

    The facts of a curated file are kept in the default graph, as most steps need them; ``quads`` has them in
    the graph that bears the file's name.
    """

    path: Path
    name: str
    graph: str | None
    facts: tuple[Quad, ...]

    @property
    def foreign(self) -> bool:
        """Whether the file is somebody else's than the project's."""
        return self.graph is None

    @property
    def quads(self) -> tuple[Quad, ...]:
        """The facts in the graph of a curated file, or in the graphs that somebody else's file names."""
        if self.graph is None:
            return self.facts
        node = NamedNode(self.graph)
        return tuple(Quad(fact.subject, fact.predicate, fact.object, node) for fact in self.facts)

    @cached_property
    def locations(self) -> Locations:
        """The lines on which the file states its facts, read when first asked for."""
        if self.path.name.endswith(MAPPINGS_SUFFIX):
            return locate_mappings(read_text(self.path, self.name), self.name)
        return locate_file(self.path, ID if self.graph else self.path.resolve().as_uri())

    @cached_property
    def subjects(self) -> frozenset[str]:
        """Everything the file describes."""
        return frozenset(fact.subject.value for fact in self.facts)


@dataclass(frozen=True)
class Sources:
    """All files of one build, in the order of their names."""

    files: tuple[Source, ...]

    def __iter__(self) -> Iterator[Source]:
        return iter(self.files)

    def quads(self) -> Iterator[Quad]:
        """Yield every quad of every file."""
        return (quad for source in self.files for quad in source.quads)

    def facts(self) -> Iterator[Quad]:
        """Yield every fact of every file, whichever graph it is in, as one of the default graph."""
        return (in_default_graph(fact) for source in self.files for fact in source.facts)

    def ontology(self) -> Iterator[Quad]:
        """Yield the quads of the ontology's files alone."""
        prefix = GRAPH + "ontology/"
        return (
            quad for source in self.files if (source.graph or "").startswith(prefix) for quad in source.quads
        )

    def with_files(self, others: Iterable[Source]) -> Sources:
        """Return these sources with others beside them; a file that is among them already comes once."""
        known = {source.path.resolve() for source in self.files}
        new = (source for source in others if source.path.resolve() not in known)
        return Sources((*self.files, *new))


def read_sources(root: Path) -> Sources:
    """Read ``ontology/`` and ``data/`` under a folder, each file into the graph that bears its name.

    Raises InputError, with file and line, where a file cannot be read or holds what curated files may not.
    """
    files = [*_files(root, "ontology"), *_files(root, "data")]
    return Sources(tuple(_read_curated(root, path) for path in files))


def read_file(path: Path) -> Source:
    """Read a file of somebody else, in any RDF syntax; its named graphs stay as they are."""
    return Source(path, str(path), None, tuple(read_rdf(path, base=path.resolve().as_uri())))


def graph_name(relative: Path) -> str:
    """Return the IRI of the graph that holds a curated file, given by its path from the content root.

    >>> graph_name(Path("data/ipa/2.0.ttl")).removeprefix(GRAPH)
    'ipa/2.0'
    >>> graph_name(Path("ontology/schemes.ttl")).removeprefix(GRAPH)
    'ontology/schemes'
    """
    name = relative.as_posix().removeprefix("data/")
    for suffix in (MAPPINGS_SUFFIX, ".ttl"):
        name = name.removesuffix(suffix)
    return str(GRAPH + name)


def _files(root: Path, folder: str) -> list[Path]:
    if not (root / folder).is_dir():
        hint = "The content has the folders ontology/ and data/."
        raise InputError("the folder is missing", file=root / folder, hint=hint)
    read = sorted(
        path
        for path in (root / folder).rglob("*")
        if path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(root).parts)
        and not path.name.endswith(("~", *UNREAD_SUFFIXES))
    )
    if not read:
        raise InputError("the folder holds no file to read", file=root / folder)
    return read


def _read_curated(root: Path, path: Path) -> Source:
    relative = path.relative_to(root)
    name, graph = relative.as_posix(), graph_name(relative)
    if path.name.endswith(MAPPINGS_SUFFIX):
        triples = read_mappings(read_text(path, name), name, graph)
    elif path.suffix == ".ttl":
        triples = read_rdf(path, name)
        if relative.parts[0] == "data" and any(map(has_blank_node, triples)):
            _refuse_blank_nodes(path, name)
    else:
        raise InputError(
            f"a curated file ends in .ttl or {MAPPINGS_SUFFIX}",
            file=name,
            hint="Convert it with `crosswalk import`, or move it out of the folder.",
        )
    if not triples:
        raise InputError("the file states no fact", file=name, hint="Write its facts, or delete it.")
    return Source(path, name, graph, tuple(map(in_default_graph, triples)))


def _refuse_blank_nodes(path: Path, name: str) -> None:
    for token in turtle_tokens(read_text(path, name)):
        if token.kind == "blank" or token.text in ("[", "("):
            raise InputError(
                f"“{token.text}” makes a thing without a name (a blank node)",
                file=name,
                line=token.line,
                hint="Give it an IRI: curated facts must be citable, and their order stable.",
            )
