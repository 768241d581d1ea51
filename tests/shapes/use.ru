# What to do to the good example so that it breaks exactly the shape named above each update.

#! PropertyIsDefined
INSERT DATA { <a/2/guideline/1> xw:ordnial 1 . }

#! ClassIsDefined
INSERT DATA { <a/2/guideline/1> a xw:Guidline . }

#! ConceptIsFromItsScheme
DELETE DATA { <a/2> xw:textCoverage xw:FullText . } ;
INSERT DATA { <a/2> xw:textCoverage xw:Green . }

#! ReferenceIsDescribed
INSERT DATA { <a/2> dcterms:references <c> . }

#! ThingIsOfOneKind
INSERT DATA { <topic/x> a xw:SetRelation , xw:Outcome ; skos:inScheme <scheme/outcome> . }

#! ConceptIsFromItsScheme, an irregularity
INSERT DATA { <note/title> xw:irregularity xw:Red . }

#! ReferenceIsDescribed, by a mapping into somebody's own namespace
DELETE DATA { <mapping/t/2-D.1-2> xw:inComparison <comparison/t/2> ; xw:subject <a/2/guideline/2> . } ;
INSERT DATA { <mapping/t/2-D.1-2> xw:subject <https://example.org/part> . } ;
DELETE DATA { <comparison/t/2> xw:outcome xw:Mapped ; xw:alignment xw:Green ; xw:alignmentBasis xw:InferredFromRemark ;
    xw:sharesCellWith <comparison/t/1> . } ;
INSERT DATA { <comparison/t/2> xw:outcome xw:CounterpartNotNamed . }

#! PropertyLeadsToItsKind
DELETE DATA { <mapping/t/2-D.1-2> xw:inComparison <comparison/t/2> ; xw:object <b/1/D.1/section/2> . } ;
INSERT DATA { <mapping/t/2-D.1-2> xw:object <b/1> . } ;
DELETE DATA { <comparison/t/2> xw:outcome xw:Mapped ; xw:alignment xw:Green ; xw:alignmentBasis xw:InferredFromRemark ;
    xw:sharesCellWith <comparison/t/1> . } ;
INSERT DATA { <comparison/t/2> xw:outcome xw:CounterpartNotNamed . }

#! PropertyBelongsToItsKind
INSERT DATA { <a/2> xw:outcome xw:SourceSilent . }
