"""Write mapping sets as SSSOM tables (SSSOM/TSV 1.1, https://mapping-commons.github.io/sssom/)."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from rdflib.namespace import XSD

from crosswalk.exchange.records import RATIONALES, RECORD_FIELDS, SET_FIELDS, MappingSet, Record, slot_values
from crosswalk.graph.mappings import CURIE, NO_TERM_FOUND, OF_RECORD, OF_SET
from crosswalk.graph.sssom import BUILT_IN, RECORD_SLOTS, SET_SLOTS
from crosswalk.iris import PREFIXES, Curies
from crosswalk.namespaces import XW
from crosswalk.relations.algebra import DISJOINT, IRIS

EXTENSIONS = {
    "ext_alignment": (XW.alignment, None),
    "ext_as_cited": (XW.asCited, XSD.string),
    "ext_comparison": (XW.inComparison, None),
    "ext_excluded": (XW.excludesRelation, None),
    "ext_quote": (XW.text, XSD.string),
    "ext_rationale": (XW.rationaleKind, None),
    "ext_set_relation": (XW.setRelation, None),
    "ext_strength": (XW.strength, XSD.integer),
}
"""Slots beyond SSSOM: the property each stands for, and the type of its values (None: an IRI)."""

_CURIES = {slot for slot, (_, kind) in (OF_RECORD | OF_SET).items() if kind == CURIE} | {"record_id"}
_LISTS = ("mapping_set_source", "creator_id")
_NOT_CURATED = ("date", "quotations", "comparison", "alignment", "identifier")
_PLAIN = re.compile(r"[A-Za-z_][\w ./()-]*(?<! )")
_RESERVED = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


class TableCuries(Curies):
    """Shorten IRIs for one table: a namespace that nobody declared gets a prefix of its own."""

    def __init__(self) -> None:
        super().__init__(PREFIXES)
        self._invented = 0

    def shorten(self, iri: str) -> str:
        """Return the CURIE of an IRI; one of no declared namespace gets a prefix for its own beginning."""
        curie = super().shorten(iri)
        if curie is None:
            self._invented += 1
            self.declare(f"ns{self._invented}", iri[: max(iri.rfind("/"), iri.rfind("#")) + 1] or iri)
            curie = super().shorten(iri)
        assert curie is not None
        return curie


def write(
    mapping_set: MappingSet, labels: Mapping[str, str], *, curated: bool = False
) -> tuple[bytes, Counter[str]]:
    """Return the table and what it cannot hold; ``labels`` are the titles of elements.

    ``curated`` writes the narrower form in which tables lie among the project's own data.
    """
    curies = TableCuries()
    losses: Counter[str] = Counter()
    rows = [_row(record, labels, curies, curated) for record in mapping_set.records]
    different = {tuple(sorted(row.items())): row for row in rows}
    losses["record that this form cannot tell from another"] = len(rows) - len(different)
    rows = list(different.values())
    used = {column for row in rows for column, cell in row.items() if cell}
    extensions = [slot for slot in EXTENSIONS if slot in used]
    columns = [slot for slot in RECORD_SLOTS.all if slot in used] + extensions
    for record in mapping_set.records:
        texts = (*record.quotations, record.comment or "")
        losses["line break in a text, written as a space"] += sum("\n" in text for text in texts)
        is_stated = record.stated_predicate != record.predicate
        losses["predicate skos:mappingRelation, written as the set relation's own"] += is_stated
        for name in _NOT_CURATED if curated else ():
            losses[f"{name} of a record"] += record.gives(name)
    text = io.StringIO()
    for line in _header(mapping_set, curies, extensions, curated):
        text.write(f"#{line}\n")
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(sorted([row.get(column, "") for column in columns] for row in rows))
    return text.getvalue().encode(), losses


def _row(record: Record, labels: Mapping[str, str], curies: TableCuries, curated: bool) -> dict[str, str]:
    """Return the cells of a record by their columns."""
    target = record.object or NO_TERM_FOUND
    values = slot_values(record, RECORD_FIELDS)
    values |= {"predicate_id": (record.stated_predicate,), "object_id": (target,)}
    held = RECORD_SLOTS.curated if curated else RECORD_SLOTS.all
    row = {
        slot: "|".join(map(curies.shorten if slot in _CURIES else _escape, texts))
        for slot, texts in values.items()
        if slot in held
    }
    row |= {
        "subject_label": _line(labels.get(record.subject, "")),
        "object_label": _line(labels.get(target, "")),
        "predicate_modifier": "Not" if record.relation == DISJOINT and not curated else "",
        "comment": _line(record.comment or ""),
        "confidence": _number(record.confidence),
        "ext_excluded": "|".join(map(curies.shorten, record.excluded)),
        "ext_rationale": curies.shorten(RATIONALES[record.rationale_kind]) if record.rationale_kind else "",
        "ext_as_cited": _escape(record.as_cited or ""),
        "ext_strength": "" if record.strength is None else str(record.strength),
    }
    if curated:
        return row
    return row | {
        "ext_alignment": curies.shorten(record.alignment) if record.alignment else "",
        "ext_comparison": curies.shorten(record.comparison) if record.comparison else "",
        "ext_quote": "|".join(map(_escape, record.quotations)),
        "ext_set_relation": curies.shorten(IRIS[record.relation]) if record.relation else "",
    }


def _header(mapping_set: MappingSet, curies: TableCuries, extensions: list[str], curated: bool) -> list[str]:
    values = slot_values(mapping_set, SET_FIELDS) | {"mapping_set_id": (mapping_set.identifier,)}
    # The slot for sources is made for URIs; among the project's own data its things go by their short names.
    shortened = _CURIES if curated else _CURIES - {"mapping_set_source"}
    values |= {
        slot: [curies.shorten(iri) for iri in texts] for slot, texts in values.items() if slot in shortened
    }
    definitions = []
    for slot in extensions:
        about, datatype = EXTENSIONS[slot]
        hint = curies.shorten(datatype) if datatype else "linkml:uriOrCurie"
        definitions += [
            f"  - slot_name: {slot}",
            f"    property: {_scalar(curies.shorten(about))}",
            f"    type_hint: {_scalar(hint)}",
        ]
    declared = sorted((prefix, space) for prefix, space in curies.used.items() if prefix not in BUILT_IN)
    prefixes = [f"  {prefix}: {_scalar(namespace)}" for prefix, namespace in declared]
    lines: list[str] = []
    for slot in SET_SLOTS.all:
        if slot == "sssom_version" and not curated:
            lines.append('sssom_version: "1.1"')
        elif slot == "curie_map":
            lines += ["curie_map:", *prefixes]
        elif slot == "extension_definitions" and definitions:
            lines += ["extension_definitions:", *definitions]
        elif slot in values and slot in _LISTS:
            lines += [f"{slot}:", *(f"  - {_scalar(text)}" for text in values[slot])]
        elif slot in values:
            lines.append(f"{slot}: {_scalar(values[slot][0])}")
    return lines


def _scalar(text: str) -> str:
    """Return a YAML scalar: plain where nobody reads it as something else, else in double quotes."""
    plain = _PLAIN.fullmatch(text) and text.casefold() not in _RESERVED
    return text if plain else json.dumps(text, ensure_ascii=False)


def _line(text: str) -> str:
    """Return a text on one line."""
    return " ".join(text.split())


def _escape(text: str) -> str:
    """Return a value for a cell that may hold several, divided by bars."""
    return _line(text).replace("|", r"\|")


def _number(text: str | None) -> str:
    """Return a number with at most three decimals, as SSSOM rounds them."""
    if text is None:
        return ""
    rounded = Decimal(text).quantize(Decimal("0.001"), ROUND_HALF_UP)
    return f"{rounded.normalize():f}"
