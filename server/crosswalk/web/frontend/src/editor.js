// The page /sparql: an editor for queries, and what the endpoint answers. Without JavaScript the form sends itself.
import { autocompletion } from "@codemirror/autocomplete";
import { indentWithTab } from "@codemirror/commands";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { EditorView, basicSetup } from "codemirror";
import { sparql } from "codemirror-lang-sparql";

import { completions } from "./completion.js";
import { showAnswer, showFault, showWaiting } from "./results.js";
import { showSnippets } from "./snippets.js";

const form = document.querySelector("form#ask");
const area = form.querySelector("textarea");
const answer = document.querySelector("#answer");
const vocabulary = JSON.parse(document.querySelector("#vocabulary").textContent);

// Colours come from the site's stylesheet, so that light and dark follow the page.
const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--code-keyword)" },
  { tag: [tags.variableName, tags.special(tags.variableName)], color: "var(--code-variable)" },
  { tag: [tags.string, tags.number, tags.bool], color: "var(--code-literal)" },
  { tag: [tags.namespace, tags.url, tags.name], color: "var(--code-name)" },
  { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
]);
const look = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--paper)", fontSize: "0.9rem" },
  "&.cm-focused": { outline: "2px solid var(--focus)" },
  ".cm-content": { caretColor: "var(--ink)", fontFamily: "var(--mono)", minHeight: "14rem" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--shade)", color: "var(--quiet)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--shade) 60%, transparent)" },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--focus) 30%, transparent)",
  },
  ".cm-tooltip": { backgroundColor: "var(--paper)", color: "var(--ink)", border: "1px solid var(--line)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--focus)", color: "var(--paper)" },
});

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
    syntaxHighlighting(colours),
    look,
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": area.getAttribute("aria-label") ?? "SPARQL query" }),
  ],
});
area.hidden = true;
document.querySelector("#keys")?.removeAttribute("hidden");

// Tab indents; Escape gives the keyboard back, so that nobody is caught in the editor.
function leave() {
  form.querySelector("button[type=submit]").focus();
  return true;
}

const query = () => view.state.doc.toString();

function mark(fault) {
  const { doc } = view.state;
  if (!fault?.line || fault.line > doc.lines) return view.dispatch(setDiagnostics(view.state, []));
  const line = doc.line(fault.line);
  const from = Math.min(line.from + Math.max((fault.column ?? 1) - 1, 0), line.to);
  const to = Math.max(Math.min(from + 1, doc.length), from);
  view.dispatch(setDiagnostics(view.state, [{ from, to, severity: "error", message: fault.detail ?? fault.title }]), {
    selection: { anchor: from },
    scrollIntoView: true,
  });
}

let running = null;

async function run() {
  running?.abort();
  running = new AbortController();
  showWaiting(answer);
  const started = performance.now();
  try {
    const response = await fetch(form.action, {
      method: "POST",
      headers: {
        "Content-Type": "application/sparql-query",
        Accept: "application/sparql-results+json, text/turtle;q=0.9, application/problem+json;q=0.1",
      },
      body: query(),
      signal: running.signal,
    });
    const seconds = (performance.now() - started) / 1000;
    if (!response.ok) {
      const fault = await response.json();
      mark(fault);
      return showFault(answer, fault);
    }
    mark(null);
    await showAnswer(answer, response, { query: query(), seconds, endpoint: form.action });
    history.replaceState(null, "", `?query=${encodeURIComponent(query())}`);
  } catch (fault) {
    if (fault.name === "AbortError") return;
    showFault(answer, { title: "The endpoint did not answer", detail: "Is the server still running? Try again." });
  }
}

form.addEventListener("submit", (event) => {
  const format = event.submitter?.value;
  area.value = query();
  area.hidden = true;
  if (event.submitter?.name === "format" && format) return; // a download: the browser sends the form itself
  event.preventDefault();
  run();
});
document.querySelector("#snippets")?.addEventListener("toggle", (event) => {
  if (event.target.open) showSnippets(event.target, query(), form.action);
});
document.querySelector("#named")?.addEventListener("change", (event) => {
  if (event.target.value) window.location.assign(`/sparql?question=${encodeURIComponent(event.target.value)}`);
});

if (form.dataset.run === "yes") run();
