import { Pid, type Term, type Tuple, atom, tuple } from "../../terms/term.js";
import { type Context, type Value, termOf } from "../context.js";
import { caught } from "../process/raised.js";
import { UNDEFINED, at, isNamed, isTagged, keyOf } from "../support/term.js";
import { reportError, reportProgress } from "./report.js";
import type { Child, Children } from "./spec.js";
import { terminateChild } from "./terminate.js";

/** What became of a start: the pid (or `undefined` when the child said `ignore`) and what else it returned. */
export type Started =
  | { readonly pid: Term; readonly answer: Term; readonly error?: never }
  /** `error` is the reason, `answer` what a caller of start_child gets. */
  | { readonly error: Term; readonly answer: Term };

/** `supervisor:do_start_child_i/3`. */
export async function startFunction({ node, self }: Context, start: Tuple, args: Term): Promise<Started> {
  const [module, fun] = [at(start, 0), at(start, 1)];
  let result: Value;
  try {
    result = await node.call(self, atom("erlang"), atom("apply"), [module, fun, args]);
  } catch (thrown) {
    result = caught(node.raisedOf(thrown));
  }
  if ((isTagged(result, "ok", 2) || isTagged(result, "ok", 3)) && at(result, 1) instanceof Pid) {
    return { pid: at(result, 1), answer: result };
  }
  if (isNamed(result, "ignore")) return { pid: UNDEFINED, answer: tuple(atom("ok"), UNDEFINED) };
  const reason = isTagged(result, "error", 2) ? at(result, 1) : termOf(result);
  return { error: reason, answer: tuple(atom("error"), reason) };
}

/** `supervisor:do_start_child/2`. */
export async function startChild(context: Context, supervisor: Term, child: Child): Promise<Started> {
  const started = await startFunction(context, child.start, at(child.start, 2));
  if (started.error === undefined && started.pid instanceof Pid) {
    reportProgress(context, supervisor, { ...child, pid: started.pid });
  }
  return started;
}

/** Children of which one couldn't be started. The ones before it run; it and the ones after it don't. */
export interface FailedStart {
  readonly children: Map<string, Child>;
  readonly failed: Child;
  readonly reason: Term;
}

/** `supervisor:start_children/2`: starts them in order, up to the first that fails. */
export async function startChildren(
  context: Context,
  supervisor: Term,
  children: Children,
): Promise<Map<string, Child> | FailedStart> {
  const running = new Map(children);
  for (const [key, child] of children) {
    const started = await startChild(context, supervisor, child);
    if (started.error !== undefined) {
      reportError(context, supervisor, "start_error", started.error, child);
      return { children: running, failed: child, reason: started.error };
    }
    if (started.pid === UNDEFINED && child.restart.name === "temporary") running.delete(key);
    else running.set(key, { ...child, pid: started.pid });
  }
  return running;
}

export function isFailedStart(result: Map<string, Child> | FailedStart): result is FailedStart {
  return !(result instanceof Map);
}

/** `supervisor:terminate_children/2`: ends them, the last started first. Temporary ones are forgotten. */
export async function terminateChildren(
  context: Context,
  supervisor: Term,
  children: Children,
): Promise<Map<string, Child>> {
  const left = new Map(children);
  for (const child of [...children.values()].reverse()) {
    await terminateChild(context, supervisor, child);
    if (child.restart.name === "temporary") left.delete(keyOf(child.id));
    else left.set(keyOf(child.id), { ...child, pid: UNDEFINED });
  }
  return left;
}
