"""The way between the IRIs of the graph and the addresses of this site."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from werkzeug.routing import Rule

from crosswalk.iris import BASE, ID

SITE = BASE
_LEGAL = re.compile(r"[^\x00-\x20<>\"{}|\\^`\x7f]+")


def iri_of(address: str) -> str | None:
    """The IRI an address such as ``id/ipa/2.0`` stands for, or None where it could not be one."""
    return SITE + address if _LEGAL.fullmatch(address) else None


def local(iri: str) -> str:
    """The address of a thing on this site; a web address from elsewhere stays as it is.

    Addresses begin with a slash and never name a host, so that the site works wherever it stands.
    """
    if not iri.startswith(SITE):
        return iri if re.match(r"https?://", iri) else "#"
    address, mark, fragment = iri.removeprefix(SITE).partition("#")
    return "/" + quote(address, safe="/:@!$&'()*+,;=~.-_") + mark + quote(fragment, safe="")


def name_of(iri: str) -> str:
    """The part of a thing's IRI that tells it apart: ``ipa/2.0/guideline/9``."""
    return iri.removeprefix(ID)


def last_part(iri: str) -> str:
    """The last segment of an IRI: ``policy`` of a category, ``Green`` of a colour."""
    return re.split(r"[/#]", iri)[-1]


def document_of(iri: str) -> str:
    """The document a section's IRI names, and a space; nothing where it lies in the edition itself.

    >>> document_of(ID["gsma/2.0/CLP.12/section/5"]), document_of(ID["etsi-en-303-645/2.1.1/section/5"])
    ('CLP.12 ', '')
    """
    above = name_of(iri).partition("/section/")[0].split("/")
    return above[2] + " " if len(above) > 2 else ""


Builder = Callable[..., tuple[str, str]]


class Route(Rule):
    """A rule that learns to build addresses when the first is built, so that no start waits for it."""

    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        compiled: list[Builder] = []

        def build(route: Route, **values: Any) -> tuple[str, str]:
            if not compiled:
                compiled.append(super()._compile_builder(append_unknown))
            return compiled[0](route, **values)

        return build
