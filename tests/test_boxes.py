"""Rows as a box of lines."""

from __future__ import annotations

import random

import pytest
from prettytable import PrettyTable, TableStyle

from crosswalk.cli.terminal import box, width

ROWS = [
    ["9", "Designing so as not to cause trouble", "Green"],
    ["10", "相手に迷惑をかけない設計", ""],
]


def test_it_is_drawn_as_people_know_it() -> None:
    table = PrettyTable(["number", "title", "colour"], align="l")
    table.set_style(TableStyle.SINGLE_BORDER)
    table.add_rows(ROWS)
    assert box(["number", "title", "colour"], ROWS) == table.get_string() + "\n"


@pytest.mark.parametrize("limit", [200, 60, 40, 26, 1])
def test_no_line_is_wider_than_the_terminal_and_no_sign_is_lost(limit: int) -> None:
    drawn = box(["number", "title", "colour"], ROWS, limit)
    widths = {width(line) for line in drawn.splitlines()}
    assert len(widths) == 1, "the sides of the box are straight"
    # A sign of two places needs them, so that the box is never narrower than three columns of two.
    assert widths.pop() <= max(limit, 3 * 5 + 1)
    signs = "".join(drawn.split()).translate(dict.fromkeys(map(ord, "┌┬┐├┼┤└┴┘─│")))
    assert sorted(signs) == sorted(
        "".join(["number", "title", "colour", *ROWS[0], *ROWS[1]]).replace(" ", "")
    )


def test_lines_within_a_cell_stay_lines() -> None:
    assert box(["a", "b"], [["one\ntwo", "x"]]).splitlines()[3:5] == ["│ one │ x │", "│ two │   │"]


def test_a_table_without_rows_is_still_one() -> None:
    assert box(["a"], []).splitlines() == ["┌───┐", "│ a │", "├───┤", "└───┘"]


def test_words_stay_whole_where_they_fit() -> None:
    words = random.Random(1).choices(["alpha", "beta", "gamma", "delta"], k=40)
    drawn = box(["t"], [[" ".join(words)]], 30)
    assert " ".join(line.strip("│ ") for line in drawn.splitlines()[3:-1]).split() == words
