"""Whoever asks gets the representation they asked for, tagged, dressed and never sent twice."""

from __future__ import annotations

import json

import pytest
from flask.testing import FlaskClient

from crosswalk.web.http.headers import PAGE_POLICY

THING = "/id/a/2.0"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "text/html"),
        ("", "text/html"),
        ("*/*", "text/html"),
        (BROWSER, "text/html"),
        ("text/turtle", "text/turtle"),
        ("text/turtle, */*", "text/turtle"),
        ("text/turtle, */*;q=0.1", "text/turtle"),
        ("text/turtle;q=0.5, text/html", "text/html"),
        ("text/html;q=0.5, text/turtle", "text/turtle"),
        ("application/ld+json", "application/ld+json"),
        ("application/json", "application/json"),
        ("application/n-triples", "application/n-triples"),
        ("text/plain", "application/n-triples"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/xml", "application/rdf+xml"),
        ("text/html;q=0, */*", "text/turtle"),
        ("text/*", "text/html"),
        ("text/*;q=0.2, application/rdf+xml;q=0.1", "text/html"),
    ],
)
def test_accept_decides_what_a_thing_looks_like(tiny: FlaskClient, accept: str | None, expected: str) -> None:
    headers = {} if accept is None else {"Accept": accept}
    response = tiny.get(THING, headers=headers)
    assert response.status_code == 200
    assert response.mimetype == expected
    assert {"Accept", "Accept-Encoding"} <= set(response.headers["Vary"].split(", "))


@pytest.mark.parametrize(
    ("suffix", "expected"),
    [
        (".ttl", "text/turtle"),
        (".jsonld", "application/ld+json"),
        (".nt", "application/n-triples"),
        (".rdf", "application/rdf+xml"),
        (".json", "application/json"),
    ],
)
def test_suffix_and_format_go_before_accept(tiny: FlaskClient, suffix: str, expected: str) -> None:
    for address in (THING + suffix, f"{THING}?format={suffix[1:]}"):
        response = tiny.get(address, headers={"Accept": "text/html"})
        assert (response.status_code, response.mimetype) == (200, expected)
        assert b"2.0" in response.data


def test_a_dot_in_an_edition_is_no_suffix(tiny: FlaskClient) -> None:
    assert tiny.get("/id/a/2.0").status_code == 200
    assert tiny.get("/id/a/2.1").status_code == 404


@pytest.mark.parametrize("accept", ["image/png", "application/pdf, image/*", "text/turtle;q=0"])
def test_what_is_not_offered_gets_406_with_the_choice(tiny: FlaskClient, accept: str) -> None:
    response = tiny.get(THING, headers={"Accept": accept})
    assert response.status_code == 406
    assert "text/turtle" in response.get_data(as_text=True)


def test_unknown_format_gets_406(tiny: FlaskClient) -> None:
    assert tiny.get(THING + "?format=docx").status_code == 406


def test_every_format_has_its_own_tag_and_is_not_sent_twice(tiny: FlaskClient) -> None:
    tags = {}
    for name in ("html", "ttl", "jsonld", "nt", "rdf", "json"):
        first = tiny.get(f"{THING}?format={name}")
        tag = first.headers["ETag"]
        assert tag.startswith('"') and tag.endswith('"')
        again = tiny.get(f"{THING}?format={name}", headers={"If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == tag
        assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
        assert again.headers["Vary"] == first.headers["Vary"]
        tags[name] = tag
    assert len(set(tags.values())) == len(tags)


def test_the_same_address_has_one_tag_per_accepted_format(tiny: FlaskClient) -> None:
    page = tiny.get(THING, headers={"Accept": "text/html"}).headers["ETag"]
    turtle = tiny.get(THING, headers={"Accept": "text/turtle", "If-None-Match": page})
    assert turtle.status_code == 200
    assert turtle.headers["ETag"] != page


def test_if_none_match_star_answers_304_only_for_what_exists(tiny: FlaskClient) -> None:
    assert tiny.get(THING, headers={"If-None-Match": "*"}).status_code == 304
    assert tiny.get("/id/a/9.9", headers={"If-None-Match": "*"}).status_code == 404


def test_head_says_what_get_says(tiny: FlaskClient) -> None:
    for address in ("/", THING, THING + ".ttl", "/compare/a/2.0/b/1?format=csv"):
        head, get = tiny.head(address), tiny.get(address)
        assert head.data == b""
        assert head.status_code == get.status_code == 200
        assert dict(head.headers) == dict(get.headers)


def test_alternates_stand_in_the_link_header_and_in_the_page(tiny: FlaskClient) -> None:
    response = tiny.get(THING)
    links = response.headers.getlist("Link")
    assert any('type="text/turtle"' in link and 'rel="alternate"' in link for link in links)
    assert 'rel="alternate" type="text/turtle" href="/id/a/2.0?format=ttl"' in response.get_data(as_text=True)


def test_filters_survive_in_the_alternates(tiny: FlaskClient) -> None:
    text = tiny.get("/compare/a/2.0/b/1?colour=green").get_data(as_text=True)
    assert "/compare/a/2.0/b/1?colour=green&amp;format=csv" in text


ADDRESSES = {
    "page": ("/", 200, {}),
    "data": (THING + ".ttl", 200, {}),
    "unknown": ("/id/nothing", 404, {}),
    "no page": ("/nowhere", 404, {}),
    "refused": (THING, 406, {"Accept": "image/png"}),
    "wrong method": (THING, 405, {}),
    "wrong term": ("/questions/which-editions-are-here?standard=no:such", 400, {}),
}


@pytest.mark.parametrize(("address", "status", "headers"), ADDRESSES.values(), ids=ADDRESSES.keys())
def test_every_answer_is_dressed(
    tiny: FlaskClient, address: str, status: int, headers: dict[str, str]
) -> None:
    response = (tiny.delete if status == 405 else tiny.get)(address, headers=headers)
    assert response.status_code == status
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"]
    policy = response.headers["Content-Security-Policy"]
    for directive in ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert directive in policy
    assert "unsafe" not in policy
    if response.mimetype == "text/html":
        assert policy == PAGE_POLICY
    else:
        assert "sandbox" in policy.split("; "), "data that a browser shows as a page is nobody's origin"
    if status >= 400:
        assert "max-age" not in response.headers["Cache-Control"]
        assert "ETag" not in response.headers
    if status == 405:
        assert "GET" in response.headers["Allow"]


def test_programs_get_problems_and_people_get_pages(tiny: FlaskClient) -> None:
    problem = tiny.get("/id/a/2.0/guideline/11", headers={"Accept": "application/json"})
    assert problem.mimetype == "application/problem+json"
    described = json.loads(problem.data)
    assert described["status"] == 404
    assert "/id/a/2.0/guideline/1" in described["suggestions"]
    page = tiny.get("/id/a/2.0/guideline/11", headers={"Accept": BROWSER})
    assert page.mimetype == "text/html"
    assert 'href="/id/a/2.0/guideline/1"' in page.get_data(as_text=True)


def test_host_headers_are_never_reflected(tiny: FlaskClient) -> None:
    evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    for address in ("/", THING, "/id/nothing", "/compare/a/2.0/b/1", "/favicon.ico", "/robots.txt"):
        response = tiny.get(address, headers=evil)
        assert b"evil.example" not in response.data
        assert "evil.example" not in str(response.headers)


def test_static_files_are_kept_long_because_their_address_changes(tiny: FlaskClient) -> None:
    page = tiny.get("/").get_data(as_text=True)
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    assert "?v=" in address
    response = tiny.get(address)
    assert response.mimetype == "text/css"
    assert "max-age=31536000" in response.headers["Cache-Control"]


def test_no_argument_of_the_address_is_taken_for_one_of_ours(tiny: FlaskClient) -> None:
    for name in ("endpoint", "_external", "values", "_anchor"):
        response = tiny.get(f"/id/a/2.0?{name}=x")
        assert response.status_code == 200
        assert f"</id/a/2.0?{name}=x&format=ttl>" in ",".join(response.headers.getlist("Link"))


def test_a_suffix_does_not_stay_in_the_addresses_of_other_formats(tiny: FlaskClient) -> None:
    assert "</id/a/2.0?format=jsonld>" in ",".join(tiny.get("/id/a/2.0.ttl").headers.getlist("Link"))


@pytest.mark.parametrize("name", ["csv", "json", "md"])
def test_a_table_is_saved_under_a_name_that_tells_its_format(tiny: FlaskClient, name: str) -> None:
    response = tiny.get(f"/compare/a/2.0/b/1?format={name}")
    assert response.headers["Content-Disposition"] == f'inline; filename="a-2.0--b-1.{name}"'
