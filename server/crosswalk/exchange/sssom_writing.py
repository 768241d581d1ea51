"""Shortens IRIs to CURIEs, and remembers which prefixes that took."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from rdflib.namespace import XSD

from crosswalk.exchange.records import NAMES, UNTYPED, MappingSet, Record, excluded, predicate, single
from crosswalk.iris import Curies
from crosswalk.namespaces import PREFIXES, SSSOM, XW
from crosswalk.relations.algebra import DISJOINT


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

    def map(self) -> dict[str, str]:
        """Return the prefixes that were used and that a reader does not know by itself."""
        return {prefix: self.used[prefix] for prefix in sorted(self.used) if prefix not in BUILT_IN}


def _words(*lines: str) -> tuple[str, ...]:
    return tuple(word for line in lines for word in line.split())


REQUIRED = ("subject_id", "predicate_id", "object_id", "mapping_justification")

SET_SLOTS = _words(
    "sssom_version curie_map mapping_set_id mapping_set_version mapping_set_source mapping_set_title",
    "mapping_set_description mapping_set_confidence creator_id creator_label license subject_type",
    "subject_source subject_source_version object_type object_source object_source_version predicate_type",
    "mapping_provider cardinality_scope mapping_tool mapping_tool_id mapping_tool_version mapping_date",
    "publication_date subject_match_field object_match_field subject_preprocessing object_preprocessing",
    "similarity_measure curation_rule curation_rule_text see_also issue_tracker other comment",
    "extension_definitions",
)
"""What may be said of a set as a whole."""

COLUMNS = _words(
    "record_id subject_id subject_label subject_category predicate_id predicate_label predicate_modifier",
    "object_id object_label object_category mapping_justification author_id author_label reviewer_id",
    "reviewer_label creator_id creator_label license subject_type subject_source subject_source_version",
    "object_type object_source object_source_version predicate_type mapping_provider mapping_source",
    "mapping_cardinality cardinality_scope mapping_tool mapping_tool_id mapping_tool_version mapping_date",
    "publication_date review_date confidence reviewer_agreement curation_rule curation_rule_text",
    "subject_match_field object_match_field match_string subject_preprocessing object_preprocessing",
    "similarity_score similarity_measure see_also issue_tracker_item other comment",
)
"""What may be said of one record."""

KEPT_SLOTS = frozenset(
    _words(
        "sssom_version curie_map mapping_set_id mapping_set_version mapping_set_source mapping_set_title",
        "mapping_set_description creator_id license subject_source subject_source_version object_source",
        "object_source_version mapping_provider mapping_date publication_date extension_definitions",
    )
)
"""What of a set the graph has a place for."""

KEPT_COLUMNS = frozenset(
    _words(
        "record_id subject_id subject_label predicate_id predicate_modifier object_id object_label",
        "mapping_justification author_id reviewer_id reviewer_label review_date mapping_date confidence",
        "comment",
    )
)
"""What of a record the graph has a place for; labels are the graph's own, and so are not lost."""

BUILT_IN = ("owl", "rdf", "rdfs", "semapv", "skos", "sssom", "xsd")
"""Prefixes that a file may use without declaring them."""


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

_PLAIN = re.compile(r"[A-Za-z_][\w ./()-]*(?<! )")
_RESERVED = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}


def write(
    found: MappingSet, labels: Mapping[str, str], *, curated: bool = False
) -> tuple[bytes, Counter[str]]:
    """The file and what it could not hold; ``labels`` are the titles of elements.

    ``curated`` writes the narrower form in which tables lie among the project's own data.
    """
    curies = TableCuries()
    losses: Counter[str] = Counter()
    rows = [_row(found, record, labels, curies, losses, curated) for record in found.records]
    used = {column for row in rows for column, value in row.items() if value}
    columns = [column for column in COLUMNS if column in used]
    extensions = [slot for slot in EXTENSIONS if slot in used]
    header = _header(found, curies, extensions, curated)
    broken = sum("\n" in text for each in found.records for text in (*each.quotations, each.comment or ""))
    losses["line break in a text, written as a space"] += broken
    table = sorted([[row.get(column, "") for column in (*columns, *extensions)] for row in rows])
    text = io.StringIO()
    for line in header:
        text.write(f"#{line}\n")
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow([*columns, *extensions])
    writer.writerows(table)
    return text.getvalue().encode(), losses


def _row(
    found: MappingSet,
    record: Record,
    labels: Mapping[str, str],
    curies: TableCuries,
    losses: Counter[str],
    curated: bool,
) -> dict[str, str]:
    target = record.object or str(SSSOM.NoTermFound)
    out = excluded(record.candidates)
    one = single(record.candidates)
    stated = predicate(record.candidates) if record.predicate == UNTYPED else record.predicate
    if stated != record.predicate:
        losses["predicate skos:mappingRelation, written as the set relation's own"] += 1
    row = {
        "record_id": curies.shorten(record.identifier) if record.identifier and not curated else "",
        "subject_id": curies.shorten(record.subject),
        "subject_label": _cell(labels.get(record.subject, "")),
        "predicate_id": curies.shorten(stated),
        "predicate_modifier": "Not" if one == DISJOINT and not curated else "",
        "object_id": curies.shorten(target),
        "object_label": _cell(labels.get(target, "")),
        "mapping_justification": curies.shorten(record.justification),
        "author_id": "|".join(curies.shorten(each) for each in record.authors),
        "reviewer_id": "|".join(curies.shorten(each) for each in record.reviewers),
        "reviewer_label": _listed(record.reviewer_names),
        "review_date": record.review_date or "",
        "mapping_date": record.date or "" if not curated else "",
        "confidence": _number(record.confidence),
        "comment": _cell(record.comment or ""),
        "ext_excluded": "|".join(curies.shorten(str(XW[name])) for name in out),
        "ext_rationale": curies.shorten(str(XW[record.rationale_kind.capitalize()]))
        if record.rationale_kind
        else "",
        "ext_as_cited": _listed([record.as_cited] if record.as_cited else []),
        "ext_strength": "" if record.strength is None else str(record.strength),
    }
    if curated:
        for what in ("date", "quotations", "comparison", "alignment", "identifier"):
            losses[f"{what} of a record"] += bool(getattr(record, what))
        return row
    return row | {
        "ext_alignment": curies.shorten(record.alignment) if record.alignment else "",
        "ext_comparison": curies.shorten(record.comparison) if record.comparison else "",
        "ext_quote": _listed(record.quotations),
        "ext_set_relation": curies.shorten(str(XW[NAMES[one]])) if one else "",
    }


def _header(found: MappingSet, curies: TableCuries, extensions: list[str], curated: bool) -> list[str]:
    definitions = [(slot, *EXTENSIONS[slot]) for slot in extensions]
    values: dict[str, str | list[str] | None] = {
        "mapping_set_id": found.identifier,
        "mapping_set_version": found.version,
        # The slot is made for URIs; among the project's own data its things go by their short names.
        "mapping_set_source": [curies.shorten(each) if curated else each for each in found.sources],
        "mapping_set_title": found.title,
        "mapping_set_description": found.description,
        "creator_id": [curies.shorten(each) for each in found.creators],
        "license": found.licence,
        "subject_source": found.subject_source and curies.shorten(found.subject_source),
        "subject_source_version": found.subject_version,
        "object_source": found.object_source and curies.shorten(found.object_source),
        "object_source_version": found.object_version,
        "mapping_provider": found.provider,
        "mapping_date": found.mapping_date,
        "publication_date": found.publication_date,
    }
    shown = [
        (slot, curies.shorten(about), kind and curies.shorten(kind)) for slot, about, kind in definitions
    ]
    lines: list[str] = []
    for slot in SET_SLOTS:
        if slot == "sssom_version" and not curated:
            lines.append('sssom_version: "1.1"')
        elif slot == "curie_map":
            lines += ["curie_map:", *(f"  {key}: {_scalar(value)}" for key, value in curies.map().items())]
        elif slot == "extension_definitions" and shown:
            lines.append("extension_definitions:")
            for name, about, kind in shown:
                hint = kind or "linkml:uriOrCurie"
                lines += [
                    f"  - slot_name: {name}",
                    f"    property: {_scalar(about)}",
                    f"    type_hint: {_scalar(hint)}",
                ]
        elif (value := values.get(slot)) and isinstance(value, list):
            lines += [f"{slot}:", *(f"  - {_scalar(each)}" for each in value)]
        elif value:
            lines.append(f"{slot}: {_scalar(str(value))}")
    return lines


def _scalar(text: str) -> str:
    plain = _PLAIN.fullmatch(text) and text.casefold() not in _RESERVED
    return text if plain else json.dumps(text, ensure_ascii=False)


def _cell(text: str) -> str:
    return " ".join(text.split())


def _listed(texts: list[str] | tuple[str, ...]) -> str:
    return "|".join(_cell(text).replace("|", r"\|") for text in texts)


def _number(text: str | None) -> str:
    if text is None:
        return ""
    rounded = Decimal(text).quantize(Decimal("0.001"), ROUND_HALF_UP)
    return f"{rounded.normalize():f}"
