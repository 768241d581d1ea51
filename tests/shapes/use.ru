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
