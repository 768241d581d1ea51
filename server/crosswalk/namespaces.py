"""The namespaces as rdflib has them; that of the ontology is closed."""

from __future__ import annotations

from rdflib import URIRef
from rdflib.namespace import DefinedNamespace, Namespace

from crosswalk import iris

BASE = Namespace(iris.BASE)
ID = Namespace(BASE + "id/")
GRAPH = Namespace(BASE + "graph/")
SHAPE = Namespace(BASE + "shape/")
ONTOLOGY = URIRef(BASE + "ontology")

SEMAPV = Namespace("https://w3id.org/semapv/vocab/")
SSSOM = Namespace("https://w3id.org/sssom/")
XKOS = Namespace("http://rdf-vocabulary.ddialliance.org/xkos#")


_TERMS = {
    "Classes of things": """
        Category Change Comparison ComparisonSet CurationNote Document Edition Element Guideline Level
        Mapping MappingSet Premise Provision Quotation Reading Section Standard Statement""",
    "Classes of concepts": """
        Alignment AlignmentBasis Certainty ChangeKind Irregularity Outcome RationaleKind SetRelation
        TextCoverage""",
    "Properties": """
        about against alignment alignmentBasis appliesWhen approximate asCited certainty changeFrom
        changeKind changeTo crossReference declaredCount declaredSize declaresComplete descendsFrom
        editionOf excludesRelation focus followedReading fullerSide goal hasReading inCategory
        inComparison inComparisonSet inEdition inMapping inMappingSet irregularity issuedFrom issuedUntil
        keepsWording legend levelDepth levelKind levelOf linkedTo mapsInto object obligation ordinal
        outcome pageCount pages predicate premiseOf quotedFrom rationale rationaleKind strength
        readBackwards reason remark restsOn restsOnChange restsOnPart setRelation sharesCellWith subject
        text textCoverage titleSource within withinWhole""",
    "Colours, and what they rest on": """
        Green Red Yellow Assessed InferredFromProse InferredFromRemark StatedInSource""",
    "Outcomes": """
        AssertedNone Contradictory CounterpartNotNamed Mapped NotAssessed SourceSilent""",
    "Set relations, and the rationale they are judged by": """
        Disjoint Equal Intersects Subset Superset Functional Semantic Syntactic""",
    "Kinds of change": """
        Added Continued Merged Removed Renumbered Split""",
    "Certainty and text coverage": """
        ReadElsewhere ReadInDocument FullText Partial TitlesOnly""",
    "Kinds of irregularity": """
        AuthorNotStated ContradictoryTitle CountMismatch DateMismatch DateNotStated DifferentPublications
        DocumentNotHeld EditionNotStated EmptyCell HeadingMismatch IdentifierCut LicenceInDoubt
        MissingColours MisstatedName NameVariant NumberGivenTwice PassageMisfiled
        ReferenceWithoutDocument SourceSlip SpellingVariant SubjectMismatch TitleMismatch TitleNotGiven
        UndeclaredSuccession""",
}
"""The local names of the terms of the ontology, by what they are."""


class XW(DefinedNamespace):
    """The terms of the ontology and no others: any other name raises AttributeError."""

    _fail = True
    _NS = Namespace(ONTOLOGY + "#")
    __annotations__ = {name: URIRef for names in _TERMS.values() for name in names.split()}
