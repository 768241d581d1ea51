"""What the fuzzing tests share: how many examples, with which seed, and what an input may be spoilt with.

Each test runs with a fixed seed, so that a change of the program shows. Where ``CROSSWALK_FUZZ`` multiplies
the examples, as `make stress` has it do, it runs with a new seed too, which is told when it fails;
``CROSSWALK_FUZZ_SEED`` repeats it. What has failed becomes a file in ``cases/``, which is spoilt as well.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st

SCALE = float(os.environ.get("CROSSWALK_FUZZ", "1"))
_WITH_NEW_SEED = "CROSSWALK_FUZZ" in os.environ or "CROSSWALK_FUZZ_SEED" in os.environ
ways = pytest.mark.parametrize("way", ["fixed seed", *(["new seed"] if _WITH_NEW_SEED else [])])
_FIXED = 20261128


def examples(way: str, count: int) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Runs a check made by ``given`` on so many examples, and names the seed where it fails."""
    given_seed = os.environ.get("CROSSWALK_FUZZ_SEED")
    chosen = _FIXED if way == "fixed seed" else int(given_seed or random.SystemRandom().randrange(2**32))
    bounds = settings(
        max_examples=max(1, int(count * SCALE)),
        deadline=None,
        database=None,
        print_blob=True,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )

    def decorate(check: Callable[[], None]) -> Callable[[], None]:
        bounded = seed(chosen)(bounds(check))

        def run() -> None:
            try:
                bounded()
            except BaseException as fault:
                fault.add_note(f"CROSSWALK_FUZZ_SEED={chosen} repeats this (with a new seed); {way}")
                raise

        return run

    return decorate


NASTY = [
    "", " ", "\t", "0", "-1", "9" * 5000, "1e999", "1.5", "٣", "NaN", "null", "true", "[]", "{}", "None",
    "\x00", "\x0b", "\x1b[31m", "\x7f", "\x85", "\u00a0", "\u2028", "\u202e", "\ufeff", "\ufffe", "é",
    "\U0001f600", "e\u0301", "'", '"', "\\", "\\u0041", "`", "%", "%00", "%zz", "%2e%2e%2f", "%0d%0aX: y",
    "\r\nX-Injected: yes", "&", "#", "?", "=", "..", "../../../../etc/passwd", "....//", "//evil.example",
    "a..b", "/", ".", "-", "--", "*", "**", "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>",
    "javascript:alert(1)", "{{7*7}}", "${7*7}", "http://", "http://[", "http://a b", "https://evil.example/",
    "urn:", "urn:x y", "mailto:a", "file:///etc/passwd", "2021-02-30", "9999-99-99", "0000-00-00",
    "10000-01-01", "2021-05", "20211212", "next week", "-0001-01-01", "ipa", "ipa/", "ipa/2.0", "ipa/2.0/",
    "ipa/2.0/guideline/9", "xw:", "xw:Green", "nope:x", "a/b/c/d/e/f", "x" * 3000, "SELECT * { ?s ?p ?o }",
    "DROP ALL", "=1+1", "@x", "<a", "<urn:a>", "^^", "_:b",
]  # fmt: skip
"""Texts that a reader may stumble over, wherever they stand."""

texts = st.one_of(st.sampled_from(NASTY), st.text(max_size=12))
"""Texts that nobody expects."""

values = st.one_of(
    texts,
    st.sampled_from(
        [None, True, False, 0, -1, 10**30, 1.5, float("inf"), [], {}, [[]], [{}], {"": ""}, {"a": None}]
    ),
)
"""JSON values that nobody expects."""


@st.composite
def spoilt(draw: Any, original: bytes) -> bytes:
    """The bytes of a file with a few of them changed, lost, doubled or replaced by something nasty."""
    data = original
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.sampled_from([0, 1, 2, 8, 60, 1000])))
        part = draw(
            st.one_of(
                st.just(b""),
                st.binary(max_size=3),
                texts.map(lambda text: text.encode("utf-8", "surrogatepass")),
                st.just(data[start:end] * 2),
                st.sampled_from([*b'\n\r\t,"{[:-&', 0xFF]).map(lambda byte: bytes([byte])),
            )
        )
        data = data[:start] + part + data[end:]
    return data


@st.composite
def spoilt_cells(draw: Any, original: str, separator: str) -> str:
    """A table with a few cells, columns or lines changed."""
    lines = [line.split(separator) for line in original.split("\n")]
    for _ in range(draw(st.integers(1, 3))):
        line = lines[draw(st.integers(0, len(lines) - 1))]
        place = draw(st.integers(0, len(line) - 1))
        match draw(st.sampled_from(["replace", "replace", "lose", "double", "lose line", "double line"])):
            case "replace":
                line[place] = draw(texts)
            case "lose":
                del line[place]
            case "double":
                line.insert(place, line[place])
            case "lose line" if len(lines) > 1:
                lines.remove(line)
            case _:
                lines.append(list(line))
        lines = [line or [""] for line in lines]
    return "\n".join(separator.join(line) for line in lines)


@st.composite
def spoilt_tree(draw: Any, original: Any) -> Any:
    """A document of lists and objects with a few of its parts replaced, lost, doubled or put elsewhere."""
    for _ in range(draw(st.integers(1, 3))):
        parts = list(_parts(original))
        path = parts[draw(st.integers(0, len(parts) - 1))]
        other = _at(original, parts[draw(st.integers(0, len(parts) - 1))])
        change = draw(st.sampled_from(["replace", "replace", "lose", "elsewhere", "list", "text"]))
        part = _at(original, path)
        made = {"elsewhere": other, "list": [part], "text": str(part)}.get(change)
        new = draw(values) if change == "replace" else made
        original = _with(original, path, None if change == "lose" else new, lose=change == "lose")
    return original


Path = tuple[Any, ...]


def _parts(tree: Any, path: Path = ()) -> Any:
    yield path
    if isinstance(tree, dict | list):
        for key in tree if isinstance(tree, dict) else range(len(tree)):
            yield from _parts(tree[key], (*path, key))


def _at(tree: Any, path: Path) -> Any:
    for key in path:
        tree = tree[key]
    return tree


def _with(tree: Any, path: Path, value: Any, *, lose: bool) -> Any:
    """The tree with another value at a path, or without what stands there."""
    if not path:
        return {} if lose else value
    copy = dict(tree) if isinstance(tree, dict) else list(tree)
    if len(path) == 1 and lose:
        del copy[path[0]]
    else:
        copy[path[0]] = _with(tree[path[0]], path[1:], value, lose=lose)
    return copy
