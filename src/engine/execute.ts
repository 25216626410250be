import { setImmediate } from "node:timers/promises";
import { pidText } from "../otp/process.js";
import type { DownReason, Target } from "../target/target.js";
import type { Problem } from "../terms/problem.js";
import type { Plan, PlanStep } from "../upgrade/plan.js";
import { afterScript, beforeScript } from "./application-data.js";
import { DEFAULT_TIMEOUTS, type ExecutionContext, type Tally, type Timeouts } from "./context.js";
import type { OnProgress } from "./events.js";
import { problemOf } from "./failure.js";
import { Population } from "./population.js";
import type { PreparedUpgrade } from "./prepared.js";
import { executeInstruction } from "./steps/index.js";
import { Suspensions, type SuspensionTimes } from "./suspension.js";
import { UndoLog } from "./undo-log.js";

export interface ExecuteOptions {
  readonly timeouts?: Partial<Timeouts>;
  readonly onProgress?: OnProgress;
  /** Whether states are kept before code_change, so that they can be put back. True unless said otherwise. */
  readonly keepState?: boolean;
  /** When it fires, the step at work is finished and what was done is taken back. */
  readonly signal?: AbortSignal;
}

export type StepStatus = "done" | "failed" | "not_executed";

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
  readonly steps: readonly StepResult[];
  /** Why it failed; undefined where it didn't. */
  readonly failure: Problem | undefined;
  /** What could not be taken back after a failure. */
  readonly notUndone: readonly Problem[];
  readonly tally: Tally;
  readonly suspension: SuspensionTimes;
  readonly durationMs: number;
  /** True when it stopped because the signal fired. */
  readonly interrupted: boolean;
}

/**
 * Executes a plan step by step. When a step fails, everything done so far is taken back in the opposite order, so that
 * nothing stays suspended. Never rejects for what the node does; the result says what became of each step.
 */
export async function execute(
  target: Target,
  plan: Plan,
  prepared: PreparedUpgrade,
  options: ExecuteOptions = {},
): Promise<Execution> {
  const started = performance.now();
  const onProgress = options.onProgress ?? (() => undefined);
  const context = newContext(target, plan, prepared, options, onProgress);
  const results: StepResult[] = [];
  let failure: Problem | undefined;

  onProgress({ kind: "upgrade_started", steps: plan.steps.length });
  const environment = await attemptTo("read the environments of the applications", () => beforeScript(context));
  if ("problem" in environment) failure = environment.problem;
  for (const step of plan.steps) {
    if (failure === undefined && options.signal?.aborted === true) failure = interruption;
    if (failure !== undefined) {
      results.push({ step, status: "not_executed", durationMs: 0, processes: 0 });
      continue;
    }
    const result = await executeStep(step, context, onProgress);
    results.push(result);
    failure = result.problem;
  }
  if (failure === undefined && "value" in environment) {
    const after = await attemptTo("change the configuration", () => afterScript(context, environment.value));
    if ("problem" in after) failure = after.problem;
  }

  const down = failure === undefined ? undefined : await downReason(target);
  const isLost = down !== undefined;
  const notUndone =
    failure === undefined ? [] : isLost ? context.undo.abandon() : await context.undo.rollBack(onProgress);
  const durationMs = performance.now() - started;
  onProgress({ kind: "upgrade_done", durationMs });
  return {
    outcome: outcomeOf(failure, isLost, notUndone),
    steps: results,
    failure: failure !== undefined && isLost ? nodeLost(down, failure) : failure,
    notUndone,
    tally: context.tally,
    suspension: context.suspensions.times(),
    durationMs,
    interrupted: failure === interruption,
  };
}

function outcomeOf(failure: Problem | undefined, isLost: boolean, notUndone: readonly Problem[]): ExecutionOutcome {
  if (failure === undefined) return "upgraded";
  if (isLost) return "unknown";
  return notUndone.length === 0 ? "rolled_back" : "failed";
}

/** Why the node is gone by now; undefined while it isn't. */
async function downReason(target: Target): Promise<DownReason | undefined> {
  return await Promise.race([target.down, setImmediate(undefined)]);
}

function nodeLost({ detail }: DownReason, failure: Problem): Problem {
  return {
    code: "node-lost",
    severity: "error",
    summary: "the node, or the connection to it, was lost during the upgrade",
    detail: `${detail}. It was noticed when ${failure.summary}.`,
    hint: "See below what could not be taken back, and whether the node still runs.",
  };
}

const interruption: Problem = {
  code: "interrupted",
  severity: "error",
  summary: "the upgrade was interrupted",
};

function newContext(
  target: Target,
  plan: Plan,
  prepared: PreparedUpgrade,
  options: ExecuteOptions,
  onProgress: OnProgress,
): ExecutionContext & { step?: PlanStep } {
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const suspensions = new Suspensions();
  const context: ExecutionContext & { step?: PlanStep } = {
    target,
    plan,
    prepared,
    timeouts,
    keepState: options.keepState ?? true,
    population: new Population(target, timeouts.callMs, (pid) => suspensions.isSuspended(pid)),
    undo: new UndoLog(),
    suspensions,
    suspended: new Map(),
    stopped: new Map(),
    loadedBefore: new Map(),
    childrenBefore: new Map(),
    unsettled: new Map(),
    stoppedByCall: new Set(),
    tally: { migrated: new Set(), dead: new Set(), failed: new Set() },
    skipped: (pid, why) => {
      if (context.step !== undefined)
        onProgress({ kind: "process_skipped", step: context.step, pid: pidText(pid), why });
    },
  };
  return context;
}

async function executeStep(
  step: PlanStep,
  context: ExecutionContext & { step?: PlanStep },
  onProgress: OnProgress,
): Promise<StepResult> {
  const started = performance.now();
  context.step = step;
  onProgress({ kind: "step_started", step });
  const attempt = await attemptTo(`do step ${step.index + 1}`, () => executeInstruction(step.instruction, context));
  const durationMs = performance.now() - started;
  if ("problem" in attempt) {
    onProgress({ kind: "step_failed", step, durationMs, problem: attempt.problem });
    return { step, status: "failed", durationMs, processes: 0, problem: attempt.problem };
  }
  onProgress({ kind: "step_done", step, durationMs, processes: attempt.value });
  return { step, status: "done", durationMs, processes: attempt.value };
}

async function attemptTo<T>(what: string, act: () => Promise<T>): Promise<{ value: T } | { problem: Problem }> {
  try {
    return { value: await act() };
  } catch (error) {
    return { problem: problemOf(error, "step-failed", `could not ${what}`) };
  }
}
