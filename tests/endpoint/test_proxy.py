"""Behind a real proxy, below a path of its host: every address that the site gives leads back into it."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections import Counter, deque
from collections.abc import Iterator
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, urljoin, urlsplit
from xml.etree.ElementTree import fromstring

import pytest

from crosswalk.graph.snapshot import Snapshot

NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
PREFIX = "/xw"
MOST_OF_A_KIND = 4
"""How many addresses that differ in names alone are followed; all of them where the run is long."""

CONFIGURATION = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/errors.log warn;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{taking};
        location {prefix}/ {{ proxy_pass http://127.0.0.1:{port}/; }}
        location / {{ return 410; }}
    }}
    server {{
        listen 127.0.0.1:{leaving};
        location {prefix}/ {{ proxy_pass http://127.0.0.1:{port}; }}
        location / {{ return 410; }}
    }}
}}
"""
"""One server that takes the path off before it passes a request on, and one that leaves it on."""

pytestmark = pytest.mark.skipif(not Path(NGINX).exists(), reason="nginx is not installed")


class Proxied(NamedTuple):
    """The ports at which nginx takes the path off, and leaves it on, and the server behind both."""

    taking: int
    leaving: int
    site: Any


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def proxied(start, snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxied]:
    """The real graph behind nginx."""
    folder = tmp_path_factory.mktemp("nginx")
    taking, leaving = free_port(), free_port()
    base = f"http://127.0.0.1:{taking}{PREFIX}/"
    with start(base_iri=base, snapshots=str(snapshot.path.parents[1]), access_log="no") as site:
        text = CONFIGURATION.format(
            folder=folder, taking=taking, leaving=leaving, port=site.port, prefix=PREFIX
        )
        (folder / "nginx.conf").write_text(text, encoding="utf-8")
        command = [
            NGINX,
            "-p",
            str(folder),
            "-c",
            str(folder / "nginx.conf"),
            "-e",
            str(folder / "first.log"),
        ]
        process = subprocess.Popen(command)
        try:
            wait_for(taking)
            yield Proxied(taking, leaving, site)
        finally:
            process.terminate()
            process.wait(10)


def wait_for(port: int) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("nginx does not listen")


BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


class Links(HTMLParser):
    """Every address that a page leads to, loads or sends a form to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attributes if name in ("href", "src", "action")]


class Crawler:
    """Follows addresses through the proxy, over one connection, and notes what leads out of the site."""

    def __init__(self, port: int, most: float) -> None:
        self.port, self.most = port, most
        self.base = f"http://127.0.0.1:{port}{PREFIX}/"
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self.seen: dict[str, str] = {}
        self.waiting: deque[str] = deque()
        self.kinds: Counter[str] = Counter()
        self.outside: set[tuple[str, str]] = set()

    def get(self, address: str, accept: str = BROWSER) -> tuple[HTTPResponse, bytes]:
        self.connection.request("GET", address, headers={"Accept": accept})
        response = self.connection.getresponse()
        return response, response.read()

    def note(self, link: str, page: str) -> None:
        """Queue an address that stands on a page; one of this host that is not below the path is a fault."""
        target = urlsplit(urljoin(f"http://127.0.0.1:{self.port}{page}", link))
        if target.scheme not in ("http", "https") or target.netloc != f"127.0.0.1:{self.port}":
            return
        address = target.path + (f"?{target.query}" if target.query else "")
        if not address.startswith(PREFIX + "/"):
            self.outside.add((page, link))
        parameters = dict(parse_qsl(target.query))
        first, *others = target.path.removeprefix(PREFIX).strip("/").split("/")
        kind = f"{first} {len(others)} {sorted(parameters)} {parameters.get('format')}"
        if address not in self.seen and self.kinds[kind] < self.most:
            self.kinds[kind] += 1
            self.seen[address] = page
            self.waiting.append(address)

    def follow(self, *addresses: str) -> dict[str, int]:
        """Follow everything from these addresses on; return what is broken, with its status."""
        broken: dict[str, int] = {}
        for address in addresses:
            self.note(address, "/")
        while self.waiting:
            address = self.waiting.popleft()
            response, body = self.get(address)
            if response.status not in (200, 303, 308):
                broken[f"{address} on {self.seen[address]}"] = response.status
            for link in links_of(response, body):
                self.note(link, address)
        return broken


def links_of(response: HTTPResponse, body: bytes) -> list[str]:
    """Return the addresses in the headers and the body of a response."""
    links = re.findall(r"<([^>]*)>", ", ".join(response.headers.get_all("Link", [])))
    links += response.headers.get_all("Location", [])
    kind = response.headers.get_content_type()
    text = body.decode() if kind.startswith("text/") or kind.endswith(("json", "xml")) else ""
    if kind == "text/html":
        links += Links(text).found
    elif kind == "application/xml" and "<urlset" in text:
        links += [place.text or "" for place in fromstring(text).iter() if place.tag.endswith("loc")]
    elif kind == "text/plain":
        links += re.findall(r"(?m)^(?:Disallow|Sitemap): (\S+)", text)
    elif kind == "text/javascript":
        links += re.findall(r'(?:from|import)\s*\(?"(\.[^"]+)"', text)
    elif kind == "application/json" and isinstance(found := json.loads(text), dict):
        links += [node["address"] for node in found.get("nodes", ())] + list(found.get("suggestions", ()))
    return links


@pytest.fixture(scope="module")
def crawler(proxied: Proxied) -> Crawler:
    return Crawler(proxied.taking, float("inf") if os.environ.get("CROSSWALK_STRESS") else MOST_OF_A_KIND)


def test_every_link_of_the_site_leads_back_into_it(crawler: Crawler) -> None:
    first = (f"{PREFIX}/{path}" for path in ("", "sitemap.xml", "robots.txt", "favicon.ico", "graph.json",
             "data", "snapshot/current", ".well-known/void"))  # fmt: skip
    broken = crawler.follow(*first)
    assert crawler.outside == set()
    assert broken == {}
    assert len(crawler.seen) > 250
    kinds = {address.split("/")[2].partition("?")[0] for address in crawler.seen}
    assert {"", "id", "compare", "sparql", "static", "questions", "graph.json", "data", "search"} <= kinds


UNKNOWN = ("/id/ipa/2.0/guideline/99", "/standard", "/questions/which-edition-are-here", "/compare/x/1/y/2",
           "/lineage/ipb", "/snapshot/9", "/ontology/9")  # fmt: skip


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_what_is_not_there_suggests_what_is(crawler: Crawler, accept: str) -> None:
    for address in UNKNOWN:
        response, body = crawler.get(PREFIX + address, accept)
        assert response.status == 404
        text = body.decode()
        links = Links(text).found if accept == "text/html" else json.loads(text)["suggestions"]
        own = [link for link in links if link.startswith("/")]
        assert own and [link for link in own if not link.startswith(PREFIX + "/")] == []


def test_descriptions_name_the_addresses_that_clients_can_reach(crawler: Crawler) -> None:
    for address in ("/sparql", "/.well-known/void"):
        response, body = crawler.get(PREFIX + address, "application/n-triples")
        named = set(re.findall(rf"http://127\.0\.0\.1:{crawler.port}/[^>\s]*", body.decode()))
        assert f"{crawler.base}sparql" in named and response.status == 200
        assert {each for each in named if not each.startswith(crawler.base)} == set()
    _, body = crawler.get(PREFIX + "/")
    described = json.loads(
        re.search(r'(?s)<script type="application/ld\+json">(.*?)</script>', body.decode())[1]
    )
    for file in described["distribution"]:
        assert file["contentUrl"].startswith(crawler.base)
        assert crawler.get(urlsplit(file["contentUrl"]).path)[0].status == 200


def test_a_query_is_answered_through_the_proxy(crawler: Crawler, proxied: Proxied) -> None:
    path = f"{PREFIX}/sparql?query=" + quote("ASK { ?s ?p ?o }")
    for accept in ("*/*", "text/html, application/sparql-results+json;q=0.5"):
        response, body = crawler.get(path, accept)
        assert json.loads(body)["boolean"] is True
    response, body = crawler.get(path, "text/html")
    assert response.status == 200 and f'action="{PREFIX}/sparql"' in body.decode()


def test_a_proxy_may_leave_the_path_on(crawler: Crawler, proxied: Proxied) -> None:
    other = Crawler(proxied.leaving, 1)
    for address in ("/", "/standards", "/id/ipa/2.0/guideline/9.ttl", "/static/style.css", "/sparql",
                    "/data/", "/sitemap.xml", "/nowhere"):  # fmt: skip
        (taken, one), (left, another) = crawler.get(PREFIX + address), other.get(PREFIX + address)
        assert (taken.status, one) == (left.status, another), address
    assert other.get(PREFIX + "/data")[0].headers["Location"] == PREFIX + "/data/"
    assert other.get(PREFIX + "/id//ipa")[0].headers["Location"] == PREFIX + "/id/ipa"


def test_no_header_of_the_request_moves_the_site(crawler: Crawler) -> None:
    claims = {"X-Forwarded-Prefix": "/evil", "X-Script-Name": "/evil", "X-Forwarded-Host": "evil.example",
              "X-Forwarded-Proto": "evil", "X-Original-URL": "/evil", "X-Rewrite-URL": "/evil",
              "Forwarded": "host=evil.example;proto=evil", "Script-Name": "/evil"}  # fmt: skip
    for address in ("/", "/data", "/id//ipa", "/sparql", "/nowhere"):
        crawler.connection.request("GET", PREFIX + address, headers=claims)
        response = crawler.connection.getresponse()
        assert b"evil" not in response.read() and "evil" not in str(response.headers)
