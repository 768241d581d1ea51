"""``python -m crosswalk`` is the command line."""

from crosswalk.cli import run

run()
