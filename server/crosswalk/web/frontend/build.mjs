// Bundles each entry of src/ into ../static/built/, one file per page that needs it.
import { build } from "esbuild";

const outdir = process.argv[2] ?? "../static/built";

await build({
  entryPoints: ["src/editor.js", "src/drawing.js"],
  outdir,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "linked",
  logLevel: "warning",
});
