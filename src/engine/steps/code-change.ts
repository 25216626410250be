import { reasonWithoutStack } from "../../otp/batch.js";
import { atomName, taggedTuple } from "../../terms/access.js";
import type { Answers } from "../../otp/answers.js";
import type { ProcessGroup } from "../../otp/process-group.js";
import { pidText } from "../../otp/process.js";
import { changeCodeEach, fateOf, timedOut } from "../../otp/sys.js";
import type { CodeChange } from "../../release/instruction.js";
import type { Outcome } from "../../target/target.js";
import { printTerm } from "../../terms/print.js";
import { atom, tuple, type Pid, type Term } from "../../terms/term.js";
import type { ExecutionContext } from "../context.js";
import { StepFailure } from "../failure.js";
import { keepStates } from "../guardian/keep-states.js";
import { row, undo } from "../guardian/undo-action.js";

/**
 * Has the suspended processes of each module change their state, as `release_handler_1:change_code/5`: with the version
 * that the running code says of itself on the way up, `{down, Vsn}` with the version gone to on the way down. The state
 * is kept first, so that it can be put back exactly.
 */
export async function codeChange(instruction: CodeChange, context: ExecutionContext): Promise<number> {
  let count = 0;
  for (const { module, extra } of instruction.modules) {
    const group = context.suspended.get(module);
    if (group === undefined) continue;
    const vsn = oldVsn(module, instruction.mode ?? "up", context);
    await noteStates(module, group, extra, vsn, context);
    count += await changeProcesses(module, group, extra, vsn, context);
  }
  return count;
}

/** The version that code_change gets; `undefined` for a module whose object code the script doesn't load. */
function oldVsn(module: string, mode: "up" | "down", context: ExecutionContext): Term {
  const code = context.plan.upgrade.objectCode.get(module);
  if (mode === "up") return code?.previousVsn ?? atom("undefined");
  return tuple(atom("down"), code?.vsn ?? atom("undefined"));
}

/** Keeps the states of the processes on the node, so that they can be put back exactly. */
async function noteStates(
  module: string,
  group: ProcessGroup,
  extra: Term,
  vsn: Term,
  context: ExecutionContext,
): Promise<void> {
  const { id, rows } = context.undo.group(group);
  if (context.keepState) {
    await keepStates(context.target, { group, id, states: context.states, timeoutMs: context.timeouts.callMs });
    await context.undo.push(`put the old state of the processes of ${module} back`, undo.putStates(id, module), rows);
  } else {
    const back = taggedTuple(vsn, "down", 2)?.[1] ?? tuple(atom("down"), vsn);
    await context.undo.push(
      `have the processes of ${module} change their state back`,
      undo.downgradeStates(id, module, back, extra),
      rows,
    );
  }
}

async function changeProcesses(
  module: string,
  group: ProcessGroup,
  extra: Term,
  vsn: Term,
  context: ExecutionContext,
): Promise<number> {
  const timeout = context.timeouts.codeChangeMs;
  const answers = await changeCodeEach(context.target, group, { module, vsn, extra, timeout });
  const unchanged: Pid[] = [];
  const failures: { pid: Pid; reason: string }[] = [];
  for (const index of answers.where((outcome) => !isChanged(outcome))) {
    const pid = group.pids[index]!;
    const outcome = answers.at(index);
    unchanged.push(pid);
    if (fateOf(outcome) === "gone") {
      context.tally.dead.add(pid);
      context.skipped(pid, "it ended before its code was changed");
    } else {
      context.tally.failed.add(pid);
      failures.push({ pid, reason: failureReason(outcome, timeout) });
    }
  }
  context.tally.migrated.addAll(group.pidsBut(unchanged));
  const first = failures[0];
  if (first !== undefined) {
    await noteUnchanged(group, answers, context);
    const others = failures.length > 1 ? ` and in ${failures.length - 1} more` : "";
    throw new StepFailure({
      code: "code-change-failed",
      summary: `code_change of ${module} failed in ${pidText(first.pid)}${others}: ${first.reason}`,
      detail: `It was called with the old version ${printTerm(vsn)} and the extra argument ${printTerm(extra)}.`,
      hint: `Mend code_change of ${module} for this version and state, and try again.`,
    });
  }
  return group.pids.length;
}

/** A state that was not changed is not changed back. Of one that took too long it can't be told. */
async function noteUnchanged(
  group: ProcessGroup,
  answers: Answers,
  { keepState, undo: log }: ExecutionContext,
): Promise<void> {
  if (keepState) return;
  const refused = group.at(answers.where((outcome) => outcome.kind === "returned" && !isChanged(outcome)));
  await log.tell([row.unchanged(log.group(group).id, refused)]);
}

const isChanged = (outcome: Outcome): boolean => outcome.kind === "returned" && atomName(outcome.value) === "ok";

/** Why a code change failed, in words and terms. */
function failureReason(outcome: Outcome, timeoutMs: number): string {
  if (timedOut(outcome)) return `it was not done in ${timeoutMs} ms (--code-change-timeout)`;
  switch (outcome.kind) {
    case "returned": {
      const reason = taggedTuple(outcome.value, "error", 2)?.[1] ?? outcome.value;
      const exit = taggedTuple(reason, "EXIT", 2)?.[1];
      return printTerm(exit === undefined ? reason : reasonWithoutStack(exit));
    }
    case "raised":
      return printTerm(reasonWithoutStack(outcome.reason));
    case "not_sent":
      return outcome.cause;
    case "unknown":
      return "the connection was lost";
  }
}
