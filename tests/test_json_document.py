"""A JSON document names the line of what is wrong in it, and tells what of it nobody has read."""

from __future__ import annotations

import pytest

from crosswalk.errors import InputError
from crosswalk.json_document import Document


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ('{"a": 1,\n"b": ' + "9" * 5000 + "}", 2, "no number has 5000 digits"),
        ('{"a": "x",\n"b": [1, "\\ud83d"]}', 2, "half of a surrogate pair"),
        ('{"a": "x",\n"\\udc00": 1}', 1, "half of a surrogate pair"),
        ('{"a": 1,\n"b": NaN}', 2, "NaN is no number"),
        ('{"a": 1,\n"b": -Infinity}', 2, "-Infinity is no number"),
        ('{"x": 1,\n"b": 1, "b": 2}', 2, "the key “b” twice"),
        ('{"x": 1,\n"b" 1}', 2, "no JSON"),
    ],
)
def test_what_no_document_may_hold_is_told_with_its_line(text: str, line: int, what: str) -> None:
    with pytest.raises(InputError, match=what) as fault:
        Document(text.encode(), "d.json")
    assert (fault.value.file, fault.value.line) == ("d.json", line) and fault.value.hint


def test_both_halves_of_a_pair_are_one_character() -> None:
    assert Document(b'{"a": "\\ud83d\\ude00"}', "d.json").root.text("a") == "😀"


def test_what_nobody_read_is_told_with_what_it_stands_in() -> None:
    text = '{"a": {"b": "x", "c": 1},\n"d": [{"e": "y"}, {"e": "z", "f": {"g": 2}}], "h": [1], "i": {"j": 1}}'
    document = Document(text.encode(), "d.json")
    root = document.root
    root.member("a").text("b")
    for item in root.members("d"):
        item.text("e")
    root.get("i")
    unread = {what: document.line(path) for what, path in document.unread()}
    assert unread == {"“c” in a": 1, "“f” in d": 2, "“h” in the file": 2}
