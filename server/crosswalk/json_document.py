"""Read JSON documents together with the lines of their values, and tell what of them nobody has read."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from json.decoder import scanstring
from typing import Any

from crosswalk.errors import InputError
from crosswalk.structured_text import UNSPACED, decode, has_space

JsonPath = tuple[str | int, ...]
_SPACE = " \t\r\n"
_MOST_DIGITS = 400
"""More than any number in 64 bits has, written out."""
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")


class Document:
    """A JSON document (RFC 8259) that knows the line of each of its values, and which of them were read.

    Raises InputError for what is no JSON, for keys given twice, for too many levels, for numbers that no
    format has, and for texts that no other file can hold.
    """

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        self.text = decode(data, name)
        self._places: dict[JsonPath, dict[str | int, int]] = {}
        self._read: dict[JsonPath, bool] = {}
        try:
            self.value = json.loads(
                self.text,
                object_pairs_hook=self._without_repeats,
                parse_constant=self._refuse_constant,
                parse_int=self._integer,
            )
        except json.JSONDecodeError as fault:
            what, hint = f"no JSON: {fault.msg}", "Look at the commas, quotes and brackets before this place."
            raise InputError(what, file=name, line=fault.lineno, column=fault.colno, hint=hint) from None
        except RecursionError:
            hint = "No format that can be read has so many levels."
            raise InputError("the JSON is nested too deeply", file=name, hint=hint) from None
        if _ESCAPED_SURROGATE.search(self.text):
            self._refuse_surrogates(self.value, ())

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

    def note_read(self, path: JsonPath, *, whole: bool) -> None:
        """Remember that a value was read: as a ``whole``, or to read what is in it one by one."""
        self._read[path] = whole or self._read.get(path, False)

    def unread(self) -> Iterator[tuple[str, JsonPath]]:
        """Yield the keys that nobody has read, each with what it stands in, and the path to its value."""
        return self._unread(self.value, ())

    def _unread(self, value: Any, path: JsonPath) -> Iterator[tuple[str, JsonPath]]:
        if isinstance(value, list):
            for index, member in enumerate(value):
                if not self._read.get((*path, index)):
                    yield from self._unread(member, (*path, index))
        for key, member in value.items() if isinstance(value, dict) else ():
            within = (*path, key)
            if within not in self._read:
                around = next((step for step in reversed(path) if isinstance(step, str)), "the file")
                yield f"“{key}” in {around}", within
            elif not self._read[within]:
                yield from self._unread(member, within)

    def _without_repeats(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) != len(pairs):
            keys = [key for key, _ in pairs]
            repeated = next(key for key in keys if keys.count(key) > 1)
            what = f"an object has the key “{repeated}” twice"
            raise self._somewhere(what, f'"{re.escape(repeated)}"\\s*:', "Leave one out.")
        return members

    def _refuse_constant(self, text: str) -> None:
        what = f"{text} is no number in JSON"
        raise self._somewhere(what, rf"(?<=[:,\[\s]){re.escape(text)}\b", "Leave the value out.")

    def _integer(self, text: str) -> int:
        if len(text) > _MOST_DIGITS:
            what = f"no number has {len(text)} digits"
            raise self._somewhere(what, text, "Mend it, or write it between quotes if it is a text.")
        return int(text)

    def _refuse_surrogates(self, value: Any, path: JsonPath) -> None:
        """Raise InputError for half of a surrogate pair, which is no character and fits no UTF-8 file."""
        members = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        )
        for step, member in members:
            self._refuse_surrogates(step, path)
            self._refuse_surrogates(member, (*path, step))
        if isinstance(value, str) and _SURROGATE.search(value):
            hint = "Write the character itself, or both halves."
            raise self.fault("a text holds half of a surrogate pair, which is no character", path, hint)

    def _somewhere(self, what: str, pattern: str, hint: str) -> InputError:
        """Return an error at the first place that looks like what a parser met."""
        match = re.search(pattern, self.text)
        line = self.text.count("\n", 0, match.start()) + 1 if match else None
        return InputError(what, file=self.name, line=line, hint=hint)


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
        """Return the value of a key, of whatever type it is, which counts as read with all that is in it."""
        self.document.note_read((*self.path, key), whole=True)
        return self.value.get(key, default)

    def member(self, key: str, hint: str = "") -> JsonObject:
        """Return the object under a key; raises InputError where there is none."""
        self.document.note_read((*self.path, key), whole=False)
        value = self.value.get(key)
        if not isinstance(value, dict):
            raise self.fault(f"“{key}” is missing", hint or f'Add "{key}": {{…}}.')
        return JsonObject(self.document, value, (*self.path, key))

    def members(self, key: str) -> Iterator[JsonObject]:
        """Yield the objects of the list under a key; see `Document.objects`."""
        self.document.note_read((*self.path, key), whole=False)
        return self.document.objects(self.value.get(key), (*self.path, key), key)

    def optional_members(self, key: str) -> Iterator[JsonObject]:
        """Yield the objects of the list under a key, none where there is no such key."""
        return self.members(key) if key in self.value else iter(())

    def text(self, key: str) -> str:
        """Return the text of a key; raises InputError where there is none."""
        text = self.get(key)
        if not isinstance(text, str) or not text.strip():
            raise self.fault(f"“{key}” is missing or no text", f'Add "{key}": "…".')
        return text.strip()

    def optional_text(self, key: str) -> str | None:
        """Return the text of a key, or None; raises InputError where its value is something else."""
        text = self.get(key)
        if text is not None and not isinstance(text, str):
            raise self.fault(f"“{key}” is no text", "Write it between quotes, or leave it out.", key)
        return (text or "").strip() or None

    def texts(self, key: str) -> list[str]:
        """Return the texts of a list, none where there is no such key.

        Raises InputError where the value is no list of texts.
        """
        texts = self.get(key)
        if texts is None:
            return []
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise self.fault(f"“{key}” is no list of texts", 'Write ["…", "…"], or leave it out.', key)
        return [text.strip() for text in texts]

    def identifiers(self, key: str, hint: str) -> list[str]:
        """Return the identifiers of a list; raises InputError where there is none, or one that is none."""
        if not isinstance(self.value.get(key), list):
            raise self.fault(f"there is no list “{key}”", hint)
        identifiers = self.get(key)
        for index, identifier in enumerate(identifiers):
            if not isinstance(identifier, str) or not identifier or has_space(identifier):
                what = f"“{identifier}” is no identifier: it is empty, holds a space, or is no text"
                raise self.fault(what, UNSPACED, key, index)
        return identifiers

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
