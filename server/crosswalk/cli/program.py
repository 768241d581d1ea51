"""The click group: it loads a command when it is called, and turns faults into one line and an exit code."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import click

from crosswalk.cli import COMMANDS, overview
from crosswalk.cli.terminal import report, report_usage
from crosswalk.errors import CrosswalkError, InputError


class Program(click.Group):
    """The program as a whole."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command of that name, its module loaded now."""
        if name not in COMMANDS:
            return None
        place, help = COMMANDS[name]
        module, _, attribute = place.partition(":")
        command: click.Command = getattr(import_module(f"crosswalk.cli.{module}"), attribute)
        command.short_help = help
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """The command that the call names; a misspelt one gets the nearest names."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            from difflib import get_close_matches  # needed for a wrong name alone

            near = get_close_matches(name, COMMANDS, n=2)
            meant = f"; did you mean {' or '.join(near)}?" if near else "."
            ctx.fail(f"there is no command {name!r}{meant}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; one whose reader has seen enough ends as if by SIGPIPE, and not with a 1."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # Nothing must be flushed into the closed pipe at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(141)

    def get_help(self, ctx: click.Context) -> str:
        """The overview."""
        return overview().rstrip("\n")

    def main(self, *args: Any, **options: Any) -> Any:
        """Runs and ends the process: 0 done, 1 the data does not conform, 2 the call or a file is wrong."""
        options["standalone_mode"] = False
        sys.exit(_guard(lambda: super(Program, self).main(*args, **options)))


def _guard(work: Any) -> int:
    """Runs ``work`` and gives the exit code; no fault that has a cause outside leaves a traceback."""
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


def _show_version(ctx: click.Context, param: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"crosswalk {version('crosswalk')}")
        ctx.exit()


@click.group("crosswalk", cls=Program, no_args_is_help=True)
@click.option("--version", is_flag=True, expose_value=False, is_eager=True, callback=_show_version)
def main() -> None:
    """The IoT Security Crosswalk."""
