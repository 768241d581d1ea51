# What to do to the good example so that it breaks exactly the shape named above each update.

#! EditionIsOfOneStandard
DELETE DATA { <b/1> xw:editionOf <b> . }

#! EditionHasOneVersion
DELETE DATA { <b/1> dcat:version "1" . }

#! EditionHasLabel
DELETE DATA { <b/1> skos:prefLabel "B 1"@en . }

#! EditionNamesItsLanguage
DELETE DATA { <b/1> dcterms:language "en" . }

#! EditionSaysItsTextCoverage
DELETE DATA { <b/1> xw:textCoverage xw:TitlesOnly . }

#! EditionHasAtMostOneDate
INSERT DATA { <a/2> dcterms:issued "2017-09-28" . }

#! EditionDateIsKnownOrNoted
DELETE WHERE { <note/edition> xw:irregularity ?said . } ;
INSERT DATA { <note/edition> xw:irregularity xw:SourceSlip . }

#! EditionDateHasBounds
DELETE WHERE { <b/1> xw:issuedUntil ?said . }

#! EditionDateFitsItsBounds
DELETE DATA { <a/1> xw:issuedUntil "2016-02-29"^^xsd:date . } ;
INSERT DATA { <a/1> xw:issuedUntil "2016-02-28"^^xsd:date . }

#! DeclaredCountIsPositive
INSERT DATA { <b/1> xw:declaredCount 0 . }

#! EditionHoldsAsManyGuidelinesAsDeclared
DELETE DATA { <a/2> xw:declaredCount 3 . } ;
INSERT DATA { <a/2> xw:declaredCount 4 . }

#! GuidelinesAreNumberedWithoutGaps
DELETE WHERE { <a/2/guideline/3> skos:notation ?number } ;
DELETE { ?thing ?property <a/2/guideline/3> } INSERT { ?thing ?property <a/2/guideline/4> }
WHERE { ?thing ?property <a/2/guideline/3> } ;
DELETE { <a/2/guideline/3> ?property ?value } INSERT { <a/2/guideline/4> ?property ?value }
WHERE { <a/2/guideline/3> ?property ?value } ;
INSERT DATA { <a/2/guideline/4> skos:notation "4" }

#! PreviousEditionIsOfTheSameStandard
DELETE DATA { <a/2> dcat:previousVersion <a/1> . } ;
INSERT DATA { <a/2> dcat:previousVersion <b/1> . }

#! PreviousEditionIsOlder
INSERT DATA {
    <b/1> dcat:previousVersion <b/0> .
    <b/0> a xw:Edition ;
        skos:prefLabel "B 0"@en ;
        xw:editionOf <b> ;
        dcat:version "0" ;
        dcterms:language "en" ;
        xw:textCoverage xw:Partial ;
        dcterms:source <source/table> ;
        dcterms:issued "2016"^^xsd:gYear ;
        xw:issuedFrom "2016-01-01"^^xsd:date ;
        xw:issuedUntil "2016-12-31"^^xsd:date .
}

#! EditionDateHasBounds, bounds without a date
INSERT DATA { <b/as-cited> xw:issuedFrom "2015-01-01"^^xsd:date ; xw:issuedUntil "2015-12-31"^^xsd:date . }

#! EditionDateFitsItsBounds, a year
DELETE DATA { <b/1> xw:issuedUntil "2015-12-31"^^xsd:date . } ;
INSERT DATA { <b/1> xw:issuedUntil "2015-12-30"^^xsd:date . }

#! EditionDateFitsItsBounds, a day
DELETE DATA { <a/2> xw:issuedFrom "2017-09-28"^^xsd:date . } ;
INSERT DATA { <a/2> xw:issuedFrom "2017-09-27"^^xsd:date . }
