import { setImmediate } from "node:timers/promises";
import { pidText } from "../otp/process.js";
import type { DownReason, Target } from "../target/target.js";
import type { Problem } from "../terms/problem.js";
import type { Plan, PlanStep } from "../upgrade/plan.js";
import { endFailed, type Ending, type OnFailure } from "./after-failure.js";
import { afterScript, beforeScript } from "./application-data.js";
import { Budget, type Limits } from "./budget.js";
import { DEFAULT_TIMEOUTS, type ExecutionContext, type Timeouts } from "./context.js";
import type { OnProgress } from "./events.js";
import type { Execution, StepResult } from "./execution.js";
import type { Guardian } from "./guardian/guardian.js";
import { problemOf } from "./failure.js";
import { journaled, noJournal, type Act, type ActResult, type Journal } from "./journal/journal.js";
import { PidSet } from "./pid-set.js";
import { Population } from "./population.js";
import type { PreparedUpgrade } from "./prepared.js";
import type { Reconnect } from "./restart.js";
import { executeInstruction } from "./steps/index.js";
import type { OnUnresponsive } from "./steps/unresponsive.js";
import { Suspensions } from "./suspension.js";
import { UndoLog } from "./undo-log.js";

export interface ExecuteOptions extends Limits {
  readonly timeouts?: Partial<Timeouts>;
  /** What is done with a process that doesn't answer a suspend in time; `stop` unless said otherwise. */
  readonly onUnresponsive?: OnUnresponsive;
  /** What is done when a step fails; `rollback` unless said otherwise. */
  readonly onFailure?: OnFailure;
  /** Connects to the node anew, for `restart`. */
  readonly reconnect?: Reconnect;
  readonly onProgress?: OnProgress;
  /** Where each thing is written down before it is done; nowhere, unless said otherwise. */
  readonly journal?: Journal;
  /** When it fires, the step at work is finished and what was done is taken back. */
  readonly signal?: AbortSignal;
}

/**
 * Executes a plan step by step. When a step fails, everything done so far is taken back in the opposite order, so that
 * nothing stays suspended. Does not reject for what the node does; the result says what became of each step.
 * @param guardian was posted for this upgrade; it stays, and can take the upgrade back later, unless it is told to go
 */
export async function execute(
  target: Target,
  guardian: Guardian,
  plan: Plan,
  prepared: PreparedUpgrade,
  options: ExecuteOptions = {},
): Promise<Execution> {
  const started = performance.now();
  const journal = options.journal ?? noJournal;
  const onProgress: OnProgress = (event) => {
    journal.onProgress(event);
    options.onProgress?.(event);
  };
  const context = newContext(guardian, plan, prepared, options, onProgress);
  const results: StepResult[] = [];
  let failure: Problem | undefined;

  onProgress({ kind: "upgrade_started", steps: plan.steps.length });
  const before = { kind: "before_steps" } as const;
  const environment = await doJournaled(journal, before, "read the environments of the applications", () =>
    context.budget.during(() => beforeScript(context)),
  );
  if ("problem" in environment) failure = environment.problem;
  for (const step of plan.steps) {
    if (failure === undefined && options.signal?.aborted === true) failure = interruption;
    if (failure !== undefined) {
      results.push({ step, status: "not_executed", durationMs: 0, processes: 0 });
      continue;
    }
    const result = await executeStep(step, context, onProgress, journal);
    results.push(result);
    failure = result.problem;
  }
  if (failure === undefined && "value" in environment) {
    const { value } = environment;
    const act = { kind: "after_steps" } as const;
    const after = await doJournaled(journal, act, "change the configuration", () =>
      context.budget.during(() => afterScript(context, value)),
    );
    if ("problem" in after) failure = after.problem;
  }

  const down = failure === undefined ? undefined : await downReason(target);
  const ended =
    failure === undefined
      ? await confirm(guardian)
      : await endFailed({
          ...{ target, guardian, context, failure, down, results, onProgress, journal },
          onFailure: failure === interruption ? "rollback" : (options.onFailure ?? "rollback"),
          reconnect: options.reconnect,
        });
  const durationMs = performance.now() - started;
  onProgress({ kind: "upgrade_done", durationMs });
  const execution: Execution = {
    outcome: ended.outcome,
    executor: "relupctl",
    steps: results,
    failure: failure !== undefined && down !== undefined ? nodeLost(down, failure) : (failure ?? ended.failure),
    notUndone: ended.notUndone,
    unresponsive: context.unresponsive,
    keptStates: ended.outcome === "upgraded" ? await guardian.keptStates() : undefined,
    restart: ended.restart,
    isSettled: ended.isSettled,
    tally: {
      migrated: context.tally.migrated.asText(),
      dead: context.tally.dead.asText(),
      failed: context.tally.failed.asText(),
    },
    suspension: context.suspensions.times(),
    durationMs,
    interrupted: failure === interruption,
  };
  await journal.end(execution);
  return execution;
}

/** The guardian must not take back what was done when we end. Until it knows that, it may have. */
async function confirm(guardian: Guardian): Promise<Ending> {
  if (await guardian.upgraded()) return { outcome: "upgraded", notUndone: [], isSettled: false };
  const failure: Problem = {
    code: "not-confirmed",
    severity: "error",
    summary: "every step was done, but the node could not be told so",
    detail: "The node takes an upgrade back by itself when it hears no more of who executes it.",
    hint: "See whether it has, with: relupctl recover",
  };
  return { outcome: "unknown", notUndone: [], failure, isSettled: false };
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
    detail: `${detail}. It was noticed by this: ${failure.summary}.`,
    hint: "See below what could not be taken back, and whether the node still runs.",
  };
}

const interruption: Problem = {
  code: "interrupted",
  severity: "error",
  summary: "the upgrade was interrupted",
};

function newContext(
  guardian: Guardian,
  plan: Plan,
  prepared: PreparedUpgrade,
  options: ExecuteOptions,
  onProgress: OnProgress,
): ExecutionContext & { step?: PlanStep } {
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const suspensions = new Suspensions();
  const { target } = guardian;
  const context: ExecutionContext & { step?: PlanStep } = {
    target,
    plan,
    prepared,
    timeouts,
    keepState: plan.upgrade.keepState !== "never",
    population: new Population(target, timeouts.callMs, (pid) => suspensions.isSuspended(pid), plan.findings),
    undo: new UndoLog(guardian),
    states: guardian.states,
    suspensions,
    budget: new Budget(options, suspensions),
    suspended: new Map(),
    stopped: new Map(),
    stoppedByCall: new Set(),
    tally: { migrated: new PidSet(), dead: new PidSet(), failed: new PidSet() },
    onUnresponsive: options.onUnresponsive ?? "stop",
    unresponsive: [],
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
  journal: Journal,
): Promise<StepResult> {
  const started = performance.now();
  context.step = step;
  onProgress({ kind: "step_started", step });
  const attempt = await doJournaled(
    journal,
    { kind: "step", step },
    `do step ${step.index + 1}`,
    () => context.budget.during(() => executeInstruction(step.instruction, context)),
    (processes) => ({ processes, ...suspendedAfter(step, context) }),
  );
  const durationMs = performance.now() - started;
  if ("problem" in attempt) {
    onProgress({ kind: "step_failed", step, durationMs, problem: attempt.problem });
    return { step, status: "failed", durationMs, processes: 0, problem: attempt.problem };
  }
  onProgress({ kind: "step_done", step, durationMs, processes: attempt.value });
  return { step, status: "done", durationMs, processes: attempt.value };
}

/** Who is suspended after a step that suspends or resumes. */
function suspendedAfter({ instruction }: PlanStep, { suspensions }: ExecutionContext): Pick<ActResult, "suspended"> {
  const changes = instruction.instruction === "suspend" || instruction.instruction === "resume";
  return changes ? { suspended: () => suspensions.pids() } : {};
}

/** Does one thing, written down before and after. What it throws becomes a problem. */
async function doJournaled<T>(
  journal: Journal,
  act: Act,
  what: string,
  work: () => Promise<T>,
  resultOf?: (value: T) => Pick<ActResult, "processes" | "suspended">,
): Promise<{ value: T } | { problem: Problem }> {
  const problem = (error: unknown): Problem => problemOf(error, "step-failed", `could not ${what}`);
  try {
    return { value: await journaled(journal, act, work, problem, resultOf) };
  } catch (error) {
    return { problem: problem(error) };
  }
}
