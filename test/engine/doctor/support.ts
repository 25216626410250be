import { expect } from "vitest";
import { examine } from "../../../src/engine/doctor/examine.js";
import type { PreparedUpgrade } from "../../../src/engine/prepared.js";
import type { Target } from "../../../src/target/target.js";
import type { Finding } from "../../../src/upgrade/finding.js";

/** For each question to a process, all of which answer. */
export const TIMEOUT_MS = 20_000;
/** The same where the test has made one that doesn't: the others answer by then, and that one is waited for as long. */
export const STUCK_MS = 1_500;

/** All that `doctor` finds. */
export async function findingsOf(
  target: Target,
  options: {
    readonly states?: boolean;
    readonly timeoutMs?: number;
    readonly prepare?: () => Promise<PreparedUpgrade>;
  } = {},
): Promise<readonly Finding<string>[]> {
  const { findings } = await examine(
    target,
    { timeoutMs: options.timeoutMs ?? TIMEOUT_MS, states: options.states === true },
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
