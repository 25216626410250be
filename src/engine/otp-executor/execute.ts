import type { Target } from "../../target/target.js";
import type { Problem } from "../../terms/problem.js";
import type { Plan } from "../../upgrade/plan.js";
import type { ExecuteOptions } from "../execute.js";
import type { Execution } from "../execution.js";
import { StepFailure } from "../failure.js";
import { journaled, noJournal, type Journal } from "../journal/journal.js";
import type { PreparedUpgrade } from "../prepared.js";
import type { Account } from "../releases/account.js";
import type { Bookkeeping } from "../releases/bookkeeping.js";
import { failureOf, Handover, type Settled } from "./handover.js";

/**
 * Has the node's own release handler execute a plan (`release_handler:install_release/2`): it does all steps, and so
 * nothing can be taken back by us. Where a step fails past the point of no return it restarts the node into the permanent
 * release; where the script restarts the emulator it goes on after that. Both are waited for, and what runs then is
 * looked at. Never rejects for what the node does.
 * @param account of `readyHandler`
 * @param target without the guardian's fence: the guardian only locks the node
 */
export async function executeByReleaseHandler(
  target: Target,
  plan: Plan,
  prepared: PreparedUpgrade,
  account: Account,
  options: ExecuteOptions = {},
): Promise<{ readonly execution: Execution; readonly bookkeeping: Bookkeeping }> {
  const started = performance.now();
  const journal = options.journal ?? noJournal;
  const work = new Handover(target, prepared, account, options);
  options.onProgress?.({ kind: "upgrade_started", steps: plan.steps.length });
  const isInterrupted = options.signal?.aborted === true;
  const settled: Settled = isInterrupted
    ? { outcome: "rolled_back", failure: INTERRUPTED, steps: "not_executed" }
    : await handOver(work, journal);
  const durationMs = performance.now() - started;
  options.onProgress?.({ kind: "upgrade_done", durationMs });
  const isDone = settled.outcome === "upgraded" && settled.restart === undefined;
  const migrated = isDone ? plan.coverage.flatMap((each) => each.migrated.map(({ text }) => text)) : [];
  const execution: Execution = {
    outcome: settled.outcome,
    executor: "otp",
    steps: plan.steps.map((step) => ({ step, status: settled.steps, durationMs: 0, processes: 0 })),
    failure: settled.failure,
    notUndone: settled.notUndone ?? [],
    tally: { migrated: new Set(migrated), dead: new Set(), failed: new Set() },
    unresponsive: [],
    keptStates: undefined,
    restart: settled.restart,
    isSettled: true,
    suspension: { count: 0, p50Ms: 0, p99Ms: 0, maxMs: 0, byProcess: new Map(), stillSuspended: [] },
    durationMs,
    interrupted: isInterrupted,
  };
  await journal.end(execution);
  return { execution, bookkeeping: { status: settled.status } };
}

const INTERRUPTED: Problem = { code: "interrupted", severity: "error", summary: "the upgrade was interrupted" };

/** Has the release handler do it, with a note in the journal before it and after it. */
async function handOver(work: Handover, journal: Journal): Promise<Settled> {
  let done: Settled | undefined;
  const install = async (): Promise<Settled> => {
    done = await work.install();
    // The journal has to know it as a failure.
    if (done.failure !== undefined) throw new StepFailure(done.failure);
    return done;
  };
  try {
    return await journaled(journal, { kind: "install" }, install, failureOf);
  } catch (error) {
    // Where the journal can't be written any more, what the node has done stays what it is.
    if (done !== undefined) return done;
    const failure = failureOf(error);
    if (work.isHandedOver) return { outcome: "unknown", failure, steps: "unknown" };
    return { outcome: "rolled_back", failure, steps: "not_executed" };
  }
}
