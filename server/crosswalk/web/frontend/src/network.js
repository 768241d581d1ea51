// A network of things drawn with Cytoscape, in the colours of the site's stylesheet.
import cytoscape from "cytoscape";
import fcose from "cytoscape-fcose";

import { draw } from "./elements.js";
import { shorten } from "./labels.js";

cytoscape.use(fcose);

export const SHAPES = {
  Standard: "round-octagon", Edition: "round-rectangle", Document: "round-tag", Category: "round-hexagon",
  Guideline: "ellipse", Section: "rectangle", Provision: "diamond", Statement: "round-diamond",
  Comparison: "pentagon", Change: "vee", CurationNote: "star",
};

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim() || "#666";

function style() {
  const [ink, paper, line, accent, quiet] = ["--ink", "--paper", "--line", "--accent", "--quiet"].map(colour);
  const alignments = ["green", "yellow", "red"].map((name) => ({
    selector: `.${name}`, style: { "line-color": colour(`--${name}`), "border-color": colour(`--${name}`), "target-arrow-color": colour(`--${name}`), width: 3 },
  }));
  return [
    { selector: "node", style: { label: "data(label)", color: ink, "background-color": paper, "border-color": quiet, "border-width": 2,
      width: 26, height: 26, "font-size": 10, "text-wrap": "wrap", "text-max-width": 120, "text-valign": "bottom", "text-margin-y": 4 } },
    ...Object.entries(SHAPES).map(([kind, shape]) => ({ selector: `node.${kind}`, style: { shape } })),
    { selector: "edge", style: { width: 1.5, "line-color": line, "curve-style": "bezier", "target-arrow-shape": "triangle",
      "target-arrow-color": line, "arrow-scale": 0.8, "font-size": 8, color: quiet, label: "data(short)", "text-rotation": "autorotate",
      "min-zoomed-font-size": 7 } },
    ...alignments.map((one) => ({ ...one, selector: `edge${one.selector}` })),
    ...alignments.map(({ selector, style }) => ({ selector: `node${selector}`, style: { "border-color": style["border-color"], "border-width": 4 } })),
    { selector: ".focus", style: { "background-color": accent, "border-color": accent, "font-weight": "bold", "font-size": 13 } },
    { selector: ":selected", style: { "border-color": colour("--focus"), "border-width": 5 } },
    { selector: ".hidden", style: { display: "none" } },
  ];
}

export const LAYOUTS = {
  fcose: { name: "fcose", animate: false, randomize: true, quality: "default", nodeSeparation: 110, idealEdgeLength: 130 },
  circles: { name: "concentric", animate: false, minNodeSpacing: 40, concentric: (node) => (node.hasClass("focus") ? 10 : node.degree()) },
  tree: { name: "breadthfirst", animate: false, directed: false, spacingFactor: 1.2 },
  grid: { name: "grid", animate: false },
};

export function createNetwork(container, elements, layout = "fcose") {
  const network = cytoscape({ container, elements, style: style(), minZoom: 0.1, maxZoom: 4, layout: LAYOUTS[layout] });
  network.on("layoutstop", () => {
    if (network.zoom() > 1.3) network.zoom(1.3).center(); // few things need no magnifying glass
  });
  if (network.zoom() > 1.3) network.zoom(1.3).center();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => network.style(style()));
  return network;
}

// Edges between IRIs, as a query answered them.
export function drawNetwork(container, edges) {
  const nodes = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const network = createNetwork(container, [
    ...[...nodes].map((id) => ({ data: { id, label: shorten(id) } })),
    ...edges.map(({ from, to, kind }, place) => ({ data: { id: `edge-${place}`, source: from, target: to, short: kind } })),
  ]);
  network.on("dbltap", "node", (event) => window.location.assign(shorten.local(event.target.id())));
  return network;
}

// The drawing as SVG, from where Cytoscape has put things: circles, lines and names are enough to print.
export function toSvg(network) {
  const box = network.elements(":visible").boundingBox();
  const edge = (one) => {
    const { x: x1, y: y1 } = one.source().position();
    const { x: x2, y: y2 } = one.target().position();
    return draw("line", { x1, y1, x2, y2, stroke: one.style("line-color"), "stroke-width": one.style("width") });
  };
  const node = (one) => {
    const { x, y } = one.position();
    const name = draw("text", { x, y: y + 26, "text-anchor": "middle", "font-size": 10, fill: one.style("color") });
    name.textContent = one.data("label");
    const disc = draw("circle", { cx: x, cy: y, r: 13, fill: one.style("background-color"), stroke: one.style("border-color"), "stroke-width": 2 });
    return draw("g", {}, disc, name);
  };
  const picture = draw("svg", {
    xmlns: "http://www.w3.org/2000/svg", viewBox: `${box.x1 - 20} ${box.y1 - 20} ${box.w + 40} ${box.h + 40}`, "font-family": "sans-serif",
  }, ...network.edges(":visible").map(edge), ...network.nodes(":visible").map(node));
  return new XMLSerializer().serializeToString(picture);
}
