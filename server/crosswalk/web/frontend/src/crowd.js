// A drawing of more things than can be named at once: cheaper lines, and names only where the reader has come near.
export const LARGE = 1000;
const NEAR = 0.8; // the zoom from which a name can be read
const MOST_NAMES = 250;
const REST = 180; // milliseconds after the last movement

export const isCrowd = (network) => network.nodes().length > LARGE;

// Instead of the other styles, for each rule is applied to each thing: straight lines without arrows, plain forms, and no
// names but those of the editions and of what is near.
export function crowdStyle({ ink, sheet, line, soft, focus, font, kinds, colours }) {
  return [
    { selector: "node", style: { width: 40, height: 40, "border-width": 3, "border-color": soft, color: ink, "font-family": font, "font-size": 8,
      "text-wrap": "wrap", "text-max-width": 84, "text-valign": "bottom", "text-margin-y": 3, "min-zoomed-font-size": 3 } },
    ...Object.entries(kinds).map(([kind, { form, fill }]) => ({ selector: `node.${kind}`, style: { ...form, "background-color": fill } })),
    { selector: "node.Edition", style: { label: "data(label)", "font-size": 50, "font-weight": 600, "text-max-width": 420, "text-valign": "center",
      "text-halign": "right", "text-margin-x": 14, width: 60, height: 44 } },
    { selector: "node.named, node.near, node:selected", style: { label: "data(label)", "z-index": 9 } },
    { selector: "edge", style: { "curve-style": "haystack", "haystack-radius": 0, width: 2, opacity: 0.4, "line-color": line } },
    ...Object.entries(colours).map(([name, stroke]) => ({ selector: `edge.${name}`, style: { "line-color": stroke, opacity: 0.8 } })),
    ...Object.entries(colours).map(([name, stroke]) => ({ selector: `node.${name}`, style: { "border-width": 8, "border-color": stroke } })),
    { selector: "edge.near", style: { width: 6, opacity: 1, "line-color": ink, "z-index": 9 } },
    { selector: "node.near", style: { "border-width": 8, "border-color": ink } },
    { selector: "node:selected", style: { "overlay-color": focus, "overlay-opacity": 0.35, "overlay-padding": 16, "border-color": focus,
      "text-background-color": sheet, "text-background-opacity": 0.9 } },
    { selector: ".hidden", style: { display: "none" } },
  ];
}

// Names what stands in the view, once the view rests and is near enough.
export function nameWhatIsNear(network) {
  let [named, waiting] = [network.collection(), null];
  const name = () => {
    const { x1, x2, y1, y2 } = network.extent();
    const inside = ({ x, y }) => x > x1 && x < x2 && y > y1 && y < y2;
    const near = network.zoom() < NEAR ? network.collection() : network.nodes().filter((node) => inside(node.position()));
    const wanted = near.length > MOST_NAMES ? network.collection() : near;
    network.batch(() => {
      named.not(wanted).removeClass("named");
      wanted.not(named).addClass("named");
    });
    named = wanted;
  };
  network.on("viewport", () => {
    clearTimeout(waiting);
    waiting = setTimeout(name, REST);
  });
}

// The frame of the view, from where things stand: to measure each of them would take longer than to draw it.
export function fitCrowd(network, padding) {
  let [x1, x2, y1, y2] = [Infinity, -Infinity, Infinity, -Infinity];
  network.nodes().forEach((node) => {
    const { x, y } = node.position();
    [x1, x2, y1, y2] = [Math.min(x1, x), Math.max(x2, x), Math.min(y1, y), Math.max(y2, y)];
  });
  const zoom = Math.min((network.width() - 2 * padding) / (x2 - x1 || 1), (network.height() - 2 * padding) / (y2 - y1 || 1), 1);
  network.viewport({ zoom, pan: { x: network.width() / 2 - (zoom * (x1 + x2)) / 2, y: network.height() / 2 - (zoom * (y1 + y2)) / 2 } });
}
