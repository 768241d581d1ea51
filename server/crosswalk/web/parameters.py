"""What the parameters of an address ask for: days and whole numbers."""

from __future__ import annotations

from datetime import date

from flask import request

from crosswalk.errors import InputError


def wanted_number(name: str, usual: int, most: int) -> int:
    """The whole number that a parameter gives, from 1 to ``most``."""
    text = request.args.get(name, str(usual))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= most:
        raise InputError(f"{name} is a whole number from 1 to {most}")
    return int(text)


def wanted_day() -> date | None:
    """The day that ``?as-of=`` names; an InputError where it is no date."""
    text = request.args.get("as-of", "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as fault:
        raise InputError(f"“{text}” is no date", hint="Write it as 2017-01-15.") from fault
