"""Gathers mapping sets and the register of elements from a store, by the queries made for exchange."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace

from rdflib.namespace import DCTERMS, RDF, SKOS

from crosswalk.errors import InputError
from crosswalk.exchange.identifiers import Known, Register
from crosswalk.exchange.records import MappingSet, Record, without
from crosswalk.namespaces import ID, SSSOM, XW, compact, expand
from crosswalk.stores import Store
from crosswalk.stores.results import ask

Facts = dict[str, list[str]]

_IMPLIED = {str(term) for term in (RDF.type, XW.mapsInto, XW.setRelation, XW.inMappingSet, SKOS.prefLabel)}
_OF_SET = {
    "title": SKOS.prefLabel,
    "description": DCTERMS.description,
    "licence": DCTERMS.license,
    "version": SSSOM.mapping_set_version,
    "provider": SSSOM.mapping_provider,
    "subject_source": SSSOM.subject_source,
    "subject_version": SSSOM.subject_source_version,
    "object_source": SSSOM.object_source,
    "object_version": SSSOM.object_source_version,
    "mapping_date": SSSOM.mapping_date,
    "publication_date": SSSOM.publication_date,
    "modified": DCTERMS.modified,
}
_OF_RECORD = {
    "subject": XW.subject,
    "object": XW.object,
    "predicate": XW.predicate,
    "justification": SSSOM.mapping_justification,
    "confidence": SSSOM.confidence,
    "comment": SKOS.note,
    "as_cited": XW.asCited,
    "date": SSSOM.mapping_date,
    "comparison": XW.inComparison,
    "review_date": SSSOM.review_date,
}
_OTHER = (
    *(XW.excludesRelation, XW.rationaleKind, XW.strength, DCTERMS.creator),
    *(SSSOM.reviewer_id, SSSOM.reviewer_label),
)
"""What is said of a record that is no plain value of it."""


def gather_register(store: Store) -> Register:
    """Every element that the store knows, and every edition."""
    known: dict[str, Known] = {}
    for row in ask(store, "pages/export-elements").texts():
        known.setdefault(
            row["element"],
            Known(row["element"], row["edition"], row["notation"] or None, row["label"] or None),
        )
    register = Register(known.values())
    register.editions |= {row["edition"] for row in ask(store, "pages/export-editions").texts()}
    return register


def gather_sets(store: Store, name: str) -> list[MappingSet]:
    """The mapping set of that name, or with “all” every one; an InputError names those there are."""
    sets = _facts(ask(store, "pages/export-sets").texts(), "set")
    if name == "all":
        chosen = sorted(sets)
    else:
        wanted = {str(expand(name)) if name else "", str(ID["mapping/" + name])}
        chosen = [iri for iri in sets if iri in wanted]
    if not chosen:
        names = ", ".join(compact(iri).removeprefix("mapping/") for iri in sorted(sets)) or "none"
        raise InputError(f"no mapping set is called {name!r}", hint=f"Sets here: {names}.")
    return [_gather(store, iri, sets[iri]) for iri in chosen]


def _facts(rows: Iterable[dict[str, str]], subject: str) -> dict[str, Facts]:
    found: dict[str, Facts] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        values = found[row[subject]][row["property"]]
        if row["value"] not in values:
            values.append(row["value"])
    return found


def _gather(store: Store, iri: str, facts: Facts) -> MappingSet:
    losses: Counter[str] = Counter()
    handled = {str(term) for term in _OF_SET.values()} | _IMPLIED
    handled |= {
        str(DCTERMS.creator),
        str(DCTERMS.source),
        str(XW.declaresComplete),
        str(SSSOM.mapping_set_id),
    }
    for about in facts:
        if about not in handled:
            losses[f"{compact(about)} of the set"] += 1
    result = MappingSet(
        identifier=iri,
        creators=tuple(facts.get(str(DCTERMS.creator), ())),
        sources=tuple(facts.get(str(DCTERMS.source), ())),
        complete=bool(facts.get(str(XW.declaresComplete))),
        losses=losses,
        **{name: _first(facts, about) for name, about in _OF_SET.items()},
    )
    records = [*_records(store, result), *_none(store, iri)]
    return replace(result, records=tuple(records))


def _first(facts: Facts, about: str) -> str | None:
    return next(iter(facts.get(str(about), ())), None)


def _records(store: Store, found: MappingSet) -> list[Record]:
    rows = ask(store, "pages/export-records", set=found.identifier).texts()
    more = _facts(ask(store, "pages/export-quotations", set=found.identifier).texts(), "record")
    handled = {str(term) for term in _OF_RECORD.values()} | _IMPLIED
    handled |= {str(term) for term in _OTHER}
    records = []
    for iri, facts in _facts(rows, "record").items():
        for about in facts:
            same = about == str(DCTERMS.source) and set(facts[about]) <= set(found.sources)
            if about not in handled and not same:
                found.losses[f"{compact(about)} of a record"] += 1
        kinds = [compact(each).partition(":")[2].casefold() for each in facts.get(str(XW.rationaleKind), ())]
        out = [compact(each).partition(":")[2] for each in facts.get(str(XW.excludesRelation), ())]
        strength = _first(facts, XW.strength)
        values = {name: _first(facts, about) for name, about in _OF_RECORD.items()}
        records.append(
            Record(
                **values,
                identifier=iri,
                candidates=without(out),
                rationale_kind=next(iter(kinds), None),
                authors=tuple(facts.get(str(DCTERMS.creator), ())),
                alignment=_first(more.get(iri, {}), XW.alignment),
                quotations=tuple(more.get(iri, {}).get(str(XW.text), ())),
                strength=int(strength) if strength else None,
                reviewers=tuple(facts.get(str(SSSOM.reviewer_id), ())),
                reviewer_names=tuple(facts.get(str(SSSOM.reviewer_label), ())),
            )
        )
    return records


def _none(store: Store, iri: str) -> list[Record]:
    """A record without an object for each row that says that there is no counterpart."""
    rows = ask(store, "pages/export-no-counterparts", set=iri).texts()
    return [
        Record(
            subject=row["focus"],
            object=None,
            comment=row["note"] or None,
            comparison=row["row"],
            reviewers=tuple(row["reviewers"].split("|")) if row["reviewers"] else (),
            reviewer_names=tuple(row["names"].split("|")) if row["names"] else (),
        )
        for row in rows
    ]
