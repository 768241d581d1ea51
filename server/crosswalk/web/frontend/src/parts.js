// What is known of the graph so far, and how it is told in words.
import { make } from "./elements.js";
import { to } from "./labels.js";

const MOST = 200;

export const seen = { nodes: new Map(), edges: new Map(), leftOut: new Set(), uncounted: 0 };

// A short name that the address can hold and the server understands.
export const nameOf = ({ id, address }) => (address.startsWith(to("/id/")) ? decodeURIComponent(address.slice(to("/id/").length)) : id);

export async function fetchPart(question) {
  const response = await fetch(to(`/graph.json?${question}`), { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error((await response.json()).detail ?? "The graph could not be read.");
  return response.json();
}

const nodeOf = (node, focus) => ({
  group: "nodes",
  data: { id: node.id, label: node.label, title: node.title, kind: node.kind, edition: node.edition },
  classes: [node.kind, node.alignment, node.id === focus ? "focus" : ""].filter(Boolean).join(" "),
});
const edgeOf = (edge) => ({
  group: "edges",
  data: { id: edge.id, source: edge.from, target: edge.to, kind: edge.kind, short: edge.label, counted: edge.label !== edge.name },
  classes: edge.alignment ?? "",
});

// Takes in a part that the server has given; what is new comes back as elements to draw.
export function merge(part, { room = MOST } = {}) {
  const added = [];
  for (const node of part.nodes) {
    if (seen.nodes.has(node.id)) continue;
    if (seen.nodes.size >= room) {
      seen.leftOut.add(node.id);
      continue;
    }
    seen.nodes.set(node.id, node);
    seen.leftOut.delete(node.id);
    added.push(nodeOf(node, part.focus));
  }
  for (const edge of part.edges) {
    if (seen.edges.has(edge.id) || !seen.nodes.has(edge.from) || !seen.nodes.has(edge.to)) continue;
    seen.edges.set(edge.id, edge);
    added.push(edgeOf(edge));
  }
  seen.uncounted = Math.max(seen.uncounted, part.left_out);
  return added;
}

// By what the filters say: Cytoscape knows it only after it has drawn.
const isShown = (one) => !one.hasClass("hidden") && (one.isNode() || (isShown(one.source()) && isShown(one.target())));

export function summary(network) {
  const [things, links] = [network.nodes().filter(isShown).length, network.edges().filter(isShown).length];
  const hidden = seen.nodes.size - things;
  const more = seen.leftOut.size + seen.uncounted;
  return [
    `${things} ${things === 1 ? "thing" : "things"}, ${links} ${links === 1 ? "link" : "links"}.`,
    hidden ? `${hidden} hidden by the filters.` : "",
    more ? `${more} more not drawn: start from one of these to see them.` : "",
  ].filter(Boolean).join(" ");
}

const lines = new Map();

function line(edge) {
  const name = (id) => make("td", {}, make("a", { href: seen.nodes.get(id).address }, seen.nodes.get(id).title));
  const said = edge.alignment ? `${edge.label} (${edge.alignment})` : edge.label;
  return make("tr", {}, name(edge.from), make("td", {}, said), name(edge.to));
}

// The server has written the table of the first part already, in the order of its links.
export function adopt(body, part) {
  part.edges.forEach(({ id }, place) => lines.set(id, body.rows[place]));
}

// The table below the drawing: the links that are drawn, in words.
export function listEdges(body, network) {
  const wanted = [...seen.edges.values()].filter(({ id }) => isShown(network.getElementById(id)));
  for (const edge of wanted) if (!lines.has(edge.id)) lines.set(edge.id, line(edge));
  if (body.rows.length !== wanted.length || wanted.some(({ id }, place) => body.rows[place] !== lines.get(id))) {
    body.replaceChildren(...wanted.map(({ id }) => lines.get(id)));
  }
}
