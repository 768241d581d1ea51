// The drawing as SVG: the shapes, lines and names that stand on the screen, in the same colours.
import { draw } from "./elements.js";
import { outline } from "./shapes.js";

const DASHES = { dashed: "8 5", dotted: "2 4" };
const FONT = "system-ui, 'Noto Sans', 'Liberation Sans', sans-serif";

function lines(text, wide) {
  const all = [];
  for (const word of text.split(" ")) {
    const last = all.at(-1);
    if (last !== undefined && (last + word).length < wide) all[all.length - 1] = `${last} ${word}`;
    else all.push(word);
  }
  return all;
}

function write(text, x, y, { size, fill, anchor = "middle", weight = 400, wide = 22 }) {
  const place = draw("text", { x, y, "text-anchor": anchor, "font-size": size, "font-weight": weight, fill });
  lines(text, wide).forEach((line, each) => {
    const span = draw("tspan", { x, dy: each ? size * 1.2 : 0 });
    span.textContent = line;
    place.append(span);
  });
  return place;
}

function arrow({ x, y }, from, fill) {
  const angle = (Math.atan2(y - from.y, x - from.x) * 180) / Math.PI;
  return draw("path", { d: "M0 0 L-9 -4 L-9 4 Z", transform: `translate(${x.toFixed(1)} ${y.toFixed(1)}) rotate(${angle.toFixed(1)})`, fill });
}

function edge(one) {
  const [start, end, bend] = [one.sourceEndpoint(), one.targetEndpoint(), one.controlPoints()?.[0]];
  if (!Number.isFinite(start?.x) || !Number.isFinite(end?.x)) return null;
  const stroke = one.style("line-color");
  const way = bend ? `Q${bend.x.toFixed(1)} ${bend.y.toFixed(1)} ` : "L";
  const path = draw("path", { d: `M${start.x.toFixed(1)} ${start.y.toFixed(1)} ${way}${end.x.toFixed(1)} ${end.y.toFixed(1)}`, fill: "none", stroke,
    "stroke-width": one.numericStyle("width"), "stroke-dasharray": DASHES[one.style("line-style")] ?? "none" });
  const group = draw("g", { class: "edge", opacity: one.style("opacity") }, path, arrow(end, bend ?? start, stroke));
  if (one.hasClass("named")) {
    const { x, y } = one.midpoint();
    group.append(write(one.data("short"), x, y, { size: 10.5, fill: one.style("color"), wide: 40 }));
  }
  return group;
}

function node(one) {
  const { x, y } = one.position();
  const [width, height] = [one.width(), one.height()];
  const shape = outline(one.data("kind"), x, y, [width, height], { fill: one.style("background-color"), stroke: one.style("border-color"),
    "stroke-width": one.numericStyle("border-width"), "stroke-dasharray": DASHES[one.style("border-style")] ?? "none" });
  const title = draw("title");
  title.textContent = one.data("title") ?? one.data("label");
  const size = one.numericStyle("font-size");
  const said = { size, fill: one.style("color"), weight: one.style("font-weight"), wide: Math.round(one.numericStyle("text-max-width") / (size * 0.52)) };
  const name = one.hasClass("side")
    ? write(one.data("label"), x + width / 2 + 6, y + size / 3, { ...said, anchor: "start" })
    : write(one.data("label"), x, y + height / 2 + size + 4, said);
  return draw("g", { class: "node" }, title, shape, name);
}

export function toSvg(network, ground) {
  const box = network.elements(":visible").boundingBox();
  const [x, y, w, h] = [box.x1 - 24, box.y1 - 24, box.w + 48, box.h + 48].map(Math.round);
  const picture = draw("svg", { viewBox: `${x} ${y} ${w} ${h}`, width: w, height: h, "font-family": FONT },
    draw("rect", { x, y, width: w, height: h, fill: ground }),
    ...network.edges(":visible").map(edge).filter(Boolean), ...network.nodes(":visible").map(node));
  return new XMLSerializer().serializeToString(picture);
}
