import { readFileSync } from "node:fs";

/** The version in package.json, which lies two folders up from the built file and from the source. */
export const version: string = (
  JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string }
).version;
