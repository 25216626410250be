import { atom, list, tuple, type Pid, type Term } from "../terms/term.js";
import type { Outcome, Target } from "../target/target.js";
import { block, call, fun, name, variable } from "./abstract-form.js";
import { attempt, type CallOptions } from "./invoke.js";

/**
 * Evaluates an expression on the node and gives its value (`erl_eval:expr/5`, which gives the value alone, and not the
 * bindings with it).
 * @param bindings the values of the variables that it doesn't bind itself
 */
export async function evaluate(
  target: Target,
  expression: Term,
  bindings: Readonly<Record<string, Term>>,
  options: CallOptions = {},
): Promise<Outcome> {
  // An orddict: sorted by name.
  const sorted = Object.keys(bindings)
    .sort()
    .map((variable) => tuple(atom(variable), bindings[variable]!));
  const none = atom("none");
  const args = [expression, list(...sorted), none, none, atom("value")];
  return await attempt(target, "erl_eval:expr/5", args, options);
}

/**
 * Puts a state into a process, as `sys:replace_state(Pid, fun(_) -> State end, Timeout)`: OTP's own function takes a
 * fun, which has to be made on the node.
 */
export async function putState(target: Target, pid: Pid, state: Term, timeoutMs: number): Promise<Outcome> {
  const replace = call("sys:replace_state/3", variable("Pid"), fun("_", variable("State")), variable("Timeout"));
  const bindings = { Pid: pid, State: state, Timeout: timeoutMs };
  // The state is not wanted back.
  return await evaluate(target, block(replace, name("ok")), bindings, { timeoutMs: timeoutMs + 5_000 });
}
