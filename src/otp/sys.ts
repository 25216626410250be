import { atom, tuple, type Pid, type Term } from "../terms/term.js";
import type { Outcome, Target } from "../target/target.js";
import { atomName, atomNames, listElements, tupleElements } from "../terms/access.js";
import type { Answers } from "./answers.js";
import { systemMessageEach } from "./request-each.js";
import { changeCodeOfEach, statusEach } from "./sys-each.js";
import { ProcessGroup } from "./process-group.js";
import { DEFAULT_TIMEOUT_MS } from "./invoke.js";
import { stateIn, tagsStates } from "./state-answer.js";

/** `sys` of OTP: the system messages of a process. */

/** Milliseconds or `infinity`, as OTP's own time-out arguments. */
export type SysTimeout = number | "infinity";

/** A process that has not answered by then is asked once more, together with all others that have not. */
const FIRST_ATTEMPT_MS = 250;

const milliseconds = (timeout: SysTimeout): number => (timeout === "infinity" ? 2 ** 31 - 1 : timeout);

/**
 * Suspends each process (`sys:suspend/2`); what became of each, in order. Suspending twice does no harm, so those that
 * don't answer at once are asked a second time, all at the same time: however many they are, they cost their time-out
 * once.
 */
export async function suspendEach(target: Target, group: ProcessGroup, timeout: SysTimeout): Promise<Answers> {
  return await patiently(target, group, atom("suspend"), milliseconds(timeout));
}

/** Resumes each process (`sys:resume/1`); what became of each, in order. Resuming twice does no harm either. */
export async function resumeEach(target: Target, group: ProcessGroup): Promise<Answers> {
  return await patiently(target, group, atom("resume"), DEFAULT_TIMEOUT_MS);
}

async function patiently(target: Target, group: ProcessGroup, message: Term, timeoutMs: number): Promise<Answers> {
  return await askPatiently(group, timeoutMs, (asked, time) => systemMessageEach(target, asked, message, time));
}

/**
 * Asks each process something that does no harm when it is asked twice: briefly at first, then those that have not
 * answered once more, all at the same time.
 */
export async function askPatiently(
  group: ProcessGroup,
  timeoutMs: number,
  ask: (group: ProcessGroup, timeoutMs: number) => Promise<Answers>,
): Promise<Answers> {
  const answers = await ask(group, Math.min(FIRST_ATTEMPT_MS, timeoutMs));
  const silent = answers.where(timedOut);
  if (silent.length === 0 || timeoutMs <= FIRST_ATTEMPT_MS) return answers;
  const again = await ask(new ProcessGroup(silent.map((index) => group.pids[index]!)), timeoutMs);
  return answers.with(new Map(silent.map((index, position) => [index, again.at(position)])));
}

/**
 * Has each process, which must be suspended, change its code for `module` (`sys:change_code/5`); what became of each, in
 * order. One after another within a batch where it takes long, so that each has the whole time for itself.
 * @param change.vsn the old version as code_change gets it: `Vsn`, or `{down, Vsn}`
 */
export async function changeCodeEach(
  target: Target,
  group: ProcessGroup,
  change: { readonly module: string; readonly vsn: Term; readonly extra: Term; readonly timeout: SysTimeout },
): Promise<Answers> {
  return await changeCodeOfEach(target, group, change, milliseconds(change.timeout));
}

/** The state of each process (`sys:get_state/2`); what became of each, in order. */
export async function stateOfEach(target: Target, group: ProcessGroup, timeoutMs: number): Promise<Outcome[]> {
  const isTagged = await tagsStates(target);
  const answers = await systemMessageEach(target, group, atom("get_state"), timeoutMs);
  return answers.toArray().map((outcome) => (outcome.kind === "returned" ? stateIn(outcome.value, isTagged) : outcome));
}

/** Whether a process answers system messages, and is suspended, as `release_handler_1:get_proc_state/1` tells. */
export type SysState = "running" | "suspended" | "noproc" | "not_responding";

export interface SysStatus {
  readonly state: SysState;
  /** The module that receives the process's messages: `gen_server`, `gen_event`, or a special process's own. */
  readonly behaviour: string | undefined;
  /** Of a gen_statem: its callback modules, the current one first. */
  readonly callbackModules?: readonly string[];
}

/** The system state and the behaviour of each process (`sys:get_status/2`), in order. */
export async function sysStatusEach(target: Target, pids: readonly Pid[], timeoutMs: number): Promise<SysStatus[]> {
  const group = new ProcessGroup(pids);
  const outcomes = await askPatiently(group, timeoutMs, async (asked, time) =>
    (await statusEach(target, asked, time)).answered("sys:get_status/2"),
  );
  return outcomes.toArray().map((outcome): SysStatus => {
    if (outcome.kind !== "returned") {
      const isGone = fateOf(outcome) === "gone";
      return { state: isGone ? "noproc" : "not_responding", behaviour: undefined };
    }
    const [behaviour, state, modules] = tupleElements(outcome.value, 3) ?? [];
    const callbackModules = atomNames(tupleElements(modules, 2)?.[1]);
    return {
      state: atomName(state) === "suspended" ? "suspended" : "running",
      behaviour: atomName(behaviour),
      ...(callbackModules !== undefined && { callbackModules }),
    };
  });
}

/**
 * Whether each process answers a system message in time, in order. Asks for the statistics (`sys:statistics/2`), the
 * cheapest of the system messages: unlike the status, the answer doesn't carry the process's state. A dead process
 * counts as answering: there is nothing to wait for.
 */
export async function answersEach(target: Target, group: ProcessGroup, timeoutMs: number): Promise<boolean[]> {
  const answers = await systemMessageEach(target, group, tuple(atom("statistics"), atom("get")), timeoutMs);
  return answers
    .answered("sys:statistics/2")
    .toArray()
    .map((outcome) => !timedOut(outcome));
}

/** True for a system message that wasn't answered in time. */
export const timedOut = (outcome: Outcome): boolean => fateOf(outcome) === "silent";

/** What became of a process that was asked: it answered, didn't in time, is gone, or asking itself failed. */
export type Fate = "answered" | "silent" | "gone" | "failed";

/**
 * Reads the exits of `sys` and `gen`: `{Reason, {sys, Function, Arguments}}`, or the reason alone. Any reason but
 * `timeout` is the one that the process ended for.
 */
export function fateOf(outcome: Outcome): Fate {
  if (outcome.kind === "returned") return "answered";
  if (outcome.kind === "unknown") return outcome.cause === "timeout" ? "silent" : "failed";
  if (outcome.kind === "not_sent" || outcome.class !== "exit") return "failed";
  const [reason, called] = tupleElements(outcome.reason, 2) ?? [];
  // An error that was caught on the node has its stack in the place of the call.
  if (called !== undefined && isStack(called)) return "failed";
  return atomName(reason ?? outcome.reason) === "timeout" ? "silent" : "gone";
}

const isStack = (term: Term): boolean =>
  listElements(term)?.every((frame) => tupleElements(frame, 4) !== undefined) === true;
