// Tabs: arrow keys go from one to the next, each is filled when it is first opened.
import { make } from "./elements.js";

let sets = 0;

export function tabbed(label, tabs) {
  const set = `tabs-${(sets += 1)}`;
  const panel = make("div", { class: "panel", role: "tabpanel", id: set });
  const filled = new Map();
  const buttons = Object.keys(tabs).map((name, place) =>
    make("button", { type: "button", role: "tab", id: `${set}-${place}`, "aria-controls": set, onclick: () => open(place) }, name));

  async function open(place) {
    buttons.forEach((button, each) => {
      button.setAttribute("aria-selected", String(each === place));
      button.tabIndex = each === place ? 0 : -1;
    });
    panel.setAttribute("aria-labelledby", buttons[place].id);
    if (!filled.has(place)) filled.set(place, Object.values(tabs)[place]());
    const content = await filled.get(place);
    if (buttons[place].getAttribute("aria-selected") === "true") panel.replaceChildren(content);
  }

  const bar = make("div", { class: "tabs", role: "tablist", "aria-label": label }, ...buttons);
  bar.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(event.target);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    const place = (next + buttons.length) % buttons.length;
    buttons[place].focus();
    open(place);
  });
  open(0);
  return [bar, panel];
}
