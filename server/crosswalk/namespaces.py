"""The names of the vocabulary and of the things: closed namespaces, prefixes, short and full IRIs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from rdflib import URIRef
from rdflib.namespace import SH, DefinedNamespace, Namespace

from .content import content_root
from .errors import InputError

BASE = Namespace("https://w3id.org/iot-security-crosswalk/")
ID = Namespace(BASE + "id/")
GRAPH = Namespace(BASE + "graph/")
SHAPE = Namespace(BASE + "shape/")
ONTOLOGY = URIRef(BASE + "ontology")

SEMAPV = Namespace("https://w3id.org/semapv/vocab/")
SSSOM = Namespace("https://w3id.org/sssom/")
XKOS = Namespace("http://rdf-vocabulary.ddialliance.org/xkos#")


class XW(DefinedNamespace):
    """The terms of the ontology and no others: any other name raises AttributeError."""

    _fail = True
    _NS = Namespace(ONTOLOGY + "#")

    # Classes of things
    Category: URIRef
    Change: URIRef
    Comparison: URIRef
    ComparisonSet: URIRef
    CurationNote: URIRef
    Document: URIRef
    Edition: URIRef
    Element: URIRef
    Guideline: URIRef
    Mapping: URIRef
    MappingSet: URIRef
    Provision: URIRef
    Quotation: URIRef
    Reading: URIRef
    Section: URIRef
    Standard: URIRef
    Statement: URIRef

    # Classes of concepts
    Alignment: URIRef
    AlignmentBasis: URIRef
    Certainty: URIRef
    ChangeKind: URIRef
    Irregularity: URIRef
    Outcome: URIRef
    RationaleKind: URIRef
    SetRelation: URIRef
    TextCoverage: URIRef

    # Properties
    about: URIRef
    against: URIRef
    alignment: URIRef
    alignmentBasis: URIRef
    appliesWhen: URIRef
    approximate: URIRef
    asCited: URIRef
    certainty: URIRef
    changeFrom: URIRef
    changeKind: URIRef
    changeTo: URIRef
    crossReference: URIRef
    declaredCount: URIRef
    declaresComplete: URIRef
    descendsFrom: URIRef
    editionOf: URIRef
    excludesRelation: URIRef
    focus: URIRef
    followedReading: URIRef
    fullerSide: URIRef
    goal: URIRef
    hasReading: URIRef
    inCategory: URIRef
    inComparison: URIRef
    inComparisonSet: URIRef
    inEdition: URIRef
    inMapping: URIRef
    inMappingSet: URIRef
    irregularity: URIRef
    issuedFrom: URIRef
    issuedUntil: URIRef
    legend: URIRef
    linkedTo: URIRef
    mapsInto: URIRef
    object: URIRef
    obligation: URIRef
    ordinal: URIRef
    outcome: URIRef
    pageCount: URIRef
    pages: URIRef
    predicate: URIRef
    quotedFrom: URIRef
    rationale: URIRef
    rationaleKind: URIRef
    reason: URIRef
    remark: URIRef
    setRelation: URIRef
    sharesCellWith: URIRef
    subject: URIRef
    text: URIRef
    textCoverage: URIRef
    titleSource: URIRef
    within: URIRef

    # Colours, and what they rest on
    Green: URIRef
    Red: URIRef
    Yellow: URIRef
    Assessed: URIRef
    InferredFromProse: URIRef
    InferredFromRemark: URIRef
    StatedInSource: URIRef

    # Outcomes
    AssertedNone: URIRef
    Contradictory: URIRef
    CounterpartNotNamed: URIRef
    Mapped: URIRef
    NotAssessed: URIRef
    SourceSilent: URIRef

    # Set relations, and the rationale they are judged by
    Disjoint: URIRef
    Equal: URIRef
    Intersects: URIRef
    Subset: URIRef
    Superset: URIRef
    Functional: URIRef
    Semantic: URIRef
    Syntactic: URIRef

    # Kinds of change
    Added: URIRef
    Continued: URIRef
    Merged: URIRef
    Removed: URIRef
    Renumbered: URIRef
    Split: URIRef

    # Certainty and text coverage
    ReadElsewhere: URIRef
    ReadInDocument: URIRef
    FullText: URIRef
    Partial: URIRef
    TitlesOnly: URIRef

    # Kinds of irregularity
    AuthorNotStated: URIRef
    ContradictoryTitle: URIRef
    CountMismatch: URIRef
    DateMismatch: URIRef
    DateNotStated: URIRef
    DifferentPublications: URIRef
    DocumentNotHeld: URIRef
    EditionNotStated: URIRef
    EmptyCell: URIRef
    HeadingMismatch: URIRef
    IdentifierCut: URIRef
    LicenceInDoubt: URIRef
    MissingColours: URIRef
    MisstatedName: URIRef
    NameVariant: URIRef
    NumberGivenTwice: URIRef
    PassageMisfiled: URIRef
    ReferenceWithoutDocument: URIRef
    SourceSlip: URIRef
    SpellingVariant: URIRef
    SubjectMismatch: URIRef
    TitleMismatch: URIRef
    TitleNotGiven: URIRef
    UndeclaredSuccession: URIRef


@cache
def _declared_prefixes() -> dict[str, str]:
    """The pairs (prefix, namespace) of ``ontology/prefixes.ttl``, in the order of the prefixes."""
    # Imported here, since most callers need the names above and no parser.
    from pyoxigraph import RdfFormat, parse

    subjects: dict[object, dict[str, str]] = {}
    for quad in parse(path=content_root() / "ontology" / "prefixes.ttl", format=RdfFormat.TURTLE):
        if quad.predicate.value in (str(SH.prefix), str(SH.namespace)):
            subjects.setdefault(quad.subject, {})[quad.predicate.value] = quad.object.value
    pairs = ((found[str(SH.prefix)], found[str(SH.namespace)]) for found in subjects.values())
    return dict(sorted(pairs))


class _Prefixes(Mapping[str, str]):
    """A read-only dictionary from prefix to namespace that reads its file on first use."""

    def __getitem__(self, prefix: str) -> str:
        return _declared_prefixes()[prefix]

    def __iter__(self) -> Iterator[str]:
        return iter(_declared_prefixes())

    def __len__(self) -> int:
        return len(_declared_prefixes())


PREFIXES: Mapping[str, str] = _Prefixes()
"""Every declared prefix with its namespace."""


def compact(iri: str) -> str:
    """The short form of an IRI: the bare path of a thing of ours, a CURIE, or the IRI as it is.

    >>> compact(ID["ipa/2.0/guideline/9"]), compact(XW.Guideline), compact("urn:other")
    ('ipa/2.0/guideline/9', 'xw:Guideline', 'urn:other')
    """
    text = str(iri)
    if text.startswith(ID) and len(text) > len(ID):
        return text[len(ID) :]
    fitting = [prefix for prefix, namespace in PREFIXES.items() if text.startswith(namespace)]
    if not fitting:
        return text
    prefix = max(fitting, key=lambda each: len(PREFIXES[each]))
    return f"{prefix}:{text[len(PREFIXES[prefix]) :]}"


def expand(text: str) -> URIRef:
    """The IRI that a full IRI (bare or in angle brackets), a CURIE or the path of a thing stands for.

    >>> expand("ipa/2.0/guideline/9") == ID["ipa/2.0/guideline/9"], expand("xw:Guideline") == XW.Guideline
    (True, True)
    """
    name = text.strip()
    if name.startswith("<") and name.endswith(">"):
        name = name[1:-1]
    if not name or any(character in name for character in ' <>"{}|\\^`\n\t'):
        raise InputError(f"“{text}” is no IRI", hint="Give a full IRI, prefix:name, or ipa/2.0/guideline/9.")
    if "://" in name or name.startswith(("urn:", "mailto:")):
        return URIRef(name)
    prefix, colon, local = name.partition(":")
    if not colon:
        return ID[name]
    if prefix not in PREFIXES:
        raise InputError(
            f"the prefix “{prefix}:” is not declared",
            hint="The prefixes known are " + ", ".join(PREFIXES) + ".",
        )
    return URIRef(PREFIXES[prefix] + local)
