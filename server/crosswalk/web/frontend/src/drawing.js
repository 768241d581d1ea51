// The page /graph: a neighbourhood drawn, widened by a click, filtered, laid out, kept. The table says the same in words.
import { make, save } from "./elements.js";
import { LAYOUTS, createNetwork, toSvg } from "./network.js";

const place = document.querySelector("#drawing");
const panel = document.querySelector("#chosen");
const kinds = document.querySelector("#kinds");
const status = document.querySelector("#drawing-status");
const rows = document.querySelector("#edges tbody");
const controls = document.querySelector("#controls");

// What the reader sees is in the address, so that a picture can be shared.
const state = new URLSearchParams(window.location.search);
const seen = { nodes: new Map(), edges: new Map() };
let network = null;

function remember(name, value) {
  if (value) state.set(name, value);
  else state.delete(name);
  history.replaceState(null, "", `?${state}`);
}

async function fetchPart(focus, depth) {
  const asked = new URLSearchParams(focus ? { focus, depth } : {});
  if (state.get("whole")) asked.set("whole", state.get("whole"));
  const response = await fetch(`/graph.json?${asked}`, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error((await response.json()).detail ?? "The graph could not be read.");
  return response.json();
}

const nodeOf = (node, focus) => ({
  group: "nodes",
  data: { id: node.id, label: node.label, kind: node.kind, address: node.address },
  classes: [node.kind, node.alignment, node.id === focus ? "focus" : ""].filter(Boolean).join(" "),
});
const edgeOf = (edge) => ({
  group: "edges",
  data: { id: edge.id, source: edge.from, target: edge.to, kind: edge.kind, short: edge.label },
  classes: edge.alignment ?? "",
});

function merge(part, focus) {
  const added = [];
  for (const node of part.nodes) {
    if (seen.nodes.has(node.id)) continue;
    seen.nodes.set(node.id, node);
    added.push(nodeOf(node, focus));
  }
  for (const edge of part.edges) {
    if (seen.edges.has(edge.id) || !seen.nodes.has(edge.from) || !seen.nodes.has(edge.to)) continue;
    seen.edges.set(edge.id, edge);
    added.push(edgeOf(edge));
  }
  return added;
}

function tell(part) {
  const more = part.left_out ? ` ${part.left_out} more are not drawn: start from one of these to see them.` : "";
  status.textContent = `${seen.nodes.size} things, ${seen.edges.size} links.${more}`;
}

function listEdges() {
  const line = (id) => make("a", { href: seen.nodes.get(id).address }, seen.nodes.get(id).label);
  rows?.replaceChildren(
    ...[...seen.edges.values()].map((edge) =>
      make("tr", {}, make("td", {}, line(edge.from)), make("td", {}, edge.label), make("td", {}, line(edge.to)))),
  );
}

function listKinds() {
  const off = new Set((state.get("without") ?? "").split(",").filter(Boolean));
  const found = [...new Map([...seen.edges.values()].map(({ kind, label }) => [kind, label]))].sort((a, b) => a[1].localeCompare(b[1]));
  kinds.replaceChildren(
    ...found.map(([kind, label]) => {
      const box = make("input", { type: "checkbox", value: kind, onchange: filter });
      box.checked = !off.has(kind);
      return make("label", {}, box, ` ${label}`);
    }),
  );
  filter();
}

function filter() {
  const off = [...kinds.querySelectorAll("input")].filter((box) => !box.checked).map((box) => box.value);
  remember("without", off.join(","));
  network.batch(() => network.edges().forEach((edge) => edge.toggleClass("hidden", off.includes(edge.data("kind")))));
}

function layOut() {
  network.layout(LAYOUTS[controls.elements.layout.value] ?? LAYOUTS.fcose).run();
}

async function expand(id) {
  status.textContent = "Reading the neighbours …";
  const part = await fetchPart(id, 1);
  const at = network.getElementById(id).position();
  const added = network.add(merge(part, null));
  added.nodes().positions((node, index) => ({ x: at.x + 90 * Math.cos(index), y: at.y + 90 * Math.sin(index) }));
  layOut();
  tell(part);
  listKinds();
  listEdges();
}

function choose(id) {
  const node = seen.nodes.get(id);
  network.elements().unselect();
  network.getElementById(id).select();
  panel.replaceChildren(
    make("h2", {}, node.label),
    make("p", {}, node.kind),
    make("p", {}, make("a", { href: node.address }, "Open its page")),
    make("button", { type: "button", onclick: () => expand(id) }, "Show its neighbours"),
    make("a", { href: `?focus=${encodeURIComponent(id)}&depth=1` }, "Start from here"),
  );
}

// Arrow keys walk from thing to thing in reading order; Enter widens the drawing around the chosen one.
function onKey(event) {
  const order = network.nodes(":visible").sort((a, b) => a.position("y") - b.position("y") || a.position("x") - b.position("x"));
  const chosen = network.nodes(":selected").first();
  const at = order.toArray().findIndex((node) => node.same(chosen));
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (step && order.length) {
    const next = order[(at + step + order.length) % order.length];
    choose(next.id());
    network.animate({ center: { eles: next }, duration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150 });
  } else if (event.key === "Enter" && chosen.length) expand(chosen.id());
  else if (event.key === "+" || event.key === "-") network.zoom(network.zoom() * (event.key === "+" ? 1.25 : 0.8));
  else return;
  event.preventDefault();
}

async function start() {
  const focus = state.get("focus");
  const part = await fetchPart(focus, state.get("depth") ?? 1);
  const elements = merge(part, part.focus);
  place.replaceChildren();
  controls.elements.layout.value = state.get("layout") ?? "fcose";
  network = createNetwork(place, elements, controls.elements.layout.value);
  place.network = network; // for tests, and for readers with a console
  tell(part);
  listKinds();
  listEdges();
  network.on("tap", "node", (event) => choose(event.target.id()));
  network.on("dbltap", "node", (event) => expand(event.target.id()));
  place.addEventListener("keydown", onKey);
  controls.hidden = false;
}

controls.elements.layout.addEventListener("change", (event) => {
  remember("layout", event.target.value);
  layOut();
});
controls.elements.find.addEventListener("input", (event) => {
  const text = event.target.value.trim().toLowerCase();
  network.elements().unselect();
  if (!text) return;
  const found = network.nodes().filter((node) => node.data("label").toLowerCase().includes(text));
  found.select();
  if (found.length) network.center(found);
});
document.querySelector("#save-png").addEventListener("click", () =>
  save("crosswalk.png", network.png({ output: "blob", full: true, scale: 2, bg: getComputedStyle(document.body).backgroundColor })));
document.querySelector("#save-svg").addEventListener("click", () =>
  save("crosswalk.svg", new Blob([toSvg(network)], { type: "image/svg+xml" })));

start().catch((fault) => { status.textContent = fault.message; });
