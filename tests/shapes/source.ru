# What to do to the good example so that it breaks exactly the shape named above each update.

#! SourceHasTitle
DELETE WHERE { <source/paper> dcterms:title ?said . }

#! SourceIsADocument
DELETE DATA { <source/paper> a dcterms:BibliographicResource . }

#! SourceSaysItsRights
DELETE WHERE { <source/paper> dcterms:rights ?said . }
