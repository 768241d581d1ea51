"""The names of the vocabulary and of the things: closed namespaces, prefixes, short and full IRIs."""

from __future__ import annotations

from rdflib import URIRef
from rdflib.namespace import DefinedNamespace, Namespace

from crosswalk import iris
from crosswalk.iris import PREFIXES, compact

__all__ = ["BASE", "GRAPH", "ID", "ONTOLOGY", "PREFIXES", "SEMAPV", "SHAPE", "SSSOM", "XKOS", "XW",
           "compact", "expand"]  # fmt: skip

BASE = Namespace(iris.BASE)
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
    Level: URIRef
    Mapping: URIRef
    MappingSet: URIRef
    Premise: URIRef
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
    declaredSize: URIRef
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
    keepsWording: URIRef
    legend: URIRef
    levelDepth: URIRef
    levelKind: URIRef
    levelOf: URIRef
    linkedTo: URIRef
    mapsInto: URIRef
    object: URIRef
    obligation: URIRef
    ordinal: URIRef
    outcome: URIRef
    pageCount: URIRef
    pages: URIRef
    predicate: URIRef
    premiseOf: URIRef
    quotedFrom: URIRef
    rationale: URIRef
    rationaleKind: URIRef
    strength: URIRef
    readBackwards: URIRef
    reason: URIRef
    remark: URIRef
    restsOn: URIRef
    restsOnChange: URIRef
    restsOnPart: URIRef
    setRelation: URIRef
    sharesCellWith: URIRef
    subject: URIRef
    text: URIRef
    textCoverage: URIRef
    titleSource: URIRef
    within: URIRef
    withinWhole: URIRef

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


def expand(text: str) -> URIRef:
    """The IRI that a text stands for; see names.expand.

    >>> expand("ipa/2.0/guideline/9") == ID["ipa/2.0/guideline/9"], expand("xw:Guideline") == XW.Guideline
    (True, True)
    """
    return URIRef(iris.expand(text))
