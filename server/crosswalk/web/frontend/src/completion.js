// What may be typed next: variables of the query, prefixes, and the terms of the vocabulary with their labels.

const KEYWORDS = `SELECT CONSTRUCT ASK DESCRIBE WHERE OPTIONAL UNION FILTER GRAPH VALUES BIND MINUS DISTINCT ORDER GROUP HAVING
LIMIT OFFSET PREFIX COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT STR LANG LANGMATCHES REGEX CONTAINS EXISTS NOT IF COALESCE`
  .split(/\s+/)
  .map((label) => ({ label, type: "keyword" }));

// Completing a term also declares its prefix, where the query does not yet.
function insertTerm(prefixes) {
  return (view, completion, from, to) => {
    const prefix = completion.label.split(":")[0];
    const text = view.state.doc.toString();
    const declared = new RegExp(`prefix\\s+${prefix}:`, "i").test(text);
    const line = declared || !prefixes[prefix] ? "" : `PREFIX ${prefix}: <${prefixes[prefix]}>\n`;
    const changes = [{ from, to, insert: completion.label }];
    if (line) changes.push({ from: 0, insert: line });
    view.dispatch({ changes, selection: { anchor: from + line.length + completion.label.length } });
  };
}

export function completions({ prefixes, terms }) {
  const apply = insertTerm(prefixes);
  const options = [
    ...terms.map(({ name, label, kind, definition }) => ({
      label: name,
      detail: label,
      info: definition,
      type: kind === "class" ? "class" : "property",
      apply,
    })),
    ...Object.keys(prefixes).map((prefix) => ({ label: `${prefix}:`, detail: prefixes[prefix], type: "namespace", apply })),
  ];
  return (context) => {
    const variable = context.matchBefore(/[?$]\w*/);
    if (variable) {
      const names = new Set(context.state.doc.toString().match(/[?$]\w+/g));
      names.delete(variable.text);
      return { from: variable.from, options: [...names].map((label) => ({ label, type: "variable" })) };
    }
    const word = context.matchBefore(/[A-Za-z][\w-]*:?[\w-]*/);
    if (!word && !context.explicit) return null;
    return { from: word ? word.from : context.pos, options: [...options, ...KEYWORDS], validFor: /^[\w-]*:?[\w-]*$/ };
  };
}
