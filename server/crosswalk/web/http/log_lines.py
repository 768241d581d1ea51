"""Write the log in lines that nothing from outside can begin, end or colour."""

from __future__ import annotations

import logging
import re
from typing import Any

from flask.logging import default_handler

_STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def escaped(text: str) -> str:
    r"""Return a text on one line, with an escape for each character that steers a terminal or a reader.

    >>> escaped("a\nb\x1b[31m\x85\u2028")
    'a\\nb\\x1b[31m\\x85\\u2028'
    """
    return _STEERING.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


class LineFormatter(logging.Formatter):
    """Formats a record as one line, and a traceback below it in lines that are indented."""

    def format(self, record: logging.LogRecord) -> str:
        """Return line and traceback, not as another formatter has left the traceback in the record."""
        record.exc_text = None
        text = super().format(record)
        record.exc_text = None
        return text

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return escaped(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:
        """Return the traceback; what a fault repeats of a request cannot look like a line of its own."""
        return "\n".join("    " + escaped(line) for line in super().formatException(ei).split("\n"))


def write_lines() -> None:
    """Have what Flask logs, and what nobody else handles, written in such lines."""
    formatter = LineFormatter("[%(asctime)s] %(levelname)s in %(module)s: %(message)s")
    for handler in (default_handler, logging.lastResort):
        if handler is not None:
            handler.setFormatter(formatter)
