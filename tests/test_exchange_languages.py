"""Words keep their language from file to file, and nothing becomes English by itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pyoxigraph import Literal, RdfFormat, parse

from crosswalk.cli import main
from crosswalk.exchange import rdf
from crosswalk.exchange.gathering import gather_sets
from crosswalk.exchange.records import Losses, MappingSet, Record
from crosswalk.exchange.triples import of_mapping_set
from crosswalk.graph.turtle import serialize
from crosswalk.namespaces import ID

OLIR = (
    "Focal Document Element,Rationale,Relationship,Reference Document Element,Comments\n"
    "9,semantic,subset of,CLP.12-5.7,Nennt weniger.\n"
)


@pytest.fixture
def run(snapshot, monkeypatch):
    monkeypatch.setenv("CROSSWALK_SNAPSHOTS", str(snapshot.path.parent.parent))

    def invoke(*args: object) -> Result:
        return CliRunner().invoke(main, [str(arg) for arg in args])

    return invoke


def languages(path: Path) -> set[str]:
    """The languages of the words in a Turtle file."""
    objects = [quad.object for quad in parse(path=path, format=RdfFormat.TURTLE)]
    return {term.language for term in objects if isinstance(term, Literal) and term.language}


def import_table(run, tmp_path: Path, *options: str) -> tuple[Result, Path]:
    file, out = tmp_path / "t.csv", tmp_path / "out.ttl"
    file.write_text(OLIR, encoding="utf-8")
    call = ("--direction", "focal-to-reference", "--from", "ipa/2.0", "--to", "gsma/2.0")
    return run("import", "olir", file, "--out", out, *call, *options), out


def test_a_table_is_in_the_language_that_is_said_and_else_in_none(run, tmp_path) -> None:
    result, out = import_table(run, tmp_path)
    assert result.exit_code == 0 and languages(out) == {"und"}
    assert "does not say in which language" in result.stderr
    result, out = import_table(run, tmp_path, "--language", "de")
    assert result.exit_code == 0 and languages(out) == {"de"} and "language" not in result.stderr
    result, _ = import_table(run, tmp_path, "--language", "deutsch!")
    assert result.exit_code == 2 and "no tag of a language" in result.stderr


def test_a_set_of_the_graph_and_a_turtle_file_tell_their_language(real_store) -> None:
    (ours,) = gather_sets(real_store, "ipa-2.0--gsma-2.0")
    assert ours.language == "en"
    record = Record(f"{ID}ipa/2.0/guideline/9", f"{ID}gsma/2.0/CLP.12", comment="Weniger.")
    german = MappingSet(str(ID["mapping/m"]), "Abbildung", language="de", records=(record,))
    assert rdf.read(serialize(of_mapping_set(german)).encode(), "m.ttl", "turtle").language == "de"
    unsaid = rdf.read(serialize(of_mapping_set(replace(german, language=None))).encode(), "m.ttl", "turtle")
    assert unsaid.language is None


def test_losses_are_told_with_number_and_first_place() -> None:
    losses = Losses()
    for place in (7, 9):
        losses.note("colour", place)
    losses.note("nothing", 3, count=0)
    losses["smell"] += 1
    assert losses.lines("t.csv") == ["colour, 2 times, first at t.csv:7", "smell, 1 times"]
