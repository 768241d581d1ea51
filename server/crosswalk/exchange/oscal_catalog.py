"""Reads OSCAL catalogues and profiles (JSON): groups, controls with enhancements, what was withdrawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from crosswalk.exchange.records import Catalogue, Entry
from crosswalk.located import Document

_REPLACED = ("incorporated-into", "moved-to")
_STATED = {"id", "title", "groups", "controls", "props", "links", "parts", "class"}

Place = list[str | int]


def read_catalog(data: bytes, name: str, *, with_text: bool = False) -> Catalogue:
    """The elements of a catalogue; ``with_text`` keeps the statements too."""
    document = Document(data, name)
    catalog = _root(document, "catalog")
    title, version = _metadata(document, catalog, "catalog")
    reader = _Reader(document, with_text)
    entries = tuple(reader.entries(catalog, ["catalog"], None))
    entries = tuple(reader.with_labels(entries))
    return Catalogue(title, version, entries, losses=reader.losses)


def read_profile(data: bytes, name: str) -> Catalogue:
    """The controls that a profile selects by their identifiers; a selection by pattern is a fault."""
    document = Document(data, name)
    profile = _root(document, "profile")
    title, version = _metadata(document, profile, "profile")
    entries: list[Entry] = []
    losses = Counter({f"profile: {key}": 1 for key in ("modify", "merge") if key in profile})
    for each, place in document.items(profile.get("imports"), ["profile", "imports"], "imports"):
        if "include-all" in each or "exclude-controls" in each:
            hint = "Resolve the profile first, or name the controls under include-controls, with-ids."
            raise document.fault("only imports that name their controls can be read", place, hint)
        wanted = document.items(
            each.get("include-controls"), [*place, "include-controls"], "include-controls"
        )
        for choice, inner in wanted:
            if not isinstance(choice.get("with-ids"), list):
                raise document.fault("a selection has no list “with-ids”", inner, "Name the controls there.")
            line = document.line([*inner, "with-ids"])
            for number, identifier in enumerate(choice["with-ids"]):
                _token(document, identifier, [*inner, "with-ids", number])
                entries.append(Entry(identifier, place=line))
    if not entries:
        hint = "Name them under imports, include-controls, with-ids."
        raise document.fault("the profile selects no controls", ["profile"], hint)
    return Catalogue(title, version, tuple(entries), selection=True, losses=losses)


class _Reader:
    def __init__(self, document: Document, with_text: bool) -> None:
        self.document = document
        self.with_text = with_text
        self.losses: Counter[str] = Counter()
        self.labels: dict[str, str] = {}

    def entries(self, within: dict[str, Any], place: Place, parent: str | None) -> Iterator[Entry]:
        for kind in ("groups", "controls"):
            if kind not in within:
                continue
            for each, inner in self.document.items(within[kind], [*place, kind], kind):
                identifier = each.get("id")
                _token(self.document, identifier, [*inner, "id"])
                if identifier in self.labels:
                    hint = "Give each an identifier of its own."
                    raise self.document.fault(f"the identifier “{identifier}” is given twice", inner, hint)
                self.labels[identifier] = self._label(each, identifier)
                yield self._entry(each, identifier, parent)
                yield from self.entries(each, inner, identifier)

    def _label(self, each: dict[str, Any], identifier: str) -> str:
        props = [prop for prop in each.get("props", ()) if prop.get("name") == "label"]
        plain = [prop for prop in props if prop.get("class") != "zero-padded"]
        return str((plain or props)[0]["value"]).rstrip(".") if props else identifier.upper()

    def _entry(self, each: dict[str, Any], identifier: str, parent: str | None) -> Entry:
        for key in set(each) - _STATED:
            self.losses[f"{key} of a control"] += 1
        links = each.get("links", ())
        for link in links:
            if link.get("rel") not in _REPLACED:
                self.losses[f"link “{link.get('rel', '?')}” of a control"] += 1
        statements = [part for part in each.get("parts", ()) if part.get("name") == "statement"]
        self.losses["part other than a statement"] += len(each.get("parts", ())) - len(statements)
        if not self.with_text:
            self.losses["statement of a control (see --with-text)"] += len(statements)
        return Entry(
            identifier,
            title=each.get("title"),
            parent=parent,
            text="\n".join(_prose(statements)) or None if self.with_text else None,
            withdrawn=any(
                prop.get("name") == "status" and str(prop.get("value")).casefold() == "withdrawn"
                for prop in each.get("props", ())
            ),
            replaced_by=tuple(
                str(link.get("href", "")).removeprefix("#") for link in links if link.get("rel") in _REPLACED
            ),
        )

    def with_labels(self, entries: tuple[Entry, ...]) -> Iterator[Entry]:
        """The entries under the identifiers that people print, each target of a link looked up."""
        printed = set()
        for entry in entries:
            label = self.labels[entry.identifier]
            if label in printed:
                raise self.document.fault(f"two controls bear the label “{label}”", hint="Mend one of them.")
            printed.add(label)
            known = [self.labels[each] for each in entry.replaced_by if each in self.labels]
            self.losses["replacement by something that is no control"] += len(entry.replaced_by) - len(known)
            parent = self.labels[entry.parent] if entry.parent else None
            yield Entry(label, entry.title, parent, entry.text, entry.withdrawn, tuple(dict.fromkeys(known)))


def _prose(parts: list[dict[str, Any]]) -> Iterator[str]:
    for part in parts:
        label = next((prop["value"] for prop in part.get("props", ()) if prop.get("name") == "label"), "")
        if part.get("prose"):
            yield f"{label} {part['prose']}".strip()
        yield from _prose(part.get("parts", []))


def _root(document: Document, kind: str) -> dict[str, Any]:
    root = document.value.get(kind) if isinstance(document.value, dict) else None
    if not isinstance(root, dict):
        raise document.fault(f"the file holds no OSCAL {kind}", hint=f'It begins with {{"{kind}": …}}.')
    return root


def _metadata(document: Document, root: dict[str, Any], kind: str) -> tuple[str, str | None]:
    metadata = root.get("metadata")
    if not isinstance(metadata, dict):
        raise document.fault("“metadata” is missing", [kind], 'Add "metadata" with its "title".')
    place = [kind, "metadata"]
    return document.wanted(metadata, "title", place), document.optional(metadata, "version", place)


def _token(document: Document, identifier: Any, place: Place) -> None:
    if not isinstance(identifier, str) or not identifier or any(mark.isspace() for mark in identifier):
        what = f"“{identifier}” is no identifier: it is empty or holds a space"
        raise document.fault(what, place, "Write identifiers without spaces.")
