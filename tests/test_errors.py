"""Errors say where the fault lies, what it is and how it is repaired."""

from __future__ import annotations

import pickle

import pytest

from crosswalk import errors
from crosswalk.errors import (
    CrosswalkError,
    InputError,
    NonconformingData,
    QuerySyntaxError,
    QueryTimedOut,
    StoreFault,
)


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ({}, "no full stop"),
        ({"file": "a.ttl"}, "a.ttl: no full stop"),
        ({"file": "a.ttl", "line": 3}, "a.ttl:3: no full stop"),
        ({"file": "a.ttl", "line": 3, "column": 7}, "a.ttl:3:7: no full stop"),
        ({"line": 3, "column": 7}, "line 3, column 7: no full stop"),
    ],
)
def test_only_the_known_parts_of_the_place_are_said(place: dict, line: str) -> None:
    assert str(CrosswalkError("no full stop", **place)) == line


def test_a_message_is_one_line_whatever_an_engine_said() -> None:
    assert str(StoreFault("first\n  second\r\n third")) == "first second third"


def test_the_hint_is_apart_from_the_message() -> None:
    fault = InputError("no such edition", hint="try ipa/2.0")
    assert (str(fault), fault.hint) == ("no such edition", "try ipa/2.0")


def test_exit_codes_tell_wrong_data_from_a_wrong_call() -> None:
    codes = {kind.__name__: kind.exit_code for kind in vars(errors).values()
             if isinstance(kind, type) and issubclass(kind, CrosswalkError)}  # fmt: skip
    assert codes.pop("NonconformingData") == 1
    assert set(codes.values()) == {2} and len(codes) == 12


@pytest.mark.parametrize(
    "fault",
    [
        QuerySyntaxError("no brace", line=2, column=5, hint="close it"),
        QueryTimedOut("too long"),
        NonconformingData("2 violations", ["one", "two"], file="a.ttl"),
    ],
)
def test_an_error_crosses_a_process_boundary_whole(fault: CrosswalkError) -> None:
    copy = pickle.loads(pickle.dumps(fault))
    assert type(copy) is type(fault) and vars(copy) == vars(fault) and str(copy) == str(fault)
