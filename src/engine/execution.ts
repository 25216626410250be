import type { Problem } from "../terms/problem.js";
import type { PlanStep } from "../upgrade/plan.js";
import type { Executor } from "../upgrade/upgrade.js";
import type { Tally } from "./context.js";
import type { KeptStates } from "./guardian/guardian.js";
import type { Restart } from "./restart.js";
import type { Unresponsive } from "./steps/unresponsive.js";
import type { SuspensionTimes } from "./suspension.js";

/** What became of an upgrade, whoever did its steps. */

/** `unknown`: the node's release handler did it, or not, and doesn't tell. */
export type StepStatus = "done" | "failed" | "not_executed" | "unknown";

export interface StepResult {
  readonly step: PlanStep;
  readonly status: StepStatus;
  readonly durationMs: number;
  /** How many processes it touched. */
  readonly processes: number;
  readonly problem?: Problem;
}

/**
 * `rolled_back`: it failed and the node is as it was. `failed`: it failed and not all could be taken back. `unknown`: the
 * node went away in the middle, and what it did of the step at work can't be told.
 */
export type ExecutionOutcome = "upgraded" | "rolled_back" | "failed" | "unknown";

export interface Execution {
  readonly outcome: ExecutionOutcome;
  /** Who did the steps. */
  readonly executor: Executor;
  readonly steps: readonly StepResult[];
  /** Why it failed; undefined where it didn't. */
  readonly failure: Problem | undefined;
  /** What could not be taken back after a failure. */
  readonly notUndone: readonly Problem[];
  readonly tally: Tally;
  /** What did not answer a suspend in time, and what was done with it. */
  readonly unresponsive: readonly Unresponsive[];
  /** What is kept on the node, so that the upgrade can be taken back later on; undefined where it isn't there or not told. */
  readonly keptStates: KeptStates | undefined;
  /** How the node was restarted after a failure; undefined where it was not. */
  readonly restart: Restart | undefined;
  /** False where there is something left that the guardian could take back. */
  readonly isSettled: boolean;
  readonly suspension: SuspensionTimes;
  readonly durationMs: number;
  /** True when it stopped because the signal fired. */
  readonly interrupted: boolean;
}
