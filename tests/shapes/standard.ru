# What to do to the good example so that it breaks exactly the shape named above each update.

#! StandardHasLabel
DELETE WHERE { <b> skos:prefLabel ?said . }

#! StandardHasPublisher
DELETE WHERE { <b> dcterms:publisher ?said . }

#! VersionIsUnique
DELETE DATA { <a/2> dcat:version "2" . } ;
INSERT DATA { <a/2> dcat:version "1" . }
