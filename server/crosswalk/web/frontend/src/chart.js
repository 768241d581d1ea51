// A bar chart of the first column of numbers, named by the first column that is none; null where there is no such pair.
import { draw } from "./elements.js";
import { shorten } from "./labels.js";

const NUMBER = /#(integer|decimal|double|float|int|long|nonNegativeInteger)$/;
const MOST = 60;

export function chartOf(vars, rows) {
  const isNumber = (name) => rows.some((row) => row[name]) && rows.every((row) => !row[name] || NUMBER.test(row[name].datatype ?? ""));
  const value = vars.find(isNumber);
  const name = vars.find((one) => one !== value && !isNumber(one));
  if (!rows.length || rows.length > MOST || !value || !name) return null;

  const bars = rows.map((row) => ({ label: shorten(row[name]?.value ?? ""), size: Number(row[value]?.value ?? 0) }));
  const most = Math.max(...bars.map(({ size }) => size), 1);
  const height = bars.length * 26 + 8;
  const picture = draw("svg", { viewBox: `0 0 800 ${height}`, class: "chart", role: "img" },
    draw("title", {}, `${value} by ${name}`));
  bars.forEach(({ label, size }, place) => {
    const y = place * 26 + 4;
    const text = draw("text", { x: 290, y: y + 15, "text-anchor": "end" });
    text.textContent = label.length > 44 ? `${label.slice(0, 43)}…` : label;
    const width = Math.max((size / most) * 430, 1);
    const number = draw("text", { x: 308 + width, y: y + 15 });
    number.textContent = String(size);
    picture.append(text, draw("rect", { x: 300, y, width, height: 20, class: "bar" }), number);
  });
  return picture;
}
