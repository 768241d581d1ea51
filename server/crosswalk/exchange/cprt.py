"""Read CPRT JSON, in which NIST's reference tool gives the elements of a publication.

The schema: https://csrc.nist.gov/csrc/media/Projects/cprt/documents/schema/cprt_schema.json
"""

from __future__ import annotations

from crosswalk.exchange.records import Catalogue, Entry, Losses, count_unread
from crosswalk.json_document import Document, JsonObject

_CONTAINING = "projection"
_REPLACING = ("incorporated_into", "moved_to", "addressed_by")
_WITHDRAWING = "withdraw_reason"
_ASIDE = {"sort", "party", "implementation_example", _WITHDRAWING}
"""Types under which an export keeps what is no element to map to: sort keys, parties, examples, reasons."""
_KEYS = ("documents", "elements", "relationship_types", "relationships")

Joins = dict[str, list[tuple[str, JsonObject]]]
"""What elements are joined to, by their identifiers, with the relationship that says so."""


def read(data: bytes, name: str, *, with_text: bool = False) -> Catalogue:
    """Return the elements of the one document in the file, each under the element that projects it.

    What is withdrawn is told by its reason, an element of its own; what the reason was moved or incorporated
    into replaces it. Raises InputError with the line that is wrong.
    """
    root = _root(Document(data, name))
    documents = list(root.members("documents"))
    if not documents:
        raise root.fault("the file names no document", "It is no CPRT export.", "documents")
    own = _identifier(documents[0], "doc_identifier")
    losses = Losses({"document other than the first": len(documents) - 1})
    elements = _elements(root, own, losses)
    parts, replacing = _joins(root, own, losses)
    kept = {
        identifier: element
        for identifier, element in elements.items()
        if element.get("element_type") not in _ASIDE
    }
    parents: dict[str, tuple[str, JsonObject]] = {}
    reasons: dict[str, list[str]] = {}
    for whole, inside in parts.items():
        for part, relationship in inside:
            if part in kept:
                parents.setdefault(part, (whole, relationship))
            elif part in elements and elements[part].get("element_type") == _WITHDRAWING:
                reasons.setdefault(whole, []).append(part)
    entries = []
    for identifier, element in kept.items():
        parent, relationship = parents.get(identifier, (None, root))
        if parent is not None and parent not in kept:
            what = f"“{identifier}” lies in “{parent}”, which the file does not hold"
            raise relationship.fault(what, "Export the publication whole, or mend the relationship.")
        text = element.optional_text("text")
        if text and not with_text:
            losses.note("text of an element (see --with-text)", element.line)
        if element.get("element_type"):
            losses.note("type of an element", element.line)
        joined = [join for reason in reasons.get(identifier, ()) for join in replacing.get(reason, ())]
        targets = [target for target, _ in joined]
        for target, lost in joined:
            if target not in kept:
                losses.note("replacement that the file does not hold", lost.line)
        entry = Entry(
            identifier,
            title=element.optional_text("title"),
            parent=parent,
            text=text if with_text else None,
            withdrawn=identifier in reasons,
            replaced_by=tuple(dict.fromkeys(target for target in targets if target in kept)),
            place=element.line,
        )
        entries.append(entry)
    version = documents[0].optional_text("version")
    shortened = " ".join(version.split()) if version else None
    title = documents[0].text("name")
    return Catalogue(title, shortened, tuple(entries), losses=count_unread(root.document, losses))


def _identifier(source: JsonObject, key: str) -> str:
    """Return an identifier; several publications have a blank in theirs, such as “STEER 4”."""
    return " ".join(source.text(key).split())


def _root(document: Document) -> JsonObject:
    """Return the object with the four lists, wherever the download wraps it."""
    root = document.root
    for key in ("response", "elements"):
        if isinstance(root.value.get(key), dict):
            root = root.member(key)
    for key in _KEYS:
        if not isinstance(root.value.get(key), list):
            raise document.fault(f"the file has no list “{key}”", (), "It is no CPRT export.")
    root.get("relationship_types")  # the words that relationships use, each with its meaning
    return root


def _elements(root: JsonObject, own: str, losses: Losses) -> dict[str, JsonObject]:
    """Return the elements of the one document by identifier; count those that are kept aside."""
    elements: dict[str, JsonObject] = {}
    for element in root.members("elements"):
        identifier = _identifier(element, "element_identifier")
        if element.get("doc_identifier", own) != own:
            losses.note("element of another document", element.line)
            element.document.note_read(element.path, whole=True)
            continue
        if identifier in elements:
            hint = "Give each element an identifier of its own."
            raise element.fault(f"the identifier “{identifier}” is given twice", hint)
        elements[identifier] = element
        kind = element.optional_text("element_type")
        if kind in _ASIDE:
            element.document.note_read(element.path, whole=True)
        if kind in _ASIDE and kind != _WITHDRAWING:
            losses.note(f"element of type “{kind}”", element.line)
    return elements


def _joins(root: JsonObject, own: str, losses: Losses) -> tuple[Joins, Joins]:
    """Return what lies in each element, and what each reason for withdrawal points to."""
    parts: Joins = {}
    replacing: Joins = {}
    for relationship in root.members("relationships"):
        kind = relationship.text("relationship_identifier")
        start, end = (_identifier(relationship, f"{side}_element_identifier") for side in ("source", "dest"))
        for side in ("source", "dest", "provenance"):
            relationship.optional_text(f"{side}_doc_identifier")
        is_inside = all(relationship.get(f"{side}_doc_identifier", own) == own for side in ("source", "dest"))
        if is_inside and kind == _CONTAINING:
            parts.setdefault(start, []).append((end, relationship))
        elif is_inside and kind in _REPLACING:
            replacing.setdefault(start, []).append((end, relationship))
        else:
            losses.note(f"relationship “{kind}”", relationship.line)
    return parts, replacing
