"""The page on formats shows commands that run; what is ready to be published is well-formed."""

from __future__ import annotations

import re
import shlex
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from crosswalk.cli import main
from crosswalk.exchange import formats, rdf_writing

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
FILES = re.findall(r"(?ms)^```\w+ file=(\S+)\n(.*?)^```$", PAGE)
COMMANDS = [
    line for block in re.findall(r"(?ms)^```console\n(.*?)^```$", PAGE) for line in block.splitlines()
]


def test_the_documented_commands_run(snapshot, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("CROSSWALK_SNAPSHOTS", str(snapshot.path.parent.parent))
    monkeypatch.chdir(tmp_path)
    for name, text in FILES:
        (tmp_path / name).write_text(text, encoding="utf-8")
    for command in COMMANDS:
        program, *args = shlex.split(command)
        out = tmp_path / args[args.index("--out") + 1]
        out.unlink(missing_ok=True)
        result = CliRunner().invoke(main, args)
        assert program == "crosswalk" and result.exit_code == 0, (command, result.stderr)
        assert out.stat().st_size > 200, command


def test_the_page_names_every_format() -> None:
    table = "\n".join(line for line in PAGE.splitlines() if line.startswith("| "))
    assert [name for name in formats.READABLE if f"`{name}`" not in table] == []
    assert [name for name in (*formats.WRITABLE, *rdf_writing.FORMATS) if f"`{name}`" not in table] == []


def rules() -> list[tuple[str, str, int]]:
    text = (ROOT / "docs" / "w3id" / ".htaccess").read_text(encoding="utf-8")
    matches = re.findall(r"(?m)^RewriteRule (\S+) (\S+) \[R=(\d+),L(?:,NE)?\]$", text)
    assert len(matches) == text.count("\nRewriteRule ")
    return [(pattern, target, int(code)) for pattern, target, code in matches]


def redirect(path: str) -> tuple[str, int] | None:
    """Where the first fitting rule leads, as Apache would have it."""
    for pattern, target, code in rules():
        if match := re.search(pattern, path):
            return re.sub(r"\$1", match[1] if match.groups() else "", target), code
    return None


@pytest.mark.parametrize(
    ("path", "target", "code"),
    [
        ("ontology", "ontology", 303),
        ("ontology/0.1.0", "ontology/0.1.0", 303),
        ("snapshot/97305d131e3d75cb", "snapshot/97305d131e3d75cb", 303),
        ("id/ipa/2.0/guideline/9", "id/ipa/2.0/guideline/9", 303),
        ("id/nist-sp-800-53/5.0.1/provision/AC-2(1)", "id/nist-sp-800-53/5.0.1/provision/AC-2(1)", 303),
        ("graph/ipa/2.0", "graph/ipa/2.0", 303),
        ("shape/GuidelineHasCategory", "ontology", 303),
        ("sparql", "sparql", 302),
        (".well-known/void", ".well-known/void", 302),
        ("", "", 302),
    ],
)
def test_permanent_addresses_lead_to_the_server(path: str, target: str, code: int) -> None:
    assert redirect(path) == (f"https://crosswalk.example.org/{target}", code)


def test_an_address_of_nothing_is_not_redirected() -> None:
    assert redirect("ontologies") is None and redirect("id/") is None


def test_the_citation_file_says_what_the_package_says() -> None:
    import tomllib

    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {"cff-version", "title", "message", "authors", "license", "abstract"} <= set(cited)
    assert cited["cff-version"] == "1.2.0" and cited["type"] in ("dataset", "software")
    assert cited["version"] == version("crosswalk")
    assert [author["name"] for author in cited["authors"]] == [
        author["name"] for author in project["authors"]
    ]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", cited["date-released"])
