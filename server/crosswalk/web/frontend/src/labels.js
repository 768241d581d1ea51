// IRIs made short for the eye: by a prefix, by their address on this site, and by their label where there is one.
import { ROWS, put } from "./queries.js";

const vocabulary = JSON.parse(document.querySelector("#vocabulary")?.textContent ?? '{"root":"","prefixes":{},"base":"","labels":""}');
const BATCH = 200;
const MOST = 1000;

// The address of a page of this site, which may stand below a path of its host.
export const to = (path) => vocabulary.root + path;

export function shorten(iri) {
  const base = vocabulary.base;
  if (base && iri.startsWith(`${base}id/`)) return iri.slice(base.length + 3);
  for (const [prefix, namespace] of Object.entries(vocabulary.prefixes)) {
    if (iri.startsWith(namespace) && iri.length > namespace.length) return `${prefix}:${iri.slice(namespace.length)}`;
  }
  return iri;
}

// The things of the graph are shown by this site; what else the web has stays where it is; the rest has no page.
shorten.local = (iri) => {
  if (vocabulary.base && iri.startsWith(vocabulary.base)) return to(`/${iri.slice(vocabulary.base.length).replace(/^\/+/, "")}`);
  return /^https?:/.test(iri) ? iri : null;
};

export async function labelsOf(iris, endpoint) {
  const known = new Map();
  const wanted = [...new Set(iris)].filter((iri) => !/[<>"{}|\\^`\s]/.test(iri)).slice(0, MOST);
  if (!vocabulary.labels) return known;
  for (let from = 0; from < wanted.length; from += BATCH) {
    const terms = wanted.slice(from, from + BATCH).map((iri) => `<${iri}>`).join(" ");
    const response = await put(endpoint, vocabulary.labels.replace("VALUES ?thing { UNDEF }", () => `VALUES ?thing { ${terms} }`), ROWS);
    if (!response.ok) break;
    for (const { thing, label } of (await response.json()).results.bindings) known.set(thing.value, label.value);
  }
  return known;
}
