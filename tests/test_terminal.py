"""Tables on a terminal: rows as a box of lines, and as HTML."""

from __future__ import annotations

import random

import pytest

from crosswalk.cli.terminal import as_html, box, printable, width

ROWS = [
    ["9", "Designing so as not to cause trouble", "Green"],
    ["10", "相手に迷惑をかけない設計", ""],
]


def test_columns_line_up_whatever_the_width_of_their_characters() -> None:
    rows = [*ROWS, ["11", "e\N{COMBINING ACUTE ACCENT}té, ﾊﾝｶｸ", "Ｙ"]]
    assert box(["number", "title", "colour"], rows).splitlines() == [
        "┌────────┬──────────────────────────────────────┬────────┐",
        "│ number │ title                                │ colour │",
        "├────────┼──────────────────────────────────────┼────────┤",
        "│ 9      │ Designing so as not to cause trouble │ Green  │",
        "│ 10     │ 相手に迷惑をかけない設計             │        │",
        "│ 11     │ e\N{COMBINING ACUTE ACCENT}té, ﾊﾝｶｸ                            │ Ｙ     │",
        "└────────┴──────────────────────────────────────┴────────┘",
    ]


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


def test_a_table_in_html_escapes_its_cells_and_keeps_their_lines() -> None:
    assert as_html(["a"], [{"a": "<b> & c\nnext"}, {}]).splitlines() == [
        "<table>",
        "    <thead>",
        "        <tr>",
        "            <th>a</th>",
        "        </tr>",
        "    </thead>",
        "    <tbody>",
        "        <tr>",
        "            <td>&lt;b&gt; &amp; c<br>next</td>",
        "        </tr>",
        "        <tr>",
        "            <td></td>",
        "        </tr>",
        "    </tbody>",
        "</table>",
    ]


@pytest.mark.parametrize("sign", "\x00\x07\x1b\x7f\x9b\u2028\u202a\u202e\u2066\u2069")
def test_a_sign_that_would_steer_the_terminal_or_turn_the_text_is_replaced(sign: str) -> None:
    assert printable(f"a{sign}b") == "a\N{REPLACEMENT CHARACTER}b"


def test_signs_of_every_script_stay() -> None:
    assert printable("指針 §5.8\n\tλ̈") == "指針 §5.8\n\tλ̈"
