// Writes every dashboard as JSON into the folder that is named.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { drift } from "./drift";
import { fleet } from "./fleet";
import { health } from "./health";
import { model } from "./model";

for (const [name, board] of Object.entries({ fleet, model, drift, health })) {
  writeFileSync(join(process.argv[2], `${name}.json`), JSON.stringify(board.build(), null, 2) + "\n");
}
