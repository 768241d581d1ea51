# What to do to the good example so that it breaks exactly the shape named above each update.

#! SetRelationIsComputed
INSERT DATA { <mapping/t/2-D.1-2> xw:setRelation xw:Subset . }

#! PremiseIsOfOneMapping
INSERT DATA { <mapping/derived/a-1--a-2/2-2/premise/1> xw:premiseOf <mapping/u/2-D.1-2> . }

#! PremiseRestsOnOneThing
DELETE DATA { <mapping/derived/a-1--a-2/2-2/premise/1> xw:restsOn <mapping/u/2-D.1-2> . }

#! PremiseRestsOnOneThing, a part without its whole
DELETE DATA { <mapping/derived/a-2--b-1/2-D.1/premise/2> xw:withinWhole <b/1/D.1> . }

#! PremiseUsesWhatHolds
DELETE DATA {
    <mapping/derived/a-2--b-1/2-D.1> xw:object <b/1/D.1> .
    <mapping/derived/a-2--b-1/2-D.1/premise/2> xw:withinWhole <b/1/D.1> .
} ;
INSERT DATA {
    <mapping/derived/a-2--b-1/2-D.1> xw:object <b/1/D.1/section/1> .
    <mapping/derived/a-2--b-1/2-D.1/premise/2> xw:withinWhole <b/1/D.1/section/1> .
}

#! PremiseUsesWhatHolds, a change that keeps the wording only approximately
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

#! PremiseSaysItsDirection
DELETE WHERE { <mapping/derived/a-1--a-2/2-2/premise/1> xw:readBackwards ?said . }

#! DerivedMappingHasPremisesInOrder
DELETE DATA { <mapping/derived/a-1--a-2/2-2/premise/2> xw:ordinal 2 . } ;
INSERT DATA { <mapping/derived/a-1--a-2/2-2/premise/2> xw:ordinal 3 . }

#! DerivedMappingHasPremisesInOrder, a chaining without any
DELETE DATA { <mapping/u/2-D.1-2> sssom:mapping_justification semapv:ManualMappingCuration . } ;
INSERT DATA { <mapping/u/2-D.1-2> sssom:mapping_justification semapv:MappingChaining . }

#! PremisesFormAChain
DELETE DATA { <mapping/derived/a-1--a-2/2-2/premise/2> xw:readBackwards true . } ;
INSERT DATA { <mapping/derived/a-1--a-2/2-2/premise/2> xw:readBackwards false . }

#! PremisesFormAChain, ending elsewhere
DELETE DATA { <mapping/derived/a-1--a-2/2-2> xw:object <a/2/guideline/2> . } ;
INSERT DATA { <mapping/derived/a-1--a-2/2-2> xw:object <a/2/guideline/3> . }

#! DerivedMappingNamesItsRecords
DELETE DATA { <mapping/derived/a-1--a-2/2-2> prov:wasDerivedFrom <mapping/u/2-D.1-2> . }

#! ChainKeepsOneRationale
DELETE DATA { <mapping/derived/a-1--a-2/2-2> xw:rationaleKind xw:Semantic . } ;
INSERT DATA { <mapping/derived/a-1--a-2/2-2> xw:rationaleKind xw:Syntactic . }

#! ChainIsNoSurerThanItsPremises
DELETE DATA { <mapping/derived/a-1--a-2/2-2> sssom:confidence 0.6 . } ;
INSERT DATA { <mapping/derived/a-1--a-2/2-2> sssom:confidence 0.7 . }

#! ChainIsNoSurerThanItsPremises, one of which states nothing
DELETE DATA { <mapping/u/2-D.1-2> sssom:confidence 0.8 . }
