// The query as a program in the reader's language.
import { make } from "./elements.js";

const QUOTE = { python: (text) => `"""${text.replaceAll("\\", "\\\\").replaceAll('"""', '\\"\\"\\"')}"""` };

const LANGUAGES = {
  curl: (query, endpoint) =>
    `curl -H 'Accept: text/csv' --data-urlencode query@- '${endpoint}' <<'QUERY'\n${query}\nQUERY`,
  "Python (SPARQLWrapper)": (query, endpoint) =>
    `from SPARQLWrapper import JSON, SPARQLWrapper

endpoint = SPARQLWrapper("${endpoint}", returnFormat=JSON)
endpoint.setQuery(${QUOTE.python(query)})
for row in endpoint.queryAndConvert()["results"]["bindings"]:
    print({name: term["value"] for name, term in row.items()})`,
  "Python (pandas)": (query, endpoint) =>
    `from urllib.parse import urlencode

import pandas

query = ${QUOTE.python(query)}
rows = pandas.read_csv("${endpoint}?" + urlencode({"query": query, "format": "csv"}))`,
  R: (query, endpoint) =>
    `library(httr2)
query <- r"---(${query})---"
rows <- request("${endpoint}") |>
  req_headers(Accept = "text/csv") |>
  req_body_form(query = query) |>
  req_perform() |>
  resp_body_string() |>
  (\\(text) read.csv(text = text))()`,
  JavaScript: (query, endpoint) =>
    `const response = await fetch("${endpoint}", {
  method: "POST",
  headers: { "Content-Type": "application/sparql-query", Accept: "application/sparql-results+json" },
  body: ${"`"}${query.replaceAll("\\", "\\\\").replaceAll("`", "\\`").replaceAll("${", "\\${")}${"`"},
});
const rows = (await response.json()).results.bindings;`,
};

export function showSnippets(place, query, endpoint) {
  place.querySelectorAll("section").forEach((one) => one.remove());
  for (const [language, write] of Object.entries(LANGUAGES)) {
    const code = write(query, endpoint);
    const copy = make("button", { type: "button", onclick: () => navigator.clipboard?.writeText(code) }, "Copy");
    place.append(make("section", {}, make("h3", {}, language), copy, make("pre", { tabindex: "0" }, code)));
  }
}
