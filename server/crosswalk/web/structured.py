"""The descriptions that search engines and catalogues read, in the words of schema.org and DCAT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crosswalk.settings import Settings
from crosswalk.web.dumps import Measure
from crosswalk.web.links import local
from crosswalk.web.negotiation import NQUADS, NTRIPLES, RDF, TRIG, TURTLE, Representation


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
