"""The click group, which loads a command when it is called, and the options that several commands have."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from crosswalk.cli import COMMANDS, overview
from crosswalk.cli.terminal import report, report_usage
from crosswalk.errors import CrosswalkError, InputError
from crosswalk.settings import Settings, shown, variable

Command = Callable[..., Any]
TABLE_FORMATS = ("table", "markdown", "csv", "html", "json")
OPEN_SETTINGS = {field.name: field for field in fields(Settings) if not field.metadata["secret"]}
"""The settings that an option may give: a password in a call would be seen by others."""


class CommandGroup(click.Group):
    """The program as a whole."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return the command of that name, and load its module now."""
        if name not in COMMANDS:
            return None
        place, summary = COMMANDS[name]
        module, _, attribute = place.partition(":")
        command: click.Command = getattr(import_module(f"crosswalk.cli.{module}"), attribute)
        command.short_help = summary
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Return the command that the call names. Raises UsageError, which suggests near names."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            from difflib import get_close_matches  # needed for a wrong name alone

            near = get_close_matches(name, COMMANDS, n=2)
            suggestion = f"; did you mean {' or '.join(near)}?" if near else "."
            ctx.fail(f"there is no command {name!r}{suggestion}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; one whose reader has closed the pipe ends as if by SIGPIPE."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # Nothing must be flushed into the closed pipe at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(141)

    def get_help(self, ctx: click.Context) -> str:
        """Return the overview."""
        return overview().rstrip("\n")

    def main(self, *args: Any, **options: Any) -> Any:
        """Run and end the process: 0 done, 1 the data does not conform, 2 the call or a file is wrong."""
        options["standalone_mode"] = False
        sys.exit(_exit_code(lambda: super(CommandGroup, self).main(*args, **options)))


def _exit_code(work: Callable[[], Any]) -> int:
    """Run ``work`` and return the exit code; no fault that has a cause outside leaves a traceback."""
    try:
        code = work()
        return code if isinstance(code, int) else 0
    except CrosswalkError as fault:
        report(fault)
        return fault.exit_code
    except click.exceptions.NoArgsIsHelpError as fault:
        click.echo(fault.ctx.get_help() if fault.ctx else overview(), err=True)
        return 2
    except click.ClickException as fault:
        report_usage(fault)
        return 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        return 130
    except OSError as fault:
        report(InputError(fault.strerror or str(fault), file=fault.filename))
        return 2


@click.group("crosswalk", cls=CommandGroup, no_args_is_help=True)
@click.version_option(package_name="crosswalk", prog_name="crosswalk", message="%(prog)s %(version)s")
def main() -> None:
    """The IoT Security Crosswalk."""


class SettingType(click.ParamType):
    """The type of an option that is a setting: its text is checked as the setting itself checks it."""

    def __init__(self, setting: Field[Any]) -> None:
        self.setting = setting
        self.name = setting.name.upper()

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the value. Raises BadParameter, which says what is wanted."""
        try:
            return self.setting.metadata["read"](value) if isinstance(value, str) else value
        except ValueError as fault:
            self.fail(f"must be {fault}, not {shown(value)}.", param, ctx)


def settings_options(*names: str) -> Callable[[Command], Command]:
    """Add the options of these settings, and pass the command ``settings`` with all that the call gives."""

    def add(command: Command) -> Command:
        @wraps(command)
        def run(**options: Any) -> Any:
            chosen = {name: options.pop(name) for name in OPEN_SETTINGS if name in options}
            return command(settings=Settings.from_environment(**chosen), **options)

        for name in reversed(names):
            setting_option(name)(run)
        return run

    return add


def setting_option(name: str, *flags: str) -> Callable[[Command], Command]:
    """Add the option of one setting, with other flags for it where a command has a better word."""
    setting = OPEN_SETTINGS[name]
    default = setting.default if setting.default is not MISSING else None
    shown = f"; default {default}" if default is not None else ""
    explanation = f"{setting.metadata['help']} [{variable(setting)}{shown}]"
    own = "--" + name.replace("_", "-")
    return click.option(*flags, own, name, type=SettingType(setting), help=explanation)


def graphs_option(beginning: str) -> Callable[[Command], Command]:
    """Add --graph, which names RDF files; ``beginning`` says what is done with each of them."""
    return click.option("--graph", "graphs", multiple=True, type=click.Path(path_type=Path), metavar="FILE",
                        help=f"{beginning} instead of the built graph; may be repeated.")  # fmt: skip


def format_option(*formats: str, default: str | None = None) -> Callable[[Command], Command]:
    """Add --format with these names, and --json where there is one; the command gets ``form``.

    It is ``default`` where the call says nothing, or else the first name.
    """

    def add(command: Command) -> Command:
        @wraps(command)
        def run(form: str | None, as_json: bool = False, **options: Any) -> Any:
            if as_json and form not in (None, "json"):
                raise click.UsageError(f"--json and --format {form} contradict each other.")
            usual = formats[0] if default is None else default
            return command(form="json" if as_json else form or usual, **options)

        if "json" in formats:
            click.option("--json", "as_json", is_flag=True, help="The same as --format json.")(run)
        explanation = f"How the result is written; by default {formats[0]}."
        return click.option("--format", "form", type=click.Choice(formats), help=explanation)(run)

    return add
