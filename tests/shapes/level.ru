# What to do to the good example so that it breaks exactly the shape named above each update.

#! LevelIsOfOneEdition
INSERT DATA { <b/1/level/documents> xw:levelOf <a/1> . }

#! LevelHasLabel
DELETE DATA { <b/1/level/documents> skos:prefLabel "documents"@en . }

#! LevelNamesTheKindOfItsElements
DELETE DATA { <b/1/level/documents> xw:levelKind xw:Document . } ;
INSERT DATA { <b/1/level/documents> xw:levelKind xw:Guideline . }

#! LevelHasDepth
DELETE DATA { <b/1/level/documents> xw:levelDepth 1 . } ;
INSERT DATA { <b/1/level/documents> xw:levelDepth 0 . }

#! LevelHasSize
DELETE DATA { <b/1/level/documents> xw:declaredSize 1 . }

#! LevelSaysHowItWasCounted
DELETE DATA { <b/1/level/documents> skos:editorialNote "Counted in the table."@en . }

#! LevelHoldsNoMoreThanDeclared
DELETE DATA { <b/1/level/inner-sections> xw:levelDepth 2 . } ;
INSERT DATA { <b/1/level/inner-sections> xw:levelDepth 1 . }
