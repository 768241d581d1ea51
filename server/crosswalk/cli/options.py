"""Options that several commands have; those that are settings are made from Settings, where they are said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from typing import Any

import click

from crosswalk.settings import Settings, variable

Command = Callable[..., Any]
_FIELDS = {one.name: one for one in fields(Settings) if not one.metadata["secret"]}


class Value(click.ParamType):
    """A setting's text, checked as the setting itself checks it."""

    def __init__(self, one: Field[Any]) -> None:
        self.one = one
        self.name = one.name.upper()

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The value, or a usage error that says what is wanted."""
        try:
            return self.one.metadata["read"](value) if isinstance(value, str) else value
        except ValueError as fault:
            self.fail(f"must be {fault}, not {value!r}.", param, ctx)


def settings_options(*names: str) -> Callable[[Command], Command]:
    """Adds the options of these settings, or of all: keywords of the command, None where not given."""

    def add(command: Command) -> Command:
        for name in reversed(names or tuple(_FIELDS)):
            command = setting_option(name)(command)
        return command

    return add


def setting_option(name: str, *flags: str) -> Callable[[Command], Command]:
    """Adds the option of one setting, with other flags for it where a command has a better word."""
    one = _FIELDS[name]
    own = "--" + name.replace("_", "-")
    return click.option(*flags, own, name, type=Value(one), default=None, help=_explain(one))


def format_option(*formats: str) -> Callable[[Command], Command]:
    """Adds --format with these names, the first being the default, and --json where there is one."""

    def add(command: Command) -> Command:
        if "json" in formats:
            command = click.option("--json", "as_json", is_flag=True, help="The same as --format json.")(
                command
            )
        return click.option(
            "--format",
            "form",
            type=click.Choice(formats),
            default=None,
            help=f"How the result is written; by default {formats[0]}.",
        )(command)

    return add


def chosen(form: str | None, as_json: bool, default: str) -> str:
    """The format that --format and --json mean together; UsageError when they contradict each other."""
    if as_json and form not in (None, "json"):
        raise click.UsageError(f"--json and --format {form} contradict each other.")
    return "json" if as_json else form or default


def _explain(one: Field[Any]) -> str:
    default = one.default if one.default is not MISSING else None
    shown = f"; default {default}" if default is not None else ""
    return f"{one.metadata['help']} [{variable(one)}{shown}]"
