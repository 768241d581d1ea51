"""One broken file in each format: the message names file, line and cure, and nothing is written."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from crosswalk import exchange
from crosswalk.cli import main
from crosswalk.errors import InputError
from crosswalk.exchange.formats import READABLE, read

HEADER = "#curie_map:\n#  id: https://example.org/\n#mapping_set_id: https://example.org/s\n#license: https://example.org/l\n"
COLUMNS = "subject_id\tpredicate_id\tobject_id\tmapping_justification\n"
ROW = "id:a\tskos:exactMatch\tid:b"
TABLE = "Focal Document Element,Rationale,Relationship,Reference Document Element,Strength of Relationship\n"
ELEMENTS = (
    '{"documents": [{"doc_identifier": "T", "name": "n"}], "relationship_types": [], "relationships": [],\n'
)
XW = "@prefix xw: <https://w3id.org/iot-security-crosswalk/ontology#> .\n"

BROKEN = {
    "sssom": (HEADER + COLUMNS + ROW + "\n", 6, "3 cells and the table 4", "tab"),
    "oscal-catalog": (
        '{"catalog": {"metadata": {"title": "T"},\n"groups": [{"id": "a b"}]}}',
        2,
        "a b",
        "spaces",
    ),
    "oscal-profile": (
        '{"profile": {"metadata": {"title": "T"},\n"imports": []}}',
        1,
        "no controls",
        "with-ids",
    ),
    "oscal-mapping": ('{"mapping-collection": {\n"uuid": "x"}}', 1, "“metadata” is missing", "Add"),
    "olir": (TABLE + "9,Semantic,subset of,5.7,7\n9,Semantic,subset of,5.7,11\n", 3, "“11”", "1 to 9"),
    "cprt": (
        ELEMENTS + '"elements": [{"element_identifier": "A"},\n{"element_identifier": "A"}]}',
        3,
        "given twice",
        "of its own",
    ),
    "dcms": (
        '[{"Disclaimer": []},\n{"DCMS Code of Practice Guidelines Number": "one"}]',
        2,
        "“one” is no number",
        "alone",
    ),
    "ciso-assistant": ("a: &x [1]\nb: *x\n", 2, "alias", "Write the value out"),
    "turtle": (XW + "\n<urn:r> a xw:Mapping ;\n  xw:subject <urn:a> .\n", 3, "not one xw:predicate", "once"),
    "jsonld": (
        '{"@context": "https://example.org/c", "@id": "urn:a"}',
        None,
        "nothing is fetched",
        "into the file",
    ),
}
CHOICES = {"direction": "focal-to-reference", "select": "x", "with_text": False}


def test_there_is_an_example_of_every_format() -> None:
    assert set(BROKEN) == set(READABLE)


@pytest.mark.parametrize("form", BROKEN)
def test_a_broken_file_is_told_with_its_line_and_its_cure(form: str, tmp_path: Path) -> None:
    text, line, what, cure = BROKEN[form]
    path = tmp_path / "broken.file"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as fault:
        read(path, form, CHOICES)
    assert str(fault.value).startswith(f"{path}:{line}: " if line else f"{path}: ")
    assert what in str(fault.value) and cure in str(fault.value.hint)


def test_the_command_writes_nothing_then(tmp_path: Path) -> None:
    path, out = tmp_path / "broken.json", tmp_path / "out.ttl"
    path.write_text(BROKEN["oscal-profile"][0], encoding="utf-8")
    result = CliRunner().invoke(
        main, ["import", "oscal-profile", str(path), "--edition", "nist-csf/2.0", "--out", str(out)]
    )
    assert result.exit_code != 0 and not out.exists()


@pytest.mark.parametrize(
    ("form", "text"), [("oscal-mapping", "[" * 100_000), ("ciso-assistant", "a: " + "[" * 50_000)]
)
def test_a_file_without_end_of_levels_is_told_so(form: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / "deep"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="nested too deeply") as fault:
        read(path, form, CHOICES)
    assert fault.value.hint


PACKAGE = Path(exchange.__file__).parents[1]
READERS = (
    *sorted(PACKAGE.glob("exchange/*.py")),
    *(
        PACKAGE / name
        for name in ("structured_text.py", "json_document.py", "graph/sssom.py", "graph/mappings.py")
    ),
)


def faults_without_cure() -> list[str]:
    """The places where a reader raises a fault and gives no hint."""
    places = []
    for path in READERS:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for scope in [tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))]:
            for node in ast.walk(scope):
                raised = node.exc if isinstance(node, ast.Raise) else None
                if isinstance(raised, ast.Call) and not _hinted(raised, scope):
                    places.append(f"{path.name}:{node.lineno}")
    return places


def _hinted(call: ast.Call, scope: ast.AST) -> bool:
    """Whether a raised error is another one than those for readers, or the hint it takes is there."""
    named = any(word.arg in ("hint", None) for word in call.keywords)
    if isinstance(call.func, ast.Name) and call.func.id != "fault":
        return named or call.func.id != "InputError"
    if isinstance(call.func, ast.Attribute) and call.func.attr != "fault":
        return True
    receiver = getattr(call.func, "value", None)
    name = getattr(receiver, "attr", getattr(receiver, "id", ""))
    # The hint is the last of what must be given: what and hint, or what, place and hint.
    own = [node for node in ast.walk(scope) if isinstance(node, ast.FunctionDef) and node.name == "fault"]
    if name == "self" and isinstance(scope, ast.Module):
        return True  # looked at within its class
    needed = len(own[0].args.args) - 1 if name == "self" else {"table": 3, "document": 3}.get(name, 2)
    return named or len(call.args) >= needed


def test_every_fault_of_a_reader_says_what_to_do() -> None:
    assert faults_without_cure() == []


def test_the_examples_are_json_but_for_their_mistake() -> None:
    for form in ("oscal-catalog", "oscal-profile", "oscal-mapping", "cprt", "dcms", "jsonld"):
        assert json.loads(BROKEN[form][0])
