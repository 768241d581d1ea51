"""Whatever stands in an address or a header, a page answers: no fault of its own, nothing of the host."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import EnvironBuilder, run_wsgi_app

from crosswalk.errors import InputError
from crosswalk.stores.named_queries import read_term
from crosswalk.web.http.addresses import path_within, prefix_of, quote_path, route_of
from crosswalk.web.http.log_lines import LineFormatter, escaped

LONG_NUMBER = "9" * 5000
STEERING = (
    "\x00\x07\x1b[31m\x7f\x85\x9b1m\u2028\u2029\u202e\r\nX-Evil: 1\n[2026-11-28 00:00:00] ERROR all is well"
)
HOSTILE = [
    "", " ", LONG_NUMBER, "-" + LONG_NUMBER, "0" * 5000 + "1", "1." + LONG_NUMBER, "1e309", "nan", "٣", "²",
    "½", "0x10", "1_000", "9999-99-99", "99999-01-01", "2017-01-15\n", "2017-W01-1", STEERING, "\ufeff",
    "\u202ex", "//evil.example/", "/\\evil.example", "https://evil.example/", "http:", "javascript:alert(1)",
    "urn:x", "_:b", "<urn:a>", "<", "<>", "<urn:a> <urn:b>", "<<urn:a>>", "<urn:\\u0000>", "%", "%zz", "%00",
    "\\", "[]", "(1 2)", '"', '"""x', '"x"@' + "a" * 300, '"1"^^xsd:integer', '"1"^^<>', "'''", "true", ":",
    "xw:", "x:y", "a/2.0/", "../../etc/passwd", "..%2f..", "UNDEF", "} DROP ALL {", "?x", "{{7*7}}", "${x}",
    "<script>alert(1)</script>", "'\"><x>", "a" * 8000, "😀" * 500, "\ud800",
    "\ud800".encode("utf-16", "surrogatepass").decode("latin-1"), "&&&=", "#", ";", "a\tb", ".ttl",
    "x.ttl.ttl", ".",
]  # fmt: skip

EXAMPLES = {"left": "a/2.0", "right": "b/1", "address": "a/2.0", "suffix": "ttl", "standard": "a",
            "old": "1", "new": "2.0", "version": "1", "filename": "style.css",
            "name": "which-editions-are-here"}  # fmt: skip
"""A value for each part of an address that varies."""

PARAMETERS = {
    "/path": {"from": "a/2.0/guideline/1", "to": "b/1/D/section/3", "hops": "2", "limit": "3"},
    "/search": {"q": "one", "type": "xw:Guideline", "standard": "a"},
    "/graph": {"focus": "a/2.0", "depth": "1", "also": "b/1", "whole": ""},
    "/graph.json": {"focus": "a/2.0", "depth": "1", "also": "b/1", "whole": ""},
    "/matrix": {"all": ""},
    "/matrix/<edition:left>/<edition:right>": {"all": ""},
    "/gaps/<edition:left>/<edition:right>": {"as-of": "2020-01-01"},
    "/compare/<edition:left>/<edition:right>":
        {"category": "", "colour": "green", "document": "D", "as-of": "2020-01-01", "unfold": ""},
    "/agreement": {"one": "a", "other": "b"},
    "/sparql": {"query": "", "question": ""},
    "/questions/<name>": {"standard": "a"},
}  # fmt: skip
"""The parameters that a page reads beside ``format``, with values that it takes."""


@pytest.fixture(scope="module")
def log() -> Iterator[io.StringIO]:
    """What is logged, as the server writes it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(LineFormatter("[%(asctime)s] %(levelname)s in %(module)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


def address_of(rule: Rule, values: dict[str, str]) -> str:
    """Return an address of a rule; what no value is given for is an example."""
    return re.sub(
        r"<(?:\w+:)?(\w+)>",
        lambda match: quote(values.get(match[1], EXAMPLES[match[1]]), safe="/", errors="surrogatepass"),
        rule.rule,
    )


def requests_of(rule: Rule) -> Iterator[tuple[str, dict[str, str]]]:
    """Return addresses and parameters of a rule, one part or parameter of each hostile."""
    for part in sorted(rule.arguments):
        for value in HOSTILE:
            yield address_of(rule, {part: value}), {}
    plain, valid = address_of(rule, {}), PARAMETERS.get(rule.rule, {})
    for name in ("format", *valid):
        for value in HOSTILE:
            yield plain, valid | {name: value}
    for value in HOSTILE:
        yield plain, {value: "x"}


def rules(site: FlaskClient) -> list[Rule]:
    return [rule for rule in site.application.url_map.iter_rules() if "GET" in rule.methods]


def query_of(parameters: dict[str, str]) -> str:
    pairs = ((quote(part, safe="", errors="surrogatepass") for part in pair) for pair in parameters.items())
    return "&".join("=".join(pair) for pair in pairs)


def assert_unharmed(response, told: object) -> None:
    assert response.status_code < 500, told
    assert not re.search(r"[\r\n\0]", "".join(f"{value}" for _, value in response.headers)), told
    location = response.headers.get("Location", "/")
    assert location.startswith("/") and not location.startswith(("//", "/\\")), told


def test_no_value_of_any_part_of_an_address_is_a_fault_of_the_server(tiny: FlaskClient, log) -> None:
    asked = 0
    for rule in rules(tiny):
        for number, (address, parameters) in enumerate(requests_of(rule)):
            accept = ("text/html", "application/json")[number % 2]
            response = tiny.get(address, query_string=query_of(parameters), headers={"Accept": accept})
            assert_unharmed(response, (address[:100], str(parameters)[:200]))
            asked += 1
    assert asked > 5000
    assert "ERROR" not in log.getvalue()


@pytest.mark.parametrize("value", HOSTILE, ids=[f"{number}" for number in range(len(HOSTILE))])
def test_a_text_is_a_term_or_named_as_none(value: str) -> None:
    try:
        read_term(value)
    except InputError as fault:
        assert fault.hint


@pytest.mark.parametrize("name", ["hops", "limit"])
@pytest.mark.parametrize("value", [LONG_NUMBER, "0" * 5000, "1" + "0" * 400, "+1", "-1", "1.0", "٣", "1\n"])
def test_a_number_out_of_bounds_gets_400(tiny: FlaskClient, name: str, value: str) -> None:
    response = tiny.get("/path", query_string=PARAMETERS["/path"] | {name: value})
    assert response.status_code == 400


HEADERS = {
    "Accept": [f"text/turtle;q={LONG_NUMBER}", LONG_NUMBER, "/", "*", ";q=0", "text/html;q=0"],
    "Accept-Encoding": [f"gzip;q={LONG_NUMBER}", "gzip;q=-1", "gzip;q=nan", ";" * 5000],
    "Accept-Language": [f"en;q={LONG_NUMBER}", "*"],
    "Range": [f"bytes={LONG_NUMBER}-", f"bytes=0-{LONG_NUMBER}", "bytes=-" + LONG_NUMBER, "bytes=5-1",
              "lines=1-2", "bytes=" + "0-1," * 2000],
    "If-Range": [LONG_NUMBER, '"x"', "Sat, 28 Nov 99999 00:00:00 GMT"],
    "If-None-Match": ['"' * 4001, "W/" * 4000, LONG_NUMBER, '"a", ' * 5000, "*, *"],
    "If-Match": ["*", LONG_NUMBER],
    "If-Modified-Since": [LONG_NUMBER, f"Sat, 28 Nov {LONG_NUMBER} 00:00:00 GMT",
                          "Sat, 31 Feb 2026 25:61:61 GMT", "Sat, 28 Nov 2026 00:00:00 +9999"],
    "If-Unmodified-Since": [LONG_NUMBER],
    "Content-Length": ["0", "00000"],
    "Content-Type": ["text/html; charset=" + LONG_NUMBER, "multipart/form-data; boundary=" + "x" * 5000, "/"],
    "Cookie": ["a=b; " * 2000, LONG_NUMBER, "=;=;="],
    "Authorization": ["Basic " + "=" * 5000, "Bearer", "Digest " + 'a="b",' * 500],
    "Max-Forwards": [LONG_NUMBER],
    "Upgrade": ["websocket", "h2c"],
    "X-Forwarded-For": [LONG_NUMBER, ", " * 2000],
    "X-HTTP-Method-Override": ["DELETE"],
    "Cache-Control": [f"max-age={LONG_NUMBER}"],
    "Origin": ["https://evil.example", "null"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in HEADERS.items() for value in values]
)
def test_no_value_of_a_header_is_a_fault_of_the_server(tiny: FlaskClient, name: str, value: str) -> None:
    for address in (
        "/",
        "/id/a/2.0",
        "/id/a/2.0.ttl",
        "/static/style.css",
        "/data/crosswalk.trig",
        "/nowhere",
    ):
        response = tiny.get(address, headers={name: value})
        assert_unharmed(response, address)
        assert "evil.example" not in str(response.headers)


HOSTS = [
    "evil.example", "a..b", ".", "..", "-", "x" * 64 + ".example", "x" * 300, "a." * 200, "", " ", "a b",
    "[::1", "[::1]:99999", "[zz]", "]", "[::ffff:1.2.3.4%25eth0]", "a:99999", "a:" + LONG_NUMBER, "a:-1",
    "a:b", "a:", ":80", "é.example", "ß" * 70, "xn--", "xn--a" * 20, "xn--\xff", "\x7f", "a\tb", "a\x00b",
    "a/b", "a@evil.example", "user:password@evil.example", "//evil.example", "evil.example, localhost",
    "%00", "%", "<script>", "*", "_", "localhost:0x50", "١", "a\u3002b", "evil.example#", "evil.example?",
    "\\\\evil.example",
]  # fmt: skip


@pytest.mark.parametrize("host", HOSTS, ids=[f"{number}" for number in range(len(HOSTS))])
def test_no_host_changes_a_page(tiny: FlaskClient, host: str) -> None:
    addresses = (
        "/",
        "/id/a/2.0",
        "/nowhere",
        "/data",
        "/id//a/2.0",
        "/favicon.ico",
        "/sitemap.xml",
        "/graph.json",
    )
    for address in addresses:
        environ = EnvironBuilder(path=address).get_environ()
        claims = {"HTTP_HOST": host, "HTTP_X_FORWARDED_HOST": host, "HTTP_FORWARDED": f"host={host}",
                  "SERVER_NAME": host, "SERVER_PORT": "99999999"}  # fmt: skip
        plain, claimed = (run_wsgi_app(tiny.application, environ | more) for more in ({}, claims))
        assert claimed[1] == plain[1] and [*claimed[2]] == [*plain[2]], address
        assert b"".join(claimed[0]) == b"".join(plain[0]), address


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [
        ("/data", "/data/"),
        ("/id//a/2.0", "/id/a/2.0"),
        ("/compare//a/2.0/b/1?x=//evil.example", "/compare/a/2.0/b/1?x=//evil.example"),
        ("/snapshot//current", "/snapshot/current"),
        ("/static//style.css", "/static/style.css"),
        ("/graph//x/y", "/graph/x/y"),
    ],
)
def test_doubled_slashes_lead_within_the_site(tiny: FlaskClient, address: str, leads_to: str) -> None:
    response = tiny.get(address, headers={"Host": "evil.example"})
    assert (response.status_code, response.headers["Location"]) == (308, leads_to)


@pytest.mark.parametrize(
    "address",
    ["//evil.example/x", "///evil.example", "//evil.example/%2e%2e", "/\\evil.example", "/%2F/evil.example",
     "/%5Cevil.example", "//evil.example/data", "/.//evil.example", "//evil.example//data//"],
)  # fmt: skip
def test_no_link_of_any_answer_leads_to_a_host_that_the_address_names(
    tiny: FlaskClient, address: str
) -> None:
    response = tiny.get(address, base_url="http://localhost")
    assert_unharmed(response, address)
    places = re.findall(r'(?:href|src|action)="([^"]*)"', response.text) + response.headers.getlist("Link")
    assert [place for place in places if re.match(r"<?[/\\]{2}|<?https?://evil", place)] == []


def test_what_is_logged_of_a_fault_stays_on_its_line(tiny: FlaskClient, monkeypatch, log) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise RuntimeError(f"nobody expected {STEERING}")

    monkeypatch.setattr("crosswalk.web.views.home.render_template", fail)
    monkeypatch.setattr(tiny.application, "testing", False)
    before = len(log.getvalue())
    assert tiny.get("/robots.txt", query_string=query_of({"x": STEERING})).status_code == 500
    told = log.getvalue()[before:]
    assert "nobody expected" in told and "all is well" in told
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e]", told)
    assert [line[:1] for line in told.splitlines() if not line.startswith("    ")] == ["["]


def test_a_character_that_steers_is_written_as_an_escape() -> None:
    assert escaped("é 設計 \t\x1b\x85\u2028\U0001f600") == "é 設計 \\t\\x1b\\x85\\u2028\U0001f600"


@pytest.mark.parametrize(
    ("path", "prefix", "within", "route"),
    [
        ("/sparql", "", "/sparql", "/sparql"),
        ("/sparql/", "", "/sparql/", "/sparql"),
        ("//sparql//", "", "//sparql//", "/sparql"),
        ("/xw/sparql", "/xw", "/sparql", "/sparql"),
        ("/xwing", "/xw", "/xwing", "/xwing"),
        ("/xw", "/xw", "/", "/"),
        ("/xw/xw/", "/xw", "/xw/", "/xw"),
        ("", "/xw", "", "/"),
        ("*", "", "*", "/*"),
    ],
)
def test_a_path_is_read_with_and_without_the_prefix(path: str, prefix: str, within: str, route: str) -> None:
    assert (path_within(path, prefix), route_of(path, prefix)) == (within, route)


def test_the_prefix_is_the_path_of_the_base_that_was_set() -> None:
    bases = ("https://w3id.org/iot-security-crosswalk/", "https://example.org/", "https://example.org/a/b/")
    assert [prefix_of(base) for base in bases] == ["", "", "/a/b"]


def test_a_path_is_quoted_and_names_no_host() -> None:
    assert quote_path("//evil.example/ü?#\\") == "/evil.example/%C3%BC%3F%23%5C"
