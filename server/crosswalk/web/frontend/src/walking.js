// The drawing from the keyboard: every thing can be reached, widened, left; the view zoomed and fitted.
import { still } from "./elements.js";
import { fit } from "./network.js";

// Left and right follow the reading order, so that nothing is out of reach; up and down go to what is nearest there.
function next(network, key) {
  const nodes = network.nodes(":visible");
  const order = nodes.sort((a, b) => a.position("y") - b.position("y") || a.position("x") - b.position("x")).toArray();
  const chosen = nodes.filter(":selected")[0];
  if (!chosen) return nodes.filter(".focus")[0] ?? order[0];
  const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
  if (step) return order[(order.findIndex((node) => node.same(chosen)) + step + order.length) % order.length];
  const { x, y } = chosen.position();
  const way = key === "ArrowDown" ? 1 : -1;
  const far = (node) => Math.abs(node.position("y") - y) + 2 * Math.abs(node.position("x") - x);
  return order.filter((node) => (node.position("y") - y) * way > 4).sort((a, b) => far(a) - far(b))[0] ?? chosen;
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

export function walk(place, network, { choose, expand, leave }) {
  place.addEventListener("keydown", (event) => {
    if (event.target !== place || event.ctrlKey || event.metaKey || event.altKey) return;
    const chosen = network.nodes(":selected")[0];
    if (event.key.startsWith("Arrow")) {
      const node = next(network, event.key);
      if (!node) return;
      choose(node.id());
      bringIntoView(network, node);
    } else if (event.key === "Enter" && chosen) expand(chosen.id());
    else if (event.key === "Escape" && chosen) leave();
    else if (event.key === "+" || event.key === "=") zoom(network, 1.25);
    else if (event.key === "-") zoom(network, 0.8);
    else if (event.key === "0") fit(network);
    else return;
    event.preventDefault();
  });
}
