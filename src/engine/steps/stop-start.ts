import { atomName } from "../../terms/access.js";
import { childSpecification, restartChild, terminateChild } from "../../otp/supervisor.js";
import type { Start, Stop } from "../../release/instruction.js";
import { printTerm } from "../../terms/print.js";
import type { Pid, Term } from "../../terms/term.js";
import type { ExecutionContext } from "../context.js";
import { StepFailure } from "../failure.js";
import { childNotStarted, startAgain, type StoppedChild } from "./start-again.js";

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
    // When all old code is back: they would start with what is loaded then.
    context.undo.pushLast(`start the children of ${module} again`, () => startAgain(children, context));
    for (const { supervisor, id } of population.get(module) ?? []) {
      if (supervisor === undefined || id === undefined) continue;
      const child = await childToStop(supervisor, id, context);
      if (await stopChild(child, context, () => children.push(child))) children.push(child);
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

async function childToStop(supervisor: Pid, id: Term, context: ExecutionContext): Promise<StoppedChild> {
  const options = { timeoutMs: context.timeouts.callMs };
  return { supervisor, id, specification: await childSpecification(context.target, supervisor, id, options) };
}

/**
 * True when the child was stopped, false when it is there no more.
 * @param perhaps called before it throws where the child may be stopped: it takes too long to end
 */
async function stopChild(
  { supervisor, id }: StoppedChild,
  context: ExecutionContext,
  perhaps?: () => void,
): Promise<boolean> {
  let refusal: Term | undefined;
  try {
    refusal = await terminateChild(context.target, supervisor, id, { timeoutMs: context.timeouts.callMs });
  } catch (error) {
    perhaps?.();
    throw error;
  }
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
    if (refusal !== undefined && atomName(refusal) !== "running") throw childNotStarted(id, refusal);
  }
}
