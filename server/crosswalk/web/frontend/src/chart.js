// A bar chart of the first column of numbers, named by the first column that is none; null where there is no such pair.
import { draw } from "./elements.js";
import { labelsOf, shorten } from "./labels.js";

const NUMBER = /#(integer|decimal|double|float|int|long|nonNegativeInteger)$/;
const MOST = 60;

export const isNumber = (term) => NUMBER.test(term?.datatype ?? "");

export function chartOf(vars, rows) {
  const numbers = vars.filter((name) => rows.some((row) => row[name]) && rows.every((row) => !row[name] || isNumber(row[name])));
  const value = numbers[0];
  const name = vars.find((one) => !numbers.includes(one));
  return !rows.length || rows.length > MOST || !value || !name ? null : { value, name, rows };
}

export async function drawChart({ value, name, rows }, endpoint) {
  const labels = await labelsOf(rows.filter((row) => row[name]?.type === "uri").map((row) => row[name].value), endpoint);
  const said = (term) => (term ? labels.get(term.value) ?? shorten(term.value) : "");
  const bars = rows.map((row) => ({ label: said(row[name]), size: Number(row[value]?.value ?? 0) }));
  const most = Math.max(...bars.map(({ size }) => Math.abs(size)), 1);
  const height = bars.length * 26 + 8;
  // Drawn as wide as the page gives room, so that a telephone shows letters of the same size.
  const wide = Math.min(800, Math.max(340, document.querySelector("#content")?.clientWidth - 40 || 800));
  const [left, letters] = wide < 600 ? [wide * 0.42, 20] : [300, 42];
  const picture = draw("svg", { viewBox: `0 0 ${wide} ${height}`, class: "chart", role: "img", "aria-label": `${value} by ${name}; the table holds the same numbers` });
  bars.forEach(({ label, size }, place) => {
    const y = place * 26 + 4;
    const text = draw("text", { x: left - 10, y: y + 15, "text-anchor": "end" });
    text.textContent = label.length > letters ? `${label.slice(0, letters - 1)}…` : label;
    const width = Math.max((Math.abs(size) / most) * (wide - left - 70), 1);
    const number = draw("text", { x: left + 8 + width, y: y + 15 });
    number.textContent = String(size);
    picture.append(text, draw("rect", { x: left, y, width, height: 20, rx: 2, class: "bar" }), number);
  });
  return picture;
}
