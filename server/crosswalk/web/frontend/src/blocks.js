// Each edition as a block of its parts in their own order, under its name; the blocks side by side in rows.
import { isCrowd } from "./crowd.js";

const HEAD = 100; // room for the name above a block
const GAP = 90;
const byName = new Intl.Collator("en", { numeric: true });

function gather(network) {
  const blocks = new Map();
  network.nodes().forEach((node) => {
    const { id, edition, title, kind } = node.data();
    const whole = edition ?? (kind === "Edition" ? title : "");
    if (!blocks.has(whole)) blocks.set(whole, { head: [], parts: [] });
    const { head, parts } = blocks.get(whole);
    (kind === "Edition" ? head : parts).push({ id, kind });
  });
  const first = ({ head, parts }) => (head[0] ?? parts[0]).id;
  return [...blocks.values()].sort((a, b) => byName.compare(first(a), first(b)));
}

// Where the members of a block stand within it.
function seat({ head, parts }, [across, down]) {
  parts.sort((a, b) => byName.compare(a.id, b.id));
  const columns = Math.max(head.length ? 5 : 1, Math.ceil(Math.sqrt((parts.length * 1.5 * down) / across)));
  const places = [...head.map(({ id }, each) => [id, { x: each * across * 2, y: 0 }]),
    ...parts.map(({ id }, each) => [id, { x: (each % columns) * across, y: HEAD + Math.floor(each / columns) * down }])];
  return { places, width: columns * across, height: HEAD + Math.ceil(parts.length / columns) * down };
}

export function editions(network) {
  const step = isCrowd(network) ? [90, 70] : [170, 104];
  const blocks = gather(network).map((block) => seat(block, step));
  const area = blocks.reduce((sum, { width, height }) => sum + (width + GAP) * (height + GAP), 0);
  const widest = Math.max(Math.sqrt((area * network.width()) / (network.height() || 1)), ...blocks.map(({ width }) => width));
  const at = new Map();
  let [x, y, tallest] = [0, 0, 0];
  for (const { places, width, height } of blocks) {
    if (x && x + width > widest) [x, y, tallest] = [0, y + tallest + GAP, 0];
    for (const [id, place] of places) at.set(id, { x: x + place.x, y: y + place.y });
    x += width + GAP;
    tallest = Math.max(tallest, height);
  }
  return { name: "preset", fit: false, positions: (node) => at.get(node.id()) };
}
