// The drawing from the keyboard: every thing can be reached, widened, left; the view zoomed and fitted.
import { still } from "./elements.js";
import { fit } from "./network.js";
import { readingOrder } from "./order.js";

const chosenOf = (network) => network.nodes(":selected")[0];

// Left and right follow the reading order, so that nothing is out of reach; up and down go to what is nearest there.
function next(network, key, chosen) {
  const { places, at } = readingOrder(network);
  if (!chosen || !at.has(chosen.id())) return network.nodes(".focus").not(".hidden")[0] ?? places[0]?.node;
  const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
  if (step) return places[(at.get(chosen.id()) + step + places.length) % places.length].node;
  const { x, y } = chosen.position();
  const way = key === "ArrowDown" ? 1 : -1;
  let [nearest, least] = [chosen, Infinity];
  for (const one of places) {
    if ((one.y - y) * way <= 4) continue;
    const far = Math.abs(one.y - y) + 2 * Math.abs(one.x - x);
    if (far < least) [nearest, least] = [one.node, far];
  }
  return nearest;
}

function bringIntoView(network, node) {
  const [box, view] = [node.boundingBox(), network.extent()];
  if (box.x1 < view.x1 || box.x2 > view.x2 || box.y1 < view.y1 || box.y2 > view.y2) {
    network.animate({ center: { eles: node }, duration: still() ? 0 : 150 });
  }
}

export function zoom(network, factor) {
  network.zoom({ level: network.zoom() * factor, renderedPosition: { x: network.width() / 2, y: network.height() / 2 } });
}

export function walk(place, network, { choose, expand, leave, chosen = () => chosenOf(network) }) {
  place.addEventListener("keydown", (event) => {
    if (event.target !== place || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.startsWith("Arrow")) {
      const node = next(network, event.key, chosen());
      if (!node) return;
      choose(node.id());
      bringIntoView(network, node);
    } else if (event.key === "Enter" && chosen()) expand(chosen().id());
    else if (event.key === "Escape" && chosen()) leave();
    else if (event.key === "+" || event.key === "=") zoom(network, 1.25);
    else if (event.key === "-") zoom(network, 0.8);
    else if (event.key === "0") fit(network);
    else return;
    event.preventDefault();
  });
}
