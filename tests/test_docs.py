"""The documentation names all that the code can list, and nothing that the code does not have."""

from __future__ import annotations

import pkgutil
import re
import shlex
from dataclasses import MISSING, fields
from pathlib import Path

import click
import pytest
from flask import Flask
from flask.testing import FlaskClient

from crosswalk.cli import COMMANDS
from crosswalk.cli import main as program
from crosswalk.settings import Settings, read_setting, variable
from crosswalk.stores.named_queries import catalogue
from crosswalk.web.endpoint.application import Endpoint

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
AT_THE_ROOT = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
PAGES = [*sorted(DOCS.rglob("*.md")), *(ROOT / name for name in AT_THE_ROOT)]
QUESTIONS = {question.name: question for question in catalogue("questions")}
SETTINGS = {variable(one): one for one in fields(Settings)}
PLACEHOLDER = re.compile(r"[A-Z]+(\.\w+)*|…|-")
"""What stands for something else in a call that shows a pattern."""

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))


def words(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """What stands under a heading, up to the next one of any rank; empty where there is no such heading."""
    found = re.search(rf"(?ms)^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", _unfenced(text))
    return found[1] if found else ""


def _unfenced(text: str) -> str:
    """The text with the signs of comments inside code blocks disarmed, so that they are no headings."""
    return re.sub(r"(?ms)^```.*?^```$", lambda block: re.sub(r"(?m)^#", " #", block[0]), text)


def command(name: str) -> click.Command:
    found = program.get_command(click.Context(program), name)
    assert found is not None
    return found


def calls(text: str) -> list[list[str]]:
    """The arguments of every call of the program in a code block, without variables and comments."""
    blocks = re.findall(r"(?ms)^```(?:sh|bash|console)?\n(.*?)^```$", text)
    lines = (re.sub(r"^(?:\w+=\S+ )+", "", line) for block in blocks for line in block.splitlines())
    own = (line.split(" > ")[0] for line in lines if line.startswith("crosswalk "))
    return [shlex.split(line, comments=True)[1:] for line in own]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_a_section_with_an_example(name: str):
    told = section(words("commands.md"), f"crosswalk {name}")
    assert told, f"docs/commands.md has no section “### crosswalk {name}”"
    assert any(call[:1] == [name] for call in calls(told)), f"no example of crosswalk {name}"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_and_choice_of_a_command_is_described(name: str):
    told = section(words("commands.md"), f"crosswalk {name}")
    named = set(re.findall(r"`(-[-\w]+)", told)) | set(re.findall(r"`([\w-]+)`", told))
    wanted: set[str] = set()
    for parameter in command(name).params:
        wanted |= set(parameter.opts) if isinstance(parameter, click.Option) else set()
        wanted |= set(parameter.type.choices) if isinstance(parameter.type, click.Choice) else set()
    assert wanted - named == set(), f"docs/commands.md, section crosswalk {name}, does not name these"


@pytest.mark.parametrize("name", COMMANDS)
def test_no_option_is_described_that_a_command_lacks(name: str):
    told = section(words("commands.md"), f"crosswalk {name}")
    parameters = command(name).params
    offered = {option for one in parameters for option in (*one.opts, *one.secondary_opts)}
    assert set(re.findall(r"`(--?[a-z][-\w]*)", told)) - offered == set()


def test_no_section_tells_of_a_command_that_is_not_there():
    assert set(re.findall(r"(?m)^### crosswalk (\S+)$", words("commands.md"))) == set(COMMANDS)


@each_page
def test_every_call_in_a_code_block_can_be_made(page: Path):
    for given in calls(page.read_text(encoding="utf-8")):
        if given and not given[0].startswith("--"):
            _assert_callable(given)


def _assert_callable(given: list[str]) -> None:
    called = ["crosswalk", *given]
    assert given[0] in COMMANDS, called
    chosen = command(given[0])
    if "--help" in given:
        return
    options, rest, _ = chosen.make_parser(click.Context(chosen)).parse_args(given[1:])
    assert not rest or any(map(PLACEHOLDER.fullmatch, given)), called
    arguments = [one.name for one in chosen.params if isinstance(one, click.Argument)]
    taken = next((options[one] for one in arguments if isinstance(options.get(one), str)), None)
    if given[0] not in ("query", "questions") or taken is None:
        return
    if PLACEHOLDER.fullmatch(taken) or taken.endswith(".rq"):
        return
    assert taken in QUESTIONS, called
    bound = {pair.partition("=")[0] for pair in options.get("bind") or ()}
    assert bound <= set(QUESTIONS[taken].parameters), called


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_described_with_its_default(name: str):
    one = SETTINGS[name]
    row = re.search(rf"(?m)^\| `{name}` \| (.+?) \| (.+) \|$", words("settings.md"))
    assert row, f"docs/settings.md has no row for {name}"
    assert row[2] == one.metadata["help"]
    if one.default is not MISSING:
        shown = row[1].strip("`")
        assert (None if shown == "unset" else read_setting(one, shown)) == one.default


@each_page
def test_a_page_names_only_variables_that_something_reads(page: Path):
    code = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("server/crosswalk", "tests", "bench")
        for path in (ROOT / folder).rglob("*.py")
        if path != Path(__file__)
    )
    named = set(re.findall(r"\bCROSSWALK_[A-Z_]*[A-Z]\b", page.read_text(encoding="utf-8")))
    assert {each for each in named if each not in SETTINGS and each not in code} == set()


@pytest.fixture(scope="module")
def site(real_site: FlaskClient) -> Flask:
    return real_site.application


def rows_of_addresses() -> dict[str, str]:
    """Each address described, with its example."""
    return dict(re.findall(r"(?m)^\| `(/[^`]*)` \|.*?\| `(/[^`]*)` \|[^|]*\|$", words("addresses.md")))


def endpoint_addresses() -> set[str]:
    """What the application in front of the pages answers itself, /metrics included."""
    from types import SimpleNamespace

    return set(Endpoint(None, SimpleNamespace(settings=Settings(metrics=True))).routes)  # type: ignore[arg-type]


def page_addresses(site: Flask) -> set[str]:
    return {rule.rule for rule in site.url_map.iter_rules() if not rule.rule.startswith("/static/")}


def test_every_address_is_described(site: Flask):
    assert (page_addresses(site) | endpoint_addresses()) - set(rows_of_addresses()) == set()


def test_no_address_is_described_that_is_not_there(site: Flask):
    assert set(rows_of_addresses()) - page_addresses(site) - endpoint_addresses() == set()


def test_the_example_of_every_page_is_answered_by_its_own_route(site: Flask):
    client, front = site.test_client(), endpoint_addresses()
    for address, example in rows_of_addresses().items():
        path = example.partition("?")[0]
        if address in front:
            assert path == address
            continue
        assert site.url_map.bind("localhost").match(path, return_rule=True)[0].rule == address, example
        assert client.get(example).status_code in (200, 303, 308), example


def test_every_question_is_documented():
    assert set(QUESTIONS) - set(re.findall(r"(?m)^crosswalk query ([\w-]+)", words("questions.md"))) == set()


def anchors(path: Path) -> set[str]:
    """The fragments that the headings of a page answer to."""
    headings = re.findall(r"(?m)^#+ (.+)$", _unfenced(path.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_page
def test_every_link_leads_somewhere(page: Path):
    text = re.sub(r"(?ms)^```.*?^```$", "", page.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"\w+:", target):
            continue
        path, _, fragment = target.partition("#")
        there = (page.parent / path) if path else page
        assert there.exists(), f"{page.name} links to {target}"
        assert not fragment or fragment in anchors(there), f"{page.name} links to {target}"


def test_the_map_of_the_documentation_names_every_page():
    linked = set(re.findall(r"\]\((\w[\w/-]*\.md)", words("index.md")))
    pages = {str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md")}
    assert pages - linked - {"index.md"} == set()


@each_page
def test_a_page_is_plain_text_without_tabs_outside_of_code(page: Path):
    text = page.read_text(encoding="utf-8")
    assert "\t" not in re.sub(r"(?ms)^```.*?^```$", "", text)
    assert text.endswith("\n") and not text.endswith("\n\n")
    assert text.count("\n```") % 2 == 0


PACKAGES = ("graph", "stores", "relations", "exchange", "evaluation", "web", "cli")
AT_ITS_ROOT = {path.stem for path in (ROOT / "server" / "crosswalk").glob("[a-z]*.py")}
PLACES_IN_CODE = sorted(
    {
        span
        for span in re.findall(r"`([a-z_]+(?:\.\w+)+)`", words("developers.md"))
        if span.split(".")[0] in {*PACKAGES, *AT_ITS_ROOT} and not span.endswith((".py", ".md"))
    }
)


def test_the_page_for_developers_names_modules_and_functions():
    assert len(PLACES_IN_CODE) > 30


@pytest.mark.parametrize("place", PLACES_IN_CODE)
def test_a_place_that_the_page_for_developers_names_is_there(place: str):
    pkgutil.resolve_name(f"crosswalk.{place}")


@pytest.mark.parametrize(
    "path",
    sorted(
        set(re.findall(r"`((?:queries|shapes|data|tests|server|ontology)/[\w./-]+)`", words("developers.md")))
    ),
)
def test_a_file_that_the_page_for_developers_names_is_there(path: str):
    assert (ROOT / path).exists()
