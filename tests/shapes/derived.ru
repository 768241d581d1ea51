# What to do to the good example so that it breaks exactly the shape named above each update.

#! SetRelationIsComputed
INSERT DATA { <mapping/t/2-D.1-2> xw:setRelation xw:Subset . }

#! PremiseIsOfOneMapping
INSERT DATA { <mapping/derived/a-1--a-2/2-2/premise/1> xw:premiseOf <mapping/u/2-D.1-2> . }

#! PremiseRestsOnOneRecord
DELETE DATA { <mapping/derived/a-1--a-2/2-2/premise/1> xw:restsOn <mapping/u/2-D.1-2> . }

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
