# What to do to the good example so that it breaks exactly the shape named above each update.

#! CategoryHasTitle
DELETE WHERE { <a/2/category/q> skos:prefLabel ?said . } ;
DELETE WHERE { <a/2/category/q> xw:certainty ?said . }

#! CategoryHasGoal
DELETE WHERE { <a/2/category/q> xw:goal ?said . }

#! CategoryHasGuideline
DELETE DATA { <a/2/guideline/3> xw:inCategory <a/2/category/q> . } ;
INSERT DATA { <a/2/guideline/3> xw:inCategory <a/2/category/p> . }
