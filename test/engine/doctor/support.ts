import { expect } from "vitest";
import { examine } from "../../../src/engine/doctor/examine.js";
import type { PreparedUpgrade } from "../../../src/engine/prepared.js";
import type { Target } from "../../../src/target/target.js";
import type { Finding } from "../../../src/upgrade/finding.js";

/** For each question to a process: those that are stuck are made so by the test. */
export const TIMEOUT_MS = 500;

/** All that `doctor` finds. */
export async function findingsOf(
  target: Target,
  options: { readonly states?: boolean; readonly prepare?: () => Promise<PreparedUpgrade> } = {},
): Promise<readonly Finding<string>[]> {
  const { findings } = await examine(
    target,
    { timeoutMs: TIMEOUT_MS, states: options.states === true },
    options.prepare,
  );
  return findings;
}

/** Expects one finding of a code and no other; gives it. */
export function only(findings: readonly Finding<string>[], code: string): Finding<string> {
  expect(
    findings.map((finding) => finding.code),
    JSON.stringify(findings, null, 1),
  ).toEqual([code]);
  return findings[0]!;
}
