// IRIs made short for the eye: by a prefix, by their address on this site, and by their label where there is one.
const vocabulary = JSON.parse(document.querySelector("#vocabulary")?.textContent ?? '{"prefixes":{},"base":"","labels":""}');
const BATCH = 200;

export function shorten(iri) {
  const base = vocabulary.base;
  if (base && iri.startsWith(`${base}id/`)) return iri.slice(base.length + 3);
  for (const [prefix, namespace] of Object.entries(vocabulary.prefixes)) {
    if (iri.startsWith(namespace) && iri.length > namespace.length) return `${prefix}:${iri.slice(namespace.length)}`;
  }
  return iri;
}

// The things of the graph are shown by this site; whatever else there is stays where it is.
shorten.local = (iri) => {
  if (vocabulary.base && iri.startsWith(vocabulary.base)) return `/${iri.slice(vocabulary.base.length)}`;
  return /^https?:/.test(iri) ? iri : "#";
};

export async function labelsOf(iris, endpoint) {
  const known = new Map();
  const wanted = [...new Set(iris)].filter((iri) => !/[<>"{}|\\^`\s]/.test(iri)).slice(0, BATCH);
  if (!wanted.length || !vocabulary.labels) return known;
  const query = vocabulary.labels.replace("VALUES ?thing { UNDEF }", `VALUES ?thing { ${wanted.map((iri) => `<${iri}>`).join(" ")} }`);
  const response = await fetch(endpoint, {
    method: "POST",
    headers: { "Content-Type": "application/sparql-query", Accept: "application/sparql-results+json" },
    body: query,
  });
  if (!response.ok) return known;
  for (const { thing, label } of (await response.json()).results.bindings) known.set(thing.value, label.value);
  return known;
}
