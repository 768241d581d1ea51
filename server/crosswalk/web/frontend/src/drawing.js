// The page /graph: a neighbourhood drawn, widened step by step, filtered, laid out, kept. The table says the same in words.
import { LARGE, isCrowd } from "./crowd.js";
import { copy, make, save } from "./elements.js";
import { listKinds } from "./filters.js";
import { layOut } from "./layouts.js";
import { createNetwork, fit, kindOf, nameEdges } from "./network.js";
import { shown } from "./order.js";
import { adopt, fetchPart, listEdges, merge, nameOf, seen, summary } from "./parts.js";
import { toSvg } from "./picture.js";
import { add, around, asked, read, write } from "./state.js";
import { suggest } from "./suggestions.js";
import { walk, zoom } from "./walking.js";

const find = (selector) => document.querySelector(selector);
const [place, panel, status, controls] = ["#drawing", "#chosen", "#drawing-status", "#controls"].map(find);
const chips = { things: find("#things"), links: find("#kinds") };
const MEANINGS = { green: "aligned in detail and substance", yellow: "similar message, other detail", red: "nothing comparable" };
let network = null;
let marked = null; // what is chosen, and what stands beside it

const layout = () => controls.elements.layout.value;

function tell() {
  nameEdges(network);
  status.textContent = summary(network);
  listEdges(find("#edges tbody"), network);
}

async function expand(id) {
  status.textContent = "Reading the neighbours …";
  try {
    const node = network.getElementById(id);
    const added = network.add(merge(await fetchPart(new URLSearchParams({ focus: id })), { room: read("whole") ? Infinity : undefined }));
    const { x, y } = node.position();
    added.nodes().positions((one, index) => ({ x: x + 90 * Math.cos(index * 2.4), y: y + 90 * Math.sin(index * 2.4) }));
    if (added.nodes().length) layOut(network, layout(), { fresh: false });
    listKinds(network, chips, tell);
    choose(id);
    add("also", nameOf(seen.nodes.get(id)));
    if (!added.nodes().length) status.textContent = `Nothing new stands beside it. ${summary(network)}`;
  } catch (fault) {
    status.textContent = fault.message;
  }
}

function choose(id) {
  const node = seen.nodes.get(id);
  const drawn = network.getElementById(id);
  network.batch(() => {
    unmark();
    marked = drawn.closedNeighborhood();
    drawn.select();
    if (!isCrowd(network)) network.elements().not(marked).addClass("away"); // each would be drawn anew
    marked.addClass("near");
  });
  nameEdges(network);
  const count = drawn.connectedEdges(":visible").length;
  panel.replaceChildren(
    make("button", { type: "button", class: "close", "aria-label": "Let go", onclick: leave }, "×"),
    make("p", { class: "kind" }, node.edition ? `${kindOf(node.kind).name} in ${node.edition}` : kindOf(node.kind).name),
    make("h2", {}, node.title),
    make("p", { class: "meta" }, `${count} ${count === 1 ? "link" : "links"} drawn`,
      node.alignment ? `; ${node.alignment}: ${MEANINGS[node.alignment] ?? ""}` : ""),
    make("p", { class: "choices" },
      make("button", { type: "button", onclick: () => expand(id) }, "Show its neighbours"),
      make("a", { href: around(nameOf(node)) }, "Start from here"),
      make("a", { href: node.address }, "Open its page")),
  );
  panel.hidden = false;
}

function unmark() {
  marked?.unselect().removeClass("near");
  if (!isCrowd(network)) network.elements().unselect().removeClass("away near");
  marked = null;
}

function leave() {
  if (panel.contains(document.activeElement)) place.focus();
  network.batch(unmark);
  nameEdges(network);
  panel.hidden = true;
}

async function start() {
  const part = await fetchPart(asked());
  const elements = merge(part, { room: Infinity });
  if (!elements.length) {
    status.textContent = "There are no editions to begin with: start from a thing.";
    return;
  }
  if (part.focus) controls.querySelector('[value="rows"]').remove();
  const whole = part.nodes.length > LARGE ? "editions" : "forces"; // thousands of things take forces a minute
  const wanted = read("layout") || (part.focus ? "forces" : read("whole") ? whole : "rows");
  controls.elements.layout.value = wanted;
  if (!layout()) controls.elements.layout.value = "forces";
  adopt(find("#edges tbody"), part);
  place.replaceChildren();
  controls.hidden = false;
  find("#legend").hidden = false;
  network = createNetwork(place, elements, layout());
  place.network = network; // for readers with a console
  network.on("tap", "node", (event) => choose(event.target.id()));
  network.on("dbltap", "node", (event) => expand(event.target.id()));
  network.on("tap", (event) => { if (event.target === network) leave(); });
  walk(place, network, { choose, expand, leave, chosen: () => marked?.filter(":selected")[0] });
  listKinds(network, chips, tell);
  place.dataset.ready = "yes";
}

controls.addEventListener("submit", (event) => event.preventDefault());
controls.elements.layout.addEventListener("change", () => {
  write("layout", layout());
  layOut(network, layout());
  nameEdges(network);
});
controls.elements.find.addEventListener("input", (event) => {
  const text = event.target.value.trim().toLowerCase();
  leave();
  if (!text) return tell();
  const found = shown(network).filter((node) => node.data("title").toLowerCase().includes(text));
  network.batch(() => {
    if (!isCrowd(network)) network.elements().not(found).addClass("away");
    marked = found.addClass("near").select();
  });
  status.textContent = `${found.length} found.`;
  if (found.length) network.animate({ fit: { eles: found.closedNeighborhood(), padding: 60 }, duration: 0 });
});
controls.elements.find.addEventListener("keydown", (event) => {
  const found = network.nodes(":selected")[0];
  if (event.key === "Enter" && found) choose(found.id());
  if (event.key === "Enter") event.preventDefault();
});
const ground = () => getComputedStyle(place).backgroundColor;
const name = (kind) => `crosswalk-${(read("focus") || "overview").replace(/[^\w.]+/g, "-")}.${kind}`;
const deeds = {
  "zoom-in": () => zoom(network, 1.25),
  "zoom-out": () => zoom(network, 0.8),
  "zoom-fit": () => fit(network),
  "save-png": () => save(name("png"), network.png({ output: "blob", full: true, scale: 2, maxWidth: 8000, maxHeight: 8000, bg: ground() })),
  "save-svg": () => save(name("svg"), new Blob([toSvg(network, ground())], { type: "image/svg+xml" })),
  "copy-link": (event) => copy(event.currentTarget, window.location.href),
};
for (const [id, deed] of Object.entries(deeds)) find(`#${id}`).addEventListener("click", deed);
suggest(find("#focus"), find("#focus-names"));

start().catch((fault) => { status.textContent = fault.message; });
