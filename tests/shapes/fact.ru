# What to do to the good example so that it breaks exactly the shape named above each update.

#! FactHasSource
DELETE DATA { <a/2/guideline/1> dcterms:source <source/table> . }

#! LabelIsOneInEachLanguage
INSERT DATA { <a> skos:prefLabel "Another A"@en . }

#! LabelNamesItsLanguage
DELETE DATA { <a> skos:prefLabel "A"@en . } ;
INSERT DATA { <a> skos:prefLabel "A" . }

#! LabelDiffersFromAltLabel
INSERT DATA { <a/2/guideline/1> skos:altLabel "Lock"@en . }

#! TextIsTidy
DELETE DATA { <a/2/guideline/1/statement/1> xw:text "Lock doors."@en . } ;
INSERT DATA { <a/2/guideline/1/statement/1> xw:text " Lock doors."@en . }

#! OrdinalIsAWholeNumber
DELETE DATA { <a/2/guideline/3/statement/1> xw:ordinal 1 . } ;
INSERT DATA { <a/2/guideline/3/statement/1> xw:ordinal "first" . }

#! PageCountIsPositive
DELETE DATA { <a/2> xw:pageCount 10 . } ;
INSERT DATA { <a/2> xw:pageCount 0 . }
