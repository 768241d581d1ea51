# What to do to the good example so that it breaks exactly the shape named above each update.

#! GuidelineHasCategory
DELETE DATA {
    <a/2/guideline/2> xw:inCategory <a/2/category/p> .
    <a/2/guideline/3> xw:inCategory <a/2/category/q> .
} ;
INSERT DATA { <a/2/guideline/2> xw:inCategory <a/2/category/q> . <a/2/guideline/3> dcterms:isPartOf <a/2> . }

#! CategoryIsInTheSameEdition
DELETE DATA { <a/2/guideline/2> xw:inCategory <a/2/category/p> . } ;
INSERT DATA { <a/2/guideline/2> xw:inCategory <b/as-cited/category/r> . } ;
INSERT DATA {
    <b/as-cited/category/r> a xw:Category ;
        xw:inEdition <b/as-cited> ;
        dcterms:isPartOf <b/as-cited> ;
        skos:notation "1" ;
        xw:ordinal 1 ;
        skos:prefLabel "R"@en ;
        xw:goal "To rest"@en ;
        xw:certainty xw:ReadInDocument ;
        dcterms:source <source/table> .
}

#! GuidelineHasTitleOrNote
DELETE DATA { <note/title> xw:irregularity xw:TitleNotGiven . } ;
INSERT DATA { <note/title> xw:irregularity xw:SourceSlip . }

#! GuidelineHasStatements
DELETE WHERE { <a/2/guideline/3/statement/1> ?property ?value . }
