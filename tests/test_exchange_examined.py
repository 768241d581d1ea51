"""What a process gives of a stranger's file is examined, value by value, before terms are made of it."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest

from crosswalk.errors import InputError
from crosswalk.exchange import isolated
from crosswalk.exchange.records import Catalogue, Entry, MappingSet, Record

IRI_FIELDS = {
    MappingSet: ("identifier", "licence", "provider", "creators", "sources"),
    Record: (
        *("predicate", "justification", "identifier", "authors", "comparison", "alignment", "reviewers"),
    ),
}
NO_IRIS = ("CC0", "a b", "https://example.org/a b", "https://example.org/[", "https://x/%zz", "//x", "")
NO_DAYS = ("next week", "2026-13-01", "2026-02-30", "20260131", "2026-01-31T00:00:00Z", "二〇二六-01-31")


def sent(value: MappingSet | Catalogue) -> Any:
    return json.loads(json.dumps(value, default=vars))


def examined(kind: str, value: Any) -> Any:
    return isolated.examine(kind, value, "f")


def whole(**of_record: Any) -> Any:
    value = sent(MappingSet("urn:s", records=(Record("a", "b", place=7),)))
    value["records"][0] |= of_record
    return value


@pytest.mark.parametrize("kind", [Catalogue, Entry, MappingSet, Record])
def test_every_field_is_declared_with_a_kind_that_is_examined(kind: type) -> None:
    assert isolated.declarations(kind).keys() == {field.name for field in fields(kind)}


@pytest.mark.parametrize("field", IRI_FIELDS[Record])
@pytest.mark.parametrize("text", NO_IRIS)
def test_what_is_no_iri_in_a_record_is_told_with_its_line(field: str, text: str) -> None:
    several = isolated.declarations(Record)[field].several
    if text == "" and not several:
        return  # as if it were absent
    with pytest.raises(InputError, match="is no IRI") as fault:
        examined("MappingSet", whole(**{field: [text] if several else text}))
    assert (fault.value.file, fault.value.line) == ("f", 7) and fault.value.hint


@pytest.mark.parametrize("field", IRI_FIELDS[MappingSet])
def test_what_is_no_iri_in_a_set_is_told(field: str) -> None:
    several = isolated.declarations(MappingSet)[field].several
    value = sent(MappingSet("urn:s")) | {field: ["a b"] if several else "a b"}
    with pytest.raises(InputError, match="“a b” is no IRI"):
        examined("MappingSet", value)


@pytest.mark.parametrize("text", NO_DAYS)
def test_what_is_no_day_is_told(text: str) -> None:
    with pytest.raises(InputError, match="is no date such as 2026-01-31"):
        examined("MappingSet", whole(date=text))


@pytest.mark.parametrize(
    "of_record",
    [
        {"subject": None},
        {"subject": 5},
        {"subject": ["a"]},
        {"subject": {"a": 1}},
        {"comment": "half \ud800"},
        {"comment": True},
        {"quotations": "text"},
        {"quotations": [None]},
        {"authors": "https://example.org/a"},
        {"candidates": 0},
        {"candidates": 32},
        {"candidates": "1"},
        {"strength": -1},
        {"strength": 1e300},
        {"confidence": "1.5"},
        {"confidence": "1e-9"},
        {"confidence": 0.5},
        {"confidence": "0." + "1" * 200},
        {"place": "x"},
        {"surplus": "x"},
    ],
)
def test_a_value_of_another_kind_is_one_line_with_a_cure(of_record: dict[str, Any]) -> None:
    with pytest.raises(InputError) as fault:
        examined("MappingSet", whole(**of_record))
    assert fault.value.file == "f" and fault.value.hint
    str(fault.value).encode()


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("MappingSet", None),
        ("MappingSet", []),
        ("MappingSet", {}),
        ("Register", {}),
        ("MappingSet", sent(MappingSet()) | {"records": {}}),
        ("MappingSet", sent(MappingSet()) | {"records": [1]}),
        ("MappingSet", sent(MappingSet()) | {"losses": {"x": "1"}}),
        ("MappingSet", sent(MappingSet()) | {"losses": None}),
        ("MappingSet", sent(MappingSet()) | {"complete": "yes"}),
        ("Catalogue", sent(Catalogue("t")) | {"title": 5}),
        ("Catalogue", sent(Catalogue("t", entries=(Entry("a"),))) | {"entries": [{"identifier": "a"}]}),
    ],
)
def test_what_is_built_otherwise_is_refused(kind: str, value: Any) -> None:
    with pytest.raises(InputError):
        examined(kind, value)


def test_what_is_right_passes() -> None:
    mapping_set = MappingSet(
        "https://example.org/s",
        title="タイトル",
        creators=("urn:a",),
        mapping_date="2024-02-29",
        records=(Record("a", None, confidence=".95", strength=0, quotations=("", "q"), place=3),),
    )
    assert examined("MappingSet", sent(mapping_set)) == mapping_set
    catalogue = Catalogue("t", entries=(Entry("1", withdrawn=True, replaced_by=("2",)), Entry("2")))
    assert examined("Catalogue", sent(catalogue)) == catalogue


@pytest.mark.parametrize("fault", [ZeroDivisionError("d"), EOFError("e"), OverflowError(), UnicodeError("u")])
def test_a_reader_that_fails_unforeseen_ends_in_one_line(fault: Exception, capfd) -> None:
    def fail() -> MappingSet:
        raise fault

    with pytest.raises(InputError, match="not built as its format is") as told:
        isolated.run_isolated(fail, "f")
    assert told.value.hint and capfd.readouterr().err == ""


def test_what_comes_back_is_no_larger_than_the_parent_takes(monkeypatch) -> None:
    from crosswalk.errors import ResourceLimit

    monkeypatch.setattr(isolated, "LARGEST_ANSWER", 1000)
    with pytest.raises(ResourceLimit):
        isolated.run_isolated(lambda: MappingSet(title="x" * 2000), "f")


def test_a_fault_of_a_library_that_nobody_foresaw_is_no_traceback(capfd) -> None:
    class Odd(Exception):
        pass

    def fail() -> MappingSet:
        raise Odd

    with pytest.raises(InputError, match="nobody foresaw"):
        isolated.run_isolated(fail, "f")
    assert capfd.readouterr().err == ""
