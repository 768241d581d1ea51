"""Build the addresses of this site, and read what an address names and asks for."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

from flask import has_request_context, request
from werkzeug.routing import BaseConverter, Rule, ValidationError

from crosswalk.errors import InputError
from crosswalk.iris import BASE, compact
from crosswalk.web.http.addresses import quote_path

_LEGAL = re.compile(r"[^\x00-\x20<>\"{}|\\^`\x7f]+")


def iri_of(address: str) -> str | None:
    """Return the IRI that an address such as ``id/ipa/2.0`` stands for, or None where it could not be one."""
    return BASE + address if _LEGAL.fullmatch(address) else None


def to(path: str) -> str:
    """Return the address of a page of this site, below the path that readers reach the site by.

    Every address that is sent to a reader goes through here. It begins with a slash and never names a host.
    """
    return request.script_root + path if has_request_context() else path


def here() -> str:
    """Return the address of what is asked for, without its parameters."""
    return to(quote_path(request.path))


def path_of(iri: str) -> str:
    """Return the path of a thing within this site: what follows the base of its IRI."""
    address, mark, fragment = iri.removeprefix(BASE).partition("#")
    return quote_path(address) + mark + quote(fragment, safe="")


def local(iri: str) -> str:
    """Return the address of a thing on this site; a web address from elsewhere stays as it is."""
    if iri.startswith(BASE):
        return to(path_of(iri))
    return iri if re.match(r"https?://", iri) else "#"


def last_part(iri: str) -> str:
    """Return the last segment of an IRI: ``policy`` of a category, ``Green`` of a colour."""
    return re.split(r"[/#]", iri)[-1]


def pair_url(page: str, left: str, right: str) -> str:
    """Return the address of a page on two editions: ``compare``, ``matrix`` or ``gaps``."""
    return to(f"/{page}/{compact(left)}/{compact(right)}")


def pair_name(left: str, right: str) -> str:
    """Return the name of a file about two editions: ``ipa-2.0--gsma-2.0``."""
    return "--".join(compact(edition).replace("/", "-") for edition in (left, right))


def lineage_url(standard: str) -> str:
    """Return the address of the lineage of a standard, which may be given by one of its editions."""
    return to(f"/lineage/{compact(standard).partition('/')[0]}")


def stale_url(old: str, new: str) -> str:
    """Return the address of what a new edition leaves of the mappings to an old one."""
    return to(f"/stale/{compact(old)}/{last_part(new)}")


def path_url(start: str, end: str = "", limit: int | None = None) -> str:
    """Return the address of the paths between two elements, or of the form where the end is to be named."""
    parameters = {"from": start, "to": end, "limit": limit}
    return to("/path?" + urlencode({name: value for name, value in parameters.items() if value}))


def question_url(name: str) -> str:
    """Return the address of a named question."""
    return to(f"/questions/{name}")


class EditionConverter(BaseConverter):
    """Read an edition in an address, such as ``ipa/2.0``, as its IRI."""

    regex = "[^/]+/[^/]+"

    def to_python(self, value: str) -> str:
        """Return the IRI of an edition; ValidationError (404) where the text could not be in an IRI."""
        if (iri := iri_of(f"id/{value}")) is None:
            raise ValidationError(value)
        return iri


class LazyRule(Rule):
    """Compile the builder of an address when the first is built, so that no start waits for it."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        # Private in Werkzeug: a rule calls it when it is bound to a map, and `Rule.build` what it returned.
        compiled: list[Callable[..., tuple[str, str]]] = []

        def build(rule: LazyRule, **values: Any) -> tuple[str, str]:
            if not compiled:
                compiled.append(super()._compile_builder(append_unknown))
            return compiled[0](rule, **values)

        return build


def text_parameter(name: str) -> str:
    """Return the text that a parameter of the address gives, without spaces around it."""
    return request.args.get(name, "").strip()


def number_parameter(name: str, default: int, maximum: int) -> int:
    """Return the whole number that a parameter gives; InputError unless it is from 1 to ``maximum``."""
    given = request.args.get(name, str(default))
    # Python refuses to read a number of thousands of digits.
    if not re.fullmatch("[0-9]{1,9}", given) or not 1 <= int(given) <= maximum:
        raise InputError(f"{name} is a whole number from 1 to {maximum}")
    return int(given)


def day_parameter() -> date | None:
    """Return the day that ``?as-of=`` names; InputError where it is no date."""
    given = text_parameter("as-of")
    try:
        return date.fromisoformat(given) if given else None
    except ValueError as fault:
        raise InputError(f"“{given}” is no date", hint="Write it as 2017-01-15.") from fault
