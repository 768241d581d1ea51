// Names while the reader types where to start: found by words or numbers, written as the address of the thing.
import { make } from "./elements.js";
import { shorten, to } from "./labels.js";

const PAUSE = 250;
const MOST = 12;

export function suggest(input, options) {
  let waiting = null;
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    const words = input.value.trim();
    if (words.length < 2 || [...options.options].some(({ value }) => value === words)) return;
    waiting = setTimeout(async () => {
      const response = await fetch(to(`/search?${new URLSearchParams({ q: words, format: "json" })}`));
      if (!response.ok || input.value.trim() !== words) return;
      const found = await response.json();
      options.replaceChildren(...found.slice(0, MOST).map(({ thing, label, text }) =>
        make("option", { value: shorten(thing.value) }, (label ?? text)?.value ?? "")));
    }, PAUSE);
  });
}
