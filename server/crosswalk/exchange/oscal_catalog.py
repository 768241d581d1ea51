"""Read OSCAL 1.2 catalogues and profiles (JSON): groups, controls with enhancements, what was withdrawn.

The models: https://pages.nist.gov/OSCAL-Reference/models/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crosswalk.exchange.records import Catalogue, Entry, Losses
from crosswalk.json_document import Document, JsonObject
from crosswalk.structured_text import UNSPACED, has_space

_REPLACED = ("incorporated-into", "moved-to")
_READ = {"id", "title", "groups", "controls", "props", "links", "parts", "class"}


def read_root(data: bytes, name: str, kind: str) -> JsonObject:
    """Return the object that an OSCAL document consists of; raises InputError where it is of another kind."""
    root = Document(data, name).root
    if not isinstance(root.get(kind), dict):
        raise root.fault(f"the file holds no OSCAL {kind}", f'It begins with {{"{kind}": …}}.')
    return root.member(kind)


def read_catalog(data: bytes, name: str, *, with_text: bool = False) -> Catalogue:
    """Return the elements of a catalogue; ``with_text`` keeps the statements too.

    Raises InputError with the line that is wrong.
    """
    catalog = read_root(data, name, "catalog")
    title, version = _title_and_version(catalog)
    reader = _CatalogReader(catalog.document, with_text)
    entries = tuple(reader.with_labels(list(reader.entries(catalog, None))))
    return Catalogue(title, version, entries, losses=reader.losses)


def read_profile(data: bytes, name: str) -> Catalogue:
    """Return the controls that a profile selects by their identifiers.

    Raises InputError with the line that is wrong, also for a selection by pattern.
    """
    profile = read_root(data, name, "profile")
    title, version = _title_and_version(profile)
    entries: list[Entry] = []
    losses = Losses({f"profile: {key}": 1 for key in ("modify", "merge") if key in profile})
    for imported in profile.members("imports"):
        if "include-all" in imported or "exclude-controls" in imported:
            hint = "Resolve the profile first, or name the controls under include-controls, with-ids."
            raise imported.fault("only imports that name their controls can be read", hint)
        for choice in imported.members("include-controls"):
            identifiers = choice.get("with-ids")
            if not isinstance(identifiers, list):
                raise choice.fault("a selection has no list “with-ids”", "Name the controls there.")
            line = choice.document.line((*choice.path, "with-ids"))
            for index, identifier in enumerate(identifiers):
                _check_identifier(choice, identifier, "with-ids", index)
                entries.append(Entry(identifier, place=line))
    if not entries:
        hint = "Name them under imports, include-controls, with-ids."
        raise profile.fault("the profile selects no controls", hint)
    return Catalogue(title, version, tuple(entries), selection=True, losses=losses)


class _CatalogReader:
    """The labels read so far in one catalogue, by identifier, and what is not kept of its controls."""

    def __init__(self, document: Document, with_text: bool) -> None:
        self.document = document
        self.with_text = with_text
        self.losses = Losses()
        self.labels: dict[str, str] = {}

    def entries(self, within: JsonObject, parent: str | None) -> Iterator[Entry]:
        """Yield the groups and controls within another, each followed by those within it."""
        for kind in ("groups", "controls"):
            for element in within.members(kind) if kind in within else ():
                identifier = element.get("id")
                _check_identifier(element, identifier, "id")
                if identifier in self.labels:
                    hint = "Give each an identifier of its own."
                    raise element.fault(f"the identifier “{identifier}” is given twice", hint)
                self.labels[identifier] = self._label(element, identifier)
                yield self._entry(element, identifier, parent)
                yield from self.entries(element, identifier)

    def _label(self, element: JsonObject, identifier: str) -> str:
        labels = [prop for prop in element.get("props", ()) if prop.get("name") == "label"]
        plain = [prop for prop in labels if prop.get("class") != "zero-padded"]
        return str((plain or labels)[0]["value"]).rstrip(".") if labels else identifier.upper()

    def _entry(self, element: JsonObject, identifier: str, parent: str | None) -> Entry:
        self.losses.update(f"{key} of a control" for key in element.value.keys() - _READ)
        links, parts = element.get("links", ()), element.get("parts", ())
        replacing = [link for link in links if link.get("rel") in _REPLACED]
        others = (link.get("rel", "?") for link in links if link.get("rel") not in _REPLACED)
        self.losses.update(f"link “{rel}” of a control" for rel in others)
        statements = [part for part in parts if part.get("name") == "statement"]
        self.losses["part other than a statement"] += len(parts) - len(statements)
        if not self.with_text:
            self.losses["statement of a control (see --with-text)"] += len(statements)
        statuses = (prop.get("value") for prop in element.get("props", ()) if prop.get("name") == "status")
        return Entry(
            identifier,
            title=element.get("title"),
            parent=parent,
            text="\n".join(_prose(statements)) or None if self.with_text else None,
            withdrawn="withdrawn" in [str(status).casefold() for status in statuses],
            replaced_by=tuple(str(link.get("href", "")).removeprefix("#") for link in replacing),
        )

    def with_labels(self, entries: list[Entry]) -> Iterator[Entry]:
        """Yield the entries under the identifiers that people print, each target of a link looked up."""
        printed = set()
        for entry in entries:
            label = self.labels[entry.identifier]
            if label in printed:
                what = f"two controls bear the label “{label}”"
                raise self.document.fault(what, (), "Mend one of them.")
            printed.add(label)
            known = [self.labels[target] for target in entry.replaced_by if target in self.labels]
            self.losses["replacement by something that is no control"] += len(entry.replaced_by) - len(known)
            parent = self.labels[entry.parent] if entry.parent else None
            yield Entry(label, entry.title, parent, entry.text, entry.withdrawn, tuple(dict.fromkeys(known)))


def _prose(parts: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the text of parts and of the parts within them, each with its label."""
    for part in parts:
        label = next((prop["value"] for prop in part.get("props", ()) if prop.get("name") == "label"), "")
        if part.get("prose"):
            yield f"{label} {part['prose']}".strip()
        yield from _prose(part.get("parts", []))


def _title_and_version(root: JsonObject) -> tuple[str, str | None]:
    metadata = root.member("metadata", 'Add "metadata" with its "title".')
    return metadata.text("title"), metadata.optional_text("version")


def _check_identifier(element: JsonObject, identifier: Any, *steps: str | int) -> None:
    if not isinstance(identifier, str) or not identifier or has_space(identifier):
        what = f"“{identifier}” is no identifier: it is empty or holds a space"
        raise element.fault(what, UNSPACED, *steps)
