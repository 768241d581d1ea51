"""Prefixes, CURIEs and IRIs without an RDF library; the one place that shortens them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from crosswalk.errors import InputError
from crosswalk.folders import content_root

BASE = "https://w3id.org/iot-security-crosswalk/"
"""The beginning of every IRI of the project."""

ID = BASE + "id/"
"""The beginning of the IRI of every element, edition, mapping and body."""

GRAPH = BASE + "graph/"
"""The beginning of the IRI of every named graph."""

FINDINGS = GRAPH + "findings"
"""The graph of what validation found: the one that is not part of the default graph."""

_PREFIX, _NAMESPACE = _DECLARED = (
    "http://www.w3.org/ns/shacl#prefix",
    "http://www.w3.org/ns/shacl#namespace",
)


@cache
def declared_prefixes() -> dict[str, str]:
    """Return the namespace of each prefix of ``ontology/prefixes.ttl``, in the order of the prefixes."""
    # Imported here, since most callers need the names above and no parser.
    from pyoxigraph import RdfFormat, parse

    declarations: dict[object, dict[str, str]] = {}
    for quad in parse(path=content_root() / "ontology" / "prefixes.ttl", format=RdfFormat.TURTLE):
        if quad.predicate.value in _DECLARED:
            declarations.setdefault(quad.subject, {})[quad.predicate.value] = quad.object.value
    return dict(sorted((values[_PREFIX], values[_NAMESPACE]) for values in declarations.values()))


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


@cache
def turtle_prologue() -> str:
    """Return the declarations of all prefixes in Turtle, one a line."""
    return "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())


def prefixes_in(triples: bytes) -> dict[str, str]:
    """Return the declared prefixes whose namespaces occur in N-Triples or N-Quads."""
    return {prefix: space for prefix, space in PREFIXES.items() if f"<{space}".encode() in triples}


class Curies:
    """Shorten IRIs by a set of prefixes, the longest namespace first, and remember which were used.

    CURIE Syntax 1.0, https://www.w3.org/TR/curie/#s_syntax. What may follow the colon differs by format:
    ``local_name`` says it, where it is not any text.
    """

    def __init__(self, prefixes: Mapping[str, str], local_name: re.Pattern[str] | None = None) -> None:
        self.used: dict[str, str] = {}
        self._local_name = local_name
        self._declared: list[tuple[str, str]] = []
        for prefix, namespace in prefixes.items():
            self.declare(prefix, namespace)

    def declare(self, prefix: str, namespace: str) -> None:
        """Add a prefix."""
        self._declared.append((namespace, prefix))
        self._declared.sort(key=lambda pair: len(pair[0]), reverse=True)

    def shorten(self, iri: str) -> str | None:
        """Return the CURIE of an IRI; None where no namespace fits it."""
        for namespace, prefix in self._declared:
            if iri.startswith(namespace):
                local = iri[len(namespace) :]
                if self._local_name is None or self._local_name.fullmatch(local):
                    self.used[prefix] = namespace
                    return f"{prefix}:{local}"
        return None


@cache
def _curies() -> Curies:
    return Curies(PREFIXES)


@lru_cache(4096)
def shorten(iri: str) -> str:
    """Return the CURIE of an IRI by the declared prefixes, or the IRI itself where none fits.

    >>> shorten(ID + "ipa"), shorten("urn:other")
    ('id:ipa', 'urn:other')
    """
    return _curies().shorten(iri) or iri


def expand_curie(text: str, prefixes: Mapping[str, str] = PREFIXES) -> str | None:
    """Return the IRI a CURIE stands for; None for what is no CURIE, or one of an unknown prefix.

    >>> expand_curie("skos:note"), expand_curie("note"), expand_curie("http://example.org/")
    ('http://www.w3.org/2004/02/skos/core#note', None, None)
    """
    prefix, colon, local = text.partition(":")
    return prefixes[prefix] + local if colon and prefix in prefixes and local[:2] != "//" else None


def term(name: str) -> str:
    """Return the IRI of a term of the ontology; a test compares every name given here with namespaces.XW.

    >>> term("Guideline") == expand("xw:Guideline")
    True
    """
    return f"{BASE}ontology#{name}"


def compact(iri: str) -> str:
    """Return the short form of an IRI: the path of an element of ours, a CURIE, or the IRI as it is.

    >>> compact(ID + "ipa/2.0/guideline/9"), compact(BASE + "ontology#Guideline"), compact("urn:other")
    ('ipa/2.0/guideline/9', 'xw:Guideline', 'urn:other')
    """
    text = str(iri)
    return text[len(ID) :] if text.startswith(ID) and len(text) > len(ID) else shorten(text)


def is_language(text: str) -> bool:
    """Say whether a text is the tag of a language, as literals bear it.

    The form is that of https://www.w3.org/TR/turtle/#grammar-production-LANGTAG, with no part of more than
    eight characters: https://www.rfc-editor.org/rfc/rfc5646#section-2.1.

    >>> is_language("pt-BR"), is_language("deutsch!")
    (True, False)
    """
    return bool(re.fullmatch(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", text))


@lru_cache(4096)
def is_iri(text: str) -> bool:
    """Say whether a text is a full IRI (RFC 3987), as the store takes it.

    >>> is_iri("https://example.org/a"), is_iri("https://example.org/a b"), is_iri("CC0")
    (True, False, False)
    """
    from pyoxigraph import NamedNode  # needed here alone, as above

    try:
        return bool(NamedNode(text).value)
    except ValueError:
        return False


def expand(text: str) -> str:
    """Return the IRI that a full IRI (bare or in angle brackets), a CURIE or the path of an element means.

    Raises InputError for what is none of these, and for an unknown prefix.

    >>> expand("ipa/2.0/guideline/9") == ID + "ipa/2.0/guideline/9"
    True
    """
    name = text.strip()
    if name.startswith("<") and name.endswith(">"):
        name = name[1:-1]
    iri: str | None = ID + name
    if "://" in name or name.startswith(("urn:", "mailto:")):
        iri = name
    elif ":" in name:
        iri = expand_curie(name)
    if not name or not is_iri(iri or name):
        raise InputError(f"“{text}” is no IRI", hint="Give a full IRI, prefix:name, or ipa/2.0/guideline/9.")
    if iri is None:
        what = f"the prefix “{name.partition(':')[0]}:” is not declared"
        raise InputError(what, hint="The prefixes known are " + ", ".join(PREFIXES) + ".")
    return iri
