"""Reads the text and the rows of a stranger's file, and says where it is wrong."""

from __future__ import annotations

import csv
import json
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cached_property
from json.decoder import scanstring
from typing import Any

from crosswalk.errors import InputError


def decode(data: bytes, name: str) -> str:
    """The text of UTF-8 data, without a byte order mark."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data.count(b"\n", 0, fault.start) + 1
        raise InputError("the file is not UTF-8", file=name, line=line, hint="Save it as UTF-8.") from None
    if not text.strip():
        raise InputError(
            "the file is empty", file=name, hint="Look whether it was saved or downloaded whole."
        )
    return text


def missing_library(library: str) -> InputError:
    """The one sentence for a library that is not installed."""
    return InputError(f"{library} is not installed: pip install 'crosswalk[formats]'")


def read_csv(data: bytes, name: str, delimiter: str = ",") -> list[tuple[int, list[str]]]:
    """The rows of a CSV file, each with the line it ends on."""
    reader = csv.reader(decode(data, name).splitlines(keepends=True), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        rows.extend((reader.line_num, cells) for cells in reader)
    except csv.Error as fault:
        hint = "Look at the quotes around this line."
        raise InputError(f"no CSV: {fault}", file=name, line=reader.line_num, hint=hint) from None
    return rows


class Lined(dict[str, Any]):
    """A mapping of a YAML document with the line on which it begins."""

    line = 1


def read_yaml(data: bytes, name: str) -> Any:
    """The value of a YAML document; anchors and aliases, which can grow without bound, are refused."""
    try:
        import yaml
    except ImportError:
        raise missing_library("PyYAML") from None

    class Loader(yaml.SafeLoader):
        def compose_node(self, parent: Any, index: Any) -> Any:
            if self.check_event(yaml.AliasEvent):
                mark = self.peek_event().start_mark
                hint = "Write the value out in each place."
                raise InputError(
                    "the YAML uses an alias, which is not expanded", file=name, line=mark.line + 1, hint=hint
                )
            return super().compose_node(parent, index)

    def construct(loader: Loader, node: Any) -> Lined:
        found = Lined()
        for key_node, value_node in node.value:
            key = loader.construct_object(key_node, deep=True)
            if not isinstance(key, str) or key in found:
                line = key_node.start_mark.line + 1
                hint = "Write each key once, as a text."
                raise InputError(
                    f"the key “{key}” is no text or given twice", file=name, line=line, hint=hint
                )
            found[key] = loader.construct_object(value_node, deep=True)
        found.line = node.start_mark.line + 1
        return found

    Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, construct)
    try:
        return yaml.load(decode(data, name), Loader)
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


Path = Sequence[str | int]
_SPACE = " \t\r\n"


class Document:
    """A JSON document that knows the line of each of its values."""

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        self.text = decode(data, name)
        self._places: dict[tuple[str | int, ...], dict[str | int, int]] = {}
        try:
            self.value = json.loads(
                self.text, object_pairs_hook=self._unrepeated, parse_constant=self._constant
            )
        except json.JSONDecodeError as fault:
            hint = "Look at the commas, quotes and brackets before this place."
            raise InputError(
                f"no JSON: {fault.msg}", file=name, line=fault.lineno, column=fault.colno, hint=hint
            ) from None
        except RecursionError:
            hint = "No format that can be read has so many levels."
            raise InputError("the JSON is nested too deeply", file=name, hint=hint) from None

    def fault(self, what: str, path: Path = (), hint: str | None = None) -> InputError:
        """An error at the value that a path of keys and numbers leads to."""
        return InputError(what, file=self.name, line=self.line(path), hint=hint)

    def line(self, path: Path) -> int:
        """The line on which a value begins, or that of the nearest value around it."""
        at, walked = _skip(self.text, 0), ()
        for step in path:
            if walked not in self._places:
                self._places[walked] = dict(_members(self.text, at))
            if step not in self._places[walked]:
                break
            at, walked = self._places[walked][step], (*walked, step)
        return bisect_left(self._breaks, at) + 1

    @cached_property
    def _breaks(self) -> list[int]:
        return [match.start() for match in re.finditer("\n", self.text)]

    def items(self, value: Any, path: Path, what: str) -> Iterator[tuple[Any, list[str | int]]]:
        """The members of a list of objects, each with its path; a fault where it is something else."""
        if not isinstance(value, list):
            raise self.fault(f"{what} must be a list", path, "Write it between [ and ].")
        for number, each in enumerate(value):
            if not isinstance(each, dict):
                raise self.fault(
                    f"each of {what} must be an object", [*path, number], "Write it between { and }."
                )
            yield each, [*path, number]

    def wanted(self, value: dict[str, Any], key: str, path: Path) -> str:
        """A text that must be there."""
        found = value.get(key)
        if not isinstance(found, str) or not found.strip():
            raise self.fault(f"“{key}” is missing or no text", path, f'Add "{key}": "…".')
        return found.strip()

    def optional(self, value: dict[str, Any], key: str, path: Path) -> str | None:
        """A text that may be there; what is neither text nor nothing is a fault."""
        found = value.get(key)
        if found is not None and not isinstance(found, str):
            raise self.fault(f"“{key}” is no text", [*path, key], "Write it between quotes, or leave it out.")
        return (found or "").strip() or None

    def _unrepeated(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) != len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise InputError(f"an object has the key “{twice}” twice", file=self.name, hint="Leave one out.")
        return members

    def _constant(self, text: str) -> None:
        raise InputError(f"{text} is no number in JSON", file=self.name, hint="Leave the value out.")


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACE:
        at += 1
    return at


def _members(text: str, at: int) -> Iterator[tuple[str | int, int]]:
    """Each member of an object or list with the place where it begins; the text is known to be JSON."""
    if text[at] not in "{[":
        return
    decoder = json.JSONDecoder()
    closing = "}" if text[at] == "{" else "]"
    at = _skip(text, at + 1)
    number = 0
    while text[at] != closing:
        key: str | int = number
        if closing == "}":
            key, at = scanstring(text, at + 1)
            at = _skip(text, _skip(text, at) + 1)
        yield key, at
        at = _skip(text, decoder.raw_decode(text, at)[1])
        at = _skip(text, at + 1) if text[at] == "," else at
        number += 1
