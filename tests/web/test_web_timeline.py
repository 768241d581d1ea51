"""The timeline: editions stand at their dates, each by itself, and those without a date apart from all."""

from __future__ import annotations

from itertools import pairwise

from crosswalk.stores.results import Row, Term
from crosswalk.web.diagrams.timeline import CROWDED, LEFT, WIDTH, draw_timeline


def edition(name: str, issued: str | None, *, parts: int = 10, mapped: int = 0) -> Row:
    cells = {"edition": f"urn:{name}", "standard": f"urn:{name[0]}", "standardTitle": name[0],
             "parts": str(parts), "mapped": str(mapped)}  # fmt: skip
    return {**{column: Term("literal", value) for column, value in cells.items()},
            "issuedFrom": Term("literal", issued) if issued else None}  # fmt: skip


def places(rows: list[Row], *preferred: str) -> dict[str, tuple[float, float]]:
    drawn = draw_timeline(rows, preferred)
    assert drawn
    placed = [placed for lane in drawn.lanes for placed in lane.editions]
    return {str(each.row["edition"])[4:]: (each.x, each.y) for each in placed}


ROWS = [edition("a2", "2020-01"), edition("a1", "2016-07"), edition("b1", None), edition("b2", "2022-12-31")]


def test_editions_stand_in_the_order_of_their_dates_within_the_picture() -> None:
    found = places(ROWS)
    assert LEFT < found["a1"][0] < found["a2"][0] < found["b2"][0] < WIDTH
    half_a_year = places([edition("a1", "2020-01"), edition("a2", "2020-07"), edition("a3", "2021-01")])
    first, middle, last = (half_a_year[name][0] for name in ("a1", "a2", "a3"))
    assert abs(middle - (first + last) / 2) < 0.2


def test_an_edition_without_a_date_stands_clear_of_the_axis() -> None:
    found = places(ROWS)
    assert found["b1"][0] - max(x for name, (x, _) in found.items() if name != "b1") >= CROWDED
    drawn = draw_timeline(ROWS)
    assert drawn and drawn.undated == found["b1"][0] < WIDTH
    assert max(x for x, _ in drawn.years) < drawn.undated
    dated = draw_timeline([row for row in ROWS if row["issuedFrom"]])
    assert dated and dated.undated is None


def test_years_are_whole_and_stand_where_their_editions_do() -> None:
    drawn = draw_timeline(ROWS)
    assert drawn
    years = [year for _, year in drawn.years]
    assert years[0] == 2016 and years == sorted(set(years)) and 4 <= len(years) <= 9
    distances = {round(right - left, 0) for (left, _), (right, _) in pairwise(drawn.years)}
    assert len(distances) == 1
    assert dict(map(reversed, drawn.years))[2020] == places(ROWS)["a2"][0]


def test_what_is_compared_comes_first_and_then_what_is_mapped_most() -> None:
    rows = [edition("a1", "2020", mapped=1), edition("b1", "2020", mapped=5), edition("c1", "2020")]
    lanes = sorted(places(rows), key=lambda name: places(rows)[name][1])
    assert lanes == ["b1", "a1", "c1"]
    preferred = places(rows, "urn:c1")
    assert min(preferred, key=lambda name: preferred[name][1]) == "c1"


def test_of_two_editions_close_together_one_has_its_label_above() -> None:
    drawn = draw_timeline([edition("a1", "2020-01"), edition("a2", "2020-02"), edition("a3", "2026-01")])
    assert drawn and [placed.above for placed in drawn.lanes[0].editions] == [False, True, False]


def test_the_share_is_that_of_the_parts_which_are_mapped() -> None:
    drawn = draw_timeline([edition("a1", "2020", parts=4, mapped=3), edition("a2", "2021", parts=0)])
    assert drawn and [placed.share for placed in drawn.lanes[0].editions] == [0.75, None]
