"""Read the mappings in RDF of strangers: records of ours or SSSOM's, OWL axioms, SKOS properties."""

from __future__ import annotations

from collections import Counter

from pyoxigraph import Literal, parse
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SKOS

from crosswalk.errors import InputError
from crosswalk.exchange.records import (
    RATIONALES,
    RELATION_NAMES,
    STRENGTHS,
    UNDETERMINED,
    UNSPECIFIED,
    Losses,
    MappingSet,
    Record,
    rationale_kind,
)
from crosswalk.exchange.triples import (
    RECORD_PROPERTIES,
    SET_PROPERTIES,
    Facts,
    first,
    group_facts,
    read_fields,
    read_record,
)
from crosswalk.graph.line_index import locate
from crosswalk.graph.mappings import MAPPING_PROPERTIES, NO_TERM_FOUND
from crosswalk.graph.snapshot import FORMATS
from crosswalk.iris import compact
from crosswalk.namespaces import SEMAPV, SSSOM, XW
from crosswalk.relations.algebra import CONCEPTS
from crosswalk.structured_text import decode

_SETS = {str(XW.MappingSet), str(SSSOM.MappingSet)}
_ENDS = (
    (XW.subject, XW.predicate, XW.object),
    (SSSOM.subject_id, SSSOM.predicate_id, SSSOM.object_id),
    (OWL.annotatedSource, OWL.annotatedProperty, OWL.annotatedTarget),
)
"""The properties that give subject, predicate and object of a record, in each way of stating one."""

_OTHER = (XW.excludesRelation, XW.rationaleKind, XW.inMappingSet, XW.setRelation)
_READ = {*RECORD_PROPERTIES.values(), *map(str, (RDF.type, RDFS.comment, DCTERMS.source, *_OTHER))}


class _RdfReader:
    """The facts of one file, and what of them is not kept."""

    def __init__(self, data: bytes, name: str, syntax: str) -> None:
        self.name = name
        self.syntax = syntax
        self.text = decode(data, name)
        self.losses = Losses()
        try:
            triples = [quad.triple for quad in parse(self.text, FORMATS[syntax])]
            self.facts = group_facts((*(term.value for term in triple),) for triple in triples)
            words = [triple.object for triple in triples if isinstance(triple.object, Literal)]
            self.languages = Counter(word.language for word in words if word.language)
        except SyntaxError as fault:
            what = str(fault.args[0]).partition(": ")[2] or str(fault.args[0])
            hint = "Look at what stands before."
            if "LoadDocumentCallback" in what:
                what = "the JSON-LD refers to a context outside of the file, and nothing is fetched"
                hint = "Put the context into the file."
            raise InputError(what, file=name, line=fault.lineno, column=fault.offset, hint=hint) from None

    def fault(self, what: str, subject: str, hint: str) -> InputError:
        """Return an error at what the file says of a subject."""
        line = locate(self.text).line(subject) if self.syntax == "turtle" else None
        return InputError(what, file=self.name, line=line, hint=hint)

    def record(self, subject: str, quotations: tuple[str, ...]) -> Record | None:
        """Return the record that a subject is, or None where it is none."""
        facts = self.facts[subject]
        ends = next((ends for ends in _ENDS if any(str(about) in facts for about in ends)), None)
        if ends is None:
            return None
        for about in ends:
            if len(facts.get(str(about), ())) != 1:
                what = f"the record {compact(subject)} has not one {compact(about)}"
                raise self.fault(what, subject, "Give it once.")
        source, predicate, target = (facts[str(about)][0] for about in ends)
        if predicate not in MAPPING_PROPERTIES:
            if ends[0] == OWL.annotatedSource:
                return None
            names = ", ".join(sorted(map(compact, MAPPING_PROPERTIES)))
            what = f"the predicate of {compact(subject)} is no mapping property of SKOS"
            raise self.fault(what, subject, f"Known are {names}.")
        self._check(subject, facts)
        for about in facts.keys() - _READ - set(map(str, ends)):
            self.losses[f"{compact(about)} of a record"] += 1
        return read_record(
            facts,
            subject=source,
            predicate=predicate,
            object=None if target == NO_TERM_FOUND else target,
            identifier=subject if "://" in subject else None,
            comment=first(facts, SKOS.note, RDFS.comment),
            quotations=quotations,
        )

    def _check(self, subject: str, facts: Facts) -> None:
        """Refuse a record whose justification, set relations, rationale or strength is unknown."""
        if not (first(facts, SSSOM.mapping_justification) or "").startswith(str(SEMAPV)):
            what = f"the record {compact(subject)} gives no sssom:mapping_justification of semapv"
            raise self.fault(what, subject, "Add one, such as semapv:ManualMappingCuration.")
        excluded = set(facts.get(str(XW.excludesRelation), ()))
        rationale = first(facts, XW.rationaleKind)
        if not excluded < CONCEPTS.keys() or (rationale and rationale_kind(rationale) is None):
            what = f"the relations or the rationale of {compact(subject)} are none of ours"
            names = ", ".join((*RELATION_NAMES, *RATIONALES))
            raise self.fault(what, subject, f"Known are {names}; not all relations can be excluded.")
        strength = first(facts, XW.strength)
        if strength is not None and strength not in STRENGTHS:
            what = f"the xw:strength of {compact(subject)} is no whole number from 0 to 10"
            raise self.fault(what, subject, "Mend it or leave it out.")

    def quotations(self) -> dict[str, tuple[str, ...]]:
        """Return the quoted texts by record, in their order."""
        numbered = sorted(
            (record, int(first(facts, XW.ordinal) or 0), first(facts, XW.text) or "")
            for facts in self.facts.values()
            for record in facts.get(str(XW.inMapping), ())
        )
        texts: dict[str, tuple[str, ...]] = {}
        for record, _, text in numbered:
            texts[record] = (*texts.get(record, ()), text)
        return texts


def read(data: bytes, name: str, syntax: str) -> MappingSet:
    """Return the one mapping set of a file; where it describes none, its mappings alone.

    Raises InputError for what is no RDF, for several sets, for no mapping at all, and for a wrong record.
    """
    reader = _RdfReader(data, name, syntax)
    facts = reader.facts
    sets = [iri for iri, statements in facts.items() if _SETS & set(statements.get(str(RDF.type), ()))]
    if len(sets) > 1:
        raise InputError(f"the file describes {len(sets)} mapping sets", file=name, hint="Divide it.")
    quotations = reader.quotations()
    stated = [reader.record(iri, quotations.get(iri, ())) for iri in facts]
    records = [record for record in stated if record is not None]
    pairs = {(record.subject, record.object) for record in records}
    records += _plain_statements(facts, pairs)
    records += _without_counterpart(facts)
    if not records:
        hint = "Records of this project, SSSOM's axioms and records, and SKOS mapping properties are read."
        raise InputError("the file states no mapping", file=name, hint=hint)
    described = facts[sets[0]] if sets else {}
    languages = [tag for tag, _ in reader.languages.most_common() if tag != UNDETERMINED]
    for tag in languages[1:]:
        reader.losses.note(f"that some texts are in another language ({tag})")
    values = read_fields(described, SET_PROPERTIES) | {
        "title": first(described, SKOS.prefLabel, SSSOM.mapping_set_title, DCTERMS.title, RDFS.label),
        "description": first(described, DCTERMS.description, SSSOM.mapping_set_description),
        "licence": first(described, DCTERMS.license, SSSOM.license),
        "language": languages[0] if languages else None,
    }
    return MappingSet(sets[0] if sets else "", **values, records=tuple(records), losses=reader.losses)


def _plain_statements(facts: dict[str, Facts], pairs: set[tuple[str, str | None]]) -> list[Record]:
    """Return a record for each SKOS mapping property between two elements of which no record speaks."""
    return [
        Record(subject, target, about, UNSPECIFIED)
        for subject, statements in facts.items()
        for about in sorted(MAPPING_PROPERTIES & statements.keys())
        for target in statements[about]
        if (subject, target) not in pairs
    ]


def _without_counterpart(facts: dict[str, Facts]) -> list[Record]:
    """Return a record without an object for each row that says that there is no counterpart."""
    return [
        Record(
            focus,
            None,
            comparison=row,
            comment=first(statements, SKOS.note),
            reviewers=tuple(statements.get(str(SSSOM.reviewer_id), ())),
            reviewer_names=tuple(statements.get(str(SSSOM.reviewer_label), ())),
            review_date=first(statements, SSSOM.review_date),
        )
        for row, statements in facts.items()
        if str(XW.AssertedNone) in statements.get(str(XW.outcome), ())
        and (focus := first(statements, XW.focus))
    ]
