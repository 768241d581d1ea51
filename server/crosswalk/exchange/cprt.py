"""Reads CPRT JSON, in which NIST's reference tool gives the elements of a publication."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from crosswalk.exchange.records import Catalogue, Entry
from crosswalk.located import Document

_CONTAINING = "projection"
_REPLACING = ("incorporated_into", "moved_to")
_WITHDRAWING = "withdraw_reason"
_ASIDE = {"sort", "party", "implementation_example", _WITHDRAWING}
"""Types under which an export keeps what is no element to map to: sort keys, parties, examples, reasons."""
_KEYS = ("documents", "elements", "relationship_types", "relationships")

Place = list[str | int]
Joins = dict[str, list[str]]


def read(data: bytes, name: str, *, with_text: bool = False) -> Catalogue:
    """The elements of the one document in the file, each under the element that projects it.

    What is withdrawn is told by its reason, an element of its own; what the reason was moved or incorporated
    into replaces it.
    """
    document = Document(data, name)
    root, top = _root(document)
    documents = list(document.items(root["documents"], [*top, "documents"], "documents"))
    if not documents:
        raise document.fault("the file names no document", [*top, "documents"], "It is no CPRT export.")
    described, place = documents[0]
    own = document.wanted(described, "doc_identifier", place)
    losses: Counter[str] = Counter({"document other than the first": len(documents) - 1})
    elements = dict(_elements(document, root, top, own, losses))
    parts, replacing = _joins(document, root, top, own, losses)
    kept = {one: said for one, said in elements.items() if said.get("element_type") not in _ASIDE}
    parents: dict[str, str] = {}
    reasons: Joins = {}
    for whole, part in ((whole, part) for whole, inside in parts.items() for part in inside):
        if part in kept:
            parents.setdefault(part, whole)
        elif elements.get(part, {}).get("element_type") == _WITHDRAWING:
            reasons.setdefault(whole, []).append(part)
    entries = []
    for identifier, said in kept.items():
        parent = parents.get(identifier)
        if parent is not None and parent not in kept:
            hint = "Export the publication whole, or mend the relationship."
            raise document.fault(
                f"“{identifier}” lies in “{parent}”, which the file does not hold", hint=hint
            )
        losses["text of an element (see --with-text)"] += bool(said["text"]) and not with_text
        losses["type of an element"] += "element_type" in said
        why = reasons.get(identifier, [])
        into = [each for reason in why for each in replacing.get(reason, ())]
        losses["replacement that the file does not hold"] += sum(each not in kept for each in into)
        into = list(dict.fromkeys(each for each in into if each in kept))
        text = said["text"] if with_text else None
        entries.append(Entry(identifier, said["title"], parent, text, bool(why), tuple(into)))
    title = document.wanted(described, "name", place)
    version = document.optional(described, "version", place)
    return Catalogue(title, " ".join(version.split()) if version else None, tuple(entries), losses=losses)


def _elements(
    document: Document, root: dict[str, Any], top: Place, own: str, losses: Counter[str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The elements of the one document by identifier; those that are kept aside are counted."""
    seen: set[str] = set()
    for each, inner in document.items(root["elements"], [*top, "elements"], "elements"):
        identifier = document.wanted(each, "element_identifier", inner)
        if any(mark.isspace() for mark in identifier):
            raise document.fault(
                f"the identifier “{identifier}” holds a space", inner, "Write identifiers without spaces."
            )
        if each.get("doc_identifier", own) != own:
            losses["element of another document"] += 1
            continue
        if identifier in seen:
            hint = "Give each element an identifier of its own."
            raise document.fault(f"the identifier “{identifier}” is given twice", inner, hint)
        seen.add(identifier)
        kind = each.get("element_type")
        losses[f"element of type “{kind}”"] += kind in _ASIDE - {_WITHDRAWING}
        yield (
            identifier,
            {
                **({"element_type": kind} if kind else {}),
                "title": document.optional(each, "title", inner),
                "text": document.optional(each, "text", inner),
            },
        )


def _root(document: Document) -> tuple[dict[str, Any], Place]:
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


def _joins(
    document: Document, root: dict[str, Any], top: Place, own: str, losses: Counter[str]
) -> tuple[Joins, Joins]:
    """What lies in each element, and what each reason for withdrawal points to."""
    parts: Joins = {}
    replacing: Joins = {}
    for each, inner in document.items(root["relationships"], [*top, "relationships"], "relationships"):
        kind = document.wanted(each, "relationship_identifier", inner)
        start, end = (
            document.wanted(each, f"{side}_element_identifier", inner) for side in ("source", "dest")
        )
        inside = {each.get(f"{side}_doc_identifier", own) for side in ("source", "dest")} == {own}
        if inside and kind == _CONTAINING:
            parts.setdefault(start, []).append(end)
        elif inside and kind in _REPLACING:
            replacing.setdefault(start, []).append(end)
        else:
            losses[f"relationship “{kind}”"] += 1
    return parts, replacing
