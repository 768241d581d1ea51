"""The named graphs as the page of downloads lists them."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from crosswalk.iris import GRAPH, PREFIXES
from crosswalk.settings import Settings
from crosswalk.stores.results import Answer, Term
from crosswalk.web.http.negotiation import NQUADS, NTRIPLES, RDF, TRIG, TURTLE, Representation
from crosswalk.web.urls import local

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


_PIECE = 2**16
_PREFIX_LINES = re.compile(rb"\A(?:@prefix [^\n]*\n)+")


@dataclass(frozen=True)
class Measure:
    """How many bytes a graph has as N-Triples in the order of their lines, and their SHA-256."""

    size: int
    hash: str


def ordered(triples: bytes) -> bytes:
    """N-Triples with their lines in order, so that the same facts are the same bytes."""
    return b"".join(sorted(line + b"\n" for line in triples.split(b"\n") if line))


@lru_cache(maxsize=2)
def measure(dataset: Path) -> dict[str, Measure]:
    """Graph → measure, of a file of N-Quads whose lines stand in order; it is read line by line.

    A graph with blank nodes has none: their names change, and its bytes with them.
    """
    sizes: dict[bytes, int] = {}
    unnamed: set[bytes] = set()
    digests: dict[bytes, hashlib._Hash] = {}
    with dataset.open("rb") as file:
        for line in file:
            triple, name, _ = line.rsplit(b" ", 2)
            # Subject and predicate alone before an IRI, or the end of a literal: the line names no graph.
            if triple.count(b" ") == 1 or not name.startswith(b"<") or b'"' in name:
                continue
            if triple.startswith(b"_:") or triple.split(b" ", 2)[2].startswith(b"_:"):
                unnamed.add(name)
            said = triple + b" .\n"
            sizes[name] = sizes.get(name, 0) + len(said)
            digests.setdefault(name, hashlib.sha256()).update(said)
    return {
        name[1:-1].decode(): Measure(sizes[name], digest.hexdigest())
        for name, digest in digests.items()
        if name not in unnamed
    }


def pieces(path: Path) -> Iterator[bytes]:
    """The file, piece by piece."""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece


def compressed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces in gzip, each when it is there."""
    squeezing = zlib.compressobj(1, wbits=31)
    for piece in pieces:
        if done := squeezing.compress(piece):
            yield done
    yield squeezing.flush()


def trig(graphs: Iterable[str], turtle: Callable[[str], bytes]) -> Iterator[bytes]:
    """The named graphs as TriG, one after the other; ``turtle`` writes one with the project's prefixes."""
    yield "".join(f"@prefix {name}: <{base}> .\n" for name, base in PREFIXES.items()).encode()
    for iri in graphs:
        yield f"\n<{iri}> {{\n".encode() + _PREFIX_LINES.sub(b"", turtle(iri)) + b"}\n"


def in_words(size: int) -> str:
    """A number of bytes as people say it.

    >>> in_words(812), in_words(20_057_771), in_words(4_200)
    ('812 B', '20.1 MB', '4.2 kB')
    """
    if size < 1000:
        return f"{size} B"
    return f"{size / 1000:.1f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def dataset(settings: Settings, version: str | None) -> dict[str, object]:
    """A schema:Dataset; ``version`` is the hash of the snapshot."""
    base = settings.base_iri
    described: dict[str, object] = {
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
        "distribution": whole_files(base, named=version is not None),
    }
    return described | ({"version": version} if version else {})


def whole_files(base: str, *, named: bool) -> list[dict[str, str]]:
    """The downloads of the whole graph and of the vocabulary; ``named`` where there is a file of quads."""
    files = [(f"data/crosswalk.{form.name}", form, "The whole graph") for form in RDF]
    if named:
        files += [
            (f"data/crosswalk.{one.name}", one, "The whole with its named graphs") for one in (TRIG, NQUADS)
        ]
    files += [(f"ontology.{form.name}", form, "The vocabulary") for form in RDF[:2]]
    return [
        {
            "@type": "DataDownload",
            "encodingFormat": form.media_type,
            "contentUrl": base + path,
            "name": f"{name}, {form.title}",
        }
        for path, form, name in files
    ]


def catalogue(
    settings: Settings,
    version: str | None,
    graphs: Sequence[Mapping[str, Any]],
    measures: Mapping[str, Measure],
) -> dict[str, object]:
    """The dataset with its named graphs as parts, each with licence, sources and files, for both readers."""
    whole = dataset(settings, version) | {
        "@context": {
            "@vocab": "https://schema.org/",
            "dcat": "http://www.w3.org/ns/dcat#",
            "dcterms": "http://purl.org/dc/terms/",
        },
        "@type": ["Dataset", "dcat:Dataset"],
    }
    if version:
        # The IRI of this very version, beside that of the dataset, whose content may change.
        whole |= {
            "dcat:version": version,
            "dcat:hasCurrentVersion": {"@id": f"{settings.base_iri}snapshot/{version[:16]}"},
        }
    return whole | {
        "hasPart": [part(settings.base_iri, row, measures.get(row["graph"].value)) for row in graphs]
    }


def part(base: str, row: Mapping[str, Any], measure: Measure | None) -> dict[str, object]:
    """One named graph as a dataset of its own."""
    iri = row["graph"].value
    described: dict[str, object] = {
        "@id": iri,
        "@type": ["Dataset", "dcat:Dataset"],
        "name": row["title"].value if row["title"] else iri,
        "distribution": [file(base, iri, form, measure) for form in (TURTLE, NTRIPLES)],
    }
    if row["description"]:
        described["description"] = row["description"].value
    if row["licence"]:
        described["license"] = {"@id": row["licence"].value}
        described["dcterms:license"] = {"@id": row["licence"].value}
    if row["modified"]:
        described["dateModified"] = row["modified"].value
    if row["sources"]:
        described["isBasedOn"] = [{"@id": source} for source in row["sources"]]
    return described


def file(base: str, graph: str, form: Representation, measure: Measure | None) -> dict[str, object]:
    """One download of a named graph; its size and hash where its bytes are always the same."""
    address = f"{base.rstrip('/')}{local(graph)}.{form.name}"
    described: dict[str, object] = {
        "@type": ["DataDownload", "dcat:Distribution"],
        "encodingFormat": form.media_type,
        "contentUrl": address,
        "dcat:downloadURL": {"@id": address},
    }
    if measure and form is NTRIPLES:
        described |= {"dcat:byteSize": measure.size, "sha256": measure.hash}
    return described
