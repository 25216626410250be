import { reasonWithoutStack } from "../../otp/batch.js";
import { atomName } from "../../terms/access.js";
import { childSpecification, restartChild, terminateChild, unlessGone } from "../../otp/supervisor.js";
import type { Start, Stop } from "../../release/instruction.js";
import { printTerm } from "../../terms/print.js";
import type { Pid } from "../../terms/term.js";
import type { ExecutionContext } from "../context.js";
import { StepFailure } from "../failure.js";
import { undo, type StoppedChild } from "../guardian/undo-action.js";

/** A child that a stop instruction has stopped. */
export interface StoppedProcess extends StoppedChild {
  readonly pid: Pid;
}

/**
 * Stops the children that the tree has for each module, top supervisors aside, as `release_handler_1:stop/2`. A child
 * that its supervisor won't stop (it has no id under a `simple_one_for_one` one) fails the step, where OTP passes over it.
 */
export async function stop(instruction: Stop, context: ExecutionContext): Promise<number> {
  const options = { timeoutMs: context.timeouts.callMs };
  const population = await context.population.processesOf(instruction.modules);
  let count = 0;
  for (const module of instruction.modules) {
    const known: StoppedProcess[] = [];
    for (const { supervisor, id, pid } of population.get(module) ?? []) {
      if (supervisor === undefined || id === undefined) continue;
      const specification = await unlessGone(childSpecification(context.target, supervisor, id, options));
      if (specification !== "gone") known.push({ supervisor, id, pid, specification });
    }
    // When all old code is back: they would start with what is loaded then. One that runs still is not started again.
    await context.undo.pushLast(`start the children of ${module} again`, undo.startChildren(known));
    const children: StoppedProcess[] = [];
    context.stopped.set(module, children);
    for (const child of known) {
      if (await stopChild(child, context)) children.push(child);
    }
    count += children.length;
  }
  return count;
}

/**
 * Starts the children that were stopped for each module, as `release_handler_1:start/1`. One that doesn't start fails
 * the step, where OTP passes over it.
 */
export async function start(instruction: Start, context: ExecutionContext): Promise<number> {
  let count = 0;
  for (const module of instruction.modules) {
    const children = context.stopped.get(module) ?? [];
    context.stopped.delete(module);
    // Before the old code is put back: a child that runs the new code would go on with its state.
    await context.undo.push(`stop the children of ${module} again`, undo.stopChildren(children));
    for (const child of children) await startChild(child, context);
    count += children.length;
  }
  return count;
}

/** True when the child was stopped, false when it is there no more, or its supervisor isn't. */
async function stopChild({ supervisor, id }: StoppedChild, { target, timeouts }: ExecutionContext): Promise<boolean> {
  const refusal = await unlessGone(terminateChild(target, supervisor, id, { timeoutMs: timeouts.callMs }));
  if (refusal === undefined) return true;
  if (refusal === "gone" || atomName(refusal) === "not_found") return false;
  throw new StepFailure({
    code: "child-not-stopped",
    summary: `the child ${printTerm(id)} could not be stopped: ${printTerm(refusal)}`,
    detail: "It would run on with the old code and state.",
    hint: "Children of a simple_one_for_one supervisor have no id to be stopped by: suspend them instead ({update, ...}).",
  });
}

/**
 * A child that two modules have is started once. What its supervisor doesn't know any more stays stopped, as in OTP: a
 * temporary child, or one that the supervisor's new specification doesn't have.
 */
async function startChild({ supervisor, id, pid }: StoppedProcess, context: ExecutionContext): Promise<void> {
  const options = { timeoutMs: context.timeouts.callMs };
  const refusal = await unlessGone(restartChild(context.target, supervisor, id, options));
  if (refusal === undefined || refusal === "gone" || atomName(refusal) === "running") return;
  if (atomName(refusal) !== "not_found") {
    throw new StepFailure({
      code: "child-not-started",
      summary: `the child ${printTerm(id)} could not be started: ${printTerm(reasonWithoutStack(refusal))}`,
      hint: "See the node's log for why it ended, and start it with supervisor:restart_child/2.",
    });
  }
  context.skipped(pid, "it was stopped and is not started again: its supervisor has no specification of it any more");
}
