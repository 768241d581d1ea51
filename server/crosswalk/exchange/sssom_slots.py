"""The slots of SSSOM 1.0 and 1.1, in the order of its schema, and which of them the graph has a place for."""

from __future__ import annotations


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
