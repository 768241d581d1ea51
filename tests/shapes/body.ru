# What to do to the good example so that it breaks exactly the shape named above each update.

#! BodyHasName
DELETE WHERE { <body/publisher> foaf:name ?said . }
