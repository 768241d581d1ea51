// What the endpoint answered, as a table, a chart, a drawing or as it came.
import { chartOf } from "./chart.js";
import { make } from "./elements.js";
import { labelsOf, shorten } from "./labels.js";

const SHOWN = 1000; // rows in the table; the downloads hold them all

export function showWaiting(place) {
  place.replaceChildren(make("p", { role: "status" }, "The query is running …"));
}

export function showFault(place, { title, detail, hint, line, column }) {
  const where = line ? `Line ${line}, column ${column}. ` : "";
  place.replaceChildren(
    make("div", { class: "fault", role: "alert" }, make("p", {}, make("strong", {}, title ?? "The query failed")),
      make("p", {}, where + (detail ?? "")), hint ? make("p", {}, hint) : null),
  );
}

export async function showAnswer(place, response, asked) {
  const type = response.headers.get("Content-Type") ?? "";
  const cut = response.headers.get("Crosswalk-Result-Cut");
  if (!type.includes("sparql-results+json")) return showGraph(place, await response.text(), asked, cut);
  const result = await response.json();
  if ("boolean" in result) {
    return place.replaceChildren(summary(result.boolean ? "Yes" : "No", asked, cut));
  }
  const { vars } = result.head;
  const rows = result.results.bindings;
  const tabs = { Table: () => table(vars, rows, asked.endpoint), Raw: () => raw(JSON.stringify(result, null, 2)) };
  const chart = chartOf(vars, rows);
  if (chart) tabs.Chart = () => chart;
  if (rows.some((row) => vars.filter((name) => row[name]?.type === "uri").length > 1)) {
    tabs.Graph = () => network(rows, vars);
  }
  place.replaceChildren(summary(`${rows.length} ${rows.length === 1 ? "row" : "rows"}`, asked, cut), ...tabbed(tabs));
}

function showGraph(place, text, asked, cut) {
  const tabs = { Turtle: () => raw(text), Graph: () => networkOfTriples(asked) };
  place.replaceChildren(summary("A graph", asked, cut), ...tabbed(tabs));
}

function summary(what, { seconds }, cut) {
  const marks = cut ? ` The result was cut: ${cut}` : " Nothing was cut.";
  return make("p", { class: "summary", role: "status" }, make("strong", {}, what), ` in ${seconds.toFixed(2)} s.${marks}`);
}

function raw(text) {
  return make("pre", { class: "raw", tabindex: "0" }, text);
}

function tabbed(tabs) {
  const panel = make("div", { class: "panel", role: "tabpanel" });
  const buttons = Object.entries(tabs).map(([name, content]) =>
    make("button", { type: "button", role: "tab", "aria-selected": "false", onclick: (event) => open(event.target, content) }, name),
  );
  async function open(button, content) {
    for (const one of buttons) one.setAttribute("aria-selected", String(one === button));
    panel.replaceChildren(await content());
  }
  const bar = make("div", { class: "tabs", role: "tablist", "aria-label": "Views of the answer" }, ...buttons);
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = buttons[(buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length];
    next.focus();
    next.click();
  });
  buttons[0].click();
  return [bar, panel];
}

function table(vars, rows, endpoint) {
  const shown = rows.slice(0, SHOWN);
  const cells = [];
  const cell = (term) => {
    if (!term) return make("td", { class: "unbound" }, "");
    if (term.type !== "uri") return make("td", { lang: term["xml:lang"] }, term.value);
    const link = make("a", { href: shorten.local(term.value), title: term.value }, shorten(term.value));
    cells.push([term.value, link]);
    return make("td", {}, link);
  };
  const body = make("table", {},
    make("thead", {}, make("tr", {}, ...vars.map((name) => make("th", { scope: "col" }, name)))),
    make("tbody", {}, ...shown.map((row) => make("tr", {}, ...vars.map((name) => cell(row[name]))))),
  );
  labelsOf(cells.map(([iri]) => iri), endpoint).then((labels) => {
    for (const [iri, link] of cells) if (labels.has(iri)) link.textContent = labels.get(iri);
  });
  const note = rows.length > SHOWN ? make("p", {}, `The first ${SHOWN} rows are shown; a download holds all ${rows.length}.`) : null;
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Rows of the answer" }, body, note);
}

async function network(rows, vars) {
  const columns = vars.filter((name) => rows.some((row) => row[name]?.type === "uri"));
  const [from, to] = columns;
  const label = vars.find((name) => name !== from && name !== to);
  const edges = rows.filter((row) => row[from] && row[to])
    .map((row) => ({ from: row[from].value, to: row[to].value, kind: label && row[label] ? shorten(row[label].value) : "" }));
  return drawEdges(edges);
}

async function networkOfTriples({ query, endpoint }) {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: { "Content-Type": "application/sparql-query", Accept: "application/n-triples" },
    body: query,
  });
  const triple = /^<([^>]*)> <([^>]*)> <([^>]*)> \.$/;
  const edges = (await response.text()).split("\n").map((line) => triple.exec(line)).filter(Boolean)
    .map(([, from, kind, to]) => ({ from, to, kind: shorten(kind) }));
  return drawEdges(edges);
}

async function drawEdges(edges) {
  const place = make("div", { class: "network" });
  if (!edges.length) return make("p", {}, "Nothing in this answer links two things.");
  const { drawNetwork } = await import("./network.js");
  requestAnimationFrame(() => drawNetwork(place, edges.slice(0, 400)));
  return place;
}
