// Bundles each entry of src/ into ../static/built/; what several pages need, and what is loaded on demand, in chunks of its own.
import { rm } from "node:fs/promises";

import { build } from "esbuild";

const outdir = process.argv[2] ?? "../static/built";

await rm(outdir, { recursive: true, force: true });
await build({
  entryPoints: ["src/editor.js", "src/drawing.js"],
  outdir,
  bundle: true,
  splitting: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "linked",
  logLevel: "warning",
});
