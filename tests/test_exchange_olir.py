"""NIST OLIR tables: the direction is said, a row is checked, and a workbook comes back as it went."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace

import openpyxl
import pytest

from crosswalk.errors import InputError, ResourceLimit
from crosswalk.exchange import olir, spreadsheet
from crosswalk.exchange.gathering import gather_register, gather_sets
from crosswalk.exchange.identifiers import Register, resolve
from crosswalk.exchange.records import PREDICATES, UNSPECIFIED, MappingSet, Record
from crosswalk.namespaces import ID
from crosswalk.relations.algebra import ANY, DISJOINT, EQUAL, INTERSECTS, SUBSET, SUPERSET
from crosswalk.stores.oxigraph import EmbeddedStore

FORWARD, BACKWARD = olir.DIRECTIONS
SOURCE, TARGET = str(ID["ipa/2.0"]), str(ID["gsma/2.0"])
GOOD = {
    "Focal Document Element": "9",
    "Reference Document Element": "CLP.12-5.7",
    "Rationale": "Semantic",
    "Relationship": "subset of",
    "Strength of Relationship": "7",
    "Comments": "It names less.",
}


def table(*rows: dict[str, str], head: str = "") -> bytes:
    text = io.StringIO()
    text.write(head)
    writer = csv.DictWriter(text, [*GOOD])
    writer.writeheader()
    writer.writerows([GOOD | row for row in rows])
    return text.getvalue().encode()


def only(direction: str = FORWARD, **cells: str) -> Record:
    row = {key.replace("_", " "): value for key, value in cells.items()}
    return olir.read_table(table(row), "t.csv", direction).records[0]


@pytest.fixture(scope="module")
def store(snapshot) -> EmbeddedStore:
    return EmbeddedStore.load(snapshot.dataset)


@pytest.fixture(scope="module")
def register(store) -> Register:
    return gather_register(store)


def test_a_row_is_read_in_the_direction_that_is_said() -> None:
    assert only().candidates == SUBSET and only(BACKWARD).candidates == SUPERSET
    assert only(Relationship="equal", Strength_of_Relationship="10").candidates == EQUAL
    assert only(BACKWARD, Relationship="Intersects  With").candidates == INTERSECTS
    assert only(Relationship="not related to", Strength_of_Relationship="0").candidates == DISJOINT


def test_a_row_keeps_its_rationale_comment_and_strength() -> None:
    record = only()
    assert (record.rationale_kind, record.justification, record.place) == ("semantic", UNSPECIFIED, 2)
    assert (record.comment, record.strength) == ("It names less.", 7)
    assert only(Strength_of_Relationship="N/A").comment == "It names less."


@pytest.mark.parametrize(
    ("cells", "what"),
    [
        ({"Strength_of_Relationship": "11"}, "strength “11”"),
        ({"Strength_of_Relationship": "-1"}, "strength “-1”"),
        ({"Strength_of_Relationship": "strong"}, "strength “strong”"),
        ({"Strength_of_Relationship": "10"}, "does not suit"),
        ({"Relationship": "equal", "Strength_of_Relationship": "9"}, "does not suit"),
        ({"Relationship": "supports"}, "no relationship"),
        ({"Rationale": "taste"}, "no rationale"),
        ({"Rationale": ""}, "“Rationale” is empty"),
        ({"Focal_Document_Element": "GV.OC 01"}, "holds a space"),
        ({"Reference_Document_Element": "A:1"}, "holds a colon"),
    ],
)
def test_a_wrong_row_is_told_with_its_line(cells: dict[str, str], what: str) -> None:
    with pytest.raises(InputError, match=what) as fault:
        only(**cells)
    assert str(fault.value).startswith("t.csv:2: ")


def test_a_row_of_a_workbook_is_told_with_sheet_and_row(tmp_path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "About"
    sheet = book.create_sheet("Relationships")
    for line in ([*GOOD], [*GOOD.values()], [*(GOOD | {"Strength of Relationship": "12"}).values()]):
        sheet.append(line)
    book.save(tmp_path / "b.xlsx")
    with pytest.raises(InputError, match=r"b.xlsx \[Relationships\]:3: row 3: the strength “12”"):
        olir.read_workbook((tmp_path / "b.xlsx").read_bytes(), "b.xlsx", FORWARD)


def test_a_file_that_states_another_direction_is_refused() -> None:
    data = table({}, head=f"Direction: {BACKWARD}\n")
    assert olir.read_table(data, "t.csv", BACKWARD).records
    with pytest.raises(InputError, match="states the direction"):
        olir.read_table(data, "t.csv", FORWARD)


@pytest.mark.parametrize("data", [b"", b"a,b\n1,2\n", b"PK\x03\x04 nothing", b'"open'])
def test_what_is_no_table_is_refused(data: bytes) -> None:
    reader = olir.read_workbook if data.startswith(b"PK") else olir.read_table
    with pytest.raises(InputError):
        reader(data, "t", FORWARD)


def test_a_workbook_that_unpacks_to_too_much_is_refused(monkeypatch) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 2_000_000)
    monkeypatch.setattr(olir, "UNPACKED", 1_000_000)
    with pytest.raises(ResourceLimit, match="unpacks to 2000000 bytes"):
        olir.read_workbook(bomb.getvalue(), "b.xlsx", FORWARD)


RECORDS = tuple(
    Record(
        f"{SOURCE}/guideline/{number}",
        f"{TARGET}/{target}",
        PREDICATES[relation],
        UNSPECIFIED,
        candidates=relation,
        rationale_kind="functional",
        comment=comment,
        strength=strength,
    )
    for number, target, relation, comment, strength in (
        (9, "CLP.12/section/5.7", SUBSET, "=1+1", None),
        (10, "CLP.13/section/5.14", EQUAL, None, 10),
        (11, "CLP.12/section/5.4", INTERSECTS, "Both.", 4),
        (12, "CLP.13", DISJOINT, "@why", 0),
    )
)
FOUND = MappingSet(
    str(ID["mapping/t"]), "T", licence="https://x.org/l", subject_source=SOURCE, object_source=TARGET
)


def test_a_workbook_comes_back_as_it_went(register) -> None:
    extra = (
        Record(f"{SOURCE}/guideline/1", f"{TARGET}/CLP.11"),
        Record(f"{SOURCE}/guideline/2", None),
    )
    data, losses = olir.write([replace(FOUND, records=(*RECORDS, *extra))], register)
    back = olir.read_workbook(data, "b.xlsx", FORWARD)
    placed = replace(back, subject_source=SOURCE, object_source=TARGET)
    resolved, unknown = resolve(placed, register)
    assert unknown == [] and {replace(record, place=None) for record in resolved.records} == set(RECORDS)
    assert losses["record without a single set relation and its rationale"] == 1
    assert losses["record that says that there is no counterpart"] == 1
    with pytest.raises(InputError, match="states the direction"):
        olir.read_workbook(data, "b.xlsx", BACKWARD)


def test_the_same_records_give_the_same_workbook(register) -> None:
    turned = replace(FOUND, records=tuple(reversed(RECORDS)))
    assert olir.write([turned], register) == olir.write([replace(FOUND, records=RECORDS)], register)


def test_a_text_in_a_workbook_is_never_a_formula_and_is_not_escaped(register) -> None:
    data, _ = olir.write([replace(FOUND, records=RECORDS)], register)
    sheet = openpyxl.load_workbook(io.BytesIO(data))["Relationships"]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value in ("=1+1", "@why")]
    assert len(cells) == 2 and all(cell.data_type == "s" for cell in cells)


def test_the_csv_for_spreadsheets_escapes_formulas_and_holds_every_record(store, register) -> None:
    data, losses = spreadsheet.write([replace(FOUND, records=RECORDS), *gather_sets(store, "all")], register)
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert len(rows) == len(RECORDS) + sum(
        len(mapping_set.records) for mapping_set in gather_sets(store, "all")
    )
    comments = {row["comment"] for row in rows}
    assert {"'=1+1", "'@why"} <= comments
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    assert losses["apostrophe put before a text that a spreadsheet would take for a formula"] >= 2


def test_the_csv_names_a_relation_only_where_one_alone_is_left(register) -> None:
    records = tuple(replace(RECORDS[0], candidates=left) for left in (SUBSET, EQUAL | SUBSET, ANY))
    data, _ = spreadsheet.write([replace(FOUND, records=records)], register)
    rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
    assert {(row["relation"], row["possible_relations"]) for row in rows} == {
        ("subset", "subset"),
        ("", "equal, subset"),
        ("linked, relation not assessed", ""),
    }


def test_only_the_csv_escapes(register) -> None:
    from crosswalk.exchange import oscal_mapping, sssom_writing

    mapping_set = replace(FOUND, records=RECORDS)
    assert b"'=1+1" not in sssom_writing.write(mapping_set, {})[0]
    assert b"'=1+1" not in oscal_mapping.write([mapping_set], register)[0]
