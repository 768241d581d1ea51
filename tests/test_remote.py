"""How another server is asked: connections, second attempts, credentials, and the graphs of an address."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from crosswalk.errors import InputError, QueryTimedOut, ResourceLimit, StoreFault
from crosswalk.stores import SPARQL_JSON, QueryDataset
from crosswalk.stores.connections import Deadline
from crosswalk.stores.graph_store import WritableStore
from crosswalk.stores.remote import EndpointRequest, RemoteStore

YES = b'{"head":{},"boolean":true}'


@dataclass
class Reply:
    """One answer of the server; ``hang_up`` closes the connection after it, or before it without a status."""

    status: int = 200
    body: bytes = YES
    headers: dict[str, str] = field(default_factory=dict)
    hang_up: bool = False


class Handler(BaseHTTPRequestHandler):
    """Gives the replies its server has waiting, the last one again and again, and remembers each request."""

    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        self.server.connections += 1

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        form = parse_qs(body.decode() if self.command == "POST" else urlsplit(self.path).query)
        self.server.seen.append((self.command, form, dict(self.headers), body))
        replies = self.server.replies
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        if callable(reply):
            reply = reply(self.command, self.path, self.headers, form)
        self.close_connection = reply.hang_up
        if reply.status == 0:
            return
        self.send_response(reply.status)
        headers = {"Content-Type": SPARQL_JSON, "Content-Length": str(len(reply.body))} | reply.headers
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    do_GET = do_POST = do_PUT = _answer

    def log_message(self, *args: object) -> None:
        return


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler] = Handler) -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.connections, server.seen, server.replies = 0, [], [Reply()]
    server.url = f"http://127.0.0.1:{server.server_port}/sparql"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    with serving() as one:
        yield one


@pytest.fixture
def pauses(monkeypatch) -> list[float]:
    """The pauses between attempts, which a test need not wait for."""
    taken: list[float] = []
    monkeypatch.setattr(time, "sleep", taken.append)
    return taken


# Connections


def test_a_connection_stays_open_for_the_next_query(server) -> None:
    store = RemoteStore(server.url)
    for _ in range(5):
        assert store.query("ASK {}", SPARQL_JSON) == YES
    assert (len(server.seen), server.connections) == (5, 1)


def test_a_connection_closed_meanwhile_is_replaced_without_a_word(server, pauses) -> None:
    store = RemoteStore(server.url)
    server.replies = [Reply(), Reply(status=0, hang_up=True), Reply()]
    assert store.query("ASK {}", SPARQL_JSON) == store.query("ASK {}", SPARQL_JSON) == YES
    assert (server.connections, pauses) == (2, [])


# Second attempts


@pytest.mark.parametrize("status", [429, 502, 503])
def test_a_query_is_asked_again_of_a_busy_server_with_growing_pauses(server, pauses, status: int) -> None:
    server.replies = [Reply(status), Reply(status), Reply(status), Reply()]
    assert RemoteStore(server.url).query("ASK {}", SPARQL_JSON) == YES
    assert len(server.seen) == 4
    assert [low <= pause <= 3 * low for low, pause in zip((0.05, 0.2, 0.8), pauses, strict=True)] == [
        True
    ] * 3


def test_a_query_that_breaks_off_is_asked_again(server, pauses) -> None:
    server.replies = [Reply(headers={"Content-Length": "100"}, hang_up=True), Reply()]
    assert RemoteStore(server.url).query("ASK {}", SPARQL_JSON) == YES
    assert len(pauses) == 1


def test_attempts_end_with_the_time_of_the_query(server, pauses) -> None:
    server.replies = [Reply(503)]
    with pytest.raises(StoreFault, match="HTTP 503"):
        RemoteStore(server.url, timeout=0.3).query("ASK {}", SPARQL_JSON)
    assert all(pause < 0.3 for pause in pauses) and len(server.seen) < 4


@pytest.mark.parametrize("status", [400, 401, 404, 500])
def test_a_refused_query_is_not_asked_again(server, pauses, status: int) -> None:
    server.replies = [Reply(status, headers={"WWW-Authenticate": 'Basic realm="x"'})]
    with pytest.raises(Exception, match=r"HTTP|refuses"):
        RemoteStore(server.url, user="ann", password="secret").query("ASK {}", SPARQL_JSON)
    assert (len(server.seen), pauses) == (1, [])


def test_a_graph_is_sent_again_and_an_update_is_not(server, pauses) -> None:
    writing = WritableStore(server.url, server.url)
    server.replies = [Reply(503), Reply(502), Reply(204, b"")]
    writing.put("urn:g", b"<urn:s> <urn:p> <urn:o> .\n")
    assert (len(server.seen), len(pauses)) == (3, 2)
    server.replies = [Reply(status=0, hang_up=True), Reply(204, b"")]
    with pytest.raises(StoreFault, match="broke off"):
        writing.update("CLEAR DEFAULT")
    assert len(server.seen) == 4
    server.replies = [Reply(503, b"Busy"), Reply(204, b"")]
    with pytest.raises(StoreFault, match="HTTP 503.*Busy"):
        writing.update("CLEAR DEFAULT")
    assert len(server.seen) == 5


# Credentials

CHALLENGE = 'Digest realm="here", nonce="abc", qop="auth", algorithm="MD5", opaque="xyz"'


def digest_only(silent_to_basic: bool):
    """A server that takes Digest and nothing else, and may say nothing to those who try Basic."""

    def answer(method: str, path: str, headers, form) -> Reply:
        given = headers.get("Authorization", "")
        if not given.startswith("Digest "):
            quiet = silent_to_basic and given
            return Reply(401, b"", {} if quiet else {"WWW-Authenticate": CHALLENGE})
        told = dict(re.findall(r'(\w+)="?([^",]+)', given))
        secret = hashlib.md5(b"ann:here:secret").hexdigest()
        request = hashlib.md5(f"{method}:{path}".encode()).hexdigest()
        parts = (secret, "abc", told["nc"], told["cnonce"], "auth", request)
        right = told["response"] == hashlib.md5(":".join(parts).encode()).hexdigest()
        return Reply() if right else Reply(401, b"", {"WWW-Authenticate": CHALLENGE})

    return answer


@pytest.mark.parametrize("silent_to_basic", [False, True])
def test_a_server_that_wants_digest_gets_it(server, silent_to_basic: bool) -> None:
    server.replies = [digest_only(silent_to_basic)]
    store = RemoteStore(server.url, user="ann", password="secret")
    assert store.query("ASK {}", SPARQL_JSON) == YES
    before = len(server.seen)
    assert store.query("ASK { ?s ?p ?o }", SPARQL_JSON) == YES
    assert len(server.seen) == before + 1, "what a server wants is remembered"
    counts = [re.search("nc=([0-9]+)", seen[2].get("Authorization", "")) for seen in server.seen]
    assert [found[1] for found in counts if found] == ["00000001", "00000002"]


def test_a_graph_is_sent_whole_after_the_challenge(server) -> None:
    server.replies = [digest_only(silent_to_basic=True)]
    WritableStore(server.url, server.url, user="ann", password="secret").put("urn:g", b"<urn:s> <urn:p> 1 .")
    assert server.seen[-1][3] == b"<urn:s> <urn:p> 1 ." and server.seen[-1][1]["graph"] == ["urn:g"]


def test_a_wrong_password_ends_after_a_few_requests(server) -> None:
    server.replies = [digest_only(silent_to_basic=True)]
    with pytest.raises(StoreFault, match="other credentials") as fault:
        RemoteStore(server.url, user="ann", password="guess").query("ASK {}", SPARQL_JSON)
    assert len(server.seen) == 3 and "guess" not in str(fault.value)


@pytest.mark.parametrize(("host", "told"), [("127.0.0.1", True), ("localhost", False)])
def test_a_moved_endpoint_is_told_the_credentials_on_the_same_host_only(
    server, host: str, told: bool
) -> None:
    with serving() as other:
        moved = f"http://{host}:{other.server_port}/moved"
        server.replies = [Reply(302, b"", {"Location": moved})]
        store = RemoteStore(server.url, user="ann", password="secret")
        assert store.query("ASK {}", SPARQL_JSON) == YES
    assert ("Authorization" in other.seen[0][2]) is told


def test_no_credentials_go_out_where_a_safe_connection_ends_in_a_plain_one(monkeypatch) -> None:
    seen: list[tuple[str, bool]] = []

    def respond(request: httpx.Request) -> httpx.Response:
        seen.append((request.url.scheme, "Authorization" in request.headers))
        if request.url.scheme == "https":
            return httpx.Response(302, headers={"Location": "http://example.org/sparql"})
        return httpx.Response(200, stream=httpx.ByteStream(YES), headers={"Content-Type": SPARQL_JSON})

    store = RemoteStore("https://example.org/sparql", user="ann", password="secret")
    monkeypatch.setattr(store._client, "_client", httpx.Client(transport=httpx.MockTransport(respond)))
    store.query("ASK {}", SPARQL_JSON)
    assert seen == [("https", True), ("http", False)]


# The graphs of an address

UNION = "https://w3id.org/iot-security-crosswalk/graph/union"
LISTED = (
    '{"head":{"vars":["graph"]},"results":{"bindings":['
    '{"graph":{"type":"uri","value":"https://w3id.org/iot-security-crosswalk/graph/bodies"}},'
    f'{{"graph":{{"type":"uri","value":"{UNION}"}}}},'
    '{"graph":{"type":"uri","value":"urn:of-the-server"}}]}}'
).encode()


def listing(method: str, path: str, headers, form) -> Reply:
    return Reply(body=LISTED if "SELECT DISTINCT ?graph" in form["query"][0] else YES)


def test_the_parameters_of_the_address_go_with_each_query(server) -> None:
    store = RemoteStore(f"{server.url}?default-graph-uri={UNION}&infer=false")
    store.query("ASK {}", SPARQL_JSON)
    form = server.seen[0][1]
    assert (form["default-graph-uri"], form["infer"], form["query"]) == ([UNION], ["false"], ["ASK {}"])


def test_a_chosen_default_graph_brings_the_named_graphs_where_they_are_looked_into(server) -> None:
    server.replies = [listing]
    store = RemoteStore(f"{server.url}?default-graph-uri={UNION}")
    for text in ("ASK { GRAPH ?g { ?s ?p ?o } }", "ASK { graph ?g {} }", "ASK { ?s ?p 'GRAPH' }"):
        store.query(text, SPARQL_JSON)
    asked, first, second, plain = (form for _, form, _, _ in server.seen)
    assert not {"default-graph-uri", "named-graph-uri"} & asked.keys()
    assert first["named-graph-uri"] == second["named-graph-uri"] == [UNION.replace("union", "bodies")]
    assert "named-graph-uri" not in plain


def test_a_query_with_graphs_of_its_own_keeps_them(server) -> None:
    chosen = QueryDataset(("urn:a",), ("urn:b",))
    RemoteStore(f"{server.url}?default-graph-uri={UNION}").query(
        "ASK { GRAPH ?g {} }", SPARQL_JSON, dataset=chosen
    )
    assert [form["default-graph-uri"] for _, form, _, _ in server.seen] == [["urn:a"]]


@pytest.mark.parametrize("reply", [Reply(206), Reply(headers={"X-SPARQL-MaxRows": "10000"})])
def test_an_answer_cut_short_is_no_answer(server, reply: Reply) -> None:
    server.replies = [reply]
    with pytest.raises(ResourceLimit, match="only a part"):
        RemoteStore(server.url).query("ASK {}", SPARQL_JSON)


def test_a_hundred_headers_are_not_too_many(server) -> None:
    server.replies = [Reply(headers={f"X-Graph-{number}": "urn:g" for number in range(300)})]
    assert RemoteStore(server.url).query("ASK {}", SPARQL_JSON) == YES


# One deadline, proxies, redirects


class Dripping(BaseHTTPRequestHandler):
    """Answers each step a little later: the status, then the body in pieces."""

    def do_GET(self) -> None:
        time.sleep(0.3)
        self.send_response(200)
        self.send_header("Content-Type", SPARQL_JSON)
        self.end_headers()
        try:
            for _ in range(20):
                self.wfile.write(b" " * 10)
                time.sleep(0.3)
        except ConnectionError:
            return

    def log_message(self, *args: object) -> None:
        return


def test_one_deadline_holds_for_all_steps_together() -> None:
    with serving(Dripping) as server:
        began = time.monotonic()
        with pytest.raises(QueryTimedOut, match="within 0.8 seconds"):
            RemoteStore(server.url, timeout=0.8).query("ASK {}", SPARQL_JSON)
        assert time.monotonic() - began < 1.6


def test_what_is_left_of_a_deadline_is_asked_for_at_each_step() -> None:
    deadline = Deadline(5)
    first = deadline.get("connect")
    time.sleep(0.01)
    assert 4 < deadline.get("read") < first <= 5 and Deadline(-1).get("read") > 0


@pytest.mark.parametrize("method", [301, 302, 303, 307, 308])
def test_an_endpoint_that_has_moved_is_followed(server, method: int) -> None:
    with serving() as other:
        server.replies = [Reply(method, b"", {"Location": other.url + "?query=ASK%7B%7D"})]
        assert RemoteStore(server.url).query("ASK {}", SPARQL_JSON) == YES
        assert [seen[:2] for seen in other.seen] == [("GET", {"query": ["ASK{}"]})]


def test_a_posted_query_arrives_whole_where_the_endpoint_has_moved(server) -> None:
    long = "ASK {} #" + "x" * 2000
    with serving() as other:
        server.replies = [Reply(307, b"", {"Location": other.url})]
        assert RemoteStore(server.url).query(long, SPARQL_JSON) == YES
        assert [seen[:2] for seen in other.seen] == [("POST", {"query": ["ASK {} " + " " * 2001]})]


def test_a_circle_of_redirections_ends(server) -> None:
    server.replies = [Reply(302, b"", {"Location": server.url})]
    with pytest.raises(StoreFault, match="circle"):
        RemoteStore(server.url).query("ASK {}", SPARQL_JSON)
    assert len(server.seen) == 10


def test_what_is_written_goes_to_no_other_address(server, pauses) -> None:
    with serving() as other:
        server.replies = [Reply(307, b"", {"Location": other.url})]
        with pytest.raises(StoreFault, match="HTTP 307"):
            WritableStore(server.url, server.url).update("CLEAR DEFAULT")
        assert other.seen == []


def test_proxies_are_those_of_the_environment(server, monkeypatch) -> None:
    monkeypatch.setenv("http_proxy", server.url.removesuffix("/sparql"))
    monkeypatch.setenv("no_proxy", "127.0.0.2")
    store = RemoteStore("http://endpoint.invalid/sparql", user="ann", password="secret")
    assert store.query("ASK {}", SPARQL_JSON) == YES
    assert server.seen[0][2]["Host"] == "endpoint.invalid" and server.seen[0][1]["query"] == ["ASK {}"]
    with pytest.raises(StoreFault, match="cannot be reached"):
        RemoteStore("http://127.0.0.2:9/sparql", timeout=0.3).query("ASK {}", SPARQL_JSON)


def test_a_host_nobody_knows_is_not_asked_for_again(pauses) -> None:
    with pytest.raises(StoreFault, match=r"http://nowhere\.invalid/sparql cannot be reached"):
        RemoteStore("http://nowhere.invalid/sparql").query("ASK {}", SPARQL_JSON)
    assert pauses == []


def test_an_address_that_is_none_is_told() -> None:
    with pytest.raises(InputError, match="is no web address"):
        RemoteStore("http://[::1/sparql")


def test_the_beginning_of_a_long_error_is_told(server) -> None:
    server.replies = [Reply(500, b"<b>Boom</b> " + b"x" * 300_000)]
    with pytest.raises(StoreFault, match="HTTP 500.: Boom x"):
        RemoteStore(server.url).query("ASK {}", SPARQL_JSON)


# What the client is made of


def test_sparqlwrapper_builds_requests() -> None:
    """If this fails, find what replaces SPARQLWrapper._createRequest: EndpointRequest.build calls it."""
    request = EndpointRequest(
        "http://h/s", "ASK {}", SPARQL_JSON, [("a", "b")], QueryDataset(("urn:g",))
    ).build()
    assert (request.method, request.url.path, request.content) == ("GET", "/s", b"")
    sent = dict(request.url.params)
    assert (sent["query"], sent["a"], sent["default-graph-uri"]) == ("ASK {}", "b", "urn:g")
    assert request.headers["Accept"] == SPARQL_JSON and "SPARQLWrapper" in str(EndpointRequest.__mro__)
    long = EndpointRequest("http://h/s", "ASK {} #" + "x" * 2000, SPARQL_JSON, [], QueryDataset()).build()
    assert long.method == "POST" and long.content.startswith(b"query=ASK")


@pytest.mark.parametrize(
    "code",
    [
        "import crosswalk.web.server, crosswalk.web.app",
        "from crosswalk.cli.program import main; main(['query', '-e', 'ASK {}'], standalone_mode=False)",
    ],
)
def test_nothing_but_another_store_imports_the_client(code: str, snapshot) -> None:
    check = f"import sys\n{code}\nassert not {{'httpx', 'SPARQLWrapper'}} & set(sys.modules)"
    environment = os.environ | {"CROSSWALK_SNAPSHOTS": str(snapshot.path.parents[1])}
    subprocess.run([sys.executable, "-c", check], check=True, env=environment, capture_output=True)
