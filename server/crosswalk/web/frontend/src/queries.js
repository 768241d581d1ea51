// What can be told of a query by looking at it.
const KEYWORD = /\b(SELECT|ASK|CONSTRUCT|DESCRIBE)\b/i;

// Without comments, IRIs and strings, in which any word may stand.
const bare = (text) => text.replace(/<[^<>"{}|^`\\\s]*>|"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|#.*/g, " ");

export const form = (text) => KEYWORD.exec(bare(text))?.[1].toUpperCase() ?? "SELECT";
export const givesTriples = (text) => ["CONSTRUCT", "DESCRIBE"].includes(form(text));

// How many rows the query itself asks for at most.
export function limit(text) {
  const found = /\bLIMIT\s+(\d+)(?:\s+OFFSET\s+\d+)?\s*$/i.exec(bare(text).trimEnd());
  return found ? Number(found[1]) : Infinity;
}

export const ROWS = "application/sparql-results+json";
export const TRIPLES = "application/n-triples";

// The query put to the endpoint, whatever its length.
export const put = (endpoint, query, accept, options = {}) =>
  fetch(endpoint, { method: "POST", headers: { "Content-Type": "application/sparql-query", Accept: accept }, body: query, ...options });

// What went wrong, in the endpoint's words where it has any.
export async function faultOf(response) {
  const type = response.headers.get("Content-Type") ?? "";
  if (type.includes("json")) return response.json();
  return { title: `The endpoint answered ${response.status}`, detail: response.statusText };
}
