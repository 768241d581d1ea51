"""Read CPRT JSON, in which NIST's reference tool gives the elements of a publication.

The schema: https://csrc.nist.gov/csrc/media/Projects/cprt/documents/schema/cprt_schema.json
"""

from __future__ import annotations

from crosswalk.exchange.records import Catalogue, Entry, Losses
from crosswalk.json_document import Document, JsonObject

_CONTAINING = "projection"
_REPLACING = ("incorporated_into", "moved_to")
_WITHDRAWING = "withdraw_reason"
_ASIDE = {"sort", "party", "implementation_example", _WITHDRAWING}
"""Types under which an export keeps what is no element to map to: sort keys, parties, examples, reasons."""
_KEYS = ("documents", "elements", "relationship_types", "relationships")

Joins = dict[str, list[str]]


def read(data: bytes, name: str, *, with_text: bool = False) -> Catalogue:
    """Return the elements of the one document in the file, each under the element that projects it.

    What is withdrawn is told by its reason, an element of its own; what the reason was moved or incorporated
    into replaces it. Raises InputError with the line that is wrong.
    """
    root = _root(Document(data, name))
    documents = list(root.members("documents"))
    if not documents:
        raise root.fault("the file names no document", "It is no CPRT export.", "documents")
    own = documents[0].text("doc_identifier")
    losses = Losses({"document other than the first": len(documents) - 1})
    elements = _elements(root, own, losses)
    parts, replacing = _joins(root, own, losses)
    kept = {
        identifier: element
        for identifier, element in elements.items()
        if element.get("element_type") not in _ASIDE
    }
    parents: dict[str, str] = {}
    reasons: Joins = {}
    for whole, inside in parts.items():
        for part in inside:
            if part in kept:
                parents.setdefault(part, whole)
            elif part in elements and elements[part].get("element_type") == _WITHDRAWING:
                reasons.setdefault(whole, []).append(part)
    entries = []
    for identifier, element in kept.items():
        parent = parents.get(identifier)
        if parent is not None and parent not in kept:
            what = f"“{identifier}” lies in “{parent}”, which the file does not hold"
            raise root.document.fault(what, (), "Export the publication whole, or mend the relationship.")
        text = element.optional_text("text")
        losses["text of an element (see --with-text)"] += bool(text) and not with_text
        losses["type of an element"] += bool(element.get("element_type"))
        targets = [target for reason in reasons.get(identifier, ()) for target in replacing.get(reason, ())]
        losses["replacement that the file does not hold"] += sum(target not in kept for target in targets)
        entry = Entry(
            identifier,
            title=element.optional_text("title"),
            parent=parent,
            text=text if with_text else None,
            withdrawn=identifier in reasons,
            replaced_by=tuple(dict.fromkeys(target for target in targets if target in kept)),
        )
        entries.append(entry)
    version = documents[0].optional_text("version")
    shortened = " ".join(version.split()) if version else None
    return Catalogue(documents[0].text("name"), shortened, tuple(entries), losses=losses)


def _root(document: Document) -> JsonObject:
    """Return the object with the four lists, wherever the download wraps it."""
    root = document.root
    for key in ("response", "elements"):
        if isinstance(root.get(key), dict):
            root = root.member(key)
    for key in _KEYS:
        if not isinstance(root.get(key), list):
            raise document.fault(f"the file has no list “{key}”", (), "It is no CPRT export.")
    return root


def _elements(root: JsonObject, own: str, losses: Losses) -> dict[str, JsonObject]:
    """Return the elements of the one document by identifier; count those that are kept aside."""
    elements: dict[str, JsonObject] = {}
    for element in root.members("elements"):
        identifier = element.identifier("element_identifier")
        if element.get("doc_identifier", own) != own:
            losses["element of another document"] += 1
            continue
        if identifier in elements:
            hint = "Give each element an identifier of its own."
            raise element.fault(f"the identifier “{identifier}” is given twice", hint)
        elements[identifier] = element
        kind = element.get("element_type")
        losses[f"element of type “{kind}”"] += kind in _ASIDE - {_WITHDRAWING}
    return elements


def _joins(root: JsonObject, own: str, losses: Losses) -> tuple[Joins, Joins]:
    """Return what lies in each element, and what each reason for withdrawal points to."""
    parts: Joins = {}
    replacing: Joins = {}
    for relationship in root.members("relationships"):
        kind = relationship.text("relationship_identifier")
        start, end = (relationship.text(f"{side}_element_identifier") for side in ("source", "dest"))
        is_inside = all(relationship.get(f"{side}_doc_identifier", own) == own for side in ("source", "dest"))
        if is_inside and kind == _CONTAINING:
            parts.setdefault(start, []).append(end)
        elif is_inside and kind in _REPLACING:
            replacing.setdefault(start, []).append(end)
        else:
            losses[f"relationship “{kind}”"] += 1
    return parts, replacing
