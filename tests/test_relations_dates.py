"""As of a day: the editions in force, the rows and records known to be no younger, and what gives no date."""

from __future__ import annotations

import csv
import json
import re
from datetime import date
from io import StringIO

import pytest
from click.testing import CliRunner

from crosswalk.cli import compare, main
from crosswalk.errors import InputError
from crosswalk.relations.model import Judgement, MappingRecord
from crosswalk.relations.reading import held_on, rows_held_on, undated
from crosswalk.relations.verdicts import MAPPED

DAY = date(2020, 5, 1)


@pytest.mark.parametrize(
    ("dated", "held"), [(None, True), (date(2020, 5, 1), True), (date(2020, 5, 2), False)]
)
def test_what_is_younger_than_the_day_did_not_stand(dated, held) -> None:
    assert held_on(MappingRecord("m", "a", "b", dated=dated), DAY) == held
    assert held_on(Judgement("r", "a", "b", MAPPED, dated=dated), DAY) == held
    assert held_on(MappingRecord("m", "a", "b", dated=dated), None)


def test_what_was_derived_is_not_counted_as_undated() -> None:
    claims = [
        MappingRecord("m", "a", "b"),
        MappingRecord("d", "a", "b", derived=True),
        Judgement("r", "a", "b", MAPPED),
    ]
    assert undated(claims) == 2


@pytest.fixture
def run(snapshot, monkeypatch):
    monkeypatch.setenv("CROSSWALK_SNAPSHOTS", str(snapshot.path.parent.parent))
    return lambda *args: CliRunner().invoke(main, [str(arg) for arg in args])


def test_in_january_2017_the_editions_in_force_had_not_been_compared(run) -> None:
    result = run("compare", "ipa", "gsma", "--as-of", "2017-01-15")
    assert result.exit_code == 2 and result.stdout == ""
    assert "no comparison of ipa/1.0 and gsma/1.1" in result.stderr
    found = json.loads(run("gaps", "ipa", "gsma", "--as-of", "2017-01-15", "--json").stdout)
    assert (found["coverage"]["left"][-7:], found["coverage"]["right"][-8:]) == ("ipa/1.0", "gsma/1.1")
    assert found["coverage"]["outcomes"]["NotAssessed"] == 21


def test_an_assessment_of_2026_answers_nothing_for_2025(run) -> None:
    found = json.loads(run("gaps", "ipa", "etsi-en-303-645", "--as-of", "2025-01-15", "--json").stdout)
    assert found["coverage"]["outcomes"]["NotAssessed"] == 17
    refused = run("compare", "ipa", "etsi-en-303-645", "--as-of", "2025-01-15")
    assert refused.exit_code == 2 and "nobody had compared ipa/2.0" in refused.stderr
    assert "2026-11-22" in refused.stderr
    later = run("compare", "ipa", "etsi-en-303-645", "--as-of", "2026-11-23", "--format", "csv")
    assert later.exit_code == 0 and len(list(csv.DictReader(StringIO(later.stdout)))) == 17


def test_rows_without_a_date_are_shown_and_said_to_be_so(run) -> None:
    result = run("compare", "ipa", "gsma", "--as-of", "2017-10-15", "--format", "csv")
    assert result.exit_code == 0 and len(list(csv.DictReader(StringIO(result.stdout)))) == 17
    assert "17 rows give no date: whether they stood on 2017-10-15 is not known" in result.stderr


def test_the_day_on_which_an_assessment_was_made_stands_at_its_comparison(run) -> None:
    text = (
        "PREFIX dcterms: <http://purl.org/dc/terms/> "
        "SELECT ?set ?day { ?set a xw:ComparisonSet ; dcterms:created ?day } ORDER BY ?set"
    )
    prefix = "PREFIX xw: <https://w3id.org/iot-security-crosswalk/ontology#> "
    rows = run("query", "-e", prefix + text, "--format", "csv").stdout.splitlines()[1:]
    assert [row.rpartition(",")[2] for row in rows] == ["2026-11-22"] * 2


def test_number_without_edition_in_a_path_says_what_it_means_in_each(run) -> None:
    result = run("path", "ipa/guideline/14", "gsma/2.0")
    assert result.exit_code == 2 and "a number can mean something else in each" in result.stderr
    assert "ipa/1.0/guideline/14" in result.stderr and "ipa/2.0/guideline/14" in result.stderr


def page(site, address: str):
    return site.get(address, headers={"Accept": "text/html"})


def test_the_pages_take_the_day_too(real_site) -> None:
    shown = page(real_site, "/compare/ipa/2.0/gsma/2.0?as-of=2017-10-15")
    assert shown.status_code == 200 and "17 rows give no date" in shown.text
    refused = page(real_site, "/compare/ipa/2.0/etsi-en-303-645/3.1.3?as-of=2025-01-15")
    assert refused.status_code == 400 and "nobody had compared" in refused.text
    other = page(real_site, "/gaps/ipa/2.0/etsi-en-303-645/3.1.3?as-of=2025-01-15")
    assert other.status_code == 200 and "17 of 17" in other.text


def test_rows_that_are_all_younger_are_refused() -> None:
    with pytest.raises(InputError, match="nobody had compared"):
        rows_held_on(lambda name, **terms: [_row("2026-11-22")], "urn:a", "urn:b", DAY)


def test_rows_that_are_younger_are_left_out_of_a_comparison(capsys) -> None:
    rows = [_row("2019-01-01", "old"), _row("2026-11-22", "new"), _row("", "undated")]
    held = compare._rows_on(lambda name, **terms: rows, ["urn:a", "urn:b"], DAY, tuple(rows))
    assert [row["row"].value for row in held] == ["old", "undated"]
    assert capsys.readouterr().err == "1 rows give no date: whether they stood on 2020-05-01 is not known.\n"


def _row(day: str, name: str = "r") -> dict[str, object]:
    from crosswalk.stores.results import Term

    cells = {"row": name, "focus": "f", "right": "urn:b", "outcome": MAPPED, "dated": day}
    columns = ("row", "focus", "right", "outcome", "set", "shared", "alignment", "dated")
    return {name: Term("literal", cells[name]) if name in cells else None for name in columns}


def test_rows_that_are_younger_than_the_day_are_left_out(run, real_site, monkeypatch) -> None:
    oldest = "https://w3id.org/iot-security-crosswalk/id/comparison/ipa-2.0--gsma-2.0/6"
    for module in ("crosswalk.relations.reading", "crosswalk.web.views.comparison"):
        monkeypatch.setattr(f"{module}.rows_held_on", lambda ask, left, right, day: ({oldest}, 0))
    told = run("compare", "ipa/2.0", "gsma/2.0", "--as-of", "2017-10-15", "--format", "csv").stdout
    shown = page(real_site, "/compare/ipa/2.0/gsma/2.0?as-of=2017-10-15").text
    assert [row["row"] for row in csv.DictReader(StringIO(told))] == [oldest]
    assert re.findall(r'<tr id="row-(\d+)"', shown) == ["6"]


def test_the_day_of_the_first_comparison_is_told() -> None:
    rows = [_row("2026-11-22"), _row("2021-03-04"), _row("2024-05-06")]
    with pytest.raises(InputError) as fault:
        rows_held_on(lambda name, **terms: rows, "urn:a", "urn:b", DAY)
    assert fault.value.hint == "The first comparison here is of 2021-03-04."
