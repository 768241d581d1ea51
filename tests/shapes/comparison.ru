# What to do to the good example so that it breaks exactly the shape named above each update.

#! ComparisonIsInOneSet
INSERT DATA {
    <comparison/t/x> a xw:Comparison ;
        xw:focus <a/2/guideline/3> ;
        xw:against <b/1> ;
        xw:outcome xw:SourceSilent ;
        dcterms:source <source/table> .
}

#! ComparisonHasOneFocus
INSERT DATA {
    <comparison/t/x> a xw:Comparison ;
        xw:inComparisonSet <comparison/t> ;
        xw:against <b/1> ;
        xw:outcome xw:SourceSilent ;
        dcterms:source <source/table> .
}

#! ComparisonIsAgainstOneEdition
DELETE DATA { <comparison/t/3> xw:against <b/1> . }

#! ComparisonHasOneOutcome
DELETE DATA { <comparison/t/3> xw:outcome xw:AssertedNone . }

#! ComparisonHasAtMostOneAlignment
INSERT DATA { <comparison/t/2> xw:alignment xw:Yellow ; xw:fullerSide <b/1> . }

#! ComparisonHasAtMostOneRemark
INSERT DATA { <comparison/t/1> xw:remark "And more."@en . }

#! PageEvidenceIsInDigits
INSERT DATA { <comparison/t/1> xw:pages "pp. 5" . }

#! OutcomeIsAsserted
DELETE DATA {
    <comparison/t/3> xw:outcome xw:AssertedNone ;
        xw:alignment xw:Red ;
        xw:alignmentBasis xw:InferredFromProse .
} ;
INSERT DATA { <comparison/t/3> xw:outcome xw:NotAssessed . }

#! MappedRowHasColour
DELETE DATA { <comparison/t/2> xw:alignment xw:Green ; xw:alignmentBasis xw:InferredFromRemark . }

#! ColourHasOneBasis
DELETE DATA { <comparison/t/3> xw:alignmentBasis xw:InferredFromProse . }

#! ColourHasRationale
DELETE WHERE { <comparison/t/3> xw:rationale ?said . }

#! StatedColourIsQuoted
DELETE DATA { <comparison/t/3> xw:alignmentBasis xw:InferredFromProse . } ;
INSERT DATA { <comparison/t/3> xw:alignmentBasis xw:StatedInSource . }

#! ColourFitsOutcome
DELETE DATA { <comparison/t/3> xw:outcome xw:AssertedNone . } ;
INSERT DATA { <comparison/t/3> xw:outcome xw:CounterpartNotNamed . }

#! YellowNamesTheFullerSide
DELETE DATA { <comparison/t/1> xw:fullerSide <b/1> . }

#! FullerSideIsCompared
DELETE DATA { <comparison/t/1> xw:fullerSide <b/1> . } ;
INSERT DATA { <comparison/t/1> xw:fullerSide <a/1> . }

#! ColourFromRemarkHasRemark
DELETE DATA { <comparison/t/2> xw:sharesCellWith <comparison/t/1> . }

#! SharedCellHasRemark
DELETE DATA { <comparison/t/2> xw:sharesCellWith <comparison/t/1> . } ;
INSERT DATA { <comparison/t/2> xw:sharesCellWith <comparison/t/3> . }

#! RowSharingACellHasNoRemark
INSERT DATA { <comparison/t/2> xw:remark "Same."@en . }

#! MappedRowHasMapping
DELETE WHERE { <mapping/t/2-D.1-2> xw:inComparison ?row . }

#! UnmappedRowHasNoMapping
DELETE DATA {
    <comparison/t/2> xw:outcome xw:Mapped ;
        xw:alignment xw:Green ;
        xw:alignmentBasis xw:InferredFromRemark .
} ;
INSERT DATA { <comparison/t/2> xw:outcome xw:SourceSilent . }

#! FocusIsOutsideTheEditionAgainst
INSERT DATA {
    <comparison/t/x> a xw:Comparison ;
        xw:inComparisonSet <comparison/t> ;
        xw:focus <a/2/guideline/3> ;
        xw:against <a/2> ;
        xw:outcome xw:SourceSilent ;
        dcterms:source <source/table> .
}

#! ComparisonSetHasLabel
DELETE WHERE { <comparison/t> skos:prefLabel ?said . }

#! ComparisonSetNamesItsAuthor
DELETE DATA { <note/author> xw:irregularity xw:AuthorNotStated . } ;
INSERT DATA { <note/author> xw:irregularity xw:SourceSlip . }

#! ColouredSetHasLegend
DELETE WHERE { <comparison/t> xw:legend ?said . }

#! ComparisonSetIsComplete
DELETE WHERE { <comparison/t/3> ?property ?value . }

#! GuidelineHasOneRow
INSERT DATA {
    <comparison/t/x> a xw:Comparison ;
        xw:inComparisonSet <comparison/t> ;
        xw:focus <a/2/guideline/3> ;
        xw:against <b/1> ;
        xw:outcome xw:SourceSilent ;
        dcterms:source <source/table> .
}

#! ColourHasOneBasis, a basis without a colour
DELETE DATA { <comparison/t/3> xw:alignment xw:Red . }

#! ColourHasOneBasis, two bases
INSERT DATA { <comparison/t/3> xw:alignmentBasis xw:Assessed . }

#! ColourFitsOutcome, green where nothing is there
DELETE DATA { <comparison/t/3> xw:alignment xw:Red . } ;
INSERT DATA { <comparison/t/3> xw:alignment xw:Green . }
