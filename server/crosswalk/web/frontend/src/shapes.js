// The shape of each kind of thing: the same in the drawing, in its legend and in the saved picture.
import { draw } from "./elements.js";

const around = (corners, turn = 0) =>
  Array.from({ length: corners }, (_, each) => {
    const angle = (2 * Math.PI * each) / corners + turn;
    return [Math.sin(angle), -Math.cos(angle)];
  });
const star = Array.from({ length: 10 }, (_, each) => {
  const reach = each % 2 ? 0.48 : 1;
  return [reach * Math.sin((Math.PI * each) / 5), -reach * Math.cos((Math.PI * each) / 5)];
});

// In the order of the model; points lie between -1 and 1.
export const KINDS = {
  Standard: { name: "standard", points: around(8, Math.PI / 8), size: [34, 34] },
  Edition: { name: "edition", rounded: true, size: [38, 26] },
  Document: { name: "document", points: [[-0.8, -1], [0.3, -1], [0.8, -0.5], [0.8, 1], [-0.8, 1]], size: [30, 32] },
  Category: { name: "category", points: around(6, Math.PI / 6), size: [34, 30] },
  Guideline: { name: "guideline", round: true, size: [28, 28] },
  Section: { name: "section", points: [[-1, -1], [1, -1], [1, 1], [-1, 1]], size: [24, 24] },
  Provision: { name: "provision", points: around(4), size: [30, 30] },
  Statement: { name: "statement", points: [[0, -1], [1, 0.8], [-1, 0.8]], size: [26, 26] },
  Comparison: { name: "comparison row", points: around(5), size: [30, 30] },
  Change: { name: "change", points: [[-1, -0.5], [0.1, -0.5], [0.1, -1], [1, 0], [0.1, 1], [0.1, 0.5], [-1, 0.5]], size: [32, 26] },
  CurationNote: { name: "curation note", points: star, size: [32, 32] },
  Thing: { name: "other thing", points: [[-0.6, -0.8], [0.6, -0.8], [1, 0.8], [-1, 0.8]], size: [28, 24] },
};

export const kindOf = (name) => KINDS[name] ?? KINDS.Thing;

// An SVG element of that shape around a point.
export function outline(kind, x, y, [width, height], attributes = {}) {
  const [w, h] = [width / 2, height / 2];
  const { round, rounded, points } = kindOf(kind);
  if (round) return draw("ellipse", { cx: x, cy: y, rx: w, ry: h, ...attributes });
  if (rounded) return draw("rect", { x: x - w, y: y - h, width, height, rx: h / 2, ...attributes });
  const path = points.map(([px, py]) => `${(x + px * w).toFixed(1)},${(y + py * h).toFixed(1)}`).join(" ");
  return draw("polygon", { points: path, "stroke-linejoin": "round", ...attributes });
}

// A small picture of the shape, for legends.
export function icon(kind) {
  const [width, height] = kindOf(kind).size.map((each) => each * 0.56);
  const shape = outline(kind, 11, 11, [width, height], { class: `shape kind-${kind.toLowerCase()}` });
  return draw("svg", { viewBox: "0 0 22 22", width: 22, height: 22, "aria-hidden": "true", focusable: "false" }, shape);
}
