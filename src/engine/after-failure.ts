import type { DownReason, Target } from "../target/target.js";
import type { Problem } from "../terms/problem.js";
import type { PlanStep } from "../upgrade/plan.js";
import type { ExecutionContext } from "./context.js";
import type { OnProgress } from "./events.js";
import type { ExecutionOutcome, StepResult } from "./execution.js";
import type { Guardian } from "./guardian/guardian.js";
import type { Journal } from "./journal/journal.js";
import { restartNode, type Reconnect, type Restart } from "./restart.js";

/**
 * What is done when an upgrade fails. `rollback`: everything is taken back. `restart`: the same, and where not everything
 * can be, the node is restarted into its permanent release, as release_handler does. `leave`: all stays as it is, until
 * somebody has it taken back; an upgrade that is interrupted is taken back all the same.
 */
export type OnFailure = "rollback" | "restart" | "leave";

/** How an upgrade ended. */
export interface Ending {
  readonly outcome: ExecutionOutcome;
  /** What is not as it was before. */
  readonly notUndone: readonly Problem[];
  readonly failure?: Problem;
  readonly restart?: Restart;
  /** True where nothing is left that the guardian could take back. */
  readonly isSettled: boolean;
}

export interface Failed {
  /** Without the guardian's fence. */
  readonly target: Target;
  readonly guardian: Guardian;
  readonly context: ExecutionContext;
  readonly failure: Problem;
  /** Why the node is gone, where it is. */
  readonly down: DownReason | undefined;
  readonly results: readonly StepResult[];
  readonly onProgress: OnProgress;
  readonly journal: Journal;
  readonly onFailure: OnFailure;
  readonly reconnect: Reconnect | undefined;
}

/** Ends an upgrade that failed, as {@link OnFailure} says. */
export async function endFailed(failed: Failed): Promise<Ending> {
  const { target, guardian, down, failure, journal, onFailure, reconnect } = failed;
  if (onFailure === "leave" && down === undefined) {
    await journal.note(LEFT.summary);
    await guardian.leaveAsItIs();
    return { outcome: "failed", notUndone: [LEFT], isSettled: false };
  }
  await journal.rollback(failure);
  const ended = await takeBack(failed);
  if (onFailure !== "restart" || ended.outcome === "rolled_back") return ended;
  if (down !== undefined || reconnect === undefined) return ended;
  await journal.note("not everything could be taken back: the node is restarted into its permanent release");
  const restart = await restartNode(target, reconnect);
  if (restart.problem === undefined) return { ...ended, outcome: "rolled_back", restart, isSettled: true };
  return { ...ended, outcome: "unknown", restart, notUndone: [...ended.notUndone, restart.problem] };
}

async function takeBack({ context, down, results, onProgress }: Failed): Promise<Ending> {
  if (down !== undefined) return { outcome: "unknown", notUndone: context.undo.abandon(), isSettled: false };
  const { phase, problems } = await context.undo.rollBack(onProgress);
  const lasting = results.flatMap((result) => lastingEffect(result));
  const notUndone = [...problems, ...lasting];
  if (phase === "rolled_back") {
    return { outcome: lasting.length === 0 ? "rolled_back" : "failed", notUndone, isSettled: true };
  }
  return { outcome: phase === "failed" ? "failed" : "unknown", notUndone, isSettled: false };
}

/** What a step has done that nothing takes back. One that failed is named by the failure. */
function lastingEffect({ step, status }: StepResult): Problem[] {
  if (status !== "done" || !leavesSomething(step)) return [];
  const { instruction, index } = step;
  const what =
    instruction.instruction === "apply"
      ? `it called ${instruction.mfa.module}:${instruction.mfa.function}/${instruction.mfa.args.length}`
      : instruction.instruction;
  return [
    {
      code: "step-not-undoable",
      severity: "error",
      summary: `step ${index + 1} can't be taken back: ${what}`,
      detail: "The plan has said so. All else that could be taken back was.",
      hint:
        "See what the step did, and whether that may stay. Otherwise restart the node into its permanent release: by " +
        "init:restart() on the node, or next time by itself with --on-failure restart.",
    },
  ];
}

/** True for a step that can't be taken back. Code that a purge takes away was run by nobody. */
const leavesSomething = ({ instruction, undo }: PlanStep): boolean =>
  undo === "none" && instruction.instruction !== "purge";

const LEFT: Problem = {
  code: "left-as-it-is",
  severity: "error",
  summary: "nothing was taken back, as --on-failure leave says: what was suspended still is, and the node stays locked",
  hint: "Have it all taken back with relupctl rollback, or see what there is with relupctl recover.",
};
