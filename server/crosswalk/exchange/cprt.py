"""Reads CPRT JSON, in which NIST's reference tool gives the elements of a publication."""

from __future__ import annotations

from collections import Counter
from typing import Any

from crosswalk.exchange.documents import Document
from crosswalk.exchange.records import Catalogue, Entry

_CONTAINING = "projection"
_KEYS = ("documents", "elements", "relationship_types", "relationships")


def read(data: bytes, name: str, *, with_text: bool = False) -> Catalogue:
    """The elements of the one document in the file, each under the element that projects it."""
    document = Document(data, name)
    root, top = _root(document)
    documents = list(document.items(root["documents"], [*top, "documents"], "documents"))
    if not documents:
        raise document.fault("the file names no document", [*top, "documents"])
    described, place = documents[0]
    own = document.wanted(described, "doc_identifier", place)
    losses: Counter[str] = Counter({"document other than the first": len(documents) - 1})
    parents = _parents(document, root, top, own, losses)
    entries: dict[str, Entry] = {}
    for each, inner in document.items(root["elements"], [*top, "elements"], "elements"):
        identifier = document.wanted(each, "element_identifier", inner)
        if any(mark.isspace() for mark in identifier):
            raise document.fault(f"the identifier “{identifier}” holds a space", inner)
        if each.get("doc_identifier") != own:
            losses["element of another document"] += 1
            continue
        if identifier in entries:
            raise document.fault(f"the identifier “{identifier}” is given twice", inner)
        title, text = (document.optional(each, key, inner) for key in ("title", "text"))
        losses["text of an element (see --with-text)"] += bool(text) and not with_text
        losses["type of an element"] += "element_type" in each
        entries[identifier] = Entry(identifier, title, parents.get(identifier), text if with_text else None)
    for identifier, entry in entries.items():
        if entry.parent is not None and entry.parent not in entries:
            raise document.fault(f"“{identifier}” lies in “{entry.parent}”, which the file does not hold")
    title = document.wanted(described, "name", place)
    return Catalogue(
        title, document.optional(described, "version", place), tuple(entries.values()), losses=losses
    )


def _root(document: Document) -> tuple[dict[str, Any], list[str | int]]:
    """The object with the four lists, wherever the download wraps it."""
    found, path = document.value, []
    for key in ("response", "elements"):
        inner = found.get(key) if isinstance(found, dict) else None
        if isinstance(inner, dict):
            found, path = inner, [*path, key]
    missing = [key for key in _KEYS if not isinstance(found, dict) or not isinstance(found.get(key), list)]
    if missing:
        raise document.fault(f"the file has no list “{missing[0]}”", hint="It is no CPRT export.")
    return found, path


def _parents(
    document: Document, root: dict[str, Any], top: list[str | int], own: str, losses: Counter[str]
) -> dict[str, str]:
    parents: dict[str, str] = {}
    for each, inner in document.items(root["relationships"], [*top, "relationships"], "relationships"):
        kind = document.wanted(each, "relationship_identifier", inner)
        ends = [document.wanted(each, f"{end}_element_identifier", inner) for end in ("source", "dest")]
        if kind != _CONTAINING or {each.get("source_doc_identifier"), each.get("dest_doc_identifier")} != {
            own
        }:
            losses[f"relationship “{kind}”"] += 1
            continue
        parents.setdefault(ends[1], ends[0])
    return parents
