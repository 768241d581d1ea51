# What to do to the good example so that it breaks exactly the shape named above each update.

#! ChangeHasOneKind
DELETE DATA { <change/a-1--a-2/removed-2> xw:changeKind xw:Removed . }

#! ChangeIsInOneCorrespondence
INSERT DATA {
    <change/a-1--a-2/other> a xw:Change ;
        xw:changeKind xw:Added ;
        xw:changeTo <a/2/guideline/3> ;
        dcterms:source <source/table> .
}

#! CorrespondenceComparesTwoEditions
INSERT DATA { <change/a-1--a-2> xkos:compares <b/1> . }

#! ChangeEndsFitItsKind
DELETE DATA { <change/a-1--a-2/removed-2> xw:changeKind xw:Removed . } ;
INSERT DATA { <change/a-1--a-2/removed-2> xw:changeKind xw:Split . }

#! ChangeEndsAreCompared
INSERT DATA {
    <change/a-1--a-2> xkos:madeOf <change/a-1--a-2/added-x> .
    <change/a-1--a-2/added-x> a xw:Change ;
        xw:changeKind xw:Added ;
        xw:changeTo <b/1/D.1> ;
        dcterms:source <source/table> .
}

#! ChangeLeadsForward
DELETE DATA {
    <a/1> dcterms:issued "2016-02"^^xsd:gYearMonth ;
        xw:issuedFrom "2016-02-01"^^xsd:date ;
        xw:issuedUntil "2016-02-29"^^xsd:date .
} ;
INSERT DATA {
    <a/1> dcterms:issued "2018"^^xsd:gYear ;
        xw:issuedFrom "2018-01-01"^^xsd:date ;
        xw:issuedUntil "2018-12-31"^^xsd:date .
} ;
DELETE WHERE { <a/2> dcat:previousVersion ?edition . }

#! GuidelineChangesOnce
DELETE WHERE { <change/a-1--a-2/added-3> ?property ?value . } ;
DELETE DATA { <change/a-1--a-2> xkos:madeOf <change/a-1--a-2/added-3> . }

#! ChangeKindFitsNumbers
DELETE DATA { <change/a-1--a-2/1--1> xw:changeKind xw:Continued . } ;
INSERT DATA { <change/a-1--a-2/1--1> xw:changeKind xw:Renumbered . }

#! ChangeIsARevision
DELETE DATA { <a/2/guideline/1> prov:wasRevisionOf <a/1/guideline/1> . }

#! RevisionIsAChange
INSERT DATA { <a/2/guideline/3> prov:wasRevisionOf <a/1/guideline/2> . }

#! GuidelineChangesOnce, told of twice
INSERT DATA {
    <change/a-1--a-2> xkos:madeOf <change/a-1--a-2/again-3> .
    <change/a-1--a-2/again-3> a xw:Change ;
        xw:changeKind xw:Added ;
        xw:changeTo <a/2/guideline/3> ;
        dcterms:source <source/table> .
}

#! ChangeEndsFitItsKind, added from something
DELETE DATA { <change/a-1--a-2/1--1> xw:changeKind xw:Continued . } ;
INSERT DATA { <change/a-1--a-2/1--1> xw:changeKind xw:Added . }
