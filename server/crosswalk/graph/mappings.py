"""Reads SSSOM tables of mappings (``data/mappings/*.sssom.tsv``) as mapping records.

The core of the format: the header's metadata, and per record subject, predicate, object, justification,
confidence and comment.
"""

from __future__ import annotations

import csv
import re

from pyoxigraph import Literal, NamedNode, Triple
from rdflib.namespace import DCTERMS, RDF, SKOS, XSD

from ..errors import InputError
from ..namespaces import ID, PREFIXES, SSSOM, XW

REQUIRED = ("subject_id", "predicate_id", "object_id", "mapping_justification")
_NODES = {
    "subject_id": XW.subject,
    "predicate_id": XW.predicate,
    "object_id": XW.object,
    "mapping_justification": SSSOM.mapping_justification,
}


def read_mappings(text: str, name: str) -> list[Triple]:
    """The triples of an SSSOM table: the mapping set and its records."""
    lines = text.splitlines()
    header = [line.removeprefix("#") for line in lines if line.startswith("#")]
    metadata, prefixes = _metadata(header)
    for key in ("mapping_set_id", "license"):
        if key not in metadata:
            raise InputError(
                f"the header gives no {key}", file=name, line=1, hint=f"Add a line “# {key}: …”."
            )
    mapping_set = NamedNode(metadata["mapping_set_id"])
    triples = [
        _triple(mapping_set, RDF.type, NamedNode(str(XW.MappingSet))),
        _triple(mapping_set, SSSOM.mapping_set_id, mapping_set),
        _triple(mapping_set, DCTERMS.license, NamedNode(metadata["license"])),
    ]
    if "mapping_set_title" in metadata:
        triples.append(
            _triple(mapping_set, SKOS.prefLabel, Literal(metadata["mapping_set_title"], language="en"))
        )
    table = csv.DictReader(lines[len(header) :], delimiter="\t", quoting=csv.QUOTE_MINIMAL)
    missing = [column for column in REQUIRED if column not in (table.fieldnames or ())]
    if missing:
        raise InputError(f"the table has no column {missing[0]}", file=name, line=len(header) + 1)
    for row in table:
        triples += _record(row, mapping_set, prefixes, name, len(header) + table.line_num)
    return triples


def _metadata(header: list[str]) -> tuple[dict[str, str], dict[str, str]]:
    """The plain entries of the header, and the prefixes of its ``curie_map``."""
    metadata: dict[str, str] = {}
    prefixes = dict(PREFIXES)
    in_map = False
    for line in header:
        entry = re.match(r"( *)(\w[\w.-]*):\s*(.*?)\s*$", line)
        if entry is None:
            continue
        indent, key, value = entry.groups()
        value = value.strip("\"'")
        if in_map and len(indent) > 1:
            prefixes[key] = value
        else:
            in_map = key == "curie_map"
            metadata[key] = value
    return metadata, prefixes


def _record(
    row: dict[str, str], mapping_set: NamedNode, prefixes: dict[str, str], name: str, line: int
) -> list[Triple]:
    nodes = {}
    for column in REQUIRED:
        curie = (row[column] or "").strip()
        prefix, colon, local = curie.partition(":")
        if not colon or prefix not in prefixes:
            hint = "Write prefix:name, with the prefix in the curie_map of the header."
            raise InputError(
                f"“{curie}” in column {column} is no CURIE known here", file=name, line=line, hint=hint
            )
        nodes[column] = NamedNode(prefixes[prefix] + local)
    ends = (nodes[column].value.removeprefix(ID).replace("/", "-") for column in ("subject_id", "object_id"))
    record = NamedNode(f"{mapping_set.value}/{row.get('record_id') or '--'.join(ends)}")
    triples = [
        _triple(record, RDF.type, NamedNode(str(XW.Mapping))),
        _triple(record, XW.inMappingSet, mapping_set),
    ]
    triples += [_triple(record, predicate, nodes[column]) for column, predicate in _NODES.items()]
    if row.get("confidence"):
        decimal = Literal(row["confidence"], datatype=NamedNode(str(XSD.decimal)))
        triples.append(_triple(record, SSSOM.confidence, decimal))
    if row.get("comment"):
        triples.append(_triple(record, SKOS.note, Literal(row["comment"], language="en")))
    return triples


def _triple(subject: NamedNode, predicate: str, value: NamedNode | Literal) -> Triple:
    return Triple(subject, NamedNode(str(predicate)), value)
