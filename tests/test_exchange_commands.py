"""``crosswalk import`` writes one file for review; ``export-mappings`` says what it loses."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crosswalk.cli import main
from crosswalk.exchange import formats
from crosswalk.graph.build import check
from crosswalk.graph.sources import read_file

SET = "ipa-2.0--gsma-2.0"
OLIR = [
    ["Focal Document Element", "Reference Document Element", "Rationale", "Relationship"],
    ["9", "CLP.12-5.7", "semantic", "subset of"],
]


@pytest.fixture
def run(snapshot, monkeypatch):
    monkeypatch.setenv("CROSSWALK_SNAPSHOTS", str(snapshot.path.parent.parent))

    def invoke(*args: object) -> Result:
        return CliRunner().invoke(main, [str(arg) for arg in args])

    return invoke


def write_table(path: Path, rows: list[list[str]]) -> Path:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


@pytest.mark.parametrize("form", ["sssom", "turtle", "jsonld"])
def test_what_is_exported_is_imported_again(run, tmp_path, form) -> None:
    file, out = tmp_path / f"x.{form}", tmp_path / "review.ttl"
    assert run("export-mappings", form, "--set", SET, "--out", file).exit_code == 0
    result = run("import", form, file, "--out", out)
    assert result.exit_code == 0, result.stderr
    assert out.read_text(encoding="utf-8").count("a xw:Mapping ;") == 34
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([file.name, "review.ttl"])


def test_an_import_breaks_no_rule_beyond_what_a_curator_must_add(run, tmp_path, repository) -> None:
    file = write_table(tmp_path / "t.csv", OLIR)
    out = tmp_path / "review.ttl"
    result = run(
        *("import", "olir", file, "--out", out, "--direction", "focal-to-reference", "--from", "ipa/2.0"),
        *("--to", "gsma/2.0", "--set", "mine", "--source", "source/ipa-gsma-comparison"),
        *("--license", "https://creativecommons.org/licenses/by/4.0/"),
    )
    assert result.exit_code == 0, result.stderr
    wrong = [
        str(violation)
        for violation in check(repository, [read_file(out)]).violations
        if "review.ttl" in str(violation)
    ]
    assert [violation for violation in wrong if "graph" not in violation.casefold()] == []


def test_an_sssom_file_for_review_is_read_among_the_curated_files(run, tmp_path) -> None:
    from crosswalk.graph.mappings import read_mappings
    from crosswalk.namespaces import GRAPH

    file, out = write_table(tmp_path / "t.csv", OLIR), tmp_path / "mine.sssom.tsv"
    result = run(
        *("import", "olir", file, "--out", out, "--direction", "focal-to-reference", "--from", "ipa/2.0"),
        *("--to", "gsma/2.0", "--source", "source/ipa-gsma-comparison", "--license", "https://x.org/l"),
    )
    assert result.exit_code == 0, result.stderr
    assert read_mappings(out.read_text(encoding="utf-8"), "mine.sssom.tsv", str(GRAPH["mappings/mine"]))


def test_unknown_identifiers_are_listed_with_near_misses_and_nothing_is_written(run, tmp_path) -> None:
    rows = [
        *OLIR,
        ["99", "CLP.12-5.7", "semantic", "equal"],
        ["9", "CLP.12/section/5.77", "semantic", "equal"],
    ]
    file, out = write_table(tmp_path / "t.csv", rows), tmp_path / "review.ttl"
    call = ("import", "olir", file, "--out", out, "--direction", "focal-to-reference")
    call += ("--from", "ipa/2.0", "--to", "gsma/2.0")
    result = run(*call)
    assert result.exit_code == 2 and not out.exists()
    assert f"{file}:3: not in the graph: 99" in result.stderr
    assert (
        f"{file}:4: not in the graph: CLP.12/section/5.77: did you mean CLP.12/section/5.7" in result.stderr
    )
    result = run(*call, "--skip-unknown")
    assert result.exit_code == 0 and "not kept: record with an unknown identifier, 2 times" in result.stderr
    assert out.read_text(encoding="utf-8").count("a xw:Mapping ;") == 1


@pytest.mark.parametrize(
    ("args", "what"),
    [
        (("olir", "FILE", "--out", "OUT.ttl"), "olir needs --direction"),
        (("dcms", "FILE", "--out", "OUT.ttl"), "dcms needs --select"),
        (("sssom", "FILE", "--out", "OUT.csv"), "--out ends in .ttl or .sssom.tsv"),
        (("sssom", "nothing.tsv", "--out", "OUT.ttl"), "there is no such file"),
        (("oscal-catalog", "FILE", "--out", "OUT.sssom.tsv"), "fits a Turtle file alone"),
        (("sssom", "FILE", "--out", "OUT.ttl"), "the header gives no mapping_set_id"),
        (("nothing", "FILE", "--out", "OUT.ttl"), "'nothing' is not one of"),
        (
            (*("olir", "FILE", "--out", "OUT.ttl", "--direction", "focal-to-reference"), "--from", "ipa/9"),
            "--from ipa/9 is no edition of the graph",
        ),
    ],
)
def test_a_wrong_call_is_one_line_and_writes_nothing(run, tmp_path, args, what) -> None:
    file = write_table(tmp_path / "t.csv", OLIR)
    names = {"FILE": str(file)}
    result = run("import", *(names.get(arg, arg.replace("OUT", str(tmp_path / "out"))) for arg in args))
    assert result.exit_code == 2 and what in result.stderr and "Traceback" not in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


def test_a_file_that_is_too_large_is_refused(run, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(formats, "LARGEST", 10)
    file = write_table(tmp_path / "t.csv", OLIR)
    assert "larger than" in run("import", "sssom", file, "--out", tmp_path / "o.ttl").stderr


def test_a_large_catalogue_takes_seconds(snapshot, tmp_path) -> None:
    """As large as the catalogue of SP 800-53: 20 families, 1200 controls, 1.7 MB."""
    words = "The organization does what this sentence says, at the frequency that it defines. " * 16
    controls = [
        {
            "id": f"{family}-{number}",
            "title": f"Control {number}",
            "parts": [{"name": "statement", "prose": words}],
            "links": [{"rel": "related", "href": f"#{family}-1"}] * 3,
        }
        for family in (f"f{chr(97 + place)}" for place in range(20))
        for number in range(1, 61)
    ]
    groups = [
        {"id": f"g{place}", "title": "Family", "controls": controls[place * 60 : place * 60 + 60]}
        for place in range(20)
    ]
    file = tmp_path / "catalog.json"
    file.write_text(
        json.dumps({"catalog": {"metadata": {"title": "Big"}, "groups": groups}}), encoding="utf-8"
    )
    assert file.stat().st_size > 1_700_000
    out = tmp_path / "big.ttl"
    command = [sys.executable, "-m", "crosswalk", "import", "oscal-catalog", str(file), "--edition", "big/1"]
    began = time.monotonic()
    snapshots = ["--snapshots", str(snapshot.path.parent.parent)]
    done = subprocess.run([*command, "--out", str(out), *snapshots], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    # Five seconds are the aim on an idle machine; other tests may run beside this one.
    assert time.monotonic() - began < 10
    assert out.read_text(encoding="utf-8").count("a xw:Provision ;") == 1220


def test_an_export_reports_what_the_format_cannot_hold(run, tmp_path) -> None:
    report = tmp_path / "losses.txt"
    result = run("export-mappings", "csv", "--set", SET, "--out", tmp_path / "m.csv", "--report", report)
    assert result.exit_code == 0 and "licence of the set: 1" in report.read_text(encoding="utf-8")
    shown = run("export-mappings", "csv", "--set", SET, "--out", "-")
    assert "not in the file: licence of the set: 1" in shown.stderr and shown.stdout.startswith("\ufeffset,")


def test_an_unknown_set_is_told_with_those_there_are(run, tmp_path) -> None:
    result = run("export-mappings", "sssom", "--set", "nothing", "--out", tmp_path / "x.tsv")
    assert result.exit_code == 2 and SET in result.stderr and list(tmp_path.iterdir()) == []


def test_all_sets_fit_the_formats_that_hold_several(run, tmp_path) -> None:
    for form in ("csv", "nquads"):
        first = run("export-mappings", form, "--set", "all", "--out", tmp_path / "a")
        again = run("export-mappings", form, "--set", "all", "--out", tmp_path / "b")
        assert first.exit_code == again.exit_code == 0
        assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_missing_library_is_one_sentence() -> None:
    code = (
        "import sys; sys.modules['openpyxl'] = None\n"
        "from crosswalk.errors import InputError\n"
        "from crosswalk.exchange import olir\n"
        "try:\n    olir.read_workbook(b'PK', 'x', 'focal-to-reference')\n"
        "except InputError as fault:\n    print(fault)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "openpyxl is not installed: pip install 'crosswalk[formats]'\n"
