// The things in the order they are read, top to bottom and left to right, kept until something moves.
const kept = new WeakMap();

// What is drawn: known by the filters' class, for Cytoscape would ask the style of each thing.
export const shown = (network) => network.nodes().not(".hidden");

export function readingOrder(network) {
  if (!kept.has(network)) {
    network.on("layoutstop add remove dragfree filtered", () => kept.set(network, null));
    kept.set(network, null);
  }
  if (!kept.get(network)) {
    const places = shown(network).map((node) => ({ node, ...node.position() })).sort((a, b) => a.y - b.y || a.x - b.x);
    kept.set(network, { places, at: new Map(places.map(({ node }, place) => [node.id(), place])) });
  }
  return kept.get(network);
}
