// The query as a program in the reader's language.
import { copy, make } from "./elements.js";
import { givesTriples } from "./queries.js";
import { tabbed } from "./tabs.js";

// A word that ends the text, and does not occur in it.
function fence(text, word, more) {
  let end = word;
  while (text.includes(end)) end += more;
  return end;
}

const python = (text) => `"""\n${text.replaceAll("\\", "\\\\").replaceAll('"""', '\\"\\"\\"')}\n"""`;
const script = (text) => `\`${text.replaceAll("\\", "\\\\").replaceAll("`", "\\`").replaceAll("${", "\\${")}\``;

function curl(query, endpoint) {
  const end = fence(query, "QUERY", "_");
  return `curl --header 'Accept: ${givesTriples(query) ? "text/turtle" : "text/csv"}' --data-urlencode query@- '${endpoint}' <<'${end}'\n${query}\n${end}`;
}

function wrapper(query, endpoint) {
  const rows = `from SPARQLWrapper import JSON, POST, SPARQLWrapper

endpoint = SPARQLWrapper("${endpoint}", returnFormat=JSON)
endpoint.setMethod(POST)
endpoint.setQuery(${python(query)})
for row in endpoint.queryAndConvert()["results"]["bindings"]:
    print({name: term["value"] for name, term in row.items()})`;
  const triples = `from SPARQLWrapper import POST, TURTLE, SPARQLWrapper

endpoint = SPARQLWrapper("${endpoint}", returnFormat=TURTLE)
endpoint.setMethod(POST)
endpoint.setQuery(${python(query)})
print(endpoint.queryAndConvert().decode())`;
  return givesTriples(query) ? triples : rows;
}

function pandas(query, endpoint) {
  return `from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pandas

query = ${python(query)}
request = Request("${endpoint}", urlencode({"query": query}).encode(), {"Accept": "text/csv"})
with urlopen(request) as response:
    rows = pandas.read_csv(response)
print(rows)`;
}

function r(query, endpoint) {
  const dashes = fence(query, "---", "-");
  const read = givesTriples(query) ? "" : " |>\n  (\\(text) read.csv(text = text))()";
  return `library(httr2)

query <- r"${dashes}(${query})${dashes}"
answer <- request("${endpoint}") |>
  req_headers(Accept = "${givesTriples(query) ? "text/turtle" : "text/csv"}") |>
  req_body_form(query = query) |>
  req_perform() |>
  resp_body_string()${read}`;
}

function javascript(query, endpoint) {
  const [type, read] = givesTriples(query)
    ? ["text/turtle", "const turtle = await response.text();"]
    : ["application/sparql-results+json", "const rows = (await response.json()).results.bindings;"];
  return `const response = await fetch("${endpoint}", {
  method: "POST",
  headers: { "Content-Type": "application/sparql-query", Accept: "${type}" },
  body: ${script(query)},
});
${read}`;
}

export function showSnippets(place, query, endpoint) {
  const languages = { curl, "Python (SPARQLWrapper)": wrapper, "Python (pandas)": pandas, R: r, JavaScript: javascript };
  if (givesTriples(query)) delete languages["Python (pandas)"];
  const code = (write) => () => {
    const text = write(query, endpoint);
    return make("div", { class: "code" },
      make("button", { type: "button", class: "copy", onclick: (event) => copy(event.currentTarget, text) }, "Copy"),
      make("pre", { tabindex: "0", role: "region", "aria-label": "Code" }, text));
  };
  const tabs = Object.fromEntries(Object.entries(languages).map(([name, write]) => [name, code(write)]));
  place.querySelectorAll(":scope > :not(summary)").forEach((one) => one.remove());
  place.append(...tabbed("Languages", tabs));
}
