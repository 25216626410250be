import { atom, type Pid, type Term } from "../terms/term.js";
import type { Outcome, Target } from "../target/target.js";
import { attemptEach, reasonWithoutStack } from "./batch.js";
import { atomName, listElements, tupleElements } from "./decode.js";
import { attempt, DEFAULT_TIMEOUT_MS, type CallOptions } from "./invoke.js";

/** `sys` of OTP: the system messages of a process. */

/** Milliseconds or `infinity`, as OTP's own time-out arguments. */
export type SysTimeout = number | "infinity";

/** What a batch of one system message each may take: each its own time-out, and some for the way. */
const withMargin = (timeout: SysTimeout): number => (timeout === "infinity" ? 2 ** 31 - 1 : timeout + 5_000);
const timeoutTerm = (timeout: SysTimeout): Term => (timeout === "infinity" ? atom("infinity") : timeout);

/** Suspends each process (`sys:suspend/2`); what became of each, in order. */
export async function suspendEach(target: Target, pids: readonly Pid[], timeout: SysTimeout): Promise<Outcome[]> {
  const args = pids.map((pid) => [pid, timeoutTerm(timeout)]);
  return await attemptEach(target, "sys:suspend/2", args, { timeoutMs: withMargin(timeout) });
}

/** Resumes each process (`sys:resume/1`); what became of each, in order. */
export async function resumeEach(target: Target, pids: readonly Pid[]): Promise<Outcome[]> {
  return await attemptEach(
    target,
    "sys:resume/1",
    pids.map((pid) => [pid]),
    { timeoutMs: withMargin(DEFAULT_TIMEOUT_MS) },
  );
}

/**
 * Sends a code change for `module` to each process, which must be suspended (`sys:change_code/5`).
 * @param vsn the old version as code_change gets it: `Vsn`, or `{down, Vsn}`
 */
export async function changeCodeEach(
  target: Target,
  pids: readonly Pid[],
  change: { readonly module: string; readonly vsn: Term; readonly extra: Term; readonly timeout: SysTimeout },
): Promise<Outcome[]> {
  const args = pids.map((pid) => [pid, atom(change.module), change.vsn, change.extra, timeoutTerm(change.timeout)]);
  return await attemptEach(target, "sys:change_code/5", args, { timeoutMs: withMargin(change.timeout) });
}

/** The state of each process (`sys:get_state/2`); what became of each, in order. */
export async function stateOfEach(target: Target, pids: readonly Pid[], timeoutMs: number): Promise<Outcome[]> {
  const args = pids.map((pid) => [pid, timeoutMs]);
  return await attemptEach(target, "sys:get_state/2", args, { timeoutMs: withMargin(timeoutMs) });
}

/** Whether a process answers system messages, and is suspended, as `release_handler_1:get_proc_state/1` tells. */
export type SysState = "running" | "suspended" | "noproc" | "not_responding";

/** Asks one process for its status (`sys:get_status/2`) and gives its system state. */
export async function sysState(target: Target, pid: Pid, options: CallOptions = {}): Promise<SysState> {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const outcome = await attempt(target, "sys:get_status/2", [pid, timeoutMs], { timeoutMs: timeoutMs + 1_000 });
  if (outcome.kind !== "returned") return timedOut(outcome) ? "not_responding" : "noproc";
  const state = listElements(tupleElements(outcome.value, 4, "status")?.[3])?.[1];
  return atomName(state) === "suspended" ? "suspended" : "running";
}

/**
 * Whether each process answers a system message in time, in order. Asks for the statistics (`sys:statistics/3`), the
 * cheapest of the system messages: unlike the status, the answer doesn't carry the process's state. A dead process
 * counts as answering: there is nothing to wait for.
 */
export async function answersEach(target: Target, pids: readonly Pid[], timeoutMs: number): Promise<boolean[]> {
  const args = pids.map((pid) => [pid, atom("get"), timeoutMs]);
  const outcomes = await attemptEach(target, "sys:statistics/3", args, { timeoutMs: withMargin(timeoutMs) });
  return outcomes.map((outcome) => !timedOut(outcome));
}

/** True for a system message that wasn't answered in time: `exit({timeout, {sys, _, _}})`, or no answer to us at all. */
export function timedOut(outcome: Outcome): boolean {
  if (outcome.kind === "returned") return false;
  if (outcome.kind !== "raised") return true;
  return atomName(tupleElements(reasonWithoutStack(outcome.reason), 2)?.[0] ?? outcome.reason) === "timeout";
}
