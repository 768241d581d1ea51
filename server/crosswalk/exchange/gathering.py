"""Gather mapping sets and the register of elements from a store, by the queries made for exchange."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from rdflib.namespace import DCTERMS, RDF, SKOS

from crosswalk.errors import InputError
from crosswalk.exchange.identifiers import KnownElement, Register
from crosswalk.exchange.records import UNDETERMINED, Losses, MappingSet, Record
from crosswalk.exchange.triples import (
    RECORD_PROPERTIES,
    SET_PROPERTIES,
    Facts,
    first,
    group_facts,
    read_fields,
    read_record,
)
from crosswalk.iris import ID, compact, expand
from crosswalk.namespaces import SSSOM, XW
from crosswalk.stores import Store
from crosswalk.stores.results import ask

_IMPLIED = {RDF.type, XW.mapsInto, XW.setRelation, XW.inMappingSet, SKOS.prefLabel}
_READ_OF_SET = {
    *map(str, (*_IMPLIED, DCTERMS.modified, XW.declaresComplete, SSSOM.mapping_set_id)),
    *SET_PROPERTIES.values(),
}
_READ_OF_RECORD = {
    *map(str, (*_IMPLIED, XW.excludesRelation, XW.rationaleKind)),
    *RECORD_PROPERTIES.values(),
}


def gather_register(store: Store) -> Register:
    """Return every element that the store knows, and every edition."""
    known: dict[str, KnownElement] = {}
    for row in ask(store, "pages/export-elements").texts():
        element = KnownElement(row["element"], row["edition"], row["notation"] or None, row["label"] or None)
        known.setdefault(element.iri, element)
    register = Register(known.values())
    register.editions |= {row["edition"] for row in ask(store, "pages/export-editions").texts()}
    return register


def gather_sets(store: Store, name: str) -> list[MappingSet]:
    """Return the mapping set of that name, or with “all” every one.

    Raises InputError, which names those there are, where none is called so.
    """
    sets = _facts(store, "pages/export-sets", "set")
    if name == "all":
        chosen = sorted(sets)
    else:
        wanted = {expand(name) if name else "", f"{ID}mapping/{name}"}
        chosen = [iri for iri in sets if iri in wanted]
    if not chosen:
        names = ", ".join(compact(iri).removeprefix("mapping/") for iri in sorted(sets)) or "none"
        raise InputError(f"no mapping set is called {name!r}", hint=f"Sets here: {names}.")
    return [_gather(store, iri, sets[iri]) for iri in chosen]


def _facts(store: Store, query: str, subject: str, **terms: str) -> dict[str, Facts]:
    """Return the values of each property that a query gives, by the IRI in the column called ``subject``."""
    rows = ask(store, query, **terms).texts()
    return group_facts((row[subject], row["property"], row["value"]) for row in rows)


def _languages(store: Store, iri: str) -> Counter[str]:
    """Return how many texts of a mapping set and its records are in each language that is said."""
    rows = ask(store, "pages/export-languages", set=iri).texts()
    return Counter({row["language"]: int(row["count"]) for row in rows if row["language"] != UNDETERMINED})


def _gather(store: Store, iri: str, facts: Facts) -> MappingSet:
    unread = (about for about in facts if about not in _READ_OF_SET)
    languages = [tag for tag, _ in _languages(store, iri).most_common()]
    mapping_set = MappingSet(
        identifier=iri,
        modified=first(facts, DCTERMS.modified),
        complete=bool(facts.get(str(XW.declaresComplete))),
        language=languages[0] if languages else None,
        losses=Losses(
            Counter(
                [
                    *(f"{compact(about)} of the set" for about in unread),
                    *(f"that some texts are in another language ({tag})" for tag in languages[1:]),
                ]
            )
        ),
        **read_fields(facts, SET_PROPERTIES),
    )
    records = [*_records(store, mapping_set), *_without_counterpart(store, iri)]
    return replace(mapping_set, records=tuple(records))


def _records(store: Store, mapping_set: MappingSet) -> list[Record]:
    stated, quoted = (
        _facts(store, f"pages/export-{name}", "record", set=mapping_set.identifier)
        for name in ("records", "quotations")
    )
    records = []
    for iri, facts in stated.items():
        for about in facts:
            is_source = about == str(DCTERMS.source) and set(facts[about]) <= set(mapping_set.sources)
            if about not in _READ_OF_RECORD and not is_source:
                mapping_set.losses[f"{compact(about)} of a record"] += 1
        more = quoted.get(iri, {})
        quotations = tuple(more.get(str(XW.text), ()))
        alignment = first(more, XW.alignment)
        records.append(read_record(facts, identifier=iri, alignment=alignment, quotations=quotations))
    return records


def _without_counterpart(store: Store, iri: str) -> list[Record]:
    """Return a record without an object for each row that says that there is no counterpart."""
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
