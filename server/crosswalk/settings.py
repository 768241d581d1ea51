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
from crosswalk.iris import BASE

MEGABYTE = 2**20
_UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30}
_FLAGS = dict.fromkeys(("1", "yes", "true", "on"), True) | dict.fromkeys(("0", "no", "false", "off"), False)


@dataclass(frozen=True)
class _Reader:
    """Turn a text into a value; raise ValueError, which says what is wanted, for any other text."""

    wanted: str
    pattern: str
    value: Callable[[re.Match[str]], Any]

    def __call__(self, text: str) -> Any:
        match = re.fullmatch(self.pattern, text.strip(), re.IGNORECASE)
        value = None if match is None else self.value(match)
        if value is None:
            raise ValueError(self.wanted)
        return value


_ADDRESS = r"https?://[^\s/<>\"]+[^\s<>\"]*"
read_size = _Reader(
    "a number of bytes, such as 65536, 512M or 1G",
    r"(\d+(?:\.\d+)?)\s*([KMG]?)(?:i?B)?",
    lambda match: int(float(match[1]) * _UNITS[match[2].upper()]),
)
read_count = _Reader("a whole number that is not negative", r"\d+", lambda match: int(match[0]))
read_flag = _Reader("either yes or no", r"\w+", lambda match: _FLAGS.get(match[0].lower()))
read_port = _Reader(
    "a port number from 0 to 65535",
    r"\d+",
    lambda match: int(match[0]) if int(match[0]) < 2**16 else None,
)
read_seconds = _Reader(
    "a positive number of seconds, such as 10 or 2.5",
    r"(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,2})?",
    lambda match: float(match[0]) or None,
)
read_address = _Reader("an address that begins with http:// or https://", _ADDRESS, lambda match: match[0])
read_base = _Reader(
    "an address that begins with http:// or https://", _ADDRESS, lambda match: match[0].rstrip("/") + "/"
)


def setting(help: str, read: Callable[[str], Any], default: Any, *, secret: bool = False) -> Any:
    """Return a field of Settings; ``read`` turns its text into a value, or raises ValueError.

    A default that is a function is called for each instance.
    """
    kind = "default_factory" if callable(default) else "default"
    return field(metadata={"help": help, "read": read, "secret": secret}, repr=not secret, **{kind: default})


@dataclass(frozen=True)
class Settings:
    """All that can be set from outside; a field ``query_timeout`` is ``CROSSWALK_QUERY_TIMEOUT`` there."""

    host: str = setting("The address the server listens on.", str, "127.0.0.1")
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
    store_user: str | None = setting("The user name for that endpoint.", str, None, secret=True)
    store_password: str | None = setting("The password for that endpoint.", str, None, secret=True)
    snapshots: Path = setting("The folder that built snapshots are kept in.", Path, default_output)
    workers: int = setting("How many processes serve requests.", read_count, 2)
    query_timeout: float = setting(
        "How many seconds one query may take before it is ended.", read_seconds, 10.0
    )
    query_memory: int = setting(
        "How much memory one query may use beyond the graph itself.", read_size, 1024 * MEGABYTE
    )
    tree_memory: int = setting(
        "How much memory the server and all running queries may use together.", read_size, 2048 * MEGABYTE
    )
    query_bytes: int = setting("How long the text of a query may be.", read_size, MEGABYTE)
    result_bytes: int = setting("How large one result may be.", read_size, 64 * MEGABYTE)
    cache_bytes: int = setting(
        "How much memory each worker may keep answers in that were given before.", read_size, 64 * MEGABYTE
    )
    query_depth: int = setting("How deep brackets may be nested in a query.", read_count, 100)
    query_tokens: int = setting("How many words and signs a query may be made of.", read_count, 200_000)
    long_queries: int = setting(
        "How many queries may run at once that have run longer than half a second.", read_count, 8
    )
    young_queries: int = setting(
        "How many queries may run at once that have not run that long yet.", read_count, 16
    )
    waiting_queries: int = setting("How many more queries may wait for their turn.", read_count, 512)
    waiting_time: float = setting("How many seconds a query may wait for its turn.", read_seconds, 10.0)
    rate_limit: int = setting(
        "How many seconds of evaluation one client may use in a minute; 0 sets no limit.", read_count, 0
    )
    client_header: str | None = setting(
        "The header in which a reverse proxy that is trusted names the client, such as X-Forwarded-For.",
        str,
        None,
    )
    access_log: bool = setting("Whether each request is written to standard error.", read_flag, True)
    metrics: bool = setting("Whether /metrics shows numbers for Prometheus.", read_flag, False)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ, **chosen: Any) -> Settings:
        """Return the settings of the environment; what the caller chooses, None apart, goes before them.

        A variable that is set and empty counts as unset. Raises InputError, naming the variable, for a wrong
        value.
        """
        values = {
            setting.name: read_setting(setting, environ[variable(setting)])
            for setting in fields(cls)
            if environ.get(variable(setting))
        }
        return cls(**values | {name: value for name, value in chosen.items() if value is not None})


def variable(setting: Field[Any]) -> str:
    """Return the environment variable of a setting."""
    return "CROSSWALK_" + setting.name.upper()


def read_setting(setting: Field[Any], text: str) -> Any:
    """Return the value of a setting; raise InputError, which repeats no secret, for a text that is none."""
    try:
        return setting.metadata["read"](text)
    except ValueError as fault:
        given = "" if setting.metadata["secret"] else f", not {text!r}"
        hint = setting.metadata["help"]
        raise InputError(f"{variable(setting)} must be {fault}{given}", hint=hint) from fault
