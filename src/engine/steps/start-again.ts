import { reasonWithoutStack } from "../../otp/batch.js";
import { restartChild, startChild, unlessGone } from "../../otp/supervisor.js";
import { atomName } from "../../terms/access.js";
import { printTerm } from "../../terms/print.js";
import type { Term } from "../../terms/term.js";
import type { ExecutionContext } from "../context.js";
import { StepFailure } from "../failure.js";

export interface StoppedChild {
  /** A pid, or a name as a call gave it. */
  readonly supervisor: Term;
  readonly id: Term;
  /** As the supervisor had it: a supervisor forgets a temporary child when it stops it. */
  readonly specification: Term | undefined;
}

/**
 * Starts children that were stopped, after a failure: all of them are tried.
 * @throws StepFailure, CallError for the first that would not start
 */
export async function startAgain(children: readonly StoppedChild[], context: ExecutionContext): Promise<void> {
  const failures: unknown[] = [];
  for (const child of children) {
    try {
      const refusal = await startOne(child, context);
      if (refusal !== undefined && atomName(refusal) !== "running") failures.push(childNotStarted(child.id, refusal));
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

async function startOne(
  { supervisor, id, specification }: StoppedChild,
  context: ExecutionContext,
): Promise<Term | undefined> {
  const options = { timeoutMs: context.timeouts.callMs };
  const refusal = await unlessGone(restartChild(context.target, supervisor, id, options));
  // Whoever starts the supervisor again has it start its children.
  if (refusal === "gone") return undefined;
  if (refusal === undefined || specification === undefined || atomName(refusal) !== "not_found") return refusal;
  return await startChild(context.target, supervisor, specification, options);
}

export function childNotStarted(id: Term, refusal: Term): StepFailure {
  return new StepFailure({
    code: "child-not-started",
    summary: `the child ${printTerm(id)} could not be started: ${printTerm(reasonWithoutStack(refusal))}`,
    hint: "See the node's log for why it ended, and start it with supervisor:restart_child/2.",
  });
}
