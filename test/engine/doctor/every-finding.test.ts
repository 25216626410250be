import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ALLOWABLE_FINDINGS, DOCTOR_FINDINGS } from "../../../src/upgrade/finding.js";

/** The tests that make faults on real nodes: those beside this one, and of `swap`, which chooses processes. */
const texts = [
  ...readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith(".real.test.ts"))
    .map((name) => join(import.meta.dirname, name)),
  join(import.meta.dirname, "..", "..", "cli", "swap.test.ts"),
].map((file) => readFileSync(file, "utf8"));

it.each([...ALLOWABLE_FINDINGS, ...DOCTOR_FINDINGS, "no-upgrade-path"])(
  "%s is found on a real node that has it",
  (code) => {
    expect(texts.some((text) => text.includes(`"${code}"`))).toBe(true);
  },
);
