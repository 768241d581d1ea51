// The page /sparql: an editor for queries, and what the endpoint answers. Without JavaScript the form sends itself.
import { autocompletion } from "@codemirror/autocomplete";
import { indentWithTab } from "@codemirror/commands";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { keymap } from "@codemirror/view";
import { EditorView, basicSetup } from "codemirror";
import { sparql } from "codemirror-lang-sparql";

import { completions } from "./completion.js";
import { save, still } from "./elements.js";
import { look } from "./look.js";
import { ROWS, faultOf, givesTriples, put } from "./queries.js";
import { showAnswer, showFault, showWaiting } from "./results.js";
import { showSnippets } from "./snippets.js";
import { typing } from "./typing.js";

const LONGEST = 12000; // characters of an address that every server and program on the way takes
const TYPES = { csv: "text/csv", tsv: "text/tab-separated-values", json: ROWS, xml: "application/sparql-results+xml", ttl: "text/turtle",
  jsonld: "application/ld+json", nt: "application/n-triples", rdf: "application/rdf+xml" };

const form = document.querySelector("form#ask");
const area = form.querySelector("textarea");
const start = document.querySelector("#run");
const answer = document.querySelector("#answer");
const snippets = document.querySelector("#snippets");
const vocabulary = JSON.parse(document.querySelector("#vocabulary").textContent);
const endpoint = form.action;

// A strict Content-Security-Policy refuses <style> elements; inside a shadow root CodeMirror adopts stylesheets instead.
const host = document.createElement("div");
host.className = "editor";
area.after(host);
const root = host.attachShadow({ mode: "open" });
const view = new EditorView({
  doc: area.value,
  parent: root,
  root,
  extensions: [
    keymap.of([{ key: "Mod-Enter", run: () => (run(), true) }, { key: "Escape", run: leave }, indentWithTab]),
    basicSetup,
    sparql(),
    autocompletion({ override: [completions(vocabulary)] }),
    lintGutter(),
    typing,
    look,
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": "SPARQL query" }),
    EditorView.updateListener.of((update) => { if (update.docChanged) follow(); }),
  ],
});
host.view = view; // for readers with a console
area.hidden = true;
area.disabled = true;
start.hidden = false;
document.querySelector("#keys").hidden = false;

// Tab indents; Escape gives the keyboard back, so that nobody is caught in the editor.
function leave() {
  start.focus();
  return true;
}

const query = () => view.state.doc.toString();

// What belongs to the query changes with it: the formats it can be answered in, and the programs.
function follow() {
  const wanted = givesTriples(query()) ? "triples" : "rows";
  for (const button of form.querySelectorAll("[data-form]")) button.hidden = button.dataset.form !== wanted;
  if (snippets.open) showSnippets(snippets, query(), endpoint);
}

function mark(fault) {
  const { doc } = view.state;
  if (!fault?.line || fault.line > doc.lines) return view.dispatch(setDiagnostics(view.state, []));
  const line = doc.line(fault.line);
  const at = Math.min(line.from + Math.max((fault.column ?? 1) - 1, 0), line.to);
  // To the end of the word; at the end of a line the last character stands for what is missing.
  const word = /^[^\s{}();,.]+|^./.exec(doc.sliceString(at, line.to))?.[0].length ?? 0;
  const from = word ? at : Math.max(at - 1, 0);
  const message = [fault.detail ?? fault.title, fault.hint].filter(Boolean).join(" ");
  view.dispatch(setDiagnostics(view.state, [{ from, to: word ? at + word : at, severity: "error", message }]));
  view.dispatch({ selection: { anchor: at }, scrollIntoView: true });
}

let running = null;

async function ask(accept) {
  running?.abort();
  running = new AbortController();
  const began = performance.now();
  const response = await put(endpoint, query(), `${accept}, application/problem+json;q=0.1`, { signal: running.signal });
  const seconds = (performance.now() - began) / 1000;
  if (response.ok) {
    mark(null);
    return { response, seconds };
  }
  const fault = await faultOf(response);
  mark(fault);
  showFault(answer, fault);
  return null;
}

async function attempt(deed) {
  try {
    await deed();
  } catch (fault) {
    if (fault.name === "AbortError") return;
    showFault(answer, { title: "The endpoint did not answer", detail: "Is the server still running? Try again." });
  }
  if (answer.getBoundingClientRect().top > innerHeight - 80) answer.scrollIntoView({ behavior: still() ? "auto" : "smooth", block: "nearest" });
}

const run = () => attempt(async () => {
  showWaiting(answer);
  const text = query();
  const got = await ask(`${ROWS}, text/turtle;q=0.9`);
  const link = `?query=${encodeURIComponent(text)}`;
  const short = link.length <= LONGEST;
  if (short) history.replaceState(null, "", link);
  if (got) await showAnswer(answer, got.response, { query: text, seconds: got.seconds, endpoint, link: short ? link : null });
});

const download = (format) => attempt(async () => {
  const got = await ask(TYPES[format]);
  if (got) save(`answer.${format}`, await got.response.blob());
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const { name, value } = event.submitter ?? {};
  if (name === "format") download(value);
  else run();
});
snippets.addEventListener("toggle", follow);
follow();
if (form.dataset.run === "yes") run();
