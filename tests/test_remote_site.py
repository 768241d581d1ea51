"""Every page and every command says the same from another server's store as from memory."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from flask.testing import FlaskClient
from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, parse

from crosswalk.cli import main
from crosswalk.settings import Settings
from crosswalk.stores.oxigraph import EmbeddedStore
from crosswalk.stores.remote import RemoteStore
from crosswalk.web.app import create_app
from tests.web.test_web_pages import ELSEWHERE, FIRST_PAGES, Anchors

NARROW = re.compile(r"[\d.]+")
COMMANDS = (
    "query which-guidelines-were-added",
    "query which-sections-are-cited-for-a-guideline --bind guideline=ipa/2.0/guideline/9 --json",
    "compare ipa/2.0 gsma/2.0",
    "compare ipa gsma --as-of 2017-10-15 --format csv",
    "lineage ipa/1.0 ipa/2.0",
    "gaps ipa/2.0 gsma/2.0",
    "path ipa/2.0/guideline/9 etsi-en-303-645/2.1.1",
    "stale gsma/2.0 gsma/2.2",
    "conflicts",
    "agreement mapping/ipa-2.0--gsma-2.0 mapping/ipa-2.0--etsi-en-303-645-3.1.3-crosswalk",
    "questions --tag lineage",
    "export --graph ipa/2.0 --format ntriples -",
    "export-mappings sssom --set ipa-2.0--gsma-2.0 --out -",
)
WITHOUT_ANSWER = ("agreement mapping/ipa-2.0--gsma-2.0 mapping/ipa-2.0--etsi-en-303-645-3.1.3-crosswalk",)
"""Calls that end with a sentence instead: it is the same one, too."""


@pytest.fixture(scope="module")
def address(native_server: str) -> str:
    """The endpoint of a native Oxigraph server that the snapshot has been published to."""
    return f"{native_server}/query"


@pytest.fixture(scope="module")
def here(snapshot) -> FlaskClient:
    """The site over the snapshot in memory, as if it were not known which one it is: as it is elsewhere."""
    return create_app(EmbeddedStore.load(snapshot.dataset), Settings(), None).test_client()


@pytest.fixture(scope="module")
def there(address: str) -> FlaskClient:
    """The site over the other server."""
    return create_app(RemoteStore(address, timeout=60), Settings(store=address), None).test_client()


def links(address: str, page: Anchors) -> Iterator[str]:
    """The addresses of this site that a page names."""
    for link in page.links:
        target = urlsplit(urljoin(address, link))
        if target.path.startswith("/") and not target.netloc and not target.path.startswith(ELSEWHERE):
            yield target.path + (f"?{target.query}" if target.query else "")


def content(response) -> object:
    """What a response says, but for the note of the publication, and whatever the order of triples."""
    if response.mimetype == "text/html":
        return BeautifulSoup(response.data, "html.parser").get_text(" ", strip=True)
    syntax = RdfFormat.from_media_type(response.mimetype)
    if syntax:
        graph = Dataset(parse(response.data, syntax))
        graph.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
        return sorted(str(quad) for quad in graph if "/published" not in str(quad))
    return sorted(line for line in response.get_data(as_text=True).splitlines() if "/published" not in line)


def first_difference(one: str, other: str) -> tuple[str, str]:
    """Where two texts part, with some words before."""
    place = max(0, len(os.path.commonprefix([one, other])) - 60)
    return one[place : place + 160], other[place : place + 160]


@pytest.mark.timeout(900)
def test_every_kind_of_page_says_the_same(here: FlaskClient, there: FlaskClient) -> None:
    waiting = deque(page for page in FIRST_PAGES if page != "/nowhere")
    different: dict[str, tuple[str, str]] = {}
    seen, kinds = set(waiting), {NARROW.sub("N", page) for page in waiting}
    while waiting:
        address = waiting.popleft()
        own, other = (site.get(address, headers={"Accept": "text/html"}) for site in (here, there))
        assert (own.status_code, other.status_code) == (200, 200), address
        assert other.mimetype == own.mimetype
        if other.data != own.data and content(other) != content(own):
            different[address] = first_difference(str(content(own)), str(content(other)))
        if own.mimetype != "text/html":
            continue
        for link in links(address, Anchors(own.text)):
            kind = NARROW.sub("N", link)
            if kind not in kinds and len(seen) < 120:
                kinds.add(kind)
                seen.add(link)
                waiting.append(link)
    assert not different
    assert len(seen) > 100


@pytest.mark.parametrize("call", COMMANDS)
def test_every_command_says_the_same(call: str, address: str, snapshot, monkeypatch) -> None:
    monkeypatch.setenv("CROSSWALK_SNAPSHOTS", str(snapshot.path.parents[1]))
    own = CliRunner().invoke(main, call.split())
    monkeypatch.setenv("CROSSWALK_STORE", address)
    other = CliRunner().invoke(main, call.split())
    assert own.exit_code == other.exit_code == (2 if call in WITHOUT_ANSWER else 0), other.stderr
    assert own.output
    assert sorted(other.stdout.splitlines()) == sorted(own.stdout.splitlines())
    assert other.stderr == own.stderr
