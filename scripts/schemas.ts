/** Writes schemas/*.schema.json from the schemas that judge the manifests. With --check it only compares. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { jsonSchema } from "../src/release/schema/json-schema.js";

const directory = join(import.meta.dirname, "..", "schemas");
const outdated: string[] = [];

for (const kind of ["rel", "app", "appup", "relup"] as const) {
  const file = join(directory, `${kind}.schema.json`);
  const text = await format(JSON.stringify(jsonSchema(kind)), { parser: "json", printWidth: 120 });
  if (!process.argv.includes("--check")) writeFileSync(file, text);
  else if (readFileSync(file, "utf8") !== text) outdated.push(file);
}

if (outdated.length > 0) {
  console.error(`Not up to date, run npx tsx scripts/schemas.ts: ${outdated.join(", ")}`);
  process.exitCode = 1;
}
