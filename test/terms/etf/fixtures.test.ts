import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { decodeTerm } from "../../../src/terms/etf/decode.js";
import { encodeTerm } from "../../../src/terms/etf/encode.js";

const lines = readFileSync(new URL("../../../fixtures/etf/otp-25.txt", import.meta.url), "utf8")
  .trim()
  .split("\n");
const samples = lines.map((line) => line.split(": ") as [string, string, string]);

it.each(samples)("%s, minor version %s, is read and written again byte for byte", (_name, version, hex) => {
  const minorVersion = version === "2" ? 2 : 1;
  const term = decodeTerm(Buffer.from(hex, "hex"));
  expect(Buffer.from(encodeTerm(term, { minorVersion })).toString("hex")).toBe(hex);
});

it("both minor versions are the same terms", () => {
  const pairs = samples
    .filter(([, version]) => version === "1")
    .map((first) => [first, samples[samples.indexOf(first) + 1]!] as const);
  for (const [first, second] of pairs) {
    // A fun is kept as bytes, and those differ.
    if (first[0].startsWith("a fun")) continue;
    expect(decodeTerm(Buffer.from(first[2], "hex"))).toEqual(decodeTerm(Buffer.from(second[2], "hex")));
  }
});
