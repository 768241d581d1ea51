// Where things stand: each layout is a set of options for Cytoscape, made for the network at hand.
import { editions } from "./blocks.js";
import { isCrowd } from "./crowd.js";
import { still } from "./elements.js";
import { KINDS } from "./shapes.js";

const MANY = 400;
const NARROW = 600; // pixels: a telephone
const FITTED = { fit: true, padding: 36, nodeDimensionsIncludeLabels: true };

export const isNarrow = (network) => network.width() < NARROW;

// How many links away from the focus, or from the best-linked thing of its part, each thing is; and its parent.
function distances(network) {
  const far = new Map();
  const order = network.nodes().sort((a, b) => b.hasClass("focus") - a.hasClass("focus") || b.degree() - a.degree());
  order.forEach((root) => {
    if (far.has(root.id())) return;
    far.set(root.id(), { depth: 0, children: [] });
    const queue = [root];
    for (const node of queue) {
      const here = far.get(node.id());
      node.neighborhood("node").forEach((next) => {
        if (far.has(next.id())) return;
        far.set(next.id(), { depth: here.depth + 1, children: [] });
        here.children.push(next.id());
        queue.push(next);
      });
    }
  });
  return far;
}

// Rings around the root, each child in its parent's wedge: the same start for the same graph, so that shared pictures agree.
function seat(network) {
  const far = distances(network);
  const leaves = new Map();
  const count = (id) => {
    const { children } = far.get(id);
    leaves.set(id, children.length ? children.reduce((sum, child) => sum + count(child), 0) : 1);
    return leaves.get(id);
  };
  const ring = isNarrow(network) ? 110 : 170;
  const place = (id, from, to, middle) => {
    const { depth, children } = far.get(id);
    const angle = (from + to) / 2;
    network.getElementById(id).position({ x: middle.x + depth * ring * Math.cos(angle), y: middle.y + depth * ring * Math.sin(angle) });
    let at = from;
    for (const child of children) {
      const end = at + ((to - from) * leaves.get(child)) / leaves.get(id);
      place(child, at, end, middle);
      at = end;
    }
  };
  const roots = [...far].filter(([, { depth }]) => !depth);
  const columns = Math.ceil(Math.sqrt((roots.length * network.width()) / (network.height() || 1)));
  roots.forEach(([id], part) => {
    count(id);
    place(id, 0, 2 * Math.PI, { x: (part % columns) * 500, y: Math.floor(part / columns) * 500 });
  });
}

function forces(network, { fresh }) {
  const many = network.nodes().length > MANY;
  if (fresh && !many) seat(network);
  return { name: "fcose", ...FITTED, animate: !fresh && !still(), animationDuration: 350, randomize: many, quality: many ? "draft" : "proof",
    nodeRepulsion: isNarrow(network) ? 5000 : 12000, idealEdgeLength: isNarrow(network) ? 60 : 120, nodeSeparation: 140, gravity: 0.3, packComponents: true, tile: true };
}

function circles(network) {
  const far = distances(network);
  return { name: "concentric", ...FITTED, animate: false, minNodeSpacing: 12, levelWidth: () => 1, concentric: (node) => -far.get(node.id()).depth };
}

const tree = (network) => ({ name: "breadthfirst", ...FITTED, animate: false, spacingFactor: 1, avoidOverlap: true,
  roots: network.nodes(".focus").length ? network.nodes(".focus") : undefined });

// One column for each kind, in the order of the model; things stand beside what they are linked to.
function columns(network) {
  const at = new Map();
  const longest = Math.max(16, Math.ceil(Math.sqrt(network.nodes().length) * 1.6));
  let x = 0;
  for (const kind of Object.keys(KINDS)) {
    const members = network.nodes(`.${kind}`).toArray();
    if (!members.length) continue;
    const middle = (node) => {
      const known = node.neighborhood("node").toArray().filter((one) => at.has(one.id())).map((one) => at.get(one.id()).y);
      return known.length ? known.reduce((a, b) => a + b) / known.length : 0;
    };
    const sorted = members.map((node, place) => [middle(node), place, node]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const stacks = Math.ceil(sorted.length / longest);
    const height = Math.ceil(sorted.length / stacks);
    sorted.forEach(([, , node], place) => {
      const row = place % height;
      at.set(node.id(), { x: x + Math.floor(place / height) * 250, y: (row - (height - 1) / 2) * 60 });
    });
    x += stacks * 250 + 40;
  }
  return { name: "preset", ...FITTED, positions: (node) => at.get(node.id()) };
}

// Chains side by side, as many on a shelf as have room there.
function shelve(chains, room) {
  const shelves = [];
  for (const { things } of chains) {
    let shelf = shelves.find(({ full }) => full + things.length <= room);
    if (!shelf) shelves.push((shelf = { full: 0, things: [] }));
    things.forEach((node, each) => shelf.things.push([node, shelf.full + each]));
    shelf.full += things.length;
  }
  return shelves;
}

// Each standard with its editions in a row, those that mappings join first; as many in a row as fit.
function rows(network) {
  const at = new Map();
  const chains = network.nodes(".Standard").toArray().map((standard) => {
    const editions = standard.incomers("edge").filter('[kind = "xw:editionOf"]').sources().toArray();
    const after = (node) => node.outgoers('edge[kind = "dcat:previousVersion"]').length && node.outgoers('edge[kind = "dcat:previousVersion"]').targets()[0];
    const age = (node, seen = 0) => (after(node) && seen < 50 ? 1 + age(after(node), seen + 1) : 0);
    editions.sort((a, b) => age(a) - age(b));
    const mapped = editions.reduce((sum, node) => sum + node.connectedEdges('[kind = "xw:linkedTo"]').length, 0);
    return { things: [standard, ...editions], mapped };
  });
  chains.sort((a, b) => Math.sign(b.mapped) - Math.sign(a.mapped) || b.things.length - a.things.length || b.mapped - a.mapped);
  const [across, down] = isNarrow(network) ? [150, 126] : [178, 104];
  const shelves = shelve(chains, isNarrow(network) ? 2 : 8);
  shelves.forEach(({ things }, row) => things.forEach(([node, place]) => at.set(node.id(), { x: place * across, y: row * down })));
  const rest = network.nodes().filter((node) => !at.has(node.id())).toArray();
  const below = shelves.length * down + 60;
  rest.forEach((node, each) => at.set(node.id(), { x: (each % 6) * across, y: below + Math.floor(each / 6) * down }));
  return { name: "preset", ...FITTED, positions: (node) => at.get(node.id()) };
}

const grid = (network) => ({ name: "grid", ...FITTED, animate: false, avoidOverlap: true, avoidOverlapPadding: 14,
  nodeDimensionsIncludeLabels: !isCrowd(network) }); // to measure thousands of names takes long

export const LAYOUTS = { forces, rows, editions, columns, circles, tree, grid };

export function layOut(network, name, { fresh = true } = {}) {
  const write = LAYOUTS[name] ?? forces;
  if (!isCrowd(network)) dress(network, write);
  network.layout(write(network, { fresh })).run();
}

// Straight lines would lie on each other within a column, and on the names between two rows.
function dress(network, write) {
  network.batch(() => {
    network.nodes().toggleClass("side", write === columns);
    network.edges().forEach((edge) => {
      const beside = write === columns && edge.source().data("kind") === edge.target().data("kind");
      edge.toggleClass("bow", beside || (write === rows && edge.data("kind") === "xw:linkedTo"));
    });
  });
}
