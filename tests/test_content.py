"""The graph says what the source document says, all of it and nothing else, and keeps its counts."""

from __future__ import annotations

import os
import re
from collections import Counter
from itertools import zip_longest
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from pyoxigraph import NamedNode, RdfFormat, Store
from rdflib import DCTERMS, OWL, PROV, RDF, SKOS, Graph, Literal, URIRef

from crosswalk.graph.source_check import fold, passages, unsupported
from crosswalk.graph.sources import read_sources
from crosswalk.namespaces import BASE, GRAPH, ID, XKOS, XW

ROOT = Path(__file__).resolve().parents[1]
NAME = "ipa-gsma-comparison.md"
FILES = sorted((ROOT / "data").rglob("*.ttl"))
ROWS = ID["comparison/ipa-2.0--gsma-2.0"]
CHANGES = ID["change/ipa-1.0--ipa-2.0"]


def source_path() -> Path:
    """The source file, from CROSSWALK_SOURCE (a file or its folder) or beside the repository."""
    given = Path(os.environ.get("CROSSWALK_SOURCE", ROOT.parent / "shared" / "source" / NAME))
    return given / NAME if given.is_dir() else given


@pytest.fixture(scope="module")
def source() -> str:
    path = source_path()
    if not path.is_file():
        pytest.skip(f"the source document is not at {path}: set CROSSWALK_SOURCE")
    return path.read_text(encoding="utf-8")


def load(*paths: Path) -> Store:
    """The triples of Turtle files in a store."""
    store = Store()
    for path in paths:
        store.load(path=path, format=RdfFormat.TURTLE)
    return store


@pytest.fixture(scope="module")
def store() -> Store:
    """The curated Turtle files as a store, one graph."""
    return load(*FILES)


@pytest.fixture(scope="module")
def graph() -> Graph:
    """The same files read by rdflib, to look things up by subject."""
    graph = Graph()
    for path in FILES:
        graph.parse(path)
    return graph


REFERENCE = re.compile(
    r"(CLP\.\d+)|Chapters? (\d[\d.]*\d|\d)(?:-(\d+))?|Annex ([A-Z])|(entire document)|(Checklist Assessment)"
)

# The source read a second time, independently of the package


def plain(markup: str) -> str:
    """The words of a cell or line; quotation marks stay as they are."""
    text = BeautifulSoup(markup, "html.parser").get_text(" ") if "<" in markup else markup
    return " ".join(text.replace("**", "").split())


def read_summary(source: str) -> list[tuple[str, str, str, list[tuple[str, str]]]]:
    """Part, guideline number, title and statements of each guideline in part (1) of the source."""
    begin = source.index("## **Summary of IPA")
    lines = [
        plain(line).lstrip("#- ")
        for line in source[begin : source.index("**Comparison of METI")].splitlines()
    ]
    found, part = [], ""
    for line in lines[1:]:
        if not line:
            continue
        if match := re.fullmatch(r"Part \d: (\w+)", line):
            part = match[1]
        elif match := re.fullmatch(r"Guideline (\d+): (.+)", line):
            found.append((part, match[1], match[2], []))
        elif match := re.fullmatch(r"\( (i+) \) (.+)", line):
            found[-1][3].append((match[1], match[2]))
        else:
            pytest.fail(f"a line of the summary is neither part, guideline nor statement: {line}")
    return found


def read_table(source: str) -> dict[str, list[str]]:
    """The five cells of each row by guideline number, what continues on the next page joined to them."""
    rows: dict[str, list[str]] = {}
    number = ""
    for line in source[source.index("(issued on 29 Sept") :].splitlines()[1:]:
        cells = [plain(cell) for cell in line.split("\t")]
        if len(cells) == 1 or not any(cell.strip("-") for cell in cells):
            continue
        if match := re.fullmatch(r"Guideline (\d+)", cells[1]):
            number = match[1]
            rows[number] = cells + [""] * (5 - len(cells))
        else:
            rows[number] = [
                f"{above} {below}".strip() for above, below in zip_longest(rows[number], cells, fillvalue="")
            ]
    return rows


def read_references(cell: str) -> list[tuple[str, str]]:
    """Document and section (empty: the whole document) of each reference in the unquoted words of a cell."""
    unquoted = re.sub("“[^”]*”", " ", cell)
    found: list[tuple[str, str]] = []
    document, pending = "", False
    for match in REFERENCE.finditer(unquoted):
        name, first, last, annex, entire, checklist = match.groups()
        if name and pending:
            found.append((document, ""))
        if name:
            document, pending = name, True
        elif first:
            numbers = [str(n) for n in range(int(first), int(last) + 1)] if last else [first]
            found += [(document, number) for number in numbers]
            pending = False
        elif annex:
            found.append((document, annex))
        elif entire:
            found.append((document, ""))
        elif checklist:
            found.append(("CLP.17", ""))
    return found + ([(document, "")] if pending else [])


def words(graph: Graph, subject: URIRef, predicate: URIRef) -> set[str]:
    """The folded values of a property, English ones where a language is said."""
    return {fold(value) for value in graph.objects(subject, predicate) if value.language in (None, "en")}


def changes(graph: Graph, kind: URIRef) -> list[URIRef]:
    """The steps from IPA edition 1.0 to 2.0 that are of a kind."""
    steps = graph.objects(CHANGES, XKOS.madeOf)
    return [step for step in steps if (step, XW.changeKind, kind) in graph]


def mappings(graph: Graph, row: URIRef) -> list[URIRef]:
    return sorted(graph.subjects(XW.inComparison, row))


# From the graph to the source


def test_every_fact_of_the_source_is_printed_there(store: Store, source: str) -> None:
    assert unsupported(store, source) == []


def test_an_altered_word_is_not_in_the_source(source: str) -> None:
    store = Store()
    altered = (
        (ROOT / "data/ipa/2.0.ttl")
        .read_text(encoding="utf-8")
        .replace("fake or hijacked", "fake or high-jacked")
    )
    store.load(altered.encode(), format=RdfFormat.TURTLE)
    assert [fact.subject for fact in unsupported(store, source)] == [
        str(ID["ipa/2.0/guideline/5/statement/2"])
    ]


@pytest.mark.parametrize(
    ("line", "lost"),
    [
        ("Discuss suitable behaviors when abnormalities", {"ipa/2.0/guideline/9/statement/2"}),
        ("( i ) Verify and validate", {"ipa/2.0/guideline/12/statement/1"}),
        ("Identify essential functions", {"ipa/2.0/guideline/3", "note/guideline-3-title/reading/2"}),
        (
            "- Green: the IPA and GSMA",
            {"comparison/ipa-2.0--gsma-2.0", "note/ipa-or-meti/reading/2"},
        ),
        (
            "lacked only one comparable",
            {
                "comparison/ipa-1.0--gsma-1.0",
                "comparison/ipa-1.0--gsma-1.0/15",
                "note/version-1-publisher/reading/1",
            },
        ),
        (
            "Ensuring consistency between the designs of safety and security",
            {
                "change/ipa-1.0--ipa-2.0/10--10",
                "comparison/ipa-2.0--gsma-2.0/10",
                "ipa/2.0/guideline/10",
                "mapping/ipa-2.0--gsma-2.0/10-CLP.13-5.14",
                "mapping/ipa-2.0--gsma-2.0/10-CLP.13-5.14/quotation/1",
                "note/guideline-10-title/reading/1",
            },
        ),
    ],
)
def test_a_deleted_line_names_the_facts_that_rest_on_it(
    store: Store, source: str, line: str, lost: set[str]
) -> None:
    kept = [each for each in source.splitlines() if line not in each]
    assert len(kept) == len(source.splitlines()) - 1
    assert {fact.subject.removeprefix(ID) for fact in unsupported(store, "\n".join(kept))} == lost


def test_every_line_that_tells_something_is_told_in_the_graph(store: Store, source: str) -> None:
    """Without any one statement or row of the table, some fact lacks its words."""
    lines = source.splitlines()
    bearing = [
        n for n, line in enumerate(lines) if re.match(r"(- )?\( i+ \)", line) or "\t" in line and "<" in line
    ]
    assert len(bearing) > 31 + 16
    silent = [lines[n] for n in bearing if not unsupported(store, "\n".join(lines[:n] + lines[n + 1 :]))]
    assert [line for line in silent if "Guideline 6<" not in line] == []


def test_a_passage_goes_on_where_the_next_page_continues_its_row() -> None:
    text = (
        "Prose <b>here</b>\nA\t<b>Row 1</b>\t<p>“to the</p>\tagreed\n--\t--\t--\t--\n\t\tend”\t\n\tRow 2\tx\t"
    )
    assert passages(text) == ["Prose here", "A", "Row 1", '"to the end"', "agreed", "Row 2", "x"]


# From the source to the graph


def test_the_summary_is_in_the_graph_whole(graph: Graph, source: str) -> None:
    summary = read_summary(source)
    assert len(summary) == 17
    for part, number, title, statements in summary:
        guideline = ID[f"ipa/2.0/guideline/{number}"]
        category = graph.value(guideline, XW.inCategory)
        assert words(graph, category, SKOS.prefLabel) == {part}
        titles = words(graph, guideline, SKOS.prefLabel) | words(graph, guideline, SKOS.altLabel)
        assert fold(title) in titles
        held = {
            (str(graph.value(one, SKOS.notation)), fold(graph.value(one, XW.text)))
            for one in graph.subjects(DCTERMS.isPartOf, guideline)
        }
        assert held == {(numeral, fold(text)) for numeral, text in statements}


def test_the_rows_of_the_table_are_in_the_graph_whole(graph: Graph, source: str) -> None:
    table = read_table(source)
    assert list(table) == [str(n) for n in range(1, 18)]
    for number, (_, _, title, _, remark) in table.items():
        guideline, row = ID[f"ipa/2.0/guideline/{number}"], ROWS + f"/{number}"
        wording, _, previous = title.partition(" (")
        assert words(graph, guideline, SKOS.prefLabel) == {fold(wording)}
        assert words(graph, row, XW.remark) == ({fold(remark)} if remark else set())
        older = re.search(r"\d+", previous)
        expected = {ID[f"ipa/1.0/guideline/{older[0]}"]} if older else set()
        assert set(graph.objects(guideline, PROV.wasRevisionOf)) == expected
        step = graph.value(None, XW.changeTo, guideline)
        assert (graph.value(step, XW.approximate) is not None) == ("~" in previous)


def test_the_goals_of_the_categories_are_those_of_the_table(graph: Graph, source: str) -> None:
    cells = " ".join(cells[0] for cells in read_table(source).values() if cells[0])
    printed = dict(re.findall(r"(\w+): (.*?)(?= \w+:|$)", cells))
    held = {
        str(graph.value(each, SKOS.prefLabel)): str(graph.value(each, XW.goal))
        for each in graph.subjects(DCTERMS.isPartOf, ID["ipa/2.0"])
    }
    assert held == printed


def test_every_quoted_passage_is_a_quotation_of_its_row(graph: Graph, source: str) -> None:
    total = 0
    for number, cells in read_table(source).items():
        printed = [fold(passage) for passage in re.findall("“([^”]*)”", cells[3])]
        held = [
            fold(graph.value(quotation, XW.text))
            for mapping in mappings(graph, ROWS + f"/{number}")
            for quotation in graph.subjects(XW.inMapping, mapping)
        ]
        assert Counter(held) == Counter(printed), f"row {number}"
        total += len(held)
    assert total == 27


def test_every_reference_of_the_table_is_a_mapping_of_its_row(graph: Graph, source: str) -> None:
    table = read_table(source)
    assert not table["6"][3] and not table["6"][4]
    for number, cells in table.items():
        printed = {
            ID[f"gsma/2.0/{document}/section/{section}" if section else f"gsma/2.0/{document}"]
            for document, section in read_references(cells[3])
        }
        if number == "6":  # its cell is empty, and read as one with the cell above
            printed = {ID["gsma/2.0/CLP.13/section/3.4"]}
        held = {graph.value(each, XW.object) for each in mappings(graph, ROWS + f"/{number}")}
        assert held == printed, f"row {number}"


def test_no_unquoted_word_of_a_reference_is_lost(graph: Graph, source: str) -> None:
    for number, cells in read_table(source).items():
        left = fold(re.sub("“[^”]*”", " ", cells[3]))
        cited = {
            text for each in mappings(graph, ROWS + f"/{number}") for text in words(graph, each, XW.asCited)
        }
        for text in sorted(cited, key=len, reverse=True):
            left = left.replace(text, " ")
        assert re.findall(r"\w+", left) in ([], ["and"]), f"row {number}"


def test_the_overview_s_lists_of_removed_and_added_are_the_changes(graph: Graph, source: str) -> None:
    removed = dict(re.findall(r"previous Guideline (\d+) \(on ([^)]*)\)", source))
    added = set(re.findall(r"new Guideline (\d+) \(on", source))
    held = {str(graph.value(each, XW.changeFrom)).rpartition("/")[2] for each in changes(graph, XW.Removed)}
    assert held == set(removed)
    for number, wording in removed.items():
        assert words(graph, ID[f"ipa/1.0/guideline/{number}"], SKOS.prefLabel) == {fold(wording)}
    new = {str(graph.value(each, XW.changeTo)).rpartition("/")[2] for each in changes(graph, XW.Added)}
    assert new == added == {"2", "14", "16"}


def test_the_pages_that_remarks_name_are_evidence(graph: Graph, source: str) -> None:
    for number, cells in read_table(source).items():
        named = set(re.findall(r"(?:pp?\.?|pg) (\d+(?:-\d+)?)", cells[4]))
        assert words(graph, ROWS + f"/{number}", XW.pages) == named


def test_the_legend_is_held_in_its_own_words(graph: Graph, source: str) -> None:
    begin = source.index("The following traffic-light")
    printed = {
        fold(line).removeprefix("- ") for line in source[begin : source.index("Japan's IPA IoT")].splitlines()
    }
    assert words(graph, ROWS, XW.legend) == printed - {""}


# Counts


def per(graph: Graph, property_: URIRef, kind: URIRef, edition: str) -> Counter[str]:
    things = [each for each in graph.subjects(RDF.type, kind) if (each, XW.inEdition, ID[edition]) in graph]
    return Counter(str(graph.value(each, property_)).removeprefix(ID) for each in things)


def test_guidelines_and_statements_are_counted_per_category(graph: Graph) -> None:
    names = [
        f"ipa/2.0/category/{name}" for name in ("policy", "analysis", "design", "maintenance", "operation")
    ]
    guidelines = per(graph, XW.inCategory, XW.Guideline, "ipa/2.0")
    statements: Counter[str] = Counter()
    for guideline, count in per(graph, DCTERMS.isPartOf, XW.Statement, "ipa/2.0").items():
        statements[str(graph.value(ID[guideline], XW.inCategory)).removeprefix(ID)] += count
    assert [guidelines[name] for name in names] == [3, 4, 5, 2, 3]
    assert [statements[name] for name in names] == [5, 9, 9, 3, 5]
    assert per(graph, DCTERMS.isPartOf, XW.Guideline, "ipa/1.0") == {"ipa/1.0": 21}


def test_there_are_24_changes_and_one_is_approximate(graph: Graph) -> None:
    kinds = [XW.Continued, XW.Renumbered, XW.Added, XW.Removed]
    assert [len(changes(graph, kind)) for kind in kinds] == [7, 7, 3, 7]
    assert len(set(graph.objects(CHANGES, XKOS.madeOf))) == 24
    steps = [each for each in graph.objects(CHANGES, XKOS.madeOf) if (each, XW.approximate, None) in graph]
    assert [str(each) for each in steps] == [str(CHANGES) + "/1--1"]


def test_there_are_26_sections_and_7_whole_documents_and_a_merged_cell(graph: Graph) -> None:
    merged = ID["mapping/ipa-2.0--gsma-2.0/6-CLP.13-3.4"]
    records = set(graph.subjects(XW.inMappingSet, ID["mapping/ipa-2.0--gsma-2.0"]))
    assert merged in records and len(records) == 26 + 7 + 1
    cited = [str(graph.value(each, XW.object)).removeprefix(ID + "gsma/2.0/") for each in records - {merged}]
    sections = [path.split("/")[0] for path in cited if "/" in path]
    assert Counter(sections) == {"CLP.11": 7, "CLP.12": 9, "CLP.13": 9, "CLP.14": 1}
    assert len({path for path in cited if "/" in path}) == 26
    whole = Counter(path for path in cited if "/" not in path)
    assert whole == {"CLP.11": 1, "CLP.12": 1, "CLP.13": 2, "CLP.14": 2, "CLP.17": 1}


def test_the_colours_follow_the_rubric_and_none_is_stated(graph: Graph) -> None:
    rows = {n: ROWS + f"/{n}" for n in range(1, 18)}
    yellow = {n for n, row in rows.items() if graph.value(URIRef(row), XW.alignment) == XW.Yellow}
    green = {n for n, row in rows.items() if graph.value(URIRef(row), XW.alignment) == XW.Green}
    assert yellow == {1, 2, 3, 8, 12, 16} and green == set(rows) - yellow
    assert {n for n, row in rows.items() if graph.value(URIRef(row), XW.fullerSide)} == yellow
    bases = Counter(basis for row in rows.values() for basis in graph.objects(URIRef(row), XW.alignmentBasis))
    assert bases == {XW.InferredFromRemark: 17}
    assert all(graph.value(URIRef(row), XW.rationale) for row in rows.values())


def test_of_version_1_one_guideline_has_no_counterpart_and_twenty_an_unnamed_one(graph: Graph) -> None:
    rows = list(graph.subjects(XW.against, ID["gsma/1.0"]))
    assert Counter(graph.value(row, XW.outcome) for row in rows) == {
        XW.AssertedNone: 1,
        XW.CounterpartNotNamed: 20,
    }
    assert {graph.value(row, XW.focus) for row in rows} == {
        ID[f"ipa/1.0/guideline/{n}"] for n in range(1, 22)
    }
    assert [graph.value(row, XW.focus) for row in rows if (row, XW.alignment, XW.Red) in graph] == [
        ID["ipa/1.0/guideline/15"]
    ]


def test_japanese_titles_are_those_that_are_confirmed(graph: Graph) -> None:
    held = {each for each, _, title in graph.triples((None, SKOS.prefLabel, None)) if title.language == "ja"}
    assert {each for each in held if each.startswith(ID + "ipa/")} - {ID["ipa"]} == {
        ID[f"ipa/2.0/guideline/{n}"] for n in range(1, 11)
    }


def test_a_guideline_of_version_1_without_a_confirmed_title_has_none(graph: Graph) -> None:
    untitled = {n for n in range(1, 22) if not graph.value(ID[f"ipa/1.0/guideline/{n}"], SKOS.prefLabel)}
    assert untitled == {5, 6, 10, 11, 19}


# The notes and the files


def test_each_irregularity_is_a_note_with_a_reading_that_is_followed(graph: Graph) -> None:
    notes = set(graph.subjects(RDF.type, XW.CurationNote))
    kinds = {str(graph.value(note, XW.irregularity)).rpartition("#")[2] for note in notes}
    assert kinds >= {
        "AuthorNotStated", "ContradictoryTitle", "CountMismatch", "DateMismatch", "DateNotStated",
        "DifferentPublications", "EmptyCell", "HeadingMismatch", "MissingColours", "MisstatedName",
        "NameVariant", "NumberGivenTwice", "PassageMisfiled", "ReferenceWithoutDocument", "SourceSlip",
        "SpellingVariant", "SubjectMismatch", "TitleMismatch", "TitleNotGiven", "UndeclaredSuccession",
    }  # fmt: skip
    for note in notes:
        readings = set(graph.objects(note, XW.hasReading))
        followed = graph.value(note, XW.followedReading)
        assert followed in readings or (followed is None and graph.value(note, XW.reason)), note
        assert graph.value(note, XW.reason) and graph.value(note, XW.about), note
        sources = {graph.value(reading, DCTERMS.source) for reading in readings}
        assert sources <= set(graph.objects(note, DCTERMS.source)), note


def test_guideline_6_shares_the_cell_of_guideline_5_and_has_no_remark(graph: Graph) -> None:
    row = URIRef(ROWS + "/6")
    assert set(graph.objects(row, XW.sharesCellWith)) == {URIRef(ROWS + "/5")}
    assert graph.value(row, XW.outcome) == XW.Mapped and not graph.value(row, XW.remark)
    assert (ID["note/guideline-6-empty-cell"], XW.about, row) in graph


def test_words_that_name_other_sections_are_cross_references(graph: Graph) -> None:
    named = {str(each).removeprefix(ID) for each in graph.objects(None, XW.crossReference)}
    assert named == {
        "gsma/2.0/CLP.13/section/7.2", "gsma/2.0/CLP.13/section/6.13",
        "nist-rmf/as-cited/component/monitor", "nist-rmf/as-cited/component/frame",
        "cert-octave/as-cited/step/1", "cert-octave/as-cited/step/4", "cert-octave/as-cited/step/5",
    }  # fmt: skip


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT / "data").as_posix())
def test_a_file_describes_its_graph_and_has_no_blank_nodes(path: Path) -> None:
    graph = Graph().parse(path)
    name = GRAPH[path.relative_to(ROOT / "data").with_suffix("").as_posix()]
    for predicate in (
        DCTERMS.title,
        DCTERMS.source,
        DCTERMS.license,
        DCTERMS.rights,
        DCTERMS.creator,
        DCTERMS.modified,
    ):
        assert graph.value(name, predicate), f"{path}: describe the graph with {predicate}"
    assert not [term for triple in graph for term in triple if not isinstance(term, URIRef | Literal)]


def test_whatever_is_named_is_described() -> None:
    everything = list(read_sources(ROOT).quads())
    subjects = {quad.subject for quad in everything}
    # An ontology's version names a state of the whole, not a thing that is described apart.
    named = {
        quad.object
        for quad in everything
        if isinstance(quad.object, NamedNode) and quad.predicate.value != str(OWL.versionIRI)
    }
    assert sorted(each.value for each in named - subjects if each.value.startswith(BASE)) == []
