/** Writes schemas/*.schema.json from the schemas that judge the manifests. With --check it only compares. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { snapshotJsonSchema } from "../src/engine/snapshot/json-schema.js";
import { jsonSchema } from "../src/release/schema/json-schema.js";

const directory = join(import.meta.dirname, "..", "schemas");
const outdated: string[] = [];

const schemas = {
  rel: jsonSchema("rel"),
  app: jsonSchema("app"),
  appup: jsonSchema("appup"),
  relup: jsonSchema("relup"),
  snapshot: snapshotJsonSchema(),
};

for (const [kind, schema] of Object.entries(schemas)) {
  const file = join(directory, `${kind}.schema.json`);
  const text = await format(JSON.stringify(schema), { parser: "json", printWidth: 120 });
  if (!process.argv.includes("--check")) writeFileSync(file, text);
  else if (readFileSync(file, "utf8") !== text) outdated.push(file);
}

if (outdated.length > 0) {
  console.error(`Not up to date, run npx tsx scripts/schemas.ts: ${outdated.join(", ")}`);
  process.exitCode = 1;
}
