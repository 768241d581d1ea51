"""Read OSCAL catalogues and profiles (JSON): groups, controls with enhancements, what was withdrawn.

The models: https://pages.nist.gov/OSCAL-Reference/models/
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crosswalk.exchange.identifiers import key
from crosswalk.exchange.oscal_parameters import Parameters
from crosswalk.exchange.records import Catalogue, Entry, Losses, count_unread
from crosswalk.iris import is_language
from crosswalk.json_document import Document, JsonObject

_REPLACED = ("incorporated-into", "moved-to", "addressed-by")
_LANGUAGE = ("language", "locale")
"""What properties that tell the language of a document are called; OSCAL itself has no name for one."""
_READ_PROPS = ("label", "status", "alt-identifier")


def read_root(data: bytes, name: str, kind: str) -> JsonObject:
    """Return the object that an OSCAL document consists of; raises InputError where it is of another kind."""
    root = Document(data, name).root
    if not isinstance(root.value.get(kind), dict):
        raise root.fault(f"the file holds no OSCAL {kind}", f'It begins with {{"{kind}": …}}.')
    return root.member(kind)


def read_catalog(data: bytes, name: str, *, with_text: bool = False) -> Catalogue:
    """Return the elements of a catalogue; ``with_text`` keeps the statements too.

    Raises InputError with the line that is wrong.
    """
    catalog = read_root(data, name, "catalog")
    metadata = catalog.member("metadata", 'Add "metadata" with its "title".')
    reader = _CatalogReader(with_text)
    reader.read(catalog)
    return Catalogue(
        metadata.text("title"),
        metadata.optional_text("version"),
        tuple(reader.entries()),
        language=language_of(metadata),
        losses=count_unread(catalog.document, reader.losses),
    )


def read_profile(data: bytes, name: str) -> Catalogue:
    """Return the controls that a profile selects by their identifiers.

    Raises InputError with the line that is wrong, also for a selection by pattern.
    """
    profile = read_root(data, name, "profile")
    metadata = profile.member("metadata", 'Add "metadata" with its "title".')
    entries: list[Entry] = []
    for imported in profile.members("imports"):
        if "include-all" in imported or "exclude-controls" in imported:
            hint = "Resolve the profile first, or name the controls under include-controls, with-ids."
            raise imported.fault("only imports that name their controls can be read", hint)
        for choice in imported.members("include-controls"):
            line = choice.document.line((*choice.path, "with-ids"))
            for identifier in choice.identifiers("with-ids", "Name the controls there."):
                entries.append(Entry(identifier, place=line))
    if not entries:
        hint = "Name them under imports, include-controls, with-ids."
        raise profile.fault("the profile selects no controls", hint)
    title, version = metadata.text("title"), metadata.optional_text("version")
    language, losses = language_of(metadata), count_unread(profile.document, Losses())
    return Catalogue(title, version, tuple(entries), selection=True, language=language, losses=losses)


def language_of(metadata: JsonObject) -> str | None:
    """Return the language that a document says it is in, or None.

    Raises InputError for a tag that is none.
    """
    for prop in metadata.optional_members("props"):
        if prop.value.get("name") in _LANGUAGE:
            prop.get("name")
            tag = prop.text("value")
            if not is_language(tag):
                raise prop.fault(f"“{tag}” is no tag of a language", "Write en, de or pt-BR.", "value")
            return tag
    return None


@dataclass(frozen=True)
class _Element:
    """A group or control: its OSCAL identifier, and the number that people print, as far as it is told."""

    identifier: str
    number: str
    parent: str | None
    source: JsonObject
    statements: tuple[JsonObject, ...]
    withdrawn: bool
    aliases: tuple[str, ...]


class _CatalogReader:
    """The elements of one catalogue by identifier, the parts they have, and what is not kept of them."""

    def __init__(self, with_text: bool) -> None:
        self.with_text = with_text
        self.losses = Losses()
        self.parameters = Parameters(self.losses)
        self.elements: dict[str, _Element] = {}
        self.owners: dict[str, str] = {}

    def read(self, within: JsonObject, parent: str | None = None) -> None:
        """Take in the groups and controls within another, each followed by those within it."""
        self.parameters.add(within)
        for kind in ("groups", "controls"):
            for source in within.optional_members(kind):
                element = self._element(source, kind, parent)
                if element.identifier in self.elements:
                    what = f"the identifier “{element.identifier}” is given twice"
                    raise source.fault(what, "Give each an identifier of its own.")
                self.elements[element.identifier] = element
                self.read(source, element.identifier)

    def _element(self, source: JsonObject, kind: str, parent: str | None) -> _Element:
        if kind == "groups" and "id" not in source:  # which groups, other than controls, may do without
            identifier = f"group-{len(self.elements) + 1}"
            self.losses.note("that a group has no identifier, and is called after its place", source.line)
        elif not source.value.get("id"):
            raise source.fault("a control has no identifier", 'Add "id": "…", without spaces.')
        else:
            identifier = source.identifier("id")
        title, props = source.optional_text("title"), list(source.optional_members("props"))
        values = {name: self._props(props, name) for name in _READ_PROPS}
        for prop in props:
            if prop.value.get("name") not in _READ_PROPS:
                prop.document.note_read(prop.path, whole=True)
                self.losses.note(f"prop “{prop.text('name')}” in {kind}", prop.line)
        number = _number(identifier, title, next(iter(values["label"]), None))
        others = [identifier, *values["alt-identifier"]]
        return _Element(
            identifier,
            number,
            parent,
            source,
            tuple(self._statements(source, identifier)),
            withdrawn="withdrawn" in map(str.casefold, values["status"]),
            aliases=tuple(others),
        )

    def _props(self, props: Iterable[JsonObject], name: str) -> list[str]:
        """Return the values of the properties of a name, that of a label to print before those to sort by."""
        named = [prop for prop in props if prop.value.get("name") == name and prop.text("name")]
        named.sort(key=lambda prop: prop.optional_text("class") == "zero-padded")
        return [prop.text("value") for prop in named]

    def _statements(self, source: JsonObject, identifier: str) -> Iterator[JsonObject]:
        """Yield the statements of an element; count its other parts, and remember whose parts they are."""
        for part in source.optional_members("parts"):
            self._own(part, identifier)
            name = part.text("name")
            if name == "statement" and self.with_text:
                yield part
                continue
            hint = " (see --with-text)" if name == "statement" else ""
            self.losses.note(f"part “{name}”{hint}", part.line)
            part.document.note_read(part.path, whole=True)

    def _own(self, part: JsonObject, identifier: str) -> None:
        if isinstance(part.get("id"), str):
            self.owners[part.get("id")] = identifier
        for inner in part.optional_members("parts"):
            self._own(inner, identifier)

    def entries(self) -> Iterator[Entry]:
        """Yield the elements under the numbers that people print, each target of a link looked up."""
        numbers = self._numbers()
        known = {name.casefold(): identifier for identifier, name in numbers.items()}
        known |= {identifier.casefold(): identifier for identifier in self.elements}
        known |= {part.casefold(): identifier for part, identifier in self.owners.items()}
        for identifier, element in self.elements.items():
            source = element.source
            targets = [known.get(target.casefold()) for target in self._replacing(source)]
            missing = targets.count(None)
            self.losses.note("replacement by something that is no control", source.line, missing)
            text = "\n".join(self._prose(element.statements)) or None
            title = source.optional_text("title")
            yield Entry(
                numbers[identifier],
                title=title and self.parameters.fill(title, source),
                parent=numbers[element.parent] if element.parent else None,
                text=text,
                withdrawn=element.withdrawn,
                replaced_by=tuple(dict.fromkeys(numbers[target] for target in targets if target)),
                aliases=tuple(other for other in element.aliases if key(other) != key(numbers[identifier])),
                place=source.line,
            )

    def _numbers(self) -> dict[str, str]:
        """Return the number of each element, or where several print the same, its identifier."""
        printed = Counter(element.number.casefold() for element in self.elements.values())
        numbers = {}
        for identifier, element in self.elements.items():
            is_shared = printed[element.number.casefold()] > 1
            numbers[identifier] = identifier if is_shared else element.number
            if is_shared and element.number != identifier:
                kind = "label that several bear, for which the identifier stands"
                self.losses.note(kind, element.source.line)
        if len({number.casefold() for number in numbers.values()}) < len(numbers):
            return {identifier: identifier for identifier in self.elements}
        return numbers

    def _replacing(self, source: JsonObject) -> Iterator[str]:
        """Yield what the links of an element say that it went to; count the other links."""
        for link in source.optional_members("links"):
            relation = (link.optional_text("rel") or "?").replace("_", "-")
            if relation in _REPLACED:
                yield link.text("href").removeprefix("#")
            else:
                link.document.note_read(link.path, whole=True)
                self.losses.note(f"link “{relation}” of an element", link.line)

    def _prose(self, parts: Iterable[JsonObject]) -> Iterator[str]:
        """Yield the text of parts and of the parts within them, each with its label."""
        for part in parts:
            part.get("name")
            label = next(iter(self._props(part.optional_members("props"), "label")), "")
            prose = part.optional_text("prose")
            if prose:
                yield f"{label} {self.parameters.fill(prose, part)}".strip()
            yield from self._prose(part.optional_members("parts"))


def _number(identifier: str, title: str | None, label: str | None) -> str:
    """Return the number that an element prints: its label, that in its label, or else its identifier.

    >>> _number("ac-2.1", "Review", "AC-2(1)"), _number("sp_3.1", "Locks", "Locks (3.1)")
    ('AC-2(1)', '3.1')
    >>> _number("sp_3.2", "3.2", None), _number("ac-1", "Policy", None)
    ('3.2', 'AC-1')
    """
    if label:
        within = re.fullmatch(re.escape(f"{title} (") + r"(.+)\)", label)
        return (within[1] if within else label).rstrip(".") or identifier
    is_end = title and " " not in title and identifier.casefold().endswith(title.casefold())
    return title if title and is_end else identifier.upper()
