"""The runner of the W3C's suites tells what passes from what does not, by tests of our own in their form."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "conformance"
SAMPLES = FOLDER / "samples"

# A change to the samples, and the one test that then has to fail.
BROKEN = {
    "evaluation/by-value.srj": ('"1.5"', '"1.51"', "evaluation/by-value"),
    "evaluation/truth.srx": ("<boolean>true", "<boolean>false", "evaluation/truth"),
    "evaluation/graph-minus.ttl": ("rs:value :c", "rs:value :a", "evaluation/graph-minus"),
    "evaluation/construct.ttl": ("[] .", "<urn:x> .", "evaluation/construct"),
    "evaluation/table.csv": ("2,_:x", "2,urn:x", "evaluation/table"),
    "syntax/relative-iri.rq": ("}", "", "syntax/relative-iri"),
    "syntax/open-brace.rq": ("?value", "?value }", "syntax/open-brace"),
    "sparql12/reified.srj": ('"x"', '"y"', "sparql12/reified"),
    "sparql12/annotated.ttl": ("2020", "2021", "sparql12/annotated"),
    "protocol/b.ttl": ("/b>", "/d>", "protocol/default-graphs-get"),
}


def run(*folders: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(FOLDER / "run.py"), *map(str, folders), "--show"]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_our_own_tests_pass() -> None:
    done = run(SAMPLES)
    assert (done.returncode, done.stderr) == (0, "")
    groups = dict(line.split(": ", 1) for line in done.stdout.splitlines() if line)
    assert groups == {
        "SPARQL 1.2, query evaluation": "5 of 5 pass: 100.0%",
        "SPARQL 1.2, syntax": "1 of 1 pass: 100.0%",
        "graph store": "2 of 2 pass: 100.0%",
        "protocol": "19 of 19 pass: 100.0%",
        "query evaluation": "5 of 5 pass: 100.0%",
        "syntax": "4 of 4 pass: 100.0%",
    }


def test_a_test_that_fails_is_named(tmp_path: Path) -> None:
    shutil.copytree(SAMPLES, tmp_path / "samples")
    for name, (written, instead, _) in BROKEN.items():
        path = tmp_path / "samples" / name
        text = path.read_text()
        assert written in text
        path.write_text(text.replace(written, instead, 1))
    manifest = tmp_path / "samples/graph-store/manifest.ttl"
    manifest.write_text(manifest.read_text().replace("hts:NotFound", "hts:OK"))
    done = run(tmp_path / "samples")
    failed = {line.split(": ")[1] for line in done.stdout.splitlines() if " pass: " not in line}
    changed = {name for *_, name in BROKEN.values()} | {"graph-store/put-get", "graph-store/head"}
    along = {f"protocol/{name}" for name in ("default-graphs-post", "named-graphs-get", "named-graphs-post",
                                             "whole-dataset")}  # fmt: skip
    assert (done.returncode, failed) == (1, changed | along)


@pytest.mark.parametrize("folder", ["", "samples/nothing"])
def test_no_tests_are_no_success(folder: str, tmp_path: Path) -> None:
    (tmp_path / "samples/nothing").mkdir(parents=True)
    assert run(tmp_path / folder).returncode == 1
