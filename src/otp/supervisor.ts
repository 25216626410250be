import type { Pid, Term } from "../terms/term.js";
import type { Outcome, Target } from "../target/target.js";
import { pidOf } from "./decode.js";
import { atomName, atomNames, listElements, taggedTuple, tupleElements } from "../terms/access.js";
import { attempt, invoke, type CallOptions } from "./invoke.js";

export interface Child {
  readonly id: Term;
  /** Undefined for a child that isn't running (`undefined` or `restarting` in OTP). */
  readonly pid: Pid | undefined;
  readonly type: "worker" | "supervisor";
  readonly modules: readonly string[] | "dynamic";
}

/** The children of a supervisor as `supervisor:which_children/1` gives them, or why they can't be told. */
export async function whichChildren(
  target: Target,
  supervisor: Pid,
  options: CallOptions = {},
): Promise<Child[] | Exclude<Outcome, { kind: "returned" }>> {
  const outcome = await attempt(target, "supervisor:which_children/1", [supervisor], options);
  if (outcome.kind !== "returned") return outcome;
  return (listElements(outcome.value) ?? []).flatMap((each) => {
    const [id, child, type, modules] = tupleElements(each, 4) ?? [];
    if (id === undefined) return [];
    return {
      id,
      pid: pidOf(child),
      type: atomName(type) === "supervisor" ? ("supervisor" as const) : ("worker" as const),
      modules: atomName(modules) === "dynamic" ? ("dynamic" as const) : (atomNames(modules) ?? []),
    };
  });
}

/** The callback module of a supervisor, undefined where it can't be told. */
export async function callbackModuleOf(
  target: Target,
  supervisor: Pid,
  options: CallOptions = {},
): Promise<string | undefined> {
  const outcome = await attempt(target, "supervisor:get_callback_module/1", [supervisor], options);
  return outcome.kind === "returned" ? atomName(outcome.value) : undefined;
}

/** What a supervisor answered: undefined for `ok` or `{ok, _}`, else the reason of `{error, Reason}`. */
export type Refusal = Term | undefined;

/** Stops a child and keeps its specification, but for a temporary child (`supervisor:terminate_child/2`). */
export async function terminateChild(
  target: Target,
  supervisor: Pid,
  id: Term,
  options: CallOptions = {},
): Promise<Refusal> {
  return refusalOf(await invoke(target, "supervisor:terminate_child/2", [supervisor, id], options));
}

/** Starts a child that was stopped (`supervisor:restart_child/2`). */
export async function restartChild(
  target: Target,
  supervisor: Pid,
  id: Term,
  options: CallOptions = {},
): Promise<Refusal> {
  return refusalOf(await invoke(target, "supervisor:restart_child/2", [supervisor, id], options));
}

const refusalOf = (answer: Term): Refusal => taggedTuple(answer, "error", 2)?.[1];
