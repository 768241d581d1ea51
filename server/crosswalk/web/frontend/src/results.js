// What the endpoint answered, as a table, a chart, a drawing or as it came.
import { chartOf, drawChart, isNumber } from "./chart.js";
import { copy, make } from "./elements.js";
import { labelsOf, shorten } from "./labels.js";
import { TRIPLES, limit, put } from "./queries.js";
import { tabbed } from "./tabs.js";

const SHOWN = 1000; // rows in the table; the downloads hold them all
const DRAWN = 400; // links in the drawing

const many = (count, what) => `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;

export function showWaiting(place) {
  place.replaceChildren(make("p", { role: "status", class: "summary" }, "The query is running …"));
}

export function showFault(place, { title, detail, hint, line, column }) {
  const where = line ? `Line ${line}, column ${column ?? 1}: ` : "";
  place.replaceChildren(
    make("div", { class: "fault", role: "alert" }, make("p", {}, make("strong", {}, line ? "The query has a mistake" : title ?? "The query failed")),
      make("p", {}, where + (detail ?? "")), hint ? make("p", { class: "hint" }, hint) : null),
  );
}

export async function showAnswer(place, response, asked) {
  const type = response.headers.get("Content-Type") ?? "";
  if (!type.includes("sparql-results+json")) return showTriples(place, await response.text(), asked);
  const result = await response.json();
  if ("boolean" in result) return place.replaceChildren(...summary(result.boolean ? "Yes" : "No", asked));
  const { vars } = result.head;
  const rows = result.results.bindings;
  const tabs = { Table: () => table(vars, rows, asked.endpoint), Raw: () => raw(JSON.stringify(result, null, 2)) };
  const chart = chartOf(vars, rows);
  if (chart) tabs.Chart = () => drawChart(chart, asked.endpoint);
  const links = linksOf(vars, rows);
  if (links.length) tabs.Graph = () => drawLinks(links, asked.endpoint);
  place.replaceChildren(...summary(many(rows.length, "row"), asked, cutsOf(rows.length, asked.query)), ...tabbed("Views of the answer", tabs));
}

function showTriples(place, text, asked) {
  const tabs = { Turtle: () => raw(text), Graph: () => drawTriples(asked) };
  place.replaceChildren(...summary("A graph", asked), ...tabbed("Views of the answer", tabs));
}

// The endpoint gives whole answers or none; what may be missing is missing by the query's own LIMIT, or from this table.
function cutsOf(count, query) {
  const cuts = [];
  if (count === limit(query)) cuts.push(`The query's own LIMIT of ${many(count, "row")} was reached; there may be more.`);
  if (count > SHOWN) cuts.push(`The table shows the first ${many(SHOWN, "row")} of ${count.toLocaleString("en")}; a download holds them all.`);
  return cuts;
}

function summary(what, { seconds, link }, cuts = []) {
  const share = link
    ? make("span", { class: "link" }, make("a", { href: link }, "Link to this query"),
        make("button", { type: "button", class: "copy", onclick: (event) => copy(event.currentTarget, new URL(link, window.location.href).href) }, "Copy"))
    : make("span", { class: "link" }, "Too long for a link");
  return [
    make("p", { class: "summary", role: "status" }, make("strong", {}, what), make("span", {}, `${seconds.toFixed(2)} s`),
      cuts.length ? null : make("span", {}, "complete"), share),
    ...cuts.map((cut) => make("p", { class: "cut" }, cut)),
  ];
}

function raw(text) {
  return make("pre", { class: "raw", tabindex: "0", role: "region", "aria-label": "The answer as it came" }, text);
}

function table(vars, rows, endpoint) {
  const linked = [];
  const cell = (term) => {
    if (!term) return make("td", {}, "");
    if (term.type !== "uri") return make("td", { lang: term["xml:lang"], class: isNumber(term) ? "number" : null }, term.type === "bnode" ? `_:${term.value}` : term.value);
    const address = shorten.local(term.value);
    const name = make(address ? "a" : "span", { href: address, title: term.value }, shorten(term.value));
    linked.push([term.value, name]);
    return make("td", {}, name);
  };
  const body = make("table", { class: "answer" },
    make("thead", {}, make("tr", {}, ...vars.map((name) => make("th", { scope: "col" }, name)))),
    make("tbody", {}, ...rows.slice(0, SHOWN).map((row) => make("tr", {}, ...vars.map((name) => cell(row[name]))))),
  );
  labelsOf(linked.map(([iri]) => iri), endpoint).then((labels) => {
    for (const [iri, name] of linked) if (labels.has(iri)) name.textContent = labels.get(iri);
  });
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Rows of the answer" }, body);
}

// The first two columns that hold IRIs, as links; the first other column names them.
function linksOf(vars, rows) {
  const [from, to] = vars.filter((name) => rows.some((row) => row[name]?.type === "uri"));
  if (!to) return [];
  const label = vars.find((name) => name !== from && name !== to);
  return rows.filter((row) => row[from]?.type === "uri" && row[to]?.type === "uri")
    .map((row) => ({ from: row[from].value, to: row[to].value, kind: label && row[label] ? shorten(row[label].value).slice(0, 40) : "" }));
}

async function drawTriples({ query, endpoint }) {
  const response = await put(endpoint, query, TRIPLES);
  const triple = /^<([^>]*)> <([^>]*)> <([^>]*)> \.$/;
  const links = (await response.text()).split("\n").map((line) => triple.exec(line)).filter(Boolean)
    .map(([, from, kind, to]) => ({ from, to, kind: shorten(kind) }));
  return drawLinks(links, endpoint);
}

async function drawLinks(links, endpoint) {
  if (!links.length) return make("p", {}, "Nothing in this answer links two things.");
  const shown = links.slice(0, DRAWN);
  const [{ drawNetwork }, labels] = await Promise.all([
    import("./network.js"), labelsOf(shown.flatMap(({ from, to }) => [from, to]), endpoint)]);
  const place = make("div", { class: "network", role: "img", "aria-label": "Drawing of the answer; the first tab says the same in words" });
  requestAnimationFrame(() => { place.network = drawNetwork(place, shown, labels); });
  const note = links.length > DRAWN ? make("p", { class: "cut" }, `The drawing shows the first ${DRAWN} of ${links.length} links.`) : null;
  return make("div", {}, place, note);
}
