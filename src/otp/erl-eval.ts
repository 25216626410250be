import { atom, list, tuple, type Term } from "../terms/term.js";
import type { Outcome, Target } from "../target/target.js";
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
