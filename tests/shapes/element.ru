# What to do to the good example so that it breaks exactly the shape named above each update.

#! ElementIsInOneEdition
DELETE DATA { <b/1/D.1/section/1.1> xw:inEdition <b/1> . }

#! ElementHasOneParent
DELETE DATA { <b/1/D.1> dcterms:isPartOf <b/1> . }

#! ElementHasOneOrdinal
DELETE DATA { <b/1/D.1/section/1.1> xw:ordinal 1 . }

#! ElementHasOneNumber
DELETE DATA { <b/1/D.1/section/1.1> skos:notation "1.1" . }

#! ParentIsInTheSameEdition
DELETE DATA { <b/1/D.1> dcterms:isPartOf <b/1> . } ;
INSERT DATA { <b/1/D.1> dcterms:isPartOf <b/as-cited> . }

#! OrdinalIsUniqueInItsParent
DELETE DATA { <b/1/D.1/section/2> xw:ordinal 2 . } ;
INSERT DATA { <b/1/D.1/section/2> xw:ordinal 1 . }

#! OrdinalsHaveNoGaps
DELETE DATA { <a/2/guideline/1/statement/2> xw:ordinal 2 . } ;
INSERT DATA { <a/2/guideline/1/statement/2> xw:ordinal 3 . }

#! NumberIsUnique
DELETE DATA { <a/2/guideline/1/statement/2> skos:notation "ii" . } ;
INSERT DATA { <a/2/guideline/1/statement/2> skos:notation "i" . }

#! IdentifierFollowsNumber
DELETE DATA { <b/1/D.1> skos:notation "D.1" . } ;
INSERT DATA { <b/1/D.1> skos:notation "D.2" . }

#! TitledElementSaysWhereItWasRead
DELETE WHERE { <b/1/D.1> xw:certainty ?said . }

#! UntitledElementClaimsNoCertainty
INSERT DATA { <b/1/D.1/section/1> xw:certainty xw:ReadElsewhere . }

#! CertaintyIsSingle
INSERT DATA { <b/1/D.1> xw:certainty xw:ReadElsewhere . }

#! StatementHasText
DELETE WHERE { <a/2/guideline/1/statement/1> xw:text ?said . } ;
DELETE WHERE { <a/2/guideline/1/statement/1> xw:certainty ?said . }

#! StatementBelongsToAGuideline
INSERT DATA {
    <a/2/category/q/statement/1> a xw:Statement ;
        xw:inEdition <a/2> ;
        dcterms:isPartOf <a/2/category/q> ;
        skos:notation "a" ;
        xw:ordinal 1 ;
        xw:text "Act."@en ;
        xw:certainty xw:ReadInDocument ;
        dcterms:source <source/table> .
} ;
DELETE DATA { <a/2/guideline/3> xw:ordinal 3 . } ;
INSERT DATA { <a/2/guideline/3> xw:ordinal 3 . }

#! DocumentHasTitle
DELETE WHERE { <b/1/D.1> skos:prefLabel ?said . } ;
DELETE WHERE { <b/1/D.1> xw:certainty ?said . }

#! SectionBelongsToADocument
DELETE DATA { <b/1/D.1/section/1> dcterms:isPartOf <b/1/D.1> ; xw:ordinal 1 . } ;
INSERT DATA { <b/1/D.1/section/1> dcterms:isPartOf <b/1> ; xw:ordinal 2 . }

#! SectionNumberExtendsItsParents
DELETE DATA { <b/1/D.1/section/1.1> dcterms:isPartOf <b/1/D.1/section/1> . } ;
INSERT DATA { <b/1/D.1/section/1.1> dcterms:isPartOf <b/1/D.1/section/2> . } ;
DELETE DATA { <mapping/t/1-D.1-1/quotation/2> xw:quotedFrom <b/1/D.1/section/1.1> . } ;
INSERT DATA { <mapping/t/1-D.1-1/quotation/2> xw:quotedFrom <b/1/D.1/section/1> . }

#! OrdinalsHaveNoGaps, among guidelines
DELETE DATA { <a/2/guideline/3> xw:ordinal 3 . } ;
INSERT DATA { <a/2/guideline/3> xw:ordinal 4 . }

#! IdentifierFollowsNumber, a provision
INSERT DATA {
    <b/1/provision/5-2> a xw:Provision ;
        xw:inEdition <b/1> ;
        dcterms:isPartOf <b/1> ;
        skos:notation "3" ;
        xw:ordinal 2 ;
        dcterms:source <source/table> .
}
