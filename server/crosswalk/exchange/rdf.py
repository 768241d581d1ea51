"""Makes records out of what the RDF of others says of one subject, strictly."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable

from pyoxigraph import RdfFormat, parse
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SKOS

from crosswalk.errors import InputError
from crosswalk.exchange.records import (
    MAPPING_PROPERTIES,
    NAMES,
    RATIONALES,
    UNSPECIFIED,
    MappingSet,
    Record,
    without,
)
from crosswalk.graph.line_index import locate
from crosswalk.located import decode
from crosswalk.namespaces import SEMAPV, SSSOM, XW, compact

Facts = dict[str, dict[str, list[str]]]
Fault = Callable[[str, str, str], InputError]

_ENDS = (
    (XW.subject, XW.predicate, XW.object),
    (SSSOM.subject_id, SSSOM.predicate_id, SSSOM.object_id),
    (OWL.annotatedSource, OWL.annotatedProperty, OWL.annotatedTarget),
)


def record_of(
    one: str, said: dict[str, list[str]], quoted: Facts, fault: Fault, losses: Counter[str]
) -> Record | None:
    """The record that a subject is, or None where it is none."""
    for ends in _ENDS:
        found = [said.get(str(about), []) for about in ends]
        if any(found):
            break
    else:
        return None
    wrong = [compact(about) for about, values in zip(ends, found, strict=True) if len(values) != 1]
    if wrong:
        raise fault(f"the record {compact(one)} has not one {wrong[0]}", one, "Give it once.")
    subject, predicate, target = (values[0] for values in found)
    if ends[0] == OWL.annotatedSource and predicate not in MAPPING_PROPERTIES:
        return None
    if predicate not in MAPPING_PROPERTIES:
        names = ", ".join(sorted(compact(each) for each in MAPPING_PROPERTIES))
        raise fault(
            f"the predicate of {compact(one)} is no mapping property of SKOS", one, f"Known are {names}."
        )
    justification = said.get(str(SSSOM.mapping_justification), [None])[0]
    if justification is None or not justification.startswith(str(SEMAPV)):
        what = f"the record {compact(one)} gives no sssom:mapping_justification of semapv"
        raise fault(what, one, "Add one, such as semapv:ManualMappingCuration.")
    names = {str(XW[each]): each for each in NAMES.values()}
    out = said.get(str(XW.excludesRelation), [])
    kind = compact(next(iter(said.get(str(XW.rationaleKind), [])), "")).rpartition(":")[2].casefold()
    if set(out) - set(names) or len(set(out)) == len(names) or (kind and kind not in RATIONALES):
        hint = f"Known are {', '.join((*NAMES.values(), *RATIONALES))}; not all relations can be excluded."
        raise fault(f"the relations or the rationale of {compact(one)} are none of ours", one, hint)

    def first(about: str) -> str | None:
        return next(iter(said.get(str(about), ())), None)

    kept = {str(about) for about in (*ends, *_KEPT)}
    for about in set(said) - kept:
        losses[f"{compact(about)} of a record"] += 1
    return Record(
        subject,
        None if target == str(SSSOM.NoTermFound) else target,
        predicate,
        justification,
        identifier=one if "://" in one else None,
        candidates=without([names[each] for each in out]),
        rationale_kind=kind or None,
        confidence=first(SSSOM.confidence),
        comment=first(SKOS.note) or first(RDFS.comment),
        as_cited=first(XW.asCited),
        authors=tuple(said.get(str(DCTERMS.creator), ())),
        date=first(SSSOM.mapping_date),
        comparison=first(XW.inComparison),
        quotations=tuple(quoted.get(one, {}).get("text", ())),
        strength=_strength(first(XW.strength), one, fault),
        reviewers=tuple(said.get(str(SSSOM.reviewer_id), ())),
        reviewer_names=tuple(said.get(str(SSSOM.reviewer_label), ())),
        review_date=first(SSSOM.review_date),
    )


def _strength(text: str | None, one: str, fault: Fault) -> int | None:
    if text is not None and text not in [str(number) for number in range(11)]:
        what = f"the xw:strength of {compact(one)} is no whole number from 0 to 10"
        raise fault(what, one, "Mend it or leave it out.")
    return int(text) if text else None


_KEPT = (
    RDF.type,
    SSSOM.mapping_justification,
    XW.excludesRelation,
    XW.rationaleKind,
    XW.inMappingSet,
    XW.setRelation,
    SSSOM.confidence,
    SKOS.note,
    RDFS.comment,
    XW.asCited,
    DCTERMS.creator,
    DCTERMS.source,
    SSSOM.mapping_date,
    XW.inComparison,
    XW.strength,
    SSSOM.reviewer_id,
    SSSOM.reviewer_label,
    SSSOM.review_date,
)


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
