import type { Problem } from "../../terms/problem.js";
import type { PlanStep } from "../../upgrade/plan.js";
import type { ProgressEvent } from "../events.js";

/** One thing that an upgrade does to the node. */
export type Act =
  | { readonly kind: "step"; readonly step: PlanStep }
  /** What is done before the first step: specifications and configuration of a release. */
  | { readonly kind: "before_steps" }
  /** What is done after the last one: `config_change/3`. */
  | { readonly kind: "after_steps" }
  /** All of it at once, by the node's own release handler. */
  | { readonly kind: "install" };

export interface ActResult {
  readonly durationMs: number;
  /** Why it failed; undefined where it didn't. */
  readonly problem?: Problem | undefined;
  /** Of a step: how many processes it touched. */
  readonly processes?: number;
  /** Of a suspend or resume: every process that is suspended now, as text; for who wants to know. */
  readonly suspended?: () => readonly string[];
}

/** How an upgrade ended. */
export interface Conclusion {
  readonly outcome: "upgraded" | "rolled_back" | "failed" | "unknown";
  readonly interrupted: boolean;
  readonly durationMs: number;
  readonly failure: Problem | undefined;
  readonly notUndone: readonly Problem[];
  readonly tally: Readonly<Record<"migrated" | "dead" | "failed", ReadonlySet<string>>>;
  readonly suspension: {
    readonly count: number;
    readonly p50Ms: number;
    readonly p99Ms: number;
    readonly maxMs: number;
    readonly stillSuspended: readonly string[];
  };
}

/**
 * What is written down about one upgrade while it is executed. Each method resolves when its line is written, `intent`
 * when it is on the disk: the act must not begin before.
 *
 * A line that can't be written is a reason to stop and to take back what was done, so `intent` and `outcome` reject with
 * a `StepFailure`. Nothing may keep things from being taken back, though: from `rollback` on no method rejects any more.
 */
export interface Journal {
  intent(act: Act): Promise<void>;
  outcome(act: Act, result: ActResult): Promise<void>;
  /** Everything is about to be taken back, for this reason. */
  rollback(because: Problem): Promise<void>;
  note(what: string): Promise<void>;
  end(conclusion: Conclusion): Promise<void>;
  /** Takes notice of what belongs into the outcome of the step at work, and of what is taken back. */
  onProgress(event: ProgressEvent): void;
}

const nothing = (): Promise<void> => Promise.resolve();

/** For an upgrade of which nothing is written down. */
export const noJournal: Journal = {
  intent: nothing,
  outcome: nothing,
  rollback: nothing,
  note: nothing,
  end: nothing,
  onProgress: () => undefined,
};

/**
 * Does one thing with its intent written before and its outcome after.
 * @param resultOf what of the value goes into the outcome
 * @throws what `work` throws; StepFailure where the journal can't be written
 */
export async function journaled<T>(
  journal: Journal,
  act: Act,
  work: () => Promise<T>,
  problemOf: (error: unknown) => Problem,
  resultOf: (value: T) => Omit<ActResult, "durationMs" | "problem"> = () => ({}),
): Promise<T> {
  await journal.intent(act);
  const started = performance.now();
  const durationMs = (): number => performance.now() - started;
  let value: T;
  try {
    value = await work();
  } catch (error) {
    // What failed is the reason to tell, also where it can't be written down.
    await journal.outcome(act, { durationMs: durationMs(), problem: problemOf(error) }).catch(() => undefined);
    throw error;
  }
  await journal.outcome(act, { durationMs: durationMs(), ...resultOf(value) });
  return value;
}
