"""Prefixes, short and full IRIs, as plain text: what commands need of names, without an RDF library."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from crosswalk.errors import InputError
from crosswalk.folders import content_root

BASE = "https://w3id.org/iot-security-crosswalk/"
"""What every IRI of the project begins with."""

ID = BASE + "id/"
"""What the IRI of every thing begins with."""

GRAPH = BASE + "graph/"
"""What the IRI of every named graph begins with."""

_DECLARED = ("http://www.w3.org/ns/shacl#prefix", "http://www.w3.org/ns/shacl#namespace")


@cache
def declared_prefixes() -> dict[str, str]:
    """The pairs (prefix, namespace) of ``ontology/prefixes.ttl``, in the order of the prefixes."""
    # Imported here, since most callers need the names above and no parser.
    from pyoxigraph import RdfFormat, parse

    subjects: dict[object, dict[str, str]] = {}
    for quad in parse(path=content_root() / "ontology" / "prefixes.ttl", format=RdfFormat.TURTLE):
        if quad.predicate.value in _DECLARED:
            subjects.setdefault(quad.subject, {})[quad.predicate.value] = quad.object.value
    pairs = (tuple(found[each] for each in _DECLARED) for found in subjects.values())
    return dict(sorted(pairs))


class _Prefixes(Mapping[str, str]):
    """A read-only dictionary from prefix to namespace that reads its file on first use."""

    def __getitem__(self, prefix: str) -> str:
        return declared_prefixes()[prefix]

    def __iter__(self) -> Iterator[str]:
        return iter(declared_prefixes())

    def __len__(self) -> int:
        return len(declared_prefixes())


PREFIXES: Mapping[str, str] = _Prefixes()
"""Every declared prefix with its namespace."""


def term(name: str) -> str:
    """The IRI of a term of the ontology; a test holds every name given here against namespaces.XW.

    >>> term("Guideline") == expand("xw:Guideline")
    True
    """
    return f"{BASE}ontology#{name}"


def compact(iri: str) -> str:
    """The short form of an IRI: the bare path of a thing of ours, a CURIE, or the IRI as it is.

    >>> compact(ID + "ipa/2.0/guideline/9"), compact(BASE + "ontology#Guideline"), compact("urn:other")
    ('ipa/2.0/guideline/9', 'xw:Guideline', 'urn:other')
    """
    text = str(iri)
    if text.startswith(ID) and len(text) > len(ID):
        return text[len(ID) :]
    return _curie(text)


@lru_cache(4096)
def _curie(text: str) -> str:
    """A CURIE, by the longest namespace that fits; pages write the same few terms over and over."""
    fitting = [prefix for prefix, namespace in PREFIXES.items() if text.startswith(namespace)]
    if not fitting:
        return text
    prefix = max(fitting, key=lambda each: len(PREFIXES[each]))
    return f"{prefix}:{text[len(PREFIXES[prefix]) :]}"


def expand(text: str) -> str:
    """The IRI that a full IRI (bare or in angle brackets), a CURIE or the path of a thing stands for.

    >>> expand("ipa/2.0/guideline/9") == ID + "ipa/2.0/guideline/9"
    True
    """
    name = text.strip()
    if name.startswith("<") and name.endswith(">"):
        name = name[1:-1]
    if not name or any(character in name for character in ' <>"{}|\\^`\n\t'):
        raise InputError(f"“{text}” is no IRI", hint="Give a full IRI, prefix:name, or ipa/2.0/guideline/9.")
    if "://" in name or name.startswith(("urn:", "mailto:")):
        return name
    prefix, colon, local = name.partition(":")
    if not colon:
        return ID + name
    if prefix not in PREFIXES:
        raise InputError(
            f"the prefix “{prefix}:” is not declared",
            hint="The prefixes known are " + ", ".join(PREFIXES) + ".",
        )
    return PREFIXES[prefix] + local
