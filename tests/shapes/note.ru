# What to do to the good example so that it breaks exactly the shape named above each update.

#! NoteHasLabel
DELETE WHERE { <note/title> skos:prefLabel ?said . }

#! NoteIsAboutSomething
INSERT DATA {
    <note/x> a xw:CurationNote ;
        skos:prefLabel "X"@en ;
        xw:irregularity xw:SourceSlip ;
        xw:hasReading <note/x/reading/1> ;
        xw:reason "None."@en ;
        dcterms:source <source/table> .
    <note/x/reading/1> a xw:Reading ;
        xw:text "x"@en ;
        dcterms:source <source/table> .
}

#! NoteHasIrregularity
INSERT DATA {
    <note/x> a xw:CurationNote ;
        skos:prefLabel "X"@en ;
        xw:about <b> ;
        xw:hasReading <note/x/reading/1> ;
        xw:reason "None."@en ;
        dcterms:source <source/table> .
    <note/x/reading/1> a xw:Reading ;
        xw:text "x"@en ;
        dcterms:source <source/table> .
}

#! NoteHasReading
INSERT DATA {
    <note/x> a xw:CurationNote ;
        skos:prefLabel "X"@en ;
        xw:about <b> ;
        xw:irregularity xw:SourceSlip ;
        xw:reason "None."@en ;
        dcterms:source <source/table> .
}

#! NoteFollowsAtMostOneReading
INSERT DATA { <note/title> xw:followedReading <note/title/reading/2> . }

#! NoteHasOneReason
DELETE WHERE { <note/title> xw:reason ?said . }

#! NoteFollowsOneOfItsReadings
DELETE DATA { <note/title> xw:followedReading <note/title/reading/1> . } ;
INSERT DATA { <note/title> xw:followedReading <note/edition/reading/1> . }

#! ReadingHasText
DELETE WHERE { <note/title/reading/1> xw:text ?said . }

#! ReadingIsOfOneNote
INSERT DATA { <note/edition> xw:hasReading <note/title/reading/2> . }
