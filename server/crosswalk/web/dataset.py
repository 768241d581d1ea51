"""Describe and write the dataset: its named graphs with their sizes, its files, and its metadata."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from flask import current_app

from crosswalk.iris import GRAPH, ID, turtle_prologue
from crosswalk.stores.results import Row
from crosswalk.web.http.negotiation import NQUADS, NTRIPLES, RDF, TRIG, TURTLE, Representation
from crosswalk.web.labels import named
from crosswalk.web.tables import first_by, text
from crosswalk.web.urls import path_of

FIRST_GROUPS = {"comparisons": "Comparisons", "mappings": "Mapping sets", "notes": "Curation notes"}
LAST_GROUPS = {"bodies": "Shared by all", "sources": "Shared by all", "topics": "Shared by all",
               "graphs": "Shared by all", "ontology": "Vocabulary", "inferred": "Worked out, not curated",
               "derived": "Worked out, not curated", "links": "Worked out, not curated",
               "findings": "Worked out, not curated"}  # fmt: skip
"""First segment of a graph's name → heading; the graphs of each standard stand between the two."""

_CHUNK = 2**16
_PREFIX_LINES = re.compile(rb"\A(?:@prefix [^\n]*\n)+")


def group_graphs(graphs: Mapping[str, list[Row]]) -> list[tuple[str, list[list[Row]]]]:
    """Group graphs, IRI → rows, under what they are about: comparisons and mappings, standards, the rest."""
    groups: dict[tuple[int, str], list[list[Row]]] = {}
    for iri, rows in graphs.items():
        first = iri.removeprefix(GRAPH).partition("/")[0]
        if first in FIRST_GROUPS:
            heading = (0, FIRST_GROUPS[first])
        elif first in LAST_GROUPS:
            heading = (2, LAST_GROUPS[first])
        else:
            heading = (1, named(ID + first))
        groups.setdefault(heading, []).append(rows)
    return [(title, groups[rank, title]) for rank, title in sorted(groups)]


class Measure(NamedTuple):
    """How many bytes a graph has as N-Triples with sorted lines, and their SHA-256."""

    size: int
    hash: str


@lru_cache(maxsize=2)
def measure_graphs(dataset: Path) -> dict[str, Measure]:
    """Measure each graph of a file of N-Quads whose lines are sorted; the file is read line by line.

    A graph with blank nodes is left out: their names change, and its bytes with them.
    """
    sizes: dict[bytes, int] = {}
    with_blank_nodes: set[bytes] = set()
    digests = defaultdict(hashlib.sha256)
    with dataset.open("rb") as file:
        for line in file:
            triple, graph, _ = line.rsplit(b" ", 2)
            # Subject and predicate alone before an IRI, or the end of a literal: the line names no graph.
            if triple.count(b" ") == 1 or not graph.startswith(b"<") or b'"' in graph:
                continue
            if triple.startswith(b"_:") or triple.split(b" ", 2)[2].startswith(b"_:"):
                with_blank_nodes.add(graph)
            statement = triple + b" .\n"
            sizes[graph] = sizes.get(graph, 0) + len(statement)
            digests[graph].update(statement)
    return {
        graph[1:-1].decode(): Measure(sizes[graph], digest.hexdigest())
        for graph, digest in digests.items()
        if graph not in with_blank_nodes
    }


def sort_lines(triples: bytes) -> bytes:
    """Sort the lines of N-Triples, so that the same facts are the same bytes."""
    return b"".join(sorted(line + b"\n" for line in triples.split(b"\n") if line))


def write_trig(graphs: Iterable[str], turtle: Callable[[str], bytes]) -> Iterator[bytes]:
    """Write named graphs as TriG, one after the other; ``turtle`` writes one with the project's prefixes."""
    yield turtle_prologue().encode()
    for iri in graphs:
        yield f"\n<{iri}> {{\n".encode() + _PREFIX_LINES.sub(b"", turtle(iri)) + b"}\n"


def describe_dataset() -> dict[str, Any]:
    """Describe the whole as a schema:Dataset in JSON-LD; its version is the hash of the snapshot."""
    base, version = _base_and_version()
    described = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": base,
        "name": "IoT Security Crosswalk",
        "description": "Security guidelines for the Internet of Things, their editions and the mappings "
        "between them, as an RDF graph in which every statement names its source.",
        "url": base,
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "keywords": ["Internet of Things", "security guidelines", "crosswalk", "RDF", "SKOS", "SSSOM"],
        "isAccessibleForFree": True,
        "inLanguage": ["en", "ja"],
        "distribution": _whole_files(base, with_quads=version is not None),
    }
    return described | ({"version": version} if version else {})


def _base_and_version() -> tuple[str, str | None]:
    served = current_app.extensions
    return served["crosswalk-settings"].base_iri, getattr(served["crosswalk-snapshot"], "hash", None)


def _whole_files(base: str, *, with_quads: bool) -> list[dict[str, str]]:
    """List the downloads of the whole graph and of the vocabulary; quads where there is a file of them."""
    quads = (TRIG, NQUADS) if with_quads else ()
    files = [
        *((form, "data/crosswalk", "The whole graph") for form in RDF),
        *((form, "data/crosswalk", "The whole with its named graphs") for form in quads),
        *((form, "ontology", "The vocabulary") for form in RDF[:2]),
    ]
    return [
        {
            "@type": "DataDownload",
            "encodingFormat": form.media_type,
            "contentUrl": f"{base}{path}.{form.name}",
            "name": f"{name}, {form.title}",
        }
        for form, path, name in files
    ]


def describe_graphs(graphs: Mapping[str, list[Row]], measures: Mapping[str, Measure]) -> dict[str, Any]:
    """Describe the dataset with its named graphs as parts, in the terms of schema.org and of DCAT."""
    base, version = _base_and_version()
    described = describe_dataset() | {
        "@context": {
            "@vocab": "https://schema.org/",
            "dcat": "http://www.w3.org/ns/dcat#",
            "dcterms": "http://purl.org/dc/terms/",
        },
        "@type": ["Dataset", "dcat:Dataset"],
    }
    if version:
        # The IRI of this very version, beside that of the dataset, whose content may change.
        described |= {
            "dcat:version": version,
            "dcat:hasCurrentVersion": {"@id": f"{base}snapshot/{version[:16]}"},
        }
    parts = [_describe_graph(base, rows, measures.get(iri)) for iri, rows in graphs.items()]
    return described | {"hasPart": parts}


def _describe_graph(base: str, rows: list[Row], measure: Measure | None) -> dict[str, Any]:
    """Describe a named graph as a dataset of its own, with licence, sources and files."""
    row = rows[0]
    iri, licence = text(row, "graph"), {"@id": text(row, "licence")}
    described = {
        "@id": iri,
        "@type": ["Dataset", "dcat:Dataset"],
        "name": text(row, "title") or iri,
        "distribution": [_describe_file(base, iri, form, measure) for form in (TURTLE, NTRIPLES)],
    }
    optional = {
        "description": text(row, "description"),
        "license": row["licence"] and licence,
        "dcterms:license": row["licence"] and licence,
        "dateModified": text(row, "modified"),
        "isBasedOn": [{"@id": source} for source in first_by(rows, "source") if source],
    }
    return described | {name: value for name, value in optional.items() if value}


def _describe_file(base: str, graph: str, form: Representation, measure: Measure | None) -> dict[str, Any]:
    """Describe a download of a named graph, with size and hash where its bytes are always the same."""
    address = f"{base.rstrip('/')}{path_of(graph)}.{form.name}"
    described: dict[str, Any] = {
        "@type": ["DataDownload", "dcat:Distribution"],
        "encodingFormat": form.media_type,
        "contentUrl": address,
        "dcat:downloadURL": {"@id": address},
    }
    if measure and form is NTRIPLES:
        described |= {"dcat:byteSize": measure.size, "sha256": measure.hash}
    return described
