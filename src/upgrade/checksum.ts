import { createHash } from "node:crypto";

/** SHA-256, in hexadecimal, of plain data. The order of an object's keys doesn't matter, that of a list does. */
export function checksum(value: unknown): string {
  return createHash("sha256").update(canonical(value)).digest("hex");
}

/** The data as JSON with the keys of every object in order; keys without a value are left out, as in JSON. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([, each]) => each !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join(",")}}`;
}
