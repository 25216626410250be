import { setTimeout as delay } from "node:timers/promises";
import type { Target } from "../../target/target.js";
import { ProblemError } from "../../terms/problem.js";
import { heldProcesses, undoEntries, undoneEntries } from "../guardian/entries.js";
import { whatBecame, type Attempted } from "../guardian/failures.js";
import { lockedProblem } from "../guardian/locked.js";
import { findRecord, LAST, LOCK, UNDONE, type GuardianRecord } from "../guardian/record.js";

/** What guardians on a node say of the upgrades that they guard, or have guarded. */
export interface Situation {
  /** An upgrade that failed, and that locks the node: not everything of it could be taken back, or it was left as it is. */
  readonly failed: Recorded | undefined;
  /** The upgrade that the node has taken back last by itself. */
  readonly undone: Recorded | undefined;
  /** The last upgrade that was done, which `rollback` would take back. */
  readonly last: GuardianRecord | undefined;
  /** True where a process that is none of ours has the name that locks the node. */
  readonly isLockForeign: boolean;
}

/** An upgrade with what its guardian has noted of taking it back. */
export interface Recorded {
  readonly record: GuardianRecord;
  /** Why it was taken back: `requested`, `client_gone`, `lease_expired`, or `left`. */
  readonly cause: string | undefined;
  readonly done: readonly Attempted[];
  /** What is left to be taken back. */
  readonly entries: readonly string[];
  /** Processes, as text, that stay suspended until then. */
  readonly held: readonly string[];
}

/** A rollback that is under way is waited for. */
const ROLLING_BACK_MS = 60_000;
const PAUSE_MS = 200;

/**
 * What the guardians of a node say. Waits for one that is just taking an upgrade back.
 * @throws ProblemError with the code `locked` where an upgrade is under way: its client lives
 */
export async function readSituation(target: Target): Promise<Situation> {
  let lock = await findRecord(target, LOCK);
  const until = performance.now() + ROLLING_BACK_MS;
  while (lock !== undefined && lock !== "other" && lock.phase === "rolling_back" && performance.now() < until) {
    await delay(PAUSE_MS);
    lock = await findRecord(target, LOCK);
  }
  if (lock !== undefined && lock !== "other" && lock.phase !== "failed") {
    throw new ProblemError([await lockedProblem(target)]);
  }
  const [undone, last] = await Promise.all([findRecord(target, UNDONE), findRecord(target, LAST)]);
  return {
    failed: lock === undefined || lock === "other" ? undefined : await recorded(target, lock),
    undone: undone === undefined || undone === "other" ? undefined : await recorded(target, undone),
    last: last === "other" ? undefined : last,
    isLockForeign: lock === "other",
  };
}

async function recorded(target: Target, record: GuardianRecord): Promise<Recorded> {
  const [{ cause, undone }, entries, held] = await Promise.all([
    undoneEntries(target, record),
    undoEntries(target, record),
    heldProcesses(target, record),
  ]);
  return { record, cause, done: whatBecame(undone), entries, held };
}
