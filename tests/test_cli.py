"""Each command does what its help says, and tells a mistake in one line with the right exit code."""

from __future__ import annotations

import csv
import faulthandler
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crosswalk.cli import COMMANDS, build, main, overview
from crosswalk.cli.forked import in_fork
from crosswalk.errors import EngineFault, QueryRefused, QuerySyntaxError, ResourceLimit
from crosswalk.folders import content_root
from crosswalk.namespaces import ID, XW

ROWS = 17


@pytest.fixture
def run(snapshot, monkeypatch):
    """Runs a command in this process on the real graph."""
    monkeypatch.setenv("CROSSWALK_SNAPSHOTS", str(snapshot.path.parent.parent))

    def invoke(*args: object, **options: object) -> Result:
        return CliRunner().invoke(main, [str(arg) for arg in args], **options)

    return invoke


@pytest.fixture
def small(content, monkeypatch):
    """The commands that read curated files read a small folder of them."""
    monkeypatch.setattr(build, "content_root", lambda: content.root)
    return content


def fault(result: Result) -> list[str]:
    """The lines on stderr of a call that failed as a call should: nothing on stdout, and no traceback."""
    assert result.exit_code == 2, result.output
    assert result.stdout == "" and "Traceback" not in result.stderr
    return result.stderr.splitlines()


# The program


def test_the_overview_names_every_command(run) -> None:
    result = run("--help")
    assert result.exit_code == 0 and result.stdout == overview()
    for name, (_, help) in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(help)}$", result.stdout, re.M)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(run, name) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    assert f"Example:  crosswalk {name}" in result.stdout


def test_a_call_without_a_command_shows_the_overview_on_stderr(run) -> None:
    assert "Commands:" in "\n".join(fault(run()))


def test_a_misspelt_command_is_told_with_the_near_one(run) -> None:
    line, hint = fault(run("serv"))
    assert (
        line == "crosswalk: there is no command 'serv'; did you mean serve?"
        and hint == "hint: crosswalk --help"
    )


@pytest.mark.parametrize(
    "args",
    [
        ("build", "--nope"),
        ("compare", "ipa/2.0"),
        ("export",),
        ("query", "--format", "pdf", "-e", "ASK {}"),
        ("format",),
    ],
)
def test_a_wrong_call_is_one_line_and_a_hint(run, args) -> None:
    lines = fault(run(*args))
    assert len(lines) == 2 and lines[0].startswith(f"crosswalk {args[0]}: ")
    assert lines[1] == f"hint: crosswalk {args[0]} --help"


def test_a_wrong_setting_is_told_with_its_variable(run, monkeypatch) -> None:
    monkeypatch.setenv("CROSSWALK_QUERY_TIMEOUT", "soon")
    assert fault(run("compare", "ipa/2.0", "gsma/2.0"))[0].startswith(
        "CROSSWALK_QUERY_TIMEOUT must be a positive"
    )


def test_a_wrong_option_that_is_a_setting_says_what_is_wanted(run) -> None:
    assert "must be a port number from 0 to 65535, not 'x'" in fault(run("serve", "--port", "x"))[0]


# build and check


def test_build_publishes_and_says_counts_time_and_hash(run, small) -> None:
    result = run("build", "--out", small.out)
    assert result.exit_code == 0, result.output
    assert re.fullmatch(
        r"\d+ triples in \d+ graphs, built in [\d.]+ s\nsnapshot [0-9a-f]{16} in .*\n", result.stdout
    )
    assert (small.out / "current" / "dataset.nq").is_file()


def test_build_does_nothing_where_nothing_has_changed(run, small) -> None:
    first = run("build", "--out", small.out).stdout
    again = run("build", "--out", small.out)
    assert "unchanged since" in again.stdout and again.exit_code == 0
    assert again.stdout.splitlines()[-1] == first.splitlines()[-1]
    assert "built in" in run("build", "--out", small.out, "--force").stdout
    (small.root / "data" / "toy" / "1.ttl").open("a").write("\n<toy/1> xw:declaredCount 1 .\n")
    assert "built in" in run("build", "--out", small.out).stdout


def test_build_as_json_is_one_document(run, small) -> None:
    document = json.loads(run("build", "--out", small.out, "--json").stdout)
    assert document["triples"] > 0 and document["hash"] and Path(document["path"]).is_dir()


def test_a_violation_stops_the_build_and_keeps_what_was_published(run, small) -> None:
    run("build", "--out", small.out)
    before = (small.out / "current").resolve()
    small.write("data/toy/2.ttl", "<toy/1/guideline/2> a xw:Guideline .\n")
    result = run("build", "--out", small.out)
    assert result.exit_code == 1 and result.stdout == ""
    assert "data/toy/2.ttl:6\n  violation  toy/1/guideline/2  (shape:GuidelineHasCategory)" in result.stderr
    assert "add xw:inCategory" in result.stderr and "nothing was published" in result.stderr
    assert (small.out / "current").resolve() == before


def test_a_syntax_error_in_the_data_is_told_with_file_and_line(run, small) -> None:
    small.write("data/toy/2.ttl", "<toy/2> a xw:Edition\n<toy/3> a xw:Edition .\n")
    line, *hints = fault(run("build", "--out", small.out))
    assert re.match(r"data/toy/2\.ttl:7", line) and hints[0].startswith("hint: ")
    assert not (small.out / "current").exists()


def test_check_says_nothing_is_found_where_nothing_is(run, small) -> None:
    small.write(
        "shapes/toy.ttl",
        (small.root / "shapes/toy.ttl").read_text().split("<../shape/GuidelineHasSource>")[0],
    )
    result = run("check")
    assert (result.exit_code, result.stdout) == (0, "") and result.stderr.startswith("no finding in ")


def test_a_warning_alone_does_not_fail(run, small) -> None:
    result = run("check")
    assert result.exit_code == 0 and "  warning  toy/1/guideline/1" in result.stdout
    assert result.stderr.startswith("1 warning in ")


def test_somebody_elses_file_is_checked_with_the_data(run, small, tmp_path) -> None:
    theirs = tmp_path / "theirs.ttl"
    theirs.write_text(
        "@prefix xw: <https://w3id.org/iot-security-crosswalk/ontology#> .\n\n<urn:g> a xw:Guideline .\n"
    )
    result = run("check", theirs)
    assert result.exit_code == 1
    assert f"{theirs}:3\n  violation  urn:g  (shape:GuidelineHasCategory)" in result.stdout
    found = json.loads(run("check", theirs, "--json").stdout)
    assert {(one["severity"], one["focus"], one["line"]) for one in found if one["file"] == str(theirs)} == {
        ("violation", "urn:g", 3),
        ("warning", "urn:g", 3),
    }


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        (
            "a.ttl",
            b"<urn:a> <urn:b> 1 .\n<urn:a> nope:b 1 .\n",
            r"a\.ttl:2.*: the prefix “nope:” is not declared",
        ),
        ("b.ttl", b'<urn:a> <urn:b> "caf\xe9" .\n', r"b\.ttl:1: the file is not UTF-8"),
        ("c.ttl", None, r"c\.ttl: there is no such file"),
        ("c", None, r"c: there is no such file"),
        ("d.pdf", b"%PDF", r"d\.pdf: the suffix “\.pdf” names no RDF syntax"),
        ("e.ttl", b"", r"e\.ttl: the file is empty"),
    ],
)
def test_a_broken_file_is_one_line_with_file_and_line(run, small, tmp_path, name, text, line) -> None:
    if text is not None:
        (tmp_path / name).write_bytes(text)
    lines = fault(run("check", tmp_path / name))
    assert re.search(line, lines[0]) and len(lines) <= 2


def test_a_source_that_lost_a_line_names_the_facts_without_support(run, tmp_path) -> None:
    source = Path(os.environ.get("CROSSWALK_SOURCE", content_root().parent / "shared" / "source"))
    source = source / "ipa-gsma-comparison.md" if source.is_dir() else source
    if not source.is_file():
        pytest.skip("the source document is not here (CROSSWALK_SOURCE)")
    whole = run("check", "--source", source)
    assert (whole.exit_code, whole.stdout) == (0, ""), whole.stdout
    words = "Both recognize the physical-security risks of IoT devices."
    damaged = tmp_path / "damaged.md"
    damaged.write_text(source.read_text().replace(words, ""))
    result = run("check", "--source", damaged)
    assert result.exit_code == 1 and words in result.stdout
    assert re.match(
        r"data/comparisons/ipa-2\.0--gsma-2\.0\.ttl:\d+: comparison/ipa-2.0--gsma-2.0/7 xw:remark",
        result.stdout,
    )


def test_a_source_and_files_exclude_each_other(run, tmp_path) -> None:
    assert "give no FILE beside it" in fault(run("check", "--source", "a.md", "b.ttl"))[0]


# query and questions


def test_a_named_question_gives_a_table(run) -> None:
    result = run("query", "which-guidelines-were-added")
    assert result.exit_code == 0 and "ipa/2.0/guideline/14" in result.stdout


def test_a_text_may_use_the_known_prefixes(run) -> None:
    result = run(
        "query",
        "-e",
        "SELECT ?s { ?s xw:editionOf/dcterms:publisher ?b ; xw:pageCount 217 }",
        "--format",
        "csv",
    )
    assert result.stdout.splitlines() == ["s", "https://w3id.org/iot-security-crosswalk/id/gsma/2.0"]


def test_a_file_and_the_standard_input_are_queries_too(run, tmp_path) -> None:
    path = tmp_path / "own.rq"
    path.write_text("ASK { ?s ?p ?o }")
    assert run("query", path).stdout == run("query", "-", input="ASK { ?s ?p ?o }").stdout == "yes\n"


@pytest.mark.parametrize(
    "value", ["ipa/2.0", "id:ipa\\/2.0", "https://w3id.org/iot-security-crosswalk/id/ipa/2.0"]
)
def test_a_parameter_is_bound_to_a_term_however_it_is_written(run, tmp_path, value) -> None:
    path = tmp_path / "own.rq"
    path.write_text(f"SELECT ?p {{\n  VALUES ?e {{ UNDEF }}\n  ?e <{XW.pageCount}> ?p\n}}")
    if "\\" in value:
        assert "is no IRI" in fault(run("query", path, "--bind", f"e={value}"))[0]
    else:
        assert run("query", path, "--bind", f"e={value}", "--format", "tsv").stdout.splitlines() == [
            "?p",
            "106",
        ]


@pytest.mark.parametrize(
    ("form", "beginning"),
    [
        ("turtle", "@prefix"),
        ("jsonld", "["),
        ("json", "["),
        ("xml", "<?xml"),
        ("ntriples", "<https://w3id.org/"),
    ],
)
def test_triples_are_written_in_the_format_asked_for(run, form, beginning) -> None:
    result = run("query", "-e", "DESCRIBE <https://w3id.org/iot-security-crosswalk/id/ipa>", "--format", form)
    assert result.exit_code == 0 and result.stdout.startswith(beginning)


def test_json_keeps_language_and_datatype(run) -> None:
    text = f"SELECT ?n ?t {{ <{ID['ipa/2.0']}> xw:pageCount ?n ; skos:prefLabel ?t }}"
    (row,) = [
        row for row in json.loads(run("query", "-e", text, "--json").stdout)["results"]["bindings"]
        if row["t"].get("xml:lang") == "en"
    ]  # fmt: skip
    assert row["n"]["datatype"].endswith("#integer")


def test_a_typo_gives_file_line_column_and_a_caret(run, tmp_path) -> None:
    path = tmp_path / "typo.rq"
    path.write_text("# one\nSELECT ?s WHRE { ?s ?p ?o }\n")
    assert fault(run("query", path)) == [
        f"{path}:2:11: WHRE is not expected here",
        "  SELECT ?s WHRE { ?s ?p ?o }",
        "            ^",
        "hint: Did you mean WHERE?",
    ]


def test_the_caret_stands_under_the_word_behind_wide_characters(run) -> None:
    lines = fault(run("query", "-e", "SELECT * { ?s ?p '指針' FILTR(1) }"))
    assert lines[0] == "line 1, column 23: FILTR is not expected here"
    assert lines[2] == "  " + " " * len("SELECT * { ?s ?p '1234' ") + "^"


def test_a_typed_text_is_counted_as_typed_though_prefixes_are_added(run) -> None:
    assert fault(run("query", "-e", "SELECT ?s {\n ?s a xw:Edition } ORDR BY ?s"))[0].startswith(
        "line 2, column 20: ORDR"
    )


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("which-guideline-were-added",), "no query is called 'which-guideline-were-added'"),
        (("missing.rq",), "missing.rq: No such file or directory"),
        (
            ("which-guidelines-were-added", "--bind", "nope=5"),
            "which-guidelines-were-added has no parameter 'nope'",
        ),
        (("which-guidelines-were-added", "--bind", "nope"), "--bind nope is not NAME=VALUE"),
        (("which-guidelines-were-added", "--bind", "a-b=5"), "--bind a-b=5 is not NAME=VALUE"),
        (("which-guidelines-were-added", "--bind", "=5"), "--bind =5 is not NAME=VALUE"),
        (("-e", "INSERT DATA { <urn:a> <urn:b> 1 }"), "updates are not answered"),
        (("-e", "ASK { SERVICE <http://127.0.0.1:9/> {} }"), "line 1, column 7: SERVICE is not answered"),
        (("-e", "ASK {}", "--format", "turtle"), "the query gives rows, which --format turtle cannot hold"),
        (
            ("-e", "CONSTRUCT WHERE {?s ?p ?o}", "--format", "csv"),
            "the query gives triples, which --format csv",
        ),
        (("-e", "ASK {}", "--endpoint", "http://127.0.0.1:9/"), "http://127.0.0.1:9/ cannot be reached"),
        (
            ("-e", "ASK {}", "--endpoint", "localhost"),
            "must be an address that begins with http:// or https://, not 'localhost'",
        ),
        (("-e", "ASK {}", "--json", "--format", "xml"), "contradict each other"),
        (("-e", "ASK {}", "a.rq"), "give a file, the name of a question"),
    ],
)
def test_a_query_that_cannot_be_answered_is_told_in_one_line(run, args, message) -> None:
    assert message in fault(run("query", *args))[0]


MIXED = "9 10 10 9 10 10 9 10 10 9 10 10 9 '10' '10' 10 '10' '10' 10 '10' '10'"
"""Values of two kinds, in an order on which the engine fails when it is to sort them."""


def test_a_query_on_which_the_engine_fails_is_told_in_a_sentence(tmp_path, snapshot) -> None:
    data, query = tmp_path / "mixed.ttl", tmp_path / "mixed.rq"
    data.write_text(f"<urn:a> <urn:p> ( {MIXED} ) .")
    sorting = f"SELECT * {{ VALUES ?x {{ {MIXED} }} }} ORDER BY ?x"
    query.write_text(sorting)
    program = [sys.executable, "-m", "crosswalk", "query"]
    environment = os.environ | {
        "CROSSWALK_SNAPSHOTS": str(snapshot.path.parent.parent),
        "RUST_BACKTRACE": "1",
    }
    for arguments in (["-e", sorting], [str(query)], ["-e", sorting, "--graph", str(data)]):
        ended = subprocess.run(
            [*program, *arguments], capture_output=True, env=environment, cwd=tmp_path, check=False
        )
        assert ended.returncode == 2 and ended.stdout == b""
        assert ended.stderr.decode().splitlines() == [
            "the engine failed on this query",
            "hint: Values of several kinds under ORDER BY are known to end it: sort them by STR(?value).",
        ]
    assert {path.name for path in tmp_path.iterdir()} == {"mixed.ttl", "mixed.rq"}


ENOUGH = 2**32


def test_every_kind_of_answer_and_fault_comes_out_of_a_process_of_its_own(monkeypatch) -> None:
    def overflow() -> bytes:
        os.kill(os.getpid(), signal.SIGSEGV)
        return b""

    def exhaust() -> bytes:
        os.write(2, b"memory allocation of 17179869184 bytes failed\n")
        os.kill(os.getpid(), signal.SIGABRT)
        return b""

    def abort() -> bytes:
        os.write(2, b"x" * 2**16)
        with suppress(BlockingIOError):
            os.write(2, b"panicked")
        os.kill(os.getpid(), signal.SIGABRT)
        return b""

    def refuse() -> bytes:
        raise QuerySyntaxError("no brace", line=2, column=5, hint="Close it.")

    faulthandler.disable()
    assert in_fork(lambda: b"", ENOUGH) == b"" and in_fork(lambda: b"x" * 10**6, ENOUGH) == b"x" * 10**6
    for work, fault, what in (
        (overflow, QueryRefused, "too deep or too long"),
        (exhaust, ResourceLimit, "more memory than it may use"),
        (abort, EngineFault, "the engine failed"),
        (refuse, QuerySyntaxError, "no brace"),
    ):
        with pytest.raises(fault, match=what) as raised:
            in_fork(work, ENOUGH)
    assert (raised.value.line, raised.value.column, raised.value.hint) == (2, 5, "Close it.")


def test_a_query_takes_no_more_memory_than_it_may(tmp_path, snapshot) -> None:
    numbers = " ".join(map(str, range(2000)))
    many = f"SELECT * {{ VALUES ?a {{ {numbers} }} VALUES ?b {{ {numbers} }} }} ORDER BY ?a"
    environment = {"CROSSWALK_SNAPSHOTS": str(snapshot.path.parent.parent), "CROSSWALK_QUERY_MEMORY": "300M"}
    program = [sys.executable, "-m", "crosswalk", "query", "-e", many]
    ended = subprocess.run(program, capture_output=True, env=os.environ | environment, check=False)
    assert ended.returncode == 2 and ended.stdout == b""
    assert ended.stderr.decode().splitlines() == [
        "the query needs more memory than it may use",
        "hint: Ask for less, with LIMIT, or raise CROSSWALK_QUERY_MEMORY.",
    ]


def test_a_mistake_of_ours_is_shown_whole(capfd) -> None:
    with pytest.raises(SystemExit):
        in_fork(lambda: b"" + None, ENOUGH)
    assert "Traceback" in capfd.readouterr().err


def test_what_evaluates_ends_with_the_program(tmp_path, snapshot) -> None:
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    program = subprocess.Popen(
        [sys.executable, "-m", "crosswalk", "query", "-e", endless],
        env=os.environ | {"CROSSWALK_SNAPSHOTS": str(snapshot.path.parent.parent)},
    )
    children = Path(f"/proc/{program.pid}/task/{program.pid}/children")
    end = time.monotonic() + 20
    while not (child := children.read_text().strip()) and time.monotonic() < end:
        time.sleep(0.02)
    assert child
    program.kill()
    program.wait()
    while Path(f"/proc/{child}").exists() and time.monotonic() < end:
        state = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0]
        if state == "Z":
            return
        time.sleep(0.02)
    assert time.monotonic() < end


def test_a_query_can_ask_files_of_any_vocabulary(run, tmp_path) -> None:
    path = tmp_path / "own.trig"
    path.write_text("<urn:g> { <urn:a> <urn:b> 'c' }")
    assert run(
        "query", "-e", "SELECT ?o { ?s ?p ?o }", "--graph", path, "--format", "csv"
    ).stdout.split() == ["o", "c"]


def test_what_would_steer_a_terminal_is_not_printed(run, tmp_path) -> None:
    path = tmp_path / "own.ttl"
    path.write_text('<urn:a> <urn:b> "x\\u001b[31mred" .')
    result = run("query", "-e", "SELECT ?o { ?s ?p ?o }", "--graph", path)
    assert "\x1b" not in result.stdout and "\N{REPLACEMENT CHARACTER}[31mred" in result.stdout


def test_questions_are_listed_chosen_by_tag_and_shown(run) -> None:
    names = {row["name"] for row in json.loads(run("questions", "--json").stdout)}
    assert "which-guidelines-were-added" in names and len(names) >= 25
    tagged = list(csv.DictReader(io.StringIO(run("questions", "--tag", "lineage", "--format", "csv").stdout)))
    assert 0 < len(tagged) < len(names) and all("lineage" in row["tags"] for row in tagged)
    assert run("questions", "which-guidelines-were-added").stdout.startswith("#+ title:")
    assert "no question has the tag 'nope'" in fault(run("questions", "--tag", "nope"))[0]


# compare and lineage


def test_the_comparison_has_a_row_for_each_guideline(run) -> None:
    rows = json.loads(run("compare", "ipa/2.0", "gsma/2.0", "--json").stdout)
    assert [row["number"]["value"] for row in rows] == [str(number + 1) for number in range(ROWS)]
    colours = [row["alignment"]["value"].rpartition("#")[2] for row in rows]
    assert {colour: colours.count(colour) for colour in set(colours)} == {"Green": 11, "Yellow": 6}


@pytest.mark.parametrize(
    ("form", "pattern"),
    [
        ("table", r"│ 9 +│ Designing so as not to cause trouble.*│ Green +│"),
        ("markdown", r"\| 9 \| Designing so as not to cause trouble.*\| Green \|"),
        ("html", r"(?s)<td>9</td>\s*<td>Designing so as not to cause trouble"),
        ("csv", r"9,Designing so as not to cause trouble.*#Green"),
    ],
)
def test_the_comparison_is_written_in_each_format(run, form, pattern) -> None:
    result = run("compare", "ipa/2.0", "gsma/2.0", "--format", form)
    assert result.exit_code == 0 and re.search(pattern, result.stdout)


def test_the_lineage_tells_each_kind_of_change(run) -> None:
    rows = json.loads(run("lineage", "ipa/1.0", "ipa/2.0", "--json").stdout)
    kinds = [row["kind"]["value"].rpartition("#")[2] for row in rows]
    counts = {kind: kinds.count(kind) for kind in set(kinds)}
    assert counts == {"Continued": 7, "Renumbered": 7, "Added": 3, "Removed": 7}


@pytest.mark.parametrize(
    ("args", "message", "hint"),
    [
        (("compare", "ipa/2.1", "gsma/2.0"), "no edition is called 'ipa/2.1'", "ipa/2.0"),
        (
            ("compare", "gsma/2.0", "ipa/2.0"),
            "there is no comparison of gsma/2.0 and ipa/2.0",
            "compare ipa/2.0 gsma/2.0",
        ),
        (
            ("lineage", "ipa/2.0", "ipa/1.0"),
            "there is no lineage between ipa/2.0 and ipa/1.0",
            "lineage ipa/1.0 ipa/2.0",
        ),
        (("lineage", "ipa/1.0", "<x"), "“<x” is no IRI", "ipa/2.0"),
    ],
)
def test_editions_that_are_not_there_are_told_with_those_that_are(run, args, message, hint) -> None:
    lines = fault(run(*args))
    assert lines[0] == message and hint in lines[1]


# export and format


@pytest.mark.parametrize("suffix", ["ttl", "trig", "nt", "nq", "jsonld", "rdf"])
def test_each_syntax_holds_the_same_facts(run, tmp_path, suffix) -> None:
    import pyoxigraph

    path = tmp_path / f"graph.{suffix}"
    assert run("export", path, "--graph", "ipa/1.0--2.0").exit_code == 0
    form = pyoxigraph.RdfFormat.from_extension(suffix)
    found = {quad.triple for quad in pyoxigraph.parse(path=str(path), format=form)}
    source = content_root() / "data" / "ipa" / "1.0--2.0.ttl"
    assert found == {quad.triple for quad in pyoxigraph.parse(path=str(source))}


def test_asserted_facts_alone_are_exported_unless_more_is_asked_for(run) -> None:
    asserted = run("export", "-", "--format", "nquads").stdout_bytes
    everything = run("export", "-", "--format", "nquads", "--inferred").stdout_bytes
    assert b"graph/inferred> ." not in asserted and b"graph/inferred> ." in everything
    assert set(asserted.splitlines()) < set(everything.splitlines())
    assert asserted.splitlines() == sorted(set(asserted.splitlines()))


def test_an_export_replaces_a_file_whole_and_keeps_its_permissions(run, tmp_path) -> None:
    path = tmp_path / "own.nt"
    path.write_text("old")
    path.chmod(0o640)
    with path.open() as reader:
        assert run("export", path, "--graph", "bodies").exit_code == 0
        assert reader.read() == "old", "who reads the old file meanwhile reads it to its end"
    assert path.read_text() != "old" and path.stat().st_mode & 0o777 == 0o640
    assert [one.name for one in tmp_path.iterdir()] == ["own.nt"]


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("own.pdf", (), "own.pdf: the file's name does not say in which syntax to write"),
        ("own.nq", ("--graph", "ipa/2.00"), "no graph is called 'ipa/2.00'"),
        ("none/own.nq", (), "own.nq: the folder does not exist"),
    ],
)
def test_an_export_that_fails_writes_nothing(run, tmp_path, name, options, message) -> None:
    (tmp_path / "own.nq").write_text("old")
    assert message in fault(run("export", tmp_path / name, *options))[0]
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("own.nq", "old")]


def test_a_full_disk_is_told_and_leaves_the_old_file(run, tmp_path, monkeypatch) -> None:
    path = tmp_path / "own.nt"
    path.write_text("old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("crosswalk.folders.os.fsync", full)
    assert fault(run("export", path, "--graph", "bodies")) == ["No space left on device"]
    assert [(one.name, one.read_text()) for one in tmp_path.iterdir()] == [("own.nt", "old")]


def test_format_lays_out_and_the_second_time_changes_nothing(run, tmp_path) -> None:
    path = tmp_path / "own.ttl"
    path.write_text(f"<urn:a> a <{XW.Edition}>; <{XW.text}> 'x','y'.\n")
    before = path.read_text()
    assert run("format", path, "--check").exit_code == 1 and path.read_text() == before
    assert run("format", path).stdout == f"{path}\n" and path.read_text() != before
    assert run("format", path).stdout == "" and run("format", path, "--check").exit_code == 0


def test_format_changes_no_file_when_one_is_wrong(run, tmp_path) -> None:
    good, bad = tmp_path / "good.ttl", tmp_path / "bad.ttl"
    good.write_text("<urn:a> <urn:b> 1,2 .")
    bad.write_text("<urn:a> <urn:b> ")
    assert fault(run("format", good, bad))[0].startswith(f"{bad}:1")
    assert good.read_text() == "<urn:a> <urn:b> 1,2 ."


# As a process of its own


def program(*args: str, **options: object) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "crosswalk", *args], capture_output=True, timeout=60, **options
    )


def test_exit_codes_and_streams_hold_for_the_process() -> None:
    good, wrong = program("--version"), program("query", "-e", "SELEC")
    assert (good.returncode, good.stderr) == (0, b"") and re.match(rb"crosswalk \d", good.stdout)
    assert (wrong.returncode, wrong.stdout) == (2, b"") and wrong.stderr.startswith(
        b"line 1, column 1: SELEC"
    )


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_who_has_seen_enough_is_no_fault(snapshot, unbuffered) -> None:
    command = [sys.executable, "-m", "crosswalk", "export", "-", "--format", "nquads"]
    environ = os.environ | {
        "CROSSWALK_SNAPSHOTS": str(snapshot.path.parent.parent),
        "PYTHONUNBUFFERED": unbuffered,
    }
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ) as running:
        running.stdout.readline()
        running.stdout.close()
        assert (running.stderr.read(), running.wait(60)) == (b"", 141)


def test_names_complete_in_a_shell() -> None:
    environ = os.environ | {
        "_CROSSWALK_COMPLETE": "bash_complete",
        "COMP_WORDS": "crosswalk que",
        "COMP_CWORD": "1",
    }
    assert program(env=environ).stdout == b"plain,query\nplain,questions\n"


def test_the_overview_takes_hardly_longer_than_python_itself() -> None:
    def best(*args: str) -> float:
        def once() -> float:
            begin = time.perf_counter()
            subprocess.run([sys.executable, *args], capture_output=True, check=True)
            return time.perf_counter() - begin

        return min(once() for _ in range(7))

    assert best("-m", "crosswalk", "--help") < 4 * best("-c", "pass")


def test_a_query_loads_nothing_slow_that_it_does_not_need(snapshot) -> None:
    slow = {"flask", "httpx", "jinja2", "numpy", "owlrl", "pyshacl", "rdflib", "SPARQLWrapper", "tempfile"}
    code = (
        "import sys; from crosswalk.cli import main\n"
        "try: main(['query', 'which-guidelines-were-added'])\n"
        f"except SystemExit: print(*({slow!r} & set(sys.modules)), file=sys.stderr)"
    )
    environ = os.environ | {"CROSSWALK_SNAPSHOTS": str(snapshot.path.parent.parent)}
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environ, text=True)
    assert "guideline/14" in ended.stdout and ended.stderr == "\n"


def test_a_process_that_ends_at_once_has_written_everything() -> None:
    program = [sys.executable, "-c", "from crosswalk.cli import run; run()"]
    asked = [*program, "query", "-e", "SELECT ?s ?p ?o { ?s ?p ?o }", "--format", "csv"]
    with open("/dev/full", "w") as full:
        assert subprocess.run(asked, stdout=full, stderr=subprocess.PIPE).returncode == 2
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    unsaid = "from crosswalk.cli import _leave; print('word ' * 20, end=''); _leave(3); print('more', end='')"
    ended = subprocess.run([sys.executable, "-c", unsaid], capture_output=True, env=buffered)
    assert (ended.returncode, ended.stdout) == (3, b"word " * 20)
    beside = "import threading, time; threading.Thread(target=time.sleep, args=[0.2]).start(); "
    ended = subprocess.run([sys.executable, "-c", beside + unsaid], capture_output=True, env=buffered)
    assert (ended.returncode, ended.stdout) == (0, b"word " * 20 + b"more")
