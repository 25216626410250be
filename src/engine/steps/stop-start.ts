import { reasonWithoutStack } from "../../otp/batch.js";
import { atomName } from "../../terms/access.js";
import { restartChild, terminateChild } from "../../otp/supervisor.js";
import type { Start, Stop } from "../../release/instruction.js";
import { printTerm } from "../../terms/print.js";
import type { Pid, Term } from "../../terms/term.js";
import type { ExecutionContext } from "../context.js";
import { StepFailure } from "../failure.js";

interface StoppedChild {
  readonly supervisor: Pid;
  readonly id: Term;
}

/**
 * Stops the children that the tree has for each module, top supervisors aside, as `release_handler_1:stop/2`. A child
 * that its supervisor won't stop (it has no id under a `simple_one_for_one` one) fails the step, where OTP passes over it.
 */
export async function stop(instruction: Stop, context: ExecutionContext): Promise<number> {
  const population = await context.population.processesOf(instruction.modules);
  let count = 0;
  for (const module of instruction.modules) {
    const children: StoppedChild[] = [];
    context.stopped.set(module, children);
    context.undo.push(`start the children of ${module} again`, () => startAll(children, context));
    for (const { supervisor, id } of population.get(module) ?? []) {
      if (supervisor === undefined || id === undefined) continue;
      if (await stopChild({ supervisor, id }, context)) children.push({ supervisor, id });
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
    context.undo.push(`stop the children of ${module} again`, async () => {
      for (const child of children) await stopChild(child, context);
    });
    await startAll(children, context);
    count += children.length;
  }
  return count;
}

/** True when the child was stopped, false when it is there no more. */
async function stopChild({ supervisor, id }: StoppedChild, context: ExecutionContext): Promise<boolean> {
  const refusal = await terminateChild(context.target, supervisor, id, { timeoutMs: context.timeouts.callMs });
  if (refusal === undefined || atomName(refusal) === "not_found") return refusal === undefined;
  throw new StepFailure({
    code: "child-not-stopped",
    summary: `the child ${printTerm(id)} could not be stopped: ${printTerm(refusal)}`,
    detail: "It would run on with the old code and state.",
    hint: "Children of a simple_one_for_one supervisor have no id to be stopped by: suspend them instead ({update, ...}).",
  });
}

async function startAll(children: readonly StoppedChild[], context: ExecutionContext): Promise<void> {
  for (const { supervisor, id } of children) {
    const refusal = await restartChild(context.target, supervisor, id, { timeoutMs: context.timeouts.callMs });
    if (refusal === undefined || atomName(refusal) === "running") continue;
    throw new StepFailure({
      code: "child-not-started",
      summary: `the child ${printTerm(id)} could not be started: ${printTerm(reasonWithoutStack(refusal))}`,
      hint: "See the node's log for why it ended, and start it with supervisor:restart_child/2.",
    });
  }
}
