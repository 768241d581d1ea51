"""Fill the parameters of OSCAL into texts, or mark the places that they leave open.

Where OSCAL inserts one: https://pages.nist.gov/OSCAL/learn/concepts/processing/profile-resolution/
"""

from __future__ import annotations

import re

from crosswalk.exchange.records import Losses
from crosswalk.json_document import JsonObject

_INSERTED = re.compile(r"\{\{\s*(?:insert:\s*(?P<kind>[\w-]+)\s*,\s*)?(?P<name>[^\s{}|,]+)\s*\}\}")
_DEEPEST = 20
_LONGEST = 20_000


class Parameters:
    """The parameters of a catalogue by their identifiers; ``losses`` count what is not filled in."""

    def __init__(self, losses: Losses) -> None:
        self.losses = losses
        self._known: dict[str, JsonObject] = {}
        self._filled: dict[str, str] = {}

    def add(self, within: JsonObject) -> None:
        """Take in the parameters of a catalogue, group or control. Raises InputError for a wrong one."""
        for parameter in within.optional_members("params"):
            self._known[parameter.identifier("id")] = parameter

    def fill(self, text: str, around: JsonObject, within: tuple[str, ...] = ()) -> str:
        """Return a text with the values of its parameters; what is open stands between brackets.

        ``around`` is where the text stands, ``within`` the parameters whose own texts are being filled.
        Raises InputError where texts would grow without end.
        """

        def insert(match: re.Match[str]) -> str:
            kind, name = match["kind"], match["name"]
            if kind in (None, "param") and name in self._known:
                return self._value(name, within)
            if kind is None:
                return match[0]  # double braces in words of the text's own
            what = "parameter that the file does not define" if kind == "param" else f"insertion of a {kind}"
            self.losses.note(f"{what}, marked by its identifier", around.line)
            return f"[{name}]"

        filled = _INSERTED.sub(insert, text)
        if len(filled) > max(_LONGEST, 2 * len(text)) or len(within) > _DEEPEST:
            hint = "Look for parameters that contain each other."
            raise around.fault("the parameters of this text do not come to an end", hint)
        return filled

    def _value(self, name: str, within: tuple[str, ...]) -> str:
        """Return the value of a parameter, or what may stand there between brackets."""
        if name in within:
            hint = "Let no parameter contain itself."
            raise self._known[name].fault(f"the parameter “{name}” contains itself", hint)
        if name not in self._filled:
            parameter, deeper = self._known[name], (*within, name)
            values = parameter.texts("values")
            select = parameter.member("select") if "select" in parameter else None
            choices = select.texts("choice") if select else []
            label = parameter.optional_text("label") or name
            if choices and select and select.optional_text("how-many"):
                self.losses.note("how many of the choices of a parameter are made", select.line)
            filled = [self.fill(text, parameter, deeper) for text in values or choices or [label]]
            self._filled[name] = ", ".join(filled) if values else f"[{'; '.join(filled)}]"
        return self._filled[name]
