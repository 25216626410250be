import { setTimeout as delay } from "node:timers/promises";
import type { Target } from "../../target/target.js";
import { ProblemError } from "../../terms/problem.js";
import { Guardian, type GuardianOptions } from "./guardian.js";
import { findRecord, LOCK } from "./record.js";

const LOOK_EVERY_MS = 250;

export interface WaitOptions {
  /** Waits where another upgrade holds the node; one that failed, and so needs somebody, is not waited for. */
  readonly waitsForLock?: boolean | undefined;
  /** Until when at the most, by `performance.now()`. */
  readonly deadlineAt?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Posts a guardian on the node, as `Guardian.post`, when the node is free.
 * @throws ProblemError with the code `locked` where it isn't, or isn't in time, and `interrupted` where the signal fired
 */
export async function postGuardian(
  node: Target,
  options: GuardianOptions,
  { waitsForLock = false, deadlineAt = Infinity, signal }: WaitOptions,
): Promise<Guardian> {
  for (;;) {
    try {
      return await Guardian.post(node, options);
    } catch (error) {
      const isLocked = error instanceof ProblemError && error.problems[0]?.code === "locked";
      const isLate = performance.now() > deadlineAt;
      if (!isLocked || !waitsForLock || isLate || (await isForSomebody(node))) throw error;
      if (signal?.aborted === true) throw interrupted(error);
    }
    await delay(LOOK_EVERY_MS);
  }
}

const interrupted = ({ problems }: ProblemError): ProblemError =>
  new ProblemError([
    {
      code: "interrupted",
      severity: "error",
      summary: "interrupted while another upgrade held the node: nothing was changed",
      ...(problems[0]?.detail !== undefined && { detail: problems[0].detail }),
    },
  ]);

/** True where whoever holds the node won't let it go by itself. */
async function isForSomebody(node: Target): Promise<boolean> {
  const record = await findRecord(node, LOCK);
  return record === "other" || record?.phase === "failed";
}
