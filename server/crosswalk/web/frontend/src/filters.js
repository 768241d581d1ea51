// Which kinds of things and of links are shown: the chips are the legend of the drawing and its filters at once.
import { make } from "./elements.js";
import { seen } from "./parts.js";
import { KINDS, icon, kindOf } from "./shapes.js";
import { list, write } from "./state.js";

function chip(value, shown, content, onchange) {
  const box = make("input", { type: "checkbox", value, onchange });
  box.checked = shown;
  return make("label", { class: "chip" }, box, ...content);
}

// Fills both rows of chips from what is drawn, and applies them.
export function listKinds(network, { things, links }, done) {
  const [hide, without] = [new Set(list("hide")), new Set(list("without"))];
  const apply = () => {
    filter(network, things, links);
    done();
  };
  const counts = new Map();
  for (const { kind } of seen.nodes.values()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const order = Object.keys(KINDS);
  const present = [...counts].sort((a, b) => order.indexOf(a[0]) - order.indexOf(b[0]));
  things.replaceChildren(...present.map(([kind, count]) =>
    chip(kind, !hide.has(kind), [icon(kind), make("span", {}, `${kindOf(kind).name} `, make("small", {}, String(count)))], apply)));
  const named = [...new Map([...seen.edges.values()].map(({ kind, name }) => [kind, name]))].sort((a, b) => a[1].localeCompare(b[1]));
  links.replaceChildren(...named.map(([kind, name]) => chip(kind, !without.has(kind), [make("span", {}, name)], apply)));
  apply();
}

const off = (place) => [...place.querySelectorAll("input")].filter((box) => !box.checked).map((box) => box.value);

function filter(network, things, links) {
  const [hide, without] = [off(things), off(links)];
  write("hide", hide.join(","));
  write("without", without.join(","));
  network.batch(() => {
    network.nodes().forEach((node) => { node.toggleClass("hidden", hide.includes(node.data("kind")) && !node.hasClass("focus")); });
    network.edges().forEach((edge) => { edge.toggleClass("hidden", without.includes(edge.data("kind"))); });
  });
  network.emit("filtered");
}
