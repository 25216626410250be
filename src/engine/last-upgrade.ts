import { loadedMd5s } from "../otp/code.js";
import { pidText } from "../otp/process.js";
import type { CallOptions } from "../otp/invoke.js";
import type { Target } from "../target/target.js";
import { ProblemError, type Problem } from "../terms/problem.js";
import { heldProcesses, loadedByUpgrade, undoEntries } from "./guardian/entries.js";
import { whatBecame, type Attempted } from "./guardian/failures.js";
import { Guardian, type TakenBack } from "./guardian/guardian.js";
import { lockedProblem } from "./guardian/locked.js";
import { findRecord, LAST, LOCK, type GuardianRecord } from "./guardian/record.js";
import { recordInstalled } from "./releases/bookkeeping.js";

/** The last upgrade that was done on a node, as its guardian keeps it. */
export interface LastUpgrade {
  readonly record: GuardianRecord;
  /** What is taken back, in this order. */
  readonly entries: readonly string[];
  /** Processes, as text, that began since and would begin anew: their states are of the new version. */
  readonly newcomers: readonly string[];
  /** Modules whose code is another one by now than the upgrade has loaded. */
  readonly changedSince: readonly string[];
}

/**
 * The last upgrade that can be taken back: one that was done, or one that failed and was left as it is. Undefined where
 * there is none: nothing was upgraded since the node's start, or it was taken back or committed.
 * @throws ProblemError with the code `locked` where an upgrade is under way
 */
export async function findLastUpgrade(target: Target, options: CallOptions = {}): Promise<LastUpgrade | undefined> {
  const lock = await findRecord(target, LOCK);
  const isLeft = lock !== undefined && lock !== "other" && lock.phase === "failed";
  if (lock !== undefined && !isLeft) throw new ProblemError([await lockedProblem(target)]);
  const record = lock ?? (await findRecord(target, LAST));
  if (record === undefined || record === "other") return undefined;
  const loads = await loadedByUpgrade(target, record);
  const modules = [...loads.keys()];
  const [entries, newcomers, loaded] = await Promise.all([
    undoEntries(target, record),
    Guardian.of(target, record).newcomers(),
    loadedMd5s(target, modules, options),
  ]);
  return {
    record,
    entries,
    newcomers: newcomers.map(pidText),
    changedSince: modules.filter((module, index) => loaded[index] !== loads.get(module)),
  };
}

/** What came of taking an upgrade back. */
export interface RolledBack {
  readonly phase: TakenBack["phase"];
  readonly done: readonly Attempted[];
  /** Processes, as text, that stay suspended. */
  readonly held: readonly string[];
  /** Why the node's release handler could not be told; undefined where it was, or had not to be. */
  readonly notRecorded: Problem | undefined;
}

/**
 * Has the guardian of an upgrade take it back, under the lock. Where everything could be, nothing of it stays on the node.
 * Does not reject for what the node does.
 */
export async function takeBack(target: Target, record: GuardianRecord): Promise<RolledBack> {
  const guardian = Guardian.of(target, record);
  const { phase, undone } = await guardian.rollBack();
  const done = whatBecame(undone);
  if (phase !== "rolled_back") {
    const held = phase === "failed" ? await heldProcesses(target, record) : [];
    return { phase, done, held, notRecorded: undefined };
  }
  await guardian.forget();
  const { releaseBefore } = record.holder;
  const books = releaseBefore === undefined ? undefined : await recordInstalled(target, releaseBefore, []);
  return { phase, done, held: [], notRecorded: books?.problem };
}

/** Forgets the last upgrade: it can't be taken back any more. What was kept for it is gone from the node's memory. */
export async function forgetLastUpgrade(target: Target): Promise<void> {
  const record = await findRecord(target, LAST);
  if (record !== undefined && record !== "other") await Guardian.of(target, record).forget();
}
