"""Run the command line: ``python -m crosswalk``."""

from crosswalk.cli import run

run()
