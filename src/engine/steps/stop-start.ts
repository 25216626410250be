import { restartChild, terminateChild } from "../../otp/supervisor.js";
import type { Start, Stop } from "../../release/instruction.js";
import type { Pid, Term } from "../../terms/term.js";
import type { ExecutionContext } from "../context.js";

interface StoppedChild {
  readonly supervisor: Pid;
  readonly id: Term;
}

/** Stops the children that the tree has for each module, top supervisors aside, as `release_handler_1:stop/2`. */
export async function stop(instruction: Stop, context: ExecutionContext): Promise<number> {
  const population = await context.population.processesOf(instruction.modules);
  let count = 0;
  for (const module of instruction.modules) {
    const children: StoppedChild[] = [];
    context.stopped.set(module, children);
    context.undo.push(`start the children of ${module} again`, () => startAll(children, context));
    for (const { supervisor, id } of population.get(module) ?? []) {
      if (supervisor === undefined || id === undefined) continue;
      const stopped = await terminateChild(context.target, supervisor, id, { timeoutMs: context.timeouts.callMs });
      if (stopped) children.push({ supervisor, id });
    }
    count += children.length;
  }
  return count;
}

/** Starts the children that were stopped for each module, as `release_handler_1:start/1`. */
export async function start(instruction: Start, context: ExecutionContext): Promise<number> {
  let count = 0;
  for (const module of instruction.modules) {
    const children = context.stopped.get(module) ?? [];
    context.stopped.delete(module);
    await startAll(children, context);
    count += children.length;
  }
  return count;
}

async function startAll(children: readonly StoppedChild[], context: ExecutionContext): Promise<void> {
  for (const { supervisor, id } of children) {
    await restartChild(context.target, supervisor, id, { timeoutMs: context.timeouts.callMs });
  }
}
