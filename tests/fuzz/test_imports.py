"""Files of strangers, spoilt: an import ends with 0, 1 or 2 and a sentence, and writes all or nothing."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from crosswalk.cli import exchange, main
from crosswalk.exchange import formats, sssom
from crosswalk.exchange.gathering import gather_register
from crosswalk.stores.oxigraph import EmbeddedStore
from tests.fuzz.campaign import examples, spoilt, spoilt_cells, spoilt_tree, texts, ways

CASES = Path(__file__).parent / "cases" / "imports"
SET = "ipa-2.0--nistir-8259a-2020-crosswalk"
PAIR = ("--from", "ipa/2.0", "--to", "gsma/2.0")
OPTIONS: dict[str, tuple[str, ...]] = {
    "olir": ("--direction", "focal-to-reference", *PAIR),
    "dcms": ("--select", "GSMA", "--from", "uk-cop/2018", "--to", "gsma/2.2"),
    "ciso-assistant": PAIR,
    "oscal-mapping": PAIR,
    "oscal-catalog": ("--edition", "nist-csf/2.0", "--with-text"),
    "oscal-profile": ("--edition", "nist-csf/2.0"),
    "cprt": ("--edition", "toy/1", "--with-text"),
}
"""What each format needs beside its file."""
CHOICES = ("--license", "--source", "--set", "--from", "--to", "--edition", "--select")
UNFORESEEN = ("Traceback", "nobody foresaw", "more time or memory")
"""What no small file, whatever it holds, may be answered by."""
EXPORTED = {
    "sssom": "sssom",
    "oscal-mapping": "oscal",
    "olir": "olir",
    "turtle": "turtle",
    "jsonld": "jsonld",
}
"""The formats that are written here too: what we write is spoilt as well."""


@pytest.fixture(scope="module")
def originals(snapshot, tmp_path_factory) -> dict[str, list[tuple[str, bytes]]]:
    """Files of each format: those that once went wrong, and what is exported."""
    folder = tmp_path_factory.mktemp("exported")
    files = {form: [(path.name, path.read_bytes()) for path in sorted((CASES / form).iterdir())]
             for form in formats.READABLE}  # fmt: skip
    for form, name in EXPORTED.items():
        out = folder / f"exported.{'xlsx' if name == 'olir' else name}"
        options = ["--out", str(out), "--snapshots", str(snapshot.path.parent.parent)]
        result = CliRunner().invoke(main, ["export-mappings", name, "--set", SET, *options])
        assert result.exit_code == 0, result.output
        files[form].append((out.name, out.read_bytes()))
    return files


@pytest.fixture(scope="module")
def importing(snapshot) -> Any:
    """Imports that look into the graph once for all."""
    register = gather_register(EmbeddedStore.load(snapshot.dataset))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exchange, "_read_register", lambda settings: register)
        yield


def spoilt_file(name: str, data: bytes) -> st.SearchStrategy[bytes]:
    """A file with something wrong in its bytes, in its cells, or in the tree that it is."""
    kinds = [spoilt(data)]
    suffix = name.rpartition(".")[2]
    if suffix in ("json", "jsonld", "oscal"):
        kinds += [spoilt_tree(json.loads(data)).map(lambda tree: json.dumps(tree).encode())] * 3
    elif suffix in ("yaml", "yml"):
        kinds += [spoilt_tree(yaml.safe_load(data)).map(lambda tree: yaml.dump(tree).encode())] * 2
    elif suffix in ("tsv", "csv", "sssom"):
        separator = "," if suffix == "csv" else "\t"
        cells = spoilt_cells(data.decode(), separator)
        kinds += [cells.map(lambda text: text.encode("utf-8", "surrogatepass"))] * 2
    elif suffix == "xlsx":
        kinds += [spoilt_member(data)] * 3
    return st.one_of(kinds)


@st.composite
def spoilt_member(draw: Any, data: bytes) -> bytes:
    """A packed workbook of which one file inside is spoilt."""
    written = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            members = [(name, book.read(name)) for name in book.namelist()]
    except (zipfile.BadZipFile, OSError, ValueError):
        return draw(spoilt(data))
    chosen = draw(st.integers(0, len(members) - 1))
    with zipfile.ZipFile(written, "w") as book:
        for number, (name, content) in enumerate(members):
            book.writestr(name, draw(spoilt(content)) if number == chosen else content)
    return written.getvalue()


def check_import(form: str, name: str, data: bytes, options: list[str], folder: Path, suffix: str) -> int:
    """Import a file; fail where that ends in another way than it may. Returns the exit code."""
    file, out = folder / name, folder / f"out{suffix}"
    file.write_bytes(data)
    out.unlink(missing_ok=True)
    call = ["import", form, str(file), "--out", str(out), *OPTIONS.get(form, ()), *options]
    result = CliRunner().invoke(main, call)
    told = f"{call}\n{data[:3000]!r}\n{result.stderr[-1500:]}"
    assert result.exception is None or isinstance(result.exception, SystemExit), told
    assert result.exit_code in (0, 1, 2), told
    assert not any(words in result.stderr for words in UNFORESEEN), told
    if result.exit_code:
        assert not out.exists() and result.stderr.strip(), told
    elif suffix == ".ttl":
        list(pyoxigraph.parse(out.read_bytes(), pyoxigraph.RdfFormat.TURTLE))
    elif "states no licence" not in result.stderr:
        sssom.read(out.read_bytes(), "out")
    return result.exit_code


@pytest.mark.parametrize("form", formats.READABLE)
@ways
def test_a_spoilt_file_ends_in_a_sentence(way: str, form: str, originals, importing, tmp_path: Path) -> None:
    suffixes = [".ttl"] if formats.READABLE[form].holds != "mappings" else [".ttl", ".sssom.tsv"]
    chosen = st.lists(st.tuples(st.sampled_from(CHOICES), texts), max_size=2)

    @examples(way, 12)
    @given(st.data())
    def each(data: st.DataObject) -> None:
        name, original = data.draw(st.sampled_from(originals[form]))
        content = data.draw(spoilt_file(name, original))
        options = data.draw(st.one_of(st.just([]), st.just([]), chosen))
        unknown = data.draw(st.sampled_from([["--skip-unknown"], []]))
        given_options = [text for pair in options for text in pair] + unknown
        check_import(form, name, content, given_options, tmp_path, data.draw(st.sampled_from(suffixes)))

    each()


@pytest.mark.parametrize("path", sorted(CASES.glob("*/*")), ids=lambda path: path.name)
def test_what_once_went_wrong_ends_in_a_sentence(path: Path, importing, tmp_path: Path) -> None:
    for options in ([], ["--skip-unknown"], ["--license", "CC0", "--source", "no iri", "--set", "a b"]):
        check_import(path.parent.name, path.name, path.read_bytes(), options, tmp_path, ".ttl")
