"""Read the text, rows and values of a file together with their lines, so that a fault can name its place."""

from __future__ import annotations

import csv
import io
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
    # Lines end as spreadsheets end them, and at no other character that Unicode counts as an end.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
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


class _LinedLoader(yaml.BaseLoader):
    """Load scalars as the texts that are written, mappings as `LinedMapping`; refuse aliases.

    The types that YAML 1.1 guesses would make 1.1 of the version 1.10, and “False” of the title “No”. An
    alias can make a small document grow without bound.
    """

    name: str

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        if node.tag.removeprefix(_CORE) not in _PLAIN_TAGS:
            what = f"the tag {node.tag} stands for no text, list or mapping"
            raise yaml.constructor.ConstructorError(None, None, what, node.start_mark)
        is_plain = isinstance(node, yaml.ScalarNode) and node.style is None
        return None if is_plain and node.value in _NULLS else super().construct_object(node, deep)

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

_CORE = "tag:yaml.org,2002:"
_PLAIN_TAGS = {"map", "seq", "str", "int", "float", "bool", "null", "timestamp"}
_NULLS = ("", "~", "null", "Null", "NULL")
"""Plain scalars that say that there is nothing: https://yaml.org/spec/1.2.2/#10213-resolution"""


def read_yaml(text: str, name: str) -> Any:
    """Return the value of a YAML document: texts as they are written, lists, and each mapping lined.

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
    except (OverflowError, ValueError) as fault:
        hint = "Look for an escape such as \\U00110000, which stands for no character."
        raise InputError(f"the YAML cannot be read: {fault}", file=name, hint=hint) from None


UNSPACED = "Write identifiers without spaces."
"""The hint for an identifier that holds a space."""


def has_space(identifier: str) -> bool:
    """Say whether a character of an identifier is white space."""
    return any(character.isspace() for character in identifier)
