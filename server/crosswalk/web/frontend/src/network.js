// A network of things drawn with Cytoscape, in the colours of the site's stylesheet.
import cytoscape from "cytoscape";
import fcose from "cytoscape-fcose";

import { LARGE, crowdStyle, fitCrowd, isCrowd, nameWhatIsNear } from "./crowd.js";
import { shorten } from "./labels.js";
import { isNarrow, layOut } from "./layouts.js";
import { KINDS, kindOf } from "./shapes.js";

cytoscape.use(fcose);

const FEW = 26; // links that can all be named without crowding the drawing
const LARGEST = 1.25; // few things need no magnifying glass
const LEAST = 0.62; // smaller names cannot be read on a telephone; there the drawing begins at its focus instead

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim() || "#888";
const flat = (points) => points.map(([x, y]) => `${x.toFixed(3)} ${y.toFixed(3)}`).join(" ");
const form = ({ round, rounded, points }) =>
  round ? { shape: "ellipse" } : rounded ? { shape: "round-rectangle" } : { shape: "polygon", "shape-polygon-points": flat(points) };

// Each colour also has a line of its own, for those who cannot tell colours apart.
const LINES = { green: "solid", yellow: "dashed", red: "dotted" };

function style(narrow, crowd) {
  const [ink, sheet, line, accent, soft, focus] = ["--ink", "--sheet", "--line-strong", "--accent", "--soft", "--focus"].map(colour);
  const font = getComputedStyle(document.body).fontFamily;
  if (crowd) {
    const kinds = Object.fromEntries(Object.entries(KINDS).map(([kind, shape]) => [kind, { form: form(shape), fill: colour(`--kind-${kind.toLowerCase()}`) }]));
    const colours = Object.fromEntries(Object.keys(LINES).map((name) => [name, colour(`--${name}`)]));
    return crowdStyle({ ink, sheet, line, soft, focus, font, kinds, colours });
  }
  return [
    { selector: "node", style: { label: "data(label)", color: ink, "border-color": soft, "border-width": 1.5, "background-color": sheet,
      "font-family": font, "font-size": 12, "line-height": 1.15, "text-wrap": "wrap", "text-max-width": narrow ? 96 : 132, "text-valign": "bottom", "text-margin-y": 5,
      "text-background-color": sheet, "text-background-opacity": 0.82, "text-background-padding": 2, "text-background-shape": "round-rectangle",
      "min-zoomed-font-size": 6.5 } },
    ...Object.entries(KINDS).map(([kind, shape]) => ({ selector: `node.${kind}`, style: { ...form(shape), width: shape.size[0], height: shape.size[1],
      "background-color": colour(`--kind-${kind.toLowerCase()}`) } })),
    { selector: "node.Standard, node.Document, node.Category", style: { "font-weight": 600 } },
    { selector: "node.side", style: { "text-halign": "right", "text-valign": "center", "text-margin-y": 0, "text-margin-x": 6, "text-max-width": 180,
      "font-size": 11.5 } },
    { selector: "edge", style: { width: 1.5, "line-color": line, "curve-style": "bezier", "target-arrow-shape": "triangle", "target-arrow-color": line,
      "arrow-scale": 0.85, "font-family": font, "font-size": 10.5, color: soft, "text-rotation": "autorotate", "text-background-color": sheet,
      "text-background-opacity": 0.9, "text-background-padding": 2, "min-zoomed-font-size": 6.5 } },
    { selector: "edge.named", style: { label: "data(short)" } },
    { selector: "edge[?counted]", style: { "z-index-compare": "manual", "z-index": 20, "text-background-opacity": 1, "font-size": 11.5, color: ink } },
    { selector: 'edge[kind = "xw:linkedTo"]', style: { width: 2.5, "line-color": accent, "target-arrow-color": accent } },
    { selector: "edge.bow", style: { "curve-style": "unbundled-bezier", "control-point-distances": -44, "control-point-weights": 0.5 } },
    ...Object.entries(LINES).map(([name, line]) => ({ selector: `edge.${name}`, style: { width: 3, "line-color": colour(`--${name}`),
      "line-style": line, "target-arrow-color": colour(`--${name}`) } })),
    ...Object.entries(LINES).map(([name, line]) => ({ selector: `node.${name}`, style: { "border-width": 4, "border-color": colour(`--${name}`), "border-style": line } })),
    { selector: "node.focus", style: { width: 48, height: 48, "border-width": 5, "font-weight": 700, "font-size": 14, "text-max-width": 170, "min-zoomed-font-size": 0 } },
    { selector: "node.side.focus", style: { width: 34, height: 34, "font-size": 12, "text-max-width": 180 } },
    { selector: "node.Edition.focus", style: { width: 60, height: 42 } },
    { selector: ".away", style: { opacity: 0.3 } },
    { selector: "node.near", style: { "min-zoomed-font-size": 0, "z-index": 9 } },
    { selector: "node:selected", style: { "overlay-color": focus, "overlay-opacity": 0.25, "overlay-padding": 7, "border-color": focus, "min-zoomed-font-size": 0, "z-index": 10 } },
    { selector: ".hidden", style: { display: "none" } },
  ];
}

// Names of links are shown where they are few, and beside the chosen thing.
export function nameEdges(network) {
  if (isCrowd(network)) return; // nothing is named at a distance, and all would be drawn anew
  const seen = network.edges().not(".hidden");
  const chosen = network.nodes(":selected");
  network.edges().removeClass("named");
  (seen.length <= FEW && !chosen.length && !network.nodes(".side").length ? seen : chosen.connectedEdges()).addClass("named");
  seen.filter("[?counted]").addClass("named");
}

export function fit(network) {
  if (isCrowd(network)) return fitCrowd(network, 36);
  network.fit(network.elements(":visible"), 36);
  if (network.zoom() > LARGEST) network.zoom(LARGEST);
  network.center(network.elements(":visible"));
}

function begin(network) {
  const focus = network.nodes(".focus");
  network.zoom(LEAST);
  if (focus.length) return network.center(focus);
  const { x1, y1 } = network.elements(":visible").boundingBox();
  network.pan({ x: 20 - x1 * LEAST, y: 20 - y1 * LEAST });
}

export function createNetwork(container, elements, layout = "forces") {
  // A page that is scrolled past the drawing goes on scrolling; with Ctrl, or once the drawing has the focus, the wheel zooms.
  // Cytoscape listens at the same place: whoever comes first is heard first.
  const crowd = elements.filter(({ group }) => group === "nodes").length > LARGE;
  let network = null;
  container.addEventListener("wheel", (event) =>
    network?.userZoomingEnabled(event.ctrlKey || event.metaKey || container.contains(document.activeElement)), { capture: true });
  network = cytoscape({ container, elements, style: style(container.clientWidth < 600, crowd), minZoom: 0.03, maxZoom: 4, layout: { name: "null" },
    ...(crowd && { pixelRatio: 1, hideEdgesOnViewport: true, textureOnViewport: true }) });
  network.on("layoutstop", () => {
    fit(network);
    if (isNarrow(network) && network.zoom() < LEAST) begin(network);
  });
  layOut(network, layout);
  nameEdges(network);
  if (crowd) nameWhatIsNear(network);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => network.style(style(isNarrow(network), crowd)));
  return network;
}

// Edges between IRIs, as a query answered them.
export function drawNetwork(container, edges, labels) {
  const nodes = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const network = createNetwork(container, [
    ...[...nodes].map((id) => ({ data: { id, label: (labels.get(id) ?? shorten(id)).slice(0, 60) }, classes: "Guideline" })),
    ...edges.map(({ from, to, kind }, place) => ({ data: { id: `edge-${place}`, source: from, target: to, short: kind } })),
  ]);
  network.on("dbltap", "node", (event) => {
    const address = shorten.local(event.target.id());
    if (address) window.location.assign(address);
  });
  return network;
}

export { kindOf };
