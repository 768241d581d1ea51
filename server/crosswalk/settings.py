"""Every setting of the program: its default, its environment variable and the sentence that explains it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import Field, dataclass, field, fields
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crosswalk.errors import InputError
from crosswalk.folders import default_output
from crosswalk.iris import BASE

MEGABYTE = 2**20
_UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30}
_FLAGS = dict.fromkeys(("1", "yes", "true", "on"), True) | dict.fromkeys(("0", "no", "false", "off"), False)
_MOST_BYTES = 1024 * 2**30
_MOST_SECONDS = 86400.0
_SHOWN = 80
_LABEL = r"\w(?:[\w-]{0,61}\w)?"


@dataclass(frozen=True)
class _Reader:
    """Turn a text into a value; raise ValueError, which says what is wanted, for any other text.

    ``bounds`` are the least and the most that a number may be.
    """

    wanted: str
    pattern: str
    value: Callable[[re.Match[str]], Any]
    bounds: tuple[float, float] | None = None

    def __call__(self, text: str) -> Any:
        match = re.fullmatch(self.pattern, text.strip(), re.IGNORECASE)
        value = None if match is None else self.value(match)
        if value is None or (self.bounds and not self.bounds[0] <= value <= self.bounds[1]):
            raise ValueError(self.wanted)
        return value


def read_count(least: int, most: int) -> _Reader:
    """Return a reader of whole numbers within bounds."""
    wanted = f"a whole number from {least} to {most}"
    return _Reader(wanted, "[0-9]{1,12}", lambda match: int(match[0]), (least, most))


def read_size(least: int) -> _Reader:
    """Return a reader of a number of bytes, of which there are at least so many, and at most a terabyte."""
    wanted = f"a number of bytes from {write_size(least)} to {write_size(_MOST_BYTES)}, such as 65536 or 512M"
    pattern = r"([0-9]{1,15}(?:\.[0-9]{1,9})?)\s*([KMG]?)(?:i?B)?"
    value = lambda match: int(float(match[1]) * _UNITS[match[2].upper()])  # noqa: E731
    return _Reader(wanted, pattern, value, (least, _MOST_BYTES))


def write_size(size: int) -> str:
    """Return a number of bytes as it is read, in the largest unit that it is a multiple of.

    >>> write_size(2**31), write_size(1536), write_size(1000)
    ('2G', '1536', '1000')
    """
    unit = next(unit for unit in "GMK" if not size % _UNITS[unit]) if size and not size % 1024 else ""
    return f"{size // _UNITS[unit]}{unit}"


def _read_address(match: re.Match[str]) -> str | None:
    """Return an address whose host and port can be ones, without a fragment; None for another."""
    try:
        parts = urlsplit(match[0])
        port = parts.port
    except ValueError:
        return None
    return match[0] if _is_host(parts.hostname or "") and port != 0 and not parts.fragment else None


def _read_base(match: re.Match[str]) -> str | None:
    """Return an address that ends with a slash, and to which paths can be added; None for another."""
    parts = urlsplit(_read_address(match) or "")
    plain = parts.hostname and not parts.query and parts.username is None
    path = re.fullmatch(r"(?:/(?!\.{1,2}(?:/|$))[\w.~-]+)*/*", parts.path, re.ASCII)
    return match[0].rstrip("/?") + "/" if plain and path else None


def _is_host(text: str) -> bool:
    """Tell whether a text could name a host: by labels of letters and digits, or by an IPv6 address."""
    if ":" in text:
        with suppress(ValueError):
            return bool(ip_address(text))
        return False
    labels = text.removesuffix(".").split(".")
    return len(text) < 254 and all(re.fullmatch(_LABEL, label, re.ASCII) for label in labels)


def _read_folder(match: re.Match[str]) -> Path | None:
    """Return the path of a folder that is there or can be made; None where a file is in its place."""
    path = Path(match[0])
    with suppress(OSError):
        return path if next(place for place in (path, *path.parents) if place.exists()).is_dir() else None
    return None


_ADDRESS = r"https?://[^\s/<>\"\\^`{|}\x00-\x20\x7f-\x9f]+[^\s<>\"\\^`{|}\x00-\x20\x7f-\x9f]*"
read_flag = _Reader("either yes or no", r"\w+", lambda match: _FLAGS.get(match[0].lower()))
read_port = _Reader(
    "a port number from 0 to 65535", "[0-9]{1,12}", lambda match: int(match[0]), (0, 2**16 - 1)
)
read_seconds = _Reader(
    "a positive number of seconds, from 0.01 to 86400, such as 10 or 2.5",
    r"(?:[0-9]{1,9}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})(?:e[+-]?[0-9]{1,2})?",
    lambda match: float(match[0]),
    (0.01, _MOST_SECONDS),
)
read_address = _Reader("an address that begins with http:// or https://", _ADDRESS, _read_address)
read_base = _Reader(
    "an address that begins with http:// or https://, without user, query or signs in its path",
    _ADDRESS,
    _read_base,
)
read_host = _Reader(
    "the name or the number of a host, such as 0.0.0.0",
    r"\S+",
    lambda match: match[0] if _is_host(match[0]) else None,
)
read_header = _Reader(
    "the name of a header, such as X-Forwarded-For: letters, digits and hyphens",
    "[A-Za-z0-9-]{1,64}",
    lambda match: match[0],
)
read_text = _Reader("a text on one line", r"[^\x00-\x1f\x7f]+", lambda match: match[0])
read_folder = _Reader("the path of a folder", r"[^\x00]+", _read_folder)


def setting(help: str, read: Callable[[str], Any], default: Any, *, secret: bool = False) -> Any:
    """Return a field of Settings; ``read`` turns its text into a value, or raises ValueError.

    A default that is a function is called for each instance.
    """
    kind = "default_factory" if callable(default) else "default"
    return field(metadata={"help": help, "read": read, "secret": secret}, repr=not secret, **{kind: default})


@dataclass(frozen=True)
class Settings:
    """All that can be set from outside; a field ``query_timeout`` is ``CROSSWALK_QUERY_TIMEOUT`` there."""

    host: str = setting("The address the server listens on.", read_host, "127.0.0.1")
    port: int = setting("The port the server listens on.", read_port, 8000)
    base_iri: str = setting(
        "The address of this site as its readers see it; by default the one the data's IRIs begin with.",
        read_base,
        lambda: BASE,
    )
    store: str | None = setting(
        "The SPARQL 1.1 endpoint to answer from; unset, the built graph is served from memory.",
        read_address,
        None,
    )
    store_user: str | None = setting("The user name for that endpoint.", read_text, None, secret=True)
    store_password: str | None = setting("The password for that endpoint.", read_text, None, secret=True)
    snapshots: Path = setting("The folder that built snapshots are kept in.", read_folder, default_output)
    workers: int = setting("How many processes serve requests.", read_count(1, 256), 2)
    query_timeout: float = setting(
        "How many seconds one query may take before it is ended.", read_seconds, 10.0
    )
    query_memory: int = setting(
        "How much memory one query may use beyond the graph itself.",
        read_size(16 * MEGABYTE),
        1024 * MEGABYTE,
    )
    tree_memory: int = setting(
        "How much memory the server and all running queries may use together.",
        read_size(64 * MEGABYTE),
        2048 * MEGABYTE,
    )
    query_bytes: int = setting("How long the text of a query may be.", read_size(512), MEGABYTE)
    result_bytes: int = setting("How large one result may be.", read_size(512), 64 * MEGABYTE)
    cache_bytes: int = setting(
        "How much memory each worker may keep answers in that were given before.", read_size(0), 64 * MEGABYTE
    )
    query_depth: int = setting("How deep brackets may be nested in a query.", read_count(1, 1000), 100)
    query_tokens: int = setting(
        "How many words and signs a query may be made of.", read_count(1, 10_000_000), 200_000
    )
    long_queries: int = setting(
        "How many queries may run at once that have run longer than half a second.", read_count(0, 1000), 8
    )
    young_queries: int = setting(
        "How many queries may run at once that have not run that long yet.", read_count(1, 1000), 16
    )
    waiting_queries: int = setting(
        "How many more queries may wait for their turn.", read_count(0, 10_000), 512
    )
    waiting_time: float = setting("How many seconds a query may wait for its turn.", read_seconds, 10.0)
    rate_limit: int = setting(
        "How many seconds of evaluation one client may use in a minute; 0 sets no limit.",
        read_count(0, 100_000),
        0,
    )
    client_header: str | None = setting(
        "The header in which a reverse proxy that is trusted names the client, such as X-Forwarded-For.",
        read_header,
        None,
    )
    access_log: bool = setting("Whether each request is written to standard error.", read_flag, True)
    metrics: bool = setting("Whether /metrics shows numbers for Prometheus.", read_flag, False)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ, **chosen: Any) -> Settings:
        """Return the settings of the environment; what the caller chooses, None apart, goes before them.

        A variable that is set and empty counts as unset. Raises InputError, naming the variable, for a wrong
        value, and for values that contradict each other.
        """
        values = {
            setting.name: read_setting(setting, environ[variable(setting)])
            for setting in fields(cls)
            if environ.get(variable(setting))
        }
        settings = cls(**values | {name: value for name, value in chosen.items() if value is not None})
        if contradiction := settings.contradiction():
            what, hint = contradiction
            raise InputError(what, hint=hint)
        return settings

    def contradiction(self) -> tuple[str, str] | None:
        """Return in which way two settings contradict each other, and what to do; None where none do."""
        cached = self.workers * self.cache_bytes
        if self.query_memory > self.tree_memory:
            return (
                f"one query may use {write_size(self.query_memory)} (CROSSWALK_QUERY_MEMORY), and all "
                f"together {write_size(self.tree_memory)} (CROSSWALK_TREE_MEMORY)",
                "Raise CROSSWALK_TREE_MEMORY, or lower CROSSWALK_QUERY_MEMORY.",
            )
        if cached > self.tree_memory // 2:
            return (
                f"{self.workers} workers may keep {write_size(self.cache_bytes)} of answers each "
                f"(CROSSWALK_CACHE_BYTES), which leaves too little of {write_size(self.tree_memory)} "
                "(CROSSWALK_TREE_MEMORY) to queries",
                "Lower CROSSWALK_CACHE_BYTES or CROSSWALK_WORKERS, or raise CROSSWALK_TREE_MEMORY.",
            )
        if self.store_password is not None and self.store_user is None:
            return ("CROSSWALK_STORE_PASSWORD is set without CROSSWALK_STORE_USER", "Set both, or neither.")
        return None


def variable(setting: Field[Any]) -> str:
    """Return the environment variable of a setting."""
    return "CROSSWALK_" + setting.name.upper()


def read_setting(setting: Field[Any], text: str) -> Any:
    """Return the value of a setting; raise InputError, which repeats no secret, for a text that is none."""
    try:
        return setting.metadata["read"](text)
    except ValueError as fault:
        given = "" if setting.metadata["secret"] else f", not {shown(text)}"
        hint = setting.metadata["help"]
        raise InputError(f"{variable(setting)} must be {fault}{given}", hint=hint) from fault


def shown(text: str) -> str:
    """Return a text as a message repeats it: in quotes, and not at any length."""
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")
