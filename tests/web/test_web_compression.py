"""Answers are compressed for who can read that, each form has its tag, and small ones stay as they are."""

from __future__ import annotations

import gzip
import json

import pytest
from flask.testing import FlaskClient

from crosswalk.exchange.rdf_writing import make_context

GZIP = {"Accept-Encoding": "gzip, br"}
STYLE = "/static/style.css"
TABLE = "/compare/a/2.0/b/1?format=json"
ADDRESSES = ("/standards", TABLE, "/context.jsonld", "/ontology", STYLE, "/nowhere")


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_compressed_form_is_the_same_and_smaller(tiny: FlaskClient, address: str) -> None:
    plain, squeezed = tiny.get(address), tiny.get(address, headers=GZIP)
    assert "Content-Encoding" not in plain.headers
    assert squeezed.headers["Content-Encoding"] == "gzip"
    assert squeezed.status_code == plain.status_code
    assert gzip.decompress(squeezed.data) == plain.data
    assert int(squeezed.headers["Content-Length"]) == len(squeezed.data) < len(plain.data)
    for response in (plain, squeezed):
        assert "Accept-Encoding" in response.headers["Vary"]


@pytest.mark.parametrize("address", ADDRESSES[:-1])
def test_each_form_has_its_tag_and_neither_is_sent_twice(tiny: FlaskClient, address: str) -> None:
    plain, squeezed = tiny.get(address).headers["ETag"], tiny.get(address, headers=GZIP).headers["ETag"]
    assert squeezed == plain[:-1] + '-gzip"'
    for tag, headers in ((plain, {}), (squeezed, GZIP)):
        again = tiny.get(address, headers={"If-None-Match": tag, **headers})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == tag
        assert "Content-Encoding" not in again.headers
        assert "Accept-Encoding" in again.headers["Vary"]
    assert tiny.get(address, headers={"If-None-Match": '"else-gzip"', **GZIP}).status_code == 200


@pytest.mark.parametrize("address", ADDRESSES)
def test_head_says_what_get_says_of_the_compressed_form(tiny: FlaskClient, address: str) -> None:
    head, get = tiny.head(address, headers=GZIP), tiny.get(address, headers=GZIP)
    assert head.data == b""
    # The date of a response is that of its second.
    assert {**dict(head.headers), "Date": ""} == {**dict(get.headers), "Date": ""}


@pytest.mark.parametrize("wish", ["gzip;q=0", "br", "identity", ""])
def test_who_does_not_take_gzip_gets_none(tiny: FlaskClient, wish: str) -> None:
    response = tiny.get("/standards", headers={"Accept-Encoding": wish})
    assert "Content-Encoding" not in response.headers and response.data.startswith(b"<!doctype")


def test_a_small_answer_stays_as_it_is(tiny: FlaskClient) -> None:
    response = tiny.get("/health", headers=GZIP)
    assert "Content-Encoding" not in response.headers and json.loads(response.data)["status"] == "ok"


def test_a_part_of_a_static_file_stays_as_it_is(tiny: FlaskClient) -> None:
    response = tiny.get(STYLE, headers={"Range": "bytes=0-1999", **GZIP})
    assert response.status_code == 206 and "Content-Encoding" not in response.headers
    assert response.data == tiny.get(STYLE).data[:2000]


def test_the_context_is_served_for_every_site_and_linked(tiny: FlaskClient) -> None:
    response = tiny.get("/context.jsonld", headers={"Accept": "application/ld+json, application/json"})
    assert response.mimetype == "application/ld+json"
    assert json.loads(response.data) == make_context()
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert b'href="/context.jsonld"' in tiny.get("/ontology").data
