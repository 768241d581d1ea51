"""Read the text, rows and values of a file together with their lines, so that a fault can name its place."""

from __future__ import annotations

import csv
import json
import re
from bisect import bisect_left
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from json.decoder import scanstring
from typing import Any

import yaml

from crosswalk import folders
from crosswalk.errors import InputError


def decode(data: bytes, name: str) -> str:
    """Return the text of UTF-8 data; raises InputError where it is no UTF-8, or empty."""
    text = folders.decode(data, name)
    if not text.strip():
        hint = "Look whether it was saved or downloaded whole."
        raise InputError("the file is empty", file=name, hint=hint)
    return text


def read_csv(text: str, name: str, delimiter: str = ",", before: int = 0) -> list[tuple[int, list[str]]]:
    """Return the rows of a table (RFC 4180), each with the line it ends on.

    ``before`` is the number of lines that come before ``text`` in the file. Raises InputError for a cell
    whose quotes do not match.
    """
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        rows.extend((before + reader.line_num, cells) for cells in reader)
    except csv.Error as fault:
        line, hint = before + reader.line_num, "Look at the quotes around this line."
        raise InputError(f"no CSV: {fault}", file=name, line=line, hint=hint) from None
    return rows


class LinedMapping(dict[str, Any]):
    """A mapping of a YAML document with the line it begins on, and the line of each of its keys."""

    def __init__(self, line: int = 1) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


class _LinedLoader(yaml.SafeLoader):
    """Load mappings as `LinedMapping`; refuse aliases, which can make a small document grow without bound."""

    name: str

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            what = "the YAML uses an alias, which is not expanded"
            raise self.fault(what, self.peek_event(), "Write the value out in each place.")
        return super().compose_node(parent, index)

    def construct_lined(self, node: yaml.MappingNode) -> LinedMapping:
        mapping = LinedMapping(node.start_mark.line + 1)
        for key_node, value_node in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str) or key in mapping:
                what = f"the key “{key}” is no text or given twice"
                raise self.fault(what, key_node, "Write each key once, as a text.")
            mapping[key] = self.construct_object(value_node, deep=True)
            mapping.lines[key] = key_node.start_mark.line + 1
        return mapping

    def fault(self, what: str, marked: Any, hint: str) -> InputError:
        return InputError(what, file=self.name, line=marked.start_mark.line + 1, hint=hint)


_LinedLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _LinedLoader.construct_lined)


def read_yaml(text: str, name: str) -> Any:
    """Return the value of a YAML 1.1 document, each mapping in it as `LinedMapping`.

    Raises InputError for what is no YAML, for aliases, for keys given twice and for too many levels.
    """
    try:
        loader = _LinedLoader(text)
        loader.name = name
        return loader.get_single_data()
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        problem = getattr(fault, "problem", None) or "it cannot be read"
        line = mark.line + 1 if mark else None
        hint = "Look at the indentation, colons and quotes around this line."
        raise InputError(f"no YAML: {problem}", file=name, line=line, hint=hint) from None
    except RecursionError:
        hint = "No format that can be read has so many levels."
        raise InputError("the YAML is nested too deeply", file=name, hint=hint) from None
    except ValueError as fault:
        hint = "Write dates and numbers between quotes."
        raise InputError(f"the YAML cannot be read: {fault}", file=name, hint=hint) from None


JsonPath = tuple[str | int, ...]
_SPACE = " \t\r\n"


class Document:
    """A JSON document (RFC 8259) that knows the line of each of its values.

    Raises InputError for what is no JSON, for keys given twice and for too many levels.
    """

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        self.text = decode(data, name)
        self._places: dict[JsonPath, dict[str | int, int]] = {}
        try:
            self.value = json.loads(
                self.text, object_pairs_hook=self._without_repeats, parse_constant=self._refuse_constant
            )
        except json.JSONDecodeError as fault:
            what, hint = f"no JSON: {fault.msg}", "Look at the commas, quotes and brackets before this place."
            raise InputError(what, file=name, line=fault.lineno, column=fault.colno, hint=hint) from None
        except RecursionError:
            hint = "No format that can be read has so many levels."
            raise InputError("the JSON is nested too deeply", file=name, hint=hint) from None

    @property
    def root(self) -> JsonObject:
        """The object that the document is; one without members where it is something else."""
        return JsonObject(self, self.value if isinstance(self.value, dict) else {})

    def fault(self, what: str, path: JsonPath, hint: str) -> InputError:
        """Return an error at the value that a path of keys and positions leads to."""
        return InputError(what, file=self.name, line=self.line(path), hint=hint)

    def line(self, path: JsonPath) -> int:
        """Return the line on which a value begins, or that of the nearest value around it."""
        place, walked = _skip(self.text, 0), ()
        for step in path:
            if walked not in self._places:
                self._places[walked] = dict(_members(self.text, place))
            if step not in self._places[walked]:
                break
            place, walked = self._places[walked][step], (*walked, step)
        return bisect_left(self._breaks, place) + 1

    @cached_property
    def _breaks(self) -> list[int]:
        return [match.start() for match in re.finditer("\n", self.text)]

    def objects(self, value: Any, path: JsonPath, what: str) -> Iterator[JsonObject]:
        """Yield the members of a list of objects.

        Raises InputError where ``value`` is no list, and where a member is no object.
        """
        if not isinstance(value, list):
            raise self.fault(f"{what} must be a list", path, "Write it between [ and ].")
        for index, member in enumerate(value):
            if not isinstance(member, dict):
                hint = "Write it between { and }."
                raise self.fault(f"each of {what} must be an object", (*path, index), hint)
            yield JsonObject(self, member, (*path, index))

    def _without_repeats(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) != len(pairs):
            keys = [key for key, _ in pairs]
            repeated = next(key for key in keys if keys.count(key) > 1)
            what = f"an object has the key “{repeated}” twice"
            raise InputError(what, file=self.name, hint="Leave one out.")
        return members

    def _refuse_constant(self, text: str) -> None:
        raise InputError(f"{text} is no number in JSON", file=self.name, hint="Leave the value out.")


@dataclass(frozen=True)
class JsonObject:
    """An object of a JSON document, with the path that leads to it."""

    document: Document
    value: dict[str, Any]
    path: JsonPath = ()

    def __contains__(self, key: str) -> bool:
        return key in self.value

    @property
    def line(self) -> int:
        """The line on which the object begins."""
        return self.document.line(self.path)

    def fault(self, what: str, hint: str, *steps: str | int) -> InputError:
        """Return an error at the object, or at what some steps further in lead to."""
        return self.document.fault(what, (*self.path, *steps), hint)

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of a key, of whatever type it is."""
        return self.value.get(key, default)

    def member(self, key: str, hint: str = "") -> JsonObject:
        """Return the object under a key; raises InputError where there is none."""
        value = self.value.get(key)
        if not isinstance(value, dict):
            raise self.fault(f"“{key}” is missing", hint or f'Add "{key}": {{…}}.')
        return JsonObject(self.document, value, (*self.path, key))

    def members(self, key: str) -> Iterator[JsonObject]:
        """Yield the objects of the list under a key; see `Document.objects`."""
        return self.document.objects(self.value.get(key), (*self.path, key), key)

    def text(self, key: str) -> str:
        """Return the text of a key; raises InputError where there is none."""
        text = self.value.get(key)
        if not isinstance(text, str) or not text.strip():
            raise self.fault(f"“{key}” is missing or no text", f'Add "{key}": "…".')
        return text.strip()

    def optional_text(self, key: str) -> str | None:
        """Return the text of a key, or None; raises InputError where its value is something else."""
        text = self.value.get(key)
        if text is not None and not isinstance(text, str):
            raise self.fault(f"“{key}” is no text", "Write it between quotes, or leave it out.", key)
        return (text or "").strip() or None

    def word(self, key: str, words: Collection[str]) -> str:
        """Return the text of a key; raises InputError where it is none of ``words``."""
        word = self.text(key)
        if word not in words:
            raise self.fault(f"“{word}” is no {key}", f"Known are {', '.join(words)}.", key)
        return word

    def identifier(self, key: str, called: str = "identifier") -> str:
        """Return the text of a key; raises InputError where it holds a space."""
        identifier = self.text(key)
        if has_space(identifier):
            raise self.fault(f"the {called} “{identifier}” holds a space", UNSPACED)
        return identifier


UNSPACED = "Write identifiers without spaces."
"""The hint for an identifier that holds a space."""


def has_space(identifier: str) -> bool:
    """Say whether a character of an identifier is white space."""
    return any(character.isspace() for character in identifier)


def _skip(text: str, place: int) -> int:
    while place < len(text) and text[place] in _SPACE:
        place += 1
    return place


def _members(text: str, place: int) -> Iterator[tuple[str | int, int]]:
    """Yield each member of an object or list with the place where it begins; ``text`` is known to be JSON."""
    if text[place] not in "{[":
        return
    decoder = json.JSONDecoder()
    closing = "}" if text[place] == "{" else "]"
    place = _skip(text, place + 1)
    index = 0
    while text[place] != closing:
        key: str | int = index
        if closing == "}":
            key, place = scanstring(text, place + 1)
            place = _skip(text, _skip(text, place) + 1)
        yield key, place
        place = _skip(text, decoder.raw_decode(text, place)[1])
        place = _skip(text, place + 1) if text[place] == "," else place
        index += 1
