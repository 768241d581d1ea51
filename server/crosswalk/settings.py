"""Every setting of the program: its default, its environment variable and the sentence that explains it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from crosswalk.errors import InputError
from crosswalk.folders import default_output

MEGABYTE = 2**20
_UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30}
_SIZE = r"(\d+(?:\.\d+)?)\s*([KMG]?)(?:i?B)?"


def read_size(text: str) -> int:
    """A number of bytes from a text such as ``65536``, ``64K``, ``512 MB`` or ``1GiB`` (powers of 1024)."""
    match = re.fullmatch(_SIZE, text.strip(), re.IGNORECASE)
    if match is None:
        raise ValueError("a number of bytes, such as 65536, 512M or 1G")
    return int(float(match[1]) * _UNITS[match[2].upper()])


def read_count(text: str) -> int:
    """A whole number that is not negative."""
    if not text.strip().isdecimal():
        raise ValueError("a whole number that is not negative")
    return int(text)


def read_flag(text: str) -> bool:
    """Yes or no."""
    known = {
        "1": True,
        "yes": True,
        "true": True,
        "on": True,
        "0": False,
        "no": False,
        "false": False,
        "off": False,
    }
    if text.strip().lower() not in known:
        raise ValueError("either yes or no")
    return known[text.strip().lower()]


def read_port(text: str) -> int:
    """A TCP port, 0 (any free one) to 65535."""
    if not text.strip().isdecimal() or int(text) > 65535:
        raise ValueError("a port number from 0 to 65535")
    return int(text)


def read_seconds(text: str) -> float:
    """A positive number of seconds."""
    message = "a positive number of seconds, such as 10 or 2.5"
    try:
        seconds = float(text)
    except ValueError as fault:
        raise ValueError(message) from fault
    if not 0 < seconds < float("inf"):
        raise ValueError(message)
    return seconds


def read_address(text: str) -> str:
    """An http or https address without white space."""
    if not re.fullmatch(r"https?://[^\s/<>\"]+[^\s<>\"]*", text.strip()):
        raise ValueError("an address that begins with http:// or https://")
    return text.strip()


def read_base(text: str) -> str:
    """An http or https address that ends in a slash."""
    return read_address(text).rstrip("/") + "/"


def _own_base() -> str:
    """The address the data's own IRIs begin with."""
    from crosswalk.iris import BASE

    return BASE


def setting(help: str, read: Callable[[str], Any], *, secret: bool = False, **default: Any) -> Any:
    """A field of Settings: ``read`` turns its text into a value or raises ValueError saying what it wants."""
    return field(metadata={"help": help, "read": read, "secret": secret}, repr=not secret, **default)


@dataclass(frozen=True)
class Settings:
    """All that can be set from outside; a field ``query_timeout`` is ``CROSSWALK_QUERY_TIMEOUT`` there."""

    host: str = setting("The address the server listens on.", str, default="127.0.0.1")
    port: int = setting("The port the server listens on.", read_port, default=8000)
    base_iri: str = setting(
        "The address of this site as its readers see it; by default the one the data's IRIs begin with.",
        read_base,
        default_factory=_own_base,
    )
    store: str | None = setting(
        "The SPARQL 1.1 endpoint to answer from; unset, the built graph is served from memory.",
        read_address,
        default=None,
    )
    store_user: str | None = setting("The user name for that endpoint.", str, secret=True, default=None)
    store_password: str | None = setting("The password for that endpoint.", str, secret=True, default=None)
    snapshots: Path = setting(
        "The folder that built snapshots are kept in.", Path, default_factory=default_output
    )
    workers: int = setting("How many processes serve requests.", read_count, default=2)
    query_timeout: float = setting(
        "How many seconds one query may take before it is ended.", read_seconds, default=10.0
    )
    query_memory: int = setting(
        "How much memory one query may use beyond the graph itself.", read_size, default=1024 * MEGABYTE
    )
    tree_memory: int = setting(
        "How much memory the server and all running queries may use together.",
        read_size,
        default=2048 * MEGABYTE,
    )
    query_bytes: int = setting("How long the text of a query may be.", read_size, default=MEGABYTE)
    result_bytes: int = setting("How large one result may be.", read_size, default=64 * MEGABYTE)
    cache_bytes: int = setting(
        "How much memory each worker may keep answers in that were given before.",
        read_size,
        default=64 * MEGABYTE,
    )
    query_depth: int = setting("How deep brackets may be nested in a query.", read_count, default=100)
    query_tokens: int = setting(
        "How many words and signs a query may be made of.", read_count, default=200_000
    )
    long_queries: int = setting(
        "How many queries may run at once that have run longer than half a second.", read_count, default=8
    )
    young_queries: int = setting(
        "How many queries may run at once that have not run that long yet.", read_count, default=16
    )
    waiting_queries: int = setting("How many more queries may wait for their turn.", read_count, default=512)
    waiting_time: float = setting(
        "How many seconds a query may wait for its turn.", read_seconds, default=10.0
    )
    rate_limit: int = setting(
        "How many seconds of evaluation one client may use in a minute; 0 sets no limit.",
        read_count,
        default=0,
    )
    client_header: str | None = setting(
        "The header in which a reverse proxy that is trusted names the client, such as X-Forwarded-For.",
        str,
        default=None,
    )
    access_log: bool = setting("Whether each request is written to standard error.", read_flag, default=True)
    metrics: bool = setting("Whether /metrics shows numbers for Prometheus.", read_flag, default=False)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ, **chosen: Any) -> Settings:
        """The settings as the environment gives them; what is chosen by the caller, None apart, goes before.

        A variable that is set and empty counts as unset. A wrong value is an InputError naming the variable.
        """
        values = {one.name: read_setting(one, environ[variable(one)]) for one in fields(cls)
                  if environ.get(variable(one))}  # fmt: skip
        return cls(**values | {name: value for name, value in chosen.items() if value is not None})


def variable(one: Field[Any]) -> str:
    """The environment variable of a setting."""
    return "CROSSWALK_" + one.name.upper()


def read_setting(one: Field[Any], text: str) -> Any:
    """The value of a setting from its text; InputError says what is wanted, and never repeats a secret."""
    try:
        return one.metadata["read"](text)
    except ValueError as fault:
        given = "" if one.metadata["secret"] else f", not {text!r}"
        raise InputError(f"{variable(one)} must be {fault}{given}", hint=one.metadata["help"]) from fault
