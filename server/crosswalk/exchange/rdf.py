"""Reads mappings in RDF of others: our records, SSSOM's annotated axioms, plain SKOS statements."""

from __future__ import annotations

from collections import Counter, defaultdict

from pyoxigraph import RdfFormat, parse
from rdflib.namespace import DCTERMS, RDF, RDFS, SKOS

from crosswalk.errors import InputError
from crosswalk.exchange.parsing import decode
from crosswalk.exchange.rdf_records import Facts, record_of
from crosswalk.exchange.records import UNSPECIFIED, MappingSet, Record
from crosswalk.exchange.words import MAPPING_PROPERTIES
from crosswalk.graph.locations import locate
from crosswalk.namespaces import SSSOM, XW

SYNTAXES = {"turtle": RdfFormat.TURTLE, "jsonld": RdfFormat.JSON_LD}

_SETS = {str(XW.MappingSet), str(SSSOM.MappingSet)}


def read(data: bytes, name: str, syntax: str) -> MappingSet:
    """The one mapping set of a file; where it describes none, its mappings alone."""
    facts = _facts(data, name, syntax)
    sets = [one for one, said in facts.items() if _SETS & set(said.get(str(RDF.type), ()))]
    if len(sets) > 1:
        raise InputError(f"the file describes {len(sets)} mapping sets", file=name, hint="Divide it.")
    described = facts[sets[0]] if sets else {}
    losses: Counter[str] = Counter()
    quoted = _quotations(facts)

    def fault(what: str, one: str, hint: str) -> InputError:
        line = locate(decode(data, name)).line(one) if syntax == "turtle" else None
        return InputError(what, file=name, line=line, hint=hint)

    records = [record for one in facts if (record := record_of(one, facts[one], quoted, fault, losses))]
    pairs = {(record.subject, record.object) for record in records}
    for subject, said in facts.items():
        for about in sorted(MAPPING_PROPERTIES & set(said)):
            pairs_here = [target for target in said[about] if (subject, target) not in pairs]
            records += [Record(subject, target, about, UNSPECIFIED) for target in pairs_here]
    records += _none(facts)
    if not records:
        hint = "Records of this project, SSSOM's axioms and records, and SKOS mapping properties are read."
        raise InputError("the file states no mapping", file=name, hint=hint)

    def first(*about: str) -> str | None:
        return next((value for each in about for value in described.get(str(each), ())), None)

    return MappingSet(
        identifier=sets[0] if sets else "",
        title=first(SKOS.prefLabel, SSSOM.mapping_set_title, DCTERMS.title, RDFS.label),
        description=first(DCTERMS.description, SSSOM.mapping_set_description),
        licence=first(DCTERMS.license, SSSOM.license),
        version=first(SSSOM.mapping_set_version),
        creators=tuple(described.get(str(DCTERMS.creator), ())),
        sources=tuple(described.get(str(DCTERMS.source), ())),
        provider=first(SSSOM.mapping_provider),
        subject_source=first(SSSOM.subject_source),
        subject_version=first(SSSOM.subject_source_version),
        object_source=first(SSSOM.object_source),
        object_version=first(SSSOM.object_source_version),
        mapping_date=first(SSSOM.mapping_date),
        publication_date=first(SSSOM.publication_date),
        records=tuple(records),
        losses=losses,
    )


def _facts(data: bytes, name: str, syntax: str) -> Facts:
    facts: Facts = defaultdict(lambda: defaultdict(list))
    try:
        for quad in parse(decode(data, name), SYNTAXES[syntax]):
            values = facts[quad.subject.value][quad.predicate.value]
            if quad.object.value not in values:
                values.append(quad.object.value)
    except SyntaxError as fault:
        what = str(fault.args[0]).partition(": ")[2] or str(fault.args[0])
        if "LoadDocumentCallback" in what:
            what = "the JSON-LD refers to a context outside of the file, and nothing is fetched"
        hint = (
            "Put the context into the file." if "context outside" in what else "Look at what stands before."
        )
        raise InputError(what, file=name, line=fault.lineno, column=fault.offset, hint=hint) from None
    return facts


def _quotations(facts: Facts) -> Facts:
    """The quoted texts by record, in their order."""
    found: Facts = defaultdict(lambda: defaultdict(list))
    numbered = []
    for said in facts.values():
        for record in said.get(str(XW.inMapping), ()):
            ordinal = int(next(iter(said.get(str(XW.ordinal), ["0"]))))
            numbered.append((record, ordinal, next(iter(said.get(str(XW.text), [""])))))
    for record, _, text in sorted(numbered):
        found[record]["text"].append(text)
    return found


def _none(facts: Facts) -> list[Record]:
    return [
        Record(
            said[str(XW.focus)][0],
            None,
            comparison=one,
            comment=next(iter(said.get(str(SKOS.note), [])), None),
            reviewers=tuple(said.get(str(SSSOM.reviewer_id), ())),
            reviewer_names=tuple(said.get(str(SSSOM.reviewer_label), ())),
            review_date=next(iter(said.get(str(SSSOM.review_date), [])), None),
        )
        for one, said in facts.items()
        if str(XW.AssertedNone) in said.get(str(XW.outcome), ()) and said.get(str(XW.focus))
    ]
