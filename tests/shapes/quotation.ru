# What to do to the good example so that it breaks exactly the shape named above each update.

#! QuotationHasText
DELETE WHERE { <mapping/t/1-D.1-1/quotation/2> xw:text ?said . }

#! QuotationIsInOneMapping
DELETE DATA { <mapping/t/1-D.1-1/quotation/2> xw:inMapping <mapping/t/1-D.1-1> . }

#! QuotationIsFromOneElement
DELETE WHERE { <mapping/t/1-D.1-1/quotation/2> xw:quotedFrom ?said . }

#! QuotationHasOneOrdinal
DELETE WHERE { <mapping/t/1-D.1-1/quotation/2> xw:ordinal ?said . }

#! QuotationIsFromTheMappedElement
DELETE DATA { <mapping/t/1-D.1-1/quotation/2> xw:quotedFrom <b/1/D.1/section/1.1> . } ;
INSERT DATA { <mapping/t/1-D.1-1/quotation/2> xw:quotedFrom <b/1/D.1/section/2> . }

#! QuotationOrdinalIsUnique
DELETE DATA { <mapping/t/1-D.1-1/quotation/2> xw:ordinal 2 . } ;
INSERT DATA { <mapping/t/1-D.1-1/quotation/2> xw:ordinal 1 . }

#! QuotationOrdinalsHaveNoGaps
DELETE DATA { <mapping/t/1-D.1-1/quotation/2> xw:ordinal 2 . } ;
INSERT DATA { <mapping/t/1-D.1-1/quotation/2> xw:ordinal 3 . }
