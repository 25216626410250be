import { ProcessGroup } from "../../otp/process-group.js";
import { pidText } from "../../otp/process.js";
import { fateOf, resumeEach, suspendEach, type SysTimeout } from "../../otp/sys.js";
import type { Outcome } from "../../target/target.js";
import type { Resume, Suspend, Timeout } from "../../release/instruction.js";
import type { Term } from "../../terms/term.js";
import type { ExecutionContext } from "../context.js";
import { StepFailure } from "../failure.js";
import { pidsOf } from "../guardian/failures.js";
import { row, undo } from "../guardian/undo-action.js";
import { atomName, tupleElements } from "../../terms/access.js";

/**
 * Suspends the processes that the tree has for each module, as `release_handler_1:suspend/3`. One that died meanwhile is
 * passed over. One that doesn't answer stops the upgrade: OTP would drop it, and it would meet new code with old state.
 */
export async function suspend(instruction: Suspend, context: ExecutionContext): Promise<number> {
  const modules = instruction.modules.map(({ module }) => module);
  const population = await context.population.processesOf(modules);
  const { choice, includeMissed: isIncluded } = context.plan.upgrade;
  const chosen = choice === undefined ? undefined : await context.population.chosenOf(modules, choice);
  const missed = isIncluded === true ? await context.population.missedOf(modules) : undefined;
  let count = 0;
  for (const { module, timeout } of instruction.modules) {
    // A process that two supervisors have is one process.
    const declared = chosen?.get(module) ?? (population.get(module) ?? []).map(({ pid }) => pid);
    const distinct = new Map([...declared, ...(missed?.get(module) ?? [])].map((pid) => [pidText(pid), pid]));
    const group = new ProcessGroup([...distinct.values()]);
    // Noted before the act: a suspend that is answered too late must be taken back too.
    const { id, rows } = context.undo.group(group);
    await context.undo.push(
      `resume the processes of ${module}`,
      undo.resume(id, module),
      [...rows, row.suspended(id), ...childrenRows(group, context)],
      (failure) => {
        noteResumed(group, failure, context);
      },
    );
    count += await suspendFor(module, group, sysTimeout(timeout, context.timeouts.suspendMs), context);
  }
  return count;
}

async function suspendFor(
  module: string,
  group: ProcessGroup,
  timeout: SysTimeout,
  context: ExecutionContext,
): Promise<number> {
  const at = context.suspensions.now();
  const answers = await suspendEach(context.target, group, timeout);
  const gone = new Set(answers.where((outcome) => fateOf(outcome) === "gone").map((index) => group.pids[index]!));
  for (const pid of gone) {
    context.tally.dead.add(pid);
    context.skipped(pid, "it ended before it could be suspended");
  }
  const silent = answers.where(isUnanswered).map((index) => group.pids[index]!);
  const quiet = new Set(silent);
  context.suspensions.suspended(
    gone.size + quiet.size === 0 ? group.pids : group.pids.filter((pid) => !gone.has(pid) && !quiet.has(pid)),
    at,
  );
  const suspended = group.without(gone);
  context.suspended.set(module, suspended);
  if (silent.length > 0) {
    context.tally.failed.addAll(silent);
    throw new StepFailure({
      code: "process-not-responding",
      summary: `${silent.map(pidText).join(", ")} did not answer the suspend for ${module}`,
      detail: "A process that can't be suspended would keep its old state on new code.",
      hint: "Find out what it is doing (process_info(Pid, current_stacktrace)), or give it longer with --suspend-timeout.",
    });
  }
  return suspended.pids.length;
}

/** Resumes what was suspended for each module, as `release_handler_1:resume/1`. One that died meanwhile doesn't matter. */
export async function resume(instruction: Resume, context: ExecutionContext): Promise<number> {
  let count = 0;
  for (const module of instruction.modules) {
    const group = context.suspended.get(module);
    if (group === undefined) continue;
    context.suspended.delete(module);
    // Putting the old code back has to find them suspended.
    const { id, rows } = context.undo.group(group);
    await context.undo.push(`suspend the processes of ${module} again`, undo.suspend(id), rows);
    await resumeAll(context, group);
    count += group.pids.length;
  }
  return count;
}

/** What the children of the supervisors in the group are, so that it can be told which ones are new afterwards. */
function childrenRows(group: ProcessGroup, { population }: ExecutionContext): Term[] {
  return group.pids.flatMap((pid) => {
    const children = population.childrenOf(pid);
    return children.length === 0
      ? []
      : [
          row.children(
            pid,
            children.map(({ id }) => id),
          ),
        ];
  });
}

/** The node has resumed them, but for those that it names. */
function noteResumed(group: ProcessGroup, failure: Term | undefined, { suspensions }: ExecutionContext): void {
  const silent = new Set(atomName(tupleElements(failure)?.[0]) === "not_responding" ? pidsOf(failure) : []);
  suspensions.resumed(group.pids.filter((pid) => !silent.has(pidText(pid))));
}

async function resumeAll(context: ExecutionContext, group: ProcessGroup): Promise<void> {
  const answers = await resumeEach(context.target, group);
  const silent = answers.where(isUnanswered).map((index) => group.pids[index]!);
  const quiet = new Set(silent);
  context.suspensions.resumed(silent.length === 0 ? group.pids : group.pids.filter((pid) => !quiet.has(pid)));
  if (silent.length > 0) {
    throw new StepFailure({
      code: "process-not-responding",
      summary: `${silent.map(pidText).join(", ")} did not answer the resume`,
      hint: "Resume it with sys:resume/1 on the node when it answers again.",
    });
  }
}

/** It may be there, and may be suspended or not. */
function isUnanswered(outcome: Outcome): boolean {
  const fate = fateOf(outcome);
  return fate === "silent" || fate === "failed";
}

function sysTimeout(timeout: Timeout | undefined, defaultMs: number): SysTimeout {
  return timeout === undefined || timeout === "default" ? defaultMs : timeout;
}
