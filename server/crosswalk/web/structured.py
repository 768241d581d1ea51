"""The description of the whole that search engines read, in the words of schema.org."""

from __future__ import annotations

from crosswalk.settings import Settings


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
        "distribution": [
            {
                "@type": "DataDownload",
                "encodingFormat": media_type,
                "contentUrl": f"{base}ontology.{suffix}",
                "name": "The vocabulary",
            }
            for media_type, suffix in (("text/turtle", "ttl"), ("application/ld+json", "jsonld"))
        ],
    }
    return described | ({"version": version} if version else {})
