# What changes the good example and leaves it good.

#! a provision whose identifier ends in its number after a hyphen
INSERT DATA {
    <b/1/provision/concept-5> a xw:Provision ;
        xw:inEdition <b/1> ;
        dcterms:isPartOf <b/1> ;
        skos:notation "5" ;
        xw:ordinal 5 ;
        xw:obligation "M" ;
        dcterms:source <source/table> .
}

#! a section of an edition that has no documents
INSERT DATA {
    <b/as-cited/section/0> a xw:Section ;
        xw:inEdition <b/as-cited> ;
        dcterms:isPartOf <b/as-cited> ;
        skos:notation "0" ;
        xw:ordinal 0 ;
        dcterms:source <source/table> .
}

#! a February without a leap day
DELETE DATA {
    <a/1> dcterms:issued "2016-02"^^xsd:gYearMonth ;
        xw:issuedFrom "2016-02-01"^^xsd:date ;
        xw:issuedUntil "2016-02-29"^^xsd:date .
} ;
INSERT DATA {
    <a/1> dcterms:issued "2015-02"^^xsd:gYearMonth ;
        xw:issuedFrom "2015-02-01"^^xsd:date ;
        xw:issuedUntil "2015-02-28"^^xsd:date .
}

#! two guidelines merged into one
DELETE DATA { <change/a-1--a-2/1--1> xw:changeKind xw:Continued . } ;
DELETE WHERE { <change/a-1--a-2/removed-2> ?property ?value . } ;
DELETE DATA { <change/a-1--a-2> xkos:madeOf <change/a-1--a-2/removed-2> . } ;
INSERT DATA {
    <change/a-1--a-2/1--1> xw:changeKind xw:Merged ;
        xw:changeFrom <a/1/guideline/2> .
    <a/2/guideline/1> prov:wasRevisionOf <a/1/guideline/2> .
}

#! a colour stated in words that are quoted
DELETE DATA { <comparison/t/1> xw:alignmentBasis xw:InferredFromRemark . } ;
INSERT DATA { <comparison/t/1> xw:alignmentBasis xw:StatedInSource . } ;
DELETE DATA { <mapping/t/1-D.1-1/quotation/2> xw:text "Locks have keys."@en . } ;
INSERT DATA { <mapping/t/1-D.1-1/quotation/2> xw:text "This row is yellow."@en . }

#! a second row of a guideline against another edition
INSERT DATA {
    <comparison/t/x> a xw:Comparison ;
        xw:inComparisonSet <comparison/t> ;
        xw:focus <a/2/guideline/3> ;
        xw:against <b/as-cited> ;
        xw:outcome xw:SourceSilent ;
        dcterms:source <source/table> .
}

#! a row with a counterpart that is not named, and so without a colour
DELETE DATA {
    <comparison/t/3> xw:outcome xw:AssertedNone ;
        xw:alignment xw:Red ;
        xw:alignmentBasis xw:InferredFromProse .
} ;
INSERT DATA { <comparison/t/3> xw:outcome xw:CounterpartNotNamed . }

#! a comparison set whose author is named
DELETE DATA { <note/author> xw:irregularity xw:AuthorNotStated . } ;
INSERT DATA { <note/author> xw:irregularity xw:SourceSlip . <comparison/t> dcterms:creator <body/publisher> . }

#! a note that follows no reading
DELETE DATA { <note/title> xw:followedReading <note/title/reading/1> . }

#! a mapping that follows along two chains
INSERT DATA {
    <mapping/derived/a-1--a-2/again> a xw:Mapping ; xw:subject <a/1/guideline/2> ; xw:predicate skos:mappingRelation ;
        xw:object <a/2/guideline/2> ; sssom:mapping_justification semapv:MappingChaining ;
        xw:excludesRelation xw:Superset , xw:Intersects , xw:Disjoint ; xw:rationaleKind xw:Semantic ;
        prov:wasDerivedFrom <mapping/u/2-D.1-2> , <mapping/u/2-2-D.1-2> ;
        xw:inMappingSet <mapping/derived/a-1--a-2> ; dcterms:source <source/paper> .
    <mapping/derived/a-1--a-2/again/premise/1> a xw:Premise ; xw:premiseOf <mapping/derived/a-1--a-2/again> ;
        xw:ordinal 1 ; xw:restsOn <mapping/u/2-D.1-2> ; xw:readBackwards false .
    <mapping/derived/a-1--a-2/again/premise/2> a xw:Premise ; xw:premiseOf <mapping/derived/a-1--a-2/again> ;
        xw:ordinal 2 ; xw:restsOn <mapping/u/2-2-D.1-2> ; xw:readBackwards true .
}

#! a mapping that follows from a change that keeps the wording
DELETE DATA { <change/a-1--a-2/1--1> xw:approximate true . } ;
INSERT DATA {
    <change/a-1--a-2/1--1> xw:keepsWording true .
    <mapping/t/1-D.1-1> xw:rationaleKind xw:Semantic .
    <mapping/derived/a-1--a-2/1-D.1-1> a xw:Mapping ; xw:subject <a/1/guideline/1> ;
        xw:predicate skos:mappingRelation ; xw:object <b/1/D.1/section/1> ;
        sssom:mapping_justification semapv:MappingChaining ; xw:excludesRelation xw:Disjoint ;
        xw:rationaleKind xw:Semantic ; sssom:confidence 0.5 ;
        prov:wasDerivedFrom <mapping/t/1-D.1-1> , <change/a-1--a-2/1--1> ;
        xw:inMappingSet <mapping/derived/a-1--a-2> ; dcterms:source <source/paper> .
    <mapping/derived/a-1--a-2/1-D.1-1/premise/1> a xw:Premise ; xw:ordinal 1 ; xw:readBackwards false ;
        xw:premiseOf <mapping/derived/a-1--a-2/1-D.1-1> ; xw:restsOnChange <change/a-1--a-2/1--1> .
    <mapping/derived/a-1--a-2/1-D.1-1/premise/2> a xw:Premise ; xw:ordinal 2 ; xw:readBackwards false ;
        xw:premiseOf <mapping/derived/a-1--a-2/1-D.1-1> ; xw:restsOn <mapping/t/1-D.1-1> .
}

#! a level that its source counts and that is not wholly here
DELETE DATA { <b/1/level/documents> xw:declaredSize 1 . } ;
INSERT DATA { <b/1/level/documents> xw:declaredSize 4 . }

#! a provision with a blank and brackets in its number
INSERT DATA {
    <b/1/provision/STEER-4-01> a xw:Provision ;
        xw:inEdition <b/1> ;
        dcterms:isPartOf <b/1> ;
        skos:notation "STEER 4[01]" ;
        xw:ordinal 5 ;
        dcterms:source <source/table> .
}
