"""The store behind a SPARQL 1.1 endpoint: SPARQLWrapper builds the requests, the HTTP client sends them."""

from __future__ import annotations

import re
import time
from codecs import BOM_UTF8
from collections.abc import Iterator
from email.message import Message
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import httpx
import pyoxigraph
from SPARQLWrapper import GET, JSON, POST, SELECT, TURTLE, SPARQLWrapper

from crosswalk.errors import (
    CrosswalkError,
    InputError,
    QueryRefused,
    QuerySyntaxError,
    QueryTimedOut,
    ResourceLimit,
    StoreFault,
    Unacceptable,
)
from crosswalk.iris import GRAPH
from crosswalk.sparql_tokens import query_form
from crosswalk.stores import SPARQL_JSON, QueryDataset
from crosswalk.stores.answer_syntax import check_answer
from crosswalk.stores.connections import Deadline, shown
from crosswalk.stores.http_client import Client, first_words, persist, read_body, read_error, status_fault
from crosswalk.stores.named_queries import load
from crosswalk.stores.refusals import DEPTH, LENGTH, admit
from crosswalk.stores.results import read_answer
from crosswalk.stores.rewriting import Rewriting, rewrite
from crosswalk.stores.syntax_errors import syntax_error

_CHOOSING = ("default-graph-uri", "named-graph-uri")
_GRAPHS_KNOWN_FOR = 60.0
"""The seconds after which a server is asked for its graphs again: another snapshot may be there."""
_LONG = 1500
"""Beyond this many characters a query is posted, since addresses have a limit everywhere."""
_LATE = re.compile(r"tim(?:ed?[ -]?)?out|too long|exceeds? the limit of \d+ .*sec", re.IGNORECASE)
_CUT_SHORT = ("X-SPARQL-MaxRows",)
"""The headers a server sends with an answer it has cut short."""
_CHARSETS = ("", "utf-8", "utf8", "us-ascii", "ascii")
_PUBLIC = {
    QueryTimedOut: ("the store behind this site gave no answer in time", "Ask for less, or later."),
    ResourceLimit: ("the answer is larger than may be sent", "Ask for less, with LIMIT for instance."),
    QueryRefused: ("the store behind this site does not answer this query", None),
    Unacceptable: ("the store behind this site has no answer in that form", "Ask for another form."),
    StoreFault: ("the store behind this site failed", "Ask again later."),
    InputError: ("the store behind this site cannot be asked", None),
}
"""What those who use a site are told of a fault: neither the store's address nor what it says."""


class EndpointRequest(SPARQLWrapper):
    """A query in the form that the SPARQL protocol gives it."""

    def __init__(
        self, url: str, text: str, media_type: str, parameters: list[tuple[str, str]], dataset: QueryDataset
    ) -> None:
        super().__init__(url)
        form = query_form(text)
        self.setReturnFormat(TURTLE if form in ("CONSTRUCT", "DESCRIBE") else JSON)
        self.setOnlyConneg(True)
        self.addCustomHttpHeader("Accept", media_type)
        self.setQuery(text)
        # SPARQLWrapper takes a word in a comment for the form, and an update for what begins with "add".
        self.queryType = form or SELECT
        for name, value in parameters:
            self.addParameter(name, value)
        for graph in dataset.default_graphs:
            self.addDefaultGraph(graph)
        for graph in dataset.named_graphs:
            self.addNamedGraph(graph)
        long = len(text) + sum(len(value) for _, value in parameters) > _LONG
        self.setMethod(POST if long else GET)

    def build(self) -> httpx.Request:
        """Return the request; ``query`` of SPARQLWrapper would send it, by urllib."""
        # The one private part of SPARQLWrapper that is used; see test_sparqlwrapper_builds_requests.
        built = self._createRequest()
        headers = dict(built.header_items()) | {"Accept-Encoding": "identity"}
        return httpx.Request(built.get_method(), built.full_url, headers=headers, content=built.data)


class RemoteStore:
    """Answers from an endpoint; its credentials go nowhere but into requests to its host."""

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 10.0,
        result_bytes: int | None = None,
        user: str | None = None,
        password: str | None = None,
        depth: int = DEPTH,
        length: int = LENGTH,
    ) -> None:
        self._client = Client(url, user, password)
        self._limits = depth, length
        parts = urlsplit(url)
        self.url, self.shown = urlunsplit((*parts[:3], "", "")), shown(url)
        self.timeout, self.result_bytes = timeout, result_bytes
        self._parameters = parse_qsl(parts.query)
        self._named_graphs: tuple[str, ...] = ()
        self._named_graphs_until = 0.0

    def __repr__(self) -> str:
        return f"RemoteStore({self.shown!r})"

    def query(
        self, text: str, media_type: str, *, dataset: QueryDataset | None = None, base: str = ""
    ) -> bytes:
        """Return the endpoint's answer as it came, once it is certain that it is one; see Store.

        The endpoint is sent the text as it is written anew, whoever asks: nothing may confine its engine.
        Raises QueryTimedOut where no answer comes in time. What a fault tells of the endpoint is concealed
        from all but the operator.
        """
        written = admit(text, *self._limits, base)
        deadline = Deadline(self.timeout)
        try:
            parameters = list(self._chosen_parameters(written, dataset, deadline))
            return self._ask(written, media_type, parameters, dataset or QueryDataset(), deadline)
        except QuerySyntaxError:
            raise
        except CrosswalkError as fault:
            fault.conceal(*next(told for kind, told in _PUBLIC.items() if isinstance(fault, kind)))
            raise

    def _chosen_parameters(
        self, query: Rewriting, dataset: QueryDataset | None, deadline: Deadline
    ) -> Iterator[tuple[str, str]]:
        """Yield the parameters of the address; a query's own choice of graphs takes the place of theirs.

        A choice of the default graph alone hides the named graphs, says the SPARQL protocol, so that those of
        the snapshot are chosen with it where a query looks into them.
        """
        kept = [pair for pair in self._parameters if not (dataset and pair[0] in _CHOOSING)]
        yield from kept
        default = {value for name, value in kept if name == "default-graph-uri"}
        if default and "named-graph-uri" not in dict(kept) and "GRAPH" in query.words:
            graphs = self._graphs(deadline)
            yield from (("named-graph-uri", graph) for graph in graphs if graph not in default)

    def _graphs(self, deadline: Deadline) -> tuple[str, ...]:
        """Return the named graphs of the snapshot that the server holds."""
        if time.monotonic() > self._named_graphs_until:
            query = rewrite(load("publishing/graphs").text)
            answer = read_answer(self._ask(query, SPARQL_JSON, [], QueryDataset(), deadline))
            names = [row["graph"].value for row in answer if row["graph"]]
            self._named_graphs = tuple(name for name in names if name.startswith(GRAPH))
            self._named_graphs_until = time.monotonic() + _GRAPHS_KNOWN_FOR
        return self._named_graphs

    def _ask(
        self,
        query: Rewriting,
        media_type: str,
        parameters: list[tuple[str, str]],
        dataset: QueryDataset,
        deadline: Deadline,
    ) -> bytes:
        request = EndpointRequest(self.url, query.with_base(), media_type, parameters, dataset)

        def attempt() -> bytes:
            with self._client.send(request.build(), deadline) as response:
                if response.status_code >= 400:
                    raise self._fault(response.status_code, read_error(response), query)
                self._check(response, media_type)
                return read_body(response, self.result_bytes)

        try:
            body = persist(attempt, deadline).removeprefix(BOM_UTF8)
        except QueryTimedOut as fault:
            fault.hint = fault.hint or "Ask for less, or raise CROSSWALK_QUERY_TIMEOUT."
            raise
        check_answer(body, media_type, query.text)
        return body

    def _fault(self, status: int, body: str, query: Rewriting) -> StoreFault | InputError:
        """Return the fault for a status; what is wrong with a query is found by parsing it here."""
        if status == 400:
            report = _parse(query.text, query.base)
            if report is not None:
                return syntax_error(query.original, report, query.text, query.origin)
            return QueryRefused(f"{self.shown} refuses the query: {first_words(body)}")
        if status in (413, 414, 431):
            return QueryRefused(f"{self.shown} takes no query that is so long (HTTP {status})")
        if status == 406:
            return Unacceptable(f"{self.shown} does not answer in the form that is asked for (HTTP 406)")
        if status in (408, 504) or (status in (500, 503) and _LATE.search(first_words(body))):
            hint = "Ask for less, or let the server give a query more time."
            return QueryTimedOut(f"{self.shown} gave no answer within the time it allows", hint=hint)
        if status == 404:
            return StoreFault(f"{self.shown} does not exist (HTTP 404)", hint="Is the address right?")
        return status_fault(status, body, self.shown)

    def _check(self, response: httpx.Response, wanted: str) -> None:
        """Raise ResourceLimit for a part of the rows, and StoreFault for what nobody asked for."""
        if response.status_code == 206 or any(name in response.headers for name in _CUT_SHORT):
            hint = "Ask for less, with LIMIT for instance, or let the server give more."
            raise ResourceLimit(f"{self.shown} gives only a part of the answer", hint=hint)
        if response.status_code != 200:
            raise StoreFault(f"{self.shown} gives no answer (HTTP {response.status_code})")
        header = Message()
        header["Content-Type"] = response.headers.get("Content-Type", "text/plain")
        given, charset = header.get_content_type(), header.get_content_charset("")
        family = next((name for name in ("json", "xml") if wanted.endswith(f"+{name}")), None)
        plain = wanted in ("application/n-triples", "text/tab-separated-values")
        accepted = {wanted, f"application/{family}", "text/plain" if plain else wanted}
        if given not in accepted and "*" not in wanted:
            hint = "Is this the address of a SPARQL endpoint, and not of its page?"
            raise StoreFault(f"{self.shown} answers {given} where {wanted} was asked for", hint=hint)
        if charset not in _CHARSETS:
            raise StoreFault(f"{self.shown} answers in {charset}, and not in UTF-8")


def _parse(text: str, base: str = "") -> str | None:
    """Return what the engine's parser reports on a query; None where it finds no mistake.

    Contradictory arguments end the call after the query is read and before it is evaluated: a query may run
    for hours over an empty store, too, or ask other servers. ``test_a_query_is_parsed_and_not_evaluated``
    fails when the engine looks at them first.
    """
    try:
        pyoxigraph.Store().query(
            text,
            base_iri=base or None,
            use_default_graph_as_union=True,
            default_graph=pyoxigraph.DefaultGraph(),
        )
    except SyntaxError as fault:
        return str(fault)
    except ValueError:
        return None
    raise AssertionError("the arguments contradict each other")
