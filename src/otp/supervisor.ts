import { atom, type Pid, type Term } from "../terms/term.js";
import type { Target } from "../target/target.js";
import { pidOf } from "./decode.js";
import { atomName, atomNames, listElements, taggedTuple, tupleElements } from "../terms/access.js";
import { callEach } from "./each-process.js";
import { requestEach } from "./request-each.js";
import { CallError, invoke, type CallOptions } from "./invoke.js";
import { ProcessGroup } from "./process-group.js";
import { askPatiently, fateOf, type Fate } from "./sys.js";

export interface Child {
  readonly id: Term;
  /** Undefined for a child that isn't running (`undefined` or `restarting` in OTP). */
  readonly pid: Pid | undefined;
  readonly type: "worker" | "supervisor";
  readonly modules: readonly string[] | "dynamic";
}

/**
 * The children of each supervisor, as `supervisor:which_children/1` gives them, in order; or what became of a process
 * that doesn't tell: it is gone, silent, or gave an answer that no supervisor gives.
 */
export async function whichChildrenEach(
  target: Target,
  supervisors: readonly Pid[],
  timeoutMs: number,
): Promise<(Child[] | Exclude<Fate, "answered">)[]> {
  const [label, request] = [atom("$gen_call"), atom("which_children")];
  const outcomes = await askPatiently(new ProcessGroup(supervisors), timeoutMs, async (group, time) =>
    (await requestEach(target, group, label, request, time)).answered("supervisor:which_children/1"),
  );
  return outcomes.toArray().map((outcome) => {
    const fate = fateOf(outcome);
    if (outcome.kind !== "returned") return fate === "answered" ? "failed" : fate;
    return readChildren(outcome.value) ?? "failed";
  });
}

function readChildren(answer: Term): Child[] | undefined {
  return listElements(answer)?.flatMap((each) => {
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

/** The callback module of each supervisor, in order; undefined where it can't be told. */
export async function callbackModules(
  target: Target,
  supervisors: readonly Pid[],
  timeoutMs: number,
): Promise<(string | undefined)[]> {
  const group = new ProcessGroup(supervisors);
  const called = "supervisor:get_callback_module/1";
  const outcomes = (await callEach(target, called, group, [], timeoutMs)).answered(called);
  return outcomes.toArray().map((outcome) => (outcome.kind === "returned" ? atomName(outcome.value) : undefined));
}

/** What a supervisor answered: undefined for `ok` or `{ok, _}`, else the reason of `{error, Reason}`. */
export type Refusal = Term | undefined;

/** Stops a child and keeps its specification, but for a temporary child (`supervisor:terminate_child/2`). */
export async function terminateChild(
  target: Target,
  supervisor: Term,
  id: Term,
  options: CallOptions = {},
): Promise<Refusal> {
  return refusalOf(await invoke(target, "supervisor:terminate_child/2", [supervisor, id], options));
}

/** Starts a child that was stopped (`supervisor:restart_child/2`). */
export async function restartChild(
  target: Target,
  supervisor: Term,
  id: Term,
  options: CallOptions = {},
): Promise<Refusal> {
  return refusalOf(await invoke(target, "supervisor:restart_child/2", [supervisor, id], options));
}

/** Starts a child by its specification, or by its arguments under a `simple_one_for_one` (`supervisor:start_child/2`). */
export async function startChild(
  target: Target,
  supervisor: Term,
  specification: Term,
  options: CallOptions = {},
): Promise<Refusal> {
  return refusalOf(await invoke(target, "supervisor:start_child/2", [supervisor, specification], options));
}

/** The specification of a child (`supervisor:get_childspec/2`); undefined where there is none. */
export async function childSpecification(
  target: Target,
  supervisor: Term,
  id: Term,
  options: CallOptions = {},
): Promise<Term | undefined> {
  return taggedTuple(await invoke(target, "supervisor:get_childspec/2", [supervisor, id], options), "ok", 2)?.[1];
}

/** What a supervisor answers; `gone` where there is no such process, or it ended before it answered. */
export async function unlessGone<T>(answer: Promise<T>): Promise<T | "gone"> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof CallError && fateOf(error.outcome) === "gone") return "gone";
    throw error;
  }
}

const refusalOf = (answer: Term): Refusal => taggedTuple(answer, "error", 2)?.[1];
