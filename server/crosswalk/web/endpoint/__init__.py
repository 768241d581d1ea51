"""The SPARQL endpoint: a small application in front of the pages, for programs and in their protocols."""
