"""The command line: which commands there are, and where each is found once it is called.

Only what ``crosswalk --help`` needs is here, so that it answers at once; everything else loads on demand.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
from contextlib import suppress

COMMANDS = {
    "build": ("build:build", "Build the graph from the curated files, check it and publish it."),
    "check": ("build:check", "Hold the project's data, or your files with it, against the shapes."),
    "serve": ("serve:serve", "Serve the graph: pages, data and a SPARQL endpoint."),
    "query": ("query:query", "Put a query to the graph or to any SPARQL endpoint."),
    "questions": ("query:questions", "List the named questions, or show one of them."),
    "compare": ("compare:compare", "Show the comparison of one edition with another."),
    "lineage": ("compare:lineage", "Show what became of each guideline from one edition to the next."),
    "gaps": ("analyse:gaps", "Say which elements of an edition have a counterpart in another."),
    "path": ("analyse:path", "Show how records and lineage lead from one element to another."),
    "stale": ("compare:stale", "Show which mappings a new edition leaves valid, to review, or orphaned."),
    "conflicts": ("analyse:conflicts", "Name the records that cannot all be true."),
    "agreement": ("analyse:agreement", "Show how far two assessors agree, beyond chance."),
    "export": ("files:export", "Write the graph, or one part of it, to a file."),
    "import": ("exchange:import_file", "Turn a file of another format into one for review."),
    "export-mappings": ("exchange:export_mappings", "Write mappings in a format of other tools."),
    "format": ("files:format_files", "Lay Turtle files out in the house style."),
    "publish": ("publish:publish", "Load the built graph into a SPARQL 1.1 server."),
}
"""Each command with the module and the object it is in, and its one line of help."""

OVERVIEW = """\
Usage: crosswalk [OPTIONS] COMMAND [ARGS]...

  The IoT Security Crosswalk: a checked graph of IoT security guidelines and of
  the mappings between them, and the questions that it answers.

  Example:  crosswalk compare ipa/2.0 gsma/2.0

Options:
  --version  Show the version and exit.
  --help     Show this message and exit.

Commands:
{commands}

  Every command explains itself: crosswalk COMMAND --help

  Exit codes: 0 done; 1 the data does not conform; 2 the call or a file is wrong.

  Completion by the Tab key, for Bash (also zsh, fish):
    eval "$(_CROSSWALK_COMPLETE=bash_source crosswalk)"
"""


def overview() -> str:
    """Return the help of the program as a whole."""
    width = max(map(len, COMMANDS))
    lines = (f"  {name:<{width}}  {summary}" for name, (_, summary) in COMMANDS.items())
    return OVERVIEW.format(commands="\n".join(lines))


def run() -> None:
    """Run the command line; answer a call for the overview without loading anything."""
    if sys.argv[1:] == ["--help"]:
        sys.stdout.write(overview())
        return
    # Loading modules makes ten thousands of objects, and none of them goes: to look for garbage among them
    # as often as usual takes a tenth of the time that loading them takes.
    gc.set_threshold(20_000, 20, 20)
    from crosswalk.cli.program import main

    try:
        main(prog_name="crosswalk")
    except SystemExit as end:
        _leave(end.code)
        raise


def _leave(code: object) -> None:
    """End the process at once, where no other thread or process has to be ended in order.

    To take apart the modules and the store of a command that is done takes as long as an eighth of the
    command itself.
    """
    alone = threading.active_count() == 1 and "multiprocessing" not in sys.modules
    if alone and isinstance(code, int):
        with suppress(OSError):  # the reader has gone: the ordinary end says so
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)


def __getattr__(name: str) -> object:
    """Return the click group ``main``, loaded when it is first asked for."""
    if name == "main":
        from crosswalk.cli.program import main

        return main
    raise AttributeError(name)
