"""Makes records out of what the RDF of others says of one subject, strictly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SKOS

from crosswalk.errors import InputError
from crosswalk.exchange.records import Record
from crosswalk.exchange.words import MAPPING_PROPERTIES, NAMES, RATIONALES, without
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
