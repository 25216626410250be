import { ProcessGroup } from "../../otp/process-group.js";
import { pidText } from "../../otp/process.js";
import { fateOf, resumeEach, suspendEach, type Fate, type SysTimeout } from "../../otp/sys.js";
import type { Outcome } from "../../target/target.js";
import type { Resume, Suspend, Timeout } from "../../release/instruction.js";
import type { Pid, Term } from "../../terms/term.js";
import type { ExecutionContext } from "../context.js";
import { StepFailure } from "../failure.js";
import { pidsOf } from "../guardian/failures.js";
import { row, undo } from "../guardian/undo-action.js";
import { atomName, tupleElements } from "../../terms/access.js";
import { dealWithSilent, inTheirPlace, notResponding } from "./unresponsive.js";

/**
 * Suspends the processes that the tree has for each module, as `release_handler_1:suspend/3`. One that died meanwhile is
 * passed over. With one that doesn't answer it is done as `OnUnresponsive` says.
 */
export async function suspend(instruction: Suspend, context: ExecutionContext): Promise<number> {
  const found = await processesFor(
    instruction.modules.map(({ module }) => module),
    context,
  );
  let count = 0;
  for (const { module, timeout } of instruction.modules) {
    count += await suspendFor(module, found.get(module)!, sysTimeout(timeout, context.timeouts.suspendMs), context);
  }
  return count;
}

/** The processes that each module is to be changed in, as they are now. One that two supervisors have is one process. */
async function processesFor(modules: readonly string[], context: ExecutionContext): Promise<Map<string, Pid[]>> {
  const population = await context.population.processesOf(modules);
  const { choice, includeMissed: isIncluded } = context.plan.upgrade;
  const chosen = choice === undefined ? undefined : await context.population.chosenOf(modules, choice);
  const missed = isIncluded === true ? await context.population.missedOf(modules) : undefined;
  return new Map(
    modules.map((module) => {
      const declared = chosen?.get(module) ?? (population.get(module) ?? []).map(({ pid }) => pid);
      const distinct = new Map([...declared, ...(missed?.get(module) ?? [])].map((pid) => [pidText(pid), pid]));
      return [module, [...distinct.values()]];
    }),
  );
}

/** Suspends the processes for a module, and what is started in the place of those that are killed for not answering. */
async function suspendFor(
  module: string,
  pids: readonly Pid[],
  timeout: SysTimeout,
  context: ExecutionContext,
): Promise<number> {
  let { suspended, killed } = await suspendOnce(module, pids, timeout, context);
  for (let tries = 1; killed.length > 0 && tries < ROUNDS; tries++) {
    const known = new Set([...pids, ...suspended.pids, ...killed].map(pidText));
    const found = await inTheirPlace(killed, async () => (await processesFor([module], context)).get(module)!);
    const next = await suspendOnce(
      module,
      found.filter((pid) => !known.has(pidText(pid))),
      timeout,
      context,
    );
    suspended = new ProcessGroup([...suspended.pids, ...next.suspended.pids]);
    killed = next.killed;
  }
  if (killed.length > 0) throw notResponding(module, killed);
  context.suspended.set(module, suspended);
  return suspended.pids.length;
}

/** How often processes are killed and others found in their place. */
const ROUNDS = 3;

interface SuspendedOnce {
  readonly suspended: ProcessGroup;
  readonly killed: readonly Pid[];
}

async function suspendOnce(
  module: string,
  pids: readonly Pid[],
  timeout: SysTimeout,
  context: ExecutionContext,
): Promise<SuspendedOnce> {
  const group = new ProcessGroup(pids);
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
  const at = context.suspensions.begin();
  const answers = await suspendEach(context.target, group, timeout);
  const having = (fate: Fate): Pid[] => group.at(answers.where((outcome) => fateOf(outcome) === fate));
  const gone = having("gone");
  for (const pid of gone) {
    context.tally.dead.add(pid);
    context.skipped(pid, "it ended before it could be suspended");
  }
  const silent = having("silent");
  const unasked = having("failed");
  const suspended = group.without([...gone, ...silent, ...unasked]);
  context.suspensions.suspended(suspended.pids, at);
  if (unasked.length > 0) throw notAsked(module, unasked, context);
  if (silent.length > 0) await dealWithSilent(silent, { module, groupId: id }, context);
  return { suspended, killed: context.onUnresponsive === "kill" ? silent : [] };
}

function notAsked(module: string, pids: readonly Pid[], context: ExecutionContext): StepFailure {
  context.tally.failed.addAll(pids);
  return new StepFailure({
    code: "process-not-responding",
    summary: `${pids.map(pidText).join(", ")} could not be asked to suspend for ${module}`,
    hint: "See the node's log, and whether the node still runs.",
  });
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
    const ids = population.childrenOf(pid).map(({ id }) => id);
    return ids.length === 0 ? [] : [row.children(pid, ids)];
  });
}

/** The node has resumed them, but for those that it names. */
function noteResumed(group: ProcessGroup, failure: Term | undefined, { suspensions }: ExecutionContext): void {
  const silent = new Set(atomName(tupleElements(failure)?.[0]) === "not_responding" ? pidsOf(failure) : []);
  suspensions.resumed(group.pids.filter((pid) => !silent.has(pidText(pid))));
}

async function resumeAll(context: ExecutionContext, group: ProcessGroup): Promise<void> {
  const answers = await resumeEach(context.target, group);
  const silent = group.at(answers.where(isUnanswered));
  context.suspensions.resumed(group.pidsBut(silent));
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
