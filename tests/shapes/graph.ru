# What to do to the good example so that it breaks exactly the shape named above each update.

#! GraphIsDescribed
DELETE WHERE { <../graph/example> dcterms:title ?said . }

#! CuratedGraphNamesItsSource
DELETE WHERE { <../graph/example> dcterms:modified ?said . }
