# What to do to the good example so that it breaks exactly the shape named above each update.

#! MappingHasOneSubject
DELETE DATA { <mapping/t/2-D.1-2> xw:subject <a/2/guideline/2> . }

#! MappingHasOneObject
DELETE DATA { <mapping/t/2-D.1-2> xw:object <b/1/D.1/section/2> . }

#! MappingHasOnePredicate
DELETE DATA { <mapping/t/2-D.1-2> xw:predicate skos:mappingRelation . } ;
INSERT DATA { <mapping/t/2-D.1-2> xw:predicate skos:related . }

#! MappingHasJustification
DELETE WHERE { <mapping/t/2-D.1-2> sssom:mapping_justification ?said . }

#! MappingIsInOneSet
DELETE DATA { <mapping/t/2-D.1-2> xw:inMappingSet <mapping/t> . }

#! ConfidenceIsAFraction
INSERT DATA { <mapping/t/2-D.1-2> sssom:confidence 1.5 . }

#! StrengthIsFromZeroToTen
INSERT DATA { <mapping/t/2-D.1-2> xw:strength 11 . }

#! MappingSubjectIsTheFocus
DELETE DATA { <mapping/t/2-D.1-2> xw:subject <a/2/guideline/2> . } ;
INSERT DATA { <mapping/t/2-D.1-2> xw:subject <a/2/guideline/3> . }

#! MappingObjectIsInTheEditionAgainst
DELETE DATA { <mapping/t/2-D.1-2> xw:object <b/1/D.1/section/2> . } ;
INSERT DATA { <mapping/t/2-D.1-2> xw:object <a/1/guideline/1> . }

#! MappingIsNotRepeated
INSERT DATA {
    <mapping/t/again> a xw:Mapping ;
        xw:subject <a/2/guideline/2> ;
        xw:predicate skos:mappingRelation ;
        xw:object <b/1/D.1/section/2> ;
        sssom:mapping_justification semapv:ManualMappingCuration ;
        xw:inMappingSet <mapping/t> ;
        dcterms:source <source/table> .
}

#! MappingLeavesARelation
INSERT DATA {
    <mapping/t/2-D.1-2> xw:excludesRelation xw:Equal , xw:Subset , xw:Superset , xw:Intersects , xw:Disjoint .
}

#! ElementsAreLinkedByRecordsOnly
INSERT DATA { <a/2/guideline/2> skos:relatedMatch <b/1/D.1/section/2> . }

#! MappingSetHasIdentifier
DELETE WHERE { <mapping/t> sssom:mapping_set_id ?said . }

#! MappingSetHasLicence
DELETE WHERE { <mapping/t> dcterms:license ?said . }

#! MappingSetNamesItsSubjectVersion
DELETE WHERE { <mapping/t> sssom:subject_source_version ?said . }

#! MappingSetNamesItsObjectVersion
DELETE WHERE { <mapping/t> sssom:object_source_version ?said . }

#! MappingNamesTheEdition
INSERT DATA {
    <a/guideline/2> a xw:Provision ; xw:inEdition <b/1> ; dcterms:isPartOf <b/1> ; skos:notation "2" ;
        xw:ordinal 9 ; dcterms:source <source/table> .
    <mapping/u/other> a xw:Mapping ; xw:subject <a/guideline/2> ; xw:predicate skos:mappingRelation ;
        xw:object <b/1/D.1/section/1> ; sssom:mapping_justification semapv:ManualMappingCuration ;
        xw:inMappingSet <mapping/u> ; dcterms:source <source/paper> .
}
