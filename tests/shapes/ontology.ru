# What to do to the good example so that it breaks exactly the shape named above each update.

#! TermHasLabel
DELETE DATA { xw:Element skos:prefLabel "element"@en . }

#! TermLabelIsUnique
DELETE DATA { xw:Element skos:prefLabel "element"@en . } ;
INSERT DATA { xw:Element skos:prefLabel "edition"@en . }

#! TermHasDefinition
DELETE WHERE { xw:Element skos:definition ?said . }

#! DefinitionIsASentence
INSERT DATA {
    xw:Extra a owl:Class ;
        skos:prefLabel "x y"@en ;
        skos:definition "some thing of a sort"@en ;
        skos:example "One."@en ;
        rdfs:isDefinedBy <../ontology> .
}

#! DefinitionIsNotCircular
INSERT DATA {
    xw:Extra a owl:Class ;
        skos:prefLabel "extra thing"@en ;
        skos:definition "An extra thing that is one."@en ;
        skos:example "One."@en ;
        rdfs:isDefinedBy <../ontology> .
}

#! TermHasExample
DELETE WHERE { xw:Element skos:example ?said . }

#! TermNamesItsOntology
INSERT DATA {
    xw:Extra a owl:Class ;
        skos:prefLabel "x y"@en ;
        skos:definition "A thing of some sort."@en ;
        skos:example "One."@en .
}

#! ClassNameIsUpperCamel
INSERT DATA {
    xw:extra_class a owl:Class ;
        skos:prefLabel "x y"@en ;
        skos:definition "A thing of some sort."@en ;
        skos:example "One."@en ;
        rdfs:isDefinedBy <../ontology> .
}

#! ConceptNameIsUpperCamel
INSERT DATA {
    xw:darkGreen a xw:Alignment ;
        skos:prefLabel "dark green"@en ;
        skos:definition "A colour."@en ;
        skos:inScheme <scheme/alignment> ;
        rdfs:isDefinedBy <../ontology> .
}

#! PropertyNameIsLowerCamel
INSERT DATA {
    xw:Has_Extra a owl:DatatypeProperty ;
        skos:prefLabel "x y"@en ;
        skos:definition "A thing of some sort."@en ;
        skos:example "One."@en ;
        rdfs:isDefinedBy <../ontology> .
}

#! ConceptIsInOneScheme
INSERT DATA { xw:Green skos:inScheme <scheme/outcome> . }

#! SchemeIsDescribed
DELETE WHERE { <scheme/outcome> skos:definition ?said . }

#! OntologyIsDescribed
DELETE WHERE { <../ontology> owl:versionInfo ?said . }
