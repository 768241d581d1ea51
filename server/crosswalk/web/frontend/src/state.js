// What the reader sees is in the address, so that a picture can be shared, kept and gone back to.
const state = new URLSearchParams(window.location.search);

export const read = (name) => state.get(name) ?? "";
export const list = (name) => (state.get(name) ?? "").split(",").filter(Boolean);
export const all = (name) => state.getAll(name);

const keep = () => history.replaceState(null, "", state.size ? `?${state}` : window.location.pathname);

export function write(name, value) {
  if (value) state.set(name, value);
  else state.delete(name);
  keep();
}

export function add(name, value) {
  if (state.getAll(name).includes(value)) return;
  state.append(name, value);
  keep();
}

// The question to the server that this picture answers.
export function asked() {
  const part = new URLSearchParams();
  for (const name of ["focus", "depth", "whole"]) if (read(name)) part.set(name, read(name));
  for (const thing of all("also")) part.append("also", thing);
  return part;
}

// The same drawing around another thing, laid out as it is now.
export function around(thing) {
  const part = new URLSearchParams({ focus: thing });
  if (read("layout")) part.set("layout", read("layout"));
  return `?${part}`;
}
