"""Rows and values of files are read as they are written, and a fault names its line."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from crosswalk.errors import InputError
from crosswalk.folders import read_bytes
from crosswalk.structured_text import read_yaml


@pytest.mark.parametrize(
    "text", ["1.10", "No", "2022-05-02", "0123", "1e3", "0x1F", "true", ".inf", "12:30:45", "!!int 5"]
)
def test_a_scalar_is_the_text_that_is_written(text: str) -> None:
    assert read_yaml(f"a: {text}", "f") == {"a": text.removeprefix("!!int ")}


@pytest.mark.parametrize("text", ["", "~", "null"])
def test_nothing_is_nothing_unless_it_is_quoted(text: str) -> None:
    assert read_yaml(f'a: {text}\nb: "{text}"', "f") == {"a": None, "b": text}


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a: 1\na: 2", 2, "given twice"),
        ("a: 1\n? [b]\n: 2", 2, "no text"),
        ("a: &x 1\nb: *x", 2, "alias"),
        ("a: [", 1, "no YAML"),
        ("a: 1\n---\nb: 2", 2, "another document"),
        ('a: "\\UFFFFFFFF"', None, "cannot be read"),
        ('a: "\\U00110000"', None, "cannot be read"),
        ("a: \x01", None, "no YAML"),
        ("a:\n  !!python/object/apply:os.system [ls]", 2, "the tag"),
        ("a: !!set {ls}", 1, "the tag"),
        ("a: !run ls", 1, "the tag"),
    ],
)
def test_what_cannot_be_read_is_one_line_with_a_cure(text: str, line: int | None, what: str) -> None:
    with pytest.raises(InputError, match=what) as fault:
        read_yaml(text, "f")
    assert (fault.value.file, fault.value.line) == ("f", line) and fault.value.hint


# Pipes


def test_a_pipe_that_nobody_writes_to_is_told_and_not_waited_for(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("crosswalk.folders.PATIENCE", 0.2)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(InputError, match="nobody writes to this pipe") as fault:
        read_bytes(pipe)
    assert fault.value.hint


def test_what_comes_through_a_pipe_is_read_whole(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    data = b"x" * 300_000  # more than a pipe holds at once
    writing = threading.Thread(target=pipe.write_bytes, args=(data,))
    writing.start()
    assert read_bytes(pipe, most=10**6) == data
    writing.join()


@pytest.mark.parametrize("path", ["/dev/null/x", "/proc/self/mem", "a\x00b"])
def test_what_cannot_be_opened_or_read_is_told(path: str) -> None:
    with pytest.raises(InputError) as fault:
        read_bytes(Path(path), most=10)
    assert fault.value.file
