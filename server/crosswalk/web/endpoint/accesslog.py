"""One line for each request to the endpoint, as JSON."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from typing import Any

from crosswalk.web.endpoint.answers import Outcome
from crosswalk.web.endpoint.protocol import Environ


def write(environ: Environ, client: str, began: float, outcome: Outcome, facts: dict[str, Any]) -> None:
    """Writes what was asked, by its hash, how long it took, how much was sent and how it ended."""
    text = facts.pop("text", None)
    line = {
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "client": client,
        "method": environ["REQUEST_METHOD"],
        "path": environ["PATH_INFO"],
        "query": hashlib.sha256(text.encode()).hexdigest()[:16] if text is not None else None,
        "milliseconds": round((time.perf_counter() - began) * 1000, 2),
        "status": outcome.status.value,
        "bytes": outcome.sent,
        **facts,
    }
    kept = {name: value for name, value in line.items() if value is not None}
    sys.stderr.write(json.dumps(kept, ensure_ascii=True) + "\n")
