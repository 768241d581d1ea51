"""Faults as the terminal shows them: one line, the line of the query where it is known, and a hint."""

from __future__ import annotations

import re

import click

from crosswalk.errors import CrosswalkError

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """The text without characters that would steer a terminal."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def report(fault: CrosswalkError) -> None:
    """Says on stderr what is wrong, where, and what to do."""
    findings = getattr(fault, "findings", ())
    if findings:
        from crosswalk.cli.findings import write_findings

        click.echo(write_findings(findings), err=True, nl=False)
    click.echo(printable(str(fault)), err=True)
    excerpt = getattr(fault, "excerpt", None)
    if excerpt and fault.column:
        from wcwidth import wcswidth

        before = printable(excerpt.expandtabs(1)[: fault.column - 1])
        click.echo(f"  {printable(excerpt.expandtabs(1))}", err=True)
        click.echo("  " + " " * max(wcswidth(before), 0) + "^", err=True)
    if fault.hint:
        click.echo(f"hint: {printable(fault.hint)}", err=True)


def report_usage(fault: click.ClickException) -> None:
    """Says on stderr what is wrong with the call, and how to see what is right."""
    context = getattr(fault, "ctx", None)
    path = context.command_path if context else "crosswalk"
    click.echo(f"{path}: {printable(' '.join(fault.format_message().split()))}", err=True)
    click.echo(f"hint: {path} --help", err=True)
