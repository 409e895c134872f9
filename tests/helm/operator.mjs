// Reads a JSON list of manifests on stdin and holds each against the Prometheus operator's published schema of its kind.
import { readFileSync } from "node:fs";

let faults = 0;
for (const manifest of JSON.parse(readFileSync(0, "utf8"))) {
  const models = await import(`@kubernetes-models/prometheus-operator/${manifest.apiVersion}/${manifest.kind}`);
  try {
    new models[manifest.kind](manifest).validate();
    console.log(`${manifest.kind} ${manifest.metadata.name}`);
  } catch (error) {
    console.error(`${manifest.kind} ${manifest.metadata?.name}: ${error.message}`);
    faults++;
  }
}
process.exit(faults > 0 ? 1 : 0);
